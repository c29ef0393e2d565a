/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Handing out a reading: from the last whole one before it, or from what is decoded already, one
 * difference after the other; then its rows are copied. Each step is about a megabyte of one of these.
 *
 * After a jump the reading before the wanted one is handed out first: what changed, and how fast, is
 * then what it was when the tape was made. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "read/replay_state.h"

struct cursor {
	struct replay *replay;
	struct replay_map *map;
	enum { READ_CHUNK, DECODE_ROWS, COPY_ROWS, IS_DONE } phase;
	uint32_t entry, target;
	struct tape_rows rows;
	size_t max_rows;
};

static void read_entry(struct cursor *cursor, uint32_t entry)
{
	cursor->entry = entry;
	cursor->phase = READ_CHUNK;
	cursor->map->read_fd = replay_file_of(cursor->replay, entry)->fd;
	cursor->map->read_at = replay_entry(cursor->replay, entry)->at;
	tape_reader_begin(&cursor->map->reader, cursor->map->read_at);
}

/* Which one to hand out: the current place's, or first the one before it. */
static uint32_t wanted(const struct replay *replay, const struct replay_map *map)
{
	uint32_t target = replay_target(replay, map), before;

	if (target == REPLAY_NONE || target == map->given_entry)
		return REPLAY_NONE;
	before = replay_entry(replay, target)->previous;
	return before != REPLAY_NONE && before != map->given_entry ? before : target;
}

/* Where decoding has to begin. */
static void start(struct cursor *cursor)
{
	const struct replay_map *map = cursor->map;
	uint32_t entry = cursor->target;

	if (map->now_entry == cursor->target) {
		cursor->phase = COPY_ROWS;
		return;
	}
	while (replay_entry(cursor->replay, entry)->label.tag == TAPE_DIFF &&
	       replay_entry(cursor->replay, entry)->previous != map->now_entry &&
	       replay_entry(cursor->replay, entry)->previous != REPLAY_NONE)
		entry = replay_entry(cursor->replay, entry)->previous;
	read_entry(cursor, entry);
}

int replay_begin(struct source *source, const struct map *map, const struct read_plan *how,
		 struct snap *snap, struct cursor **cursor_ret, struct err *err)
{
	struct replay *replay = replay_of(source);
	struct replay_map *of = replay_map_of(replay, map);
	struct cursor *cursor;
	uint32_t target;

	if (!of)
		return err_set(err, -ENOENT, "map '%s' is not in tape '%s'", map->name,
			       replay->name);
	target = replay->is_file ? wanted(replay, of) : of->now_entry;
	if ((target == REPLAY_NONE || target == of->given_entry) && replay_is_gone(replay, of)) {
		of->is_gone_told = true;
		return err_set(err, -ENOENT,
			       target == REPLAY_NONE && of->given_entry != REPLAY_NONE
				       ? "map '%s' is not there yet, here in the recording"
				       : "map '%s' went here, while it was recorded",
			       map->name);
	}
	if (target == REPLAY_NONE || target == of->given_entry)
		return err_set(err, -EAGAIN, "tape '%s' has no reading of map '%s' here",
			       replay->name, map->name);
	cursor = calloc(1, sizeof(*cursor));
	if (!cursor)
		return err_set(err, -ENOMEM, "out of memory for a reading of '%s'", map->name);
	*cursor = (struct cursor){
		.replay = replay, .map = of, .target = target, .max_rows = how ? how->max_rows : 0};
	start(cursor);
	of->is_lent = true;
	snap_clear(snap, map);
	*cursor_ret = cursor;
	return 0;
}

static int read_chunk(struct cursor *cursor)
{
	struct replay_map *map = cursor->map;
	const struct tape_label *label = &replay_entry(cursor->replay, cursor->entry)->label;
	int r = tape_reader_step(&map->reader, REPLAY_STEP_BYTES);

	if (r == TAPE_AGAIN)
		return STEP_MORE;
	if (r == -EPIPE || r == -ENODATA ||
	    (r == TAPE_CHUNK && memcmp(&map->reader.label, label, sizeof(*label)) != 0))
		return -EBADMSG; /* the file isn't what it was */
	if (r < 0)
		return r;
	cursor->phase = DECODE_ROWS;
	r = replay_decode(cursor->replay, map, &map->reader,
			  map->now->number && map->now_entry != REPLAY_NONE ? map->now : NULL,
			  &cursor->rows);
	return r < 0 ? r : STEP_MORE;
}

static int decode_rows(struct cursor *cursor)
{
	struct replay_map *map = cursor->map;
	int r = tape_rows_step(&cursor->rows, map->fresh,
			       snap_rows_of(map->fresh, REPLAY_STEP_BYTES));

	if (r != 0)
		return r < 0 ? r : STEP_MORE;
	replay_decoded(map, cursor->entry);
	if (cursor->entry == cursor->target)
		cursor->phase = COPY_ROWS;
	else
		read_entry(cursor, replay_entry(cursor->replay, cursor->entry)->next);
	return STEP_MORE;
}

static int copy_rows(struct cursor *cursor, struct snap *snap)
{
	const struct snap *from = cursor->map->now;
	size_t n_wanted = from->n_rows;
	uint64_t number = snap->number;
	int r;

	if (cursor->max_rows && n_wanted > cursor->max_rows)
		n_wanted = cursor->max_rows;
	r = snap_copy_rows(snap, from, n_wanted, snap_rows_of(from, REPLAY_STEP_BYTES));
	if (r != 0)
		return r < 0 ? r : STEP_MORE;
	snap_copy_facts(snap, from);
	snap->number = number;
	if (n_wanted < from->n_rows)
		snap->notes |= SNAP_TRUNCATED;
	cursor->map->given_entry = cursor->target;
	cursor->map->is_ahead = cursor->replay->is_file &&
				replay_target(cursor->replay, cursor->map) != cursor->target;
	cursor->phase = IS_DONE;
	return STEP_DONE;
}

/* What can't be decoded ends the file there. */
static int fail(struct cursor *cursor, int code, struct snap *snap, struct err *err)
{
	struct replay *replay = cursor->replay;
	uint32_t entry = cursor->entry;

	snap->n_rows = 0;
	snap->notes |= SNAP_PARTIAL;
	snap->error = code;
	if (code == -ENOMEM)
		return err_set(err, code, "out of memory for a reading of map '%s'",
			       cursor->map->facts.name);
	if (code != -EBADMSG || !replay->is_file)
		return err_set(err, code, "cannot read tape '%s': %s", replay->name,
			       err_words(code));
	replay_cut(replay, entry);
	return replay_fault(replay, replay_file_of(replay, entry)->name,
			    replay_entry(replay, entry)->at, "a reading can't be had whole", err);
}

/* It was cut off meanwhile, as another map's reading before it is damaged. */
static bool is_cut_off(const struct cursor *cursor)
{
	return cursor->replay->is_file && replay_is_cut(cursor->replay, cursor->target);
}

int replay_step(struct cursor *cursor, struct snap *snap, struct err *err)
{
	int r = STEP_DONE;

	if (is_cut_off(cursor)) {
		snap->n_rows = 0;
		snap->notes |= SNAP_PARTIAL;
		snap->error = -EBADMSG;
		return err_set(err, -EBADMSG, "%s", cursor->replay->fault.text);
	}
	switch (cursor->phase) {
	case READ_CHUNK:
		r = read_chunk(cursor);
		break;
	case DECODE_ROWS:
		r = decode_rows(cursor);
		break;
	case COPY_ROWS:
		r = copy_rows(cursor, snap);
		break;
	case IS_DONE:
		break;
	}
	return r < 0 ? fail(cursor, r, snap, err) : r;
}

void replay_end(struct cursor *cursor, struct snap *snap)
{
	if (!cursor)
		return;
	if (cursor->phase != IS_DONE && !snap->error) {
		snap->notes |= SNAP_PARTIAL;
		snap->error = -ECANCELED;
	}
	cursor->map->is_lent = false;
	free(cursor);
}
