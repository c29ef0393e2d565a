/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The row under the cursor in full, top to bottom: what it is, every field exactly, its CPUs, its
 * history, its raw bytes. Each part is a file of its own. Where the detail has the focus a cursor
 * goes through the lines of its page, and the window follows it. */
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/detail.h"
#include "ui/glyph.h"

#define MORE " e shows all "

/* -- what the row is ------------------------------------------------------------------------------------- */

/* Words are put one behind the other, on the next line where the first has no room. */
static void put_words(struct page *page, int *col, const struct buf *words)
{
	int width = grid_columns(page->scene->grid, buf_text(words));

	if (*col > 1 && *col + width >= page->area.n_cols) {
		page->line++;
		*col = 1;
	}
	*col = 2 +
	       grid_put(page->scene->grid, page->area, page->line, *col, ROLE_DIM, buf_text(words));
}

static void first_seen_text(const struct page *page, struct buf *out)
{
	const struct table *table = page->table;
	struct column age = {.derive = DERIVE_AGE};
	struct val val = table_cell(table, page->row, &age);

	if (val.kind != VAL_UINT)
		return;
	buf_adds(out, table_was_there(table, page->row) ? "there since before " : "first seen ");
	clock_hms(out, table->current->wall_ns - val.u);
	buf_adds(out, " (");
	num_duration(out, (double)val.u);
	buf_adds(out, ")");
}

/* Rows of arrays never go, records never return. */
static void returns_text(const struct page *page, struct buf *out)
{
	const struct table *table = page->table;
	const struct comeback *back;
	bool follows;
	size_t size;
	const uint8_t *key = table_key(table, page->row, &size);

	if (table->map.type->is_array || table->plan.is_variables || table->plan.record_from)
		return;
	back = returns_of(&table->returns, key, size, &follows);
	if (!back) {
		buf_adds(out, follows ? "no return seen" : "returns unknown");
		return;
	}
	buf_addf(out, "returned %u %s, last at ", back->n, num_noun(back->n, "time", "times"));
	clock_hms(out, table->current->wall_ns - (table->current->ended_ns - back->back_ns));
	buf_adds(out, " after ");
	num_duration(out, (double)(back->back_ns - back->gone_ns));
}

static void put_state(struct page *page)
{
	const struct tab *tab = page->scene->tab;
	SCOPED(buf) state = {0}, seen = {0}, count = {0}, returns = {0};
	int col = 1;

	detail_text(page, DERIVE_STATE, NULL, PRINT_SHORT, &state);
	buf_adds(&state, "  idle ");
	detail_text(page, DERIVE_IDLE, NULL, PRINT_SHORT, &state);
	if (tags_has(&tab->tags, table_key(page->table, page->row, &(size_t){0})))
		buf_adds(&state, "  tagged");
	put_words(page, &col, &state);
	first_seen_text(page, &seen);
	if (seen.len)
		put_words(page, &col, &seen);
	buf_adds(&count, "in ");
	detail_text(page, DERIVE_SEEN, NULL, PRINT_SHORT, &count);
	buf_addf(&count, " of %zu readings", table_n_readings(page->table));
	put_words(page, &col, &count);
	returns_text(page, &returns);
	if (returns.len)
		put_words(page, &col, &returns);
	page->line++;
}

/* -- the page ---------------------------------------------------------------------------------------------- */

/* Behind everything else, of which the graph is as high as it needs to be. */
static bool has_room_for_bytes(const struct page *page)
{
	int n_left = page->area.n_rows - page->line - (int)page->scene->detail_at->list.top;

	return detail_graph_rows(page) + detail_bytes_rows(page) <= n_left;
}

static void put_page(struct page *page)
{
	const struct tab *tab = page->scene->tab;

	page->line = -(int)page->scene->detail_at->list.top;
	put_state(page);
	detail_fields(page);
	if (tab_is_per_cpu(tab) && tab->trend.field && field_is_integer(tab->trend.field))
		detail_cpus(page);
	page->has_bytes = tab->is_raw || has_room_for_bytes(page);
	if (tab_has_trend(tab))
		detail_graph(page);
	if (page->has_bytes)
		detail_bytes(page);
}

/* A rule above or beside, and the key as the title. */
static struct area put_frame(const struct scene *scene, struct area area, const char *name)
{
	struct area top = {area.row, area.col, 1, area.n_cols}, inner = area;

	grid_fill(scene->grid, area, ROLE_TEXT, " ");
	if (scene->has_rule) {
		struct area side = {area.row, area.col, area.n_rows, 1};

		grid_fill(scene->grid, side, ROLE_BORDER, scene->glyphs->bar);
		inner.col++;
		inner.n_cols--;
		top.col++;
		top.n_cols--;
	}
	grid_fill(scene->grid, top, ROLE_COLUMN, " ");
	grid_fit(scene->grid, top, (struct strip){0, 1, top.n_cols - 2}, false, ROLE_COLUMN_SORTED,
		 name);
	inner.row++;
	inner.n_rows--;
	return inner;
}

/* There is more than the area shows, which takes room from the title. */
static void put_more(const struct page *page, const char *name)
{
	struct area top = {page->area.row - 1, page->area.col, 1, page->area.n_cols};

	grid_fill(page->scene->grid, top, ROLE_COLUMN, " ");
	grid_fit(page->scene->grid, top,
		 (struct strip){0, 1, MAX_OF(top.n_cols - (int)strlen(MORE) - 1, 0)}, false,
		 ROLE_COLUMN_SORTED, name);
	grid_put(page->scene->grid, top, 0, top.n_cols - (int)strlen(MORE), ROLE_COLUMN, MORE);
}

static void add_cell(const struct table *table, size_t row, enum derive derive,
		     const struct field *field, struct buf *out)
{
	struct column column = {.derive = derive, .field = field};

	table_text(table, row, &column, PRINT_SHORT, out);
}

void row_title(const struct table *table, size_t row, struct buf *out)
{
	const struct plan *plan = &table->plan;
	bool has_fields = false;

	for (uint32_t i = 0; i < plan->n_key_fields && !plan->is_variables; i++) {
		const struct field *field = &plan->fields[i];

		if (field->in_array || field->is_hidden || !field_is_leaf(field))
			continue;
		if (has_fields)
			buf_addc(out, ' ');
		add_cell(table, row, DERIVE_TOTAL, field, out);
		has_fields = true;
	}
	if (!has_fields)
		add_cell(table, row, DERIVE_KEY, NULL, out);
}

/* The page again where the cursor was moved out of what is seen of it. */
static void put_window(struct page *page)
{
	struct list_place *list = &page->scene->detail_at->list;
	size_t top = list->top, height = (size_t)MAX_OF(page->area.n_rows, 1), n;

	put_page(page);
	n = (size_t)(page->line + (ptrdiff_t)top);
	if (!page->has_cursor) /* places of the window, not lines */
		n = n > height ? n - height + 1 : 1;
	list_fit(list, n, page->has_cursor ? height : 1);
	list->n_seen = height;
	if (list->top == top)
		return;
	grid_fill(page->scene->grid, page->area, ROLE_TEXT, " ");
	put_page(page);
}

static void put_cursor(const struct page *page)
{
	const struct list_place *list = &page->scene->detail_at->list;
	struct area line = {page->area.row + (int)(list->cursor - list->top), page->area.col, 1,
			    page->area.n_cols};

	grid_put(page->scene->grid, line, 0, 0, ROLE_CURSOR, ">");
	grid_role(page->scene->grid, line, ROLE_CURSOR);
}

void pane_detail(const struct scene *scene, struct area area)
{
	ptrdiff_t row = scene->tab ? tab_cursor_row(scene->tab) : -1;
	struct detail_place *place = scene->detail_at;
	struct page page = {.scene = scene,
			    .has_cursor = !scene->is_aside && detail_has_focus(scene->screen)};
	SCOPED(buf) name = {0};

	place->can_fold = false;
	place->n_below_parent = 0;
	buf_clear(&place->path);
	if (row < 0) {
		put_frame(scene, area, "no row");
		return;
	}
	page.table = scene->tab->table;
	page.row = (size_t)row;
	row_title(page.table, page.row, &name);
	page.area = put_frame(scene, area, buf_text(&name));
	put_window(&page);
	if (page.has_cursor && page.area.n_rows > 0)
		put_cursor(&page);
	else if (page.line > page.area.n_rows)
		put_more(&page, buf_text(&name));
}
