/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of every kind of value that filters know, drawn from so few values each that they often meet; of
 * maps with one copy of a value, and with one a CPU. */
#pragma once

#include "tests/unit/query_tables.h"

#include <stdio.h>

enum { ROWS = 150, COPIES = 4 };

static const uint64_t second_ns = 1000000000;

/* How the numbers are drawn; the test sets it. */
static uint64_t seed;

static inline unsigned below(unsigned n)
{
	return (unsigned)(num_random(&seed) % n);
}

struct kinds_key {
	uint32_t a, b;
	uint8_t saddr[4], daddr[4], src6[16];
	uint8_t dport[2], pad[2];
};

struct kinds_value {
	uint64_t n;
	int64_t s;
	double x;
	char t[4];
	uint32_t verdict;
	uint64_t took_ns;
	unsigned __int128 wide;
	struct {
		uint32_t bits;
		uint8_t address[4];
	} net;
	uint8_t smac[6], raw[3], is_on, ip_proto;
	uint8_t packed[4]; /* bits 0 to 4: low, 5 to 11: high with a sign */
	uint8_t usage_pct;
	uint32_t th_flags;
	int32_t io_errno;
	uint64_t seen_at, born; /* since boot */
	uint64_t made;		/* seconds since 1970 */
};

/* Those in which a row's copies may differ without a sum of them; where they do it has no value. */
#define IDENTITIES(x)                                                                              \
	x(t) x(verdict) x(net) x(smac) x(raw) x(is_on) x(ip_proto) x(usage_pct) x(th_flags)        \
		x(io_errno) x(seen_at) x(born) x(made)
enum identity {
#define NAME_OF(member) IS_##member,
	IDENTITIES(NAME_OF) N_IDENTITIES
#undef NAME_OF
};

/* A row as it shows: what its copies add up to, or agree in. */
struct shown {
	struct kinds_value value;
	int low, high;
	unsigned differs; /* a bit an identity */
};

struct row {
	bool was_there, is_there;
	struct kinds_key key;
	struct kinds_value was[COPIES], is[COPIES];
	struct shown old, now; /* of was, is */
};

static struct row rows[ROWS];
static unsigned n_copies; /* of a value: 1, or COPIES */

static inline const struct shown *shown_of(const struct row *row)
{
	return row->is_there ? &row->now : &row->old;
}

static inline const struct kinds_value *value_of(const struct row *row)
{
	return &shown_of(row)->value;
}

static inline const struct kinds_value *copies_of(const struct row *row)
{
	return row->is_there ? row->is : row->was;
}

static inline bool has_value(const struct row *row, enum identity identity)
{
	return !(shown_of(row)->differs >> identity & 1);
}

static inline bool is_same(const struct row *row)
{
	return !memcmp(row->was, row->is, n_copies * sizeof(row->is[0]));
}

static inline int high_of(const struct kinds_value *value)
{
	int high = (value->packed[0] | value->packed[1] << 8) >> 5 & 127;

	return high >= 64 ? high - 128 : high;
}

static inline int low_of(const struct kinds_value *value)
{
	return value->packed[0] & 31;
}

/* -- drawing -- */

static inline void random_ip4(uint8_t out[4])
{
	out[0] = 10;
	out[1] = (uint8_t)(below(2) * 128);
	out[2] = (uint8_t)below(3);
	out[3] = (uint8_t)(below(4) * 85);
}

/* IPv4 inside IPv6, or some of 2001:db8::/32. */
static inline void random_ip6(uint8_t out[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t documentation[16] = {0x20, 0x01, 0x0d, 0xb8};

	memcpy(out, documentation, 16);
	out[5] = (uint8_t)below(3);
	out[15] = (uint8_t)below(3);
	if (below(3))
		return;
	memcpy(out, mapped, 12);
	random_ip4(out + 12);
}

static inline void random_mac(uint8_t out[6])
{
	memset(out, 0, 6);
	out[0] = 2;
	out[3] = (uint8_t)(below(3) * 127);
	out[5] = (uint8_t)below(4);
}

/* A network has no bits behind its prefix. */
static inline void cut(uint8_t *address, unsigned n_bits, unsigned bits)
{
	for (unsigned bit = bits; bit < n_bits; bit++)
		address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

static inline struct kinds_value random_value(void)
{
	static const char *const texts[] = {"", "a", "ab", "b", "abc"};
	static const uint8_t protos[] = {1, 6, 17, 200};
	static const uint64_t dates[] = {0, 1735689600, 1780272000, 1780272001};
	struct kinds_value value = {
		.n = below(4) ? below(12) : (uint64_t)1 << 40,
		.s = (int64_t)below(21) - 10,
		.x = (double)((int)below(41) - 20) / 4,
		.verdict = below(4),
		.took_ns = below(5) * 500000ULL,
		.wide = (unsigned __int128)below(3) << 100 | (uint64_t)below(2) << 60,
		.net.bits = below(5) * 8,
		.raw = {(uint8_t)below(2), 0xff, (uint8_t)below(3)},
		.is_on = (uint8_t)below(2),
		.ip_proto = protos[below(4)],
		.packed = {(uint8_t)below(256), (uint8_t)below(16)},
		.usage_pct = (uint8_t)(below(5) * 25),
		.th_flags = below(2) | below(2) << 1 | below(2) << 4,
		.io_errno = (const int[]){0, -2, -11, 5}[below(4)],
		.seen_at = (80 + below(5) * 10) * second_ns,
		.born = below(3) * 45 * second_ns,
		.made = dates[below(ARRAY_LEN(dates))],
	};

	strcpy(value.t, texts[below(ARRAY_LEN(texts))]);
	random_ip4(value.net.address);
	cut(value.net.address, 32, value.net.bits);
	random_mac(value.smac);
	return value;
}

static inline void random_key(struct kinds_key *key, uint32_t i)
{
	*key = (struct kinds_key){.a = i, .b = i % 7};
	random_ip4(key->saddr);
	random_ip4(key->daddr);
	random_ip6(key->src6);
	key->dport[0] = (uint8_t)below(2);
	key->dport[1] = (uint8_t)(below(4) * 60);
}

/* Of CPUs that differ in nothing but what each counts, as most do, or in everything. */
static inline void random_copies(struct kinds_value copies[COPIES])
{
	bool are_alike = below(3) != 0;

	for (unsigned i = 0; i < n_copies; i++) {
		struct kinds_value value = random_value();

		copies[i] = i && are_alike ? copies[0] : value;
		copies[i].n = value.n;
		copies[i].s = value.s;
		copies[i].took_ns = value.took_ns;
		if (!are_alike && below(2))
			memset(&copies[i], 0, sizeof(copies[i]));
	}
}

static inline bool is_blank(const void *at, size_t size)
{
	const char *byte = at;

	for (size_t i = 0; i < size; i++)
		if (byte[i])
			return false;
	return true;
}

/* Copies that are all zeros say nothing. false: two others differ. */
static inline bool agree(const struct kinds_value *copies, size_t at, size_t size, void *out)
{
	memcpy(out, (const char *)copies + at, size);
	for (unsigned i = 1; i < n_copies; i++) {
		const char *one = (const char *)&copies[i] + at;

		if (is_blank(one, size))
			continue;
		if (!is_blank(out, size) && memcmp(out, one, size) != 0)
			return false;
		memcpy(out, one, size);
	}
	return true;
}

static inline void show(struct shown *shown, const struct kinds_value *copies)
{
	*shown = (struct shown){0};
	for (unsigned i = 0; i < n_copies; i++) {
		shown->value.n += copies[i].n;
		shown->value.s += copies[i].s;
		shown->value.x += copies[i].x;
		shown->value.took_ns += copies[i].took_ns;
		shown->value.wide += copies[i].wide;
		shown->low += low_of(&copies[i]);
		shown->high += high_of(&copies[i]);
	}
#define AGREE(member)                                                                              \
	if (!agree(copies, offsetof(struct kinds_value, member), sizeof(copies->member),           \
		   &shown->value.member))                                                          \
		shown->differs |= 1U << IS_##member;
	IDENTITIES(AGREE)
#undef AGREE
}

static inline void random_rows(void)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		struct row *row = &rows[i];

		*row = (struct row){.was_there = below(8) != 0, .is_there = below(8) != 0};
		random_key(&row->key, i);
		random_copies(row->was);
		memcpy(row->is, row->was, sizeof(row->is));
		if (below(2))
			random_copies(row->is);
		show(&row->old, row->was);
		show(&row->now, row->is);
	}
}

/* -- the table of them -- */

#define KINDS_KEY(kind, type, member)                                                              \
	add_field(plan, false, kind, type, #member, offsetof(struct kinds_key, member),            \
		  sizeof(((struct kinds_key *)0)->member))
#define KINDS_VALUE(kind, type, member)                                                            \
	add_field(plan, true, kind, type, #member, offsetof(struct kinds_value, member),           \
		  sizeof(((struct kinds_value *)0)->member))

static inline void add_special(struct plan *plan, struct field field)
{
	struct err err = {0};

	field.size = field.size ? field.size : 4;
	if (plan_add(plan, true, &field, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void kinds_plan(struct plan *plan)
{
	static const struct enum_name verdicts[] = {{"PASS", 0}, {"DROP", 1}, {"TX", 2}};
	static const struct enum_name flags[] = {{"FIN", 1}, {"SYN", 2}, {"ACK", 16}};

	plan_begin(plan, sizeof(struct kinds_key), sizeof(struct kinds_value), "test");
	add_field(plan, false, FIELD_STRUCT, "struct kinds_key", "", 0, sizeof(struct kinds_key));
	KINDS_KEY(FIELD_UINT, "unsigned int", a);
	KINDS_KEY(FIELD_UINT, "unsigned int", b);
	KINDS_KEY(FIELD_UINT, "__be32", saddr);
	KINDS_KEY(FIELD_UINT, "__be32", daddr);
	KINDS_KEY(FIELD_BYTES, "struct in6_addr", src6);
	KINDS_KEY(FIELD_UINT, "__be16", dport);
	close_field(plan);
	add_field(plan, true, FIELD_STRUCT, "struct kinds_value", "", 0,
		  sizeof(struct kinds_value));
	KINDS_VALUE(FIELD_UINT, "unsigned long long", n);
	KINDS_VALUE(FIELD_INT, "long long", s);
	KINDS_VALUE(FIELD_REAL, "double", x);
	KINDS_VALUE(FIELD_TEXT, "char[4]", t);
	add_special(plan, (struct field){.kind = FIELD_ENUM,
					 .type = "enum verdict",
					 .name = "verdict",
					 .offset = offsetof(struct kinds_value, verdict),
					 .names = verdicts,
					 .n_names = ARRAY_LEN(verdicts)});
	KINDS_VALUE(FIELD_UINT, "unsigned long long", took_ns);
	KINDS_VALUE(FIELD_UINT, "unsigned __int128", wide);
	add_special(plan, (struct field){.kind = FIELD_BYTES,
					 .type = "network",
					 .name = "net",
					 .offset = offsetof(struct kinds_value, net),
					 .size = 8,
					 .format = format_named("cidr", 4)});
	KINDS_VALUE(FIELD_BYTES, "unsigned char[6]", smac);
	KINDS_VALUE(FIELD_BYTES, "unsigned char[3]", raw);
	KINDS_VALUE(FIELD_BOOL, "bool", is_on);
	KINDS_VALUE(FIELD_UINT, "unsigned char", ip_proto);
	add_special(plan, (struct field){.kind = FIELD_UINT,
					 .type = "unsigned int",
					 .name = "low",
					 .offset = offsetof(struct kinds_value, packed),
					 .is_bitfield = true,
					 .bit_size = 5});
	add_special(plan, (struct field){.kind = FIELD_INT,
					 .type = "int",
					 .name = "high",
					 .offset = offsetof(struct kinds_value, packed),
					 .is_signed = true,
					 .is_bitfield = true,
					 .bit_shift = 5,
					 .bit_size = 7});
	KINDS_VALUE(FIELD_UINT, "unsigned char", usage_pct);
	add_special(plan, (struct field){.kind = FIELD_ENUM,
					 .type = "enum tcp_flag",
					 .name = "th_flags",
					 .offset = offsetof(struct kinds_value, th_flags),
					 .names = flags,
					 .n_names = ARRAY_LEN(flags),
					 .format = format_named("flags", 5)});
	KINDS_VALUE(FIELD_INT, "int", io_errno);
	KINDS_VALUE(FIELD_UINT, "ktime_t", seen_at);
	KINDS_VALUE(FIELD_UINT, "ktime_t", born);
	KINDS_VALUE(FIELD_UINT, "time_t", made);
	close_field(plan);
}

static inline void read_rows(struct table *table, bool is_second)
{
	struct snap *next = next_reading(table, is_second ? 11 : 10);

	for (uint32_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		if (is_second ? row->is_there : row->was_there)
			assert_int_equal(snap_add(next, &row->key, is_second ? row->is : row->was),
					 0);
	}
	take(table);
}

/* Two readings, a second apart. */
static inline void random_table(struct table *table, unsigned copies)
{
	struct plan plan = {0};
	struct err err = {0};

	n_copies = copies;
	random_rows();
	kinds_plan(&plan);
	if (plan_finish(&plan, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(
		table_init(table,
			   test_map(n_copies > 1 ? "percpu_hash" : "hash", sizeof(struct kinds_key),
				    sizeof(struct kinds_value), n_copies),
			   &plan),
		0);
	table->lookups.boot_ns = clock_that_stands;
	/* the rows are random: what they seem to be would change from one reading to the next */
	for (uint32_t i = table->plan.n_key_fields; i < table->plan.n_fields; i++)
		nature_tell(table, &table->plan.fields[i], NATURE_COUNTER);
	read_rows(table, false);
	read_rows(table, true);
}
