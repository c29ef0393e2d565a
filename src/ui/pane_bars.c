/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An array of counters as bars, a bucket a line, in the order of the buckets: the same window of rows as
 * the table of rows has, with one scale for all of the map. Where the map's name says that buckets are
 * powers of two, the range of each is its label. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/graph.h"
#include "ui/scene.h"

enum { LABEL_MAX = 20, LABEL_MIN = 14, VALUE_COLS = 8, SHARE_COLS = 5, LOG2_BUCKETS = 65 };

/* The counter that bars show: the only integer of the value. NULL: it is no array of counters. */
static const struct field *counter_of(const struct table *table)
{
	const struct plan *plan = &table->plan;
	const struct field *found = NULL;

	if (!table->map.type->is_array || plan->is_variables || plan->n_key_fields != 1)
		return NULL;
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		const struct field *field = &plan->fields[i];

		if (field_is_container(field) || field->is_hidden)
			continue;
		if (found || !field_is_integer(field) || field->in_array)
			return NULL;
		found = field;
	}
	return found;
}

int tab_show_bars(struct tab *tab, bool shows, struct err *err)
{
	const struct column key = {.derive = DERIVE_TOTAL, .field = &tab->table->plan.fields[0]};

	if (shows && !counter_of(tab->table))
		return err_set(err, -EINVAL, "'%s' is not an array of counters, which bars are of",
			       tab->table->map.name);
	if (shows && !tab->shows_bars) {
		tab_sort(tab, &key, false);
		tab_home(tab);
	}
	tab->shows_bars = shows;
	return 0;
}

ACTION(act_bars)
{
	struct tab *tab = front_tab(screen);
	struct err why = {0};

	if (tab && tab_show_bars(tab, !tab->shows_bars, &why) < 0)
		screen_say(screen, true, "%s", why.text);
	return nothing();
}

static struct column column_of(const struct tab *tab)
{
	static const enum derive derives[N_VALUE_MODES] = {
		[VALUES_BOTH] = DERIVE_TOTAL,  [VALUES_RATE] = DERIVE_RATE,
		[VALUES_DELTA] = DERIVE_DELTA, [VALUES_TOTAL] = DERIVE_TOTAL,
		[VALUES_BASE] = DERIVE_BASE,
	};

	return (struct column){.derive = derives[tab->values], .field = counter_of(tab->table)};
}

static int label_columns(struct area area)
{
	return MIN_OF(MAX_OF(area.n_cols / 4, LABEL_MIN), LABEL_MAX);
}

/* What the bars are of, and what they are measured by. */
struct scale {
	struct column column;
	double max, sum;
};

static struct scale scale_of(const struct table *table, struct column column)
{
	struct scale scale = {.column = column};

	for (size_t row = 0; row < table_n_live(table); row++) {
		struct val val = table_cell(table, row, &column);
		double x = val_as_real(&val);

		if (x > 0) {
			scale.max = fmax(scale.max, x);
			scale.sum += x;
		}
	}
	return scale;
}

static bool is_log2(const struct map *map)
{
	static const char *const hints[] = {"hist", "log2",   "lat", "size",
					    "dist", "bucket", "slot"};

	for (size_t i = 0; i < ARRAY_LEN(hints); i++)
		if (map->max_entries <= LOG2_BUCKETS && strstr(map->name, hints[i]))
			return true;
	return false;
}

/* 2 to the n, exactly; the first bucket holds 0 too. */
static void add_power(struct buf *out, size_t n)
{
	static const char *const units[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

	if (n == 0)
		buf_addc(out, '0');
	else
		buf_addf(out, "%u%s", 1U << n % 10, units[MIN_OF(n / 10, ARRAY_LEN(units) - 1)]);
}

static void label_of(const struct table *table, size_t row, struct buf *out)
{
	const struct column key = {.derive = DERIVE_TOTAL, .field = &table->plan.fields[0]};

	table_text(table, row, &key, PRINT_SHORT, out);
	if (!is_log2(&table->map) || table->plan.fields[0].n_names)
		return;
	buf_adds(out, row < 10 ? "  " : " ");
	add_power(out, row);
	buf_adds(out, "..");
	add_power(out, row + 1);
}

static void put_bar(const struct scene *scene, struct area area, int line, size_t row,
		    const struct scale *scale, bool is_cursor)
{
	const struct table *table = scene->tab->table;
	struct val val = table_cell(table, row, &scale->column);
	double x = val_as_real(&val), share = graph_share(scene, fmax(x, 0), scale->max);
	int labels = label_columns(area), col;
	int width = MAX_OF(area.n_cols - labels - VALUE_COLS - SHARE_COLS - 3, 0);
	enum role role = is_cursor ? ROLE_CURSOR : ROLE_TEXT;
	struct area whole = {area.row + line, area.col, 1, area.n_cols};
	SCOPED(buf) label = {0}, value = {0}, part = {0};

	label_of(table, row, &label);
	table_text(table, row, &scale->column, PRINT_SHORT, &value);
	if (scale->sum > 0 && !isnan(x))
		num_percent(&part, fmax(x, 0) / scale->sum);
	grid_fill(scene->grid, whole, role, " ");
	grid_put(scene->grid, whole, 0, 0, role, is_cursor ? ">" : " ");
	grid_fit(scene->grid, whole, (struct strip){0, 2, labels - 3}, false,
		 is_cursor ? ROLE_CURSOR : ROLE_KEY, buf_text(&label));
	if (share > 0)
		glyph_meter(scene->grid, whole, (struct strip){0, labels, width}, share,
			    is_cursor ? ROLE_CURSOR : ROLE_GRAPH);
	col = grid_fit(scene->grid, whole, (struct strip){0, labels + width + 1, VALUE_COLS}, true,
		       role, buf_text(&value));
	grid_fit(scene->grid, whole, (struct strip){0, col + 1, SHARE_COLS}, true, role,
		 buf_text(&part));
}

void pane_bar_titles(const struct scene *scene, struct area area)
{
	struct column column = column_of(scene->tab);
	SCOPED(buf) name = {0};
	int labels = label_columns(area), width;

	grid_fill(scene->grid, area, ROLE_COLUMN, " ");
	grid_put(scene->grid, area, 0, 2, ROLE_COLUMN_SORTED, "bucket");
	table_column_name(scene->tab->table, &column, &name);
	buf_adds(&name, scene->screen->is_log ? ", log" : "");
	width = area.n_cols - labels - SHARE_COLS - 2;
	grid_fit(scene->grid, area, (struct strip){0, labels, width}, true, ROLE_COLUMN,
		 buf_text(&name));
	grid_fit(scene->grid, area, (struct strip){0, labels + width + 1, SHARE_COLS}, true,
		 ROLE_COLUMN, "share");
}

void pane_bars(const struct scene *scene, struct area area)
{
	const struct view *view = &scene->tab->view;
	struct column column = column_of(scene->tab);
	struct scale scale;

	if (!view->n_matched || !column.field) {
		pane_rows(scene, area);
		return;
	}
	scale = scale_of(scene->tab->table, column);
	for (int line = 0; line < area.n_rows; line++) {
		size_t place = view->top + (size_t)line;
		ptrdiff_t row = view_row(view, place);

		if (row >= 0)
			put_bar(scene, area, line, (size_t)row, &scale, place == view->cursor);
	}
}
