/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A map of stacks seen as a tree, and the map that counts them; shared by pane_stacks.c and
 * stack_weights.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/table.h"
#include "ui/state.h"

enum {
	STACK_MOST = 8192,	 /* stacks of a tree */
	STACK_MOST_ROWS = 65536, /* of the map that counts them */
	STACK_MOST_FRAMES = 1024
};

/* Rows that name a stack, and count. */
struct stack_source {
	const struct table *table; /* NULL: none is open */
	const struct field *ids;
	const struct field *counts; /* NULL: each row counts as one */
};

struct stack_weight {
	double id, weight;
};

struct stack_weights {
	struct stack_weight *at; /* owned [n], by id */
	size_t n;
	double total; /* of all rows, those without a stack included */
	bool is_part; /* there are more rows */
};

/* The first map that is open and has a field called after stacks. false: there is none. */
bool stack_source_find(const struct screen *screen, const struct tab *stacks,
		       struct stack_source *out);
/* 0, or -1: out of memory. */
int stack_weights_take(const struct stack_source *source, struct stack_weights *out);
void stack_weights_release(struct stack_weights *weights);
double stack_weight_of(const struct stack_weights *weights, uint64_t id); /* 0: nothing named it */
