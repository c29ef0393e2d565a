/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A simulated map, followed reading by reading, and its groups. */
#pragma once

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "tests/unit/tables.h"

#include "base/num.h"
#include "query/group.h"
#include "query/query.h"
#include "read/sim.h"
#include "read/source.h"
#include "read/spec.h"

/* -- a simulated map, reading by reading -- */

struct followed {
	struct source *source;
	struct map_list maps;
	struct table table;
	uint64_t tick;
};

static inline void read_on(struct followed *it)
{
	struct err err = {0};
	struct read_plan how = {0};

	source_sim_hold_tick(it->source, ++it->tick);
	if (source_read(it->source, &it->table.map, &how, it->table.next, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(table_take(&it->table), 0);
}

static inline void follow(struct followed *it, const char *name)
{
	struct spec spec = {.kind = SPEC_SIM, .text = name};
	struct plan plan = {0};
	struct err err = {0};

	*it = (struct followed){0};
	assert_int_equal(source_sim_new(7, &it->source), 0);
	assert_int_equal(it->source->ops->find(it->source, &spec, &it->maps, &err), 0);
	assert_int_equal(it->source->ops->plan(it->source, &it->maps.maps[0], &plan, &err), 0);
	assert_int_equal(table_init(&it->table, &it->maps.maps[0], &plan), 0);
	read_on(it);
}

static inline void unfollow(struct followed *it)
{
	table_release(&it->table);
	map_list_release(&it->maps);
	it->source->ops->free(it->source);
}

static inline struct group *group_of(struct table *table, const char *by, const char *filter)
{
	struct group *group = NULL;
	struct err err = {0};

	if (group_new(table, by, filter, &group, &err) < 0)
		fail_msg("'%s' of '%s': %s", by, filter, err.text);
	assert_int_equal(group_take(group), 0);
	return group;
}

/* Sets the bits of the rows that match; returns how many. */
static inline size_t match_rows(struct table *table, const char *text, uint64_t *bits)
{
	struct query *query = NULL;
	struct err err = {0};
	size_t n = 0;

	if (query_compile(text, table, &query, &err) < 0)
		fail_msg("'%s': %s", text, err.text);
	assert_int_equal(query_match(query, table, bits, &n), 0);
	query_free(query);
	return n;
}

static inline void assert_matches(struct table *table, const char *text, size_t expected)
{
	uint64_t bits[4] = {0};
	size_t n = match_rows(table, text, bits);

	if (n != expected)
		fail_msg("'%s' matches %zu, not %zu", text, n, expected);
}

/* Called `rows` where a field has the name already. */
static inline double count_of(const struct table *groups, size_t row)
{
	struct column column = {DERIVE_TOTAL, &groups->plan.fields[groups->plan.n_key_fields]};
	struct val val = table_cell(groups, row, &column);

	return val_as_real(&val);
}
