// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Readings begin at absolute times, a whole number of intervals after the first; a reading that takes
 * longer than the interval makes the next one begin at the next such time, and the ticks between are
 * counted as missed, never queued. */
#include "app/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/options.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "read/caps.h"
#include "read/object.h"
#include "read/remote.h"
#include "read/replay.h"
#include "read/schema.h"
#include "read/spec.h"

/* What is taken between two looks at the clock. */
enum { TAKE_ROWS = 8192 };

static enum watch_turn lost(struct watch *watch, uint64_t now_ns, uint64_t interval_ns, int code,
			    const struct err *err)
{
	watch->n_failures++;
	buf_clear(&watch->why);
	buf_adds(&watch->why, err->text);
	watch->table.why_lost = buf_text(&watch->why);
	watch->due_ns = now_ns + interval_ns;
	if (code == -ENOENT || code == -ESTALE)
		watch->table.is_gone = true;
	return WATCH_LOST;
}

static void next_tick(struct watch *watch, uint64_t now_ns, uint64_t interval_ns)
{
	uint64_t late = watch->due_ns && now_ns > watch->due_ns ? now_ns - watch->due_ns : 0;
	uint64_t n_late = interval_ns ? late / interval_ns : 0;

	if (!watch->due_ns)
		watch->due_ns = now_ns;
	watch->n_missed += n_late;
	watch->due_ns += (n_late + 1) * interval_ns;
}

bool watch_is_over(const struct watch *watch)
{
	return watch->table.is_gone && !watch->source->ops->due;
}

static void end_reading(struct watch *watch)
{
	struct snap *next = watch->table.next;

	watch->n_failures = 0;
	watch->table.why_lost = NULL;
	watch->is_read = true;
	watch->is_recorded = false;
	/* A tape says itself what was missed when it was made. */
	if (!watch->source->ops->due) {
		next->n_missed += watch->n_missed;
		if (watch->n_missed)
			next->notes |= SNAP_SLOW;
	}
	watch->n_missed = 0;
	if (watch->is_replacement)
		next->notes |= SNAP_REPLACED;
	watch->is_replacement = false;
}

enum watch_turn watch_turn(struct watch *watch, uint64_t now_ns, uint64_t interval_ns,
			   struct err *err)
{
	struct snap *next = watch->table.next;
	int r;

	if (watch->is_read)
		return WATCH_READ;
	if (!watch->cursor) {
		if (watch->source->ops->due)
			watch->due_ns = watch->source->ops->due(watch->source, &watch->table.map);
		if (watch_is_over(watch) || now_ns < watch->due_ns)
			return WATCH_IDLE;
		if (!watch->source->ops->due)
			next_tick(watch, now_ns, interval_ns);
		r = watch->reader->ops->begin(watch->reader, &watch->table.map, &watch->how, next,
					      &watch->cursor, err);
		if (r < 0 && r != -EAGAIN)
			return lost(watch, now_ns, interval_ns, r, err);
		return WATCH_MORE;
	}
	r = watch->reader->ops->step(watch->cursor, next, err);
	if (r == STEP_MORE)
		return WATCH_MORE;
	watch->reader->ops->end(watch->cursor, next);
	watch->cursor = NULL;
	if (r < 0 && next->n_rows == 0)
		return lost(watch, now_ns, interval_ns, r, err);
	end_reading(watch);
	return WATCH_READ;
}

/* The first reading may be the one to count from. */
static bool is_baseline(const struct watch *watch)
{
	return watch->begins_baseline && !watch->table.baseline.number;
}

int watch_take(struct watch *watch)
{
	int r;

	watch->is_read = false;
	r = table_take(&watch->table);
	return r == 0 && is_baseline(watch) ? table_baseline(&watch->table) : r;
}

int watch_take_some(struct watch *watch, uint64_t until_ns)
{
	int r;

	do
		r = table_take_some(&watch->table, TAKE_ROWS);
	while (r > 0 && clock_now_ns() < until_ns);
	watch->is_read = r > 0;
	return r == 0 && is_baseline(watch) ? table_baseline_begin(&watch->table) : r;
}

void watch_drop(struct watch *watch)
{
	table_take_drop(&watch->table);
	watch->is_read = false;
}

int watch_read(struct watch *watch, struct err *err)
{
	int r = source_read(watch->reader, &watch->table.map, &watch->how, watch->table.next, err);

	if (r < 0 && watch->table.next->n_rows == 0)
		return r;
	end_reading(watch);
	r = watch_take(watch);
	return r < 0 ? err_set(err, r, "out of memory for a reading of map '%s'",
			       watch->table.map.name)
		     : 0;
}

static void watch_free(struct watch *watch)
{
	if (watch->cursor)
		watch->reader->ops->end(watch->cursor, watch->table.next);
	if (watch->reader != watch->source)
		watch->reader->ops->free(watch->reader);
	table_release(&watch->table);
	buf_release(&watch->why);
	free(watch);
}

void watch_tape_arrived(struct watch_tape *tape)
{
	if (tape->waiting)
		table_release(tape->waiting);
	free(tape->waiting);
	tape->waiting = NULL;
	buf_release(&tape->words);
}

static void tape_close(struct watch_tape *tape)
{
	watch_tape_arrived(tape);
	if (tape->remote)
		remote_free(tape->remote);
	else
		tape->source->ops->free(tape->source);
}

void watch_set_release(struct watch_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		watch_free(set->watches[i]);
	free(set->watches);
	if (set->kernel)
		set->kernel->ops->free(set->kernel);
	if (set->sim)
		set->sim->ops->free(set->sim);
	for (size_t i = 0; i < set->n_tapes; i++)
		tape_close(&set->tapes[i]);
	free(set->tapes);
	schema_free(set->schema);
	object_free(set->object);
	*set = (struct watch_set){0};
}

void watch_set_close(struct watch_set *set, struct watch *watch)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->watches[i] != watch)
			continue;
		watch_free(watch);
		set->n--;
		for (size_t j = i; j < set->n; j++)
			set->watches[j] = set->watches[j + 1];
		return;
	}
}

void watch_set_close_tape(struct watch_set *set, struct watch_tape *tape)
{
	size_t n_behind = (size_t)(set->tapes + set->n_tapes - (tape + 1));

	tape_close(tape);
	memmove(tape, tape + 1, n_behind * sizeof(*tape));
	set->n_tapes--;
}

struct source *watch_set_kernel(struct watch_set *set, struct err *err)
{
	int r;

	if (set->kernel)
		return set->kernel;
	caps_keep_reading();
	r = source_kernel_new(&set->kernel);
	if (r == -ENOENT)
		err_set(err, r,
			"cannot tell how many CPUs there are, of which maps have values: there "
			"is no /sys; mount it");
	else if (r < 0)
		err_set(err, r, "cannot make ready for the kernel's maps: %s", err_words(r));
	return set->kernel;
}

struct source *watch_set_sim(struct watch_set *set, struct err *err)
{
	int r = set->sim ? 0 : source_sim_new(set->options->seed, &set->sim);

	if (r < 0)
		err_set(err, r, "out of memory");
	return set->sim;
}

/* The one that is open already, or room for one; NULL with a sentence. */
static struct watch_tape *tape_at(struct watch_set *set, const char *path, bool is_remote,
				  struct err *err)
{
	struct watch_tape *tapes;

	for (size_t i = 0; i < set->n_tapes; i++)
		if (strcmp(set->tapes[i].path, path) == 0 && !set->tapes[i].remote == !is_remote)
			return &set->tapes[i];
	tapes = reallocarray(set->tapes, set->n_tapes + 1, sizeof(*tapes));
	if (!tapes) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	set->tapes = tapes;
	tapes[set->n_tapes] = (struct watch_tape){.path = path, .fd = -1};
	return &tapes[set->n_tapes];
}

/* One file, or all that a pattern fits, as files of one recording. */
static int open_files(const char *path, struct source **out, struct err *err)
{
	struct spec_files found = {0};
	int r = spec_tape_files(path, &found);

	if (r < 0)
		err_set(err, r, "out of memory for '%s'", path);
	else
		r = source_tape_join((const char *const *)found.paths, found.n, out, err);
	spec_files_release(&found);
	return r;
}

static int open_tape(const struct options *options, const char *path, struct source **out,
		     struct err *err)
{
	if (options->n_files && strcmp(path, options->files[0]) == 0)
		return source_tape_join(options->files, (size_t)options->n_files, out, err);
	return open_files(path, out, err);
}

struct source *watch_set_tape(struct watch_set *set, const char *text, struct err *err)
{
	struct watch_tape *tape = tape_at(set, text, false, err);
	size_t len = spec_tape_path(text);
	char *path;
	int r;

	if (!tape || tape->source)
		return tape ? tape->source : NULL;
	/* Anybody may have made it, and root may be looking. */
	caps_keep_reading();
	path = strndup(text, len);
	r = path ? open_tape(set->options, path, &tape->source, err)
		 : err_set(err, -ENOMEM, "out of memory");
	free(path);
	if (r < 0)
		return NULL;
	set->n_tapes++;
	tape->map = text[len] ? text + len + 1 : NULL;
	tape->n_maps = replay_n_maps(tape->source);
	return tape->source;
}

struct source *watch_set_remote(struct watch_set *set, const char *text, struct err *err)
{
	struct watch_tape *tape = tape_at(set, text, true, err);
	const struct options *options = set->options;

	if (!tape || tape->source)
		return tape ? tape->source : NULL;
	if (remote_start(text, options->interval_ns == INTERVAL_NS ? 0 : options->interval_ns,
			 set->is_alone && !set->is_screen, &tape->remote, err) < 0)
		return NULL;
	set->n_tapes++;
	return tape->source = remote_tape(tape->remote);
}
