/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Small tables by hand, for the tests of queries and views:
 *   flows    two readings a second apart; names a..j, in `name`. h is new, i went, j's counter was reset
 *   cpus     a per-CPU array of 4 CPUs
 *   vars     the variables of a section
 *   arrays   an array in each row
 *   moments  times since boot and since 1970, names a..d, where the clock stands at 100 s
 *   nested   arrays of structs, of arrays, and a struct
 *   rows     as many as wanted, with many ties */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/table.h"

struct flow_key {
	uint8_t saddr[4], daddr[4];
	uint8_t sport[2], dport[2];
	uint8_t proto, pad[3];
	uint8_t src6[16];
};

struct flow_value {
	uint64_t packets, bytes, rtt_ns;
	int32_t balance;
	uint32_t verdict;
	uint8_t smac[6];
	uint8_t is_syn, ttl;
	double load;
	unsigned __int128 total;
	char name[8];
	struct {
		uint32_t lo, hi;
	} span;
};

static inline void add_field(struct plan *plan, bool in_value, enum field_kind kind,
			     const char *type, const char *name, size_t offset, size_t size)
{
	struct field field = {.kind = kind,
			      .type = type,
			      .name = name,
			      .offset = (uint32_t)offset,
			      .size = (uint32_t)size};
	struct err err = {0};

	if (kind == FIELD_ARRAY)
		field.count = 6, field.stride = 1;
	if (plan_add(plan, in_value, &field, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void close_field(struct plan *plan)
{
	assert_int_equal(plan_close(plan, NULL), 0);
}

#define KEY_FIELD(kind, type, member)                                                              \
	add_field(plan, false, kind, type, #member, offsetof(struct flow_key, member),             \
		  sizeof(((struct flow_key *)0)->member))
#define VALUE_FIELD(kind, type, member)                                                            \
	add_field(plan, true, kind, type, #member, offsetof(struct flow_value, member),            \
		  sizeof(((struct flow_value *)0)->member))

static inline void flow_plan(struct plan *plan)
{
	static const struct enum_name verdicts[] = {{"PASS", 0}, {"DROP", 1}, {"TX", 2}};
	struct field verdict = {.kind = FIELD_ENUM,
				.type = "enum verdict",
				.name = "verdict",
				.offset = offsetof(struct flow_value, verdict),
				.size = 4,
				.names = verdicts,
				.n_names = ARRAY_LEN(verdicts)};
	struct err err = {0};

	plan_begin(plan, sizeof(struct flow_key), sizeof(struct flow_value), "test");
	add_field(plan, false, FIELD_STRUCT, "struct flow_key", "", 0, sizeof(struct flow_key));
	KEY_FIELD(FIELD_UINT, "__be32", saddr);
	KEY_FIELD(FIELD_UINT, "__be32", daddr);
	KEY_FIELD(FIELD_UINT, "__be16", sport);
	KEY_FIELD(FIELD_UINT, "__be16", dport);
	KEY_FIELD(FIELD_UINT, "unsigned char", proto);
	KEY_FIELD(FIELD_BYTES, "struct in6_addr", src6);
	close_field(plan);
	add_field(plan, true, FIELD_STRUCT, "struct flow_value", "", 0, sizeof(struct flow_value));
	VALUE_FIELD(FIELD_UINT, "unsigned long long", packets);
	VALUE_FIELD(FIELD_UINT, "unsigned long long", bytes);
	VALUE_FIELD(FIELD_UINT, "unsigned long long", rtt_ns);
	VALUE_FIELD(FIELD_INT, "int", balance);
	assert_int_equal(plan_add(plan, true, &verdict, NULL), 0);
	VALUE_FIELD(FIELD_BYTES, "unsigned char[6]", smac);
	VALUE_FIELD(FIELD_BOOL, "bool", is_syn);
	VALUE_FIELD(FIELD_UINT, "unsigned char", ttl);
	VALUE_FIELD(FIELD_REAL, "double", load);
	VALUE_FIELD(FIELD_UINT, "unsigned __int128", total);
	VALUE_FIELD(FIELD_TEXT, "char[8]", name);
	add_field(plan, true, FIELD_STRUCT, "struct span", "span",
		  offsetof(struct flow_value, span), 8);
	add_field(plan, true, FIELD_UINT, "unsigned int", "lo", offsetof(struct flow_value, span),
		  4);
	add_field(plan, true, FIELD_UINT, "unsigned int", "hi",
		  offsetof(struct flow_value, span) + 4, 4);
	close_field(plan);
	close_field(plan);
	if (plan_finish(plan, &err) < 0)
		fail_msg("%s", err.text);
}

static inline struct map *test_map(const char *type, uint32_t key_size, uint32_t value_size,
				   uint32_t n_cpus)
{
	static struct map map;

	map = (struct map){
		.id = 1,
		.name = "test",
		.type = maptype_named(type),
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = 64,
		.n_cpus = n_cpus,
		.source = "test",
	};
	return &map;
}

/* The next reading begins at second `at`, with nothing in it. */
static inline struct snap *next_reading(struct table *table, uint64_t at)
{
	struct snap *next = table->next;

	snap_clear(next, &table->map);
	next->started_ns = next->ended_ns = at * 1000000000;
	next->method = "test";
	return next;
}

static const struct test_flow {
	struct flow_key key;
	struct flow_value value;
	uint64_t old_packets; /* in the first reading; UINT64_MAX: not there */
	bool is_gone;
} test_flows[] = {
#define FLOW(s, sp, dp, pr, v6)                                                                    \
	{                                                                                          \
		{10, 0, s, 1}, {192, 0, 2, s}, {sp >> 8, sp & 255}, {dp >> 8, dp & 255}, pr, {0},  \
		{                                                                                  \
			0x20, 1, 0xd, 0xb8, v6, [15] = s                                           \
		}                                                                                  \
	}
	{FLOW(0, 40000, 443, 6, 0),
	 {100, 1 << 20, 1500000, -5, 0, {2, 0, 0, 0, 0, 1}, 1, 64, 0.5, 1, "a", {1, 2}},
	 40,
	 false},
	{FLOW(1, 40001, 443, 6, 0),
	 {200, 3 << 20, 30000000000, 5, 1, {2, 0, 0, 0, 0, 2}, 0, 64, 1.5, 2, "b", {3, 3}},
	 200,
	 false},
	{FLOW(2, 40002, 80, 6, 1),
	 {300, 1500, 0, 0, 2, {2, 0, 0, 0, 1, 3}, 1, 63, 0.25, 3, "c", {0, 9}},
	 290,
	 false},
	{FLOW(3, 53, 53, 17, 1),
	 {400,
	  1000,
	  999,
	  -2147483647 - 1,
	  0,
	  {0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
	  0,
	  1,
	  0,
	  4,
	  "d",
	  {7, 0}},
	 0,
	 false},
	{FLOW(4, 0, 0, 1, 0),
	 {0, 0, 60000000000, 2147483647, 7, {0}, 0, 255, -1, 0, "e", {0, 0}},
	 0,
	 false},
	{FLOW(5, 40005, 8080, 6, 0),
	 {UINT64_MAX,
	  UINT64_MAX,
	  1,
	  1,
	  1,
	  {2},
	  1,
	  128,
	  1e300,
	  (unsigned __int128)1 << 100,
	  "f",
	  {5, 5}},
	 UINT64_MAX - 1000,
	 false},
	{FLOW(200, 1, 65535, 132, 2),
	 {9007199254740993, 0, 7, 2, 0, {2}, 0, 60, 9007199254740992.0, 1, "g-2", {2, 1}},
	 9007199254740993,
	 false},
	{FLOW(7, 7, 7, 17, 0),
	 {50, 600, 7, 3, 2, {2}, 1, 60, 7, 7, "h", {7, 7}},
	 UINT64_MAX,
	 false},
	{FLOW(8, 8, 8, 17, 0), {80, 800, 8, 8, 1, {2}, 1, 60, 8, 8, "i", {8, 8}}, 80, true},
	{FLOW(9, 9, 9, 47, 0), {10, 900, 9, 9, 1, {2}, 0, 60, 9, 9, "j-1", {9, 9}}, 5000, false},
#undef FLOW
};

static inline void take(struct table *table)
{
	assert_int_equal(table_take(table), 0);
}

static inline void make_flows(struct table *table)
{
	struct plan plan = {0};

	flow_plan(&plan);
	assert_int_equal(
		table_init(table,
			   test_map("hash", sizeof(struct flow_key), sizeof(struct flow_value), 1),
			   &plan),
		0);
	for (unsigned reading = 0; reading < 2; reading++) {
		struct snap *next = next_reading(table, 10 + reading);

		for (size_t i = 0; i < ARRAY_LEN(test_flows); i++) {
			const struct test_flow *flow = &test_flows[i];
			struct flow_value value = flow->value;

			if (reading == 0 ? flow->old_packets == UINT64_MAX : flow->is_gone)
				continue;
			if (reading == 0)
				value.packets = flow->old_packets;
			assert_int_equal(snap_add(next, &flow->key, &value), 0);
		}
		take(table);
	}
}

enum { TEST_CPUS = 4 };

/* Rows 0..3 of two counters; CPU c of row r has hits r * 10 * (c + 1), drops r == c. */
static inline void make_cpus(struct table *table)
{
	struct plan plan = {0};

	plan_begin(&plan, 4, 16, "test");
	add_field(&plan, false, FIELD_UINT, "unsigned int", "", 0, 4);
	add_field(&plan, true, FIELD_STRUCT, "struct counts", "", 0, 16);
	add_field(&plan, true, FIELD_UINT, "unsigned long long", "hits", 0, 8);
	add_field(&plan, true, FIELD_UINT, "unsigned long long", "drops", 8, 8);
	close_field(&plan);
	assert_int_equal(plan_finish(&plan, NULL), 0);
	assert_int_equal(table_init(table, test_map("percpu_array", 4, 16, TEST_CPUS), &plan), 0);
	for (unsigned reading = 0; reading < 2; reading++) {
		struct snap *next = next_reading(table, 10 + reading);

		for (uint32_t row = 0; row < 4; row++) {
			uint64_t copies[TEST_CPUS][2];

			for (unsigned cpu = 0; cpu < TEST_CPUS; cpu++) {
				copies[cpu][0] = reading ? row * 10 * (cpu + 1) : 0;
				copies[cpu][1] = row == cpu;
			}
			assert_int_equal(snap_add(next, &row, copies), 0);
		}
		take(table);
	}
}

static inline void make_vars(struct table *table)
{
	struct plan plan = {0};
	uint32_t key = 0;
	struct {
		uint64_t errors;
		uint32_t level;
		char label[4];
	} value = {12, 3, "abc"};

	plan_begin(&plan, 4, sizeof(value), "test");
	plan.is_variables = true;
	add_field(&plan, true, FIELD_UINT, "unsigned long long", "errors", 0, 8);
	add_field(&plan, true, FIELD_UINT, "unsigned int", "level", 8, 4);
	add_field(&plan, true, FIELD_TEXT, "char[4]", "label", 12, 4);
	assert_int_equal(plan_finish(&plan, NULL), 0);
	assert_int_equal(table_init(table, test_map("array", 4, sizeof(value), 1), &plan), 0);
	for (unsigned reading = 0; reading < 2; reading++) {
		value.errors += 8;
		assert_int_equal(snap_add(next_reading(table, 10 + reading), &key, &value), 0);
		take(table);
	}
}

/* u32 key 0 to 3, u32 hist[4]: hist[i] of key k is 10 * k + i. */
static inline void make_arrays(struct table *table)
{
	const struct field array = {.name = "hist",
				    .type = "unsigned int[4]",
				    .kind = FIELD_ARRAY,
				    .count = 4,
				    .stride = 4};
	struct plan plan = {0};

	plan_begin(&plan, 4, 16, "test");
	add_field(&plan, false, FIELD_UINT, "unsigned int", "id", 0, 4);
	assert_int_equal(plan_add(&plan, true, &array, NULL), 0);
	add_field(&plan, true, FIELD_UINT, "unsigned int", "", 0, 4);
	assert_int_equal(plan_close(&plan, NULL), 0);
	assert_int_equal(plan_finish(&plan, NULL), 0);
	assert_int_equal(table_init(table, test_map("hash", 4, 16, 1), &plan), 0);
	for (unsigned reading = 0; reading < 2; reading++) {
		struct snap *snap = next_reading(table, 10 + reading);

		for (uint32_t key = 0; key < 4; key++) {
			uint32_t hist[4];

			for (uint32_t i = 0; i < 4; i++)
				hist[i] = 10 * key + i + reading * 5 * (i == 1);
			assert_int_equal(snap_add(snap, &key, hist), 0);
		}
		take(table);
	}
}

/* u32 key 0 to 3; value {struct {u16 x, y;} corners[2]; u16 grid[2][3]; struct {u16 x, y;} at;}: of key k every
 * u16 is 100 * k + its place in the value. */
static inline void make_nested(struct table *table)
{
	enum { WORDS = 12 };
	const struct field corners = {.name = "corners",
				      .type = "struct point[2]",
				      .kind = FIELD_ARRAY,
				      .count = 2,
				      .stride = 4};
	const struct field grid = {.name = "grid",
				   .type = "unsigned short[2][3]",
				   .kind = FIELD_ARRAY,
				   .offset = 8,
				   .count = 2,
				   .stride = 6};
	const struct field line = {
		.type = "unsigned short[3]", .kind = FIELD_ARRAY, .count = 3, .stride = 2};
	struct plan plan = {0};

	plan_begin(&plan, 4, 2 * WORDS, "test");
	add_field(&plan, false, FIELD_UINT, "unsigned int", "id", 0, 4);
	assert_int_equal(plan_add(&plan, true, &corners, NULL), 0);
	add_field(&plan, true, FIELD_STRUCT, "struct point", "", 0, 4);
	add_field(&plan, true, FIELD_UINT, "unsigned short", "x", 0, 2);
	add_field(&plan, true, FIELD_UINT, "unsigned short", "y", 2, 2);
	close_field(&plan);
	close_field(&plan);
	assert_int_equal(plan_add(&plan, true, &grid, NULL), 0);
	assert_int_equal(plan_add(&plan, true, &line, NULL), 0);
	add_field(&plan, true, FIELD_UINT, "unsigned short", "", 0, 2);
	close_field(&plan);
	close_field(&plan);
	add_field(&plan, true, FIELD_STRUCT, "struct point", "at", 20, 4);
	add_field(&plan, true, FIELD_UINT, "unsigned short", "x", 20, 2);
	add_field(&plan, true, FIELD_UINT, "unsigned short", "y", 22, 2);
	close_field(&plan);
	assert_int_equal(plan_finish(&plan, NULL), 0);
	assert_int_equal(table_init(table, test_map("hash", 4, 2 * WORDS, 1), &plan), 0);
	for (unsigned reading = 0; reading < 2; reading++) {
		struct snap *snap = next_reading(table, 10 + reading);

		for (uint32_t key = 0; key < 4; key++) {
			uint16_t words[WORDS];

			for (uint32_t i = 0; i < WORDS; i++)
				words[i] = (uint16_t)(100 * key + i);
			assert_int_equal(snap_add(snap, &key, words), 0);
		}
		take(table);
	}
}

enum { CLOCK_STANDS_AT = 100 };

/* At ctx's seconds, where it has some. */
static inline uint64_t clock_that_stands(void *ctx)
{
	const uint64_t *seconds = ctx;

	return (seconds ? *seconds : CLOCK_STANDS_AT) * UINT64_C(1000000000);
}

/* In seconds; was: seen in the first reading. */
static inline void make_moments(struct table *table)
{
	static const struct {
		char name[8];
		uint64_t was, seen, born, made, packets;
	} rows[] = {{"a", 0, 0, 0, 0, 1},
		    {"b", 60, 60, 50, 1735689600, 2},
		    {"c", 90, 90, 10, 1780272000, 3},
		    {"d", 95, 105, 1, 1780272001, 4}};
	const uint64_t second = 1000000000;
	struct plan plan = {0};

	plan_begin(&plan, 8, 32, "test");
	add_field(&plan, false, FIELD_TEXT, "char[8]", "name", 0, 8);
	add_field(&plan, true, FIELD_STRUCT, "struct moments", "", 0, 32);
	add_field(&plan, true, FIELD_UINT, "ktime_t", "seen_ns", 0, 8);
	add_field(&plan, true, FIELD_UINT, "ktime_t", "born_ns", 8, 8);
	add_field(&plan, true, FIELD_UINT, "time_t", "made", 16, 8);
	add_field(&plan, true, FIELD_UINT, "unsigned long long", "packets", 24, 8);
	close_field(&plan);
	assert_int_equal(plan_finish(&plan, NULL), 0);
	assert_int_equal(table_init(table, test_map("hash", 8, 32, 1), &plan), 0);
	table->lookups.boot_ns = clock_that_stands;
	for (unsigned reading = 0; reading < 2; reading++) {
		struct snap *next = next_reading(table, 10 + reading);

		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			uint64_t value[] = {(reading ? rows[i].seen : rows[i].was) * second,
					    rows[i].born * second, rows[i].made, rows[i].packets};

			assert_int_equal(snap_add(next, rows[i].name, value), 0);
		}
		take(table);
	}
}

/* -- any number of rows -- */

struct row_key {
	uint32_t a, b;
};

struct row_value {
	uint64_t n;
	int64_t s;
	double x;
	char t[4];
	uint8_t saddr[4];
};

static inline void make_rows(struct table *table)
{
	struct plan plan = {0};

	plan_begin(&plan, sizeof(struct row_key), sizeof(struct row_value), "test");
	add_field(&plan, false, FIELD_STRUCT, "struct row_key", "", 0, 8);
	add_field(&plan, false, FIELD_UINT, "unsigned int", "a", 0, 4);
	add_field(&plan, false, FIELD_UINT, "unsigned int", "b", 4, 4);
	close_field(&plan);
	add_field(&plan, true, FIELD_STRUCT, "struct row_value", "", 0, 32);
	add_field(&plan, true, FIELD_UINT, "unsigned long long", "n", 0, 8);
	add_field(&plan, true, FIELD_INT, "long long", "s", 8, 8);
	add_field(&plan, true, FIELD_REAL, "double", "x", 16, 8);
	add_field(&plan, true, FIELD_TEXT, "char[4]", "t", 24, 4);
	add_field(&plan, true, FIELD_UINT, "__be32", "saddr", 28, 4);
	close_field(&plan);
	assert_int_equal(plan_finish(&plan, NULL), 0);
	assert_int_equal(table_init(table, test_map("hash", 8, 32, 1), &plan), 0);
}

static inline void add_row(struct snap *next, uint32_t a, uint64_t n, double x)
{
	struct row_key key = {a, a ^ 0x5a5a};
	struct row_value value = {.n = n, .s = (int64_t)(n * 7919 % 41) - 20, .x = x};

	value.t[0] = (char)('a' + n % 26);
	value.saddr[0] = a % 9 ? 10 : (uint8_t)(255 * (a % 2));
	value.saddr[1] = value.saddr[3] = (uint8_t)(n * 37);
	assert_int_equal(snap_add(next, &key, &value), 0);
}

/* Three readings of about n rows with many ties; each leaves out some rows and brings new ones. */
static inline void fill_random(struct table *table, uint32_t n)
{
	for (uint32_t reading = 0; reading < 3; reading++) {
		struct snap *next = next_reading(table, 10 + reading);

		for (uint32_t i = 0; i < n; i++) {
			uint64_t seed = i * 31 + reading;
			uint64_t draw = num_random(&seed);

			if (draw % 50 == 0)
				continue;
			add_row(next, i, draw / 64 % 200 + reading * (i % 5) * 100,
				draw % 7 == 0 ? __builtin_nan("") : (double)(draw % 1000) - 500);
		}
		take(table);
	}
}
