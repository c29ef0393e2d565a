/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* record: readings into a tape, as they come out of the kernel. No table is kept: two readings of each map
 * take turns, so that each is written as what differs from the one before. Every FULL_EVERY readings,
 * and where it isn't worth the trouble, one is written whole. */
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
#include "app/tape_file.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/num.h"
#include "base/tidy.h"
#include "read/replay.h"

enum {
	FULL_EVERY = 60,
	BOOT_ID_BYTES = 64,
	PIN_READINGS =
		5, /* for which a pin that leads nowhere is looked at again: its owner restarts */
};

/* A map on its way to the tape. */
struct track {
	struct watch *watch; /* borrowed: its source, facts and plan */
	struct snap snaps[2];
	struct snap *last, *next;
	uint64_t number;     /* of `last` in this file; 0: none is in it yet */
	uint64_t since_full; /* readings since one was written whole */
	uint32_t place;	     /* of its MAP in each file, and of its watch in the set */
	unsigned n_astray;   /* readings for which its pin led nowhere */
	bool is_lost;	     /* not asked any more */
	bool is_replaced;    /* its pin leads elsewhere, or nowhere */
};

struct recorder {
	struct watch_set set;
	struct tape_file file;
	struct tape_chunk chunk;
	struct track **tracks; /* owned; one a watch */
	size_t n_tracks;
	uint64_t tick, n_readings, n_missed;
	sigset_t waiting_mask;
};

static volatile sig_atomic_t stops;

static void on_stop(int number)
{
	(void)number;
	stops = 1;
}

/* Signals come while we wait, never in the midst of a chunk. */
static void catch_signals(struct recorder *recorder)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction stop = {.sa_handler = on_stop};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		sigaddset(&blocked, numbers[i]);
		sigaction(numbers[i], &stop, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &recorder->waiting_mask);
}

static void wait_until(const struct recorder *recorder, uint64_t at_ns)
{
	uint64_t now;

	while (!stops && (now = clock_now_ns()) < at_ns) {
		struct timespec left = {.tv_sec = (time_t)((at_ns - now) / 1000000000),
					.tv_nsec = (long)((at_ns - now) % 1000000000)};

		ppoll(NULL, 0, &left, &recorder->waiting_mask);
	}
}

/* -- the beginning of each file -- */

static int put(struct recorder *recorder, int packed, struct err *err)
{
	if (packed < 0)
		return err_set(err, packed, "out of memory for the tape");
	return tape_file_put(&recorder->file, &recorder->chunk, err);
}

static int put_head(struct recorder *recorder, struct err *err)
{
	char host[65] = "";
	SCOPED(buf) boot = {0};
	struct tape_head head = {
		.host = host,
		.program = "bpfmaptop " VERSION,
		.is_big_endian = __BYTE_ORDER == __BIG_ENDIAN,
		.interval_ns = recorder->set.options->interval_ns,
		.wall_ns = clock_wall_ns(),
		.boot_ns = clock_boot_ns(),
	};

	if (gethostname(host, sizeof(host) - 1) < 0)
		host[0] = '\0';
	if (file_read("/proc/sys/kernel/random/boot_id", BOOT_ID_BYTES, &boot) == 0)
		buf_cut(&boot, strcspn(buf_text(&boot), "\n"));
	head.boot = buf_text(&boot);
	return put(recorder, tape_pack_head(&recorder->chunk, &head), err);
}

static int begin_map(struct recorder *recorder, struct track *track, struct err *err)
{
	const struct table *table = &track->watch->table;

	track->number = track->since_full = 0;
	return put(recorder,
		   tape_pack_map(&recorder->chunk, track->place, &table->map, &table->plan), err);
}

static int begin_file(struct recorder *recorder, struct err *err)
{
	int r = put_head(recorder, err);

	for (size_t i = 0; r == 0 && i < recorder->n_tracks; i++)
		r = begin_map(recorder, recorder->tracks[i], err);
	return r;
}

static int end_file(struct recorder *recorder, struct err *err)
{
	return put(recorder, tape_pack_end(&recorder->chunk, recorder->tick), err);
}

/* -- readings -- */

static int pack(struct recorder *recorder, struct track *track)
{
	bool is_full = !track->number || track->since_full >= FULL_EVERY;

	track->next->number = track->number + 1;
	return tape_pack_snap(&recorder->chunk, track->place, recorder->tick, track->next,
			      is_full ? NULL : track->last);
}

static int write_reading(struct recorder *recorder, struct track *track, struct err *err)
{
	struct snap *was = track->last;
	int r = pack(recorder, track);

	if (r == 0 && recorder->n_readings &&
	    tape_file_is_full(&recorder->file, &recorder->chunk)) {
		r = end_file(recorder, err);
		if (r == 0)
			r = tape_file_rotate(&recorder->file, err);
		if (r == 0)
			r = begin_file(recorder, err);
		if (r < 0)
			return r;
		r = pack(recorder, track);
	}
	r = put(recorder, r, err);
	if (r < 0)
		return r;
	track->since_full = recorder->chunk.label.tag == TAPE_SNAP ? 1 : track->since_full + 1;
	track->number++;
	track->last = track->next;
	track->next = was;
	recorder->n_readings++;
	return 0;
}

/* A reading that failed without a row is none; a map that went is not asked again. */
static int record_one(struct recorder *recorder, struct track *track, struct err *err)
{
	struct watch *watch = track->watch;
	struct snap *next = track->next;
	struct err why = {0};
	int r = source_read(watch->source, &watch->table.map, &watch->how, next, &why);

	if (r < 0 && next->n_rows == 0) {
		log_add(LOG_WARN, "%s", why.text);
		if (err)
			*err = why;
		track->is_replaced = r == -ESTALE || (r == -ENOENT && watch->table.map.follows_pin);
		track->is_lost = r == -ENOENT || r == -ESTALE || r == -EOPNOTSUPP;
		return track->is_lost ? 0 : r == -ENOMEM ? r : 0;
	}
	next->n_missed = recorder->n_missed;
	if (recorder->n_missed)
		next->notes |= SNAP_SLOW;
	return write_reading(recorder, track, err);
}

/* Maps that went, and nothing took their place. */
static bool has_lost(const struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->n_tracks; i++)
		if (recorder->tracks[i]->is_lost && !recorder->tracks[i]->is_replaced)
			return true;
	return false;
}

static size_t n_alive(const struct recorder *recorder)
{
	size_t n = 0;

	for (size_t i = 0; i < recorder->n_tracks; i++)
		n += !recorder->tracks[i]->is_lost;
	return n;
}

/* Tracks for maps that were opened since. */
static int add_tracks(struct recorder *recorder, struct err *err)
{
	while (recorder->n_tracks < recorder->set.n) {
		struct track **grown =
			reallocarray(recorder->tracks, recorder->set.n, sizeof(*grown));
		struct track *track = grown ? calloc(1, sizeof(*track)) : NULL;

		recorder->tracks = grown ? grown : recorder->tracks;
		if (!track)
			return err_set(err, -ENOMEM, "out of memory for a recording");
		track->place = (uint32_t)recorder->n_tracks;
		track->watch = recorder->set.watches[track->place];
		track->last = &track->snaps[0], track->next = &track->snaps[1];
		recorder->tracks[recorder->n_tracks++] = track;
		if (source_is_tape(track->watch->source))
			return err_set(err, -EINVAL,
				       "map '%s' is from a tape already; copy the tape instead",
				       track->watch->table.map.name);
	}
	return 0;
}

/* The pin leads to another map now: its readings follow in the same tape. */
static int follow(struct recorder *recorder, struct track *old, struct err *err)
{
	size_t n_before = recorder->n_tracks;
	struct err why = {0};
	int r;

	r = recorder->n_tracks < TAPE_MAX_MAPS
		    ? watch_set_open(&recorder->set, old->watch->table.map.pin, &why)
		    : -ENOSPC;
	if (r < 0 || recorder->set.n == n_before) {
		old->is_lost = ++old->n_astray >= PIN_READINGS;
		old->is_replaced = false;
		return 0;
	}
	if (err)
		*err = (struct err){0};
	r = add_tracks(recorder, err);
	for (size_t i = n_before; r == 0 && i < recorder->n_tracks; i++) {
		r = begin_map(recorder, recorder->tracks[i], err);
		if (r == 0)
			r = record_one(recorder, recorder->tracks[i], err);
	}
	return r;
}

/* One reading of each map. */
static int record_tick(struct recorder *recorder, struct err *err)
{
	size_t n = recorder->n_tracks;
	int r = 0;

	recorder->tick++;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct track *track = recorder->tracks[i];

		if (track->is_lost)
			continue;
		r = record_one(recorder, track, err);
		if (r == 0 && track->is_replaced)
			r = follow(recorder, track, err);
	}
	recorder->n_missed = 0;
	return r;
}

static int record_all(struct recorder *recorder, struct err *err)
{
	const struct options *options = recorder->set.options;
	uint64_t began_ns = clock_now_ns(), due_ns = began_ns, end_ns = UINT64_MAX, now;
	int r = 0;

	if (options->duration_ns)
		end_ns = began_ns + options->duration_ns;
	while (r == 0 && !stops) {
		r = record_tick(recorder, err);
		if (r < 0 || !n_alive(recorder) ||
		    (options->n_readings && recorder->tick >= options->n_readings))
			break;
		now = clock_now_ns();
		for (due_ns += options->interval_ns; due_ns + options->interval_ns < now;
		     due_ns += options->interval_ns)
			recorder->n_missed++;
		if (due_ns > end_ns) {
			wait_until(recorder, end_ns);
			break;
		}
		wait_until(recorder, due_ns);
	}
	return r;
}

/* -- the command -- */

static int open_maps(struct recorder *recorder, struct err *err)
{
	const struct options *options = recorder->set.options;
	int r = 0;

	for (int i = 1; r == 0 && i < options->n_words; i++)
		r = watch_set_open(&recorder->set, options->words[i], err);
	return r < 0 ? r : add_tracks(recorder, err);
}

static int record(struct recorder *recorder, struct err *err)
{
	int r = open_maps(recorder, err);

	if (r == 0)
		r = tape_file_open(&recorder->file, err);
	if (r == 0)
		r = begin_file(recorder, err);
	if (r == 0)
		r = record_all(recorder, err);
	if (r == 0)
		r = end_file(recorder, err);
	return r;
}

static void release(struct recorder *recorder)
{
	tape_file_close(&recorder->file, recorder->n_readings > 0);
	for (size_t i = 0; i < recorder->n_tracks; i++) {
		snap_release(&recorder->tracks[i]->snaps[0]);
		snap_release(&recorder->tracks[i]->snaps[1]);
		free(recorder->tracks[i]);
	}
	free(recorder->tracks);
	tape_chunk_release(&recorder->chunk);
	watch_set_release(&recorder->set);
}

/* A summary for a person; a pipe's reader knows. */
static void tell(const struct recorder *recorder)
{
	SCOPED(buf) text = {0};

	if (strcmp(recorder->file.path, "-") == 0 || !isatty(STDERR_FILENO))
		return;
	num_short(&text, (double)recorder->file.n_bytes, 1024);
	fprintf(stderr, "bpfmaptop: %llu readings recorded in '%s', %sB\n",
		(unsigned long long)recorder->n_readings, recorder->file.path, buf_text(&text));
}

int run_record(const struct options *options, struct err *err)
{
	struct recorder recorder = {
		.set.options = options,
		.file = {.path = options->words[0],
			 .fd = -1,
			 .max_bytes = options->max_bytes,
			 .max_files = options->max_files,
			 .stops = &stops},
	};
	int r, status = EXIT_DONE;

	if (options->is_verbose)
		log_to_stderr(LOG_DEBUG);
	recorder.file.waiting_mask = &recorder.waiting_mask;
	catch_signals(&recorder);
	r = record(&recorder, err);
	/* A pipe that nobody reads any more, or that was waited for when we were told to stop. */
	if (r == -EPIPE || (r == -EINTR && stops))
		r = 0;
	if (r < 0)
		status = r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	else if (has_lost(&recorder))
		status = recorder.n_readings ? EXIT_PARTLY : EXIT_FAILED;
	if (recorder.n_readings)
		tell(&recorder);
	release(&recorder);
	return status;
}
