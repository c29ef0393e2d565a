/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is counted from: a copy of the reading that was current when it was asked for, and how the rows of today
 * are linked to it. Both are made beside those in force, in slices; meanwhile no reading is taken, and then they
 * change places. What was in force before goes in slices, too. */
#include <errno.h>
#include <stdlib.h>

#include "base/tidy.h"
#include "model/table.h"

struct table_base {
	struct snap copy;
	struct delta since; /* from the copy to the current reading */
	struct delta_walk walk;
	bool is_copied;
	bool is_over; /* copy and since are the old ones, and go */
};

void table_baseline_drop(struct table *table)
{
	struct table_base *base = table->base;

	if (!base)
		return;
	snap_release(&base->copy);
	delta_release(&base->since);
	free(base);
	table->base = NULL;
}

int table_baseline_begin(struct table *table)
{
	table_baseline_drop(table);
	past_look(table, 0);
	if (!table->current->number)
		return 0;
	table_take_drop(table); /* begins again, with the new baseline */
	table->base = calloc(1, sizeof(*table->base));
	if (!table->base)
		return -ENOMEM;
	snap_copy_facts(&table->base->copy, table->current);
	return 0;
}

static void change_places(struct table *table, struct table_base *base)
{
	struct snap was = table->baseline;
	struct delta since = table->since_base;

	table->baseline = base->copy;
	table->since_base = base->since;
	base->copy = was;
	base->since = since;
	base->is_over = true;
}

/* From the last part on nothing can fail. */
static int step(struct table *table, struct table_base *base, size_t n_rows)
{
	const struct snap *current = table->current;
	int r;

	if (base->is_over)
		return snap_release_some(&base->copy);
	if (base->is_copied) {
		r = delta_step(&base->since, &base->walk, n_rows);
		if (r == 0)
			change_places(table, base);
		return r < 0 ? r : 1;
	}
	r = snap_copy_rows(&base->copy, current, current->n_rows, n_rows);
	if (r != 0)
		return r;
	base->is_copied = true;
	r = delta_begin(&base->since, &base->walk, &base->copy, current);
	return r < 0 ? r : 1;
}

int table_baseline_step(struct table *table, size_t n_rows)
{
	int r;

	if (!table->base)
		return 0;
	r = step(table, table->base, n_rows);
	if (r <= 0)
		table_baseline_drop(table);
	return r;
}

double table_baseline_progress(const struct table *table)
{
	const struct table_base *base = table->base;
	double n = (double)MAX_OF(table->current->n_rows, (size_t)1);

	if (!base || base->is_over)
		return 1;
	return base->is_copied ? 0.5 + 0.5 * (double)base->walk.is_row / n
			       : 0.5 * (double)base->copy.n_rows / n;
}

int table_baseline(struct table *table)
{
	int r = table_baseline_begin(table);

	while (r == 0 && table->base) {
		r = table_baseline_step(table, SIZE_MAX);
		r = MIN_OF(r, 0);
	}
	return r;
}
