/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A second thread that reads the second half of a large hash while the cursor reads the first. Inside of the
 * kernel source. */
#pragma once

struct cursor;
struct snap;

/* After a step of read_batch, while there is more to come: begins, once the rows so far tell that it is worth
 * it. Where a thread, memory or a second CPU can't be had the cursor reads on alone. */
void ahead_begin(struct cursor *cursor, struct snap *snap);
/* Instead of a step of read_batch, with what that returns. What comes is what the cursor would have read alone,
 * in the same order: the rows of both threads are joined in slices. */
int ahead_step(struct cursor *cursor, struct snap *snap);
/* Lets go what wasn't joined yet. Nothing where it hasn't begun. */
void ahead_end(struct cursor *cursor);
