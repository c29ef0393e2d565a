/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an output writes of a table's current reading. */
#pragma once

#include "base/buf.h"
#include "base/tidy.h"
#include "model/table.h"
#include "out/out.h"
#include "out/prom.h"
#include "query/view.h"

enum { MOST_SERIES = 1000 };

/* All rows that are not gone, in the order of keys; what is written goes to the sink. 0 or -errno. */
static inline int written(struct table *table, const struct out_ops *output, struct out_job job,
			  const struct out_sink *sink)
{
	struct prom_map prom = {0};
	struct view view;
	int r = 0;

	job.prom = &prom;
	view_init(&view);
	view.hides_gone = true;
	if (output->is_metrics)
		r = prom_map_init(&prom, table, &job, MOST_SERIES);
	if (r == 0)
		r = view_refresh(&view, table, 0);
	if (r == 0)
		r = output->write(table, &view, &job, sink);
	view_release(&view);
	prom_map_release(&prom);
	return r;
}
