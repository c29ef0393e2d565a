/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps of a tape, and the reading of each that is decoded. A map keeps the bytes of its chunk: every
 * copy of its facts and every plan is made from them anew, by the same checks. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "read/replay_state.h"

enum { BOOT_ID_BYTES = 64 };

static bool is_this_boot(const char *boot)
{
	SCOPED(buf) id = {0};

	if (!*boot || file_read("/proc/sys/kernel/random/boot_id", BOOT_ID_BYTES, &id) < 0)
		return false;
	buf_cut(&id, strcspn(buf_text(&id), "\n"));
	return strcmp(buf_text(&id), boot) == 0;
}

int replay_take_head(struct replay *replay, const void *body, size_t n, struct err *err)
{
	int r;

	tape_head_release(&replay->head);
	r = tape_unpack_head(body, n, &replay->head);
	if (r < 0) {
		replay->head = (struct tape_head){.host = "", .program = "", .boot = ""};
		return r;
	}
	if (replay->head.is_big_endian != (__BYTE_ORDER == __BIG_ENDIAN))
		return err_set(err, -EBADMSG,
			       "it was recorded on a host of the other byte order, '%s'; replay it "
			       "on one like that",
			       replay->head.host);
	replay->is_same_boot = is_this_boot(replay->head.boot);
	return 0;
}

void replay_map_free(struct replay_map *map)
{
	if (!map)
		return;
	map_release(&map->facts);
	buf_release(&map->body);
	tape_reader_release(&map->reader);
	snap_release(&map->snaps[0]);
	snap_release(&map->snaps[1]);
	free(map);
}

static int grow(struct replay *replay)
{
	uint32_t cap = replay->cap_maps ? replay->cap_maps * 2 : 4;
	struct replay_map **maps;

	if (replay->n_maps < replay->cap_maps)
		return 0;
	maps = reallocarray(replay->maps, cap, sizeof(struct replay_map *));
	if (!maps)
		return -ENOMEM;
	replay->maps = maps;
	replay->cap_maps = cap;
	return 0;
}

/* What a connection that was made anew, or a file that follows, has again. */
static bool is_same(const struct map *a, const struct map *b)
{
	return a->id == b->id && a->type == b->type && a->key_size == b->key_size &&
	       a->value_size == b->value_size && a->max_entries == b->max_entries &&
	       a->n_cpus == b->n_cpus && a->btf_id == b->btf_id &&
	       a->btf_key_type_id == b->btf_key_type_id &&
	       a->btf_value_type_id == b->btf_value_type_id;
}

/* The tape's next number means maps[i]. */
static int number(struct replay *replay, uint32_t i)
{
	uint32_t *numbers = reallocarray(replay->numbers, replay->n_numbers + 1, sizeof(*numbers));

	if (!numbers)
		return -ENOMEM;
	replay->numbers = numbers;
	numbers[replay->n_numbers++] = i;
	return 0;
}

struct replay_map *replay_map_at(const struct replay *replay, uint32_t number)
{
	return number < replay->n_numbers ? replay->maps[replay->numbers[number]] : NULL;
}

/* 1: it is one that is here already, 0: it isn't. */
static int take_again(struct replay *replay, const struct replay_map *map, struct err *err)
{
	const struct replay_map *known = replay_map_of(replay, &map->facts);

	if (!known)
		return 0;
	if (!is_same(&known->facts, &map->facts))
		return err_set(err, -EBADMSG,
			       "map '%s' is another one by now, under the same id; open it anew",
			       map->facts.name);
	for (uint32_t i = 0; i < replay->n_maps; i++) {
		if (replay->maps[i] != known)
			continue;
		replay->maps[i]->is_gone = false;
		replay->maps[i]->gone_place = REPLAY_NONE;
		if (number(replay, i) < 0)
			return -ENOMEM;
	}
	return 1;
}

static ptrdiff_t read_map(void *ctx, void *bytes, size_t n)
{
	struct replay_map *map = ctx;

	return replay_pread(map->read_fd, &map->read_at, bytes, n);
}

int replay_add_map(struct replay *replay, const struct tape_label *label, const void *body,
		   struct err *err)
{
	struct replay_map *map;
	int r;

	if (label->map != replay->n_numbers || replay->n_maps == TAPE_MAX_MAPS)
		return err_set(err, -EBADMSG, "its maps are not in order");
	map = calloc(1, sizeof(*map));
	if (!map)
		return -ENOMEM;
	map->replay = replay;
	map->now = &map->snaps[0], map->fresh = &map->snaps[1];
	map->now_entry = map->given_entry = map->last_entry = map->gone_place = REPLAY_NONE;
	map->reader = (struct tape_reader){.read = read_map, .ctx = map};
	buf_add(&map->body, body, (size_t)label->length);
	r = map->body.failed ? -ENOMEM : grow(replay);
	if (r == 0)
		r = tape_unpack_map(body, (size_t)label->length, &map->facts, NULL, err);
	if (r == 0 && (!replay->is_file || replay->file))
		r = take_again(replay, map, err);
	if (r == 0)
		r = number(replay, replay->n_maps);
	if (r != 0) {
		replay_map_free(map);
		return r < 0 ? r : 0;
	}
	replay->maps[replay->n_maps++] = map;
	return 0;
}

struct replay_map *replay_map_of(struct replay *replay, const struct map *facts)
{
	for (uint32_t i = 0; i < replay->n_maps; i++) {
		const struct map *map = &replay->maps[i]->facts;

		if (map->id == facts->id && strcmp(map->name, facts->name) == 0 &&
		    strcmp(map->source, facts->source) == 0)
			return replay->maps[i];
	}
	return NULL;
}

const char *replay_method(struct replay *replay, const char *method)
{
	const char *kept;

	for (unsigned i = 0; i < replay->n_methods; i++)
		if (method && strcmp(replay->methods[i], method) == 0)
			return replay->methods[i];
	if (!method || replay->n_methods == REPLAY_METHODS)
		return "tape";
	kept = arena_strdup(&replay->mem, method);
	if (!kept)
		return "tape";
	replay->methods[replay->n_methods++] = kept;
	return kept;
}

int replay_decode(struct replay *replay, struct replay_map *map, const struct tape_reader *reader,
		  const struct snap *base, struct tape_rows *rows)
{
	SCOPED(arena) mem = {0};
	int r = tape_rows_begin(rows, &reader->label, reader->body.at, base, &map->facts,
				map->fresh, &mem);

	map->fresh->method = replay_method(replay, map->fresh->method);
	return r;
}

void replay_decoded(struct replay_map *map, uint32_t entry)
{
	struct snap *was = map->now;

	map->now = map->fresh;
	map->fresh = was;
	map->now_entry = entry;
}
