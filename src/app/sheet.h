/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Aligned columns of words on stdout, for list and help: every cell first, then the widths. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

enum { SHEET_MAX_COLS = 16 };

struct sheet {
	const char **cells; /* owned array of [n_rows × n_cols], strings in mem */
	size_t n_cells, cap_cells, n_cols;
	bool is_right[SHEET_MAX_COLS];
	struct arena mem;
	bool failed;
};

void sheet_release(struct sheet *sheet);
/* Starts with a header row: n_cols names; a '>' before a name aligns it to the right. */
void sheet_init(struct sheet *sheet, size_t n_cols, const char *const *names);
/* The next cell, row by row; tamed on its way in. */
void sheet_add(struct sheet *sheet, const char *text);
/* Adds all lines to out, trailing blanks cut. 0 or -ENOMEM. */
int sheet_write(const struct sheet *sheet, struct buf *out);
