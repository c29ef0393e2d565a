/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A tape in a file is moved on only when every map at its place was read; a tape from a pipe moves on by itself. What
 * a connection to another host has come to is asked of read/remote.h, whose retries are told here. */
#include "app/tapes.h"

#include <errno.h>
#include <string.h>

#include "app/say.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"
#include "read/remote.h"
#include "read/replay.h"

static bool is_pipe(const struct watch_tape *tape)
{
	struct replay_state state;

	replay_state(tape->source, &state);
	return state.is_live;
}

bool tapes_only(const struct watch_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (!source_is_tape(set->watches[i]->source))
			return false;
	return set->n > 0;
}

void tapes_keep_all(struct watch_set *set)
{
	for (size_t i = 0; i < set->n_tapes; i++)
		replay_keep_all(set->tapes[i].source);
}

int tapes_seek(struct watch_set *set, size_t place, struct err *err)
{
	for (size_t i = 0; i < set->n_tapes; i++) {
		struct replay_state state;

		replay_state(set->tapes[i].source, &state);
		if (!state.is_live && place > state.n_places)
			return err_set(err, -EINVAL, "tape '%s' has no reading %zu, only %zu",
				       set->tapes[i].path, place, state.n_places);
		replay_seek(set->tapes[i].source, place ? place : SIZE_MAX);
	}
	return 0;
}

int tapes_next(struct watch_set *set, struct err *err)
{
	int moved = 0;

	for (size_t i = 0; i < set->n_tapes; i++) {
		struct watch_tape *tape = &set->tapes[i];
		int r;

		if (tape->is_over || is_pipe(tape))
			continue;
		r = replay_next(tape->source, err);
		if (r < 0)
			return r;
		tape->is_over = r == 0;
		moved |= r;
	}
	return moved;
}

void tapes_stay(struct watch_set *set)
{
	for (size_t i = 0; i < set->n_tapes; i++)
		set->tapes[i].is_over |= !is_pipe(&set->tapes[i]);
}

/* Each try that fails the same way is no news. */
static void say_lost(struct watch_tape *tape, const struct err *why)
{
	if (tape->is_lost && strcmp(why->text, buf_text(&tape->words)) == 0)
		return;
	buf_clear(&tape->words);
	buf_adds(&tape->words, why->text);
	say("%s; trying again", why->text);
}

/* The recording there came to an end because there is nothing left to record. */
static bool has_ended(const struct watch_set *set, const struct watch_tape *tape)
{
	if (remote_is_cut(tape->remote))
		return false;
	for (size_t i = 0; i < set->n; i++)
		if (set->watches[i]->source == tape->source &&
		    !replay_went(tape->source, &set->watches[i]->table.map))
			return false;
	return true;
}

static void turn_remote(const struct watch_set *set, struct watch_tape *tape, bool retries)
{
	struct err why = {0};

	if (tape->is_over)
		return;
	switch (remote_turn(tape->remote, clock_now_ns(), &why)) {
	case REMOTE_SAME:
	case REMOTE_TRIED:
		break;
	case REMOTE_LOST:
		if (retries && !has_ended(set, tape)) {
			say_lost(tape, &why);
			tape->is_lost = tape->was_lost = true;
			break;
		}
		tape->is_over = true;
		log_add(LOG_WARN, "%s", why.text);
		break;
	case REMOTE_BACK:
		tape->is_lost = false;
		say("'%s' is back", tape->path);
		break;
	}
}

bool tapes_lost(const struct watch_set *set, const struct source *source)
{
	for (size_t i = 0; i < set->n_tapes; i++)
		if (set->tapes[i].is_lost && (!source || set->tapes[i].source == source))
			return true;
	return false;
}

bool tapes_were_lost(const struct watch_set *set)
{
	for (size_t i = 0; i < set->n_tapes; i++)
		if (set->tapes[i].was_lost)
			return true;
	return false;
}

int tapes_open_new(struct watch_set *set, bool retries, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < set->n_tapes; i++) {
		struct watch_tape *tape = &set->tapes[i];
		size_t n_known = tape->n_maps;

		if (tape->remote)
			turn_remote(set, tape, retries);
		tape->n_maps = replay_n_maps(tape->source);
		if (tape->n_maps != n_known)
			r = watch_set_open_tape(set, tape, n_known, err);
	}
	return r;
}

uint64_t tapes_wake_ns(const struct watch_set *set)
{
	uint64_t at_ns = UINT64_MAX;

	for (size_t i = 0; i < set->n_tapes; i++)
		if (set->tapes[i].remote && !set->tapes[i].is_over)
			at_ns = MIN_OF(at_ns,
				       remote_wakes_ns(set->tapes[i].remote, clock_now_ns()));
	return at_ns;
}

/* Nothing of it is under way or waits to be read. */
static bool is_read(const struct watch_set *set, const struct source *source)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct watch *watch = set->watches[i];

		if (watch->source == source &&
		    (watch->cursor || watch->is_read ||
		     watch->source->ops->due(watch->source, &watch->table.map) <= clock_now_ns()))
			return false;
	}
	return true;
}

bool tapes_is_over(const struct watch_set *set, const struct source *source)
{
	for (size_t i = 0; i < set->n_tapes; i++) {
		const struct watch_tape *tape = &set->tapes[i];
		struct replay_state state;

		if (tape->source != source)
			continue;
		/* Whether what ended is to be tried again, is seen a little later. */
		if (tape->remote && !tape->is_over)
			return false;
		replay_state(source, &state);
		return (state.is_live ? state.is_over : tape->is_over) &&
		       replay_n_maps(source) == tape->n_maps && is_read(set, source);
	}
	return true;
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
