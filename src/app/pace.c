// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A turn: every watch gets a slice, tapes are asked for new maps, then who has the readings gets a word; when
 * no reading is under way, what can bring one is waited for. */
#include "app/pace.h"

#include <errno.h>
#include <stdlib.h>

#include "app/options.h"
#include "app/say.h"
#include "app/successor.h"
#include "app/tapes.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/stop.h"
#include "base/tidy.h"
#include "read/replay.h"

/* -- what is still to come -- */

static bool is_live(const struct watch *watch)
{
	return !source_is_tape(watch->source);
}

static bool has_enough(const struct pace *pace, const struct watch *watch)
{
	return pace->n_readings && watch->n_taken >= pace->n_readings;
}

/* A tape is read on also where one of its maps has enough: another may not have. */
static bool is_read(const struct pace *pace, const struct watch *watch)
{
	if (is_live(watch) &&
	    (has_enough(pace, watch) || (!watch->cursor && watch->due_ns > pace->end_ns)))
		return false;
	return !watch_is_over(watch);
}

static bool is_past_end(const struct pace *pace)
{
	/* What is due at that very moment is read still. */
	for (size_t i = 0; i < pace->set->n; i++) {
		const struct watch *watch = pace->set->watches[i];

		if (watch->cursor || (is_live(watch) && is_read(pace, watch)))
			return false;
	}
	return clock_now_ns() >= pace->end_ns;
}

static bool is_done(const struct pace *pace)
{
	if (is_past_end(pace))
		return true;
	if (pace->is_endless)
		return false;
	for (size_t i = 0; i < pace->set->n; i++) {
		const struct watch *watch = pace->set->watches[i];

		if (has_enough(pace, watch))
			continue;
		if (watch->state == WATCH_AWAITED)
			return false;
		if (watch_is_over(watch))
			continue;
		if (is_live(watch) || !tapes_is_over(pace->set, watch->source))
			return false;
	}
	return true;
}

/* -- a slice of each -- */

/* What a tape in a file has to say of itself, and is no fault of this reading: damaged there, it ends before
 * it now, and what it ends with is due; the map went there, while it was recorded. */
static bool is_of_file(const struct watch *watch, int code)
{
	struct replay_state state;

	if (is_live(watch))
		return false;
	replay_state(watch->source, &state);
	return code == -EBADMSG || (code == -ENOENT && !state.is_live);
}

/* A tape in a file hands out the reading before the one at its place first: that is only looked back to. */
static bool is_before(const struct watch *watch)
{
	struct replay_state state;

	if (is_live(watch))
		return false;
	replay_state(watch->source, &state);
	return !state.is_live &&
	       watch->source->ops->due(watch->source, &watch->table.map) <= clock_now_ns();
}

static int take(struct pace *pace, size_t i, struct err *err)
{
	struct watch *watch = pace->set->watches[i];
	int r = pace->is_raw ? 0 : watch_take(watch);

	if (r < 0)
		return err_set(err, r, "out of memory for a reading of map '%s'",
			       watch->table.map.name);
	if (is_before(watch) || has_enough(pace, watch))
		return 0;
	watch->n_taken++;
	r = pace->taken(pace->ctx, i, err);
	if (pace->is_raw)
		watch_drop(watch);
	return r;
}

static void say_of(const struct pace *pace, const struct map *map, const char *what)
{
	if (!pace->is_quiet)
		say("map %u, '%s', %s", map->id, map->name, what);
}

static int lose(struct pace *pace, size_t i, const struct err *why, struct err *err)
{
	struct watch *watch = pace->set->watches[i];

	watch->n_taken++;
	if (pace->follows && successor_await(watch)) {
		say_of(pace, &watch->table.map, "went; waiting for what takes its place");
		pace->look_ns = 0;
	}
	return pace->lost(pace->ctx, i, why, err);
}

/* Gives each watch a slice. As taken returns. */
static int read_on(struct pace *pace, bool *is_busy, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pace->set->n; i++) {
		struct watch *watch = pace->set->watches[i];
		struct err why = {0};

		if (!is_read(pace, watch))
			continue;
		switch (watch_turn(watch, clock_now_ns(), pace->set->options->interval_ns, &why)) {
		case WATCH_IDLE:
			break;
		case WATCH_MORE:
			*is_busy = true;
			break;
		case WATCH_READ:
			*is_busy = true;
			r = take(pace, i, err);
			break;
		case WATCH_LOST:
			*is_busy = true;
			if (!is_of_file(watch, why.code))
				r = lose(pace, i, &why, err);
			break;
		}
	}
	return r;
}

/* -- what takes the place of maps that went -- */

/* No reading can come of it now, and one may again. */
static bool is_awaited(const struct pace *pace, const struct watch *watch)
{
	return watch->state == WATCH_AWAITED || tapes_lost(pace->set, watch->source);
}

static bool awaits_any(const struct pace *pace)
{
	return successor_is_awaited(pace->set) || tapes_lost(pace->set, NULL);
}

static void count_missed(struct pace *pace)
{
	for (size_t i = 0; i < pace->set->n; i++)
		if (is_awaited(pace, pace->set->watches[i]))
			pace->set->watches[i]->n_taken++;
}

static void close_replaced(struct pace *pace)
{
	for (size_t i = pace->set->n; i-- > 0;) {
		if (pace->set->watches[i]->state != WATCH_REPLACED)
			continue;
		if (pace->replaced)
			pace->replaced(pace->ctx, i);
		watch_set_close(pace->set, pace->set->watches[i]);
	}
}

static int look_for_successors(struct pace *pace, bool *is_busy, struct err *err)
{
	size_t n_before = pace->set->n;
	bool is_first = pace->look_ns == 0;
	int r;

	if (!awaits_any(pace))
		pace->look_ns = 0;
	if (!awaits_any(pace) || clock_now_ns() < pace->look_ns)
		return 0;
	r = successor_look(pace->set, err);
	if (r < 0)
		return r;
	for (size_t i = n_before; i < pace->set->n; i++)
		say_of(pace, &pace->set->watches[i]->table.map, "took its place");
	if (pace->set->n > n_before) {
		*is_busy = true;
		r = pace->opened ? pace->opened(pace->ctx, err) : 0;
		close_replaced(pace);
	}
	if (!is_first)
		count_missed(pace);
	pace->look_ns = clock_now_ns() + pace->set->options->interval_ns;
	return r;
}

/* -- tapes -- */

static int look_for_maps(struct pace *pace, bool *is_busy, struct err *err)
{
	size_t n_before = pace->set->n;
	int r = tapes_open_new(pace->set, pace->follows, err);

	if (r < 0 || pace->set->n == n_before)
		return r;
	*is_busy = true;
	return pace->opened ? pace->opened(pace->ctx, err) : 0;
}

/* Tapes in files, all of whose maps were read at their place. */
static int play_on(struct pace *pace, bool *is_busy, struct err *err)
{
	uint64_t now_ns = clock_now_ns();
	int r;

	if (pace->place_ns > now_ns)
		return 0;
	if (pace->stays)
		tapes_stay(pace->set);
	r = tapes_next(pace->set, err);
	if (r > 0)
		*is_busy = true;
	if (pace->place_ns)
		pace->place_ns = now_ns + pace->set->options->interval_ns;
	return MIN_OF(r, 0);
}

/* -- waiting -- */

static uint64_t next_due(const struct pace *pace)
{
	uint64_t at_ns = pace->place_ns ? pace->place_ns : UINT64_MAX;

	for (size_t i = 0; i < pace->set->n; i++)
		if (is_read(pace, pace->set->watches[i]))
			at_ns = MIN_OF(at_ns, pace->set->watches[i]->due_ns);
	if (awaits_any(pace))
		at_ns = MIN_OF(at_ns, pace->look_ns);
	return MIN_OF(MIN_OF(at_ns, pace->end_ns), tapes_wake_ns(pace->set));
}

static int rest(struct pace *pace, uint64_t until_ns, struct err *err)
{
	struct pollfd *fds = calloc(pace->set->n_tapes + 1, sizeof(*fds));
	size_t n = 0;

	if (!fds)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < pace->set->n_tapes; i++) {
		int fd = replay_fd(pace->set->tapes[i].source);

		if (fd >= 0)
			fds[n++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	stop_wait(fds, n, until_ns);
	free(fds);
	return 0;
}

static int turn(struct pace *pace, struct err *err)
{
	bool is_busy = false;
	uint64_t wake_ns = UINT64_MAX;
	int r = read_on(pace, &is_busy, err);

	if (r == 0)
		r = look_for_successors(pace, &is_busy, err);
	if (r == 0)
		r = look_for_maps(pace, &is_busy, err);
	if (r == 0 && !is_busy && pace->settled)
		r = pace->settled(pace->ctx, err);
	if (r == 0 && !is_busy)
		r = play_on(pace, &is_busy, err);
	if (r == 0 && pace->turned)
		r = pace->turned(pace->ctx, !is_busy, &wake_ns, err);
	if (r != 0 || is_busy || is_done(pace))
		return r;
	return rest(pace, MIN_OF(wake_ns, next_due(pace)), err);
}

/* All maps of this host begin at once, so that what is due later is so at one moment. */
static void begin(struct pace *pace)
{
	uint64_t now_ns = clock_now_ns();

	tapes_keep_all(pace->set);
	for (size_t i = 0; i < pace->set->n; i++)
		if (is_live(pace->set->watches[i]))
			pace->set->watches[i]->due_ns = now_ns;
	if (!tapes_only(pace->set) && pace->set->n_tapes)
		pace->place_ns = now_ns + pace->set->options->interval_ns;
	pace->end_ns = pace->duration_ns ? now_ns + pace->duration_ns : UINT64_MAX;
}

int pace_run(struct pace *pace, struct err *err)
{
	uint64_t unused_ns;
	int r = 0;

	begin(pace);
	while (r == 0 && !is_done(pace) && !stop_asked())
		r = turn(pace, err);
	if (r == 0 && pace->turned)
		r = pace->turned(pace->ctx, true, &unused_ns, err);
	return MIN_OF(r, 0);
}
