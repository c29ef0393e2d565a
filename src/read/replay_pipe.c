/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A tape from a pipe: chunk after chunk, decoded as they come. A reading that nobody fetched before the
 * next one is whole is passed over, as a screen that is late misses ticks, unless all were asked for; but
 * none is changed while it is being fetched. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/err.h"
#include "base/tidy.h"
#include "read/replay_state.h"

static int over(struct replay *replay, int code)
{
	replay->is_ended = true;
	return code;
}

static int torn(struct replay *replay)
{
	err_set(&replay->fault, -ENODATA,
		"tape '%s' is torn: it ends at byte %llu within a reading; what comes before is "
		"whole",
		replay->name, (unsigned long long)replay->reader.at);
	return over(replay, -ENODATA);
}

static int damaged(struct replay *replay, const char *what, struct err *err)
{
	return replay_fault(replay, replay->name, replay->reader.at, what, err);
}

static int begin_reading(struct replay *replay, struct err *err)
{
	const struct tape_label *label = &replay->reader.label;
	struct replay_map *map;
	int r;

	map = replay_map_at(replay, label->map);
	if (!map)
		return damaged(replay, "a reading of no map", err);
	r = replay_decode(replay, map, &replay->reader, map->now->number ? map->now : NULL,
			  &replay->rows);
	if (r == -EBADMSG)
		return damaged(replay, "a reading makes no sense", err);
	if (r < 0)
		return err_set(err, r, "out of memory for a reading of map '%s'", map->facts.name);
	replay->decoding = map;
	return -EAGAIN;
}

static int take_chunk(struct replay *replay, struct err *err)
{
	const struct tape_reader *reader = &replay->reader;
	struct err why = {0};
	int r = 0;

	switch (reader->label.tag) {
	case TAPE_HEAD:
		r = replay_take_head(replay, reader->body.at, (size_t)reader->label.length, &why);
		break;
	case TAPE_MAP:
		r = replay_add_map(replay, &reader->label, reader->body.at, &why);
		break;
	case TAPE_SNAP:
	case TAPE_DIFF:
		return begin_reading(replay, err);
	case TAPE_GONE:
		if (!replay_map_at(replay, reader->label.map))
			return damaged(replay, "no map went", err);
		replay_map_at(replay, reader->label.map)->is_gone = true;
		break;
	case TAPE_END:
		replay->has_end = true;
		return -EAGAIN;
	}
	if (r == -EBADMSG)
		return damaged(replay, why.text[0] ? why.text : "its facts", err);
	return r < 0 ? err_set(err, r, "out of memory for tape '%s'", replay->name) : -EAGAIN;
}

static int decode_on(struct replay *replay, struct err *err)
{
	struct replay_map *map = replay->decoding;
	int r;

	if (map->is_lent || (replay->keeps_all && map->now_entry != map->given_entry))
		return 0;
	r = tape_rows_step(&replay->rows, map->fresh, snap_rows_of(map->fresh, REPLAY_STEP_BYTES));
	if (r > 0)
		return -EAGAIN;
	replay->decoding = NULL;
	if (r < 0)
		return over(replay, damaged(replay, "a reading makes no sense", err));
	replay_decoded(map, replay->n_came++);
	if (replay->last_tick != replay->reader.label.tick || !replay->n_places)
		replay->n_places++;
	replay->last_tick = replay->reader.label.tick;
	return 1;
}

/* What the tape begins with. -EAGAIN: it is there. */
static int take_magic(struct replay *replay, struct err *err)
{
	ptrdiff_t n = replay->reader.read(replay, replay->magic + replay->n_magic,
					  TAPE_MAGIC_BYTES - replay->n_magic);
	int r;

	if (n == 0 && replay->n_magic)
		err_set(&replay->fault, -EBADMSG, "'%s' is not a tape: it is too short",
			replay->name);
	if (n <= 0)
		return n == -EAGAIN ? 0 : over(replay, n ? (int)n : -ENODATA);
	replay->n_magic += (size_t)n;
	if (replay->n_magic < TAPE_MAGIC_BYTES)
		return -EAGAIN;
	r = tape_magic_check(replay->magic, replay->name, &replay->fault);
	return r < 0 ? over(replay, err_set(err, r, "%s", replay->fault.text)) : -EAGAIN;
}

/* Behind the end nothing stands, unless tapes were joined. */
static int look_behind_end(struct replay *replay)
{
	const struct tape_reader *reader = &replay->reader;
	uint8_t byte;
	ptrdiff_t n = reader->read(replay, &byte, sizeof(byte));

	if (n == -EAGAIN)
		return 0;
	if (n > 0)
		replay_goes_on(replay, replay->name,
			       reader->at + TAPE_LABEL_BYTES + reader->label.length +
				       TAPE_SUM_BYTES,
			       NULL);
	return over(replay, n < 0 ? (int)n : -ENODATA);
}

int replay_pump(struct replay *replay, struct err *err)
{
	int r;

	if (replay->decoding)
		return decode_on(replay, err);
	if (replay->is_ended)
		return -ENODATA;
	if (replay->has_end)
		return look_behind_end(replay);
	if (replay->n_magic < TAPE_MAGIC_BYTES)
		return take_magic(replay, err);
	r = tape_reader_step(&replay->reader, REPLAY_STEP_BYTES);
	switch (r) {
	case TAPE_AGAIN:
		return -EAGAIN;
	case -EAGAIN:
		return 0;
	case TAPE_CHUNK:
		r = take_chunk(replay, err);
		return r == -EAGAIN ? r : over(replay, r);
	case -ENODATA:
		return over(replay, r);
	case -EPIPE:
		return torn(replay);
	case -EBADMSG:
		return over(replay, damaged(replay, "its checksum doesn't fit", err));
	}
	return over(replay,
		    err_set(err, r, "cannot read tape '%s': %s", replay->name, err_words(r)));
}

int replay_await(struct replay *replay, struct err *err)
{
	struct pollfd ready = {.fd = replay->files->fd, .events = POLLIN};
	int r;

	for (;;) {
		r = replay_pump(replay, err);
		if (r == 0 && poll(&ready, 1, -1) < 0)
			return err_set(err, -errno, "waiting for tape '%s' ended: %s", replay->name,
				       err_words(-errno));
		if (r != 0 && r != -EAGAIN)
			return r;
	}
}
