/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The panes of the tiling. Where there are several each has a caption: a rule with the number and name
 * of its map, in brackets for the one with the focus, as in the line of tabs. */
#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/snap.h"
#include "ui/glyph.h"
#include "ui/line.h"
#include "ui/scene.h"

static pane_fn draw_rows, draw_detail;

static bool is_ring(const struct tab *tab)
{
	/* Tapes of older programs say of no map that its rows are records. */
	return tab->table->plan.record_from || tab->table->current->ring.size_bytes;
}

/* What stands in the caption, what draws below it, and which maps it is about. */
static const struct {
	const char *what;
	pane_fn *pane;
	bool is_of_map;
	bool (*suits)(const struct tab *tab); /* NULL: all of them */
} kinds[N_PANE_KINDS] = {
	[PANE_ROWS] = {NULL, draw_rows, true},
	[PANE_RING] = {"ring", pane_ring, true, is_ring},
	[PANE_DETAIL] = {"detail", draw_detail, true},
	[PANE_CPUS] = {"CPUs", pane_cpus, true, tab_is_per_cpu},
	[PANE_CHURN] = {"churn", pane_churn, true},
	[PANE_METRICS] = {"metrics", pane_metrics, true},
	[PANE_LOG] = {"messages", pane_log, false},
};

bool pane_suits(enum pane_kind kind, const struct tab *tab)
{
	return !kinds[kind].suits || kinds[kind].suits(tab);
}

static void put_filter(const struct scene *scene, struct line *line)
{
	const char *filter = buf_text(&scene->tab->view.filter_text);
	SCOPED(buf) text = {0};

	buf_addf(&text, " / %s ", filter);
	if (*filter)
		line_right(line, ROLE_HEADER, buf_text(&text), 1);
}

/* The header says it of the map in front. */
static void put_state(const struct scene *scene, const struct table *table, struct line *line)
{
	if (scene->is_aside && table->is_gone)
		line_left(line, ROLE_CRIT, "MAP GONE ", 0);
	else if (scene->is_aside && table->why_lost)
		line_left(line, ROLE_CRIT, "LOST ", 0);
}

static void put_notes(const struct scene *scene, const struct tab *map, struct line *line)
{
	SCOPED(buf) text = {0};

	if (!scene->is_aside || map->table->why_unread)
		return;
	snap_notes(map->table->current, &text);
	if (text.len) {
		buf_addc(&text, ' ');
		line_left_cut(line, ROLE_WARN, buf_text(&text), 0);
	}
}

/* How many rows there are, and how many of them match. */
static void add_counts(const struct tab *tab, bool are_groups, struct buf *out)
{
	size_t n = table_n_live(tab->table);

	if (tab->view.filter || tab->view.hides_zero) {
		num_grouped(out, tab->view.n_matched - tab->view.n_gone);
		buf_adds(out, " of ");
	}
	num_grouped(out, n);
	buf_adds(out, are_groups ? num_noun(n, " group", " groups") : num_noun(n, " row", " rows"));
}

void pane_caption(const struct scene *scene, struct area area, const struct tab *map,
		  const char *what)
{
	size_t number = tab_place(scene->screen, map) + 1;
	struct area top = {area.row, area.col, 1, area.n_cols};
	struct line line = line_of(scene, top);
	SCOPED(buf) text = {0};
	SCOPED(buf) name = {0};
	int col;

	tab_name(map, &name);
	grid_fill(scene->grid, top, ROLE_BORDER, scene->glyphs->line);
	col = grid_putf(scene->grid, top, 0, 1, scene->is_aside ? ROLE_TAB : ROLE_TAB_ACTIVE,
			scene->is_aside ? " %zu %s " : "[%zu %s]", number, buf_text(&name));
	if (what) {
		buf_adds(&text, what);
	} else if (!map->table->why_unread) {
		add_counts(scene->tab, scene->tab != map, &text);
	}
	line.left = grid_putf(scene->grid, top, 0, col, ROLE_HEADER,
			      scene->is_aside ? "%s " : " %s ", buf_text(&text));
	put_state(scene, map->table, &line);
	put_notes(scene, map, &line);
	put_filter(scene, &line);
}

enum { TOTAL_ROWS = 4 }; /* fewer lines are for rows */

/* Of what is about no map. */
static void put_plain_caption(const struct scene *scene, struct area area, const char *what)
{
	struct area top = {area.row, area.col, 1, area.n_cols};

	grid_fill(scene->grid, top, ROLE_BORDER, scene->glyphs->line);
	grid_putf(scene->grid, top, 0, 1, scene->is_aside ? ROLE_TAB : ROLE_TAB_ACTIVE,
		  scene->is_aside ? " %s " : "[%s]", what);
}

void pane_draw(const struct scene *scene, pane_fn *pane, struct area area)
{
	if (area.n_rows > 0 && area.n_cols > 0)
		pane(scene, area);
}

int tab_fit_rows(struct tab *tab, struct area *rows, struct area *total)
{
	bool has_total = tab_total(tab) && !tab->shows_bars && rows->n_rows >= TOTAL_ROWS;
	size_t height;

	*total = (struct area){rows->row + rows->n_rows - 1, rows->col, has_total, rows->n_cols};
	rows->n_rows -= has_total;
	/* Beside a detail that has taken their place the window of rows stays as it was. */
	height = rows->n_rows > 0 ? (size_t)rows->n_rows : tab->view.height;
	return tab_refresh(tab, height);
}

bool pane_put_rows(const struct scene *scene, struct area columns, struct area rows)
{
	struct tab *tab = scene->tab;
	struct area total = {0};

	if (tab && (tab_fit_rows(tab, &rows, &total) < 0 || tab_decode(tab) < 0))
		return false;
	pane_draw(scene, tab && tab->shows_bars ? pane_bar_titles : pane_columns, columns);
	pane_draw(scene, tab && tab->shows_bars ? pane_bars : pane_rows, rows);
	pane_draw(scene, pane_total, total);
	return true;
}

/* Of a map whose rows no pane shows, there is a row under the cursor, too. */
static void draw_detail(const struct scene *scene, struct area area)
{
	if (scene->tab && tab_refresh(scene->tab, scene->tab->view.height) < 0)
		grid_put(scene->grid, area, 0, 1, ROLE_CRIT, "out of memory");
	else
		pane_detail(scene, area);
}

/* Those of the pane with the focus stand where the layout says, beside their detail. */
static void draw_rows(const struct scene *scene, struct area area)
{
	const struct layout *layout = &scene->screen->layout;
	struct area columns = {area.row, area.col, 1, area.n_cols};
	struct area rows = {area.row + 1, area.col, area.n_rows - 1, area.n_cols};
	struct scene of_detail = *scene;

	if (!scene->is_aside) {
		columns = layout->columns;
		rows = layout->rows;
	}
	if (!pane_put_rows(scene, columns, rows))
		grid_put(scene->grid, area, 0, 1, ROLE_CRIT, "out of memory");
	of_detail.has_rule = layout->detail_is_beside;
	if (!scene->is_aside)
		pane_draw(&of_detail, pane_detail, layout->detail);
}

/* Panes that have no room, or make way for one. */
static void put_hidden(const struct scene *scene, struct area area)
{
	const struct tiling *tiling = &scene->screen->tiling;
	struct area top = {area.row, area.col, 1, area.n_cols};
	int n = tiling_n_leaves(tiling), n_seen = 0, width;
	SCOPED(buf) text = {0};

	for (int i = 0; i < TILING_TILES; i++)
		n_seen += tiling_is_leaf(tiling, i) && scene->screen->layout.panes[i].n_rows > 0;
	if (n_seen == n)
		return;
	buf_addf(&text, " %d of %d panes%s ", n_seen, n, tiling->is_alone ? ", e shows all" : "");
	width = grid_columns(scene->grid, buf_text(&text));
	grid_put(scene->grid, top, 0, MAX_OF(top.n_cols - width - 1, 0), ROLE_WARN,
		 buf_text(&text));
}

static void draw_pane(const struct scene *front, int leaf)
{
	struct screen *screen = front->screen;
	const struct tiling *tiling = &screen->tiling;
	struct pane *pane = &screen->panes[leaf];
	struct area whole = screen->layout.panes[leaf], area = layout_inside(tiling, whole);
	struct scene scene = *front;

	scene.is_aside = leaf != tiling->focus;
	scene.tab = tab_seen(pane->tab);
	scene.list = &pane->list;
	if (scene.is_aside) {
		scene.detail_at = &screen->detail_aside;
		screen->detail_aside.list = pane->list;
	}
	scene.has_caption = area.row > whole.row;
	pane_draw(&scene, kinds[pane->kind].pane, area);
	if (scene.has_caption && kinds[pane->kind].is_of_map)
		pane_caption(&scene, whole, pane->tab, kinds[pane->kind].what);
	else if (scene.has_caption)
		put_plain_caption(&scene, whole, kinds[pane->kind].what);
	if (scene.has_caption && !scene.is_aside)
		put_hidden(&scene, whole);
	if (scene.is_aside && pane->kind == PANE_DETAIL)
		pane->list = screen->detail_aside.list;
}

/* Captions that end or begin at the rule are joined to it. */
static void put_rule(const struct scene *scene, struct area rule)
{
	const struct area *areas = scene->screen->layout.panes;

	for (int row = 1; row < rule.n_rows; row++) {
		unsigned met = 0;

		for (int i = 0; i < TILING_TILES; i++) {
			if (!tiling_is_leaf(&scene->screen->tiling, i) ||
			    areas[i].row != rule.row + row || !areas[i].n_rows)
				continue;
			met |= areas[i].col + areas[i].n_cols == rule.col ? 1U : 0;
			met |= areas[i].col == rule.col + 1 ? 2U : 0;
		}
		grid_put(scene->grid, rule, row, 0, ROLE_BORDER, scene->glyphs->joints[met]);
	}
	grid_put(scene->grid, rule, 0, 0, ROLE_BORDER, scene->glyphs->tee);
}

void pane_tiles(const struct scene *front)
{
	const struct screen *screen = front->screen;

	for (int i = 0; i < TILING_TILES; i++) {
		struct area area = screen->layout.panes[i];

		if (area.n_rows > 0 && tiling_is_leaf(&screen->tiling, i))
			draw_pane(front, i);
	}
	for (int i = 0; i < TILING_TILES; i++)
		if (screen->tiling.tiles[i].split == SPLIT_BESIDE)
			pane_draw(front, put_rule, screen->layout.panes[i]);
	if (screen->is_zoomed)
		pane_draw(front, draw_detail, screen->layout.detail);
	pane_draw(front, pane_band, screen->layout.band);
}
