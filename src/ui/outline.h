/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The fields of a key or value as an outline: a line a field, those of a struct and the elements of an
 * array indented below it, as long as it isn't folded. Lines are made of the plan alone; a part of an
 * array of thousands costs what the part has. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/plan.h"

/* Structs are open and arrays folded, but for those whose paths are here. */
struct folds {
	struct buf paths; /* each NUL-terminated */
	enum { FOLDS_USUAL, FOLDS_OPEN, FOLDS_SHUT } all;
};

void folds_release(struct folds *folds);
void folds_toggle(struct folds *folds, const char *path);
/* Opens all of them, then folds all, then as usual. */
void folds_all(struct folds *folds);

/* Whether that path is open, where is_usual says how it would be. */
bool folds_open(const struct folds *folds, bool is_usual, const char *path);

struct outline_line {
	/* Of an element a copy with its offset filled in; a container's own offset stands in base. */
	const struct field *field;
	uint32_t base;	   /* bytes: what the offsets of a container's members are relative to */
	const char *path;  /* "corners[1].x": what folds know it by */
	const char *label; /* the last part of it: "corners", "[1]", "x" */
	int depth;
	bool can_fold, is_open;
	size_t number, parent; /* of the line and of the one around it; its own at the top */
};
/* The line and what it points to hold during the call. */
typedef void outline_fn(void *ctx, const struct outline_line *line);

/* Fields of the plan from one root to another: the key's, the value's, those of one variable. */
struct outline_range {
	uint32_t first, end;
};

/* Calls fn for the lines first .. first + n of these fields. returns how many there are. */
size_t outline_lines(const struct plan *plan, struct outline_range of, const struct folds *folds,
		     size_t first, size_t n, outline_fn *fn, void *ctx);
/* Something there can be folded. */
bool outline_folds(const struct plan *plan, struct outline_range of);
/* Columns that the labels want, marks included; elements are taken to be like the first. */
int outline_label_columns(const struct plan *plan, struct outline_range of);
