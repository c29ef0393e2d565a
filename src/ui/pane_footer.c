/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two lines at the bottom: what is counted (or a message, or a prompt in its place), and the keys.
 * The footer takes from the table of keys what fits, the least needed left out first, in the table's
 * order. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/glyph.h"
#include "ui/shorten.h"
#include "ui/scene.h"

enum { MAX_FOOTER_RANK = 32 };

/* Counts from the left, as many as have room. */
struct counts {
	const struct scene *scene;
	struct area area;
	int col;
};

static void put_count(struct counts *counts, const struct buf *text)
{
	int width = grid_columns(counts->scene->grid, buf_text(text));

	if (counts->col + width >= counts->area.n_cols)
		counts->col = counts->area.n_cols; /* nothing less important behind a gap */
	else
		counts->col = grid_put(counts->scene->grid, counts->area, 0, counts->col, ROLE_DIM,
				       buf_text(text)) +
			      2;
}

bool scene_waits(const struct scene *scene, struct buf *out)
{
	double done;
	const char *what = tab_waits_for(scene->tab, scene->facts->now_ns, &done);

	if (what)
		buf_addf(out, "%s %d %%", what, (int)(100 * done));
	return what != NULL;
}

/* How many rows are shown is not known before they are found. Those that went stand among them, and are
 * in the map no more. */
static void put_shown(struct counts *counts, const struct tab *tab)
{
	const struct view *view = &tab->view;
	size_t last = MIN_OF(view->top + view->height, view->n_matched);
	SCOPED(buf) text = {0};

	if (scene_waits(counts->scene, &text)) {
		put_count(counts, &text);
		return;
	}
	buf_addf(&text, "rows %zu-%zu of ", MIN_OF(view->top + 1, last), last);
	num_grouped(&text, view->n_matched);
	buf_adds(&text, " shown");
	if (view->n_gone) {
		buf_adds(&text, ", ");
		num_grouped(&text, view->n_gone);
		buf_adds(&text, " gone");
	}
	put_count(counts, &text);
}

static void put_number(struct counts *counts, uint64_t n, const char *of)
{
	SCOPED(buf) text = {0};

	num_grouped(&text, n);
	buf_adds(&text, of);
	put_count(counts, &text);
}

/* What was read of a map is not all of it. */
static void put_in_map(struct counts *counts, const struct tab *tab)
{
	size_t n_live = table_n_live(tab->table);
	uint64_t n;
	bool is_known;
	SCOPED(buf) unknown = {0};

	if (*screen_grouped(counts->scene->screen)) {
		put_number(counts, n_live, num_noun(n_live, " group", " groups"));
		return;
	}
	is_known = table_n_in_map(tab->table, &n);
	if (!is_known || n != n_live)
		put_number(counts, n_live, " read");
	buf_adds(&unknown, "- in map");
	if (is_known)
		put_number(counts, n, " in map");
	else
		put_count(counts, &unknown);
}

/* "(+1.2k -1.2k last reading)" */
static void put_changes(struct counts *counts, const struct table *table)
{
	const struct delta *delta = &table->delta;
	SCOPED(buf) text = {0};

	if (!delta->dt_ns)
		return;
	buf_addc(&text, '(');
	if (table->map.type->is_array) {
		num_grouped(&text, delta->n_changed);
		buf_adds(&text, " changed");
	} else {
		buf_addc(&text, '+');
		num_short(&text, (double)delta->n_new, 1000);
		buf_adds(&text, " -");
		num_short(&text, (double)delta->n_gone, 1000);
	}
	buf_adds(&text, " last reading)");
	put_count(counts, &text);
}

static void put_hidden(struct counts *counts, const struct tab *tab)
{
	SCOPED(buf) text = {0};

	if (!tab->view.hides_zero)
		return;
	buf_adds(&text, tab->view.hides_idle ? "zero and idle rows hidden" : "zero rows hidden");
	put_count(counts, &text);
}

static void put_message(const struct scene *scene, struct area area)
{
	const struct message *message = &scene->screen->message;
	SCOPED(buf) text = {0};

	shorten_paths(scene->grid, buf_text(&message->text), area.n_cols - 2, &text);
	grid_fill(scene->grid, area, ROLE_TEXT, " ");
	grid_fit(scene->grid, area, (struct strip){0, 1, area.n_cols - 2}, false,
		 message->is_warning ? ROLE_MESSAGE : ROLE_HEADER_VALUE, buf_text(&text));
}

/* Those of the map in front: not where a detail, a text or a menu is all there is. */
static struct area rows_seen(const struct screen *screen)
{
	const struct layout *layout = &screen->layout;
	int leaf = pane_of_rows(screen, map_tab(screen));

	if (!screen_shows_rows(screen) || leaf < 0)
		return (struct area){0};
	return leaf == screen->tiling.focus ? layout->rows : layout->panes[leaf];
}

/* What the rows are sorted by first where no title has its mark: the column has no room, or is none of those
 * that are shown. */
static void add_order(const struct scene *scene, struct area rows, struct buf *out)
{
	const struct tab *tab = scene->tab;
	const struct column *sorted = &tab->view.keys[0].column;
	struct fit fit;

	if (rows.n_rows == 0 || !tab->view.n_keys || tab->shows_bars)
		return;
	tab_fit(tab, rows.n_cols, &fit);
	for (unsigned i = 0; i < tab->n_shown; i++)
		if (tab->shown[i].kind == SHOWN_CELL && tab_carrier(tab, &fit, i) >= 0 &&
		    column_equal(&tab->shown[i].column, sorted))
			return;
	buf_adds(out, "sorted by ");
	table_column_name(tab->table, sorted, out);
	buf_adds(out, "  ");
}

void pane_counts(const struct scene *scene, struct area area)
{
	const struct tab *tab = scene->tab;
	struct area rows = rows_seen(scene->screen);
	struct counts counts = {scene, area, 1};
	SCOPED(buf) right = {0};
	int width;

	if (scene->screen->message.until_ns) {
		put_message(scene, area);
		return;
	}
	if (!tab || (!tab->table->current->number && !scene_waits(scene, &right)) ||
	    (!screen_shows_rows(scene->screen) && scene->screen->overlay != OVERLAY_SORT))
		return;
	buf_clear(&right);
	if (scene->screen->layout.tabs.n_rows == 0 && tab->view.filter_text.len)
		buf_addf(&right, "/ %s  ", buf_text(&tab->view.filter_text));
	if (*screen_grouped(scene->screen))
		buf_addf(&right, "by %s  ", screen_grouped(scene->screen));
	add_order(scene, rows, &right);
	if (tab->tags.n)
		buf_addf(&right, "%zu tagged", tab->tags.n);
	width = MIN_OF(grid_columns(scene->grid, buf_text(&right)), area.n_cols / 2);
	grid_fit(scene->grid, area, (struct strip){0, area.n_cols - width - 1, width}, false,
		 ROLE_HEADER_VALUE, buf_text(&right));
	counts.area.n_cols -= width + 1;
	if (rows.n_rows > 0)
		put_shown(&counts, tab);
	put_in_map(&counts, tab);
	put_hidden(&counts, tab);
	put_changes(&counts, tab->table);
}

/* -- keys ---------------------------------------------------------------------------------------------- */

/* In detail and text also what they leave to the rows. */
static bool holds_in(const struct key_row *row, enum key_scope scope)
{
	if (row->scopes & scope)
		return true;
	return (scope & SCOPE_BESIDE_ROWS) && (row->scopes & SCOPE_ROWS) &&
	       keys_find(scope, row->keys[0]) == row->action;
}

/* While no map is open. */
static bool needs_no_map(enum action action)
{
	static const enum action actions[] = {ACT_HELP,	   ACT_PICKER, ACT_THEMES, ACT_METRICS,
					      ACT_COMMAND, ACT_LOG,    ACT_SAVE,   ACT_QUIT};

	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (actions[i] == action)
			return true;
	return false;
}

/* Whether it does something with the map in front: what is for other kinds of maps has no place here. */
static bool is_of_use(const struct scene *scene, enum action action)
{
	const struct tab *map = map_tab(scene->screen);

	if (!map)
		return screen_scope(scene->screen) != SCOPE_ROWS || needs_no_map(action);
	if (action == ACT_RING)
		return pane_suits(PANE_RING, map);
	if (action == ACT_CPUS || action == ACT_CPU_BARS || action == ACT_CPU_ORDER)
		return pane_suits(PANE_CPUS, map);
	return true;
}

/* The key and its word. */
static const char *footer_of(const struct scene *scene, const struct key_row *row)
{
	return row->action == ACT_OPEN && screen_scope(scene->screen) == SCOPE_ROWS &&
			       row_leads_on(scene->screen)
		       ? "Enter into"
		       : row->footer;
}

static bool is_offered(const struct scene *scene, const struct key_row *row, int max_rank)
{
	return row->footer && row->footer_rank <= max_rank &&
	       holds_in(row, screen_scope(scene->screen)) && is_of_use(scene, row->action);
}

/* Where there is little room a sign stands right before its word, "?help"; a letter would be read as part of it. */
static bool is_tight(const struct scene *scene, const char *footer)
{
	return scene->screen->layout.is_narrow && footer[1] == ' ' &&
	       ispunct((unsigned char)*footer);
}

/* A gap before each. */
static int footer_width(const struct scene *scene, int max_rank)
{
	int width = 0;

	for (unsigned i = 0; i < n_key_rows; i++)
		if (is_offered(scene, &key_rows[i], max_rank))
			width += grid_columns(scene->grid, footer_of(scene, &key_rows[i])) + 1 -
				 is_tight(scene, key_rows[i].footer);
	return width;
}

static int put_entry(const struct scene *scene, struct area area, int col, const char *footer)
{
	const char *word = strchr(footer, ' ');

	col = grid_putf(scene->grid, area, 0, col, ROLE_FOOTER_KEY, "%.*s", (int)(word - footer),
			footer);
	return 1 + grid_put(scene->grid, area, 0, col, ROLE_FOOTER_TEXT,
			    word + is_tight(scene, footer));
}

static void put_keys(const struct scene *scene, struct area area)
{
	int max_rank = MAX_FOOTER_RANK, col = 1;

	while (max_rank > 1 && footer_width(scene, max_rank) > area.n_cols)
		max_rank--;
	for (unsigned i = 0; i < n_key_rows; i++)
		if (is_offered(scene, &key_rows[i], max_rank))
			col = put_entry(scene, area, col, footer_of(scene, &key_rows[i]));
}

/* While something is typed: what is wrong with it, with a caret below the place, or how to end. */
static void put_prompt(const struct scene *scene, struct area footer, struct area counts)
{
	const struct screen *screen = scene->screen;
	const struct err *fault = &screen->fault;
	bool is_bad = fault->text[0] != '\0', has_two = counts.n_rows > 0;
	size_t mark = fault->column > 0 ? (size_t)fault->column - 1 : 0;
	int col, width;

	col = prompt_draw(&screen->prompt, prompt_label(screen->prompting), is_bad, mark,
			  scene->grid, has_two ? counts : footer);
	if (!has_two)
		return;
	grid_fill(scene->grid, footer, ROLE_TEXT, " ");
	if (screen->message.until_ns) { /* words to choose from */
		put_message(scene, footer);
		return;
	}
	if (!is_bad) {
		grid_put(scene->grid, footer, 0, 1, ROLE_FOOTER_TEXT,
			 prompt_completes(screen->prompting)
				 ? "Enter take it   Esc leave it   Up Down history   Tab complete"
				 : "Enter take it   Esc leave it   Up Down history");
		return;
	}
	width = grid_columns(scene->grid, fault->text);
	col = fault->column > 0 ? MIN_OF(MAX_OF(col, 0), footer.n_cols - 1) : -1;
	if (col >= 0)
		grid_put(scene->grid, footer, 0, col, ROLE_PROMPT_BAD, "^");
	/* Behind the caret where that has room, else before it, else cut. */
	if (col + 2 + width <= footer.n_cols || col < width + 1)
		grid_fit(scene->grid, footer, (struct strip){0, col + 2, footer.n_cols - col - 2},
			 false, ROLE_MESSAGE, fault->text);
	else
		grid_put(scene->grid, footer, 0, col - 1 - width, ROLE_MESSAGE, fault->text);
}

void pane_footer(const struct scene *scene, struct area area)
{
	if (scene->screen->prompting)
		put_prompt(scene, area, scene->screen->layout.counts);
	else if (scene->screen->message.until_ns && scene->screen->layout.counts.n_rows == 0)
		put_message(scene, area);
	else
		put_keys(scene, area);
}
