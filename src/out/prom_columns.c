// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which columns name a series, and which are measured. Names of labels are what is left of a column's name
 * in Prometheus' alphabet, so two may fall together: a later one gets underscores. */
#include "out/prom_rows.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/format.h"
#include "out/out.h"

void prom_quote(struct buf *out, const char *text, size_t len)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' || text[i] == '"')
			buf_addc(out, '\\');
		buf_addc(out, text[i]);
	}
	buf_addc(out, '"');
}

static char *taken(struct buf *text)
{
	return text->failed ? NULL : strdup(buf_text(text));
}

static bool is_taken(const struct prom_columns *columns, const char *name)
{
	static const char *const ours[] = {"map", "id", "field", "row"};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (!strcmp(ours[i], name))
			return true;
	for (size_t i = 0; i < columns->n_labels; i++)
		if (!strcmp(columns->label_names[i], name))
			return true;
	return false;
}

/* [a-zA-Z_][a-zA-Z0-9_]*, not beginning with two underscores, and no other label's. */
static char *label_name(const struct prom_columns *columns, const struct table *table,
			const struct column *column)
{
	SCOPED(buf) name = {0};
	SCOPED(buf) text = {0};

	table_column_name(table, column, &name);
	if (!isalpha((unsigned char)buf_text(&name)[0]))
		buf_adds(&text, "key_");
	for (size_t i = 0; i < name.len; i++)
		buf_addc(&text, isalnum((unsigned char)name.at[i]) ? name.at[i] : '_');
	while (!text.failed && is_taken(columns, buf_text(&text)))
		buf_addc(&text, '_');
	return name.failed ? NULL : taken(&text);
}

static bool is_number(const struct column *column)
{
	return !column_in_key(column) && column_is_numeric(column);
}

bool prom_takes(const struct column *column)
{
	return column_in_key(column) || is_number(column);
}

/* Unasked, only quantities: an id or a moment is no measurement. Of groups, how many rows they have is. */
static bool is_quantity(const struct table *table, const struct column *column)
{
	const struct field *field = column->field;

	if (table->share_of)
		return field && field->in_value && column->derive == DERIVE_TOTAL;
	return field && field->format->sense == SENSE_QUANTITY &&
	       (field->kind == FIELD_UINT || field->kind == FIELD_INT || field->kind == FIELD_REAL);
}

static int add_field(struct prom_columns *columns, const struct table *table,
		     const struct column *column)
{
	struct prom_field *field = &columns->fields[columns->n_fields];
	SCOPED(buf) name = {0};
	SCOPED(buf) quoted = {0};

	table_column_name(table, column, &name);
	prom_quote(&quoted, buf_text(&name), name.len);
	*field = (struct prom_field){
		.column = *column,
		.adds_up =
			column_adds_up(column) || (table->share_of && is_quantity(table, column)),
		.is_counter =
			column->derive == DERIVE_TOTAL && table_counts(table, column->field) &&
			column->field->kind == FIELD_UINT && !nature_is_gauge(table, column->field),
		.name = name.failed ? NULL : taken(&quoted),
	};
	if (!field->name)
		return -ENOMEM;
	columns->n_fields++;
	return 0;
}

static int add_label(struct prom_columns *columns, const struct table *table,
		     const struct column *column)
{
	char *name = label_name(columns, table, column);

	if (!name)
		return -ENOMEM;
	columns->labels[columns->n_labels] = *column;
	columns->label_names[columns->n_labels++] = name;
	return 0;
}

static int add_columns(struct prom_columns *columns, const struct table *table,
		       const struct column *list, size_t n, bool is_chosen)
{
	int r = 0;

	columns->fields = calloc(n + 1, sizeof(*columns->fields));
	columns->labels = calloc(n + 1, sizeof(*columns->labels));
	columns->label_names = calloc(n + 1, sizeof(*columns->label_names));
	if (!columns->fields || !columns->labels || !columns->label_names)
		return -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		if (column_in_key(&list[i]))
			r = add_label(columns, table, &list[i]);
		else if (is_number(&list[i]) && (is_chosen || is_quantity(table, &list[i])))
			r = add_field(columns, table, &list[i]);
	}
	return r;
}

/* A variable is a row with fields of its own. */
static int add_variables(struct prom_columns *columns, const struct table *table)
{
	const struct plan *plan = &table->plan;
	struct column *list = calloc(plan->n_fields + 1, sizeof(*list));
	size_t n = 0;
	int r;

	if (!list)
		return -ENOMEM;
	list[n++] = (struct column){.derive = DERIVE_KEY};
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		if (!plan->fields[i].in_array && !plan->fields[i].is_hidden)
			list[n++] = (struct column){.field = &plan->fields[i]};
	r = add_columns(columns, table, list, n, false);
	free(list);
	return r;
}

/* A series of a record would never have a second sample, and the next reading as many new ones: only
 * groups of them, or columns that were asked for, are series. */
static bool are_records(const struct table *table)
{
	return table->plan.record_from && !table->share_of;
}

static int add_unasked(struct prom_columns *columns, const struct table *table)
{
	struct column *list;
	size_t n = are_records(table) ? 0 : table_default_columns(table, false, NULL, 0);
	int r;

	if (table->plan.is_variables)
		return add_variables(columns, table);
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	table_default_columns(table, false, list, n);
	r = add_columns(columns, table, list, n, false);
	free(list);
	return r;
}

static int make_mask(struct prom_columns *columns, const struct table *table)
{
	size_t key_size = map_key_stride(&table->map);

	columns->mask = calloc(1, key_size + 1);
	if (!columns->mask)
		return -ENOMEM;
	for (size_t i = 0; i < columns->n_labels; i++) {
		const struct field *field = columns->labels[i].field;
		size_t from = field ? field->offset : 0;
		size_t size = field ? field->size : key_size;

		if (from + size <= key_size)
			memset(columns->mask + from, 0xff, size);
	}
	return 0;
}

void prom_columns_release(struct prom_columns *columns)
{
	for (size_t i = 0; i < columns->n_fields; i++)
		free(columns->fields[i].name);
	for (size_t i = 0; i < columns->n_labels; i++)
		free(columns->label_names[i]);
	free(columns->fields);
	free(columns->labels);
	free(columns->label_names);
	free(columns->mask);
	*columns = (struct prom_columns){0};
}

int prom_columns_init(struct prom_columns *columns, const struct table *table,
		      const struct out_job *job)
{
	int r;

	*columns = (struct prom_columns){0};
	r = job->is_selected ? add_columns(columns, table, job->columns, job->n_columns, true)
			     : add_unasked(columns, table);
	return r < 0 ? r : make_mask(columns, table);
}

char *prom_labels(const struct prom_columns *columns, const struct table *table, size_t row)
{
	SCOPED(buf) labels = {0};
	SCOPED(buf) cell = {0};

	for (size_t i = 0; i < columns->n_labels; i++) {
		buf_clear(&cell);
		table_text(table, row, &columns->labels[i], PRINT_EXACT, &cell);
		buf_addf(&labels, ",%s=", columns->label_names[i]);
		prom_quote(&labels, buf_text(&cell), cell.len);
		labels.failed |= cell.failed;
	}
	return taken(&labels);
}
