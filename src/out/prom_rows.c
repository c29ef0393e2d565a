// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A row keeps its series as long as it lives: were the busiest rows chosen afresh each time, series would
 * come and go, and the sum of the rest would jump. Free places go to the busiest rows without one.
 *
 * A series of one row shows the row's own numbers, resets and all. A sum of counters can't be the sum of
 * what is there: it would fall when a row goes, and a fall means a reset to Prometheus, which then counts
 * everything that is left once more. So the rest, and rows that no label tells apart, add up what happens:
 * the first reading's totals, then every rise. Groups are such sums, all of them.
 *
 * Rows find their series by key bytes, cut to the bytes that the labels are made of. Keys that differ in
 * those and still read the same (bytes behind the end of a text) are led to one series by their labels. */
#include "out/prom_rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "out/out.h"
#include "out/walk.h"
#include "query/view.h"

enum { FEW_FALLS = 3, GAUGE_FALLS_SHARE = 4, KEYS_A_SERIES = 4, NUMBERS_RUN = 256 };

/* -- series -- */

static void series_release(struct prom_series *series)
{
	free(series->labels);
	free(series->values);
}

/* Takes labels over. */
static int add_series(struct prom_rows *rows, char *labels)
{
	struct prom_series series = {.labels = labels};

	if (rows->n_series == rows->cap_series) {
		size_t cap = rows->cap_series ? 2 * rows->cap_series : 64;
		struct prom_series *grown = reallocarray(rows->series, cap, sizeof(*grown));
		uint64_t *hashes = grown ? reallocarray(rows->hashes, cap, sizeof(*hashes)) : NULL;

		rows->series = grown ? grown : rows->series;
		rows->hashes = hashes ? hashes : rows->hashes;
		if (!hashes) {
			free(labels);
			return -ENOMEM;
		}
		rows->cap_series = cap;
	}
	series.values = calloc(rows->columns.n_fields + 1, sizeof(*series.values));
	if (!labels || !series.values) {
		series_release(&series);
		return -ENOMEM;
	}
	rows->hashes[rows->n_series] = index_hash(labels, strlen(labels));
	rows->series[rows->n_series++] = series;
	return 0;
}

int prom_rows_init(struct prom_rows *rows, const struct table *table, const struct out_job *job,
		   size_t max_values)
{
	int r;

	*rows = (struct prom_rows){.key_size = map_key_stride(&table->map)};
	r = prom_columns_init(&rows->columns, table, job);
	rows->max_series = max_values / MAX_OF(rows->columns.n_fields, (size_t)1);
	if (table->plan.is_variables)
		rows->max_series = max_values;
	if (job->limit)
		rows->max_series = MIN_OF(rows->max_series, job->limit);
	if (r == 0)
		r = add_series(rows, strdup(",row=\"other\""));
	if (r == 0)
		rows->series[0].is_sum = true;
	return r;
}

void prom_rows_release(struct prom_rows *rows)
{
	if (!rows)
		return;
	for (size_t i = 0; i < rows->n_series; i++)
		series_release(&rows->series[i]);
	prom_columns_release(&rows->columns);
	free(rows->series);
	free(rows->hashes);
	free(rows->keys);
	free(rows->key_series);
	index_release(&rows->by_labels);
	index_release(&rows->by_key);
	pages_release(&rows->row_series);
	*rows = (struct prom_rows){0};
}

/* -- which series a row has -- */

static void cut_key(const struct prom_rows *rows, const struct table *table, size_t row,
		    uint8_t *cut)
{
	size_t size;
	const uint8_t *key = table_key(table, row, &size);

	for (size_t i = 0; i < rows->key_size; i++)
		cut[i] = i < size ? key[i] & rows->columns.mask[i] : 0;
}

static int room_for_key(struct prom_rows *rows)
{
	size_t cap = rows->cap_keys ? 2 * rows->cap_keys : 64;
	uint8_t *keys;
	uint32_t *of;

	if (rows->n_keys < rows->cap_keys)
		return 0;
	keys = reallocarray(rows->keys, cap, MAX_OF(rows->key_size, (size_t)1));
	rows->keys = keys ? keys : rows->keys;
	of = keys ? reallocarray(rows->key_series, cap, sizeof(*of)) : NULL;
	rows->key_series = of ? of : rows->key_series;
	rows->cap_keys = of ? cap : rows->cap_keys;
	return of ? 0 : -ENOMEM;
}

/* The series with those labels, an old one or a new one; labels are taken over. 0: no room. */
static int series_of_labels(struct prom_rows *rows, char *labels, uint32_t *series_ret)
{
	uint64_t hash = labels ? index_hash(labels, strlen(labels)) : 0;
	uint32_t found;
	int r;

	if (!labels)
		return -ENOMEM;
	found = index_find(&rows->by_labels, (const uint8_t *)rows->hashes, sizeof(hash),
			   sizeof(hash), (const uint8_t *)&hash);
	if (found != INDEX_NONE || rows->n_series > rows->max_series) {
		free(labels);
		*series_ret = found == INDEX_NONE ? 0 : found;
		return 0;
	}
	r = add_series(rows, labels);
	if (r < 0)
		return r;
	*series_ret = (uint32_t)rows->n_series - 1;
	return index_add(&rows->by_labels, (const uint8_t *)rows->hashes, sizeof(hash),
			 sizeof(hash), *series_ret) == INDEX_NONE
		       ? -ENOMEM
		       : 0;
}

/* Gives the row a series if there is room. */
static int admit(struct prom_rows *rows, const struct table *table, size_t row)
{
	uint32_t series;
	uint8_t *key;
	int r = room_for_key(rows);

	if (r < 0)
		return r;
	key = rows->keys + rows->n_keys * rows->key_size;
	cut_key(rows, table, row, key);
	if (index_find(&rows->by_key, rows->keys, rows->key_size, rows->key_size, key) !=
	    INDEX_NONE)
		return 0;
	r = series_of_labels(rows, prom_labels(&rows->columns, table, row), &series);
	if (r < 0 || series == 0)
		return r;
	rows->key_series[rows->n_keys] = series;
	return index_add(&rows->by_key, rows->keys, rows->key_size, rows->key_size,
			 (uint32_t)rows->n_keys++) == INDEX_NONE
		       ? -ENOMEM
		       : 0;
}

static bool has_room(const struct prom_rows *rows)
{
	return rows->n_series <= rows->max_series &&
	       rows->n_keys < rows->max_series * KEYS_A_SERIES;
}

static int admit_of(struct prom_rows *rows, const struct table *table, const struct view *view)
{
	struct walk walk = {.table = table, .view = view, .job = &(struct out_job){0}};
	int r = 0;

	while (r == 0 && has_room(rows) && walk_next(&walk))
		r = admit(rows, table, walk.row);
	return r;
}

/* Those with the most of the first field, among the rows that view matches. */
static int admit_largest(struct prom_rows *rows, struct table *table, struct view *view)
{
	struct view top;
	int r;

	view_init(&top);
	top.filter = view->filter;
	top.hides_gone = true;
	top.keys[0] = (struct sort_key){rows->columns.fields[0].column, true};
	top.n_keys = 1;
	r = view_refresh(&top, table, rows->max_series);
	for (size_t i = 0; r == 0 && has_room(rows) && i < rows->max_series; i++) {
		ptrdiff_t row = view_row(&top, i);

		if (row < 0)
			break;
		r = admit(rows, table, (size_t)row);
	}
	top.filter = NULL;
	view_release(&top);
	return r;
}

static int admit_rows(struct prom_rows *rows, struct table *table, struct view *view)
{
	int r = 0;

	if (!rows->columns.n_fields || !has_room(rows))
		return 0;
	if (!view->n_keys && view->n_matched > rows->max_series)
		r = admit_largest(rows, table, view);
	return r < 0 ? r : admit_of(rows, table, view);
}

/* -- values -- */

struct numbers { /* of one column, asked for row after row */
	const struct table *table;
	const struct column *column;
	enum val_kind kind; /* VAL_UNKNOWN: cell by cell */
	size_t first, n;    /* the rows of the run */
	uint64_t run[NUMBERS_RUN];
};

static void numbers_open(struct numbers *numbers, const struct table *table,
			 const struct column *column)
{
	numbers->table = table;
	numbers->column = column;
	numbers->kind = table_numbers_kind(table, column);
	numbers->first = numbers->n = 0;
}

static struct val number_at(struct numbers *numbers, size_t row)
{
	uint64_t bits;
	double x;

	if (numbers->kind == VAL_UNKNOWN)
		return table_cell(numbers->table, row, numbers->column);
	if (row - numbers->first >= numbers->n) {
		numbers->first = row;
		numbers->n = MIN_OF(table_n_live(numbers->table) - row, (size_t)NUMBERS_RUN);
		table_numbers(numbers->table, numbers->column, row, numbers->n, numbers->run);
	}
	bits = numbers->run[row - numbers->first];
	if (numbers->kind != VAL_REAL)
		return (struct val){.kind = numbers->kind, .u = bits};
	memcpy(&x, &bits, sizeof(x));
	/* A float may be no number and still be known. */
	return isnan(x) && numbers->column->derive != DERIVE_TOTAL ? val_unknown() : val_real(x);
}

static void add_to(struct val *sum, const struct val *val)
{
	uint64_t u;

	if (sum->kind == VAL_UNKNOWN)
		*sum = *val;
	else if (sum->kind == VAL_UINT && val->kind == VAL_UINT &&
		 !__builtin_add_overflow(sum->u, val->u, &u))
		sum->u = u;
	else
		*sum = val_real(val_as_real(sum) + val_as_real(val));
}

/* What happened to a counter since the reading before. Of a row whose past isn't known, nothing. */
static struct val rise_of(struct prom_rows *rows, struct prom_field *field,
			  const struct table *table, size_t row, const struct val *total,
			  const struct val *delta)
{
	double x = val_as_real(delta);

	if (!rows->has_taken)
		return *total;
	if (delta->kind != VAL_UNKNOWN) {
		field->n_rises += x > 0;
		return delta->kind == VAL_REAL ? val_uint((uint64_t)llround(x)) : *delta;
	}
	if (!table_old_value(table, row) || table->share_of)
		return val_uint(0);
	field->n_falls++;
	return *total;
}

static void sum_field(struct prom_rows *rows, struct table *table, size_t i)
{
	struct prom_field *field = &rows->columns.fields[i];
	struct column difference = field->column;
	const uint32_t *of = (const uint32_t *)rows->row_series.at;
	struct numbers totals, deltas;

	difference.derive = DERIVE_DELTA;
	numbers_open(&totals, table, &field->column);
	numbers_open(&deltas, table, &difference);
	for (size_t s = 0; s < rows->n_series; s++)
		if (!rows->series[s].is_sum || !field->is_counter)
			rows->series[s].values[i] = val_unknown();
	for (size_t row = 0; row < table_n_live(table); row++) {
		struct prom_series *series = of[row] == INDEX_NONE ? NULL : &rows->series[of[row]];
		struct val total, rise;

		if (!series || (series->n_rows > 1 && !field->adds_up))
			continue;
		total = number_at(&totals, row);
		if (total.kind == VAL_UNKNOWN)
			continue;
		if (field->is_counter) {
			struct val delta = number_at(&deltas, row);

			rise = rise_of(rows, field, table, row, &total, &delta);
			total = series->is_sum ? rise : total;
		}
		add_to(&series->values[i], &total);
	}
}

/* A counter falls when its entry is recycled, a gauge falls about as often as it rises. Once a gauge, a
 * field stays one. */
static bool turns_out_gauge(const struct table *table, struct prom_field *field)
{
	const struct field *of = field->column.field;
	bool is_told = of && nature_told(table, of) != NATURE_GUESSED;
	bool falls =
		field->n_falls >= FEW_FALLS && field->n_falls * GAUGE_FALLS_SHARE >= field->n_rises;

	if (!field->is_counter || (!(of && nature_is_gauge(table, of)) && (is_told || !falls)))
		return false;
	field->is_counter = false;
	return true;
}

/* -- a reading -- */

static void find_series(struct prom_rows *rows, const struct table *table, const struct view *view,
			uint8_t *key)
{
	struct walk walk = {.table = table, .view = view, .job = &(struct out_job){0}};
	uint32_t *of = (uint32_t *)rows->row_series.at;

	memset(of, 0xff, table_n_live(table) * sizeof(*of));
	for (size_t s = 0; s < rows->n_series; s++)
		rows->series[s].n_rows = 0;
	while (walk_next(&walk)) {
		uint32_t found;

		cut_key(rows, table, walk.row, key);
		found = index_find(&rows->by_key, rows->keys, rows->key_size, rows->key_size, key);
		of[walk.row] = found == INDEX_NONE ? 0 : rows->key_series[found];
		rows->series[of[walk.row]].n_rows++;
	}
	for (size_t s = 0; s < rows->n_series; s++)
		rows->series[s].is_sum |= rows->series[s].n_rows > 1 || table->share_of;
}

/* Series without a row go, and keys that led to them. */
static int forget(struct prom_rows *rows, const uint32_t *moved)
{
	size_t n = 0;
	int r = index_reset(&rows->by_key, rows->n_keys);

	for (size_t k = 0; k < rows->n_keys && r == 0; k++) {
		uint32_t series = moved[rows->key_series[k]];

		if (series == INDEX_NONE)
			continue;
		memmove(rows->keys + n * rows->key_size, rows->keys + k * rows->key_size,
			rows->key_size);
		rows->key_series[n] = series;
		if (index_add(&rows->by_key, rows->keys, rows->key_size, rows->key_size,
			      (uint32_t)n++) == INDEX_NONE)
			r = -ENOMEM;
	}
	rows->n_keys = n;
	if (r == 0)
		r = index_reset(&rows->by_labels, rows->n_series);
	for (size_t s = 1; s < rows->n_series && r == 0; s++)
		if (index_add(&rows->by_labels, (const uint8_t *)rows->hashes, sizeof(uint64_t),
			      sizeof(uint64_t), (uint32_t)s) == INDEX_NONE)
			r = -ENOMEM;
	return r;
}

static int forget_gone(struct prom_rows *rows)
{
	uint32_t *moved = calloc(rows->n_series, sizeof(*moved));
	size_t n = 0;
	int r;

	if (!moved)
		return -ENOMEM;
	for (size_t s = 0; s < rows->n_series; s++) {
		bool is_gone = s && !rows->series[s].n_rows;

		moved[s] = is_gone ? INDEX_NONE : (uint32_t)n;
		if (is_gone) {
			series_release(&rows->series[s]);
			continue;
		}
		rows->hashes[n] = rows->hashes[s];
		rows->series[n++] = rows->series[s];
	}
	r = n == rows->n_series ? 0 : 1;
	rows->n_series = n;
	r = r ? forget(rows, moved) : 0;
	free(moved);
	return r;
}

int prom_rows_take(struct prom_rows *rows, struct table *table, struct view *view)
{
	uint8_t *key = malloc(rows->key_size + 1);
	size_t n_rows = table_n_live(table);
	int r = 0;

	if (!key || pages_reserve(&rows->row_series, n_rows * sizeof(uint32_t) + 1) < 0)
		r = -ENOMEM;
	/* Rows that an incomplete reading lacks may still be there. */
	if (r == 0 && snap_is_complete(table->current)) {
		find_series(rows, table, view, key);
		r = forget_gone(rows);
	}
	if (r == 0)
		r = admit_rows(rows, table, view);
	if (r == 0) {
		find_series(rows, table, view, key);
		for (size_t i = 0; i < rows->columns.n_fields; i++)
			do
				sum_field(rows, table, i);
			while (turns_out_gauge(table, &rows->columns.fields[i]));
		rows->has_taken = true;
	}
	free(key);
	return r;
}
