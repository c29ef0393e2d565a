/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Positions only ever grow, so two readings say exactly how many bytes went in and out between them,
 * however many records came and went unseen. */
#include "model/ring.h"

#include <math.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/snap.h"

enum { KIBI = 1024 };

uint64_t ring_backlog_bytes(const struct snap *snap)
{
	return snap->ring.produced_bytes - snap->ring.consumed_bytes;
}

double ring_fill(const struct snap *snap)
{
	if (!snap->ring.size_bytes)
		return NAN;
	return (double)ring_backlog_bytes(snap) / (double)snap->ring.size_bytes;
}

static double rate(uint64_t now_bytes, uint64_t was_bytes, const struct snap *now,
		   const struct snap *was)
{
	if (!now->ring.size_bytes || !was->ring.size_bytes || now->ended_ns <= was->ended_ns ||
	    now_bytes < was_bytes)
		return NAN;
	return (double)(now_bytes - was_bytes) * 1e9 / (double)(now->ended_ns - was->ended_ns);
}

double ring_produced_rate(const struct snap *now, const struct snap *was)
{
	return rate(now->ring.produced_bytes, was->ring.produced_bytes, now, was);
}

double ring_consumed_rate(const struct snap *now, const struct snap *was)
{
	return rate(now->ring.consumed_bytes, was->ring.consumed_bytes, now, was);
}

/* Bytes that change by so many a second. */
static double seconds_to(uint64_t bytes, double rate)
{
	if (isnan(rate))
		return NAN;
	if (!bytes)
		return 0;
	return rate > 0 ? (double)bytes / rate : INFINITY;
}

double ring_full_after(const struct snap *now, double produced_rate, double consumed_rate)
{
	uint64_t waits = ring_backlog_bytes(now), size = now->ring.size_bytes;

	return seconds_to(size - MIN_OF(waits, size), produced_rate - consumed_rate);
}

double ring_empty_after(const struct snap *now, double produced_rate, double consumed_rate)
{
	return seconds_to(ring_backlog_bytes(now), consumed_rate - produced_rate);
}

static void add_rate(struct buf *out, const char *word, double bytes)
{
	if (isnan(bytes))
		return;
	buf_addf(out, ", %s ", word);
	num_short(out, bytes, KIBI);
	buf_adds(out, "/s");
}

static void add_count(struct buf *out, uint64_t n, const char *word)
{
	if (n)
		buf_addf(out, ", %llu %s", (unsigned long long)n, word);
}

void ring_text(const struct snap *now, const struct snap *was, struct buf *out)
{
	if (!now->ring.size_bytes)
		return;
	if (ring_backlog_bytes(now)) {
		num_short(out, (double)ring_backlog_bytes(now), KIBI);
		buf_adds(out, " of ");
	} else {
		buf_adds(out, "empty, ");
	}
	num_short(out, (double)now->ring.size_bytes, KIBI);
	buf_adds(out, ring_backlog_bytes(now) ? " wait" : " free");
	add_rate(out, "in", ring_produced_rate(now, was));
	add_rate(out, "out", ring_consumed_rate(now, was));
	add_count(out, now->ring.n_busy, "busy");
	add_count(out, now->ring.n_discarded, "discarded");
}
