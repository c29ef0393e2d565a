/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A ring buffer as its readings show it: how much waits, and how fast it is filled and emptied. */
#pragma once

#include <stdint.h>

struct buf;
struct snap;

/* Bytes that wait, and what share of the buffer they are. */
uint64_t ring_backlog_bytes(const struct snap *snap);
double ring_fill(const struct snap *snap);

/* Bytes per second that were put in and taken out between two readings; NaN where that can't be known:
 * no reading before, or one that isn't of this ring. */
double ring_produced_rate(const struct snap *now, const struct snap *was);
double ring_consumed_rate(const struct snap *now, const struct snap *was);

/* Seconds until it is full, and until nothing waits any more, at these speeds in bytes per second. Infinity:
 * it never comes to that; NaN where one isn't known. */
double ring_full_after(const struct snap *now, double produced_rate, double consumed_rate);
double ring_empty_after(const struct snap *now, double produced_rate, double consumed_rate);

/* "1.5Ki of 64Ki wait, in 12.3Ki/s, out 12.0Ki/s, 1 busy, 2 discarded", or "empty, 64Ki free"; nothing when now is of no ring. */
void ring_text(const struct snap *now, const struct snap *was, struct buf *out);
