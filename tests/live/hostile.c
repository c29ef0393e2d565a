/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* hostile FILE bad|empty|both: a tape of three readings of maps whose names, keys and values are as bad as they can be:
 * `"bad\n,` with fields whose names are quotes, line ends, escapes and no UTF-8, and fall together where a
 * format has a smaller alphabet; numbers at both ends, NaN and infinities; and an empty one. */
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../unit/tape_make.h"

#include "model/maptype.h"

enum { N_ROWS = 6, N_READINGS = 3, BAD = 1, EMPTY = 2 };
#define SECOND_NS 1000000000ull

struct key {
	char text[12];
	uint32_t number;
};

struct value {
	uint64_t most, counter;
	int64_t least;
	double real;
	char text[16];
	uint32_t choice;
	uint8_t bytes[4];
	unsigned __int128 wide;
};

static const char *const texts[N_ROWS] = {"plain",
					  "q\"\\\n{}=,\xff",
					  "\x1b[2J\x7f",
					  "=1+1,\r\n",
					  ("\xe2\x80\xae"
					   "bidi"),
					  "\xed\xa0\x80\xf4\x90"};
static const double reals[N_ROWS] = {NAN,  INFINITY, -INFINITY,
				     -0.0, 5e-324,   1.7976931348623157e308};
static const struct enum_name choices[] = {{"A\"\n,=", 0}, {"B", 1}};

#define FIELD(in_struct, member, field_kind, called)                                               \
	{                                                                                          \
		.name = (called), .type = "bad \"type\"\n", .kind = (field_kind),                  \
		.offset = offsetof(struct in_struct, member),                                      \
		.size = sizeof(((struct in_struct *)0)->member)                                    \
	}

static const struct field key_fields[] = {
	FIELD(key, text, FIELD_TEXT, "a\"b\\\n"),
	FIELD(key, number, FIELD_UINT, "a b"),
};
static const struct field value_fields[] = {
	FIELD(value, most, FIELD_UINT, "le\"ss\n"), FIELD(value, counter, FIELD_UINT, "le,ss"),
	FIELD(value, least, FIELD_INT, "le\xffss"), FIELD(value, real, FIELD_REAL, "__name__"),
	FIELD(value, text, FIELD_TEXT, "map"),	    FIELD(value, choice, FIELD_ENUM, "\x1b[1m"),
	FIELD(value, bytes, FIELD_BYTES, "id"),	    FIELD(value, wide, FIELD_UINT, "field"),
};

static int make_plan(struct plan *plan)
{
	int r = 0;

	plan_begin(plan, sizeof(struct key), sizeof(struct value), "sim");
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(key_fields); i++)
		r = plan_add(plan, false, &key_fields[i], NULL);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(value_fields); i++) {
		struct field field = value_fields[i];

		if (field.kind == FIELD_ENUM) {
			field.names = choices;
			field.n_names = ARRAY_LEN(choices);
		}
		r = plan_add(plan, true, &field, NULL);
	}
	return r == 0 ? plan_finish(plan, NULL) : r;
}

static int make_table(struct table *table, const char *name, uint32_t id)
{
	struct map map = {.id = id,
			  .name = name,
			  .type = maptype_named("lru_hash"),
			  .key_size = sizeof(struct key),
			  .value_size = sizeof(struct value),
			  .max_entries = 100,
			  .n_cpus = 1,
			  .source = "sim"};
	struct plan plan = {0};
	int r = make_plan(&plan);

	return r < 0 ? r : table_init(table, &map, &plan);
}

static int fill(struct snap *snap, const struct map *map, unsigned reading)
{
	int r = 0;

	snap_clear(snap, map);
	snap->method = "bad\"method\n";
	snap->ended_ns = (1000 + reading) * SECOND_NS;
	snap->started_ns = snap->ended_ns - SECOND_NS / 1000;
	snap->wall_ns = 1795269600 * SECOND_NS + reading * SECOND_NS;
	for (uint32_t i = 0; r == 0 && map->id == 1 && i < N_ROWS; i++) {
		struct key key = {.number = i};
		struct value value = {.most = UINT64_MAX,
				      .counter = reading * i,
				      .least = INT64_MIN,
				      .real = reals[i],
				      .choice = i,
				      .bytes = {0, 10, 34, 255},
				      .wide = ~(unsigned __int128)0};

		memcpy(key.text, texts[i], strlen(texts[i]));
		memcpy(value.text, texts[i], strlen(texts[i]));
		r = snap_add(snap, &key, &value);
	}
	return r;
}

static int write_maps(struct tape_make *make, struct table *tables, unsigned which)
{
	uint32_t n = 0;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < 2; i++)
		if (which & (1U << i))
			r = tape_make_map(make, n++, &tables[i]);
	for (unsigned k = 1; r == 0 && k <= N_READINGS; k++) {
		n = 0;
		for (uint32_t i = 0; r == 0 && i < 2; i++) {
			if (!(which & (1U << i)))
				continue;
			r = fill(tables[i].next, &tables[i].map, k);
			if (r == 0)
				r = tape_make_snap(make, n++, k, tables[i].next, false);
		}
	}
	return r;
}

static int write_tape(const char *path, unsigned which)
{
	static const struct tape_head head = {
		.host = "\"host\"\n", .program = "hostile", .boot = "", .interval_ns = SECOND_NS};
	struct table tables[2] = {0};
	struct tape_make make;
	int r = make_table(&tables[0], "\"bad\n,\xff", 1);

	if (r == 0)
		r = make_table(&tables[1], "empty'`$\\", 2);
	if (r == 0)
		r = tape_make_begin(&make, path, &head);
	if (r == 0)
		r = write_maps(&make, tables, which);
	tape_make_end(&make, true);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		table_release(&tables[i]);
	return r;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"", "bad", "empty", "both"};
	int r = -EINVAL;

	for (unsigned i = BAD; argc == 3 && i <= (BAD | EMPTY); i++)
		if (strcmp(names[i], argv[2]) == 0)
			r = write_tape(argv[1], i);
	if (r < 0)
		fprintf(stderr, "hostile: %s\n", err_words(r));
	return r < 0;
}
