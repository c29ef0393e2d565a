/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tapes among the watches, for commands that write readings as they come. A tape in a file is played as fast as it can
 * be written; of a tape from a pipe no reading is passed over. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct source;
struct watch_set;

/* True when there is nothing but tapes. */
bool tapes_only(const struct watch_set *set);
/* From now on tapes from pipes wait until each of their readings was fetched. */
void tapes_keep_all(struct watch_set *set);
/* Moves every tape in a file to that place, counted from 1; 0: to the last one. 0, or -EINVAL with a sentence where a
 * tape is shorter than that. */
int tapes_seek(struct watch_set *set, size_t place, struct err *err);
/* Moves every tape in a file one place on. 1 when any moved, 0 when all are at their end, or -errno with a sentence. */
int tapes_next(struct watch_set *set, struct err *err);
/* Tapes in files go no further than where they are. */
void tapes_stay(struct watch_set *set);
/* Opens maps that tapes have come to hold. A connection to another host that is lost ends its tape or, with `retries`,
 * is made again, which is said on stderr. 0 or -errno with a sentence. */
int tapes_open_new(struct watch_set *set, bool retries, struct err *err);
/* Whether the connection that brings the source (NULL: any connection) is lost and being made again; whether any was
 * since the start. */
bool tapes_lost(const struct watch_set *set, const struct source *source);
bool tapes_were_lost(const struct watch_set *set);
/* When tapes_open_new has to be called again, if nothing comes. */
uint64_t tapes_wake_ns(const struct watch_set *set);
/* Whether the tape is at its end and all of its readings were read. */
bool tapes_is_over(const struct watch_set *set, const struct source *source);
/* What is wrong with one of the tapes, a sentence, or NULL. Borrowed until the next call. */
const char *tapes_fault(const struct watch_set *set);
