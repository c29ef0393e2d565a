/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text of cells. Counts are written in the format of their field. Of per-CPU values each part is written
 * by itself: summed where it is a quantity, and where it isn't, what the CPUs agree on. */
#include "model/table_text.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"

enum { SHORT_ITEMS = 8, MAX_PRINTED = 65536 };

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

/* Any format that was asked for, else one for quantities. */
void text_count(const struct cell *cell, const struct val *val, enum print_style style,
		struct buf *out)
{
	const struct lookups *lookups = &cell->table->lookups;
	const struct field count = {
		.name = "",
		.path = cell->field->path,
		.type = cell->field->type,
		.kind = val->kind == VAL_INT ? FIELD_INT : FIELD_UINT,
		.size = sizeof(val->u),
		.in_value = true,
		.format = cell->format,
	};
	bool is_whole = val->kind == VAL_UINT || val->kind == VAL_INT;

	if (val->kind == VAL_REAL && style != PRINT_SHORT)
		print_digits(val->x, out);
	else if (is_whole && cell->is_format_chosen && says_count(cell->format, &count, val))
		cell->format->print(&count, (const uint8_t *)&val->u, style, lookups, out);
	else
		format_print_val(cell->format, *val, style, lookups, out);
}

/* Differences of moments are times. */
void text_difference(const struct cell *cell, const struct val *val, enum print_style style,
		     struct buf *out)
{
	struct cell one = *cell;

	if (cell->format->difference)
		one.format = cell->format->difference;
	text_count(&one, val, style, out);
}

void text_level(const struct cell *cell, const struct val *val, enum print_style style,
		struct buf *out)
{
	if (cell->per_second)
		text_difference(cell, val, style, out);
	else if (cell->format->difference)
		format_print_level(cell->format, *val, style, &cell->table->lookups, out);
	else
		text_count(cell, val, style, out);
}

void table_amount_text(const struct table *table, const struct field *field, double amount,
		       struct buf *out)
{
	const struct format *format = field ? field->format : NULL;

	if (format && format->difference)
		format = format->difference;
	if (isnan(amount))
		buf_addc(out, '-');
	else if (format)
		format_print_val(format, val_real(amount), PRINT_SHORT, &table->lookups, out);
	else
		num_short(out, amount, 1000);
}

static void print_copy(const struct cell *cell, const uint8_t *at, enum print_style style,
		       struct buf *out)
{
	const struct lookups *lookups = &cell->table->lookups;
	const struct field *there;
	struct field cut;

	if (!cell->is_format_chosen) {
		format_print(cell->field, &cell->table->plan, at, style, lookups, out);
		return;
	}
	there = format_there(cell->field, cell->format, at, &cut);
	if (there)
		cell->format->print(there, at, style, lookups, out);
	else
		buf_addc(out, '-');
}

static void print_field(const struct cell *cell, const struct field *field, enum print_style style,
			struct buf *out)
{
	struct cell one = cell_of(cell, field);
	struct val val = cell_total(&one);

	text_total(&one, &val, style, out);
}

static const char *path_below(const struct field *parent, const struct field *field)
{
	size_t len = parent ? strlen(parent->path) : 0;
	bool is_prefix = len && strncmp(field->path, parent->path, len) == 0;

	return is_prefix && field->path[len] == '.' ? field->path + len + 1 : field->path;
}

/* The leaves below parent (NULL: of the whole value), each summed over the CPUs. */
static void print_sums(const struct cell *cell, const struct field *parent, enum print_style style,
		       struct buf *out)
{
	const struct plan *plan = &cell->table->plan;
	uint32_t from = parent ? (uint32_t)(parent - plan->fields) + 1 : plan->n_key_fields;
	uint32_t to = parent ? from + parent->n_below : plan->n_fields;
	size_t limit = out->len + MAX_PRINTED;
	const char *between = "";

	buf_addc(out, '{');
	for (uint32_t i = from; i < to && out->len < limit; i++) {
		const struct field *field = &plan->fields[i];

		if (!field_is_leaf(field))
			continue;
		i += field->n_below;
		if (field->is_hidden)
			continue;
		buf_addf(out, "%s%s=", between, path_below(parent, field));
		print_field(cell, field, style, out);
		between = ", ";
	}
	buf_addc(out, '}');
}

static void print_array_sums(const struct cell *cell, enum print_style style, struct buf *out)
{
	const struct field *array = cell->field;
	uint32_t most = style == PRINT_SHORT ? SHORT_ITEMS : array->count, i;
	struct cell element = cell_of(cell, array + 1);
	size_t limit = out->len + MAX_PRINTED;

	buf_addc(out, '[');
	for (i = 0; i < array->count && i < most && out->len < limit; i++) {
		element.now = cell->now + array->offset + (size_t)i * array->stride;
		buf_adds(out, i ? ", " : "");
		print_field(&element, array + 1, style, out);
	}
	if (i < array->count)
		buf_addf(out, "%s…+%u", i ? ", " : "", array->count - i);
	buf_addc(out, ']');
}

static void print_copies(const struct cell *cell, const struct val *val, enum print_style style,
			 struct buf *out)
{
	const struct field *field = cell->field;
	const uint8_t *agreed;

	if (val_is_number(val) && cell_is_quantity(field, cell->format)) {
		text_count(cell, val, style, out);
		return;
	}
	if (field_is_nested(field) && !cell->is_format_chosen) {
		if (field->kind == FIELD_ARRAY)
			print_array_sums(cell, style, out);
		else
			print_sums(cell, field, style, out);
		return;
	}
	agreed = cell_agreed(cell);
	if (agreed)
		print_copy(cell, agreed, style, out);
	else
		buf_addc(out, '*');
}

void text_total(const struct cell *cell, const struct val *val, enum print_style style,
		struct buf *out)
{
	if (!cell->now)
		buf_addc(out, '-');
	else if (cell->n_cpus > 1)
		print_copies(cell, val, style, out);
	else
		print_copy(cell, cell->now, style, out);
}

void text_cpu(const struct cell *cell, const struct val *val, enum print_style style,
	      struct buf *out)
{
	if (!cell->per_second && cell->now && cell->cpu < cell->n_cpus)
		print_copy(cell, cell->now + cell->cpu * cell->cpu_stride, style, out);
	else if (val->kind == VAL_UNKNOWN)
		buf_addc(out, '-');
	else
		text_count(cell, val, style, out);
}

void text_ratio(const struct cell *cell, const struct val *val, enum print_style style,
		struct buf *out)
{
	(void)cell;
	if (style != PRINT_SHORT)
		print_digits(val->x, out);
	else
		buf_addf(out, "%.1f", val->x);
	buf_addc(out, 'x');
}

void text_share(const struct cell *cell, const struct val *val, enum print_style style,
		struct buf *out)
{
	(void)cell;
	if (style == PRINT_SHORT) {
		num_percent(out, val->x);
		return;
	}
	print_digits(val->x * 100, out);
	buf_addc(out, '%');
}

void text_number(const struct cell *cell, const struct val *val, enum print_style style,
		 struct buf *out)
{
	(void)cell, (void)style;
	buf_addu(out, val->u);
}

void text_word(const struct cell *cell, const struct val *val, enum print_style style,
	       struct buf *out)
{
	(void)cell, (void)style;
	buf_add(out, val->at, val->len);
}

void text_age(const struct cell *cell, const struct val *val, enum print_style style,
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

void text_key(const struct cell *cell, const struct val *val, enum print_style style,
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

void text_value(const struct cell *cell, const struct val *val, enum print_style style,
		struct buf *out)
{
	const struct table *table = cell->table;
	const struct plan *plan = &table->plan;
	const struct field *leaf = cell_sole_leaf(plan, true);

	(void)val;
	if (plan->is_variables)
		print_field(cell, cell->field, style, out);
	else if (leaf)
		print_field(cell, leaf, style, out);
	else if (cell->n_cpus > 1)
		print_sums(cell, NULL, style, out);
	else
		format_print_side(plan, true, cell->now, style, &table->lookups, out);
}
