/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys of a replay change the tape of the map in front; all maps of that tape follow, since each asks its source when
 * its next reading is due. A tape from a pipe wakes the loop through its descriptor. Maps that a tape comes to hold
 * while it is played are opened as they appear. */
#include "app/tui_tape.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/follow.h"
#include "app/tui_config.h"
#include "app/tui_remote.h"
#include "app/tui_state.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/tidy.h"
#include "model/table.h"
#include "read/remote.h"
#include "read/replay.h"

static const double speeds[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};

struct source *tui_tape_front(const struct tui *tui)
{
	const struct table *front = screen_front(tui->screen);

	for (size_t i = 0; front && i < tui->set->n; i++)
		if (&tui->set->watches[i]->table == front &&
		    source_is_tape(tui->set->watches[i]->source))
			return tui->set->watches[i]->source;
	return NULL;
}

static const char *lost_word(const struct tui *tui, const struct source *source)
{
	for (size_t i = 0; i < tui->set->n_tapes; i++)
		if (tui->set->tapes[i].source == source && tui->set->tapes[i].remote)
			return " LOST";
	return " ended";
}

void tui_tape_facts(struct tui *tui, struct screen_facts *facts)
{
	const struct source *tape = tui_tape_front(tui);
	struct replay_state state;

	if (tui_remote_facts(tui, facts) || !tape)
		return;
	replay_state(tape, &state);
	if (state.host[0])
		facts->host = state.host;
	if (state.is_live)
		snprintf(tui->tape_badge, sizeof(tui->tape_badge), "REMOTE %zu%s", state.n_places,
			 state.is_over ? lost_word(tui, tape) : "");
	else
		snprintf(tui->tape_badge, sizeof(tui->tape_badge), "REPLAY %zu/%zu x%g%s",
			 state.place, state.n_places, state.speed, state.is_held ? " held" : "");
	facts->badge = tui->tape_badge;
	facts->wall_ns = screen_front(tui->screen)->current->wall_ns;
	if (state.interval_ns)
		facts->interval_ns = state.interval_ns;
	facts->is_replay = !state.is_live;
}

/* The pipe is read by its watch; this only wakes the loop, and lets go of a pipe that ended. */
static void on_pipe(void *ctx, int fd, uint32_t events)
{
	struct tui *tui = ctx;

	(void)events;
	for (size_t i = 0; i < tui->set->n_tapes; i++)
		if (replay_fd(tui->set->tapes[i].source) == fd)
			return;
	for (size_t i = 0; i < tui->set->n_tapes; i++)
		if (tui->set->tapes[i].fd == fd)
			tui->set->tapes[i].fd = -1;
	loop_unwatch(tui->loop, fd);
	tui->is_dirty = true;
}

int tui_tape_await(struct tui *tui, struct watch_tape *tape)
{
	int r;

	loop_unwatch(tui->loop, tape->fd);
	tape->fd = replay_fd(tape->source);
	r = tape->fd >= 0 ? loop_watch(tui->loop, tape->fd, on_pipe, tui) : 0;
	if (r < 0)
		tape->fd = -1;
	return r;
}

int tui_tape_start(struct tui *tui)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < tui->set->n_tapes; i++) {
		replay_hold(tui->set->tapes[i].source, false);
		r = tui_tape_await(tui, &tui->set->tapes[i]);
	}
	return r;
}

/* The one of the same name that went: what was recorded was replaced. */
static struct watch *before(const struct watch_set *set, const struct watch *next)
{
	for (size_t i = 0; i < set->n && set->watches[i] != next; i++)
		if (set->watches[i]->source == next->source &&
		    strcmp(set->watches[i]->table.map.name, next->table.map.name) == 0 &&
		    replay_went(next->source, &set->watches[i]->table.map))
			return set->watches[i];
	return NULL;
}

/* What was recorded last stays in a file, where one can go back to it; a pipe goes on without it. */
static int show_new(struct tui *tui, struct watch_tape *tape, struct err *err)
{
	size_t n_before = tui->set->n, n_known = tape->n_maps;
	struct replay_state state;
	int r;

	replay_state(tape->source, &state);
	tape->n_maps = replay_n_maps(tape->source);
	r = watch_set_open_tape(tui->set, tape, n_known, err);

	while (r == 0 && n_before < tui->set->n) {
		struct watch *next = tui->set->watches[n_before];
		struct watch *old = tape->fd >= 0 ? before(tui->set, next) : NULL;

		if (state.n_places) /* else it only begins */
			screen_say(tui->screen, true, "the recording goes on with map %u, '%s'",
				   next->table.map.id, next->table.map.name);
		/* The old one makes room in the set, too. */
		if (old)
			r = follow_to(tui, old, next) ? 0 : -ENOMEM;
		else
			r = tui_add(tui, next, err);
		n_before += !old;
	}
	return r;
}

/* Who goes back to where a map was finds it there again. */
static void find_again(struct tui *tui, struct watch *watch)
{
	if (!watch->table.is_gone || !source_is_tape(watch->source) ||
	    replay_went(watch->source, &watch->table.map))
		return;
	watch->table.is_gone = false;
	tui->is_dirty = true;
}

/* Maps that a tape has come to hold. */
static void show_maps(struct tui *tui, struct watch_tape *tape)
{
	bool awaits_layout = tui_config_awaits_layout(tui);
	struct err why = {0};
	int r = tape->waiting ? tui_remote_arrived(tui, tape, &why) : show_new(tui, tape, &why);

	if (r < 0)
		screen_say(tui->screen, true, "%s", why.text);
	if (awaits_layout)
		tui_config_layout_grown(tui);
}

void tui_tape_turn(struct tui *tui)
{
	uint64_t now = clock_now_ns();

	for (size_t i = 0; i < tui->set->n; i++)
		find_again(tui, tui->set->watches[i]);
	for (size_t i = 0; i < tui->set->n_tapes; i++) {
		struct watch_tape *tape = &tui->set->tapes[i];

		if (tape->remote)
			tui_remote_turn(tui, tape, now);
		if (replay_n_maps(tape->source) != tape->n_maps)
			show_maps(tui, tape);
	}
}

uint64_t tui_tape_wakes_ns(const struct tui *tui)
{
	uint64_t at = UINT64_MAX;

	for (size_t i = 0; i < tui->set->n_tapes; i++)
		if (tui->set->tapes[i].remote)
			at = MIN_OF(at, remote_wakes_ns(tui->set->tapes[i].remote, clock_now_ns()));
	return at;
}

void tui_tape_hold(struct tui *tui, const struct intent *intent)
{
	struct source *tape = tui_tape_front(tui);
	struct replay_state state;

	(void)intent;
	if (!tape)
		return;
	replay_state(tape, &state);
	replay_hold(tape, !state.is_held);
}

/* Whoever steps wants to look: the tape is held. */
static void move_by(struct tui *tui, int64_t places)
{
	struct source *tape = tui_tape_front(tui);
	struct replay_state state;
	int64_t place;

	if (!tape)
		return;
	replay_hold(tape, true);
	replay_state(tape, &state);
	place = (int64_t)state.place + places;
	replay_seek(tape, place < 1 ? 1 : (size_t)place);
}

void tui_tape_step(struct tui *tui, const struct intent *intent)
{
	move_by(tui, (int64_t)intent->number);
}

void tui_tape_skip(struct tui *tui, const struct intent *intent)
{
	struct source *tape = tui_tape_front(tui);
	struct replay_state state;

	if (!tape)
		return;
	replay_state(tape, &state);
	move_by(tui, (int64_t)intent->number * (int64_t)MAX_OF(state.n_places / 10, (size_t)1));
}

void tui_tape_seek(struct tui *tui, const struct intent *intent)
{
	struct source *tape = tui_tape_front(tui);
	struct replay_state state;

	if (!tape)
		return;
	replay_state(tape, &state);
	if (intent->number > state.n_places) {
		screen_say(tui->screen, true, "the recording has no reading %llu, only %zu",
			   (unsigned long long)intent->number, state.n_places);
		return;
	}
	replay_hold(tape, true);
	replay_seek(tape, (size_t)intent->number);
}

void tui_tape_speed(struct tui *tui, const struct intent *intent)
{
	struct source *tape = tui_tape_front(tui);
	struct replay_state state;
	size_t i = 0;

	if (!tape)
		return;
	replay_state(tape, &state);
	if ((int64_t)intent->number > 0) {
		while (i < ARRAY_LEN(speeds) - 1 && speeds[i] <= state.speed)
			i++;
	} else {
		i = ARRAY_LEN(speeds) - 1;
		while (i > 0 && speeds[i] >= state.speed)
			i--;
	}
	replay_speed(tape, speeds[i]);
}
