/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How often each stack was met. A map of stacks doesn't say; another map does whose rows name a stack by
 * its id in a field called so, and count. Without one that is open each stack weighs the same. */
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"
#include "ui/stacks.h"

/* A whole number of 32 or 64 bits that is called after stacks. */
static bool names_stack(const struct field *field)
{
	return field_is_integer(field) && !field->in_array && field->size >= 4 &&
	       !field->is_bitfield && strstr(field->name, "stack") != NULL;
}

static const struct field *field_of_ids(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_fields && !plan->is_variables; i++)
		if (names_stack(&plan->fields[i]))
			return &plan->fields[i];
	return NULL;
}

static const struct field *field_of_counts(const struct plan *plan, const struct field *ids)
{
	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		if (&plan->fields[i] != ids && !plan->fields[i].in_array &&
		    field_is_counter(&plan->fields[i]))
			return &plan->fields[i];
	return NULL;
}

bool stack_source_find(const struct screen *screen, const struct tab *stacks,
		       struct stack_source *out)
{
	*out = (struct stack_source){0};
	for (size_t i = 0; i < screen->n_tabs; i++) {
		const struct table *table = screen->tabs[i]->table;
		const struct field *ids = field_of_ids(&table->plan);

		if (screen->tabs[i] == stacks || tab_has_stacks(screen->tabs[i]) || !ids)
			continue;
		*out = (struct stack_source){table, ids, field_of_counts(&table->plan, ids)};
		return true;
	}
	return false;
}

static int by_id(const void *a, const void *b)
{
	const struct stack_weight *left = a, *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

/* Those of one id become one. */
static size_t join(struct stack_weight *weights, size_t n)
{
	size_t n_left = 0;

	for (size_t i = 0; i < n; i++) {
		if (n_left && weights[n_left - 1].id == weights[i].id)
			weights[n_left - 1].weight += weights[i].weight;
		else
			weights[n_left++] = weights[i];
	}
	return n_left;
}

void stack_weights_release(struct stack_weights *weights)
{
	free(weights->at);
}

int stack_weights_take(const struct stack_source *source, struct stack_weights *out)
{
	const struct column ids = {.derive = DERIVE_TOTAL, .field = source->ids};
	const struct column counts = {.derive = DERIVE_TOTAL, .field = source->counts};
	size_t n = MIN_OF(table_n_live(source->table), (size_t)STACK_MOST_ROWS);

	out->at = calloc(n + 1, sizeof(*out->at));
	if (!out->at)
		return -1;
	for (size_t row = 0; row < n; row++) {
		struct val id = table_cell(source->table, row, &ids), count = val_uint(1);

		if (source->counts)
			count = table_cell(source->table, row, &counts);
		if (!val_is_number(&id) || !val_is_number(&count))
			continue;
		out->at[out->n++] = (struct stack_weight){val_as_real(&id), val_as_real(&count)};
		out->total += val_as_real(&count);
	}
	qsort(out->at, out->n, sizeof(*out->at), by_id);
	out->n = join(out->at, out->n);
	out->is_part = n < table_n_live(source->table);
	return 0;
}

double stack_weight_of(const struct stack_weights *weights, uint64_t id)
{
	const struct stack_weight key = {.id = (double)id};
	const struct stack_weight *found =
		weights->n ? bsearch(&key, weights->at, weights->n, sizeof(key), by_id) : NULL;

	return found ? found->weight : 0;
}
