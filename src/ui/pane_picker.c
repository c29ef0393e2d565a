/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map of the host, a row each: a table of columns that are left out from the right when the
 * terminal is narrow. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/glyph.h"
#include "ui/state.h"

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

static void put_max(const struct map *map, struct buf *out)
{
	num_short(out, map->max_entries, 1000);
}

static void put_memory(const struct map *map, struct buf *out)
{
	if (map->memory_bytes)
		num_short(out, (double)map->memory_bytes, 1024);
	else
		buf_addc(out, '-');
}

static void put_users(const struct map_user *users, size_t n, bool is_known, struct buf *out)
{
	if (!n)
		buf_addc(out, is_known ? ' ' : '-');
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s", i ? "," : "", users[i].name ? users[i].name : "?");
}

static void put_programs(const struct map *map, struct buf *out)
{
	put_users(map->programs, map->n_programs, true, out);
}

static void put_owners(const struct map *map, struct buf *out)
{
	put_users(map->owners, map->n_owners, map->owners_known, out);
}

static void put_age(const struct map *map, struct buf *out)
{
	uint64_t now = clock_boot_ns();

	if (map->loaded_boot_ns && now > map->loaded_boot_ns)
		num_duration(out, (double)(now - map->loaded_boot_ns));
	else
		buf_addc(out, '-');
}

static void put_pin(const struct map *map, struct buf *out)
{
	buf_adds(out, map->pin ? map->pin : "");
}

static const struct picker_column {
	const char *title;
	int width;
	bool is_right;
	enum picker_sort sort; /* N_PICKER_SORTS: not by this */
	void (*put)(const struct map *map, struct buf *out);
} picker_columns[] = {
	{"ID", 6, true, PICK_BY_ID, put_id},
	{"NAME", 22, false, PICK_BY_NAME, put_name},
	{"TYPE", 18, false, PICK_BY_TYPE, put_type},
	{"MAX", 7, true, PICK_BY_MAX, put_max},
	{"MEMORY", 8, true, PICK_BY_MEMORY, put_memory},
	{"AGE", 6, true, N_PICKER_SORTS, put_age},
	{"PROGRAMS", 24, false, N_PICKER_SORTS, put_programs},
	{"OWNERS", 18, false, N_PICKER_SORTS, put_owners},
	{"PIN", 40, false, N_PICKER_SORTS, put_pin},
};

static int put_titles(const struct scene *scene, struct area top)
{
	const struct picker *picker = &scene->screen->picker;
	int col = TAB_GUTTER;

	grid_fill(scene->grid, top, ROLE_COLUMN, " ");
	for (size_t i = 0; i < ARRAY_LEN(picker_columns); i++) {
		const struct picker_column *column = &picker_columns[i];
		bool is_sorted = column->sort == picker->sort;
		SCOPED(buf) title = {0};

		if (is_sorted)
			buf_adds(&title,
				 picker->is_reversed ? scene->glyphs->up : scene->glyphs->down);
		buf_adds(&title, column->title);
		grid_fit(scene->grid, top, 0, col, column->width, column->is_right,
			 is_sorted ? ROLE_COLUMN_SORTED : ROLE_COLUMN, buf_text(&title));
		col += column->width + 1;
	}
	return col;
}

static void put_map(const struct scene *scene, struct area area, int line, size_t place)
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
	for (size_t c = 0; c < ARRAY_LEN(picker_columns); c++) {
		SCOPED(buf) text = {0};

		picker_columns[c].put(&picker->maps[i], &text);
		grid_fit(scene->grid, whole, 0, col, picker_columns[c].width,
			 picker_columns[c].is_right, role, buf_text(&text));
		col += picker_columns[c].width + 1;
	}
}

static void put_head(const struct scene *scene, struct area area)
{
	const struct picker *picker = &scene->screen->picker;
	int col;

	if (picker->why) {
		grid_fit(scene->grid, area, 0, 1, area.n_cols - 2, false, ROLE_MESSAGE,
			 picker->why);
		return;
	}
	col = grid_putf(scene->grid, area, 0, 1, ROLE_TITLE, "%zu of %zu maps",
			scene->screen->list.n, picker->n_maps);
	col = grid_put(scene->grid, area, 0, col + 2, ROLE_HEADER, "type to search: ");
	col = grid_put(scene->grid, area, 0, col, ROLE_HEADER_VALUE, buf_text(&picker->search));
	scene->grid->cursor_row = area.row;
	scene->grid->cursor_col = area.col + MIN_OF(col, area.n_cols - 1);
}

void pane_picker(const struct scene *scene, struct area area)
{
	struct area line = {area.row, area.col, 1, area.n_cols};
	struct list_place *list = &scene->screen->list;

	grid_fill(scene->grid, area, ROLE_TEXT, " ");
	put_head(scene, line);
	line.row++;
	if (area.n_rows < 3)
		return;
	put_titles(scene, line);
	area.row += 2;
	area.n_rows -= 2;
	list_fit(list, list->n, (size_t)area.n_rows);
	for (int i = 0; i < area.n_rows; i++)
		if (list->top + (size_t)i < list->n)
			put_map(scene, area, i, list->top + (size_t)i);
	if (!list->n && scene->screen->picker.why)
		grid_put(scene->grid, area, 1, TAB_GUTTER, ROLE_DIM,
			 "without it there are 'bpfmaptop demo' and 'bpfmaptop replay FILE'");
}
