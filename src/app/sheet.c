// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Aligned columns of words. */
#include "app/sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"

void sheet_release(struct sheet *sheet)
{
	free(sheet->cells);
	arena_release(&sheet->mem);
	*sheet = (struct sheet){0};
}

void sheet_init(struct sheet *sheet, size_t n_cols, const char *const *names)
{
	*sheet = (struct sheet){.n_cols = MIN_OF(n_cols, (size_t)SHEET_MAX_COLS)};
	for (size_t i = 0; i < sheet->n_cols; i++) {
		sheet->is_right[i] = names[i][0] == '>';
		sheet_add(sheet, names[i] + sheet->is_right[i]);
	}
}

static int grow(struct sheet *sheet)
{
	size_t cap = sheet->cap_cells ? 2 * sheet->cap_cells : 64;
	const char **grown;

	if (sheet->n_cells < sheet->cap_cells)
		return 0;
	grown = reallocarray(sheet->cells, cap, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	sheet->cells = grown;
	sheet->cap_cells = cap;
	return 0;
}

void sheet_add(struct sheet *sheet, const char *text)
{
	SCOPED(buf) tame = {0};
	const char *copy;

	utf8_tame(&tame, text, strlen(text));
	copy = arena_strdup(&sheet->mem, buf_text(&tame));
	if (!copy || tame.failed || grow(sheet) < 0) {
		sheet->failed = true;
		return;
	}
	sheet->cells[sheet->n_cells++] = copy;
}

static size_t columns_of(const char *text)
{
	return utf8_columns(text, strlen(text));
}

static void write_cell(const struct sheet *sheet, size_t i, const size_t *widths, struct buf *out)
{
	size_t col = i % sheet->n_cols, pad = widths[col] - columns_of(sheet->cells[i]);

	if (sheet->is_right[col])
		buf_addn(out, ' ', pad);
	buf_adds(out, sheet->cells[i]);
	if (col + 1 == sheet->n_cols) {
		while (out->len &&
		       out->at[out->len - 1] == ' ') /* behind the last cell that has words */
			buf_cut(out, out->len - 1);
		buf_addc(out, '\n');
		return;
	}
	if (!sheet->is_right[col])
		buf_addn(out, ' ', pad);
	buf_adds(out, "  ");
}

int sheet_write(const struct sheet *sheet, struct buf *out)
{
	size_t widths[SHEET_MAX_COLS] = {0};

	if (sheet->failed)
		return -ENOMEM;
	for (size_t i = 0; i < sheet->n_cells; i++)
		widths[i % sheet->n_cols] =
			MAX_OF(widths[i % sheet->n_cols], columns_of(sheet->cells[i]));
	for (size_t i = 0; i < sheet->n_cells; i++)
		write_cell(sheet, i, widths, out);
	return out->failed ? -ENOMEM : 0;
}
