/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tapes among the watches, for commands that write readings as they come: those in files don't wait for
 * the time between readings to pass again, of those from pipes every reading counts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct source;
struct watch_set;

/* True when there is nothing but tapes. */
bool tapes_only(const struct watch_set *set);
/* From here on every reading of a pipe is waited for to be fetched. */
void tapes_keep_all(struct watch_set *set);
/* Every tape in a file to that place from 1; 0: the last one. 0, or -EINVAL with a sentence where one isn't
 * as long. */
int tapes_seek(struct watch_set *set, size_t place, struct err *err);
/* Every tape in a file one place on. 1 when one moved, 0 at the end of all, or -errno with a sentence. */
int tapes_next(struct watch_set *set, struct err *err);
/* Tapes in files go no further than where they are. */
void tapes_stay(struct watch_set *set);
/* Opens maps that tapes have by now. Connections that are lost are let go of, or, where it retries, said to be
 * on stderr and made again. 0 or -errno with a sentence. */
int tapes_open_new(struct watch_set *set, bool retries, struct err *err);
/* The connection that brings the source, NULL: any, is being made again; and one was so since the start. */
bool tapes_lost(const struct watch_set *set, const struct source *source);
bool tapes_were_lost(const struct watch_set *set);
/* When that has to be done again, if nothing comes. */
uint64_t tapes_wake_ns(const struct watch_set *set);
/* The tape is at its end, and there is no reading of it that wasn't read. */
bool tapes_is_over(const struct watch_set *set, const struct source *source);
/* What is wrong with one of the tapes, a sentence, or NULL. Borrowed until the next call. */
const char *tapes_fault(const struct watch_set *set);
