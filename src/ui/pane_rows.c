/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rows. Before every row stands a gutter of three: the cursor, the row's state, and a tag that the
 * state left no room for; so colour is never the only signal. All trends share one scale per screen,
 * which follows the visible maximum and falls slowly. */
#include <math.h>
#include <string.h>

#include "base/tidy.h"
#include "model/map_text.h"
#include "model/maptype.h"
#include "model/smooth.h"
#include "query/query.h"
#include "ui/graph.h"
#include "ui/shorten.h"
#include "ui/scene.h"

enum { HEAT_CPUS = 1024 };

/* One row on the screen. */
struct row_view {
	size_t row;
	bool is_cursor, is_tagged, is_gone, is_new, is_match, is_alert;
};

static enum role row_role(const struct row_view *view, enum role otherwise)
{
	if (view->is_cursor)
		return ROLE_CURSOR;
	if (view->is_gone)
		return ROLE_GONE;
	if (view->is_tagged)
		return ROLE_TAGGED;
	return view->is_new ? ROLE_NEW : otherwise;
}

static struct row_view look_at(const struct tab *tab, size_t row, size_t place)
{
	size_t size;
	const uint8_t *key = table_key(tab->table, row, &size);

	return (struct row_view){
		.row = row,
		.is_cursor = place == tab->view.cursor,
		.is_tagged = tags_has(&tab->tags, key),
		.is_gone = table_is_ghost(tab->table, row),
		.is_new = table_is_recent(tab->table, row),
		.is_alert = alert_marks(&tab->alert, tab->table, row),
		.is_match = tab->search && query_match_row(tab->search, tab->table, row),
	};
}

static void put_gutter(const struct scene *scene, struct area area, int line,
		       const struct row_view *view)
{
	char marks[TAB_GUTTER + 1] = "   ";

	marks[0] = view->is_cursor ? '>' : ' ';
	marks[1] = view->is_gone ? '-' : view->is_new ? '+' : view->is_tagged ? '*' : ' ';
	marks[2] = view->is_tagged && marks[1] != '*' ? '*' : ' ';
	if (view->is_alert)
		marks[2] = '!';
	grid_put(scene->grid, area, line, 0, row_role(view, ROLE_TEXT), marks);
}

/* All rows go by the same clock. */
static void put_trend(const struct scene *scene, struct area area, struct strip strip,
		      const struct row_view *view)
{
	const struct tab *tab = scene->tab;
	float samples[HIST_SAMPLES];
	struct spark spark = {.wish = scene->sparks,
			      .samples = samples,
			      .scale = tab->trend_scale,
			      .role = row_role(view, ROLE_GRAPH)};
	size_t size;

	spark.n = MIN_OF(glyph_spark_samples(scene->grid, spark.wish, strip.n_cols),
			 (size_t)HIST_SAMPLES);
	spark.n = MIN_OF(spark.n, tab_n_samples(tab));
	hist_get(&tab->table->trends, table_key(tab->table, view->row, &size),
		 tab->table->current->number, samples, spark.n);
	graph_spark(scene, area, strip, &spark);
}

static void put_heat(const struct scene *scene, struct area area, struct strip strip,
		     const struct row_view *view)
{
	const struct table *table = scene->tab->table;
	uint32_t n_cpus = MIN_OF(table->map.n_cpus, (uint32_t)HEAT_CPUS);
	float shares[HEAT_CPUS];
	double max = 0;

	for (uint32_t cpu = 0; cpu < n_cpus; cpu++) {
		struct column column = {.derive = DERIVE_CPU,
					.field = scene->tab->trend.field,
					.cpu = cpu,
					.per_second = table->delta.dt_ns > 0};
		struct val val = table_cell(table, view->row, &column);

		shares[cpu] = (float)val_as_real(&val);
		max = fmax(max, (double)shares[cpu]);
	}
	for (uint32_t cpu = 0; cpu < n_cpus && max > 0; cpu++)
		shares[cpu] = (float)((double)shares[cpu] / max);
	glyph_heat(scene->grid, area, strip, shares, n_cpus);
}

/* A row that went has no rate; where one would stand, it says so. */
static const char *cell_text(const struct tab *tab, size_t line, unsigned i,
			     const struct row_view *view)
{
	const char *text = tab_text(tab, line, i);

	if (view->is_gone && tab->shown[i].column.derive == DERIVE_RATE)
		return "gone";
	return text;
}

static void put_text(const struct scene *scene, struct area area, struct strip strip, unsigned i,
		     bool is_joint, const struct row_view *view)
{
	const struct tab *tab = scene->tab;
	const struct shown *shown = &tab->shown[i];
	enum role role = row_role(view, shown->in_key ? ROLE_KEY : ROLE_TEXT);
	size_t line = (size_t)strip.row;
	SCOPED(buf) joined = {0};

	if (is_joint)
		joint_text(tab, line, strip.n_cols, &joined);
	grid_fit(scene->grid, area, strip, shown->is_right && !is_joint, role,
		 is_joint ? buf_text(&joined) : cell_text(tab, line, i, view));
}

static void put_cell(const struct scene *scene, struct area area, int line, unsigned i,
		     const struct fit *fit, const struct row_view *view)
{
	struct strip strip = {line, fit->place[i], tab_width(scene->tab, fit, i)};

	switch (scene->tab->shown[i].kind) {
	case SHOWN_CELL:
		put_text(scene, area, strip, i, tab_is_joint(scene->tab, fit, i), view);
		break;
	case SHOWN_TREND:
		put_trend(scene, area, strip, view);
		break;
	case SHOWN_HEAT:
		put_heat(scene, area, strip, view);
		break;
	}
}

static void light_cell(const struct scene *scene, struct area area, int line, int i,
		       const struct fit *fit)
{
	struct area cell = {area.row + line, area.col + fit->place[i], 1,
			    tab_width(scene->tab, fit, (unsigned)i)};

	grid_role(scene->grid, cell, ROLE_MATCH);
}

/* The cells in which the words themselves stand; the key, when it is not words that were found. */
static void light(const struct scene *scene, struct area area, int line, const struct fit *fit)
{
	const struct tab *tab = scene->tab;
	const char *words = buf_text(&tab->search_text);
	bool has_any = false;

	for (unsigned i = 0; i < tab->n_shown; i++) {
		int at = tab_carrier(tab, fit, i);

		if (at < 0 || tab->shown[i].kind != SHOWN_CELL ||
		    !strcasestr(tab_text(tab, (size_t)line, i), words))
			continue;
		light_cell(scene, area, line, at, fit);
		has_any = true;
	}
	for (unsigned i = 0; i < tab->n_shown && !has_any; i++)
		if (fit->place[i] >= 0 && tab->shown[i].in_key)
			light_cell(scene, area, line, (int)i, fit);
}

static void put_row(const struct scene *scene, struct area area, int line, const struct fit *fit)
{
	const struct tab *tab = scene->tab;
	size_t at = tab->view.top + (size_t)line;
	ptrdiff_t row = view_row(&tab->view, at);
	struct area whole = {area.row + line, area.col, 1, area.n_cols};
	struct row_view view;

	if (row < 0)
		return;
	view = look_at(tab, (size_t)row, at);
	if (scene->is_aside)
		view.is_cursor = false;
	if (view.is_cursor)
		grid_fill(scene->grid, whole, ROLE_CURSOR, " ");
	put_gutter(scene, area, line, &view);
	for (unsigned i = 0; i < tab->n_shown; i++)
		if (fit->place[i] >= 0)
			put_cell(scene, area, line, i, fit, &view);
	if (view.is_match)
		light(scene, area, line, fit);
}

/* The largest sample in sight decides how high a full column is. */
static void follow_scale(struct tab *tab)
{
	for (size_t line = 0; line < tab->view.height; line++) {
		ptrdiff_t row = view_row(&tab->view, tab->view.top + line);
		float samples[HIST_SAMPLES];
		size_t size;

		if (row < 0)
			break;
		hist_get(&tab->table->trends, table_key(tab->table, (size_t)row, &size),
			 tab->table->current->number, samples, HIST_SAMPLES);
		for (size_t i = 0; i < HIST_SAMPLES; i++)
			if ((double)samples[i] > tab->trend_scale)
				tab->trend_scale = (double)samples[i];
	}
}

/* Text of several lines: first a reason, if that is what there is, then what comes of it. */
static void put_lines(const struct scene *scene, struct area area, const char *text)
{
	enum role role = strchr(text, '\n') ? ROLE_WARN : ROLE_DIM;
	int row = MIN_OF(1, area.n_rows - 1);

	while (*text) {
		size_t len = (size_t)(strchrnul(text, '\n') - text);
		SCOPED(buf) line = {0};

		buf_add(&line, text, len);
		row = text_put(scene, area, row, TAB_GUTTER, role, buf_text(&line));
		text += len + (text[len] != '\0');
		role = ROLE_DIM;
	}
}

static void add_users(const char *what, const struct map_users *users, struct buf *out)
{
	if (!users->n)
		return;
	buf_adds(out, what);
	map_users_text(users, true, out);
	buf_addc(out, '\n');
}

/* Of a map that was never read: why, and what is known of it all the same. */
static void put_unread(const struct scene *scene, struct area area, const struct table *table)
{
	const struct map *map = &table->map;
	SCOPED(buf) text = {0};

	buf_addf(&text, "%s\n", table->why_lost);
	add_users("used by ", &map->programs, &text);
	add_users("held by ", &map->owners, &text);
	if (map->pin)
		buf_addf(&text, "pinned at %s\n", map->pin);
	put_lines(scene, area, buf_text(&text));
}

/* Why there are no rows of a map that was read. */
static const char *emptiness(const struct tab *tab)
{
	const struct snap *snap = tab->table->current;

	if (tab->view.filter_text.len)
		return "no row matches the filter; / changes it";
	if (tab->view.hides_zero || tab->view.hides_idle)
		return "every row is hidden; z shows them";
	if (snap->ring.size_bytes)
		return "no record waits";
	return snap->notes & SNAP_PARTLY_SEEN ? "nothing is in what can be seen of the map"
					      : "the map is empty";
}

static void put_empty(const struct scene *scene, struct area area)
{
	const struct table *table = scene->tab ? scene->tab->table : NULL;
	const char *text = "no map is open; o picks one";
	SCOPED(buf) waits = {0};

	if (table && table->why_unread) {
		put_lines(scene, area, table->why_unread);
		return;
	}
	if (table && !table->current->number && table->why_lost) {
		put_unread(scene, area, table);
		return;
	}
	if (table && scene_waits(scene, &waits))
		text = buf_text(&waits);
	else if (table)
		text = table->current->number ? emptiness(scene->tab) : "reading...";
	grid_put(scene->grid, area, MIN_OF(1, area.n_rows - 1), TAB_GUTTER, ROLE_DIM, text);
}

void pane_rows(const struct scene *scene, struct area area)
{
	struct tab *tab = scene->tab;
	struct fit fit;

	if (!tab || !tab->view.n_matched) {
		put_empty(scene, area);
		return;
	}
	follow_scale(tab);
	tab_fit(tab, area.n_cols, &fit);
	for (int line = 0; line < area.n_rows; line++)
		put_row(scene, area, line, &fit);
}

/* Under the rows, like the titles above them. */
void pane_total(const struct scene *scene, struct area area)
{
	const struct tab *tab = scene->tab;
	bool is_said = false;
	struct fit fit;

	tab_fit(tab, area.n_cols, &fit);
	grid_fill(scene->grid, area, ROLE_COLUMN, " ");
	for (unsigned i = 0; i < tab->n_shown; i++) {
		const char *text = tab_total_text(tab, i);
		bool is_word = !*text && !is_said;

		if (fit.place[i] < 0)
			continue;
		is_said |= is_word;
		grid_fit(scene->grid, area,
			 (struct strip){0, fit.place[i], tab_width(tab, &fit, i)},
			 tab->shown[i].is_right && !is_word, ROLE_COLUMN, is_word ? "total" : text);
	}
}

/* -- titles ------------------------------------------------------------------------------------------------ */

/* The sort mark stands on the side of the title that the numbers don't. returns the role. */
static enum role title_text(const struct scene *scene, const struct shown *shown, bool is_right,
			    struct buf *out)
{
	const struct tab *tab = scene->tab;
	const char *mark = "";
	struct column sorted = shown->column;
	enum role role = ROLE_COLUMN;

	for (unsigned k = 0; k < tab->view.n_keys && shown->kind == SHOWN_CELL; k++) {
		if (!column_equal(&tab->view.keys[k].column, &shown->column))
			continue;
		mark = tab->view.keys[k].is_descending ? scene->glyphs->down : scene->glyphs->up;
		sorted = smooth_sorted(tab->table, &shown->column);
		role = ROLE_COLUMN_SORTED;
	}
	/* as a rate that is smoothed is called */
	buf_addf(out, is_right ? "%3$s%2$s%1$s" : "%s%s%s", shown->title,
		 sorted.derive == shown->column.derive ? "" : "~", mark);
	return role;
}

/* "SADDR>DADDR:DPORT" */
static void put_joint_title(const struct scene *scene, struct area area, int col, int width)
{
	const struct tab *tab = scene->tab;
	int parts[JOINT_PARTS], n = joint_titles(tab, width, parts), end = col + width;

	for (int i = 0; i < n && col < end; i++) {
		SCOPED(buf) text = {0};
		enum role role = title_text(scene, &tab->shown[parts[i]], false, &text);

		if (i)
			col = grid_put(scene->grid, area, 0, col, ROLE_COLUMN,
				       parts[i] == tab->joint.ends[1] ? ">" : ":");
		col = grid_fit(scene->grid, area,
			       (struct strip){0, col,
					      MIN_OF(grid_columns(scene->grid, buf_text(&text)),
						     end - col)},
			       false, role, buf_text(&text));
	}
}

static void put_title(const struct scene *scene, struct area area, unsigned i,
		      const struct fit *fit)
{
	const struct shown *shown = &scene->tab->shown[i];
	int width = tab_width(scene->tab, fit, i);
	SCOPED(buf) text = {0}, title = {0};
	enum role role;

	if (tab_is_joint(scene->tab, fit, i)) {
		put_joint_title(scene, area, fit->place[i], width);
		return;
	}
	role = title_text(scene, shown, shown->is_right, &text);
	shorten_title(scene->grid, buf_text(&text), width, &title);
	grid_fit(scene->grid, area, (struct strip){0, fit->place[i], width}, shown->is_right, role,
		 buf_text(&title));
}

/* Before the first column behind the key: others are scrolled away there. */
static void put_left_mark(const struct scene *scene, struct area area, const struct fit *fit)
{
	const struct tab *tab = scene->tab;
	unsigned i = 0;

	while (i < tab->n_shown && (tab->shown[i].in_key || fit->place[i] < 0))
		i++;
	if (i < tab->n_shown)
		grid_put(scene->grid, area, 0, fit->place[i] - 1, ROLE_COLUMN, scene->glyphs->left);
}

void pane_columns(const struct scene *scene, struct area area)
{
	struct fit fit;

	grid_fill(scene->grid, area, ROLE_COLUMN, " ");
	if (!scene->tab || scene->tab->table->why_unread)
		return;
	tab_fit(scene->tab, area.n_cols, &fit);
	grid_put(scene->grid, area, 0, 1, ROLE_COLUMN, "S");
	for (unsigned i = 0; i < scene->tab->n_shown; i++)
		if (fit.place[i] >= 0)
			put_title(scene, area, i, &fit);
	if (scene->tab->scroll)
		put_left_mark(scene, area, &fit);
	if (fit.n_out)
		grid_put(scene->grid, area, 0, area.n_cols - 1, ROLE_COLUMN, scene->glyphs->right);
}
