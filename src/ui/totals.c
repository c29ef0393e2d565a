/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rate of a map is the sum of its rows' rates. Rows that came since the last reading, and counters
 * that went down, have none, so the sum is then a lower bound and says so.
 *
 * The spread over CPUs needs every copy of every row: rows × CPUs decodings. Above CPU_CELLS of them
 * evenly spaced rows are taken instead of all. */
#include "ui/totals.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"
#include "model/maptype.h"
#include "model/table.h"

enum { CPU_CELLS = 1 << 20 };

void totals_release(struct totals *totals)
{
	free(totals->cpu_shares);
	*totals = (struct totals){0};
}

static void sum_rates(struct totals_sum *sum, struct table *table)
{
	const struct column column = {.derive = DERIVE_RATE, .field = sum->field};
	const struct column_cache *cache = table_numbers(table, &column);
	const double *rates =
		cache && cache->kind == VAL_REAL ? (const double *)cache->values.at : NULL;
	size_t n = rates ? table_n_live(table) : 0;

	sum->rate = NAN;
	sum->is_lower_bound = table->delta.is_lower_bound;
	for (size_t i = 0; i < n; i++) {
		if (isnan(rates[i]))
			sum->is_lower_bound = true;
		else
			sum->rate = isnan(sum->rate) ? rates[i] : sum->rate + rates[i];
	}
}

static void sum_counters(struct totals *totals, struct table *table)
{
	const struct plan *plan = &table->plan;

	totals->n_sums = 0;
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		const struct field *field = &plan->fields[i];

		if (totals->n_sums == TOTALS_FIELDS || plan->is_variables)
			break;
		if (field->is_hidden || field->in_array || !field_is_counter(field))
			continue;
		totals->sums[totals->n_sums].field = field;
		sum_rates(&totals->sums[totals->n_sums++], table);
	}
}

/* Adds one row's copies to work[]; what they did since `old`, where there is one. */
static void add_row(double *work, const struct field *field, const uint8_t *value,
		    const uint8_t *old, size_t stride, uint32_t n_cpus)
{
	for (uint32_t cpu = 0; cpu < n_cpus; cpu++) {
		uint64_t is = decode_u64(field, value + cpu * stride);
		uint64_t was = old ? decode_u64(field, old + cpu * stride) : 0;

		if (is >= was)
			work[cpu] += (double)(is - was);
	}
}

static void add_rows(struct totals *totals, double *work, const struct table *table,
		     const struct field *field)
{
	size_t n_rows = table_n_live(table), size;
	size_t step = n_rows * totals->n_cpus / CPU_CELLS + 1;

	totals->is_sampled = step > 1;
	totals->is_rate = table->delta.dt_ns > 0;
	for (size_t row = 0; row < n_rows; row += step) {
		const uint8_t *old = table_old_value(table, row);

		if (totals->is_rate && !old)
			continue;
		add_row(work, field, table_value(table, row, &size), totals->is_rate ? old : NULL,
			map_cpu_stride(&table->map), totals->n_cpus);
	}
}

static void spread(struct totals *totals, const double *work)
{
	double sum = 0, max = 0;

	for (uint32_t cpu = 0; cpu < totals->n_cpus; cpu++) {
		sum += work[cpu];
		if (work[cpu] > max) {
			max = work[cpu];
			totals->max_cpu = cpu;
		}
	}
	totals->max_share = sum > 0 ? max / sum : NAN;
	totals->skew = sum > 0 ? max * totals->n_cpus / sum : NAN;
	for (uint32_t cpu = 0; cpu < totals->n_cpus; cpu++)
		totals->cpu_shares[cpu] = max > 0 ? (float)(work[cpu] / max) : 0;
}

static int spread_over_cpus(struct totals *totals, const struct table *table,
			    const struct field *field)
{
	uint32_t n_cpus = table->map.n_cpus;
	double *work;

	if (!field || !field_is_integer(field) || !table->map.type->is_per_cpu)
		return 0;
	if (totals->n_cpus != n_cpus) {
		free(totals->cpu_shares);
		totals->cpu_shares = calloc(n_cpus, sizeof(float));
		totals->n_cpus = totals->cpu_shares ? n_cpus : 0;
	}
	work = totals->cpu_shares ? calloc(n_cpus, sizeof(*work)) : NULL;
	if (!work)
		return -ENOMEM;
	add_rows(totals, work, table, field);
	spread(totals, work);
	free(work);
	return 0;
}

int totals_take(struct totals *totals, struct table *table, const struct field *field)
{
	totals->number = table->current->number;
	sum_counters(totals, table);
	return spread_over_cpus(totals, table, field);
}
