/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How often each stack was met, or each pair of stacks that rows name together. */
#include <errno.h>
#include <stdlib.h>

#include "base/tidy.h"
#include "ui/stacks.h"

static int by_ids(const void *a, const void *b)
{
	const struct stack_weight *left = a, *right = b;

	for (unsigned i = 0; i < STACK_MOST_IDS; i++)
		if (left->ids[i] != right->ids[i])
			return left->ids[i] < right->ids[i] ? -1 : 1;
	return 0;
}

static int by_weight(const void *a, const void *b)
{
	const struct stack_weight *left = a, *right = b;

	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	return by_ids(a, b);
}

/* Those of the same ids become one. */
static size_t join(struct stack_weight *weights, size_t n)
{
	size_t n_left = 0;

	for (size_t i = 0; i < n; i++) {
		if (n_left && by_ids(&weights[n_left - 1], &weights[i]) == 0)
			weights[n_left - 1].weight += weights[i].weight;
		else
			weights[n_left++] = weights[i];
	}
	return n_left;
}

void stack_weights_release(struct stack_weights *weights)
{
	free(weights->at);
	*weights = (struct stack_weights){0};
}

/* false: something of it is unknown. */
static bool take_row(const struct stack_source *source, size_t row, struct stack_weight *out)
{
	struct val count = val_uint(1);

	*out = (struct stack_weight){0};
	for (unsigned i = 0; i < source->n_ids; i++) {
		const struct column column = {.derive = DERIVE_TOTAL, .field = source->ids[i]};
		struct val id = table_cell(source->table, row, &column);

		if (!val_is_number(&id))
			return false;
		out->ids[i] = val_as_real(&id);
	}
	if (source->has_counts)
		count = table_cell(source->table, row, &source->counts);
	out->weight = val_is_number(&count) ? val_as_real(&count) : 0;
	return out->weight > 0;
}

int stack_weights_take(const struct stack_source *source, struct stack_weights *out)
{
	size_t n = MIN_OF(table_n_live(source->table), (size_t)STACK_MOST_ROWS);

	out->at = calloc(n + 1, sizeof(*out->at));
	if (!out->at)
		return -ENOMEM;
	for (size_t row = 0; row < n; row++)
		if (take_row(source, row, &out->at[out->n]))
			out->total += out->at[out->n++].weight;
	qsort(out->at, out->n, sizeof(*out->at), by_ids);
	out->n_all = join(out->at, out->n);
	qsort(out->at, out->n_all, sizeof(*out->at), by_weight);
	out->n = MIN_OF(out->n_all, (size_t)STACK_MOST);
	out->is_part = n < table_n_live(source->table);
	return 0;
}
