/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A map of stacks seen as a tree, and the map that counts them; shared by pane_stacks.c and the
 * stack_*.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/table.h"
#include "ui/state.h"

enum {
	STACK_MOST = 8192,	 /* that a tree is made of */
	STACK_MOST_ROWS = 65536, /* of the map that counts them */
	STACK_MOST_FRAMES = 1024,
	STACK_MOST_IDS = 2, /* of one row: where a program was in user space, and in the kernel */
};

/* Rows that name stacks, and count. */
struct stack_source {
	const struct table *table;		 /* NULL: none is open */
	const struct field *ids[STACK_MOST_IDS]; /* the outer stack first */
	unsigned n_ids;
	struct column counts;
	bool has_counts; /* else each row counts as one */
};

/* Of all rows with these ids. */
struct stack_weight {
	double ids[STACK_MOST_IDS], weight;
};

struct stack_weights {
	struct stack_weight *at; /* owned [n], the heaviest first */
	size_t n, n_all;	 /* those that are left, at most STACK_MOST; how many there were */
	double total;		 /* of all rows, those without a stack included */
	bool is_part;		 /* there are more rows */
};

/* stack_source.c: what is asked for, `text` being "samples:ustack+kstack samples.rate", else the first map that
 * is open and has a field called after stacks. 0; -ENOENT: there is none, with a sentence where one was
 * asked for. */
int stack_source_find(const struct screen *screen, const struct tab *stacks, const char *text,
		      struct stack_source *out, struct err *err);
/* What leads back to it. */
void stack_source_text(const struct stack_source *source, struct buf *out);
/* Other stacks of the same rows, or those of the next map; another column that counts them. false: there is
 * no other. */
bool stack_source_next(const struct screen *screen, const struct tab *stacks,
		       struct stack_source *source);
bool stack_source_next_counts(struct stack_source *source);

/* 0 or -ENOMEM. */
int stack_weights_take(const struct stack_source *source, struct stack_weights *out);
void stack_weights_release(struct stack_weights *weights);

/* stack_build.c: of stacks that are named n_ids a weight; 0: of all, which weigh the same. *n_met: stacks that
 * are in it. 0 or -ENOMEM. */
int stack_tree_build(struct stack_tree *tree, const struct table *stacks,
		     const struct stack_weights *weights, unsigned n_ids, size_t *n_met);
