/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writing what the screen shows to a file. */
#pragma once

#include <stddef.h>

struct err;
struct screen;
struct table;

/* Writes the rows that match, in the screen's order and columns, to path: .csv, .json or .jsonl by
 * extension, else text. Replaces the file whole. 0 with the number of rows, or -errno with a sentence;
 * the file is then as it was. */
int write_view(struct screen *screen, struct table *table, const char *path, size_t *n_rows_ret,
	       struct err *err);
