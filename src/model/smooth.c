/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The means of the current reading are never kept: each is made, when asked for, of the row's rate and of its
 * mean in the reading before, which the delta's link leads to. Only when the next reading is taken are they
 * written down, while the current one can still be asked. So nothing has to be done for a row that nobody
 * looks at but that, and groups, whose past is made over after they are taken, work like any table. */
#include "model/smooth.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/table.h"
#include "model/table_cell.h"

static const double MIN_TAU_NS = 1e8, MAX_TAU_NS = 3600e9;

/* A field whose rates are followed. */
struct followed {
	const struct field *field; /* NULL: of a variable map, each row's own */
	struct pages before; /* double[n_before], by rows of the reading before; NaN: unknown */
	struct pages now;    /* of the current one, while the next is taken */
	size_t n_before, n_now;
};

struct smooth {
	uint64_t tau_ns;
	struct followed fields[SMOOTH_MAX_FIELDS];
	unsigned n_fields;
	unsigned next_field; /* smooth_step: those before it are done with */
};

/* -- on and off -- */

static void forget_fields(struct smooth *smooth)
{
	for (unsigned i = 0; i < smooth->n_fields; i++) {
		pages_release(&smooth->fields[i].before);
		pages_release(&smooth->fields[i].now);
	}
	memset(smooth->fields, 0, sizeof(smooth->fields));
	smooth->n_fields = smooth->next_field = 0;
}

void smooth_forget(struct table *table)
{
	if (table->smooth)
		forget_fields(table->smooth);
}

void smooth_release(struct table *table)
{
	smooth_forget(table);
	free(table->smooth);
	table->smooth = NULL;
}

int smooth_set(struct table *table, uint64_t tau_ns)
{
	table_take_drop(table); /* begins again, with this */
	smooth_forget(table);
	if (!tau_ns) {
		smooth_release(table);
		return 0;
	}
	if (!table->smooth)
		table->smooth = calloc(1, sizeof(*table->smooth));
	if (!table->smooth)
		return -ENOMEM;
	table->smooth->tau_ns = tau_ns;
	return 0;
}

uint64_t smooth_tau_ns(const struct table *table)
{
	return table->smooth ? table->smooth->tau_ns : 0;
}

int smooth_read(const char *text, uint64_t *tau_ns_ret, struct err *err)
{
	struct num num = {0};
	int n = num_parse(text, strlen(text), &num);
	double ns = num.kind == NUM_TIME ? num.real : num.real * 1e9;

	if (!*text || strcmp(text, "off") == 0) {
		*tau_ns_ret = 0;
		return 0;
	}
	if (n <= 0 || text[n] || (num.kind != NUM_TIME && num.kind != NUM_PLAIN) ||
	    !(ns >= MIN_TAU_NS && ns <= MAX_TAU_NS))
		return err_at(err, 1, "'%s' is not a time from 100ms to 1h, nor off", text);
	*tau_ns_ret = (uint64_t)ns;
	return 0;
}

/* A look back shows a reading whose means were never written down. */
static bool is_on(const struct table *table)
{
	return table->smooth && !table->past.back;
}

struct column smooth_sorted(const struct table *table, const struct column *column)
{
	struct column sorted = *column;

	if (column->derive == DERIVE_RATE && is_on(table))
		sorted.derive = DERIVE_SMOOTH;
	return sorted;
}

/* -- asking -- */

/* NULL: there are too many. */
static const struct followed *follow(struct smooth *smooth, const struct field *field)
{
	for (unsigned i = 0; i < smooth->n_fields; i++)
		if (smooth->fields[i].field == field)
			return &smooth->fields[i];
	if (smooth->n_fields == SMOOTH_MAX_FIELDS)
		return NULL;
	smooth->fields[smooth->n_fields].field = field;
	return &smooth->fields[smooth->n_fields++];
}

static double mean_before(const struct table *table, const struct followed *followed, size_t row)
{
	bool is_variable = table->plan.is_variables;
	size_t link = delta_link(&table->delta, is_variable ? 0 : row);

	if (is_variable && link != DELTA_NONE)
		link = row;
	return link < followed->n_before ? ((const double *)followed->before.at)[link] : NAN;
}

/* The part of the way to the rate that the mean goes in this reading. */
static double pace_of(const struct table *table)
{
	return -expm1(-(double)table->delta.dt_ns / (double)table->smooth->tau_ns);
}

static double mean_of(double before, double rate, double pace)
{
	return isnan(before) ? rate : before + pace * (rate - before);
}

/* Rows of a variable map have each a field of their own, but for a column of one of them. */
static const struct field *field_of(const struct cell *cell)
{
	const struct plan *plan = &cell->table->plan;

	if (plan->is_variables && cell->field == &plan->fields[plan->variables[cell->row]])
		return NULL;
	return cell->field;
}

double smooth_cell(const struct cell *cell)
{
	const struct table *table = cell->table;
	struct val rate = cell_rate(cell);
	const struct followed *followed;

	if (!is_on(table) || !cell->field)
		return NAN;
	followed = follow(table->smooth, field_of(cell));
	if (!followed || rate.kind == VAL_UNKNOWN)
		return NAN;
	return mean_of(mean_before(table, followed, cell->row), rate.x, pace_of(table));
}

void smooth_rates(const struct table *table, const struct column *column, size_t first, size_t n,
		  double *rates)
{
	const struct followed *followed =
		is_on(table) ? follow(table->smooth, column->field) : NULL;
	double pace = followed ? pace_of(table) : 0;

	for (size_t i = 0; i < n; i++)
		rates[i] =
			!followed || isnan(rates[i])
				? (double)NAN
				: mean_of(mean_before(table, followed, first + i), rates[i], pace);
}

/* -- from reading to reading -- */

static void write_down(const struct table *table, struct followed *followed, size_t end)
{
	const struct column column = {.derive = DERIVE_SMOOTH, .field = followed->field};
	double *now = (double *)followed->now.at;

	if (table_numbers_kind(table, &column) != VAL_UNKNOWN) {
		table_numbers(table, &column, followed->n_now, end - followed->n_now,
			      (uint64_t *)(now + followed->n_now));
		followed->n_now = end;
		return;
	}
	for (; followed->n_now < end; followed->n_now++) {
		struct val val = table_cell(table, followed->n_now, &column);

		now[followed->n_now] = val_as_real(&val);
	}
}

int smooth_step(struct table *table, size_t n_rows)
{
	size_t n_live = table->current->number ? table_n_live(table) : 0, end;
	struct smooth *smooth = table->smooth;
	struct followed *followed;

	if (!smooth || smooth->next_field == smooth->n_fields)
		return 0;
	followed = &smooth->fields[smooth->next_field];
	if (pages_reserve(&followed->now, n_live * sizeof(double)) < 0)
		return -ENOMEM;
	end = followed->n_now + MIN_OF(n_rows, n_live - followed->n_now);
	write_down(table, followed, end);
	smooth->next_field += end == n_live;
	return smooth->next_field < smooth->n_fields;
}

void smooth_commit(struct table *table)
{
	struct smooth *smooth = table->smooth;

	for (unsigned i = 0; smooth && i < smooth->n_fields; i++) {
		struct followed *followed = &smooth->fields[i];
		struct pages was = followed->before;

		followed->before = followed->now;
		followed->n_before = followed->n_now;
		followed->now = was;
	}
	smooth_drop(table);
}

void smooth_drop(struct table *table)
{
	struct smooth *smooth = table->smooth;

	for (unsigned i = 0; smooth && i < smooth->n_fields; i++) {
		pages_release(&smooth->fields[i].now);
		smooth->fields[i].n_now = 0;
	}
	if (smooth)
		smooth->next_field = 0;
}
