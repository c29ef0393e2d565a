/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Simulated maps that try what is hard to show: many rows, every kind of field, hostile text, no rows,
 * hundreds of CPUs. Nothing is remembered: each row follows from its number and the time. */
#include <string.h>

#include <linux/types.h>

#include "base/num.h"
#include "base/tidy.h"
#include "model/snap.h"
#include "read/sim.h"
#include "read/source.h"

enum { KEY = false, VALUE = true };

enum {
	MANY_ROWS = 20000,
	MANY_LIVES = 50, /* ticks that a row of `many` lives: 2 % are replaced each tick */
	WIDE_CPUS = 512,
	WIDE_ROWS = 3,
	WIDE_HOT_CPU = 301,
	EMPTY_ENTRIES = 64,
	KINDS_ENTRIES = 16,
};

static uint64_t drawn(uint64_t seed, uint64_t a, uint64_t b)
{
	uint64_t state = seed ^ a * 0x9e3779b97f4a7c15ull ^ b * 0xd1b54a32d192ed03ull;

	num_random(&state);
	return num_random(&state);
}

/* -- many -- */

struct many_key {
	__be32 addr;
	__u32 id;
};

struct many_value {
	__u64 hits;
	__u64 bytes;
};

static int fill_many(const struct sim_moment *moment, struct snap *snap)
{
	uint64_t tenths = moment->at_ns / (SIM_TICK_NS / 10), ticks = tenths / 10;
	int r = snap_reserve(snap, MANY_ROWS);

	for (uint32_t row = 0; r == 0 && row < MANY_ROWS; row++) {
		uint64_t life = (ticks + row % MANY_LIVES) / MANY_LIVES;
		uint64_t born = life * MANY_LIVES > row % MANY_LIVES
					? (life * MANY_LIVES - row % MANY_LIVES) * 10
					: 0;
		uint64_t who = drawn(moment->seed, row, life);
		/* A third of the rows stand still; the others grow by up to 1000 a tenth. */
		uint64_t step = row % 3 ? who % 1000 : 0;
		struct many_key key = {.id = (uint32_t)(row + life * MANY_ROWS)};
		struct many_value value = {.hits = 1 + step * (tenths - born)};
		const uint8_t addr[4] = {10, (uint8_t)(who >> 8), (uint8_t)(who >> 16),
					 (uint8_t)(who >> 24)};

		memcpy(&key.addr, addr, sizeof(addr));
		value.bytes = value.hits * (60 + (who >> 32) % 1400);
		r = snap_add(snap, &key, &value);
	}
	return r;
}

static const struct sim_field many_fields[] = {
	SIM_STRUCT(KEY, many_key),
	SIM_MEMBER(KEY, many_key, addr, UINT, "__be32", .format = "ip4"),
	SIM_MEMBER(KEY, many_key, id, UINT, "__u32"),
	SIM_CLOSE,
	SIM_STRUCT(VALUE, many_value),
	SIM_MEMBER(VALUE, many_value, hits, UINT, "__u64"),
	SIM_MEMBER(VALUE, many_value, bytes, UINT, "__u64"),
	SIM_CLOSE,
};

/* -- kinds -- */

enum colour { red = -1, green, blue = 7 };

struct point {
	__s16 x, y;
};

struct kinds_key {
	char name[12];
	__u32 part;
};

struct kinds_value {
	unsigned __int128 wide;
	__int128 wide_signed;
	__u64 count;
	__s64 balance;
	double ratio;
	float share;
	enum colour colour;
	void *owner;
	__u64 started_ns;
	char comment[24];
	struct point at;
	union {
		__u32 word;
		__u8 octets[4];
	} either;
	struct {
		__u16 inner;
		__s16 anonymous;
	};
	__u16 grid[2][3];
	struct point corners[2];
	__u8 mac[6];
	_Bool is_on;
	char letter;
	__s8 tiny;
	__u8 small;
	__u8 flags; /* three bitfields */
	__u8 level;
	__u32 lock;
	__u64 reserved; /* to the end: no padding, whose bytes could differ */
};

_Static_assert(sizeof(struct kinds_value) == offsetof(struct kinds_value, reserved) + 8,
	       "kinds: no padding at the end");

static const char *const comments[] = {
	"plain",
	"esc \033[31mred\033[0m",
	"tab\tnewline\nbell\a",
	"bidi \u202eevil",
	"not utf-8 \xff\xfe\xc3",
	"quote \" comma , back\\",
	"\xe6\xbc\xa2\xe5\xad\x97 wide",
	"24 bytes and no NUL at .",
	"",
};

static void fill_kind(struct kinds_value *value, uint64_t who, uint64_t tenths, size_t row)
{
	*value = (struct kinds_value){
		.wide = (unsigned __int128)who << 64 | (who ^ tenths),
		.wide_signed = -((__int128)who << 32) - (__int128)tenths,
		.count = (row + 1) * 37 * tenths,
		.balance = (__s64)(tenths * 5) - 1000 * (__s64)row,
		.ratio = (double)tenths / 8,
		.share = (float)row / 16,
		.colour = row % 4 == 0	 ? red
			  : row % 4 == 1 ? green
			  : row % 4 == 2 ? blue
					 : 99,
		.owner = (void *)(uintptr_t)(row ? 0xffff888000000000ull + row * 0x1240 : 0),
		.started_ns = who % 100000000000,
		.at = {(__s16)(who >> 8), (__s16)-row},
		.either.word = (__u32)who,
		.inner = (__u16)row,
		.anonymous = (__s16)-row,
		.is_on = row % 2 == 0,
		.letter = (char)('A' + row),
		.tiny = (__s8)(row * 40),
		.small = (__u8)(row * 40),
		.flags = (__u8)(who >> 16),
		.level = (__u8)(tenths % 101),
	};
	for (size_t i = 0; i < 6; i++) {
		value->grid[i / 3][i % 3] = (__u16)(row * 100 + i);
		value->mac[i] = (__u8)(i ? who >> 8 * i : 2);
	}
	value->corners[0] = (struct point){-1, 1};
	value->corners[1] = (struct point){(__s16)row, (__s16)tenths};
	memcpy(value->comment, comments[row], MIN_OF(strlen(comments[row]) + 1, 24u));
}

static int fill_kinds(const struct sim_moment *moment, struct snap *snap)
{
	uint64_t tenths = moment->at_ns / (SIM_TICK_NS / 10);
	struct kinds_value value;
	int r = 0;

	for (size_t row = 0; r == 0 && row < ARRAY_LEN(comments); row++) {
		struct kinds_key key = {.name = "row ", .part = (__u32)row};

		key.name[4] = (char)('a' + row);
		fill_kind(&value, drawn(moment->seed, row, 0), tenths, row);
		r = snap_add(snap, &key, &value);
	}
	return r;
}

static const struct enum_name colour_names[] = {{"red", red}, {"green", green}, {"blue", blue}};

#define KIND(member, as, declared, ...)                                                            \
	SIM_MEMBER(VALUE, kinds_value, member, as, declared, __VA_ARGS__)
#define BITS(called, shift, n, as)                                                                 \
	{                                                                                          \
		.in_value = VALUE,                                                                 \
		.field = {.name = called,                                                          \
			  .type = "__u8",                                                          \
			  .kind = FIELD_##as,                                                      \
			  .is_bitfield = true,                                                     \
			  .is_signed = FIELD_##as == FIELD_INT,                                    \
			  .bit_shift = shift,                                                      \
			  .bit_size = n,                                                           \
			  .offset = offsetof(struct kinds_value, flags),                           \
			  .size = 1},                                                              \
	}
#define PART(called, as, declared, from, bytes, ...)                                               \
	{                                                                                          \
		.in_value = VALUE,                                                                 \
		.field = {.name = called,                                                          \
			  .type = declared,                                                        \
			  .kind = FIELD_##as,                                                      \
			  .offset = from,                                                          \
			  .size = bytes,                                                           \
			  __VA_ARGS__},                                                            \
	}
#define POINT(from)                                                                                \
	PART("x", INT, "__s16", from, 2, .is_signed = true),                                       \
		PART("y", INT, "__s16", (from) + 2, 2, .is_signed = true)
#define WITHIN(member) offsetof(struct kinds_value, member)

static const struct sim_field kinds_fields[] = {
	SIM_STRUCT(KEY, kinds_key),
	SIM_MEMBER(KEY, kinds_key, name, TEXT, "char[12]"),
	SIM_MEMBER(KEY, kinds_key, part, UINT, "__u32"),
	SIM_CLOSE,
	SIM_STRUCT(VALUE, kinds_value),
	KIND(count, UINT, "__u64"),
	PART("balance", INT, "__s64", WITHIN(balance), 8, .is_signed = true),
	KIND(comment, TEXT, "char[24]"),
	PART("colour", ENUM, "enum colour", WITHIN(colour), sizeof(enum colour), .is_signed = true,
	     .names = colour_names, .n_names = ARRAY_LEN(colour_names)),
	KIND(is_on, BOOL, "_Bool"),
	KIND(letter, CHAR, "char"),
	PART("tiny", INT, "__s8", WITHIN(tiny), 1, .is_signed = true),
	KIND(small, UINT, "__u8"),
	BITS("low", 0, 3, UINT),
	BITS("mid", 3, 4, INT),
	BITS("top", 7, 1, UINT),
	KIND(level, UINT, "__u8", .format = "percent"),
	KIND(mac, BYTES, "__u8[6]", .format = "mac"),
	KIND(ratio, REAL, "double"),
	KIND(share, REAL, "float"),
	KIND(owner, POINTER, "void *"),
	KIND(started_ns, UINT, "__u64", .format = "duration"),
	KIND(wide, UINT, "unsigned __int128"),
	PART("wide_signed", INT, "__int128", WITHIN(wide_signed), 16, .is_signed = true),
	KIND(at, STRUCT, "struct point"),
	POINT(WITHIN(at)),
	SIM_CLOSE,
	KIND(either, UNION, "union {...}"),
	PART("word", UINT, "__u32", WITHIN(either), 4, .count = 0),
	PART("octets", ARRAY, "__u8[4]", WITHIN(either), 4, .count = 4, .stride = 1),
	SIM_SCALAR(VALUE, UINT, "__u8", 1),
	SIM_CLOSE,
	SIM_CLOSE,
	PART("", STRUCT, "struct {...}", WITHIN(inner), 4, .count = 0),
	KIND(inner, UINT, "__u16"),
	PART("anonymous", INT, "__s16", WITHIN(anonymous), 2, .is_signed = true),
	SIM_CLOSE,
	PART("grid", ARRAY, "__u16[2][3]", WITHIN(grid), 12, .count = 2, .stride = 6),
	PART("", ARRAY, "__u16[3]", 0, 6, .count = 3, .stride = 2),
	SIM_SCALAR(VALUE, UINT, "__u16", 2),
	SIM_CLOSE,
	SIM_CLOSE,
	PART("corners", ARRAY, "struct point[2]", WITHIN(corners), 8, .count = 2, .stride = 4),
	PART("", STRUCT, "struct point", 0, 4, .count = 0),
	POINT(0),
	SIM_CLOSE,
	SIM_CLOSE,
	KIND(lock, SPECIAL, "struct bpf_spin_lock"),
	PART("reserved", UINT, "__u64", WITHIN(reserved), 8, .is_hidden = true),
	SIM_CLOSE,
};

/* -- empty, wide -- */

static int fill_empty(const struct sim_moment *moment, struct snap *snap)
{
	(void)moment, (void)snap;
	return 0;
}

static const struct sim_field empty_fields[] = {
	SIM_SCALAR(KEY, UINT, "__u32", 4),
	SIM_SCALAR(VALUE, UINT, "__u64", 8),
};

struct wide_value {
	__u64 packets;
	__u64 bytes;
};

/* One CPU far above the others, the last sixteen without a packet. */
static int fill_wide(const struct sim_moment *moment, struct snap *snap)
{
	uint64_t tenths = moment->at_ns / (SIM_TICK_NS / 10);
	struct wide_value values[WIDE_CPUS];
	int r = 0;

	for (uint32_t key = 0; r == 0 && key < WIDE_ROWS; key++) {
		for (uint32_t cpu = 0; cpu < WIDE_CPUS; cpu++) {
			uint64_t step = 20 + drawn(moment->seed, key, cpu) % 80;

			if (cpu == WIDE_HOT_CPU)
				step *= 40;
			values[cpu].packets = cpu < WIDE_CPUS - 16 ? step * tenths : 0;
			values[cpu].bytes = values[cpu].packets * (100 + 300 * key);
		}
		r = snap_add(snap, &key, values);
	}
	return r;
}

static const struct sim_field wide_fields[] = {
	SIM_SCALAR(KEY, UINT, "__u32", 4),
	SIM_STRUCT(VALUE, wide_value),
	SIM_MEMBER(VALUE, wide_value, packets, UINT, "__u64"),
	SIM_MEMBER(VALUE, wide_value, bytes, UINT, "__u64"),
	SIM_CLOSE,
};

#define FIELDS(name) .fields = name##_fields, .n_fields = ARRAY_LEN(name##_fields)

static const struct sim_map maps[] = {
	{.name = "many",
	 .type = "hash",
	 .key_size = sizeof(struct many_key),
	 .value_size = sizeof(struct many_value),
	 .max_entries = 1 << 15,
	 .n_cpus = 1,
	 FIELDS(many),
	 .fill = fill_many},
	{.name = "kinds",
	 .type = "hash",
	 .key_size = sizeof(struct kinds_key),
	 .value_size = sizeof(struct kinds_value),
	 .max_entries = KINDS_ENTRIES,
	 .n_cpus = 1,
	 FIELDS(kinds),
	 .fill = fill_kinds},
	{.name = "empty",
	 .type = "hash",
	 .key_size = sizeof(__u32),
	 .value_size = sizeof(__u64),
	 .max_entries = EMPTY_ENTRIES,
	 .n_cpus = 1,
	 FIELDS(empty),
	 .fill = fill_empty},
	{.name = "wide",
	 .type = "percpu_array",
	 .key_size = sizeof(__u32),
	 .value_size = sizeof(struct wide_value),
	 .max_entries = WIDE_ROWS,
	 .n_cpus = WIDE_CPUS,
	 FIELDS(wide),
	 .fill = fill_wide},
};

const struct sim_map *sim_shape_map(size_t i)
{
	return i < ARRAY_LEN(maps) ? &maps[i] : NULL;
}
