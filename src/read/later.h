/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of names that takes longer to read than a frame may. A thread of its own reads it into memory
 * that nobody else knows, and hands it over whole; until then there are no names, or the old ones.
 * Whoever writes to stdout, and so can't show the names later, waits for it (source_lookups_wait). */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct later {
	/* In the thread. A table; NULL: out of memory, the old one stays. */
	void *(*load)(const void *ctx);
	void (*free)(void *table);
	const void *ctx;   /* what nobody changes while a thread may read it */
	uint64_t fresh_ns; /* it is not read again before it is so old; UINT64_MAX: never */

	/* The rest is zero at first, and the caller's thread's alone but for the last two. */
	void *known;
	uint64_t asked_ns; /* 0: never */
	bool is_loading;   /* a thread was started and its table not yet taken */
	pthread_t thread;
	void *loaded; /* on its way from the thread */
	atomic_bool is_loaded;
};

/* The table that is there, NULL before the first; until the next call. is_wanted: something was not found
 * in it, so read it again unless it is fresh. */
const void *later_table(struct later *later, bool is_wanted);
