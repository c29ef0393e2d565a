// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The turn of the loop: drain input, run what it asks for, one slice of reading, and when something
 * changed and the last frame is FRAME_NS old: draw, flush once. A slice is at most about 2 ms, so a
 * key is on the screen within a frame while a million entries are being read. Taking a reading, matching
 * and sorting its rows go in slices too, with input between them. */
#include "app/tui.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "app/follow.h"
#include "app/intents.h"
#include "app/options.h"
#include "app/say.h"
#include "app/successor.h"
#include "app/tapes.h"
#include "app/tui_config.h"
#include "app/tui_history.h"
#include "app/tui_record.h"
#include "app/tui_remote.h"
#include "app/tui_state.h"
#include "app/tui_tape.h"
#include "app/watch.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/tidy.h"
#include "read/spec.h"
#include "ui/mouse.h"
#include "ui/term.h"

enum { FRAME_NS = 16000000, SLICE_NS = 2000000 };

static void quit(struct tui *tui, int status)
{
	tui->quits = true;
	tui->status = status;
}

static struct intent clicked(struct tui *tui)
{
	struct mouse mouse = term_mouse(tui->term);

	return screen_mouse(tui->screen, &mouse);
}

static void on_input(void *ctx, int fd, uint32_t events)
{
	struct tui *tui = ctx;
	uint32_t key;
	int r;

	(void)fd;
	while ((r = term_key(tui->term, &key)) == 0 && !tui->quits) {
		if (key == TERM_MOUSE)
			intent_run(tui, clicked(tui));
		else
			intent_run(tui, screen_key(tui->screen, key));
		tui->is_dirty = true;
	}
	/* With the terminal gone, reads answer at once for ever. */
	if (r == -EIO || (r < 0 && r != -EAGAIN) || (events & (EPOLLHUP | EPOLLERR)))
		quit(tui, EXIT_FAILED);
}

static void on_signal(void *ctx, int number)
{
	struct tui *tui = ctx;

	switch (number) {
	case SIGWINCH:
	case SIGCONT:
		term_resized(tui->term);
		tui->is_dirty = true;
		break;
	case SIGTSTP:
		intent_run(tui, (struct intent){.kind = INTENT_SUSPEND});
		break;
	case SIGINT:
		quit(tui, EXIT_DONE);
		break;
	default:
		quit(tui, EXIT_FAILED);
		break;
	}
}

static void lost(struct tui *tui, struct watch *watch, const struct err *why)
{
	tui->is_dirty = true;
	if (why->code == -ENOENT)
		tui_record_gone(tui, watch);
	if (successor_await(watch))
		tui->look_ns = 0;
	if (watch->n_failures == 1)
		screen_say(tui->screen, true, "%s", why->text);
	else
		log_add(LOG_WARN, "%s", why->text);
}

/* A slice of taking a reading; true while there is more to do. A reading that ended while the screen
 * still works on the one before waits for it: an expensive filter makes readings rarer, but is never
 * overtaken by them. */
static bool take(struct tui *tui, struct watch *watch)
{
	int r;

	if (screen_is_paused(tui->screen)) {
		watch_drop(watch);
		return false;
	}
	if (!screen_is_settled(tui->screen, &watch->table))
		return true;
	r = watch_take_some(watch, clock_now_ns() + SLICE_NS);
	if (r > 0)
		return true;
	if (r < 0) {
		screen_say(tui->screen, true, "out of memory: the reading of '%s' was dropped",
			   watch->table.map.name);
		return false;
	}
	screen_took(tui->screen, &watch->table);
	if (screen_rings(tui->screen) && tui->set->options->rings)
		term_ring(tui->term);
	tui->is_dirty |= screen_is_settled(tui->screen, &watch->table);
	return false;
}

/* A slice of what the screen has to do. What comes of it is drawn when it is through; when that takes
 * long, the new numbers are seen in the old order. Of what it could do ahead nothing is seen. */
static void work(struct tui *tui)
{
	bool was_working = !screen_is_settled(tui->screen, NULL);
	uint64_t now = clock_now_ns();

	tui->is_working = screen_work(tui->screen, now + SLICE_NS);
	tui->is_preparing = !tui->is_working && screen_prepare(tui->screen, now + SLICE_NS);
	if (tui->is_working ? now - tui->last_frame_ns >= SCREEN_PATIENCE_NS : was_working)
		tui->is_dirty = true;
}

/* Gives each watch one slice; true while a reading is under way or a frame should come first. */
static bool read_on(struct tui *tui)
{
	struct err why = {0};
	bool is_busy = false;

	for (size_t i = 0; i < tui->set->n; i++) {
		struct watch *watch = tui->set->watches[i];

		switch (watch_turn(watch, clock_now_ns(), tui->interval_ns, &why)) {
		case WATCH_IDLE:
			break;
		case WATCH_MORE:
			is_busy = true;
			break;
		case WATCH_READ:
			is_busy |= tui_record_take(tui, watch) || take(tui, watch);
			break;
		case WATCH_LOST:
			lost(tui, watch, &why);
			break;
		}
	}
	return is_busy;
}

static int draw(struct tui *tui)
{
	struct screen_facts facts = {
		.host = tui->host,
		.interval_ns = tui->interval_ns,
		.now_ns = clock_now_ns(),
		.wall_ns = clock_wall_ns(),
		.badge = tui->badge,
		.glyphs = tui->theme.glyphs,
		.theme = tui->theme.source,
		.is_ascii = tui->is_ascii || !term_is_utf8(tui->term) ||
			    strcmp(tui->theme.glyphs, "ascii") == 0,
		.is_reading = tui->is_reading,
		.cost = &tui->cost,
	};
	int n_rows, n_cols, r;

	term_size(tui->term, &n_rows, &n_cols);
	if (n_rows != tui->grid.n_rows || n_cols != tui->grid.n_cols) {
		r = grid_resize(&tui->grid, n_rows, n_cols);
		if (r < 0)
			return r;
	}
	tui->grid.is_ascii = facts.is_ascii;
	tui_tape_facts(tui, &facts);
	tui_record_facts(tui, &facts);
	screen_draw(tui->screen, &facts, &tui->grid);
	r = term_show(tui->term, &tui->grid);
	cost_add(&tui->cost, facts.now_ns, clock_now_ns(), r);
	tui->last_frame_ns = facts.now_ns;
	tui->is_dirty = r == -EAGAIN;
	return r == -EAGAIN ? 0 : r;
}

/* The map under the picker's cursor. */
static bool describe(struct tui *tui)
{
	const struct map *map = screen_wonders(tui->screen);
	struct err why = {0};
	SCOPED(buf) text = {0};

	if (!map)
		return false;
	if (watch_set_describe(tui->set, map->id, &text, &why) < 0)
		buf_addf(&text, "  layout     not known: %s\n", why.text);
	screen_describe(tui->screen, map, buf_text(&text));
	return true;
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When the loop must wake by itself. */
static uint64_t next_wake(const struct tui *tui)
{
	uint64_t at = UINT64_MAX, wakes = screen_wakes_ns(tui->screen);

	if (tui->is_reading || tui->is_working || tui->is_preparing)
		return 0;
	for (size_t i = 0; i < tui->set->n; i++) {
		const struct watch *watch = tui->set->watches[i];

		if (!watch_is_over(watch))
			at = earliest(at, watch->due_ns);
	}
	if (successor_is_awaited(tui->set))
		at = earliest(at, tui->look_ns);
	if (tui->is_dirty)
		at = earliest(at, tui->last_frame_ns + FRAME_NS);
	at = earliest(at, tui_tape_wakes_ns(tui));
	at = earliest(at, tui_record_wakes_ns(tui));
	return wakes ? earliest(at, wakes) : at;
}

/* As many readings as were asked for are on the screen, of every map that is still there. */
static bool has_had_enough(const struct tui *tui)
{
	uint64_t n = tui->set->options->n_readings;

	if (!n || !tui->set->n || tui->is_dirty || tui->is_working)
		return false;
	for (size_t i = 0; i < tui->set->n; i++) {
		const struct table *table = &tui->set->watches[i]->table;

		if (!table->is_gone && table->current->number < n)
			return false;
	}
	return true;
}

static int turn(struct tui *tui)
{
	uint64_t wakes = screen_wakes_ns(tui->screen), now;
	int r = loop_turn(tui->loop, next_wake(tui));

	if (r < 0 || tui->quits)
		return r < 0 ? r : 0;
	now = clock_now_ns();
	if ((wakes && now >= wakes) || now >= tui_record_wakes_ns(tui))
		tui->is_dirty = true;
	if (tui->is_dirty && now - tui->last_frame_ns >= FRAME_NS) {
		describe(tui);
		r = draw(tui);
		if (r < 0)
			return r;
		tui->is_dirty |= describe(tui); /* it was the first frame that shows it */
	}
	/* What the last frame could not show yet comes before reading, until the next one. */
	if (!tui->is_working || clock_now_ns() - tui->last_frame_ns >= FRAME_NS)
		tui->is_reading = read_on(tui);
	follow_successors(tui);
	tui->is_reading |= tui_record_turn(tui);
	tui_tape_turn(tui);
	work(tui);
	if (has_had_enough(tui))
		quit(tui, EXIT_DONE);
	return 0;
}

static int tui_open(struct tui *tui, struct err *err)
{
	static const int signals[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT};
	const struct options *options = tui->set->options;
	int r;

	theme_default(&tui->theme);
	if (options->theme) {
		r = theme_load(&tui->theme, options->theme, err);
		if (r < 0)
			return r;
	}
	tui->screen = screen_new();
	tui->loop = loop_new();
	if (!tui->screen || !tui->loop)
		return err_set(err, -ENOMEM, "out of memory for the screen");
	tui_config_open(tui);
	tui_history_open(tui);
	for (size_t i = 0; i < tui->set->n; i++) {
		r = tui_add(tui, tui->set->watches[i], err);
		if (r < 0)
			return r;
	}
	r = tui_remote_start(tui, err);
	tui_config_layout(tui);
	if (r == 0)
		r = tui_start_state(tui, err);
	if (r < 0) {
		tui->status = EXIT_USAGE;
		return r;
	}
	r = loop_signals(tui->loop, signals, ARRAY_LEN(signals), on_signal, tui);
	if (r == 0)
		r = tui_tape_start(tui);
	if (r == 0)
		r = term_open(&tui->term, err);
	if (r < 0)
		return r;
	term_theme(tui->term, &tui->theme);
	if (tui->has_mouse)
		term_set_mouse(tui->term, true);
	return loop_watch(tui->loop, STDIN_FILENO, on_input, tui);
}

/* A name may be that of several maps, and all of them are open then: nobody should wonder which. */
static void say_namesakes(struct tui *tui)
{
	const struct options *options = tui->set->options;

	for (int i = 0; i < options->n_words; i++) {
		struct spec spec;
		size_t n = 0;

		if (spec_parse(options->words[i], &spec, NULL) < 0 || spec.kind != SPEC_NAME)
			continue;
		for (size_t j = 0; j < tui->set->n; j++)
			n += strcmp(tui->set->watches[j]->table.map.name, spec.text) == 0;
		if (n > 1)
			screen_say(tui->screen, false, "%zu maps are called '%s': all are open", n,
				   spec.text);
	}
}

static void say_outside(const struct buf *words)
{
	if (words->len)
		say("%s", buf_text(words));
}

/* not_kept: what is said of it once the terminal is as it was. */
static void tui_close(struct tui *tui, const struct buf *not_kept)
{
	SCOPED(buf) recorded = {0};

	term_close(tui->term);
	tui_record_close(tui, &recorded);
	say_outside(&recorded);
	say_outside(not_kept);
	screen_free(tui->screen);
	loop_free(tui->loop);
	grid_release(&tui->grid);
	map_list_release(&tui->picked);
	tui_config_close(tui);
}

/* What is kept for the next run. A history that can't be is told, but was not asked for, so it is no failure;
 * in the home of another user, where sudo leaves us, nobody needs to be told each time. */
static int leave(struct tui *tui, struct buf *not_kept, struct err *err)
{
	struct err why = {0};
	int r = tui_history_close(tui, &why);

	if (r < 0 && r != -EPERM)
		buf_addf(not_kept, "what was typed is not kept: %s", why.text);
	return tui_config_leave(tui, err);
}

/* As top does: who asks again for what is being done already doesn't tear it. */
static void end_undisturbed(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		signal(signals[i], SIG_IGN);
}

bool tui_is_possible(int keys_fd)
{
	const char *term = getenv("TERM");

	return isatty(keys_fd) && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

int tui_run(struct watch_set *set, const char *badge, const char *opening, struct err *err)
{
	struct tui tui = {
		.set = set,
		.badge = badge,
		.interval_ns = set->options->interval_ns,
		.is_dirty = true,
	};
	SCOPED(buf) not_kept = {0};
	int r;

	if (gethostname(tui.host, sizeof(tui.host) - 1) < 0)
		strcpy(tui.host, "localhost");
	source_lookups_wait(false);
	r = tui_open(&tui, err);
	if (r == 0 && !set->n && !set->n_tapes)
		intent_run(&tui, (struct intent){.kind = INTENT_OPEN_PICKER});
	if (r == 0)
		say_namesakes(&tui);
	if (!opening)
		opening = tapes_fault(set);
	if (r == 0 && opening)
		screen_say(tui.screen, true, "%s", opening);
	while (r == 0 && !tui.quits)
		r = turn(&tui);
	end_undisturbed();
	if (r == 0)
		r = leave(&tui, &not_kept, err);
	tui_close(&tui, &not_kept);
	if (r < 0 && err && !err->text[0])
		err_set(err, r, "the terminal is gone: %s", err_words(r));
	return r < 0 && tui.status == EXIT_DONE ? EXIT_FAILED : tui.status;
}
