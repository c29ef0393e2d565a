/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "app/tapes.h"

#include <errno.h>
#include <stdint.h>

#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "read/remote.h"
#include "read/replay.h"

bool tapes_only(const struct watch_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (!source_is_tape(set->watches[i]->source))
			return false;
	return set->n > 0;
}

void tapes_seek(struct watch_set *set, size_t place)
{
	for (size_t i = 0; i < set->n_tapes; i++)
		replay_seek(set->tapes[i].source, place ? place : SIZE_MAX);
}

int tapes_next(struct watch_set *set, struct err *err)
{
	int moved = 0;

	for (size_t i = 0; i < set->n_tapes; i++) {
		int r = replay_next(set->tapes[i].source, err);

		if (r < 0)
			return r;
		moved |= r;
	}
	return moved;
}

int tapes_read(struct watch *watch, struct err *err)
{
	struct source *source = watch->source;
	int r, taken = 0;

	if (!source->ops->due) {
		r = watch_read(watch, err);
		return r < 0 ? r : 1;
	}
	while (source->ops->due(source, &watch->table.map) <= clock_now_ns()) {
		r = watch_read(watch, err);
		/* Damaged there: the tape ends before it now, and what it ends with is due. */
		if (r == -EBADMSG)
			continue;
		if (r < 0)
			return r == -EAGAIN ? taken : r;
		taken = 1;
	}
	return taken;
}

const char *tapes_fault(const struct watch_set *set)
{
	for (size_t i = 0; i < set->n_tapes; i++) {
		struct replay_state state;

		replay_state(set->tapes[i].source, &state);
		if (state.fault)
			return state.fault;
		if (set->tapes[i].remote && remote_is_cut(set->tapes[i].remote))
			return "the connection to the other host is lost";
	}
	return NULL;
}
