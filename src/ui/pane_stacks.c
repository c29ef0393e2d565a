/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Stacks as a tree that is merged from their roots, as a flame graph is: each function with its share of
 * all samples below a bar as long. Made anew from each reading, it keeps what is folded and the cursor by
 * the path of names. */
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/scene.h"
#include "ui/stacks.h"

enum { BAR_COLS = 8, SHARE_COLS = 5, COUNT_COLS = 6, NARROW_COLS = 60, NAME_BYTES = 256 };

bool tab_has_stacks(const struct tab *tab)
{
	const struct plan *plan = &tab->table->plan;
	const struct field *value = &plan->fields[plan->n_key_fields];

	return !plan->is_variables && plan->n_key_fields && plan->n_fields > plan->n_key_fields &&
	       value->kind == FIELD_ARRAY && strcmp(value->format->name, "stack") == 0;
}

/* -- the tree --------------------------------------------------------------------------------------------- */

static void add_source(const struct stack_source *source, struct buf *out)
{
	buf_adds(out, "by ");
	if (source->has_counts)
		table_column_name(source->table, &source->counts, out);
	else
		buf_adds(out, "rows");
	buf_addf(out, " of %s (", source->table->map.name);
	for (unsigned i = 0; i < source->n_ids; i++)
		buf_addf(out, "%s%s", i ? " + " : "", source->ids[i]->path);
	buf_addc(out, ')');
}

static void title_text(const struct tab *tab, const struct stack_source *source,
		       const struct stack_weights *weights, size_t n, struct stack_view *view)
{
	struct buf *out = &view->title;

	num_grouped(out, n);
	buf_adds(out, " of ");
	num_grouped(out, table_n_live(tab->table));
	buf_adds(out, " stacks, ");
	add_source(source, out);
	if (weights->total > view->tree.root.weight) {
		buf_adds(out, ", ");
		num_percent(out, 1 - view->tree.root.weight / weights->total);
		buf_adds(out, " without a stack here");
	}
	if (weights->is_part)
		buf_addf(out, ", of its first %d rows", STACK_MOST_ROWS);
	if (weights->n < weights->n_all)
		buf_addf(out, ", the heaviest %d", STACK_MOST);
}

static void unweighed_title(const struct tab *tab, const struct err *err, struct buf *out)
{
	num_grouped(out, table_n_live(tab->table));
	buf_addf(out, " stacks, each weighs the same: %s",
		 err->text[0] ? err->text : "no map is open that counts by stack id");
}

static void fill_tree(const struct screen *screen, const struct tab *tab, struct stack_view *view)
{
	SCOPED(stack_weights) weights = {0};
	struct stack_source source;
	struct err err = {0};
	size_t n = 0;
	int r = 0;

	if (stack_source_find(screen, tab, buf_text(&tab->stacks_by), &source, &err) == 0)
		r = stack_weights_take(&source, &weights);
	if (r == 0)
		r = stack_tree_build(&view->tree, tab->table, &weights, source.n_ids, &n);
	buf_clear(&view->title);
	if (r < 0)
		buf_adds(&view->title, "out of memory for the stacks");
	else if (source.table)
		title_text(tab, &source, &weights, n, view);
	else
		unweighed_title(tab, &err, &view->title);
}

/* What the tree was made of: it is made anew when that is another. */
static void made_of_text(const struct screen *screen, const struct tab *tab, struct buf *out)
{
	struct stack_source source;

	stack_source_find(screen, tab, buf_text(&tab->stacks_by), &source, NULL);
	buf_addf(out, "%u %" PRIu64 " %s", tab->table->map.id, tab->table->current->number,
		 buf_text(&tab->stacks_by));
	if (source.table)
		buf_addf(out, " %u %" PRIu64, source.table->map.id, source.table->current->number);
}

static void make_tree(const struct screen *screen, const struct tab *tab, struct stack_view *view)
{
	SCOPED(buf) made_of = {0};

	made_of_text(screen, tab, &made_of);
	if (strcmp(buf_text(&made_of), buf_text(&view->made_of)) == 0)
		return;
	buf_clear(&view->made_of);
	buf_adds(&view->made_of, buf_text(&made_of));
	stack_tree_release(&view->tree);
	fill_tree(screen, tab, view);
}

void stack_view_release(struct stack_view *view)
{
	stack_tree_release(&view->tree);
	buf_release(&view->title);
	buf_release(&view->made_of);
	buf_release(&view->at.path);
}

/* -- drawing ------------------------------------------------------------------------------------------------ */

struct drawing {
	const struct scene *scene;
	struct area area;
	struct buf names;	/* of all lines, for the search */
	size_t found, n_shared; /* line of the cursor's path, and how much of it that has */
};

static void take_line(void *ctx, const struct stack_line *line)
{
	struct drawing *drawing = ctx;
	const char *path = buf_text(&drawing->scene->screen->stacks.at.path);
	size_t len = strlen(line->path);

	buf_addf(&drawing->names, "%s\n", line->node->name);
	/* Itself, or else what is around it. */
	if (strncmp(path, line->path, len) == 0 && (path[len] == '\0' || path[len] == ';') &&
	    len >= drawing->n_shared) {
		drawing->n_shared = len;
		drawing->found = line->number;
	}
}

static void note_cursor(struct stack_view *view, const struct stack_line *line)
{
	buf_clear(&view->at.path);
	buf_adds(&view->at.path, line->path);
	view->at.can_fold = line->node->first != NULL;
	view->at.is_open = line->is_open;
	view->at.n_below_parent = line->number - line->parent;
}

static int put_numbers(const struct drawing *drawing, struct area line, double weight, double share)
{
	struct grid *grid = drawing->scene->grid;
	SCOPED(buf) text = {0};
	int col = 1;

	if (line.n_cols >= NARROW_COLS) {
		glyph_meter(grid, line, (struct strip){0, col, BAR_COLS}, share, ROLE_GRAPH);
		col += BAR_COLS + 1;
	}
	num_percent(&text, share);
	col = 1 + grid_fit(grid, line, (struct strip){0, col, SHARE_COLS}, true, ROLE_HEADER_VALUE,
			   buf_text(&text));
	buf_clear(&text);
	num_short(&text, weight, 1000);
	return 1 + grid_fit(grid, line, (struct strip){0, col, COUNT_COLS}, true, ROLE_HEADER_VALUE,
			    buf_text(&text));
}

static void put_line(void *ctx, const struct stack_line *line)
{
	struct drawing *drawing = ctx;
	const struct scene *scene = drawing->scene;
	struct list_place *list = scene->list;
	struct area at = {drawing->area.row + (int)(line->number - list->top), drawing->area.col, 1,
			  drawing->area.n_cols};
	const char *mark = line->is_open ? scene->glyphs->opened : scene->glyphs->folded;
	double all = scene->screen->stacks.tree.root.weight;
	int col;

	if (line->number < list->top || line->number - list->top >= (size_t)drawing->area.n_rows)
		return;
	col = put_numbers(drawing, at, line->node->weight, line->node->weight / all) + line->depth;
	grid_put(scene->grid, at, 0, col, ROLE_TITLE, line->node->first ? mark : " ");
	grid_fit(scene->grid, at, (struct strip){0, col + 2, MAX_OF(at.n_cols - col - 2, 0)}, false,
		 text_search_in(scene->screen, line->node->name) ? ROLE_MATCH : ROLE_TEXT,
		 line->node->name);
	if (line->number == list->cursor) {
		grid_put(scene->grid, at, 0, 0, ROLE_CURSOR, ">");
		grid_role(scene->grid, at, ROLE_CURSOR);
		note_cursor(&scene->screen->stacks, line);
	}
}

void pane_stacks(const struct scene *scene, struct area area)
{
	struct stack_view *view = &scene->screen->stacks;
	struct tab *tab = scene->tab;
	struct drawing drawing = {.scene = scene, .found = scene->list->cursor};
	size_t n;

	if (!tab || !tab_has_stacks(tab))
		return;
	make_tree(scene->screen, tab, view);
	drawing.area = pane_titled(scene, area, buf_text(&view->title));
	n = stack_tree_lines(&view->tree, &tab->frames, take_line, &drawing);
	if (!view->was_moved)
		scene->list->cursor = drawing.found;
	view->was_moved = false;
	list_fit(scene->list, n, (size_t)MAX_OF(drawing.area.n_rows, 1));
	text_search_go(scene, buf_text(&drawing.names));
	list_fit(scene->list, n, (size_t)MAX_OF(drawing.area.n_rows, 1));
	stack_tree_lines(&view->tree, &tab->frames, put_line, &drawing);
	if (!n)
		grid_put(scene->grid, drawing.area, 1, 1, ROLE_DIM, "no stacks");
	buf_release(&drawing.names);
}
