/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The fields of the row, a line each, as an outline that is folded and unfolded. */
#include <string.h>

#include "base/tidy.h"
#include "ui/detail.h"
#include "ui/glyph.h"
#include "ui/outline.h"

/* Exact figures stand near their names, however wide the page is. */
enum { LABEL_MAX_COLS = 32, LABEL_MIN_COLS = 5, INDENT = 2, GAP_COLS = 1, EXACT_MAX_COLS = 32 };

struct fields {
	struct page *page;
	int label_cols;
	bool folds;    /* room for marks */
	bool in_value; /* else of the key */
};

/* A gap and a short figure: apart from each other where that has room, else just none of them cut. */
enum { WIDE_SHORT_COLS = DETAIL_NUMBER_COLS - 2, SHORT_COLS = WIDE_SHORT_COLS - 2, MOST_SHORT = 2 };

static int room_for_short(const struct page *page, int col)
{
	return MAX_OF(page->area.n_cols - col - 1 - DETAIL_NUMBER_COLS, 0);
}

static int short_cols(const struct page *page, int col)
{
	return room_for_short(page, col) >= MOST_SHORT * WIDE_SHORT_COLS ? WIDE_SHORT_COLS
									 : SHORT_COLS;
}

/* How many short figures have room behind an exact one: the rate before the delta. */
static int n_short(const struct page *page, int col)
{
	/* Records are written once: nothing of them grows. */
	if (page->table->plan.record_from)
		return 0;
	return MIN_OF(room_for_short(page, col) / SHORT_COLS, (int)MOST_SHORT);
}

static int exact_cols(const struct page *page, int col)
{
	int left = page->area.n_cols - col - 1 - n_short(page, col) * short_cols(page, col);

	return MIN_OF(left, (int)EXACT_MAX_COLS);
}

static int put_number(const struct page *page, int col, int width, enum derive derive,
		      const struct field *field)
{
	SCOPED(buf) text = {0};

	detail_text(page, derive, field, PRINT_SHORT, &text);
	return grid_fit(page->scene->grid, page->area, (struct strip){page->line, col, width}, true,
			ROLE_HEADER_VALUE, buf_text(&text));
}

static void put_counter(const struct page *page, const struct field *field, int col)
{
	struct grid *grid = page->scene->grid;
	int n = n_short(page, col), width = short_cols(page, col) - 1;
	SCOPED(buf) text = {0};

	detail_text(page, DERIVE_TOTAL, field, PRINT_EXACT, &text);
	col = grid_fit(grid, page->area, (struct strip){page->line, col, exact_cols(page, col)},
		       true, ROLE_HEADER_VALUE, buf_text(&text));
	if (n == MOST_SHORT)
		col = put_number(page, col + 1, width, DERIVE_DELTA, field);
	if (n)
		col = put_number(page, col + 1, width, DERIVE_RATE, field);
	if (nature_is_gauge(page->table, field))
		grid_put(grid, page->area, page->line, col + 1, ROLE_DIM, "gauge");
}

/* Of a moment or a span first as people say it. */
static void exact_text(const struct page *page, const struct field *field, struct buf *out)
{
	if (field->format->is_time) {
		detail_text(page, DERIVE_TOTAL, field, PRINT_SHORT, out);
		buf_adds(out, "  ");
	}
	detail_text(page, DERIVE_TOTAL, field, PRINT_EXACT, out);
}

/* Bytes that the offsets of the plan's fields are relative to. */
static const uint8_t *bytes_of(const struct page *page, bool in_value)
{
	const struct table *table = page->table;
	size_t size;

	if (table->plan.is_variables)
		return snap_value(table->current, 0);
	return in_value ? table_value(table, page->row, &size) : table_key(table, page->row, &size);
}

/* An element that a record ends before or within. */
static bool is_beyond(const struct fields *fields, const struct outline_line *line)
{
	const struct plan *plan = &fields->page->table->plan;
	size_t end = (size_t)line->base + line->field->offset + line->field->size;

	return fields->in_value && plan->record_from &&
	       end > plan_value_bytes(plan, bytes_of(fields->page, true));
}

/* What a container holds, in one line: of one of many elements only where no CPUs are to be summed. */
static void whole_text(const struct fields *fields, const struct outline_line *line,
		       struct buf *out)
{
	const struct table *table = fields->page->table;

	if (line->is_open)
		buf_adds(out, line->field->type);
	else if (!line->field->in_array)
		detail_text(fields->page, DERIVE_TOTAL, line->field, PRINT_SHORT, out);
	else if (table->map.n_cpus > 1)
		buf_adds(out, line->field->type);
	else if (is_beyond(fields, line))
		buf_addc(out, '-');
	else
		format_print(line->field, &table->plan,
			     bytes_of(fields->page, fields->in_value) + line->base, PRINT_SHORT,
			     &table->lookups, out);
}

static void put_other(const struct fields *fields, const struct outline_line *line, int col)
{
	const struct page *page = fields->page;
	enum role role = line->is_open ? ROLE_DIM : ROLE_HEADER_VALUE;
	SCOPED(buf) text = {0};

	if (line->can_fold)
		whole_text(fields, line, &text);
	else
		exact_text(page, line->field, &text);
	grid_fit(page->scene->grid, page->area,
		 (struct strip){page->line, col, page->area.n_cols - col - 1}, false, role,
		 buf_text(&text));
}

/* What a key that folds is about. */
static void note_cursor(const struct page *page, const struct outline_line *line)
{
	struct detail_place *place = page->scene->detail_at;

	if ((size_t)page->line + place->list.top != place->list.cursor)
		return;
	buf_clear(&place->path);
	buf_adds(&place->path, line->path);
	place->can_fold = line->can_fold;
	place->is_open = line->is_open;
	place->n_below_parent = line->number - line->parent;
}

static void put_line(void *ctx, const struct outline_line *line)
{
	const struct fields *fields = ctx;
	struct page *page = fields->page;
	const struct glyphs *glyphs = page->scene->glyphs;
	int col = 1 + INDENT * line->depth, label_end = 1 + fields->label_cols;
	bool counts =
		line->field->in_value && !line->can_fold && table_counts(page->table, line->field);

	if (line->can_fold)
		grid_put(page->scene->grid, page->area, page->line, col, ROLE_TITLE,
			 line->is_open ? glyphs->opened : glyphs->folded);
	col += fields->folds ? INDENT : 0;
	grid_fit(page->scene->grid, page->area,
		 (struct strip){page->line, col, MAX_OF(label_end - col, 0)}, false,
		 fields->in_value ? ROLE_TEXT : ROLE_KEY, line->label);
	note_cursor(page, line);
	col = MAX_OF(label_end, col) + GAP_COLS;
	if (counts)
		put_counter(page, line->field, col);
	else
		put_other(fields, line, col);
	page->line++;
}

static void put_outline(struct page *page, struct outline_range of, int label_cols, bool folds,
			bool in_value)
{
	const struct folds *open = &page->scene->tab->folds;
	struct fields fields = {page, label_cols, folds, in_value};
	int from = page->line, above = MAX_OF(-from, 0);
	size_t n;

	page->line = MAX_OF(from, 0);
	n = outline_lines(&page->table->plan, of, open, (size_t)above,
			  (size_t)MAX_OF(page->area.n_rows - page->line, 0), put_line, &fields);
	page->line = from + (int)n;
}

static void put_value_title(struct page *page, int label_cols)
{
	struct grid *grid = page->scene->grid;
	int col = 1 + label_cols + GAP_COLS;
	int n = n_short(page, col), width = short_cols(page, col) - 1;

	detail_title(page, "value");
	if (page->table->plan.record_from)
		return;
	page->line--;
	col = grid_fit(grid, page->area, (struct strip){page->line, col, exact_cols(page, col)},
		       true, ROLE_DIM, "total");
	if (n == MOST_SHORT)
		col = grid_fit(grid, page->area, (struct strip){page->line, col + 1, width}, true,
			       ROLE_DIM, "delta");
	if (n)
		grid_fit(grid, page->area, (struct strip){page->line, col + 1, width}, true,
			 ROLE_DIM, "per s");
	page->line++;
}

static int label_columns(const struct plan *plan, struct outline_range of)
{
	return MIN_OF(outline_label_columns(plan, of), LABEL_MAX_COLS);
}

void detail_fields(struct page *page)
{
	const struct plan *plan = &page->table->plan;
	struct outline_range key = {0, plan->n_key_fields};
	struct outline_range value = {plan->n_key_fields, plan->n_fields};
	bool folds;
	int width;

	if (plan->is_variables) {
		uint32_t i = plan->variables[page->row];

		value = (struct outline_range){i, i + 1 + plan->fields[i].n_below};
		key.end = 0;
	}
	folds = outline_folds(plan, key) || outline_folds(plan, value);
	width = MAX_OF(label_columns(plan, key), label_columns(plan, value));
	width = MIN_OF(MAX_OF(width, LABEL_MIN_COLS), page->area.n_cols / 2);
	if (key.end)
		put_outline(page, key, width, folds, false);
	put_value_title(page, width);
	put_outline(page, value, width, folds, true);
}
