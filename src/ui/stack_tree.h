/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Stacks merged from their roots: a node a function that was called from the one above it, with what all
 * stacks through it weigh. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ui/outline.h"

struct stack_node {
	const char *name;
	double weight;				    /* of all stacks through it */
	struct stack_node *parent, *first, *beside; /* the heaviest first, once sorted */
};

struct stack_tree {
	struct arena mem;
	struct stack_node root; /* of all: has no name */
};

void stack_tree_release(struct stack_tree *tree);
/* The child of a node called so, made when it isn't there; NULL: out of memory. */
struct stack_node *stack_tree_child(struct stack_tree *tree, struct stack_node *node,
				    const char *name);
/* Siblings by weight, then by name. */
void stack_tree_sort(struct stack_node *node);

struct stack_line {
	const struct stack_node *node;
	const char *path; /* "main;run;read": what folds know it by */
	int depth;
	bool is_open;
	size_t number, parent; /* of its line and the one around it; its own at the top */
};
typedef void stack_line_fn(void *ctx, const struct stack_line *line);
/* The lines of what isn't folded, from the top on. returns how many there are. */
size_t stack_tree_lines(const struct stack_tree *tree, const struct folds *folds, stack_line_fn *fn,
			void *ctx);
