// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A list of columns as people type it: names between commas, each with an optional ":format",
 * or ":gauge" or ":counter" for what its field is wherever it is used. */
#include "model/table.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"

static size_t trim(const char **at, size_t len)
{
	while (len && (**at == ' ' || **at == '\t'))
		(*at)++, len--;
	while (len && ((*at)[len - 1] == ' ' || (*at)[len - 1] == '\t'))
		len--;
	return len;
}

static int tell_nature(const struct table *table, const struct field *field, enum nature nature,
		       int place, struct err *err)
{
	if (!field || !field->in_value || !field_is_integer(field))
		return err_at(err, place, "only numbers of the value are counters or gauges");
	nature_tell(table, field, nature);
	return 0;
}

static int column_format(const struct table *table, struct column *column, const char *name,
			 size_t len, int place, struct err *err)
{
	const struct format *format = format_named(name, len);

	for (unsigned i = NATURE_COUNTER; i < N_NATURES && !format; i++)
		if (strlen(nature_names[i]) == len && memcmp(nature_names[i], name, len) == 0)
			return tell_nature(table, column->field, (enum nature)i, place, err);
	if (!format)
		return err_at(err, place, "no format is called '%.*s'; --help=formats lists them",
			      (int)len, name);
	if (!column->field)
		return err_at(err, place, "a column of the whole row takes no format");
	if (format->fits && !format->fits(column->field))
		return err_at(err, place, "format '%s' does not fit field '%s' of type '%s'",
			      format->name, column->field->path, column->field->type);
	column->format = format;
	return 0;
}

/* One "name[:format]" at text[from..from + len). */
static int column_of_item(const struct table *table, const char *text, size_t from, size_t len,
			  struct column *column, struct err *err)
{
	const char *name = text + from;
	size_t name_len = trim(&name, len);
	const char *colon = memchr(name, ':', name_len);
	const char *format = colon ? colon + 1 : NULL;
	int r;

	if (!name_len)
		return err_at(err, (int)from + 1, "expected a column's name");
	if (colon)
		name_len = (size_t)(colon - name);
	r = table_column_named(table, name, name_len, column, err);
	if (r < 0) {
		if (err)
			err->column = (int)(name - text) + (err->column > 0 ? err->column : 1);
		return r;
	}
	if (!format)
		return 0;
	return column_format(table, column, format, (size_t)(text + from + len - format),
			     (int)(format - text) + 1, err);
}

int table_columns_named(const struct table *table, const char *text, struct column *columns,
			size_t max, struct err *err)
{
	size_t from = 0, n = 0, end = strlen(text);

	while (from <= end) {
		const char *comma = memchr(text + from, ',', end - from);
		size_t len = comma ? (size_t)(comma - text) - from : end - from;
		int r;

		if (n == max)
			return err_at(err, (int)from + 1, "at most %zu columns", max);
		r = column_of_item(table, text, from, len, &columns[n], err);
		if (r < 0)
			return r;
		n++;
		from += len + 1;
	}
	return (int)n;
}
