/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* record: readings into a tape, as they come out of the kernel; no table is kept.
 *
 * Maps are read side by side, each at times of its own; one that went is followed by what takes its place.
 * It ends when nothing can come any more. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/pace.h"
#include "app/recorder.h"
#include "app/say.h"
#include "app/successor.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/tidy.h"
#include "read/replay.h"
#include "read/spec.h"

/* A map under watch; the set's of the same place. */
struct subject {
	size_t place;  /* in the tape */
	uint64_t tick; /* of its last reading; 0: there is none */
	bool is_lost;  /* not asked any more */
};

struct recording {
	struct watch_set set;
	struct recorder recorder;
	struct buf head;
	struct subject *subjects; /* owned */
	size_t n_subjects;
	uint64_t tick;	  /* of what is read now */
	uint64_t sign_ns; /* when a pipe's reader is told that we are there still */
	bool has_lost;	  /* what can't come again, or wasn't there when all ended */
};

/* -- maps -- */

static int refuse_tape(const struct watch *watch, const char *word, struct err *err)
{
	struct spec spec;

	if (!source_is_tape(watch->source))
		return 0;
	if (spec_parse(word, &spec, NULL) == 0 && spec.kind == SPEC_REMOTE)
		return err_set(
			err, -EINVAL,
			"'%s' comes as a recording already; keep that one: ssh HOST bpfmaptop "
			"record - MAP >FILE",
			word);
	return err_set(err, -EINVAL, "map '%s' is from a tape already; copy the tape instead",
		       watch->table.map.name);
}

static int add_subject(struct recording *recording, const struct watch *watch, struct err *err)
{
	struct subject *grown = reallocarray(recording->subjects, recording->n_subjects + 1,
					     sizeof(*recording->subjects));
	SCOPED(tape_chunk) map = {0};
	int r;

	if (!grown)
		return err_set(err, -ENOMEM, "out of memory for a recording");
	recording->subjects = grown;
	r = refuse_tape(watch, watch->word, err);
	if (r < 0)
		return r;
	if (tape_pack_map(&map, 0, &watch->table.map, &watch->table.plan) < 0)
		return err_set(err, -ENOMEM, "out of memory for the tape");
	r = recorder_add(&recording->recorder, &map, err);
	if (r < 0)
		return r;
	grown[recording->n_subjects++] = (struct subject){.place = (size_t)r};
	return 0;
}

/* What was opened is recorded from here on. */
static int opened(void *ctx, struct err *err)
{
	struct recording *recording = ctx;
	int r = 0;

	while (r == 0 && recording->n_subjects < recording->set.n)
		r = add_subject(recording, recording->set.watches[recording->n_subjects], err);
	return r;
}

static void replaced(void *ctx, size_t i)
{
	struct recording *recording = ctx;

	recording->n_subjects--;
	for (; i < recording->n_subjects; i++)
		recording->subjects[i] = recording->subjects[i + 1];
}

/* -- readings -- */

/* Readings until a map has its next one are of one moment; so it is with that it went. */
static uint64_t next_tick(struct recording *recording, struct subject *subject)
{
	recording->sign_ns = clock_now_ns() + recording->set.options->interval_ns;
	recording->tick += recording->tick == subject->tick;
	return subject->tick = recording->tick;
}

static int taken(void *ctx, size_t i, struct err *err)
{
	struct recording *recording = ctx;
	struct subject *subject = &recording->subjects[i];
	struct snap *next = recording->set.watches[i]->table.next;
	struct snap *room = recorder_room(&recording->recorder, subject->place), was = *room;

	*room = *next;
	*next = was;
	return recorder_write(&recording->recorder, subject->place, next_tick(recording, subject),
			      err);
}

/* A reading that failed without a row is none; a map that went is not asked again. */
static int lost(void *ctx, size_t i, const struct err *why, struct err *err)
{
	struct recording *recording = ctx;
	struct watch *watch = recording->set.watches[i];
	struct subject *subject = &recording->subjects[i];

	log_add(LOG_WARN, "%s", why->text);
	if (why->code == -ENOMEM)
		return err_set(err, why->code, "%s", why->text);
	if (!watch->table.is_gone && why->code != -EOPNOTSUPP)
		return 0;
	subject->is_lost = true;
	if (watch->state != WATCH_AWAITED) {
		recording->has_lost = true;
		if (err)
			*err = *why;
	}
	if (why->code != -EOPNOTSUPP)
		return recorder_gone(&recording->recorder, subject->place,
				     next_tick(recording, subject), err);
	watch->table.is_gone = true;
	return 0;
}

/* Whoever listens at the other end of a pipe should know that there is a recording still. */
static int turned(void *ctx, bool is_resting, uint64_t *wake_ns, struct err *err)
{
	struct recording *recording = ctx;
	size_t i = 0;

	(void)is_resting;
	while (i < recording->n_subjects && !recording->subjects[i].is_lost)
		i++;
	if (i == recording->n_subjects || recording->recorder.file.is_regular)
		return 0;
	if (clock_now_ns() >= recording->sign_ns)
		return recorder_gone(&recording->recorder, recording->subjects[i].place,
				     next_tick(recording, &recording->subjects[i]), err);
	*wake_ns = recording->sign_ns;
	return 0;
}

/* -- the command -- */

static int record_all(struct recording *recording, struct err *err)
{
	struct pace pace = {
		.set = &recording->set,
		.n_readings = recording->set.options->n_readings,
		.duration_ns = recording->set.options->duration_ns,
		.follows = true,
		/* What reads a pipe knows from the tape, and may have the terminal for itself. */
		.is_quiet = strcmp(recording->recorder.file.path, "-") == 0,
		.is_raw = true,
		.taken = taken,
		.lost = lost,
		.opened = opened,
		.replaced = replaced,
		.turned = turned,
		.ctx = recording,
	};

	return pace_run(&pace, err);
}

static int record(struct recording *recording, struct err *err)
{
	int r = watch_set_open_words(&recording->set, err);

	if (r == 0)
		r = opened(recording, err);
	stop_catch();
	recording->tick = 1;
	recorder_head(&recording->recorder.head, &recording->head,
		      recording->set.options->interval_ns);
	if (r == 0)
		r = recorder_begin(&recording->recorder, err);
	if (r == 0)
		r = record_all(recording, err);
	if (r == 0)
		r = recorder_end(&recording->recorder, err);
	recording->has_lost |= successor_is_awaited(&recording->set);
	return r;
}

static void release(struct recording *recording)
{
	recorder_release(&recording->recorder);
	free(recording->subjects);
	buf_release(&recording->head);
	watch_set_release(&recording->set);
}

/* A summary for a person; a pipe's reader knows. */
static void tell(const struct recorder *recorder)
{
	SCOPED(buf) text = {0};

	if (strcmp(recorder->file.path, "-") == 0 || !isatty(STDERR_FILENO))
		return;
	recorder_tell(recorder->n_readings, recorder->n_bytes, recorder->file.path, &text);
	say("%s", buf_text(&text));
}

int run_record(const struct options *options, struct err *err)
{
	struct options maps = *options; /* the words are maps only */
	struct recording recording = {
		.set.options = &maps,
		.recorder.file = {.path = options->words[0],
				  .fd = -1,
				  .max_bytes = options->max_bytes,
				  .max_files = options->max_files},
	};
	int r, status = EXIT_DONE;

	maps.words++, maps.n_words--;
	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	r = record(&recording, err);
	/* A pipe that nobody reads any more, or that was waited for when we were told to stop. */
	if (r == -EPIPE || (r == -EINTR && stop_asked()))
		r = 0;
	if (r < 0)
		status = r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	else if (recording.has_lost)
		status = recording.recorder.n_readings ? EXIT_PARTLY : EXIT_FAILED;
	if (recording.recorder.n_readings)
		tell(&recording.recorder);
	release(&recording);
	return status;
}
