/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map of the host, a row each. A column is as wide as its texts, up to a limit; the type makes room for
 * the entries, and those that come last take what is left, or are left out: then a line at the bottom has
 * them for the row under the cursor. A pin is cut at its front, for all of them begin alike. */
#include <string.h>

#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/map_text.h"
#include "model/maptype.h"
#include "ui/glyph.h"
#include "ui/scene.h"
#include "ui/shorten.h"

static void put_id(const struct map *map, struct buf *out)
{
	buf_addu(out, map->id);
}

static void put_name(const struct map *map, struct buf *out)
{
	buf_adds(out, map->name);
}

static void put_type(const struct map *map, struct buf *out)
{
	buf_adds(out, map->type->name);
}

static void put_entries(const struct map *map, struct buf *out)
{
	if (map->entries_known)
		num_short(out, (double)map->n_entries, 1000);
	else
		buf_addc(out, '-');
}

static void put_max(const struct map *map, struct buf *out)
{
	num_short(out, map->max_entries, 1000);
}

static void put_programs(const struct map *map, struct buf *out)
{
	map_users_text(&map->programs, false, out);
}

static void put_owners(const struct map *map, struct buf *out)
{
	map_users_text(&map->owners, false, out);
}

/* That no age is known is nothing to tell. */
static bool has_age(const struct map *map)
{
	return map->loaded_ns != 0;
}

static const struct picker_column {
	const char *title;
	int most; /* columns of the screen */
	bool is_right, gives_way, is_path;
	enum map_order sort;
	void (*put)(const struct map *map, struct buf *out);
	bool (*has)(const struct map *map); /* NULL: it says so by saying nothing */
} picker_columns[] = {
	{"ID", 8, true, false, false, MAPS_BY_ID, put_id},
	{"NAME", 24, false, false, false, MAPS_BY_NAME, put_name},
	{"TYPE", 18, false, true, false, MAPS_BY_TYPE, put_type},
	{"ENTRIES", 8, true, false, false, MAPS_BY_ENTRIES, put_entries},
	{"MAX", 8, true, false, false, MAPS_BY_MAX, put_max},
	{"MEMORY", 8, true, false, false, MAPS_BY_MEMORY, map_memory_text},
	{"AGE", 6, true, true, false, MAPS_BY_AGE, map_age_text, has_age},
	{"PROGRAMS", 32, false, true, false, MAPS_BY_PROGRAMS, put_programs},
	{"PIN", 48, false, true, true, MAPS_BY_PIN, map_pin_text},
	{"OWNERS", 40, false, true, false, MAPS_BY_OWNERS, put_owners},
};

enum {
	N_COLUMNS = ARRAY_LEN(picker_columns),
	TYPE_COLUMN = 2, /* and the one behind it */
	GIVES_WAY_AT = 8,
	LINE_AT_ROWS = 8,
	FACTS_ROWS = 9, /* fewer are not worth their place below the list */
};

static int text_columns(const struct buf *text)
{
	return (int)utf8_columns(buf_text(text), text->len);
}

/* What all maps need, also those that a search hides: nothing moves while one types. What could give way and has
 * nothing to tell, of any map, is no column. */
static int needed_width(const struct picker *picker, const struct picker_column *column)
{
	bool has_any = !column->gives_way;
	int width = (int)strlen(column->title) + 1; /* the mark of what sorts */
	SCOPED(buf) text = {0};

	for (size_t i = 0; i < picker->n_maps; i++) {
		buf_clear(&text);
		column->put(&picker->maps[i], &text);
		width = MAX_OF(width, text_columns(&text));
		has_any |= column->has ? column->has(&picker->maps[i]) : text.len > 0;
	}
	return has_any ? MIN_OF(width, column->most) : 0;
}

/* On narrow screens the type is cut for the entries' sake. */
static void cut_type(int n_cols, int widths[N_COLUMNS])
{
	int over = -n_cols - 1, least = MIN_OF(widths[TYPE_COLUMN], (int)GIVES_WAY_AT);

	for (size_t i = 0; i <= TYPE_COLUMN + 1; i++)
		over += widths[i] + 1;
	if (over > 0 && widths[TYPE_COLUMN] - over >= least)
		widths[TYPE_COLUMN] -= over;
}

/* Of the picker's columns those of the list: all that it can use, but half of them to a third are for the facts
 * where these stand beside it. */
static int list_cols(int n_cols, const int needed[N_COLUMNS])
{
	int all = TAB_GUTTER + 1;

	if (n_cols < LAYOUT_DETAIL_COLS)
		return n_cols;
	for (size_t i = 0; i < N_COLUMNS; i++)
		all += needed[i] + 1;
	return MIN_OF(MAX_OF(all, n_cols / 2), n_cols * 2 / 3);
}

/* 0: left out, and so are those behind it that don't give way. returns the columns of the list. */
static int make_widths(const struct picker *picker, int n_cols, int widths[N_COLUMNS])
{
	int left;

	for (size_t i = 0; i < N_COLUMNS; i++)
		widths[i] = needed_width(picker, &picker_columns[i]);
	n_cols = list_cols(n_cols, widths);
	left = n_cols - TAB_GUTTER;
	cut_type(left, widths);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		if (widths[i] > left) {
			bool can_cut = picker_columns[i].gives_way && left >= GIVES_WAY_AT;

			widths[i] = can_cut ? left : 0;
			left = 0;
		}
		left -= widths[i] + (widths[i] > 0);
	}
	return n_cols;
}

/* The sort mark stands on the side of the title that the numbers don't. */
static void title_text(const struct scene *scene, const struct picker_column *column,
		       struct buf *out)
{
	const struct picker *picker = &scene->screen->picker;
	const char *mark = "";

	if (column->sort == picker->sort)
		mark = picker_descends(picker) ? scene->glyphs->down : scene->glyphs->up;
	buf_addf(out, column->is_right ? "%2$s%1$s" : "%s%s", column->title, mark);
}

static void put_titles(const struct scene *scene, struct area top, const int *widths)
{
	const struct picker *picker = &scene->screen->picker;
	int col = TAB_GUTTER;

	grid_fill(scene->grid, top, ROLE_COLUMN, " ");
	for (size_t i = 0; i < N_COLUMNS; i++) {
		const struct picker_column *column = &picker_columns[i];
		bool is_sorted = column->sort == picker->sort;
		SCOPED(buf) title = {0};

		if (!widths[i])
			continue;
		title_text(scene, column, &title);
		grid_fit(scene->grid, top, (struct strip){0, col, widths[i]}, column->is_right,
			 is_sorted ? ROLE_COLUMN_SORTED : ROLE_COLUMN, buf_text(&title));
		col += widths[i] + 1;
	}
}

enum map_order picker_sort_at(const struct picker *picker, int n_cols, int col)
{
	int widths[N_COLUMNS], from = TAB_GUTTER;

	make_widths(picker, n_cols, widths);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		if (col >= from && col < from + widths[i])
			return picker_columns[i].sort;
		from += widths[i] + (widths[i] > 0);
	}
	return N_MAP_ORDERS;
}

unsigned picker_sorts(const struct picker *picker, int n_cols)
{
	int widths[N_COLUMNS];
	unsigned shown = 0;

	make_widths(picker, n_cols, widths);
	for (size_t i = 0; i < N_COLUMNS; i++)
		shown |= (unsigned)(widths[i] > 0) << picker_columns[i].sort;
	return shown;
}

static void put_map(const struct scene *scene, struct area area, int line, size_t place,
		    const int *widths)
{
	const struct picker *picker = &scene->screen->picker;
	uint32_t i = picker->order[place];
	bool is_cursor = place == scene->screen->list.cursor;
	enum role role = is_cursor ? ROLE_CURSOR : picker->is_tagged[i] ? ROLE_TAGGED : ROLE_TEXT;
	struct area whole = {area.row + line, area.col, 1, area.n_cols};
	int col = TAB_GUTTER;

	grid_fill(scene->grid, whole, role, " ");
	grid_putf(scene->grid, whole, 0, 0, role, "%c%c", is_cursor ? '>' : ' ',
		  picker->is_tagged[i] ? '*' : ' ');
	for (size_t c = 0; c < N_COLUMNS; c++) {
		SCOPED(buf) text = {0};
		SCOPED(buf) end = {0};

		if (!widths[c])
			continue;
		picker_columns[c].put(&picker->maps[i], &text);
		if (picker_columns[c].is_path)
			shorten_front(scene->grid, buf_text(&text), widths[c], &end);
		grid_fit(scene->grid, whole, (struct strip){0, col, widths[c]},
			 picker_columns[c].is_right, role,
			 buf_text(picker_columns[c].is_path ? &end : &text));
		col += widths[c] + 1;
	}
}

static bool leaves_out(const struct picker *picker, const int *widths)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		if (widths[i] < needed_width(picker, &picker_columns[i]))
			return true;
	return false;
}

/* Of the row under the cursor, what the columns have no room for. */
static void put_rest(const struct scene *scene, struct area line, const int *widths)
{
	const struct screen *screen = scene->screen;
	const struct picker *picker = &screen->picker;
	const struct map *map = &picker->maps[picker->order[screen->list.cursor]];
	int col = 1;

	for (size_t i = 0; i < N_COLUMNS; i++) {
		const struct picker_column *column = &picker_columns[i];
		SCOPED(buf) text = {0};

		column->put(map, &text);
		if (!column->gives_way || (column->has && !column->has(map)) ||
		    text_columns(&text) <= widths[i] || strcmp(buf_text(&text), "-") == 0)
			continue;
		col = grid_put(scene->grid, line, 0, col, ROLE_COLUMN, column->title);
		col = grid_put(scene->grid, line, 0, col + 1, ROLE_TEXT, buf_text(&text)) + 2;
	}
}

/* Of the maps that match, and what they take. */
static void add_total(const struct screen *screen, bool has_bytes, struct buf *out)
{
	const struct picker *picker = &screen->picker;
	uint64_t bytes = 0;

	for (size_t i = 0; has_bytes && i < screen->list.n; i++)
		bytes += picker->maps[picker->order[i]].memory_bytes;
	buf_addf(out, "%zu of %zu maps", screen->list.n, picker->n_maps);
	if (!bytes)
		return;
	buf_adds(out, ", ");
	num_short(out, (double)bytes, 1024);
	buf_addc(out, 'B');
}

/* The first of these that leaves room for what is typed; the last one anyway. */
static const struct head {
	bool has_total, has_bytes;
	const char *ask;
} heads[] = {
	{true, true, "type to search: "},
	{true, false, "type to search: "},
	{true, false, "search: "},
	{false, false, "search: "},
};

enum { SEARCH_COLS = 12 };

static void make_head(const struct scene *scene, int n_cols, const struct head **head,
		      struct buf *total)
{
	int typed = MAX_OF(text_columns(&scene->screen->picker.search) + 1, (int)SEARCH_COLS);

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		*head = &heads[i];
		buf_clear(total);
		if (heads[i].has_total)
			add_total(scene->screen, heads[i].has_bytes, total);
		if (1 + text_columns(total) + 2 + (int)strlen(heads[i].ask) + typed <= n_cols)
			return;
	}
}

static void put_head(const struct scene *scene, struct area area)
{
	const struct picker *picker = &scene->screen->picker;
	const struct head *head = NULL;
	SCOPED(buf) total = {0}, typed = {0};
	int col;

	if (picker->why) {
		grid_fit(scene->grid, area, (struct strip){0, 1, area.n_cols - 2}, false,
			 ROLE_MESSAGE, picker->why);
		return;
	}
	make_head(scene, area.n_cols, &head, &total);
	col = grid_put(scene->grid, area, 0, 1, ROLE_TITLE, buf_text(&total));
	col = grid_put(scene->grid, area, 0, col + (head->has_total ? 2 : 0), ROLE_HEADER,
		       head->ask);
	shorten_front(scene->grid, buf_text(&picker->search), area.n_cols - col - 1, &typed);
	col = grid_put(scene->grid, area, 0, col, ROLE_HEADER_VALUE, buf_text(&typed));
	scene->grid->cursor_row = area.row;
	scene->grid->cursor_col = area.col + MIN_OF(col, area.n_cols - 1);
}

/* No list: the whole sentence why, and what works without it. */
static void put_refusal(const struct scene *scene, struct area area)
{
	int row = text_put(scene, area, 1, 1, ROLE_MESSAGE, scene->screen->picker.why);

	text_put(scene, area, row + 1, 1, ROLE_DIM,
		 picker_has_simulation(scene->screen)
			 ? "there are 'bpfmaptop demo' and 'bpfmaptop replay FILE' all the same; "
			   "Enter shows a simulation"
			 : "there are 'bpfmaptop demo' and 'bpfmaptop replay FILE' all the same");
}

/* Where everything stands. */
struct places {
	struct area head, titles, list;
	struct area rest;  /* a line for what has no columns; n_rows 0: there is none */
	struct area facts; /* of the map under the cursor, beside the list or below it; likewise */
	bool facts_are_beside;
	int widths[N_COLUMNS];
};

/* Below they stand where all maps are seen above them, also those that a search hides: nothing moves while one
 * types. */
static void place_facts(const struct picker *picker, struct places *places)
{
	struct area *list = &places->list, facts = *list;

	if (places->facts_are_beside) {
		facts.row = places->head.row;
		facts.n_rows += 2;
		facts.col += list->n_cols;
		facts.n_cols = places->facts.n_cols;
		places->facts = facts;
		return;
	}
	places->facts.n_rows = 0;
	if (list->n_rows < FACTS_ROWS || (size_t)(list->n_rows - FACTS_ROWS) < picker->n_maps)
		return;
	list->n_rows = (int)picker->n_maps;
	facts.row += list->n_rows;
	facts.n_rows -= list->n_rows;
	places->facts = facts;
}

/* Two lines of titles, the list, and where something has no column and no facts stand a line for that. */
static void place(const struct screen *screen, struct area area, struct places *places)
{
	const struct picker *picker = &screen->picker;
	int n_cols = make_widths(picker, area.n_cols, places->widths);

	places->facts = area;
	places->facts.n_cols = area.n_cols - n_cols;
	places->facts_are_beside = n_cols < area.n_cols;
	area.n_cols = n_cols;
	places->head = places->titles = places->rest = places->list = area;
	places->head.n_rows = places->titles.n_rows = 1;
	places->titles.row++;
	places->list.row += 2;
	places->list.n_rows -= 2;
	place_facts(picker, places);
	places->rest.n_rows = screen->list.n && places->list.n_rows >= LINE_AT_ROWS &&
			      !places->facts.n_rows && leaves_out(picker, places->widths);
	places->list.n_rows -= places->rest.n_rows;
	places->rest.row = places->list.row + places->list.n_rows;
}

struct area picker_fit(struct screen *screen, struct area area)
{
	struct places places;

	place(screen, area, &places);
	if (places.list.n_rows > 0)
		list_fit(&screen->list, screen->list.n, (size_t)places.list.n_rows);
	return places.list;
}

void pane_picker(const struct scene *scene, struct area area)
{
	struct screen *screen = scene->screen;
	struct list_place *list = &screen->list;
	struct places places;
	struct area rows;

	grid_fill(scene->grid, area, ROLE_TEXT, " ");
	screen->picker.shows_facts = false;
	if (picker_is_refused(screen)) {
		put_refusal(scene, area);
		return;
	}
	rows = picker_fit(screen, area);
	place(screen, area, &places);
	put_head(scene, places.head);
	if (area.n_rows < 3)
		return;
	put_titles(scene, places.titles, places.widths);
	if (places.rest.n_rows)
		put_rest(scene, places.rest, places.widths);
	for (int i = 0; i < rows.n_rows; i++)
		if (list->top + (size_t)i < list->n)
			put_map(scene, rows, i, list->top + (size_t)i, places.widths);
	screen->picker.shows_facts = places.facts.n_rows > 0;
	if (screen->picker.shows_facts)
		pane_facts(scene, places.facts);
}
