/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What stands for a host without a map is a table that nothing fills. One that was lost keeps its tables; each
 * says so until it is read again. */
#include "app/tui_remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/follow.h"
#include "app/intents.h"
#include "app/tui_config.h"
#include "app/tui_state.h"
#include "app/tui_tape.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "read/remote.h"
#include "read/replay.h"

/* Says how it stands; the picture is another one when the words are. */
static void say_state(struct tui *tui, struct watch_tape *tape, uint64_t now_ns)
{
	SCOPED(buf) words = {0};

	remote_words(tape->remote, now_ns, &words);
	if (strcmp(buf_text(&words), buf_text(&tape->words)) == 0)
		return;
	buf_clear(&tape->words);
	buf_adds(&tape->words, buf_text(&words));
	tape->waiting->why_unread = buf_text(&tape->words);
	tui->is_dirty = true;
}

static int make_table(struct watch_tape *tape)
{
	struct map map = {.type = maptype_named("hash"), .n_cpus = 1, .source = "tape"};
	SCOPED(plan) plan = {0};
	int r;

	tape->waiting = calloc(1, sizeof(*tape->waiting));
	map.name = arena_strdup(&map.mem, remote_map(tape->remote));
	map.asked = map.name;
	map.host = arena_strdup(&map.mem, remote_host(tape->remote));
	r = tape->waiting && map.name && map.host ? plan_untyped(&plan, 0, 0, NULL) : -ENOMEM;
	if (r == 0)
		r = table_init(tape->waiting, &map, &plan);
	map_release(&map);
	return r;
}

int tui_remote_start(struct tui *tui, struct err *err)
{
	for (size_t i = 0; i < tui->set->n_tapes; i++) {
		struct watch_tape *tape = &tui->set->tapes[i];
		int r;

		if (!tape->remote || tape->n_maps)
			continue;
		r = make_table(tape);
		if (r < 0)
			return err_set(err, r, "out of memory for '%s'", tape->path);
		say_state(tui, tape, clock_now_ns());
		r = screen_add(tui->screen, tape->waiting, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* why: NULL: it is there. */
static void mark_tables(struct tui *tui, const struct watch_tape *tape, const char *why)
{
	for (size_t i = 0; i < tui->set->n; i++)
		if (tui->set->watches[i]->source == tape->source)
			tui->set->watches[i]->table.why_lost = why;
}

static void say_lost(struct tui *tui, struct watch_tape *tape, const struct err *why)
{
	/* Each try that fails the same way is no news. */
	if (tape->waiting || strcmp(why->text, buf_text(&tape->words)) == 0)
		return;
	buf_clear(&tape->words);
	buf_adds(&tape->words, why->text);
	mark_tables(tui, tape, buf_text(&tape->words));
	screen_say(tui->screen, true, "%s; trying again", why->text);
}

void tui_remote_turn(struct tui *tui, struct watch_tape *tape, uint64_t now_ns)
{
	struct err why = {0};
	enum remote_turn turn = remote_turn(tape->remote, now_ns, &why);

	if (tape->waiting)
		say_state(tui, tape, now_ns);
	if (turn == REMOTE_SAME)
		return;
	if (turn == REMOTE_LOST)
		say_lost(tui, tape, &why);
	if (turn == REMOTE_BACK && !tape->waiting) {
		screen_say(tui->screen, false, "'%s' is back", tape->path);
		mark_tables(tui, tape, NULL);
		buf_clear(&tape->words);
	}
	if (tui_tape_await(tui, tape) < 0)
		screen_say(tui->screen, true, "out of memory for '%s'", tape->path);
	tui->is_dirty = true;
}

int tui_remote_arrived(struct tui *tui, struct watch_tape *tape, struct err *err)
{
	size_t n_before = tui->set->n, n_known = tape->n_maps;
	int r;

	tape->n_maps = replay_n_maps(tape->source);
	r = watch_set_open_tape(tui->set, tape, n_known, err);

	if (r < 0 || tui->set->n == n_before)
		return r;
	r = screen_replace(tui->screen, tape->waiting, &tui->set->watches[n_before]->table, err);
	if (r < 0)
		return r;
	watch_tape_arrived(tape);
	tui_set_saved(tui, &tui->set->watches[n_before]->table);
	for (size_t i = n_before + 1; r == 0 && i < tui->set->n; i++)
		r = tui_add(tui, tui->set->watches[i], err);
	return r < 0 ? r : tui_start_state(tui, err);
}

/* The one that the table stands for, or NULL. */
static struct watch_tape *tape_of(const struct tui *tui, const struct table *table)
{
	for (size_t i = 0; table && i < tui->set->n_tapes; i++)
		if (tui->set->tapes[i].waiting == table)
			return &tui->set->tapes[i];
	return NULL;
}

bool tui_remote_close(struct tui *tui, struct table *table)
{
	struct watch_tape *tape = tape_of(tui, table);

	if (!tape)
		return false;
	screen_remove(tui->screen, table);
	loop_unwatch(tui->loop, tape->fd);
	watch_set_close_tape(tui->set, tape);
	return true;
}

bool tui_remote_facts(const struct tui *tui, struct screen_facts *facts)
{
	const struct watch_tape *tape = tape_of(tui, screen_front(tui->screen));

	if (!tape)
		return false;
	facts->host = remote_host(tape->remote);
	facts->badge = "REMOTE";
	return true;
}
