/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters of one row, then and now. Differences of one copy are exact, those of sums over the CPUs modulo
 * 2^64 as the sums are; a counter that went down has none, because it was reset or its entry recycled.
 * What is counted began at 0 in an entry that is known to be new; an identity or a moment did not. */
#include "model/table_cell.h"

#include <math.h>
#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"

/* -- opening -- */

static uint32_t root_of(const struct plan *plan, const struct field *field)
{
	while (field->parent != PLAN_NONE)
		field = &plan->fields[field->parent];
	return (uint32_t)(field - plan->fields);
}

static struct cell_then then_of(const struct delta *delta, const struct snap *snap, size_t row)
{
	uint32_t link;

	if (!snap->number)
		return (struct cell_then){0};
	link = delta_values(delta)[row];
	if (link != DELTA_NONE)
		return (struct cell_then){.at = snap_value(snap, link)};
	return (struct cell_then){.was_absent = delta->states.at[row] == ROW_NEW};
}

static void open_values(struct cell *cell, const struct table *table, size_t raw_row)
{
	cell->n_cpus = table->map.n_cpus;
	cell->cpu_stride = map_cpu_stride(&table->map);
	if (table_is_ghost(table, cell->row))
		return;
	cell->was = then_of(&table->delta, table->previous, raw_row);
	cell->base = then_of(&table->since_base, &table->baseline, raw_row);
}

static void open_variable(struct cell *cell, const struct table *table)
{
	uint32_t variable = table->plan.variables[cell->row];

	if (!cell->field)
		cell->field = &table->plan.fields[variable];
	else if (root_of(&table->plan, cell->field) != variable)
		return;
	cell->now = snap_value(table->current, 0);
	open_values(cell, table, 0);
}

void cell_open(struct cell *cell, const struct table *table, size_t row,
	       const struct column *column)
{
	size_t size;

	*cell = (struct cell){
		.table = table,
		.row = row,
		.field = column->field,
		.per_second = column->per_second,
		.cpu = column->cpu,
		.n_cpus = 1,
	};
	if (table->plan.is_variables) {
		open_variable(cell, table);
	} else if (column_in_key(column)) {
		cell->now = table_key(table, row, &size);
	} else {
		cell->now = table_value(table, row, &size);
		open_values(cell, table, row);
	}
	cell->is_gauge = cell->field && nature_is_gauge(table, cell->field);
	cell->is_format_chosen = column->format != NULL;
	cell->format = column->format ? column->format : cell->field ? cell->field->format : NULL;
}

const struct field *cell_sole_leaf(const struct plan *plan, bool in_value)
{
	uint32_t first = in_value ? plan->n_key_fields : 0;
	uint32_t end = in_value ? plan->n_fields : plan->n_key_fields;
	const struct field *field = &plan->fields[first];

	if (first == end || !field_is_leaf(field) || first + 1 + field->n_below != end)
		return NULL;
	return field;
}

struct cell cell_of(const struct cell *cell, const struct field *field)
{
	struct cell one = *cell;

	one.field = field;
	one.format = field->format;
	one.is_format_chosen = false;
	return one;
}

/* -- one copy -- */

static struct val copy_val(const struct field *field, const struct format *format,
			   const uint8_t *at)
{
	struct field cut;

	field = format_there(field, format, at, &cut);
	if (!field)
		return val_unknown();
	return format->value ? format->value(field, at) : decode_val(field, at);
}

enum val_kind cell_kind(const struct field *field, const struct format *format)
{
	static const uint8_t zeros[32];
	struct field at_start = *field;

	if (field_is_container(field))
		return VAL_BYTES;
	if (!field_is_integer(field) && field->kind != FIELD_REAL)
		return VAL_UNKNOWN;
	at_start.offset = at_start.limit_from = at_start.carry_at = 0;
	return copy_val(&at_start, format, zeros).kind;
}

/* The copy as an integer: bits of a uint64_t or of an int64_t, kind says which. false: it is none. */
static bool copy_bits(const struct cell *cell, const uint8_t *at, uint64_t *bits,
		      enum val_kind *kind)
{
	struct val val = copy_val(cell->field, cell->format, at);

	*kind = val.kind;
	*bits = val.u;
	return val.kind == VAL_UINT || val.kind == VAL_INT;
}

/* The sum over all copies, modulo 2^64 like the counters themselves. */
static bool sum_bits(const struct cell *cell, const uint8_t *at, uint64_t *sum, enum val_kind *kind)
{
	uint64_t bits;

	*sum = 0;
	for (uint32_t cpu = 0; cpu < cell->n_cpus; cpu++) {
		if (!copy_bits(cell, at + cpu * cell->cpu_stride, &bits, kind))
			return false;
		*sum += bits;
	}
	return true;
}

static struct val val_of_bits(uint64_t bits, enum val_kind kind)
{
	return kind == VAL_INT ? val_int((int64_t)bits) : val_uint(bits);
}

/* -- totals -- */

static void add_copy(struct val *sum, const struct val *copy)
{
	switch (sum->kind) {
	case VAL_UINT:
	case VAL_INT:
		sum->u += copy->u;
		break;
	case VAL_REAL:
		sum->x += copy->x;
		break;
	case VAL_WIDE:
	case VAL_IWIDE:
		sum->wide += copy->wide;
		break;
	default:
		*sum = val_unknown();
	}
}

static struct val sum_copies(const struct cell *cell)
{
	struct val sum = copy_val(cell->field, cell->format, cell->now);

	for (uint32_t cpu = 1; cpu < cell->n_cpus; cpu++) {
		struct val copy =
			copy_val(cell->field, cell->format, cell->now + cpu * cell->cpu_stride);

		add_copy(&sum, &copy);
	}
	return sum;
}

static bool val_is_zero(const struct val *val)
{
	switch (val->kind) {
	case VAL_UINT:
	case VAL_INT:
		return val->u == 0;
	case VAL_REAL:
		return val->x == 0;
	case VAL_WIDE:
	case VAL_IWIDE:
		return val->wide == 0;
	case VAL_TEXT:
		return val->len == 0;
	case VAL_BYTES:
		return val->len == 0 ||
		       (val->at[0] == 0 && memcmp(val->at, val->at + 1, val->len - 1) == 0);
	default:
		return true;
	}
}

/* Of the copies that begin at `copies`. */
static const uint8_t *agreed_of(const struct cell *cell, const uint8_t *copies)
{
	const uint8_t *agreed = copies;
	struct val agreed_val = val_unknown();

	for (uint32_t cpu = 0; cpu < cell->n_cpus; cpu++) {
		const uint8_t *at = copies + cpu * cell->cpu_stride;
		struct val val = decode_val(cell->field, at);

		if (val_is_zero(&val))
			continue;
		if (agreed_val.kind != VAL_UNKNOWN && val_compare(&val, &agreed_val) != 0)
			return NULL;
		agreed_val = val;
		agreed = at;
	}
	return agreed;
}

const uint8_t *cell_agreed(const struct cell *cell)
{
	return agreed_of(cell, cell->now);
}

struct val cell_total(const struct cell *cell)
{
	const uint8_t *at = cell->now;

	if (!cell->field || !at)
		return val_unknown();
	if (cell->n_cpus > 1) {
		if (cell_is_quantity(cell->field, cell->format))
			return sum_copies(cell);
		at = cell_agreed(cell);
	}
	return at ? copy_val(cell->field, cell->format, at) : val_unknown();
}

/* -- differences -- */

/* What happened between two values; unknown when a counter went down. */
static struct val whole_delta(const struct cell *cell, const struct val *was, const struct val *is)
{
	bool may_fall = cell->field->kind == FIELD_INT || cell->is_gauge;
	__int128 delta, before;

	if (!val_whole(is, &delta) || !val_whole(was, &before))
		return val_unknown();
	delta -= before;
	if (may_fall && delta == (int64_t)delta)
		return val_int((int64_t)delta);
	if (!may_fall && (delta < 0 || delta == (uint64_t)delta))
		return delta < 0 ? val_unknown() : val_uint((uint64_t)delta);
	return (struct val){.kind = VAL_IWIDE, .iwide = delta};
}

/* The same of one copy. was NULL: there was none, and what is counted began at 0. */
static struct val copy_delta(const struct cell *cell, const uint8_t *was, const uint8_t *is)
{
	struct val before = val_uint(0), now = copy_val(cell->field, cell->format, is);

	if (was)
		before = copy_val(cell->field, cell->format, was);
	else if (!cell_is_quantity(cell->field, cell->format))
		return val_unknown();
	return whole_delta(cell, &before, &now);
}

/* The same of the sums over all copies, modulo 2^64 as they are. */
static struct val sum_delta(const struct cell *cell, const uint8_t *was)
{
	uint64_t before = 0, now;
	enum val_kind kind, was_kind;

	if (!sum_bits(cell, cell->now, &now, &kind))
		return val_unknown();
	if (was && !sum_bits(cell, was, &before, &was_kind))
		return val_unknown();
	if (kind == VAL_INT || cell->is_gauge)
		return val_int((int64_t)(now - before));
	return now < before ? val_unknown() : val_uint(now - before);
}

static struct val delta_since(const struct cell *cell, const struct cell_then *then)
{
	const uint8_t *was = then->at, *is = cell->now;

	if (!cell->field || !is || (!was && !then->was_absent))
		return val_unknown();
	if (cell->n_cpus > 1) {
		if (cell_is_quantity(cell->field, cell->format))
			return sum_delta(cell, was);
		is = agreed_of(cell, is);
		if (was && !(was = agreed_of(cell, was)))
			return val_unknown();
	}
	return is ? copy_delta(cell, was, is) : val_unknown();
}

/* A counter's doesn't fall, even where its integer has a sign. */
static struct val per_second(const struct cell *cell, struct val delta)
{
	uint64_t dt_ns = cell->table->delta.dt_ns;
	double change = val_as_real(&delta);

	if (!dt_ns || isnan(change) || (change < 0 && !cell->is_gauge))
		return val_unknown();
	return val_real(change / delta_seconds(dt_ns));
}

struct val cell_delta(const struct cell *cell)
{
	return delta_since(cell, &cell->was);
}

struct val cell_since_base(const struct cell *cell)
{
	return delta_since(cell, &cell->base);
}

struct val cell_rate(const struct cell *cell)
{
	return per_second(cell, cell_delta(cell));
}

/* -- CPU by CPU -- */

static struct val of_cpu(const struct cell *cell, uint32_t cpu, bool since_last)
{
	size_t skip = cpu * cell->cpu_stride;
	const uint8_t *was = cell->was.at ? cell->was.at + skip : NULL;
	uint64_t bits;
	enum val_kind kind;

	if (since_last)
		return was || cell->was.was_absent ? copy_delta(cell, was, cell->now + skip)
						   : val_unknown();
	return copy_bits(cell, cell->now + skip, &bits, &kind) ? val_of_bits(bits, kind)
							       : val_unknown();
}

struct val cell_cpu(const struct cell *cell)
{
	if (!cell->field || !cell->now || cell->cpu >= cell->n_cpus)
		return val_unknown();
	if (cell->per_second)
		return per_second(cell, of_cpu(cell, cell->cpu, true));
	return copy_val(cell->field, cell->format, cell->now + cell->cpu * cell->cpu_stride);
}

bool cell_spread(const struct cell *cell, bool since_last, struct spread *out)
{
	double sum = 0;

	if (!cell->field || !cell->now || !cell->n_cpus)
		return false;
	for (uint32_t cpu = 0; cpu < cell->n_cpus; cpu++) {
		struct val val = of_cpu(cell, cpu, since_last);

		if (val.kind == VAL_UNKNOWN)
			return false;
		if (cpu == 0 || val_compare(&val, &out->max) > 0) {
			out->max = val;
			out->max_cpu = cpu;
		}
		if (cpu == 0 || val_compare(&val, &out->min) < 0)
			out->min = val;
		sum += val_as_real(&val);
	}
	out->mean = sum / cell->n_cpus;
	return true;
}
