/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "model/map_text.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "model/map.h"

void map_memory_text(const struct map *map, struct buf *out)
{
	if (map->memory_bytes)
		num_short(out, (double)map->memory_bytes, 1024);
	else
		buf_addc(out, '-');
}

void map_age_text(const struct map *map, struct buf *out)
{
	uint64_t now_ns = clock_wall_ns();

	/* Loaded ahead of now: the clock was set back since, and nothing is left to count from. */
	if (map->loaded_ns && map->loaded_ns <= now_ns)
		num_duration(out, (double)(now_ns - map->loaded_ns));
	else
		buf_addc(out, '-');
}

/* So many are shown; what is to be said of the rest. */
static void add_doubt(const struct map_users *users, size_t n_shown, struct buf *out)
{
	if (!users->is_whole)
		buf_adds(out, n_shown ? " +?" : "-");
}

void map_pin_text(const struct map *map, struct buf *out)
{
	buf_adds(out, map->pin ? map->pin : "");
	if (map->other_pins.n)
		buf_addf(out, " +%zu", map->other_pins.n);
	add_doubt(&map->other_pins, (map->pin != NULL) + map->other_pins.n, out);
}

void map_users_text(const struct map_users *users, bool with_ids, struct buf *out)
{
	for (size_t i = 0; i < users->n; i++) {
		const struct map_user *user = &users->at[i];

		buf_addf(out, "%s%s",
			 i == 0	    ? ""
			 : with_ids ? " "
				    : ",",
			 user->name ? user->name : "?");
		if (with_ids)
			buf_addf(out, "(%" PRIu32 ")", user->id);
	}
	add_doubt(users, users->n, out);
}
