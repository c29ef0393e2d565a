/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table keeps raw bytes, so that another layout of them is another plan and nothing is read again. Variables
 * have a layout, always, so their keys stay where they are. */
#include "model/table.h"

#include <errno.h>

#include "base/err.h"
#include "model/smooth.h"

int table_set_words(struct table *table, unsigned width, struct err *err)
{
	struct plan plan;
	struct habit *habits;
	int r = plan_in_words(&table->plan, width, &plan, err);

	if (r < 0)
		return r;
	habits = arena_array(&plan.mem, plan.n_fields + 1, sizeof(*habits));
	if (!habits) {
		plan_release(&plan);
		return err_set(err, -ENOMEM, "not enough memory for the map's layout");
	}
	table_take_drop(table); /* begins again, with this */
	smooth_forget(table);
	plan_release(&table->plan);
	table->plan = plan;
	table->habits = habits;
	return 0;
}
