/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the header says of a whole map: the sums of its counters' rates, and how the work is spread over
 * the CPUs. Made once a reading, in slices; until they are through, those of the reading before stand. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct field;
struct table;

enum { TOTALS_FIELDS = 4, TOTALS_HISTORY = 64 };

struct totals_sum {
	const struct field *field;
	double rate; /* per second, summed over the rows whose rate is known; NaN: none is */
	bool is_lower_bound; /* some row's rate is not known */
};

/* Sums under way. */
struct totals_work {
	bool is_open;
	struct totals_sum sums[TOTALS_FIELDS];
	unsigned n_sums;
	const struct field *cpu_field; /* NULL: no spread over the CPUs */
	double *cpus;		       /* owned [n_cpus] */
	uint32_t n_cpus;
	size_t next_row, n_rows;
	size_t cpu_step;  /* from sampled row to sampled row */
	double cpu_scale; /* from sums of these to all of the map, per second if is_rate */
	bool is_rate;
};

/* The sums of one reading. */
struct totals_point {
	uint64_t number; /* 0: none */
	float rates[TOTALS_FIELDS];
};

struct totals {
	struct totals_point history[TOTALS_HISTORY]; /* a ring: a reading's place is its number */
	struct totals_work work;
	struct totals_sum sums[TOTALS_FIELDS];
	unsigned n_sums;
	double *cpus; /* owned [n_cpus]: per second if is_rate; of a sampled map an estimate. NULL: not per CPU */
	float *cpu_shares; /* owned [n_cpus]: of the busiest CPU, 0..1; NULL: likewise */
	uint32_t n_cpus, max_cpu;
	double max_share; /* of all the work; NaN: unknown */
	double skew;	  /* busiest / mean; NaN: unknown */
	bool is_rate;	  /* of what happened since the reading before; else of the totals */
	uint64_t number;  /* the reading they are of */
	bool is_sampled;  /* the map is large: from every n-th row */
};

void totals_release(struct totals *totals);

/* Copies the n last rates of a sum up to reading `number` into out, oldest first; NaN for readings whose totals were not
 * made, since nobody looked at the map then. */
void totals_history(const struct totals *totals, unsigned sum, uint64_t number, float *out,
		    size_t n);

/* Begins anew: the counters of the map, at most TOTALS_FIELDS, and the CPUs by `field` (NULL: none).
 * 0 or -ENOMEM. The table stays as it is until the last step. */
int totals_begin(struct totals *totals, const struct table *table, const struct field *field);
/* Goes on for about n_rows rows. 1: there is more to do; 0: the totals are there; -ENOMEM. */
int totals_step(struct totals *totals, const struct table *table, size_t n_rows);
