/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What can be derived of a field or a row: how it is called, what it takes, its value and its text.
 * The text of a count goes through the format of its field, as if it were a field itself. */
#include "model/table_derive.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"

static const uint64_t NS_PER_MS = 1000000;

/* -- values -- */

static struct val scaled(const struct cell *cell, double count)
{
	uint64_t dt_ns = cell->table->delta.dt_ns;

	if (!cell->per_second)
		return val_real(count);
	return dt_ns ? val_real(count * 1e9 / (double)dt_ns) : val_unknown();
}

static struct val val_max(const struct cell *cell)
{
	struct spread spread;

	if (!cell_spread(cell, cell->per_second, &spread))
		return val_unknown();
	return cell->per_second ? scaled(cell, val_as_real(&spread.max)) : spread.max;
}

static struct val val_min(const struct cell *cell)
{
	struct spread spread;

	if (!cell_spread(cell, cell->per_second, &spread))
		return val_unknown();
	return cell->per_second ? scaled(cell, val_as_real(&spread.min)) : spread.min;
}

static struct val val_mean(const struct cell *cell)
{
	struct spread spread;

	if (!cell_spread(cell, cell->per_second, &spread))
		return val_unknown();
	return scaled(cell, spread.mean);
}

/* By what happened since the reading before where there is one, else by totals. */
static bool busy_spread(const struct cell *cell, struct spread *spread)
{
	bool since_last = cell->was.at || cell->was.was_absent || cell->per_second;

	return cell_spread(cell, since_last, spread) && spread->mean > 0;
}

static struct val val_skew(const struct cell *cell)
{
	struct spread spread;

	if (!busy_spread(cell, &spread))
		return val_unknown();
	return val_real(val_as_real(&spread.max) / spread.mean);
}

static struct val val_maxcpu(const struct cell *cell)
{
	struct spread spread;

	return busy_spread(cell, &spread) ? val_uint(spread.max_cpu) : val_unknown();
}

static struct val val_state(const struct cell *cell)
{
	static const char *const words[] = {
		[ROW_NEW] = "new",
		[ROW_KEPT] = "kept",
		[ROW_CHANGED] = "changed",
		[ROW_GONE] = "gone",
	};
	const char *word = words[table_state(cell->table, cell->row)];

	return word ? val_text(word, strlen(word)) : val_unknown();
}

static struct val since(const struct table *table, uint32_t stamp)
{
	return val_uint((table->stamps_ms[0] - (stamp & ~1U)) * NS_PER_MS);
}

static struct val val_age(const struct cell *cell)
{
	if (table_is_ghost(cell->table, cell->row))
		return val_unknown();
	return since(cell->table, table_stamps(cell->table)[cell->row].seen_ms);
}

static struct val val_idle(const struct cell *cell)
{
	if (table_is_ghost(cell->table, cell->row))
		return val_unknown();
	return since(cell->table, table_stamps(cell->table)[cell->row].changed_ms);
}

/* The one leaf that a side of the plan consists of, or NULL. */
static const struct field *sole_leaf(const struct plan *plan, bool in_value)
{
	uint32_t first = in_value ? plan->n_key_fields : 0;
	uint32_t end = in_value ? plan->n_fields : plan->n_key_fields;
	const struct field *field = &plan->fields[first];

	if (first == end || !field_is_leaf(field) || first + 1 + field->n_below != end)
		return NULL;
	return field;
}

/* The cell of a field in a cell of its row. */
static struct cell cell_of(const struct cell *cell, const struct field *field)
{
	struct cell one = *cell;

	one.field = field;
	one.format = field->format;
	one.is_format_chosen = false;
	return one;
}

static struct val val_key(const struct cell *cell)
{
	const struct table *table = cell->table;
	const struct field *leaf = sole_leaf(&table->plan, false);
	struct cell one;
	struct val val = {.kind = VAL_BYTES};

	if (table->plan.is_variables)
		return val_text(cell->field->path, strlen(cell->field->path));
	if (leaf) {
		one = cell_of(cell, leaf);
		return cell_total(&one);
	}
	val.at = (const char *)table_key(table, cell->row, &val.len);
	return val;
}

static struct val val_value(const struct cell *cell)
{
	const struct table *table = cell->table;
	const struct field *leaf =
		table->plan.is_variables ? cell->field : sole_leaf(&table->plan, true);
	struct cell one;
	struct val val = {.kind = VAL_BYTES};

	if (leaf) {
		one = cell_of(cell, leaf);
		return cell_total(&one);
	}
	val.at = (const char *)table_value(table, cell->row, &val.len);
	return val;
}

/* -- texts -- */

/* Digits of a measured number: thousandths are enough, zeros at the end say nothing. */
static void print_digits(double x, struct buf *out)
{
	size_t len;

	buf_addf(out, "%.3f", x);
	len = out->len;
	while (len && out->at[len - 1] == '0')
		len--;
	if (len && out->at[len - 1] == '.')
		len--;
	buf_cut(out, len);
}

static void print_real(const struct format *format, double x, enum print_style style,
		       struct buf *out)
{
	bool is_size = format && strcmp(format->name, "size") == 0;

	if (style == PRINT_EXACT)
		print_digits(x, out);
	else
		num_short(out, x, is_size ? 1024 : 1000);
}

/* A format of a narrower field doesn't fit, one that turns bytes around would turn a sum, too. */
static bool says_count(const struct format *format, const struct field *count,
		       const struct val *val)
{
	struct val said = *val;

	if (!format->print || (format->fits && !format->fits(count)))
		return false;
	if (format->value)
		said = format->value(count, (const uint8_t *)&val->u);
	return val_compare(&said, val) == 0;
}

/* A count of the field's own unit, or a measured number of it. */
static void print_count(const struct cell *cell, const struct val *val, enum print_style style,
			struct buf *out)
{
	const struct format *format = cell->format;
	struct field count = {
		.name = "",
		.path = cell->field->path,
		.type = cell->field->type,
		.kind = val->kind == VAL_INT ? FIELD_INT : FIELD_UINT,
		.size = sizeof(val->u),
		.in_value = true,
	};

	if (val->kind == VAL_REAL) {
		print_real(format, val->x, style, out);
		return;
	}
	if (!says_count(format, &count, val))
		format = format_named("dec", 3);
	count.format = format;
	format->print(&count, (const uint8_t *)&val->u, style, &cell->table->lookups, out);
}

static void print_copy(const struct cell *cell, const uint8_t *at, enum print_style style,
		       struct buf *out)
{
	const struct lookups *lookups = &cell->table->lookups;

	if (cell->is_format_chosen)
		cell->format->print(cell->field, at, style, lookups, out);
	else
		format_print(cell->field, &cell->table->plan, at, style, lookups, out);
}

static void print_total(const struct cell *cell, const struct val *val, enum print_style style,
			struct buf *out)
{
	const uint8_t *at = cell->now;
	bool is_sum = cell->n_cpus > 1 &&
		      (val->kind == VAL_UINT || val->kind == VAL_INT || val->kind == VAL_REAL);

	if (at && is_sum && cell_is_quantity(cell->field, cell->format)) {
		print_count(cell, val, style, out);
		return;
	}
	if (at && cell->n_cpus > 1)
		at = cell_agreed(cell);
	if (at)
		print_copy(cell, at, style, out);
	else
		buf_adds(out, cell->now ? "*" : "-");
}

static void print_cpu(const struct cell *cell, const struct val *val, enum print_style style,
		      struct buf *out)
{
	if (!cell->per_second && cell->now && cell->cpu < cell->n_cpus)
		print_copy(cell, cell->now + cell->cpu * cell->cpu_stride, style, out);
	else if (val->kind == VAL_UNKNOWN)
		buf_addc(out, '-');
	else
		print_count(cell, val, style, out);
}

static void print_ratio(const struct cell *cell, const struct val *val, enum print_style style,
			struct buf *out)
{
	(void)cell;
	if (style == PRINT_EXACT)
		print_digits(val->x, out);
	else
		buf_addf(out, "%.1f", val->x);
	buf_addc(out, 'x');
}

static void print_number(const struct cell *cell, const struct val *val, enum print_style style,
			 struct buf *out)
{
	(void)cell, (void)style;
	buf_addu(out, val->u);
}

static void print_word(const struct cell *cell, const struct val *val, enum print_style style,
		       struct buf *out)
{
	(void)cell, (void)style;
	buf_add(out, val->at, val->len);
}

static void print_age(const struct cell *cell, const struct val *val, enum print_style style,
		      struct buf *out)
{
	(void)cell;
	if (style == PRINT_SHORT) {
		num_duration(out, (double)val->u);
		return;
	}
	print_digits((double)val->u / 1e9, out);
	buf_addc(out, 's');
}

static void print_key(const struct cell *cell, const struct val *val, enum print_style style,
		      struct buf *out)
{
	const struct table *table = cell->table;
	size_t size;

	if (table->plan.is_variables)
		buf_add(out, val->at, val->len);
	else
		format_print_side(&table->plan, false, table_key(table, cell->row, &size), style,
				  &table->lookups, out);
}

static void print_field(const struct cell *cell, const struct field *field, enum print_style style,
			struct buf *out)
{
	struct cell one = cell_of(cell, field);
	struct val val = cell_total(&one);

	print_total(&one, &val, style, out);
}

/* Per-CPU copies of a value with several fields: their totals, field by field. */
static void print_totals(const struct cell *cell, enum print_style style, struct buf *out)
{
	const struct plan *plan = &cell->table->plan;
	const char *between = "{";

	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		const struct field *field = &plan->fields[i];

		if (!field_is_leaf(field))
			continue;
		i += field->n_below;
		if (field->is_hidden)
			continue;
		buf_addf(out, "%s%s=", between, field->path);
		print_field(cell, field, style, out);
		between = ", ";
	}
	buf_adds(out, *between == '{' ? "{}" : "}");
}

static void print_value(const struct cell *cell, const struct val *val, enum print_style style,
			struct buf *out)
{
	const struct table *table = cell->table;
	const struct field *leaf = sole_leaf(&table->plan, true);

	(void)val;
	if (table->plan.is_variables)
		print_field(cell, cell->field, style, out);
	else if (leaf)
		print_field(cell, leaf, style, out);
	else if (cell->n_cpus > 1)
		print_totals(cell, style, out);
	else
		format_print_side(&table->plan, true, cell->now, style, &table->lookups, out);
}

#define COUNT .is_numeric = true, .print = print_count
#define WHOLE .of = OF_ROW, .is_left = true, .shows_unknown = true

const struct derive_row derive_rows[] = {
	[DERIVE_TOTAL] = {"sum", "total over the CPUs", OF_FIELD, .val = cell_total,
			  .print = print_total, .shows_unknown = true},
	[DERIVE_DELTA] = {"delta", "since the reading before", OF_COUNTER, COUNT,
			  .val = cell_delta},
	[DERIVE_RATE] = {"rate", "per second of measured time", OF_COUNTER, COUNT,
			 .val = cell_rate},
	[DERIVE_BASE] = {"base", "since the baseline", OF_COUNTER, COUNT, .val = cell_since_base},
	[DERIVE_MAX] = {"max", "the largest of the CPUs", OF_CPUS, COUNT, .has_rate = true,
			.val = val_max},
	[DERIVE_MIN] = {"min", "the smallest of the CPUs", OF_CPUS, COUNT, .has_rate = true,
			.val = val_min},
	[DERIVE_MEAN] = {"mean", "mean over the CPUs", OF_CPUS, COUNT, .has_rate = true,
			 .val = val_mean},
	[DERIVE_SKEW] = {"skew", "largest of the CPUs by their mean", OF_CPUS, .is_numeric = true,
			 .has_rate = true, .val = val_skew, .print = print_ratio},
	[DERIVE_MAXCPU] = {"maxcpu", "the busiest CPU", OF_CPUS, .is_numeric = true,
			   .val = val_maxcpu, .print = print_number},
	[DERIVE_CPU] = {NULL, "one CPU's copy", OF_FIELD, .has_rate = true, .val = cell_cpu,
			.print = print_cpu, .shows_unknown = true},
	[DERIVE_STATE] = {"state", "new, kept, changed or gone", OF_ROW, .is_left = true,
			  .val = val_state, .print = print_word},
	[DERIVE_AGE] = {"age", "since first seen", OF_ROW, .is_numeric = true, .val = val_age,
			.print = print_age},
	[DERIVE_IDLE] = {"idle", "since it last changed", OF_ROW, .is_numeric = true,
			 .val = val_idle, .print = print_age},
	[DERIVE_KEY] = {"key", "the whole key", WHOLE, .val = val_key, .print = print_key},
	[DERIVE_VALUE] = {"value", "the whole value", WHOLE, .val = val_value,
			  .print = print_value},
};
_Static_assert(ARRAY_LEN(derive_rows) == N_DERIVES, "a row for each derived column");

/* -- asking -- */

struct val table_cell(const struct table *table, size_t row, const struct column *column)
{
	struct cell cell;

	cell_open(&cell, table, row, column);
	return derive_rows[column->derive].val(&cell);
}

void table_text(const struct table *table, size_t row, const struct column *column,
		enum print_style style, struct buf *out)
{
	const struct derive_row *derive = &derive_rows[column->derive];
	SCOPED(buf) raw = {0};
	struct cell cell;
	struct val val;

	cell_open(&cell, table, row, column);
	val = derive->val(&cell);
	if (val.kind == VAL_UNKNOWN && !derive->shows_unknown)
		buf_addc(&raw, '-');
	else
		derive->print(&cell, &val, style, &raw);
	if (raw.failed)
		out->failed = true;
	else
		utf8_tame(out, buf_text(&raw), raw.len);
}
