/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "model/map_about.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/map.h"
#include "model/map_text.h"
#include "model/mapflags.h"
#include "model/maptype.h"

/* What processes call themselves, and the paths of pins, can have any bytes in them. */
static void add_users(const char *what, const struct map_users *users, struct buf *out)
{
	SCOPED(buf) text = {0};

	map_users_text(users, true, &text);
	if (text.len)
		buf_addf(out, "  %-10s ", what);
	utf8_tame(out, buf_text(&text), text.len);
	if (text.len)
		buf_addc(out, '\n');
}

static void add_pin(const char *path, struct buf *out)
{
	buf_adds(out, "  pin        ");
	utf8_tame(out, path, strlen(path));
}

/* A line each; what is to be said of there being more stands behind the last. */
static void add_pins(const struct map *map, struct buf *out)
{
	const struct map_users *others = &map->other_pins;

	if (!map->pin && others->is_whole)
		return;
	add_pin(map->pin ? map->pin : "-", out);
	for (size_t i = 0; i < others->n; i++) {
		buf_addc(out, '\n');
		add_pin(others->at[i].name, out);
	}
	buf_adds(out, map->pin && !others->is_whole ? " +?\n" : "\n");
}

static void add_flags(const struct map *map, struct buf *out)
{
	buf_addf(out, "  flags      0x%" PRIx32, map->flags);
	if (map->flags) {
		buf_adds(out, " (");
		mapflags_text(map->flags, out);
		buf_addc(out, ')');
	}
	buf_adds(out, map->is_frozen ? ", frozen\n" : "\n");
	if (map->extra)
		buf_addf(out, "  extra      0x%" PRIx64 "\n", map->extra);
}

/* What max_entries counts is another thing for some types. */
static void add_room(const struct map *map, struct buf *out)
{
	static const struct {
		const char *type, *one, *many;
	} rows[] = {{"ringbuf", "byte", "bytes"},
		    {"user_ringbuf", "byte", "bytes"},
		    {"arena", "page", "pages"},
		    {NULL, "entry", "entries"}};
	size_t i = 0;

	while (rows[i].type && strcmp(rows[i].type, map->type->name) != 0)
		i++;
	buf_addf(out, ", at most %" PRIu32 " %s\n", map->max_entries,
		 num_noun(map->max_entries, rows[i].one, rows[i].many));
}

void map_about(const struct map *map, struct buf *out)
{
	buf_addf(out, "  sizes      key %" PRIu32 " B, value %" PRIu32 " B", map->key_size,
		 map->value_size);
	if (map->type->is_per_cpu)
		buf_addf(out, " on each of %" PRIu32 " CPUs", map->n_cpus);
	add_room(map, out);
	if (map->memory_bytes) {
		buf_adds(out, "  memory     ");
		num_short(out, (double)map->memory_bytes, 1024);
		buf_adds(out, "B\n");
	}
	add_flags(map, out);
	if (map->loaded_ns) {
		buf_adds(out, "  loaded     ");
		clock_rfc3339_s(out, map->loaded_ns);
		buf_addc(out, '\n');
	}
	add_pins(map, out);
	add_users("programs", &map->programs, out);
	add_users("owners", &map->owners, out);
}
