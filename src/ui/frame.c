/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Row by row, the runs of cells that differ are written. A short run of equal cells between two that
 * differ is cheaper to write again than to jump over; a blank rest of a line is erased, not written.
 * Only the look of the last cell written and the place behind it are remembered: both start unknown. */
#include "ui/frame.h"

#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"

enum { JUMP_CELLS = 6, ERASE_CELLS = 5, LOOK_UNKNOWN = -1 };

struct writer {
	const struct frame_style *style;
	const struct grid *was, *is;
	struct buf *out;
	int row, col; /* where the terminal's cursor is, -1: unknown */
	int look;     /* role | reverse << 8 | bold << 9 */
};

static const struct grid_cell *cell_of(const struct grid *grid, int row, int col)
{
	return &grid->cells[row * grid->n_cols + col];
}

static int look_of(const struct grid_cell *cell)
{
	return cell->role | cell->is_reverse << 8 | cell->is_bold << 9;
}

static bool is_blank(const struct frame_style *style, const struct grid_cell *cell)
{
	return cell->text[0] == ' ' && cell->text[1] == '\0' && !cell->is_reverse &&
	       style->is_plain[cell->role];
}

/* Blanks of two plain roles look the same. */
static bool is_same(const struct frame_style *style, const struct grid_cell *a,
		    const struct grid_cell *b)
{
	if (is_blank(style, a) && is_blank(style, b))
		return true;
	return look_of(a) == look_of(b) && strncmp(a->text, b->text, sizeof(a->text)) == 0;
}

static bool differs(const struct writer *w, int row, int col)
{
	const struct grid_cell *now = cell_of(w->is, row, col);

	if (!w->was)
		return !is_blank(w->style, now);
	return !is_same(w->style, cell_of(w->was, row, col), now);
}

/* A blank may be written in any look that shows nothing of it: words apart cost no change of look. */
static bool look_will_do(const struct writer *w, const struct grid_cell *cell)
{
	if (w->look == look_of(cell))
		return true;
	return w->look >= 0 && w->look < 1 << 8 && w->style->is_plain[w->look] &&
	       is_blank(w->style, cell);
}

static void put_look(struct writer *w, const struct grid_cell *cell)
{
	if (look_will_do(w, cell))
		return;
	w->look = look_of(cell);
	buf_adds(w->out, w->style->sgr[cell->role]);
	if (cell->is_bold)
		buf_adds(w->out, w->style->bold);
	if (cell->is_reverse)
		buf_adds(w->out, w->style->reverse);
}

static void go_to(struct writer *w, int row, int col)
{
	if (w->row != row || w->col != col)
		w->style->move_to(w->out, row, col);
	w->row = row;
	w->col = col;
}

/* Cells first..end of the row; a wide character cut at the front is written whole. */
static void put_run(struct writer *w, int row, int first, int end)
{
	if (w->style->spares_last_cell && row == w->is->n_rows - 1)
		end = MIN_OF(end, w->is->n_cols - 1);
	while (first > 0 && cell_of(w->is, row, first)->text[0] == '\0')
		first--;
	if (first >= end)
		return;
	go_to(w, row, first);
	for (int col = first; col < end; col++) {
		const struct grid_cell *cell = cell_of(w->is, row, col);

		if (cell->text[0] == '\0')
			continue;
		put_look(w, cell);
		buf_add(w->out, cell->text, strnlen(cell->text, sizeof(cell->text)));
	}
	w->col = end;
	if (end == w->is->n_cols)
		w->row = w->col = -1; /* past the edge: terminals don't agree where that is */
}

/* Columns of the row before its blank rest. */
static int solid_columns(const struct writer *w, int row)
{
	int n = w->is->n_cols;

	while (n > 0 && is_blank(w->style, cell_of(w->is, row, n - 1)))
		n--;
	return n;
}

/* The end of the run of changed cells that begins at `first`, short unchanged stretches included. */
static int run_end(const struct writer *w, int row, int first, int limit)
{
	int end = first + 1;

	for (int col = end; col < limit && col - end < JUMP_CELLS; col++)
		if (differs(w, row, col))
			end = col + 1;
	return end;
}

static void erase_from(struct writer *w, int row, int col)
{
	go_to(w, row, col);
	put_look(w, cell_of(w->is, row, col));
	buf_adds(w->out, w->style->erase_line);
}

static void put_row(struct writer *w, int row)
{
	int n_cols = w->is->n_cols, solid = solid_columns(w, row), last = n_cols;
	bool erases;

	while (last > 0 && !differs(w, row, last - 1))
		last--;
	erases = w->style->erase_line[0] && last - solid >= ERASE_CELLS;
	for (int col = 0; col < (erases ? solid : last); col++)
		if (differs(w, row, col)) {
			int end = run_end(w, row, col, erases ? solid : last);

			put_run(w, row, col, end);
			col = end - 1;
		}
	if (erases)
		erase_from(w, row, solid);
}

static void put_cursor(struct writer *w)
{
	bool was_shown = w->was && w->was->cursor_row >= 0;

	if (w->is->cursor_row >= 0) {
		int col = MIN_OF(w->is->cursor_col, w->is->n_cols - 1);

		w->row = -1;
		go_to(w, w->is->cursor_row, col);
		if (!was_shown)
			buf_adds(w->out, w->style->show_cursor);
	} else if (was_shown || !w->was) {
		buf_adds(w->out, w->style->hide_cursor);
	}
}

void frame_diff(const struct frame_style *style, const struct grid *was, const struct grid *is,
		struct buf *out)
{
	struct writer w = {style, was, is, out, -1, -1, LOOK_UNKNOWN};

	if (was && grid_equal(was, is))
		return;
	if (!was || was->n_rows != is->n_rows || was->n_cols != is->n_cols) {
		w.was = NULL;
		buf_adds(out, style->clear);
	}
	for (int row = 0; row < is->n_rows; row++)
		put_row(&w, row);
	put_cursor(&w);
}

/* Where all the pieces are SGR sequences, as on every terminal of today, one sequence says it all:
 * "\033[m\033[1m\033[34m" becomes "\033[;1;34m". Shifts of the character set are left out, ours is
 * never shifted. source: ECMA-48, 8.3.117 */
void frame_merge_sgr(struct buf *sgr)
{
	SCOPED(buf) merged = {0};
	const char *c = buf_text(sgr);

	while (*c) {
		const char *end;

		if (*c == '\017' || strncmp(c, "\033(B", 3) == 0) {
			c += *c == '\017' ? 1 : 3;
			continue;
		}
		end = c[0] == '\033' && c[1] == '[' ? c + 2 + strspn(c + 2, "0123456789;:") : c;
		if (*end != 'm')
			return;
		buf_adds(&merged, merged.len ? ";" : "\033[");
		buf_add(&merged, c + 2, (size_t)(end - c - 2));
		c = end + 1;
	}
	buf_addc(&merged, 'm');
	if (merged.len == 1 || merged.failed)
		return;
	buf_clear(sgr);
	buf_add(sgr, merged.at, merged.len);
}
