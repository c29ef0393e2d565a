/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps of any type with any layout, and readings of them: keys that come and go, counters that run and
 * are reset, bytes that mean nothing. Seeded. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "model/snap.h"

enum { ANY_KEYS = 48, ANY_MAX_BYTES = 64, ANY_DEPTH = 4 };

struct any_map {
	uint64_t random;
	const struct map *map;	 /* the table's own */
	struct snap rows;	 /* of the last reading */
	uint64_t keys[ANY_KEYS]; /* seeds of the keys there can be */
};

static inline uint64_t any_lot(uint64_t *random, uint64_t n)
{
	return num_random(random) % n;
}

/* -- the layout -- */

static inline const char *any_name(uint64_t *random, unsigned i, char *out, size_t size)
{
	static const char *const names[] = {
		"packets",
		"bytes",
		"saddr",
		"daddr",
		"sport",
		"proto",
		"ifindex",
		"pid",
		"comm",
		"mac",
		"last_seen_ns",
		"latency_ns",
		"hist",
		"cgroup_id",
		"flags",
		"x",
		"\u6f22\u5b57",
		"\u00e9t\u00e9",
		"a_name_that_goes_on_and_on_for_longer_than_any_column_of_a_screen_can_be"};

	snprintf(out, size, "%s%u", names[any_lot(random, ARRAY_LEN(names))], i);
	return out;
}

/* A leaf of at most so many bytes. */
static inline struct field any_leaf(uint64_t *random, uint32_t budget)
{
	static const struct enum_name verdicts[] = {
		{"PASS", 0}, {"DROP", 1}, {"\u6f22", 2}, {"A_LONG_NAME_OF_A_VERDICT", -1}};
	static const struct {
		enum field_kind kind;
		uint32_t least, most; /* a power of two between them */
	} kinds[] = {{FIELD_UINT, 1, 16},  {FIELD_UINT, 4, 8},	  {FIELD_INT, 1, 16},
		     {FIELD_BOOL, 1, 1},   {FIELD_CHAR, 1, 1},	  {FIELD_ENUM, 1, 8},
		     {FIELD_REAL, 4, 8},   {FIELD_POINTER, 8, 8}, {FIELD_TEXT, 1, 16},
		     {FIELD_BYTES, 1, 16}, {FIELD_SPECIAL, 4, 16}};
	size_t i = any_lot(random, ARRAY_LEN(kinds));
	struct field field = {.kind = kinds[i].kind, .type = "any", .size = kinds[i].least};

	while (field.size * 2 <= MIN_OF(kinds[i].most, budget) && any_lot(random, 2))
		field.size *= 2;
	if (field.size > budget)
		field = (struct field){.kind = FIELD_UINT, .type = "any", .size = 1};
	if (field.kind == FIELD_ENUM) {
		field.names = verdicts;
		field.n_names = ARRAY_LEN(verdicts);
		field.is_signed = any_lot(random, 2);
	}
	if (field.kind == FIELD_UINT && any_lot(random, 6) == 0) {
		field.is_bitfield = true;
		field.size = 1;
		field.bit_shift = (uint8_t)any_lot(random, 4);
		field.bit_size = (uint8_t)(1 + any_lot(random, 4));
	}
	return field;
}

/* Any format that fits it, now and then. */
static inline const struct format *any_format(uint64_t *random, const struct field *field)
{
	const struct format *format;
	unsigned n = 0;

	if (any_lot(random, 3))
		return NULL;
	while (format_at(n))
		n++;
	format = format_at((unsigned)any_lot(random, n));
	return format->fits && format->fits(field) ? format : NULL;
}

static inline void any_add(struct plan *plan, bool in_value, const struct field *field)
{
	struct err err = {0};

	if (plan_add(plan, in_value, field, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void any_fields(uint64_t *random, struct plan *plan, bool in_value, uint32_t at,
			      uint32_t budget, unsigned depth);

/* A struct, union or array of exactly so many bytes, and what is in it. */
static inline void any_container(uint64_t *random, struct plan *plan, bool in_value,
				 struct field field, unsigned depth)
{
	uint32_t size = field.size;
	struct err err = {0};

	if (field.kind == FIELD_ARRAY) {
		field.stride = any_lot(random, 2) ? 8 : (uint32_t)any_lot(random, 4) + 1;
		field.stride = MIN_OF(field.stride, size);
		field.count = size / field.stride;
	}
	any_add(plan, in_value, &field);
	if (field.kind == FIELD_ARRAY && any_lot(random, 2)) {
		struct field element = any_leaf(random, field.stride);

		element.name = "";
		any_add(plan, in_value, &element);
	} else if (field.kind == FIELD_ARRAY) {
		struct field element = {.name = "",
					.type = "struct any",
					.kind = FIELD_STRUCT,
					.size = field.stride};

		any_add(plan, in_value, &element);
		any_fields(random, plan, in_value, 0, field.stride, depth + 1);
		if (plan_close(plan, &err) < 0)
			fail_msg("%s", err.text);
	} else {
		any_fields(random, plan, in_value, field.offset, size, depth + 1);
		if (field.kind == FIELD_UNION)
			any_fields(random, plan, in_value, field.offset, size, depth + 1);
	}
	if (plan_close(plan, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void any_fields(uint64_t *random, struct plan *plan, bool in_value, uint32_t at,
			      uint32_t budget, unsigned depth)
{
	static const enum field_kind containers[] = {FIELD_STRUCT, FIELD_UNION, FIELD_ARRAY};
	uint32_t end = at + budget;

	while (at < end) {
		struct field field;
		char name[128];
		bool nests = depth < ANY_DEPTH && any_lot(random, 5) == 0;

		if (nests)
			field = (struct field){.kind = containers[any_lot(random, 3)],
					       .type = "any",
					       .size = 1 + (uint32_t)any_lot(random, end - at)};
		else
			field = any_leaf(random, end - at);
		/* What has no name of its own lends its place to its members. */
		field.name = field.kind == FIELD_STRUCT && any_lot(random, 3) == 0
				     ? ""
				     : any_name(random, plan->n_fields, name, sizeof(name));
		field.offset = at;
		if (nests)
			any_container(random, plan, in_value, field, depth);
		else {
			field.format = any_format(random, &field);
			any_add(plan, in_value, &field);
		}
		at += field.size;
	}
}

static inline void any_side(uint64_t *random, struct plan *plan, bool in_value, uint32_t size)
{
	struct field root = {.name = "", .type = "struct any", .kind = FIELD_STRUCT, .size = size};

	any_container(random, plan, in_value, root, 0);
}

static inline void any_plan(uint64_t *random, const struct map *map, struct plan *plan)
{
	struct err err = {0};

	if (any_lot(random, 6) == 0) {
		if (plan_untyped(plan, map->key_size, map->value_size, &err) < 0 ||
		    plan_words(plan, 1u << any_lot(random, 4), &err) < 0)
			fail_msg("%s", err.text);
		return;
	}
	plan_begin(plan, map->key_size, map->value_size, "sim");
	if (map->type->is_array)
		any_add(plan, false,
			&(struct field){.name = "", .type = "u32", .kind = FIELD_UINT, .size = 4});
	else
		any_side(random, plan, false, map->key_size);
	any_side(random, plan, true, map->value_size);
	if (plan_finish(plan, &err) < 0)
		fail_msg("%s", err.text);
}

/* Fills in map and plan. */
static inline void any_map_make(struct any_map *any, uint64_t seed, struct map *map,
				struct plan *plan)
{
	static const uint32_t cpus[] = {1, 2, 4, 64, 200};
	const struct maptype *type;
	unsigned n = 0;

	*any = (struct any_map){.random = seed};
	while (maptype_at(n))
		n++;
	do
		type = maptype_at((unsigned)any_lot(&any->random, n));
	while (type->reading != READS_ROWS);
	*map = (struct map){.id = 1000 + (uint32_t)any_lot(&any->random, 1000),
			    .type = type,
			    .key_size =
				    type->is_array ? 4 : 1 + (uint32_t)any_lot(&any->random, 40),
			    .value_size = 1 + (uint32_t)any_lot(&any->random, ANY_MAX_BYTES),
			    .max_entries = ANY_KEYS - (uint32_t)any_lot(&any->random, 20),
			    .n_cpus = type->is_per_cpu ? cpus[any_lot(&any->random, 5)] : 1,
			    .source = "sim"};
	map->name = arena_printf(&map->mem, "any_%llx", (unsigned long long)seed);
	assert_non_null(map->name);
	any_plan(&any->random, map, plan);
	for (size_t i = 0; i < ANY_KEYS; i++)
		any->keys[i] = num_random(&any->random);
}

static inline void any_map_release(struct any_map *any)
{
	snap_release(&any->rows);
}

/* -- its readings -- */

static inline void any_bytes(uint64_t *random, uint8_t *out, size_t n)
{
	static const uint8_t favourites[] = {0, 0xff, 0x80, 0x7f, 'a', 0x1b, 0xe6};
	unsigned how = (unsigned)any_lot(random, 4);
	uint8_t all = favourites[any_lot(random, ARRAY_LEN(favourites))];

	for (size_t i = 0; i < n; i++)
		out[i] = how ? all : (uint8_t)num_random(random);
}

/* Words run on, stay, start anew, or turn to noise. */
static inline void any_value(uint64_t *random, uint8_t *value, size_t n)
{
	for (size_t at = 0; at < n; at += 8) {
		size_t size = MIN_OF(n - at, (size_t)8);
		uint64_t word = 0;

		switch (any_lot(random, 8)) {
		case 0:
			any_bytes(random, value + at, size);
			break;
		case 1:
			break;
		case 2:
			memset(value + at, 0, size);
			break;
		default:
			memcpy(&word, value + at, size);
			word += any_lot(random, 1u << any_lot(random, 20));
			memcpy(value + at, &word, size);
			break;
		}
	}
}

static inline const uint8_t *any_row_before(const struct any_map *any, const uint8_t *key)
{
	for (size_t row = 0; row < any->rows.n_rows; row++)
		if (memcmp(snap_key(&any->rows, row), key, any->rows.key_stride) == 0)
			return snap_value(&any->rows, row);
	return NULL;
}

static inline void any_row(struct any_map *any, size_t i, struct snap *snap)
{
	uint8_t key[64] = {0}, *value = calloc(1, snap->val_stride + 1);
	uint64_t seed = any->keys[i];
	const uint8_t *before;

	assert_non_null(value);
	if (any->map->type->is_array)
		memcpy(key, &(uint32_t){(uint32_t)i}, 4);
	else
		any_bytes(&seed, key, snap->key_stride);
	before = any_row_before(any, key);
	if (before)
		memcpy(value, before, snap->val_stride);
	any_value(&any->random, value, snap->val_stride);
	assert_int_equal(snap_add(snap, key, value), 0);
	free(value);
}

/* The next reading of the map that the table holds. */
static inline void any_map_read(struct any_map *any, const struct map *map, struct snap *snap)
{
	uint64_t there = 1 + any_lot(&any->random, 8); /* of eight keys */

	any->map = map;
	snap_clear(snap, map);
	for (size_t i = 0; i < map->max_entries; i++)
		if (map->type->is_array || any_lot(&any->random, 8) < there)
			any_row(any, i, snap);
	assert_int_equal(snap_drop_duplicates(snap), 0);
	snap->method = "batch";
	if (any_lot(&any->random, 8) == 0)
		snap->notes |= (uint32_t)any_lot(&any->random, SNAP_NOTE_LAST * 2);
	if (any_lot(&any->random, 16) == 0)
		snap->notes |= SNAP_PARTIAL, snap->error = -1;
	snap_release(&any->rows);
	any->rows = (struct snap){0};
	assert_int_equal(snap_copy(&any->rows, snap), 0);
}
