/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "app/tui_tape.h"

#include <stdio.h>

#include "app/tui_state.h"
#include "app/watch.h"
#include "base/loop.h"
#include "base/tidy.h"
#include "model/table.h"
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

void tui_tape_facts(struct tui *tui, struct screen_facts *facts)
{
	const struct source *tape = tui_tape_front(tui);
	struct replay_state state;

	if (!tape)
		return;
	replay_state(tape, &state);
	if (state.host[0])
		facts->host = state.host;
	if (state.is_live)
		snprintf(tui->tape_badge, sizeof(tui->tape_badge), "REMOTE %zu%s", state.n_places,
			 state.is_over ? " ended" : "");
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
	loop_unwatch(tui->loop, fd);
	tui->is_dirty = true;
}

int tui_tape_start(struct tui *tui)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < tui->set->n_tapes; i++) {
		int fd = replay_fd(tui->set->tapes[i].source);

		replay_hold(tui->set->tapes[i].source, false);
		if (fd >= 0)
			r = loop_watch(tui->loop, fd, on_pipe, tui);
	}
	return r;
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
