/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* record: readings into a tape, as they come out of the kernel; no table is kept.
 *
 * What was named is what is followed: a name, a pin, the maps of a program or of an interface are looked
 * for again while one of theirs is gone, since their owner may start anew. An id is that of one map only.
 * It ends when nothing can come any more. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/recorder.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "read/replay.h"
#include "read/spec.h"

/* A map under watch; the set's of the same place. */
struct subject {
	size_t place; /* in the tape */
	int word;     /* that named it */
	bool is_lost; /* not asked any more */
};

struct recording {
	struct watch_set set;
	struct recorder recorder;
	struct buf head;
	struct subject *subjects; /* owned */
	size_t n_subjects;
	bool *is_missing; /* owned, by word: one of its maps went, and none has come since */
	uint64_t tick, n_moments, n_missed;
	bool has_lost; /* what can't come again, or wasn't there when all ended */
	sigset_t waiting_mask;
};

static volatile sig_atomic_t stops;

static void on_stop(int number)
{
	(void)number;
	stops = 1;
}

/* Signals come while we wait, never in the midst of a chunk. */
static void catch_signals(struct recording *recording)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction stop = {.sa_handler = on_stop};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		sigaddset(&blocked, numbers[i]);
		sigaction(numbers[i], &stop, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &recording->waiting_mask);
}

static void wait_until(const struct recording *recording, uint64_t at_ns)
{
	uint64_t now;

	while (!stops && (now = clock_now_ns()) < at_ns) {
		struct timespec left = {.tv_sec = (time_t)((at_ns - now) / 1000000000),
					.tv_nsec = (long)((at_ns - now) % 1000000000)};

		ppoll(NULL, 0, &left, &recording->waiting_mask);
	}
}

/* -- maps -- */

static const char *word_of(const struct recording *recording, const struct subject *subject)
{
	return recording->set.options->words[subject->word];
}

static const struct map *map_of(const struct recording *recording, const struct subject *subject)
{
	return &recording->set.watches[subject - recording->subjects]->table.map;
}

/* Another map may come to be called so. */
static bool can_return(const char *word)
{
	struct spec spec;

	if (spec_parse(word, &spec, NULL) < 0)
		return false;
	return spec.kind == SPEC_NAME || spec.kind == SPEC_PIN || spec.kind == SPEC_DEVICE ||
	       (spec.kind == SPEC_PROGRAM && !spec.id);
}

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

/* The set's last watch, which the word named. */
static int add_subject(struct recording *recording, int word, struct err *err)
{
	const struct watch *watch = recording->set.watches[recording->n_subjects];
	struct subject *grown = reallocarray(recording->subjects, recording->n_subjects + 1,
					     sizeof(*recording->subjects));
	SCOPED(tape_chunk) map = {0};
	int r;

	if (!grown)
		return err_set(err, -ENOMEM, "out of memory for a recording");
	recording->subjects = grown;
	r = refuse_tape(watch, recording->set.options->words[word], err);
	if (r < 0)
		return r;
	if (tape_pack_map(&map, 0, &watch->table.map, &watch->table.plan) < 0)
		return err_set(err, -ENOMEM, "out of memory for the tape");
	r = recorder_add(&recording->recorder, &map, err);
	if (r < 0)
		return r;
	grown[recording->n_subjects++] = (struct subject){.place = (size_t)r, .word = word};
	return 0;
}

/* Opens what the word names and isn't open yet. */
static int open_word(struct recording *recording, int word, struct err *err)
{
	int r = watch_set_open(&recording->set, recording->set.options->words[word], err);

	while (r == 0 && recording->n_subjects < recording->set.n)
		r = add_subject(recording, word, err);
	return r;
}

/* -- readings -- */

/* What reads a pipe knows from the tape, and may have the terminal for itself. */
static void say(const struct recording *recording, const struct map *map, const char *what)
{
	if (strcmp(recording->recorder.file.path, "-") != 0)
		fprintf(stderr, "bpfmaptop: map %u, '%s', %s\n", map->id, map->name, what);
}

static int lose(struct recording *recording, struct subject *subject, const struct err *why,
		struct err *err)
{
	bool returns = why->code != -EOPNOTSUPP && can_return(word_of(recording, subject));

	subject->is_lost = true;
	if (returns) {
		recording->is_missing[subject->word] = true;
		say(recording, map_of(recording, subject),
		    "went; waiting for what takes its place");
	} else {
		recording->has_lost = true;
		if (err)
			*err = *why;
	}
	if (why->code == -EOPNOTSUPP)
		return 0;
	return recorder_gone(&recording->recorder, subject->place, recording->tick, err);
}

/* A reading that failed without a row is none; a map that went is not asked again. */
static int record_one(struct recording *recording, struct subject *subject, struct err *err)
{
	const struct watch *watch = recording->set.watches[subject - recording->subjects];
	struct snap *next = recorder_room(&recording->recorder, subject->place);
	struct err why = {0};
	int r = source_read(watch->reader, &watch->table.map, &watch->how, next, &why);

	if (r < 0 && next->n_rows == 0) {
		log_add(LOG_WARN, "%s", why.text);
		if (r == -ENOENT || r == -ESTALE || r == -EOPNOTSUPP)
			return lose(recording, subject, &why, err);
		return r == -ENOMEM ? err_set(err, r, "%s", why.text) : 0;
	}
	next->n_missed = recording->n_missed;
	if (recording->n_missed)
		next->notes |= SNAP_SLOW;
	return recorder_write(&recording->recorder, subject->place, recording->tick, err);
}

static int record_from(struct recording *recording, size_t first, struct err *err)
{
	int r = 0;

	for (size_t i = first; r == 0 && i < recording->n_subjects; i++)
		if (!recording->subjects[i].is_lost)
			r = record_one(recording, &recording->subjects[i], err);
	return r;
}

/* The maps that took the place of those that went: their readings follow in the same tape. */
static int look_again(struct recording *recording, struct err *err)
{
	size_t n_before = recording->n_subjects;
	int r = 0;

	for (int word = 1; r == 0 && word < recording->set.options->n_words; word++) {
		size_t n = recording->n_subjects;
		struct err why = {0};

		if (!recording->is_missing[word])
			continue;
		r = open_word(recording, word, &why);
		if (recording->n_subjects > n) {
			recording->is_missing[word] = false;
			say(recording, map_of(recording, &recording->subjects[n]),
			    "is recorded now");
		}
		/* That nothing is called so now is why we look. */
		r = r < 0 && r != -ENOMEM && recording->n_subjects == recording->set.n ? 0 : r;
		if (r < 0 && err)
			*err = why;
	}
	return r < 0 ? r : record_from(recording, n_before, err);
}

/* Whoever listens at the other end of a pipe should know that there is a recording still. */
static int say_still_gone(struct recording *recording, struct err *err)
{
	size_t i = 0;

	while (i < recording->n_subjects && !recording->subjects[i].is_lost)
		i++;
	if (i == recording->n_subjects || recording->recorder.file.is_regular)
		return 0;
	return recorder_gone(&recording->recorder, recording->subjects[i].place, recording->tick,
			     err);
}

/* One reading of each map. */
static int record_tick(struct recording *recording, struct err *err)
{
	uint64_t n_before = recording->recorder.n_readings;
	int r;

	recording->tick++;
	r = record_from(recording, 0, err);
	if (r == 0)
		r = look_again(recording, err);
	recording->n_missed = 0;
	if (recording->recorder.n_readings > n_before)
		recording->n_moments++;
	else if (r == 0)
		r = say_still_gone(recording, err);
	return r;
}

static bool is_over(const struct recording *recording)
{
	uint64_t n = recording->set.options->n_readings;

	if (n && recording->n_moments >= n)
		return true;
	for (size_t i = 0; i < recording->n_subjects; i++)
		if (!recording->subjects[i].is_lost)
			return false;
	for (int word = 1; word < recording->set.options->n_words; word++)
		if (recording->is_missing[word])
			return false;
	return true;
}

static int record_all(struct recording *recording, struct err *err)
{
	const struct options *options = recording->set.options;
	uint64_t began_ns = clock_now_ns(), due_ns = began_ns, end_ns = UINT64_MAX, now;
	int r = 0;

	if (options->duration_ns)
		end_ns = began_ns + options->duration_ns;
	while (r == 0 && !stops) {
		r = record_tick(recording, err);
		if (r < 0 || is_over(recording))
			break;
		now = clock_now_ns();
		for (due_ns += options->interval_ns; due_ns + options->interval_ns < now;
		     due_ns += options->interval_ns)
			recording->n_missed++;
		if (due_ns > end_ns) {
			wait_until(recording, end_ns);
			break;
		}
		wait_until(recording, due_ns);
	}
	return r;
}

/* -- the command -- */

static int open_maps(struct recording *recording, struct err *err)
{
	const struct options *options = recording->set.options;
	int r = 0;

	recording->is_missing = calloc((size_t)options->n_words, sizeof(bool));
	if (!recording->is_missing)
		return err_set(err, -ENOMEM, "out of memory for a recording");
	for (int word = 1; r == 0 && word < options->n_words; word++)
		r = open_word(recording, word, err);
	return r;
}

static int record(struct recording *recording, struct err *err)
{
	int r = open_maps(recording, err);

	recorder_head(&recording->recorder.head, &recording->head,
		      recording->set.options->interval_ns);
	if (r == 0)
		r = recorder_begin(&recording->recorder, err);
	if (r == 0)
		r = record_all(recording, err);
	if (r == 0)
		r = recorder_end(&recording->recorder, err);
	for (int word = 1; recording->is_missing && word < recording->set.options->n_words; word++)
		recording->has_lost |= recording->is_missing[word];
	return r;
}

static void release(struct recording *recording)
{
	recorder_release(&recording->recorder);
	free(recording->subjects);
	free(recording->is_missing);
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
	fprintf(stderr, "bpfmaptop: %s\n", buf_text(&text));
}

int run_record(const struct options *options, struct err *err)
{
	struct recording recording = {
		.set.options = options,
		.recorder.file = {.path = options->words[0],
				  .fd = -1,
				  .max_bytes = options->max_bytes,
				  .max_files = options->max_files,
				  .stops = &stops},
	};
	int r, status = EXIT_DONE;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	recording.recorder.file.waiting_mask = &recording.waiting_mask;
	catch_signals(&recording);
	r = record(&recording, err);
	/* A pipe that nobody reads any more, or that was waited for when we were told to stop. */
	if (r == -EPIPE || (r == -EINTR && stops))
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
