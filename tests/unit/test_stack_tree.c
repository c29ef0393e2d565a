/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "ui/stack_tree.h"

/* "main;run;read", outermost first. */
static void add(struct stack_tree *tree, const char *path, double weight)
{
	struct stack_node *node = &tree->root;

	node->weight += weight;
	while (*path) {
		char name[32] = "";
		size_t len = strcspn(path, ";");

		memcpy(name, path, len);
		path += len + (path[len] == ';');
		node = stack_tree_child(tree, node, name);
		assert_non_null(node);
		node->weight += weight;
	}
}

static void take(void *ctx, const struct stack_line *line)
{
	buf_addf(ctx, "%zu<%zu %d %s %g %s\n", line->number, line->parent, line->depth,
		 line->node->name, line->node->weight, line->path);
}

static void stacks_merge_from_their_roots(void **state)
{
	SCOPED(stack_tree) tree = {0};
	SCOPED(folds) folds = {0};
	SCOPED(buf) text = {0};

	(void)state;
	add(&tree, "main;read;lock", 3);
	add(&tree, "idle", 10);
	add(&tree, "main;run;read", 4);
	add(&tree, "main;run", 1);
	add(&tree, "main;read;copy", 3);
	stack_tree_sort(&tree.root);
	assert_true(tree.root.weight == 21);
	assert_int_equal(stack_tree_lines(&tree, &folds, take, &text), 7);
	assert_string_equal(buf_text(&text), "0<0 0 main 11 main\n"
					     "1<0 1 read 6 main;read\n"
					     "2<1 2 copy 3 main;read;copy\n"
					     "3<1 2 lock 3 main;read;lock\n"
					     "4<0 1 run 5 main;run\n"
					     "5<4 2 read 4 main;run;read\n"
					     "6<6 0 idle 10 idle\n");
	folds_toggle(&folds, "main;read");
	buf_clear(&text);
	assert_int_equal(stack_tree_lines(&tree, &folds, take, &text), 5);
	assert_string_equal(buf_text(&text), "0<0 0 main 11 main\n"
					     "1<0 1 read 6 main;read\n"
					     "2<0 1 run 5 main;run\n"
					     "3<2 2 read 4 main;run;read\n"
					     "4<4 0 idle 10 idle\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(stacks_merge_from_their_roots)};

	return cmocka_run_group_tests_name("stack_tree", tests, NULL, NULL);
}
