/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of flows with fields of every kind. */
#pragma once

#include <errno.h>
#include <math.h>

#include "tests/unit/tables.h"

#include "base/num.h"
#include "model/table_derive.h"

/* A layout with everything that decides on columns. 12 bytes of key, 64 of value. */
static inline void make_flows(struct table *table, uint32_t n_cpus)
{
	struct plan plan;

	plan_begin(&plan, 12, 64, "test");
	open_field(&plan, IN_KEY, "", FIELD_STRUCT, 0, 12);
	open_field(&plan, IN_KEY, "saddr", FIELD_UINT, 0, 4);
	open_field(&plan, IN_KEY, "pkts", FIELD_UINT, 4, 4);
	open_field(&plan, IN_KEY, "tag", FIELD_TEXT, 8, 4);
	close_field(&plan);
	open_field(&plan, IN_VALUE, "", FIELD_STRUCT, 0, 64);
	open_field(&plan, IN_VALUE, "pkts", FIELD_UINT, 0, 8);
	open_field(&plan, IN_VALUE, "octets", FIELD_UINT, 8, 4);
	open_field(&plan, IN_VALUE, "lock", FIELD_SPECIAL, 12, 4);
	open_field(&plan, IN_VALUE, "u", FIELD_UNION, 16, 8);
	open_field(&plan, IN_VALUE, "one", FIELD_INT, 16, 8);
	open_field(&plan, IN_VALUE, "two", FIELD_UINT, 16, 2);
	open_field(&plan, IN_VALUE, "three", FIELD_UINT, 16, 1);
	close_field(&plan);
	open_array(&plan, IN_VALUE, "hist", 24, 4, 4);
	open_field(&plan, IN_VALUE, "", FIELD_UINT, 0, 4);
	close_field(&plan);
	open_field(&plan, IN_VALUE, "state", FIELD_UINT, 40, 4);
	open_field(&plan, IN_VALUE, "load", FIELD_REAL, 48, 8);
	open_field(&plan, IN_VALUE, "sub", FIELD_STRUCT, 56, 8);
	open_field(&plan, IN_VALUE, "rate", FIELD_UINT, 56, 4);
	open_field(&plan, IN_VALUE, "gauge", FIELD_INT, 60, 4);
	close_field(&plan);
	close_field(&plan);
	make_table(table, &plan, n_cpus);
}

struct flow_key {
	uint32_t saddr, pkts;
	char tag[4];
};

struct flow {
	uint64_t pkts;
	uint32_t octets, lock;
	int64_t one;
	uint32_t hist[4], state, pad;
	double load;
	uint32_t rate;
	int32_t gauge;
};

_Static_assert(sizeof(struct flow) == 64, "as make_flows lays it out");

static inline void add_flow(struct table *table, uint32_t saddr, const struct flow *copies)
{
	struct flow_key key = {.saddr = saddr, .tag = "ab\n"};

	assert_int_equal(snap_add(table->next, &key, copies), 0);
}
