/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a verdict is right about the trace that a map was fed with. */
#pragma once

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "tests/unit/lru_traces.h"
#include "model/verdict.h"

/* It must be of that kind and, with has_working_set, name the keys that the trace uses again, within a quarter.
 * VERDICT_SHOW=1 shows each one. */
static inline void check_verdict(const struct trace *trace, const struct verdict *verdict,
				 enum verdict_kind kind, bool has_working_set)
{
	double truth = trace->n_keys;
	SCOPED(buf) text = {0};

	verdict_text(verdict, &text);
	if (getenv("VERDICT_SHOW"))
		fprintf(stderr, "%-32s %-8s %s [%.3f]\n", trace->name, verdict_sure(verdict->sure),
			buf_text(&text), verdict->working_set / truth);
	if (verdict->kind != kind)
		fail_msg("%s: %s", trace->name, buf_text(&text));
	if (has_working_set && !(fabs(verdict->working_set - truth) <= truth / 4))
		fail_msg("%s: %g entries, not %g: %s", trace->name, verdict->working_set, truth,
			 buf_text(&text));
}
