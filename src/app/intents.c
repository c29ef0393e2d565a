// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A row an intent: the floors below know neither the kernel nor the terminal, so they ask. */
#include "app/intents.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/fault.h"
#include "app/options.h"
#include "app/say.h"
#include "app/tui_config.h"
#include "app/tui_record.h"
#include "app/tui_remote.h"
#include "app/tui_state.h"
#include "app/tui_tape.h"
#include "app/watch.h"
#include "app/write.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "read/replay.h"
#include "read/source.h"
#include "ui/term.h"

static void do_nothing(struct tui *tui, const struct intent *intent)
{
	(void)tui, (void)intent;
}

static void do_quit(struct tui *tui, const struct intent *intent)
{
	(void)intent;
	tui->quits = true;
}

static void do_interval(struct tui *tui, const struct intent *intent)
{
	uint64_t now = clock_now_ns();

	tui->interval_ns = intent->number;
	for (size_t i = 0; i < tui->set->n; i++)
		if (tui->set->watches[i]->due_ns > now + intent->number)
			tui->set->watches[i]->due_ns = now + intent->number;
}

static void do_open_ids(struct tui *tui, const struct intent *intent)
{
	bool is_first = tui->set->n == 0;
	struct err why = {0};

	for (size_t i = 0; i < intent->n_ids; i++) {
		size_t n_before = tui->set->n;
		int r = watch_set_open_id(tui->set, intent->ids[i], &why);

		for (size_t j = n_before; r == 0 && j < tui->set->n; j++)
			r = tui_add(tui, tui->set->watches[j], &why);
		if (r < 0)
			screen_say(tui->screen, true, "%s", why.text);
	}
	if (is_first)
		tui_config_layout(tui);
}

/* What a row names is on this host, now; in a recording it was on another, or long ago. */
static void follow(struct tui *tui, const char *scheme, uint64_t id)
{
	size_t n_before = tui->set->n;
	struct err why = {0};
	char word[32];
	int r;

	if (tui_tape_front(tui)) {
		screen_say(tui->screen, true, "a recording holds only the maps that were recorded");
		return;
	}
	snprintf(word, sizeof(word), "%s:%u", scheme, (unsigned)id);
	r = watch_set_open(tui->set, word, &why);
	for (size_t i = n_before; r == 0 && i < tui->set->n; i++)
		r = tui_add(tui, tui->set->watches[i], &why);
	if (r == 0 && tui->set->n > n_before)
		r = tui_add(tui, tui->set->watches[n_before], &why);
	else if (r == 0)
		screen_say(tui->screen, false, "its maps are open already");
	if (r < 0)
		screen_say(tui->screen, true, "%s", why.text);
}

static void do_follow_map(struct tui *tui, const struct intent *intent)
{
	for (size_t i = 0; i < tui->set->n; i++) {
		struct watch *watch = tui->set->watches[i];

		if (watch->table.map.id != intent->number || source_is_tape(watch->source))
			continue;
		screen_add(tui->screen, &watch->table, NULL); /* it is there: to the front */
		return;
	}
	follow(tui, "id", intent->number);
}

static void do_follow_program(struct tui *tui, const struct intent *intent)
{
	follow(tui, "prog", intent->number);
}

static void do_simulate(struct tui *tui, const struct intent *intent)
{
	size_t n_before = tui->set->n;
	struct err why = {0};
	int r = watch_set_open_simulated(tui->set, &why);

	(void)intent;
	for (size_t i = n_before; r == 0 && i < tui->set->n; i++)
		r = tui_add(tui, tui->set->watches[i], &why);
	if (r == 0 && tui->set->n > n_before)
		r = tui_add(tui, tui->set->watches[n_before], &why); /* to the front */
	if (r < 0)
		screen_say(tui->screen, true, "%s", why.text);
	tui->badge = tui->set->n > n_before ? SIMULATED_BADGE : tui->badge;
	tui_config_layout(tui);
}

static void do_open_picker(struct tui *tui, const struct intent *intent)
{
	struct err why = {0};
	struct map_list found = {0};
	struct source *kernel = watch_set_kernel(tui->set, &why);
	int r = kernel ? kernel->ops->list(kernel, &found, &why) : -ENOMEM;

	(void)intent;
	screen_pick(tui->screen, &found, r < 0 ? why.text : found.n ? NULL : SAY_NO_MAPS);
	if (r > 0)
		screen_say(tui->screen, true, "%s", why.text);
	map_list_release(&tui->picked);
	tui->picked = found;
}

static void use_theme(struct tui *tui, const struct theme *theme)
{
	tui->theme = *theme;
	term_theme(tui->term, &tui->theme);
}

static unsigned place_of_theme(const char *name)
{
	for (unsigned i = 0; theme_name_at(i); i++)
		if (strcmp(theme_name_at(i), name) == 0)
			return i;
	return 0;
}

/* The next in the order that can be had; those with a fault are told and passed over. */
static void next_theme(struct tui *tui)
{
	unsigned n, at;
	SCOPED(buf) faults = {0};

	theme_list_read();
	n = theme_count();
	at = place_of_theme(tui->theme.source);
	for (unsigned i = 1; i <= n; i++) {
		struct theme theme = {0};
		struct err why = {0};

		if (theme_load(&theme, theme_name_at((at + i) % n), &why) == 0) {
			use_theme(tui, &theme);
			break;
		}
		buf_addf(&faults, "%s; ", why.text);
	}
	screen_say(tui->screen, faults.len > 0, "%stheme '%s'", buf_text(&faults), tui->theme.name);
}

/* The one that is asked for, or the next. */
static void do_theme(struct tui *tui, const struct intent *intent)
{
	struct theme theme = {0};
	struct err why = {0};

	if (!intent->text)
		next_theme(tui);
	else if (theme_load(&theme, intent->text, &why) < 0)
		screen_say(tui->screen, true, "%s", why.text);
	else
		use_theme(tui, &theme);
}

static void do_baseline(struct tui *tui, const struct intent *intent)
{
	struct table *front = screen_front(tui->screen);

	(void)intent;
	if (front && table_baseline_begin(front) < 0)
		screen_say(tui->screen, true, "out of memory for a baseline");
}

static void do_close_map(struct tui *tui, const struct intent *intent)
{
	struct table *front = screen_front(tui->screen);

	(void)intent;
	if (tui_remote_close(tui, front))
		return;
	for (size_t i = 0; front && i < tui->set->n; i++) {
		if (&tui->set->watches[i]->table != front)
			continue;
		screen_remove(tui->screen, front);
		watch_set_close(tui->set, tui->set->watches[i]);
		return;
	}
}

static void do_write(struct tui *tui, const struct intent *intent)
{
	struct table *front = screen_front(tui->screen);
	struct err why = {0};
	size_t n_rows = 0;
	SCOPED(buf) many = {0};

	if (!front)
		return;
	front = screen_shown(tui->screen);
	if (write_view(tui->screen, front, intent->text, &n_rows, &why) < 0) {
		screen_say(tui->screen, true, "%s", why.text);
		return;
	}
	num_grouped(&many, n_rows);
	screen_say(tui->screen, false, "wrote %s %s to '%s'", buf_text(&many),
		   num_noun(n_rows, "row", "rows"), intent->text);
}

static void do_copy(struct tui *tui, const struct intent *intent)
{
	term_copy(tui->term, intent->text, strlen(intent->text));
}

static void do_suspend(struct tui *tui, const struct intent *intent)
{
	(void)intent;
	term_suspend(tui->term);
	tui->is_dirty = true;
}

static void do_mouse(struct tui *tui, const struct intent *intent)
{
	(void)intent;
	tui->has_mouse = !tui->has_mouse;
	term_set_mouse(tui->term, tui->has_mouse);
	screen_say(tui->screen, false,
		   tui->has_mouse ? "the mouse is ours; Shift leaves it to the terminal"
				  : "the mouse is the terminal's");
}

static void do_redraw(struct tui *tui, const struct intent *intent)
{
	(void)intent;
	term_redraw(tui->term);
}

static void (*const doers[])(struct tui *, const struct intent *) = {
	[INTENT_NONE] = do_nothing,
	[INTENT_QUIT] = do_quit,
	[INTENT_INTERVAL] = do_interval,
	[INTENT_OPEN_IDS] = do_open_ids,
	[INTENT_FOLLOW_MAP] = do_follow_map,
	[INTENT_FOLLOW_PROGRAM] = do_follow_program,
	[INTENT_SIMULATE] = do_simulate,
	[INTENT_OPEN_PICKER] = do_open_picker,
	[INTENT_THEME] = do_theme,
	[INTENT_BASELINE] = do_baseline,
	[INTENT_CLOSE_MAP] = do_close_map,
	[INTENT_WRITE] = do_write,
	[INTENT_RECORD] = tui_record,
	[INTENT_COPY] = do_copy,
	[INTENT_SAVE] = tui_config_save,
	[INTENT_MOUSE] = do_mouse,
	[INTENT_SUSPEND] = do_suspend,
	[INTENT_REDRAW] = do_redraw,
	[INTENT_REPLAY_HOLD] = tui_tape_hold,
	[INTENT_REPLAY_STEP] = tui_tape_step,
	[INTENT_REPLAY_SKIP] = tui_tape_skip,
	[INTENT_REPLAY_SEEK] = tui_tape_seek,
	[INTENT_REPLAY_SPEED] = tui_tape_speed,
};

void intent_run(struct tui *tui, struct intent intent)
{
	if ((size_t)intent.kind < ARRAY_LEN(doers))
		doers[intent.kind](tui, &intent);
}

int tui_start_state(struct tui *tui, struct err *err)
{
	const struct options *options = tui->set->options;
	/* Rows are filtered before they are grouped; the others are of what is seen then. */
	const struct {
		const char *name, *text;
	} asked[] = {
		{"smooth", options->smooth},   {"filter", options->filter},
		{"group", options->group},     {"group-filter", options->group_filter},
		{"columns", options->columns}, {"sort", options->sort},
		{"alert", options->alert},
	};
	const struct table *front = screen_front(tui->screen);
	int r = 0;

	/* A host in front that has no map, yet, has nothing to filter, either. */
	if (tui->has_started || !front || front->why_unread)
		return 0;
	tui->has_started = true;
	for (size_t i = 0; i < ARRAY_LEN(asked) && r == 0; i++)
		if (asked[i].text)
			r = fault_shown(
				screen_set_all(tui->screen, asked[i].name, asked[i].text, err),
				asked[i].name, asked[i].text, err);
	return r;
}
