/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the header says of a whole map: the sums of its counters' rates, and how the work is spread over
 * the CPUs. Made once a reading. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct field;
struct table;

enum { TOTALS_FIELDS = 4 };

struct totals_sum {
	const struct field *field;
	double rate; /* per second, summed over the rows whose rate is known; NaN: none is */
	bool is_lower_bound; /* some row's rate is not known */
};

struct totals {
	struct totals_sum sums[TOTALS_FIELDS];
	unsigned n_sums;
	float *cpu_shares; /* owned [n_cpus]: of the busiest CPU, 0..1; NULL: no per-CPU map */
	uint32_t n_cpus, max_cpu;
	double max_share; /* of all the work; NaN: unknown */
	double skew;	  /* busiest / mean; NaN: unknown */
	bool is_rate;	  /* of what happened since the reading before; else of the totals */
	uint64_t number;  /* the reading they are of */
	bool is_sampled;  /* the map is large: from every n-th row */
};

void totals_release(struct totals *totals);

/* The counters of the map, at most TOTALS_FIELDS, and the CPUs by `field` (NULL: none). 0 or -ENOMEM. */
int totals_take(struct totals *totals, struct table *table, const struct field *field);
