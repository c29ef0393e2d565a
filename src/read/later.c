/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One thread a table at a time: it is joined before its table is taken, so that nothing is shared. */
#include "read/later.h"

#include "base/clock.h"
#include "base/tidy.h"
#include "base/worker.h"
#include "read/source.h"

static bool waits = true;

void source_lookups_wait(bool is_waiting)
{
	waits = is_waiting;
}

static void *load_thread(void *ctx)
{
	struct later *later = ctx;

	later->loaded = later->load(later->ctx);
	atomic_store(&later->is_loaded, true);
	return NULL;
}

static void take(struct later *later, void *fresh)
{
	if (!fresh)
		return;
	if (later->known)
		later->free(later->known);
	later->known = fresh;
}

static void take_loaded(struct later *later)
{
	pthread_join(later->thread, NULL);
	later->is_loading = false;
	atomic_store(&later->is_loaded, false);
	take(later, later->loaded);
}

static void start(struct later *later)
{
	later->asked_ns = MAX_OF(clock_now_ns(), 1);
	if (worker_thread(&later->thread, load_thread, later) < 0) {
		take(later, later->load(later->ctx));
		return;
	}
	later->is_loading = true;
	if (waits)
		take_loaded(later);
}

const void *later_table(struct later *later, bool is_wanted)
{
	if (later->is_loading && (waits || atomic_load(&later->is_loaded)))
		take_loaded(later);
	if (is_wanted && !later->is_loading &&
	    (!later->asked_ns || clock_now_ns() - later->asked_ns > later->fresh_ns))
		start(later);
	return later->known;
}
