/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tapes among the watches, for commands that write readings one after the other: they don't wait for the
 * time between readings to pass again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct watch;
struct watch_set;

/* True when there is nothing but tapes, so that nothing has to be waited for. */
bool tapes_only(const struct watch_set *set);
/* Every tape in a file to that place from 1; 0: the last one. */
void tapes_seek(struct watch_set *set, size_t place);
/* Every tape one place on, waiting for one that comes through a pipe. 1 when one moved, 0 at the end of
 * all, or -errno with a sentence. */
int tapes_next(struct watch_set *set, struct err *err);
/* The watch's reading: of a live map a new one, of a tape the one at its place. 1, 0 when there is none
 * that wasn't had already, or -errno with a sentence. */
int tapes_read(struct watch *watch, struct err *err);
/* What is wrong with one of the tapes, a sentence, or NULL. Borrowed until the next call. */
const char *tapes_fault(const struct watch_set *set);
