/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The player. An anchor says which time of the tape the clock showed when; from it and the speed follows
 * which time it is now, and the place is the last one before that. Whatever changes the pace or the
 * place drops a new anchor. A place that is late is passed over, like a missed tick. */
#include "read/replay.h"

#include <errno.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "read/replay_state.h"

static uint64_t place_ns(const struct replay *replay, uint32_t place)
{
	return replay_place(replay, place)->time_ns;
}

void replay_anchor(struct replay *replay)
{
	replay->anchor_clock_ns = clock_now_ns();
	replay->anchor_tape_ns = replay->n_places ? place_ns(replay, replay->place) : 0;
}

/* When the clock comes to that time of the tape; times that go back come at once. */
static uint64_t clock_of(const struct replay *replay, uint64_t tape_ns)
{
	double ahead;

	if (tape_ns <= replay->anchor_tape_ns)
		return replay->anchor_clock_ns;
	ahead = (double)(tape_ns - replay->anchor_tape_ns) / replay->speed;
	/* Beyond a century it may as well be never. */
	return ahead < 3e18 ? replay->anchor_clock_ns + (uint64_t)ahead : UINT64_MAX;
}

static bool has_next(const struct replay *replay)
{
	return replay->place + 1 < replay->n_places;
}

void replay_advance(struct replay *replay)
{
	uint64_t now = clock_now_ns();

	if (!replay->is_file)
		return;
	if (!has_next(replay) && !replay->is_ended && now >= replay->looked_ns + REPLAY_GROWS_NS) {
		uint32_t n_before = replay->n_places;

		/* What was waited for is shown when it comes, not when it would have been due. */
		if (replay_look(replay) == 0 && n_before && replay->n_places > n_before)
			replay_anchor(replay);
	}
	while (!replay->is_held && has_next(replay) &&
	       clock_of(replay, place_ns(replay, replay->place + 1)) <= now)
		replay->place++;
}

uint64_t replay_next_ns(const struct replay *replay)
{
	if (!replay->is_file)
		return UINT64_MAX;
	if (!has_next(replay))
		return replay->is_ended ? UINT64_MAX : replay->looked_ns + REPLAY_GROWS_NS;
	return replay->is_held ? UINT64_MAX : clock_of(replay, place_ns(replay, replay->place + 1));
}

void replay_hold(struct source *tape, bool is_held)
{
	struct replay *replay = replay_of(tape);

	if (!replay->is_file)
		return;
	replay_advance(replay);
	replay->is_held = is_held;
	replay_anchor(replay);
}

void replay_speed(struct source *tape, double speed)
{
	struct replay *replay = replay_of(tape);

	if (!replay->is_file)
		return;
	replay_advance(replay);
	replay->speed = MIN_OF(MAX_OF(speed, REPLAY_MIN_SPEED), REPLAY_MAX_SPEED);
	replay_anchor(replay);
}

void replay_seek(struct source *tape, size_t place)
{
	struct replay *replay = replay_of(tape);

	if (!replay->is_file || !replay->n_places)
		return;
	replay->place = (uint32_t)MIN_OF(MAX_OF(place, (size_t)1), (size_t)replay->n_places) - 1;
	replay_anchor(replay);
}

int replay_next(struct source *tape, struct err *err)
{
	struct replay *replay = replay_of(tape);
	int r;

	if (!replay->is_file) {
		r = replay_await(replay, err);
		return r == -ENODATA ? 0 : r;
	}
	if (!has_next(replay) && !replay->is_ended) {
		r = replay_look(replay);
		if (r < 0)
			return r;
	}
	if (!has_next(replay))
		return 0;
	replay->place++;
	replay_anchor(replay);
	return 1;
}

int replay_fd(const struct source *tape)
{
	const struct replay *replay = replay_of(tape);

	return replay->is_file || replay->is_ended ? -1 : replay->files->fd;
}
