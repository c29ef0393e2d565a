/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of names that takes longer to read than a frame may take. A thread reads it into memory that nobody else
 * knows yet, and hands it over whole; until then there are no names, or those of the table before. Commands that write
 * to stdout can't show the names later, so they wait for the thread (source_lookups_wait). */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct later {
	/* Makes a table, in the thread; NULL: out of memory, the old one stays. */
	void *(*load)(const void *ctx);
	void (*free)(void *table);
	const void *ctx; /* of load; must not change while a thread may read it */
	uint64_t
		fresh_ns; /* a table younger than this is not read again; UINT64_MAX: none ever is */

	/* Zero at first. Only the caller's thread uses these, except for the last two. */
	void *known;
	uint64_t asked_ns; /* 0: never */
	bool is_loading;   /* a thread was started and its table not yet taken */
	pthread_t thread;
	void *loaded; /* on its way from the thread */
	atomic_bool is_loaded;
};

/* The table, or NULL while there is none; borrowed until the next call. is_wanted: a name was not found in it, so it is
 * read again unless it is still fresh. */
const void *later_table(struct later *later, bool is_wanted);
