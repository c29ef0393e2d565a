/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tree of the stacks that were counted, or of all where nothing counts them. The heaviest come first; a row
 * that names two stacks is one path, through the first and then the second. */
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "ui/stacks.h"

struct stack_row {
	double id;
	size_t row;
	bool was_met;
};

struct build {
	struct stack_tree *tree;
	const struct table *table;
	struct stack_row *rows; /* owned [n], by id */
	size_t n, n_met;
};

static int by_id(const void *a, const void *b)
{
	const struct stack_row *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

static int index_rows(struct build *build)
{
	const struct table *table = build->table;

	build->n = table_n_live(table);
	build->rows = calloc(build->n + 1, sizeof(*build->rows));
	if (!build->rows)
		return -ENOMEM;
	for (size_t row = 0; row < build->n; row++) {
		const uint8_t *key = table_key(table, row, &(size_t){0});

		build->rows[row].id = (double)decode_u64(&table->plan.fields[0], key);
		build->rows[row].row = row;
	}
	qsort(build->rows, build->n, sizeof(*build->rows), by_id);
	return 0;
}

static struct stack_row *row_of(const struct build *build, double id)
{
	const struct stack_row key = {.id = id};

	return build->n ? bsearch(&key, build->rows, build->n, sizeof(key), by_id) : NULL;
}

/* From the outermost function on. returns the node of the innermost; NULL: out of memory. */
static struct stack_node *add_frames(const struct build *build, struct stack_node *node, size_t row,
				     double weight)
{
	const struct table *table = build->table;
	const struct field *stack = &table->plan.fields[table->plan.n_key_fields];
	const uint8_t *value = table_value(table, row, &(size_t){0});
	SCOPED(buf) name = {0};
	uint32_t n = 0;

	while (n < STACK_MOST_FRAMES && format_stack_frame(stack, value, n, &table->lookups, &name))
		n++;
	while (n-- > 0 && node) {
		buf_clear(&name);
		format_stack_frame(stack, value, n, &table->lookups, &name);
		node = stack_tree_child(build->tree, node, buf_text(&name));
		if (node)
			node->weight += weight;
	}
	return node;
}

/* Stacks that could not be taken, or are gone, have no part in it. */
static int add_stacks(struct build *build, const struct stack_weight *weight, unsigned n_ids)
{
	struct stack_node *node = &build->tree->root;
	bool has_any = false;

	for (unsigned i = 0; i < n_ids && node; i++) {
		struct stack_row *found = row_of(build, weight->ids[i]);

		if (!found)
			continue;
		build->n_met += !found->was_met;
		found->was_met = has_any = true;
		node = add_frames(build, node, found->row, weight->weight);
	}
	if (has_any)
		build->tree->root.weight += weight->weight;
	return node ? 0 : -ENOMEM;
}

static int add_all(struct build *build, const struct stack_weights *weights, unsigned n_ids)
{
	int r = 0;

	for (size_t i = 0; i < weights->n && r == 0; i++)
		r = add_stacks(build, &weights->at[i], n_ids);
	return r;
}

static int add_unweighed(struct build *build)
{
	int r = 0;

	for (size_t i = 0; i < MIN_OF(build->n, (size_t)STACK_MOST) && r == 0; i++)
		r = add_stacks(build,
			       &(struct stack_weight){.ids = {build->rows[i].id}, .weight = 1}, 1);
	return r;
}

int stack_tree_build(struct stack_tree *tree, const struct table *stacks,
		     const struct stack_weights *weights, unsigned n_ids, size_t *n_met)
{
	struct build build = {.tree = tree, .table = stacks};
	int r = index_rows(&build);

	if (r == 0)
		r = n_ids ? add_all(&build, weights, n_ids) : add_unweighed(&build);
	stack_tree_sort(&tree->root);
	*n_met = build.n_met;
	free(build.rows);
	return r;
}
