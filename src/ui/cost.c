/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes per second are those of the last one or two windows of COST_WINDOW_S, so that the figure neither jumps with
 * each frame nor remembers a busy start. */
#include "ui/cost.h"

#include <errno.h>
#include <math.h>

#include "base/tidy.h"

static const uint64_t second_ns = 1000000000;

void cost_add(struct cost *cost, uint64_t began_ns, uint64_t ended_ns, int wrote)
{
	if (!cost->windows[1].began_ns)
		cost->windows[0].began_ns = cost->windows[1].began_ns = began_ns;
	if (began_ns - cost->windows[1].began_ns >= COST_WINDOW_S * second_ns) {
		cost->windows[0] = cost->windows[1];
		cost->windows[1].began_ns = began_ns;
		cost->windows[1].n_bytes = cost->n_bytes;
	}
	cost->n_dropped += wrote == -EAGAIN;
	cost->n_same += wrote == 0;
	cost->n_frames += wrote > 0;
	if (wrote > 0) {
		cost->n_bytes += (uint64_t)wrote;
		cost->last_bytes = (uint64_t)wrote;
	}
	cost->drew_ns = ended_ns - began_ns;
	cost->drew_most_ns = MAX_OF(cost->drew_most_ns, cost->drew_ns);
}

double cost_bytes_per_s(const struct cost *cost, uint64_t now_ns)
{
	uint64_t since = now_ns - cost->windows[0].began_ns;

	if (!cost->windows[0].began_ns || !since)
		return NAN;
	return (double)(cost->n_bytes - cost->windows[0].n_bytes) * 1e9 / (double)since;
}
