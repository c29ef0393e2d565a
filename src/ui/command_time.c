/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Time on the screen: holding it, and going back and forth, through the readings that were kept while a
 * live map is paused, through the whole of a recording. Tabs step together: they show the same moment. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "ui/state.h"

/* Every tab as far back as it has readings, at most `back`. */
static int look_back(struct screen *screen, size_t back)
{
	int r = 0;

	for (size_t i = 0; i < screen->n_tabs && r == 0; i++)
		r = tab_look_back(screen->tabs[i], back);
	screen->back = r == 0 ? back : 0;
	return r;
}

void screen_look_at_newest(struct screen *screen)
{
	const struct tab *tab = front_tab(screen);

	if (!screen->back)
		return;
	look_back(screen, 0);
	if (tab && tab->table->past.n)
		screen->paused_wall_ns = past_wall_ns(&tab->table->past, 0);
}

static void hold_time(struct screen *screen, bool is_held)
{
	const struct tab *tab = front_tab(screen);

	if (!is_held)
		look_back(screen, 0);
	screen->is_paused = is_held;
	screen->paused_ns = clock_now_ns();
	screen->paused_wall_ns =
		tab && tab->table->current->number ? tab->table->current->wall_ns : clock_wall_ns();
}

ACTION(act_pause)
{
	if (screen->is_replay)
		return (struct intent){.kind = INTENT_REPLAY_HOLD};
	hold_time(screen, !screen->is_paused);
	return nothing();
}

static void say_place(struct screen *screen, const struct past *past)
{
	if (screen->back == 0)
		screen_say(screen, false, "the reading that was shown when you paused");
	else
		screen_say(screen, false, "%zu %s back, of %zu kept", screen->back,
			   num_noun(screen->back, "reading", "readings"), past->n - 1);
}

/* Whoever steps wants to look: the screen is paused. */
static void step(struct screen *screen, int64_t back)
{
	struct tab *tab = front_tab(screen);
	const struct past *past = tab ? &tab->table->past : NULL;
	SCOPED(buf) size = {0};

	if (!tab)
		return;
	if (past->too_large_bytes) {
		num_short(&size, (double)past->too_large_bytes, 1024);
		screen_say(screen, true, "readings of '%s' take %sB each: too large to be kept",
			   tab->table->map.name, buf_text(&size));
		return;
	}
	if (!screen->is_paused)
		hold_time(screen, true);
	back = MAX_OF(back, (int64_t)0);
	if (back >= (int64_t)past->n) {
		screen_say(screen, false, "this is the oldest reading that is kept");
		return;
	}
	if (look_back(screen, (size_t)back) < 0) {
		screen_say(screen, true, "out of memory to look back");
		return;
	}
	screen->paused_wall_ns = past_wall_ns(past, (size_t)back);
	say_place(screen, past);
}

static struct intent replay(struct screen *screen, enum intent_kind kind, int64_t number)
{
	if (screen->is_replay)
		return (struct intent){.kind = kind, .number = (uint64_t)number};
	return nothing();
}

static struct intent step_by(struct screen *screen, int64_t by)
{
	if (!screen->is_replay)
		step(screen, (int64_t)screen->back - by);
	return replay(screen, INTENT_REPLAY_STEP, by);
}

ACTION(act_step_back)
{
	return step_by(screen, -1);
}

ACTION(act_step_on)
{
	return step_by(screen, 1);
}

/* A tenth of what is kept. */
static struct intent skip_by(struct screen *screen, int64_t by)
{
	const struct tab *tab = front_tab(screen);
	int64_t last = tab && tab->table->past.n ? (int64_t)tab->table->past.n - 1 : 0;

	if (!screen->is_replay)
		step(screen,
		     MIN_OF((int64_t)screen->back - by * MAX_OF(last / 10, (int64_t)1), last));
	return replay(screen, INTENT_REPLAY_SKIP, by);
}

ACTION(act_skip_back)
{
	return skip_by(screen, -1);
}

ACTION(act_skip_on)
{
	return skip_by(screen, 1);
}

static struct intent change_speed(struct screen *screen, int64_t by)
{
	if (!screen->is_replay)
		screen_say(screen, false, "only a recording in a file has a speed");
	return replay(screen, INTENT_REPLAY_SPEED, by);
}

ACTION(act_play_slower)
{
	return change_speed(screen, -1);
}

ACTION(act_play_faster)
{
	return change_speed(screen, 1);
}
