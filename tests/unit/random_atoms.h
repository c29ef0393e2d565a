/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Conditions on values that are no numbers, or are written as none: made up as text, and judged by the bytes of
 * the row. A row a kind. */
#pragma once

#include "tests/unit/random_rows.h"

#include "base/buf.h"

enum { MOST_MEMBERS = 3, MOST_BYTES = 20 };

/* Values from low to high, both ends included; as bytes, with the larger first, or as a number. */
struct extent {
	uint8_t low[MOST_BYTES], high[MOST_BYTES];
	long double low_x, high_x;
};

struct atom {
	const struct atom_kind *kind;
	unsigned op; /* of signs; SIGNS: in a list */
	bool is_negated;
	struct extent members[MOST_MEMBERS];
	unsigned n_members;
	unsigned bits; /* of a network */
	const char *text;
};

struct atom_kind {
	const char *column;
	unsigned n_bytes; /* 0: a number */
	const void *(*bytes)(const struct row *row);
	long double (*number)(const struct row *row);
	void (*random)(struct extent *extent, struct buf *text); /* one value */
	unsigned max_bits; /* of its networks; 0: it has none */
	bool is_of_live;   /* unknown of rows that went */
	bool is_identity;
	enum identity identity; /* unknown where copies differ in it */
};

static const char *const signs[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
enum { SIGNS = ARRAY_LEN(signs) };

static inline bool holds(unsigned op, int order)
{
	return (const bool[]){order == 0, order != 0, order<0, order <= 0, order> 0,
			      order >= 0}[op];
}

/* -- addresses -- */

#define BYTES_OF(name, expr)                                                                       \
	static inline const void *name(const struct row *row)                                      \
	{                                                                                          \
		return (expr);                                                                     \
	}
BYTES_OF(saddr_of, row->key.saddr)
BYTES_OF(daddr_of, row->key.daddr)
BYTES_OF(src6_of, row->key.src6)
BYTES_OF(smac_of, value_of(row)->smac)
BYTES_OF(raw_of, value_of(row)->raw)

static inline void add_ip4(const uint8_t *at, struct buf *text)
{
	buf_addf(text, "%u.%u.%u.%u", at[0], at[1], at[2], at[3]);
}

static inline void some_ip4(struct extent *extent, struct buf *text)
{
	random_ip4(extent->low);
	add_ip4(extent->low, text);
}

/* Written in full, or as the IPv4 that it holds. */
static inline void some_ip6(struct extent *extent, struct buf *text)
{
	const uint8_t *at = extent->low;

	random_ip6(extent->low);
	if (at[10] == 0xff && below(2)) {
		buf_adds(text, "::ffff:");
		add_ip4(at + 12, text);
		return;
	}
	for (unsigned i = 0; i < 16; i += 2)
		buf_addf(text, "%s%x", i ? ":" : "", at[i] << 8 | at[i + 1]);
}

static inline void some_mac(struct extent *extent, struct buf *text)
{
	const uint8_t *at = extent->low;

	random_mac(extent->low);
	buf_addf(text, "%02x:%02x:%02x:%02x:%02x:%02x", at[0], at[1], at[2], at[3], at[4], at[5]);
}

static inline void some_bytes(struct extent *extent, struct buf *text)
{
	const struct kinds_value value = random_value();

	memcpy(extent->low, value.raw, 3);
	buf_addf(text, "\"%02x %02x %02x\"", value.raw[0], value.raw[1], value.raw[2]);
}

/* -- numbers by other names -- */

#define NUMBER_OF(name, expr)                                                                      \
	static inline long double name(const struct row *row)                                      \
	{                                                                                          \
		return (long double)(expr);                                                        \
	}
NUMBER_OF(verdict_of, value_of(row)->verdict)
NUMBER_OF(proto_of, value_of(row)->ip_proto)
NUMBER_OF(is_on_of, value_of(row)->is_on)
NUMBER_OF(dport_of, row->key.dport[0] << 8 | row->key.dport[1])
NUMBER_OF(took_of, value_of(row)->took_ns)
NUMBER_OF(wide_of, value_of(row)->wide)
NUMBER_OF(low_bits_of, shown_of(row)->low)
NUMBER_OF(high_bits_of, shown_of(row)->high)
NUMBER_OF(x_of, value_of(row)->x)
NUMBER_OF(n_of, value_of(row)->n)
NUMBER_OF(usage_of, value_of(row)->usage_pct)
NUMBER_OF(flags_of, value_of(row)->th_flags)
NUMBER_OF(errno_of, value_of(row)->io_errno)
NUMBER_OF(seen_at_of, value_of(row)->seen_at)
NUMBER_OF(born_of, value_of(row)->born)
NUMBER_OF(made_of, value_of(row)->made * 1e9L)
NUMBER_OF(age_of, row->was_there ? 1e9L : 0)
NUMBER_OF(seen_of, row->was_there ? 2 : 1)
NUMBER_OF(idle_of, row->was_there &&is_same(row) ? 1e9L : 0)

struct said {
	const char *text;
	long double x;
};

static inline void some_of(const struct said *said, unsigned n, struct extent *extent,
			   struct buf *text)
{
	unsigned i = below(n);

	buf_adds(text, said[i].text);
	extent->low_x = said[i].x;
}

#define SOME(name, ...)                                                                            \
	static inline void name(struct extent *extent, struct buf *text)                           \
	{                                                                                          \
		static const struct said said[] = {__VA_ARGS__};                                   \
                                                                                                   \
		some_of(said, ARRAY_LEN(said), extent, text);                                      \
	}
SOME(some_verdict, {"PASS", 0}, {"DROP", 1}, {"TX", 2}, {"3", 3}, {"0x1", 1})
SOME(some_proto, {"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"6", 6}, {"200", 200})
SOME(some_bool, {"true", 1}, {"false", 0}, {"1", 1})
SOME(some_port, {"0", 0}, {"60", 60}, {"256", 256}, {"316", 316}, {"0x100", 256}, {"100", 100})
SOME(some_time, {"0", 0}, {"500us", 5e5L}, {"1ms", 1e6L}, {"1.5ms", 1.5e6L}, {"500000", 5e5L})
SOME(some_age, {"0s", 0}, {"1s", 1e9L}, {"500ms", 5e8L}, {"1m", 60e9L})
SOME(some_count, {"1", 1}, {"2", 2}, {"1.5", 1.5L})
SOME(some_wide, {"0", 0}, {"1", 1}, {"0x10000000000000000000000000", 0x1p100L}, {"1k", 1000})
SOME(some_share, {"50%", 0.5L}, {"-125%", -1.25L}, {"0.25", 0.25L}, {"0", 0}, {"1k", 1000})
SOME(some_units, {"2k", 2000}, {"1Ti", 0x1p40L}, {"0.005k", 5}, {"0x7", 7}, {"4Ti", 0x1p42L},
     {"3", 3})
SOME(some_percent, {"50%", 50}, {"25", 25}, {"100%", 100}, {"0", 0})
SOME(some_flags, {"SYN", 2}, {"\"SYN|ACK\"", 18}, {"0x10", 16}, {"\"FIN|0x2\"", 3}, {"0", 0})
SOME(some_errno, {"-ENOENT", -2}, {"EIO", 5}, {"-EAGAIN", -11}, {"-2", -2}, {"0", 0})
SOME(some_moment, {"\"20s ago\"", 80e9L}, {"\"in 10s\"", 110e9L}, {"\"1m40s ago\"", 0},
     {"90000000000ns", 90e9L}, {"90000000000", 90e9L}, {"\"500ms ago\"", 99.5e9L})
SOME(some_birth, {"\"55s ago\"", 45e9L}, {"never", 0}, {"\"10s ago\"", 90e9L},
     {"45000000000ns", 45e9L})
SOME(some_date, {"2025-01-01", 1735689600e9L}, {"\"2026-06-01T00:00:01Z\"", 1780272001e9L},
     {"\"2026-06-01 00:00:00\"", 1780272000e9L}, {"1780272000", 1780272000e9L},
     {"\"2026-06-01T00:00:00.5Z\"", 1780272000.5e9L})
SOME(some_bits, {"0", 0}, {"5", 5}, {"-3", -3}, {"31", 31}, {"-64", -64}, {"63", 63})

#define IDENTITY(member) .is_identity = true, .identity = IS_##member
static const struct atom_kind atom_kinds[] = {
	{"saddr", 4, .bytes = saddr_of, .random = some_ip4, .max_bits = 32},
	{"daddr", 4, .bytes = daddr_of, .random = some_ip4, .max_bits = 32},
	{"src6", 16, .bytes = src6_of, .random = some_ip6, .max_bits = 128},
	{"smac", 6, .bytes = smac_of, .random = some_mac, .max_bits = 48, IDENTITY(smac)},
	{"raw", 3, .bytes = raw_of, .random = some_bytes, IDENTITY(raw)},
	{"verdict", .number = verdict_of, .random = some_verdict, IDENTITY(verdict)},
	{"ip_proto", .number = proto_of, .random = some_proto, IDENTITY(ip_proto)},
	{"is_on", .number = is_on_of, .random = some_bool, IDENTITY(is_on)},
	{"usage_pct", .number = usage_of, .random = some_percent, IDENTITY(usage_pct)},
	{"th_flags", .number = flags_of, .random = some_flags, IDENTITY(th_flags)},
	{"io_errno", .number = errno_of, .random = some_errno, IDENTITY(io_errno)},
	{"seen_at", .number = seen_at_of, .random = some_moment, IDENTITY(seen_at)},
	{"born", .number = born_of, .random = some_birth, IDENTITY(born)},
	{"made", .number = made_of, .random = some_date, IDENTITY(made)},
	{"x", .number = x_of, .random = some_share},
	{"n", .number = n_of, .random = some_units},
	{"dport", .number = dport_of, .random = some_port},
	{"took_ns", .number = took_of, .random = some_time},
	{"wide", .number = wide_of, .random = some_wide},
	{"low", .number = low_bits_of, .random = some_bits},
	{"high", .number = high_bits_of, .random = some_bits},
	{"age", .number = age_of, .random = some_age, .is_of_live = true},
	{"idle", .number = idle_of, .random = some_age, .is_of_live = true},
	{"seen", .number = seen_of, .random = some_count, .is_of_live = true},
};

/* -- made up -- */

static inline void swap_ends(struct extent *extent, const struct atom_kind *kind)
{
	struct extent was = *extent;

	memcpy(extent->low, was.high, kind->n_bytes);
	memcpy(extent->high, was.low, kind->n_bytes);
	extent->low_x = was.high_x;
	extent->high_x = was.low_x;
}

static inline bool is_turned(const struct extent *extent, const struct atom_kind *kind)
{
	return kind->n_bytes ? memcmp(extent->low, extent->high, kind->n_bytes) > 0
			     : extent->low_x > extent->high_x;
}

static inline void make_one(const struct atom_kind *kind, struct extent *extent, struct buf *text)
{
	kind->random(extent, text);
	memcpy(extent->high, extent->low, sizeof(extent->high));
	extent->high_x = extent->low_x;
}

/* low..high, whichever was drawn first. */
static inline void make_range(const struct atom_kind *kind, struct extent *extent, struct buf *text)
{
	SCOPED(buf) one = {0}, two = {0};
	struct extent high = {0};
	bool is_back;

	make_one(kind, extent, &one);
	make_one(kind, &high, &two);
	memcpy(extent->high, high.low, sizeof(extent->high));
	extent->high_x = high.low_x;
	is_back = is_turned(extent, kind);
	if (is_back)
		swap_ends(extent, kind);
	buf_addf(text, "%s..%s", buf_text(is_back ? &two : &one), buf_text(is_back ? &one : &two));
}

/* ADDRESS/BITS; of IPv6 also those of the IPv4 inside. */
static inline void make_network(const struct atom_kind *kind, struct extent *extent,
				struct buf *text)
{
	unsigned bits = below(kind->max_bits + 1), behind = 0;

	if (kind->max_bits == 128 && below(3) == 0) {
		memset(extent->low, 0, 10);
		extent->low[10] = extent->low[11] = 0xff;
		random_ip4(extent->low + 12);
		add_ip4(extent->low + 12, text);
		bits = below(33);
		behind = 96;
	} else {
		kind->random(extent, text);
	}
	buf_addf(text, "/%u", bits);
	memcpy(extent->high, extent->low, sizeof(extent->high));
	for (unsigned bit = behind + bits; bit < kind->max_bits; bit++) {
		extent->low[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		extent->high[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
}

static inline void make_member(const struct atom_kind *kind, struct extent *extent,
			       struct buf *text)
{
	unsigned draw = below(3);

	if (draw == 0 && kind->max_bits)
		make_network(kind, extent, text);
	else if (draw == 1)
		make_range(kind, extent, text);
	else
		make_one(kind, extent, text);
}

static inline struct atom make_atom(struct buf *text)
{
	struct atom atom = {.kind = &atom_kinds[below(ARRAY_LEN(atom_kinds))],
			    .op = below(SIGNS + 4)};

	buf_adds(text, atom.kind->column);
	if (atom.op < SIGNS) {
		buf_adds(text, signs[atom.op]);
		make_one(atom.kind, &atom.members[0], text);
		atom.n_members = 1;
		return atom;
	}
	atom.op = SIGNS;
	atom.is_negated = below(2);
	atom.n_members = below(MOST_MEMBERS) + 1;
	buf_adds(text, atom.is_negated ? " not in (" : " in (");
	for (unsigned i = 0; i < atom.n_members; i++) {
		buf_adds(text, i ? ", " : "");
		make_member(atom.kind, &atom.members[i], text);
	}
	buf_addc(text, ')');
	return atom;
}

/* -- judged: 1 true, 0 false, -1 unknown -- */

static inline int order_of(const struct atom_kind *kind, const struct row *row,
			   const uint8_t *bytes, long double x)
{
	long double is;

	if (kind->n_bytes)
		return memcmp(kind->bytes(row), bytes, kind->n_bytes);
	is = kind->number(row);
	return (is > x) - (is < x);
}

static inline int atom_truth(const struct atom *atom, const struct row *row)
{
	const struct atom_kind *kind = atom->kind;
	bool is_in = false;

	if ((kind->is_of_live && !row->is_there) ||
	    (kind->is_identity && !has_value(row, kind->identity)))
		return -1;
	if (atom->op < SIGNS)
		return holds(atom->op,
			     order_of(kind, row, atom->members[0].low, atom->members[0].low_x));
	for (unsigned i = 0; i < atom->n_members; i++) {
		const struct extent *member = &atom->members[i];

		is_in |= order_of(kind, row, member->low, member->low_x) >= 0 &&
			 order_of(kind, row, member->high, member->high_x) <= 0;
	}
	return is_in != atom->is_negated;
}

/* -- networks in networks, columns beside columns, what is shown -- */

enum odd_kind {
	ODD_NETWORK,
	ODD_PAIR,
	ODD_KEY_SHOWN,
	ODD_WORD,
	ODD_TEXT_ORDER,
	ODD_REGEX,
	ODD_MOMENTS,
	N_ODD_KINDS
};

struct odd {
	enum odd_kind kind;
	unsigned op, bits;
	bool is_negated;
	uint8_t address[4];
	const char *word;
};

/* Regular expressions, and what they are of the few texts there are. */
static const struct {
	const char *pattern, *matches;
} regexes[] = {
	{"b$", " ab b "}, {"^[ab]*$", "  a ab b "}, {"^.?b", " ab b abc "},
	{"^$", "  "},	  {"(a|c)$", " a abc "},    {"^(a|b){2}", " ab abc "},
};

static inline bool is_listed(const char *list, const char *text)
{
	SCOPED(buf) word = {0};

	buf_addf(&word, " %s ", text);
	return strstr(list, buf_text(&word));
}

static inline struct odd make_odd(struct buf *text)
{
	static const char *const words[] = {"tcp", "udp", "DROP", "nothing"};
	static const char *const texts[] = {"a", "ab", "b"};
	struct odd odd = {.kind = below(N_ODD_KINDS), .op = below(SIGNS), .is_negated = below(2)};

	switch (odd.kind) {
	case ODD_NETWORK:
		odd.bits = below(33);
		random_ip4(odd.address);
		buf_adds(text, odd.is_negated ? "net not in " : "net in ");
		add_ip4(odd.address, text);
		buf_addf(text, "/%u", odd.bits);
		break;
	case ODD_PAIR:
		buf_addf(text, "saddr%sdaddr", signs[odd.op]);
		break;
	case ODD_KEY_SHOWN:
		odd.bits = below(10);
		buf_addf(text, "key %s \"^\\\\{a=%u[0-9]*, \"", odd.is_negated ? "!~" : "~",
			 odd.bits);
		break;
	case ODD_WORD:
		odd.word = words[below(ARRAY_LEN(words))];
		buf_adds(text, odd.word);
		break;
	case ODD_REGEX:
		odd.bits = below(ARRAY_LEN(regexes));
		buf_addf(text, "t %s \"%s\"", odd.is_negated ? "!~" : "~",
			 regexes[odd.bits].pattern);
		break;
	case ODD_MOMENTS:
		buf_addf(text, "seen_at%sborn", signs[odd.op]);
		break;
	default:
		odd.word = texts[below(ARRAY_LEN(texts))];
		buf_addf(text, "t%s\"%s\"", signs[odd.op], odd.word);
	}
	return odd;
}

static inline bool is_inside(const struct kinds_value *value, const struct odd *odd)
{
	uint8_t mine[4], theirs[4];

	memcpy(mine, value->net.address, 4);
	memcpy(theirs, odd->address, 4);
	cut(mine, 32, odd->bits);
	cut(theirs, 32, odd->bits);
	return value->net.bits >= odd->bits && memcmp(mine, theirs, 4) == 0;
}

/* What a value shows: protocols and verdicts by name. */
static inline bool shows(const struct row *row, const char *word)
{
	const struct kinds_value *value = value_of(row);

	if (!strcmp(word, "tcp"))
		return has_value(row, IS_ip_proto) && value->ip_proto == 6;
	if (!strcmp(word, "udp"))
		return has_value(row, IS_ip_proto) && value->ip_proto == 17;
	return !strcmp(word, "DROP") && has_value(row, IS_verdict) && value->verdict == 1;
}

static inline int odd_truth(const struct odd *odd, const struct row *row)
{
	const struct kinds_value *value = value_of(row);
	char number[12];

	switch (odd->kind) {
	case ODD_NETWORK:
		if (!has_value(row, IS_net))
			return -1;
		return is_inside(value, odd) != odd->is_negated;
	case ODD_PAIR:
		return holds(odd->op, memcmp(row->key.saddr, row->key.daddr, 4));
	case ODD_KEY_SHOWN:
		snprintf(number, sizeof(number), "%u", row->key.a);
		return (number[0] == (char)('0' + odd->bits)) != odd->is_negated;
	case ODD_WORD:
		return shows(row, odd->word);
	case ODD_REGEX:
		if (!has_value(row, IS_t))
			return -1;
		return is_listed(regexes[odd->bits].matches, value->t) != odd->is_negated;
	case ODD_MOMENTS:
		if (!has_value(row, IS_seen_at) || !has_value(row, IS_born))
			return -1;
		return holds(odd->op,
			     (value->seen_at > value->born) - (value->seen_at < value->born));
	default:
		if (!has_value(row, IS_t))
			return -1;
		return holds(odd->op, strcmp(value->t, odd->word));
	}
}
