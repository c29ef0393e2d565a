/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reading that can't be decoded ends its file, and the next file goes on. What is cut off are the entries from
 * that one up to the first of the next file: they leave the links and the places, so that who goes from place to
 * place meets none of them, and stay where they are, so that numbers of the others stay good. */
#include <string.h>

#include "base/tidy.h"
#include "read/replay_state.h"

static uint32_t file_at(const struct replay *replay, uint32_t entry)
{
	uint32_t i = replay->file;

	while (i && replay->files[i].first > entry)
		i--;
	return i;
}

const struct replay_file *replay_file_of(const struct replay *replay, uint32_t entry)
{
	return &replay->files[file_at(replay, entry)];
}

/* What was handed out isn't again, unless it was so for the sake of one that is cut off; now it is the last,
 * as before is. */
static void give_up(struct replay_map *map, uint32_t from, uint32_t to, uint32_t before)
{
	if (map->given_entry == REPLAY_NONE || map->given_entry >= to)
		return;
	if (map->given_entry >= from)
		map->given_entry = before;
	else if (map->is_ahead && map->given_entry == before)
		map->given_entry = REPLAY_NONE;
}

static void cut_map(struct replay *replay, struct replay_map *map, uint32_t from, uint32_t to)
{
	uint32_t before = map->last_entry, behind = REPLAY_NONE;

	for (; before != REPLAY_NONE && before >= to;
	     before = replay_entry(replay, before)->previous)
		behind = before;
	while (before != REPLAY_NONE && before >= from)
		before = replay_entry(replay, before)->previous;
	if (before != REPLAY_NONE)
		replay_entry(replay, before)->next = behind;
	if (behind != REPLAY_NONE)
		replay_entry(replay, behind)->previous = before;
	else
		map->last_entry = before;
	if (map->now_entry != REPLAY_NONE && map->now_entry >= from && map->now_entry < to)
		map->now_entry = REPLAY_NONE;
	give_up(map, from, to, before);
}

/* Where a place is once those from n_before on that began before n_left are gone. */
static uint32_t moved(uint32_t place, uint32_t n_before, uint32_t n_left)
{
	if (place >= n_left)
		return place - (n_left - n_before);
	return MIN_OF(place, n_before);
}

/* The first place that begins at that entry or behind it. */
static uint32_t place_from(const struct replay *replay, uint32_t entry)
{
	uint32_t i = replay->n_places;

	while (i && replay_place(replay, i - 1)->first >= entry)
		i--;
	return i;
}

static void cut_places(struct replay *replay, uint32_t from, uint32_t to)
{
	uint32_t n_before = place_from(replay, from), n_left = place_from(replay, to);
	uint32_t end =
		n_left < replay->n_places ? replay_place(replay, n_left)->first : replay->n_entries;

	/* The last of them may go on in the next file. */
	if (n_left > n_before && end > to)
		replay_place(replay, --n_left)->first = to;
	for (uint32_t i = 0; i < replay->n_maps; i++)
		if (replay->maps[i]->gone_place != REPLAY_NONE)
			replay->maps[i]->gone_place =
				moved(replay->maps[i]->gone_place, n_before, n_left);
	/* Whoever is at one of them is at the one before. */
	if (replay->place >= n_left)
		replay->place -= n_left - n_before;
	else if (replay->place >= n_before)
		replay->place = n_before ? n_before - 1 : 0;
	memmove(replay_place(replay, n_before), replay_place(replay, n_left),
		(replay->n_places - n_left) * sizeof(struct replay_place));
	replay->n_places -= n_left - n_before;
}

void replay_cut(struct replay *replay, uint32_t entry)
{
	uint32_t file = file_at(replay, entry);
	bool is_last = file == replay->file;
	uint32_t end = is_last ? replay->n_entries : replay->files[file + 1].first;

	for (uint32_t i = 0; i < replay->n_maps; i++)
		cut_map(replay, replay->maps[i], entry, end);
	cut_places(replay, entry, end);
	for (uint32_t i = entry; i < end; i++)
		replay_entry(replay, i)->label.tag = 0;
	replay->is_ended |= is_last;
}

bool replay_is_cut(const struct replay *replay, uint32_t entry)
{
	return !replay_entry(replay, entry)->label.tag;
}
