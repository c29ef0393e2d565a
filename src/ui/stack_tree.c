/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Children are a list that is searched: a function calls few others. All of it is open unless folds say
 * otherwise. */
#include "ui/stack_tree.h"

#include <string.h>

#include "base/buf.h"

void stack_tree_release(struct stack_tree *tree)
{
	arena_release(&tree->mem);
	*tree = (struct stack_tree){0};
}

struct stack_node *stack_tree_child(struct stack_tree *tree, struct stack_node *node,
				    const char *name)
{
	struct stack_node *child = node->first;

	while (child && strcmp(child->name, name) != 0)
		child = child->beside;
	if (child)
		return child;
	child = arena_alloc(&tree->mem, sizeof(*child));
	if (!child)
		return NULL;
	*child = (struct stack_node){
		.name = arena_strdup(&tree->mem, name), .parent = node, .beside = node->first};
	if (!child->name)
		return NULL;
	node->first = child;
	return child;
}

static bool comes_before(const struct stack_node *a, const struct stack_node *b)
{
	return a->weight > b->weight || (a->weight == b->weight && strcmp(a->name, b->name) < 0);
}

void stack_tree_sort(struct stack_node *node)
{
	struct stack_node *sorted = NULL, *next;

	for (struct stack_node *child = node->first; child; child = next) {
		struct stack_node **at = &sorted;

		next = child->beside;
		while (*at && comes_before(*at, child))
			at = &(*at)->beside;
		child->beside = *at;
		*at = child;
		stack_tree_sort(child);
	}
	node->first = sorted;
}

struct walk {
	const struct folds *folds;
	stack_line_fn *fn;
	void *ctx;
	struct buf path;
	size_t n;
};

static void walk_children(struct walk *walk, const struct stack_node *node, int depth,
			  size_t parent)
{
	for (const struct stack_node *child = node->first; child; child = child->beside) {
		size_t len = walk->path.len;
		struct stack_line line = {.node = child, .depth = depth, .number = walk->n};

		buf_addf(&walk->path, "%s%s", len ? ";" : "", child->name);
		line.path = buf_text(&walk->path);
		line.parent = depth ? parent : walk->n;
		line.is_open = child->first && folds_open(walk->folds, true, line.path);
		walk->fn(walk->ctx, &line);
		walk->n++;
		if (line.is_open)
			walk_children(walk, child, depth + 1, line.number);
		buf_cut(&walk->path, len);
	}
}

size_t stack_tree_lines(const struct stack_tree *tree, const struct folds *folds, stack_line_fn *fn,
			void *ctx)
{
	struct walk walk = {.folds = folds, .fn = fn, .ctx = ctx};

	walk_children(&walk, &tree->root, 0, 0);
	buf_release(&walk.path);
	return walk.n;
}
