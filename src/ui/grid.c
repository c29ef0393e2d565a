/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every way into a cell goes through put_point(), which clips, tames and keeps wide characters whole:
 * a cell holds one character of one or two columns, the right half of a wide one is "". A blank cell
 * holds " ". Nothing that could steer a terminal ever stands in a cell. */
#include "ui/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "base/utf8.h"

enum { LINE_BYTES = 256 }; /* few texts are longer, and need memory */

static const struct grid_cell blank = {.text = " ", .role = ROLE_TEXT};

void grid_release(struct grid *grid)
{
	free(grid->cells);
	grid->cells = NULL;
	grid->n_rows = grid->n_cols = 0;
}

void grid_clear(struct grid *grid)
{
	for (int i = 0; i < grid->n_rows * grid->n_cols; i++)
		grid->cells[i] = blank;
	grid->cursor_row = grid->cursor_col = -1;
}

int grid_resize(struct grid *grid, int n_rows, int n_cols)
{
	struct grid_cell *cells;

	if (n_rows < 1 || n_cols < 1)
		n_rows = n_cols = 1;
	cells = calloc((size_t)n_rows * (size_t)n_cols, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	free(grid->cells);
	grid->cells = cells;
	grid->n_rows = n_rows;
	grid->n_cols = n_cols;
	grid_clear(grid);
	return 0;
}

int grid_copy(struct grid *to, const struct grid *from)
{
	size_t n = (size_t)from->n_rows * (size_t)from->n_cols;

	if (to->n_rows != from->n_rows || to->n_cols != from->n_cols) {
		int r = grid_resize(to, from->n_rows, from->n_cols);

		if (r < 0)
			return r;
	}
	memcpy(to->cells, from->cells, n * sizeof(struct grid_cell));
	to->cursor_row = from->cursor_row;
	to->cursor_col = from->cursor_col;
	return 0;
}

/* The cell at row, col of the area, or NULL when that is outside of the area or the grid. */
static struct grid_cell *cell_at(const struct grid *grid, struct area area, int row, int col)
{
	if (row < 0 || col < 0 || row >= area.n_rows || col >= area.n_cols)
		return NULL;
	row += area.row;
	col += area.col;
	if (row < 0 || col < 0 || row >= grid->n_rows || col >= grid->n_cols)
		return NULL;
	return &grid->cells[row * grid->n_cols + col];
}

/* What may stand in a cell for this point. */
static uint32_t harmless(const struct grid *grid, uint32_t point)
{
	if (point == UINT32_MAX || !utf8_is_tame(point))
		return '?';
	if (grid->is_ascii && point > '~')
		return '?';
	return point;
}

static void cell_set(struct grid_cell *cell, enum role role, const char *text, size_t len)
{
	memset(cell->text, 0, sizeof(cell->text));
	memcpy(cell->text, text, MIN_OF(len, sizeof(cell->text) - 1));
	cell->role = role;
	cell->is_reverse = cell->is_bold = 0;
}

/* Blanks the other half of a wide character whose half at i is about to be overwritten. */
static void split_wide(struct grid *grid, const struct grid_cell *cell)
{
	int i = (int)(cell - grid->cells), col = i % grid->n_cols;

	if (cell->text[0] == '\0' && col > 0)
		memcpy(grid->cells[i - 1].text, blank.text, sizeof(blank.text));
	if (col + 1 < grid->n_cols && grid->cells[i + 1].text[0] == '\0')
		memcpy(grid->cells[i + 1].text, blank.text, sizeof(blank.text));
}

/* How and where a text is put: what is written with it goes from one column to the next. */
struct pen {
	struct grid *grid;
	struct area area;
	int row;
	enum role role;
};

/* A combining character joins the one before it, as long as the cell has room. */
static void join_point(const struct pen *pen, int col, const char *text, size_t len)
{
	struct grid_cell *cell = cell_at(pen->grid, pen->area, pen->row, col - 1);
	size_t have = cell ? strnlen(cell->text, sizeof(cell->text)) : 0;

	if (have && have + len < sizeof(cell->text))
		memcpy(cell->text + have, text, len);
}

/* One character into the grid; returns the columns it takes, also where it was clipped away. */
static int put_point(const struct pen *pen, int col, const char *text, size_t len, uint32_t point)
{
	uint32_t shown = harmless(pen->grid, point);
	int width = utf8_width(shown);
	struct grid_cell *cell = cell_at(pen->grid, pen->area, pen->row, col), *right;

	if (shown != point) {
		text = "?";
		len = 1;
		width = 1;
	}
	if (width == 0) {
		join_point(pen, col, text, len);
		return 0;
	}
	if (!cell)
		return width;
	right = width == 2 ? cell_at(pen->grid, pen->area, pen->row, col + 1) : NULL;
	if (width == 2 && !right) {
		text = " ";
		len = 1;
	}
	split_wide(pen->grid, cell);
	cell_set(cell, pen->role, text, len);
	if (right) {
		split_wide(pen->grid, right);
		cell_set(cell, pen->role, text, len);
		cell_set(right, pen->role, "", 0);
	}
	return width;
}

static int put_bytes(const struct pen *pen, int col, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t point;
		size_t n = utf8_next(text + at, len - at, &point);

		col += put_point(pen, col, text + at, n, point);
		at += n;
	}
	return col;
}

int grid_put(struct grid *grid, struct area area, int row, int col, enum role role,
	     const char *text)
{
	return put_bytes(&(struct pen){grid, area, row, role}, col, text, strlen(text));
}

int grid_putf(struct grid *grid, struct area area, int row, int col, enum role role,
	      const char *fmt, ...)
{
	SCOPED(buf)
	text = {0};
	char line[LINE_BYTES];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (n < (int)sizeof(line))
		return grid_put(grid, area, row, col, role, n < 0 ? "" : line);
	va_start(args, fmt);
	buf_vaddf(&text, fmt, args);
	va_end(args);
	return grid_put(grid, area, row, col, role, buf_text(&text));
}

/* Columns that text takes in this grid; *cut_ret is the length of what fits into `columns`. */
static int measure(const struct grid *grid, const char *text, size_t len, int columns,
		   size_t *cut_ret, int *cut_columns_ret)
{
	int total = 0;

	*cut_ret = 0;
	*cut_columns_ret = 0;
	for (size_t at = 0; at < len;) {
		uint32_t point;
		size_t n = utf8_next(text + at, len - at, &point);

		total += utf8_width(harmless(grid, point));
		at += n;
		if (total <= columns) {
			*cut_ret = at;
			*cut_columns_ret = total;
		}
	}
	return total;
}

int grid_columns(const struct grid *grid, const char *text)
{
	size_t cut;
	int cut_columns;

	return measure(grid, text, strlen(text), 0, &cut, &cut_columns);
}

static int put_blanks(const struct pen *pen, int col, int end)
{
	while (col < end)
		col = put_bytes(pen, col, " ", 1);
	return col;
}

int grid_fit(struct grid *grid, struct area area, struct strip strip, bool is_right, enum role role,
	     const char *text)
{
	const struct pen pen = {grid, area, strip.row, role};
	const char *mark = grid->is_ascii ? "~" : "…";
	int col = strip.col, end = col + strip.n_cols, used, total;
	size_t len = strlen(text), cut;

	if (strip.n_cols <= 0)
		return col;
	total = measure(grid, text, len, strip.n_cols, &cut, &used);
	if (total > strip.n_cols)
		measure(grid, text, len, strip.n_cols - 1, &cut, &used);
	if (is_right)
		col = put_blanks(&pen, col, end - total);
	col = put_bytes(&pen, col, text, cut);
	if (total > strip.n_cols)
		col = put_bytes(&pen, col, mark, strlen(mark));
	return put_blanks(&pen, col, end);
}

void grid_fill(struct grid *grid, struct area area, enum role role, const char *glyph)
{
	for (int row = 0; row < area.n_rows; row++)
		for (int col = 0; col < area.n_cols;)
			col = grid_put(grid, area, row, col, role, *glyph ? glyph : " ");
}

void grid_role(struct grid *grid, struct area area, enum role role)
{
	for (int row = 0; row < area.n_rows; row++)
		for (int col = 0; col < area.n_cols; col++) {
			struct grid_cell *cell = cell_at(grid, area, row, col);

			if (cell)
				cell->role = role;
		}
}

void grid_text(const struct grid *grid, struct buf *out)
{
	for (int row = 0; row < grid->n_rows; row++) {
		size_t solid = out->len;

		for (int col = 0; col < grid->n_cols; col++) {
			const char *text = grid->cells[row * grid->n_cols + col].text;

			buf_adds(out, text);
			if (*text && strcmp(text, " ") != 0)
				solid = out->len;
		}
		buf_cut(out, solid);
		buf_addc(out, '\n');
	}
}

void grid_role_letters(const struct grid *grid, struct buf *out)
{
	for (int row = 0; row < grid->n_rows; row++) {
		size_t solid = out->len;

		for (int col = 0; col < grid->n_cols; col++) {
			enum role role = grid->cells[row * grid->n_cols + col].role;

			buf_addc(out, roles[role].letter);
			if (role != ROLE_TEXT)
				solid = out->len;
		}
		buf_cut(out, solid);
		buf_addc(out, '\n');
	}
}

void grid_roles(const struct grid *grid, struct buf *out)
{
	bool is_used[N_ROLES] = {0};

	grid_role_letters(grid, out);
	for (int i = 0; i < grid->n_rows * grid->n_cols; i++)
		is_used[grid->cells[i].role] = grid->cells[i].role != ROLE_TEXT;
	for (int i = 0; i < N_ROLES; i++)
		if (is_used[i])
			buf_addf(out, "%c %s\n", roles[i].letter, roles[i].name);
}

static bool cell_equal(const struct grid_cell *a, const struct grid_cell *b)
{
	return strncmp(a->text, b->text, sizeof(a->text)) == 0 && a->role == b->role &&
	       a->is_reverse == b->is_reverse && a->is_bold == b->is_bold;
}

bool grid_equal(const struct grid *a, const struct grid *b)
{
	if (a->n_rows != b->n_rows || a->n_cols != b->n_cols || a->cursor_row != b->cursor_row ||
	    a->cursor_col != b->cursor_col)
		return false;
	for (int i = 0; i < a->n_rows * a->n_cols; i++)
		if (!cell_equal(&a->cells[i], &b->cells[i]))
			return false;
	return true;
}
