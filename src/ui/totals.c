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
#include "ui/cpu_parts.h"

/* Rows are summed a run at a time: their numbers stay in the nearest caches while each counter of the
 * run is looked at. */
enum { CPU_CELLS = 1 << 20, RUN_ROWS = 512 };

static void drop_work(struct totals *totals)
{
	free(totals->work.cpus);
	totals->work = (struct totals_work){0};
}

void totals_release(struct totals *totals)
{
	drop_work(totals);
	free(totals->cpu_shares);
	free(totals->cpus);
	*totals = (struct totals){0};
}

/* -- counters -- */

static void sum_run(struct totals_sum *sum, const struct table *table, size_t first, size_t n)
{
	const struct column column = {.derive = DERIVE_RATE, .field = sum->field};
	double rates[RUN_ROWS], known = 0;
	size_t n_known = 0;

	table_numbers(table, &column, first, n, (uint64_t *)rates);
	for (size_t i = 0; i < n; i++) {
		n_known += rates[i] == rates[i];
		known += rates[i] == rates[i] ? rates[i] : 0;
	}
	sum->is_lower_bound |= n_known < n;
	if (n_known)
		sum->rate = isnan(sum->rate) ? known : sum->rate + known;
}

static void choose_counters(struct totals_work *work, const struct table *table)
{
	const struct plan *plan = &table->plan;

	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		const struct field *field = &plan->fields[i];

		if (work->n_sums == TOTALS_FIELDS || plan->is_variables)
			break;
		if (field->is_hidden || field->in_array || !table_counts(table, field))
			continue;
		work->sums[work->n_sums++] = (struct totals_sum){
			.field = field,
			.rate = NAN,
			.is_lower_bound = table->delta.is_lower_bound,
		};
	}
}

/* In the first reading nothing has a rate. */
static void sum_rows(struct totals_work *work, const struct table *table, size_t first, size_t end)
{
	for (; first < end && table->delta.dt_ns; first += RUN_ROWS)
		for (unsigned i = 0; i < work->n_sums; i++)
			sum_run(&work->sums[i], table, first,
				MIN_OF(end - first, (size_t)RUN_ROWS));
}

/* -- CPUs -- */

static double rise(const struct field *field, uint64_t was, uint64_t is)
{
	if (field->kind == FIELD_INT)
		return fmax((double)(int64_t)(is - was), 0);
	return is > was ? (double)(is - was) : 0;
}

/* Adds one row's copies to work[]; what they did since `old`, where there is one. */
static void add_row(double *work, const struct field *field, const uint8_t *value,
		    const uint8_t *old, size_t stride, uint32_t n_cpus)
{
	for (uint32_t cpu = 0; cpu < n_cpus; cpu++) {
		uint64_t is = decode_u64(field, value + cpu * stride);
		uint64_t was = old ? decode_u64(field, old + cpu * stride) : 0;

		work[cpu] += rise(field, was, is);
	}
}

static void add_rows(struct totals_work *work, const struct table *table, size_t first, size_t end)
{
	size_t step = work->cpu_step, size;

	for (size_t row = (first + step - 1) / step * step; row < end; row += step) {
		const uint8_t *old = table_old_value(table, row);

		if (work->is_rate && !old)
			continue;
		add_row(work->cpus, work->cpu_field, table_value(table, row, &size),
			work->is_rate ? old : NULL, map_cpu_stride(&table->map), work->n_cpus);
	}
}

static void spread(struct totals *totals)
{
	double sum = 0, max = 0;

	for (uint32_t cpu = 0; cpu < totals->n_cpus; cpu++) {
		sum += totals->cpus[cpu];
		if (totals->cpus[cpu] > max) {
			max = totals->cpus[cpu];
			totals->max_cpu = cpu;
		}
	}
	totals->max_share = sum > 0 ? max / sum : NAN;
	totals->skew = sum > 0 ? max * totals->n_cpus / sum : NAN;
	for (uint32_t cpu = 0; cpu < totals->n_cpus; cpu++)
		totals->cpu_shares[cpu] = max > 0 ? (float)(totals->cpus[cpu] / max) : 0;
}

static int choose_cpus(struct totals_work *work, const struct table *table,
		       const struct field *field)
{
	double per_second = table->delta.dt_ns ? 1e9 / (double)table->delta.dt_ns : 0;

	if (!field || !field_is_integer(field) || !table->map.type->is_per_cpu)
		return 0;
	work->n_cpus = table->map.n_cpus;
	work->cpus = calloc(work->n_cpus, sizeof(*work->cpus));
	work->cpu_field = field;
	work->cpu_step = work->n_rows * work->n_cpus / CPU_CELLS + 1;
	work->is_rate = cpus_have_speed(table, field);
	work->cpu_scale = (double)work->cpu_step * (work->is_rate ? per_second : 1);
	return work->cpus ? 0 : -ENOMEM;
}

/* The sums themselves change hands. */
static int publish_cpus(struct totals *totals)
{
	struct totals_work *work = &totals->work;

	if (totals->n_cpus != work->n_cpus) {
		free(totals->cpu_shares);
		totals->cpu_shares = calloc(work->n_cpus, sizeof(float));
		totals->n_cpus = totals->cpu_shares ? work->n_cpus : 0;
	}
	if (!totals->cpu_shares)
		return -ENOMEM;
	free(totals->cpus);
	totals->cpus = work->cpus;
	work->cpus = NULL;
	for (uint32_t cpu = 0; cpu < totals->n_cpus; cpu++)
		totals->cpus[cpu] *= work->cpu_scale;
	totals->is_sampled = work->cpu_step > 1;
	totals->is_rate = work->is_rate;
	spread(totals);
	return 0;
}

/* -- in slices -- */

static void remember(struct totals *totals)
{
	struct totals_point *point = &totals->history[totals->number % TOTALS_HISTORY];

	/* A look back makes the sums of a reading again that were made before. */
	if (totals->number < point->number)
		return;
	point->number = totals->number;
	for (unsigned i = 0; i < TOTALS_FIELDS; i++)
		point->rates[i] = i < totals->n_sums ? (float)totals->sums[i].rate : NAN;
}

void totals_history(const struct totals *totals, unsigned sum, uint64_t number, float *out,
		    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t back = n - 1 - i, wanted = number > back ? number - back : 0;
		const struct totals_point *point = &totals->history[wanted % TOTALS_HISTORY];

		out[i] = wanted && point->number == wanted ? point->rates[sum] : NAN;
	}
}

static int publish(struct totals *totals)
{
	const struct totals_work *work = &totals->work;
	int r = work->cpu_field ? publish_cpus(totals) : 0;

	memcpy(totals->sums, work->sums, sizeof(totals->sums));
	totals->n_sums = work->n_sums;
	remember(totals);
	drop_work(totals);
	return r;
}

int totals_begin(struct totals *totals, const struct table *table, const struct field *field)
{
	struct totals_work *work = &totals->work;
	int r;

	drop_work(totals);
	totals->number = table->current->number;
	work->n_rows = table_n_live(table);
	choose_counters(work, table);
	r = choose_cpus(work, table, field);
	work->is_open = r == 0;
	if (r < 0)
		drop_work(totals);
	return r;
}

int totals_step(struct totals *totals, const struct table *table, size_t n_rows)
{
	struct totals_work *work = &totals->work;
	size_t first = work->next_row, end = MIN_OF(work->n_rows - first, n_rows) + first;

	if (!work->is_open)
		return 0;
	sum_rows(work, table, first, end);
	if (work->cpu_field)
		add_rows(work, table, first, end);
	work->next_row = end;
	return end < work->n_rows ? 1 : publish(totals);
}
