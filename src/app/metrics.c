// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A document is due when nothing is being read any more, or PATIENCE_NS after the first reading that is not in a
 * document yet: a slow map holds the others up for no longer than that. */
#include "app/metrics.h"

#include "base/clock.h"

/* How long a document waits for readings that are under way. */
#define PATIENCE_NS 100000000ull

void metrics_touch(struct metrics *metrics)
{
	if (!metrics->touched_ns)
		metrics->touched_ns = clock_now_ns();
}

uint64_t metrics_wakes_ns(const struct metrics *metrics)
{
	return metrics->touched_ns ? metrics->touched_ns + PATIENCE_NS : UINT64_MAX;
}

bool metrics_are_due(const struct metrics *metrics, bool is_resting, bool lacks_some)
{
	if (!metrics->touched_ns || (lacks_some && !metrics->has_written))
		return false;
	return is_resting || clock_now_ns() >= metrics_wakes_ns(metrics);
}

void metrics_wrote(struct metrics *metrics)
{
	*metrics = (struct metrics){.has_written = true};
}
