/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The index of a tape in files: its labels, one pread each, without the rows. HEAD and MAP chunks are
 * read and checked on the way; a reading's body is checked when it is decoded. A label that is damaged,
 * or about a map that isn't there, ends the file. Bytes at the end that are no whole chunk may become one
 * while the tape is written; until then they are torn. The index goes on from the end of one file to the
 * beginning of the next; only the last one can grow.
 *
 * Invariant: entries of one map are linked both ways in the order of the recording, but for those that
 * were cut off, which keep their room and have no tag; every place has one at least. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "read/replay_state.h"

ptrdiff_t replay_pread(int fd, uint64_t *at, void *bytes, size_t n)
{
	ssize_t done;

	do
		done = pread(fd, bytes, n, (off_t)*at);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	*at += (uint64_t)done;
	return done;
}

int replay_fault(struct replay *replay, const char *name, uint64_t at, const char *what,
		 struct err *err)
{
	err_set(&replay->fault, -EBADMSG,
		"tape '%s' is damaged at byte %llu: %s; what comes before is whole", name,
		(unsigned long long)at, what);
	return err_set(err, -EBADMSG, "%s", replay->fault.text);
}

int replay_goes_on(struct replay *replay, const char *name, uint64_t at, struct err *err)
{
	err_set(&replay->fault, -EBADMSG,
		"'%s' goes on behind its end, at byte %llu, as where two tapes were joined; what "
		"comes before is whole",
		name, (unsigned long long)at);
	return err_set(err, -EBADMSG, "%s", replay->fault.text);
}

/* -- entries and places -- */

static int add_place(struct replay *replay, const struct tape_label *label)
{
	uint32_t n = replay->n_places;

	if (n && replay_place(replay, n - 1)->tick == label->tick) {
		struct replay_place *last = replay_place(replay, n - 1);

		last->time_ns = MAX_OF(last->time_ns, label->time_ns);
		return 0;
	}
	if (pages_reserve(&replay->places, (n + 1) * sizeof(struct replay_place)) < 0)
		return -ENOMEM;
	*replay_place(replay, n) = (struct replay_place){
		.first = replay->n_entries,
		.tick = label->tick,
		.time_ns = label->time_ns,
	};
	replay->n_places++;
	return 0;
}

static int add_entry(struct replay *replay, const struct tape_label *label, uint64_t at)
{
	struct replay_map *map = replay_map_at(replay, label->map);
	uint32_t n = replay->n_entries;

	if (!map)
		return -EBADMSG;
	if (n == REPLAY_NONE - 1 ||
	    pages_reserve(&replay->entries, (n + 1) * sizeof(struct replay_entry)) < 0 ||
	    add_place(replay, label) < 0)
		return -ENOMEM;
	*replay_entry(replay, n) = (struct replay_entry){
		.at = at, .label = *label, .previous = map->last_entry, .next = REPLAY_NONE};
	if (map->last_entry != REPLAY_NONE)
		replay_entry(replay, map->last_entry)->next = n;
	map->last_entry = n;
	replay->n_entries++;
	return 0;
}

/* -- the current place -- */

uint32_t replay_target(const struct replay *replay, const struct replay_map *map)
{
	uint32_t end = replay->n_entries, entry = map->last_entry;

	if (!replay->n_places)
		return REPLAY_NONE;
	if (replay->place + 1 < replay->n_places)
		end = replay_place(replay, replay->place + 1)->first;
	/* Mostly the last one handed out, or the next, is near. */
	if (map->given_entry != REPLAY_NONE && map->given_entry < end) {
		entry = map->given_entry;
		while (replay_entry(replay, entry)->next < end)
			entry = replay_entry(replay, entry)->next;
		return entry;
	}
	while (entry != REPLAY_NONE && entry >= end)
		entry = replay_entry(replay, entry)->previous;
	return entry;
}

/* Also where it isn't there yet, for who saw it later. */
bool replay_is_gone(const struct replay *replay, const struct replay_map *map)
{
	if (!replay->is_file)
		return map->is_gone;
	return replay->place >= map->gone_place ||
	       (map->given_entry != REPLAY_NONE && replay_target(replay, map) == REPLAY_NONE);
}

/* From the next place on, or from this one where another map was read after it. */
static int take_gone(struct replay *replay, const struct tape_label *label)
{
	struct replay_map *map = replay_map_at(replay, label->map);
	uint32_t n = replay->n_places;

	if (!map)
		return -EBADMSG;
	if (n && replay_place(replay, n - 1)->tick == label->tick)
		n--;
	map->gone_place = n;
	return 0;
}

/* -- the file -- */

struct place_in_file {
	int fd;
	uint64_t at;
};

static ptrdiff_t read_on(void *ctx, void *bytes, size_t n)
{
	struct place_in_file *file = ctx;

	return replay_pread(file->fd, &file->at, bytes, n);
}

int replay_read_facts(int fd, uint64_t at, const struct tape_label *label,
		      struct tape_reader *reader)
{
	struct place_in_file file = {.fd = fd, .at = at};
	int r;

	if (label->length > TAPE_MAX_FACT_BYTES)
		return -EBADMSG;
	reader->read = read_on;
	reader->ctx = &file;
	tape_reader_begin(reader, at);
	do
		r = tape_reader_step(reader, REPLAY_STEP_BYTES);
	while (r == TAPE_AGAIN);
	return MIN_OF(r, 0);
}

/* All but readings, which are read once they are wanted: whole, now. */
static int take_facts(struct replay *replay, uint64_t at, const struct tape_label *label,
		      struct err *err)
{
	SCOPED(tape_reader) reader = {0};
	int r = replay_read_facts(replay->files[replay->file].fd, at, label, &reader);

	if (r < 0)
		return r;
	switch (label->tag) {
	case TAPE_HEAD:
		return replay->file ? 0
				    : replay_take_head(replay, reader.body.at,
						       (size_t)label->length, err);
	case TAPE_MAP:
		return replay_add_map(replay, label, reader.body.at, err);
	case TAPE_GONE:
		return take_gone(replay, label);
	case TAPE_END:
		replay->is_ended = true;
		break;
	}
	return 0;
}

static int take_label(struct replay *replay, uint64_t at, const struct tape_label *label,
		      struct err *err)
{
	switch (label->tag) {
	case TAPE_HEAD:
	case TAPE_MAP:
	case TAPE_GONE:
	case TAPE_END:
		return take_facts(replay, at, label, err);
	case TAPE_SNAP:
	case TAPE_DIFF:
		return add_entry(replay, label, at);
	}
	return 0;
}

/* The chunk at indexed_bytes, if it is there whole. 1: taken, 0: isn't there. */
static int look_at_one(struct replay *replay, uint64_t size, struct err *err)
{
	uint8_t bytes[TAPE_LABEL_BYTES];
	uint64_t at = replay->indexed_bytes, from = at, all;
	struct tape_label label;
	ptrdiff_t n;
	int r;

	if (size < at + TAPE_LABEL_BYTES)
		return 0;
	n = replay_pread(replay->files[replay->file].fd, &from, bytes, sizeof(bytes));
	if (n < TAPE_LABEL_BYTES)
		return n < 0 ? (int)n : 0;
	r = tape_label_read(bytes, &label);
	if (r < 0)
		return r;
	all = TAPE_LABEL_BYTES + label.length + TAPE_SUM_BYTES;
	if (size - at < all)
		return 0;
	r = take_label(replay, at, &label, err);
	if (r == 0)
		replay->indexed_bytes = at + all;
	return r < 0 ? r : 1;
}

/* What isn't in the index yet of the file that is looked at. */
static int look_in_file(struct replay *replay)
{
	const struct replay_file *file = &replay->files[replay->file];
	struct err why = {0};
	struct stat stat;
	int r = 1;

	if (fstat(file->fd, &stat) < 0)
		return -errno;
	while (r > 0 && !replay->is_ended)
		r = look_at_one(replay, (uint64_t)stat.st_size, &why);
	replay->n_torn = 0;
	if (r == -EBADMSG) {
		replay_fault(replay, file->name, replay->indexed_bytes,
			     why.text[0] ? why.text : "its checksum doesn't fit", NULL);
		replay->is_ended = true;
		return 0;
	}
	if ((uint64_t)stat.st_size <= replay->indexed_bytes)
		return MIN_OF(r, 0);
	if (!replay->is_ended)
		replay->n_torn = (uint64_t)stat.st_size - replay->indexed_bytes;
	else if (!replay->fault.text[0])
		replay_goes_on(replay, file->name, replay->indexed_bytes, NULL);
	return r < 0 ? r : 0;
}

/* What is missing between this file and the next: nothing, where it was ended in order. */
static void note_gap(struct replay *replay)
{
	const struct replay_file *file = &replay->files[replay->file];
	uint32_t n_missing = file[1].number - file->number - 1;

	if (replay->fault.text[0])
		return;
	if (!replay->is_ended)
		err_set(&replay->fault, -EBADMSG,
			"tape '%s' is torn at byte %llu; what comes before is whole, and so are "
			"the "
			"files that follow",
			file->name, (unsigned long long)replay->indexed_bytes);
	else if (n_missing)
		err_set(&replay->fault, -ENODATA,
			"between tapes '%s' and '%s' %u %s of the recording %s missing", file->name,
			file[1].name, n_missing, num_noun(n_missing, "file", "files"),
			num_noun(n_missing, "is", "are"));
}

static bool begin_next_file(struct replay *replay)
{
	if (replay->file + 1 == replay->n_files)
		return false;
	note_gap(replay);
	replay->files[++replay->file].first = replay->n_entries;
	replay->indexed_bytes = TAPE_MAGIC_BYTES;
	replay->n_numbers = 0;
	replay->is_ended = false;
	return true;
}

int replay_look(struct replay *replay)
{
	int r;

	replay->looked_ns = clock_now_ns();
	do
		r = look_in_file(replay);
	while (r == 0 && begin_next_file(replay));
	return r;
}
