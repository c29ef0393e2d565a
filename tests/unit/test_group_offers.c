/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is offered while a grouping is typed, and what is said of one that means nothing. */
#include "tests/unit/group_followed.h"

/* -- what is offered -- */

struct offered {
	struct followed it;
	struct buf parts;
};

/* Whatever is offered makes groups of all rows. */
static void note_offer(void *ctx, const char *part, const char *about)
{
	struct offered *offered = ctx;
	struct group *group = group_of(&offered->it.table, part, "");
	const struct table *groups = group_table(group);
	size_t n_rows = 0;

	assert_true(*about);
	for (size_t row = 0; row < table_n_live(groups); row++)
		n_rows += (size_t)count_of(groups, row);
	assert_int_equal(n_rows, table_n_live(&offered->it.table));
	group_free(group);
	buf_addf(&offered->parts, "%s%s", offered->parts.len ? " " : "", part);
}

static void test_offers(void **state)
{
	static const struct {
		const char *map, *parts;
	} offers[] = {
		{"flows",
		 "saddr saddr/24 saddr/16 saddr/8 saddr/64 daddr daddr/24 daddr/16 daddr/8 "
		 "daddr/64 dport proto packets:log2 "
		 "packets.rate:log2 bytes:log2 bytes.rate:log2 first_seen:1m last_seen:1m state "
		 "age:log2 idle:log2"},
		{"ports", "port proto packets:log2 packets.rate:log2 packets.maxcpu bytes:log2 "
			  "bytes.rate:log2 bytes.maxcpu state age:log2 idle:log2"},
		{"kinds", "name part count:log2 count.rate:log2 balance:log2 balance.rate:log2 "
			  "comment colour "
			  "is_on letter tiny tiny:log2 small small:log2 low low:log2 mid mid:log2 "
			  "top top:log2 "
			  "level mac ratio ratio:log2 share share:log2 owner started_ns:log2 wide "
			  "wide_signed "
			  "at.x:log2 at.x.rate:log2 at.y:log2 at.y.rate:log2 either.word:log2 "
			  "either.word.rate:log2 inner:log2 inner.rate:log2 anonymous:log2 "
			  "anonymous.rate:log2 "
			  "state age:log2 idle:log2"},
		{"globals", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(offers); i++) {
		struct offered offered = {0};
		size_t n;

		follow(&offered.it, offers[i].map);
		read_on(&offered.it);
		n = group_offers(&offered.it.table, note_offer, &offered);
		assert_int_equal(n > 0, offered.parts.len > 0);
		assert_string_equal(buf_text(&offered.parts), offers[i].parts);
		buf_release(&offered.parts);
		unfollow(&offered.it);
	}
}

/* -- networks of what is in the map -- */

static void add_prefix(void *ctx, const char *part, const char *about)
{
	struct buf *out = ctx;

	(void)about;
	if (strncmp(part, "addr/", 5) == 0)
		buf_addf(out, "%s%s", out->len ? " " : "", part + 4);
}

/* A map whose keys are so many addresses of each kind. */
static void make_addresses(struct table *table, const char *format, unsigned n_ip4, unsigned n_ip6)
{
	uint32_t size = strcmp(format, "ip4") == 0 ? 4 : 16;
	const struct field addr = {.name = "addr",
				   .type = "test",
				   .kind = FIELD_BYTES,
				   .size = size,
				   .format = format_named(format, strlen(format))};
	struct plan plan;

	plan_begin(&plan, size, 8, "test");
	assert_int_equal(plan_add(&plan, false, &addr, NULL), 0);
	open_field(&plan, IN_VALUE, "n", FIELD_UINT, 0, 8);
	make_table(table, &plan, 1);
	for (unsigned i = 0; i < n_ip4 + n_ip6; i++) {
		uint8_t key[16] = {[10] = 0xff, [11] = 0xff, [15] = (uint8_t)i};
		uint64_t n = 1;

		if (i >= n_ip4)
			key[10] = 0;
		assert_int_equal(snap_add(table->next, size == 4 ? key + 12 : key, &n), 0);
	}
	take_at(table, SECOND);
}

static void test_networks(void **state)
{
	static const struct {
		const char *format;
		unsigned n_ip4, n_ip6;
		const char *prefixes;
	} cases[] = {
		{"ip4", 3, 0, "/24 /16 /8"},
		{"ip4", 0, 0, "/24 /16 /8"},
		{"ip6", 9, 0, "/24 /16 /8"},
		{"ip6", 9, 1, "/24 /16 /8 /64"},
		{"ip6", 5, 5, "/64 /48 /32 /24 /16 /8"},
		{"ip6", 1, 9, "/64 /48 /32 /24"},
		{"ip6", 0, 9, "/64 /48 /32"},
		{"ip6", 0, 0, "/64 /48 /32"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct table table;
		SCOPED(buf) prefixes = {0};

		make_addresses(&table, cases[i].format, cases[i].n_ip4, cases[i].n_ip6);
		group_offers(&table, add_prefix, &prefixes);
		assert_string_equal(buf_text(&prefixes), cases[i].prefixes);
		table_release(&table);
	}
}

static void test_faults(void **state)
{
	static const struct {
		const char *by, *text;
		int column;
	} faults[] = {
		{"nope", "no field is called 'nope'", 1},
		{"proto, nope", "no field is called 'nope'", 8},
		{"proto/8", "'proto' is not an address, so it has no prefix", 1},
		{"saddr/200", "a prefix of 'saddr' has 0 to 128 bits", 7},
		{"saddr/x", "a prefix of 'saddr' has 0 to 128 bits", 7},
		{"saddr:log2", "'saddr' is not a number, so it has no ranges", 7},
		{"proto,saddr/24,proto", "cannot group by 'proto': it is grouped by that already",
		 16},
		{"saddr/24,saddr/24", "cannot group by 'saddr': it is grouped by that already", 10},
		{"proto:0", "'0' is no format and no range", 7},
		{"proto:nonsense", "'nonsense' is no format and no range", 7},
		{"proto,", "expected a column's name", 7},
		{"key", "cannot group by 'key'", 1},
		{"bytes:1,bytes:2,bytes:3,bytes:4,bytes:5,bytes:6,bytes:7,bytes:8,bytes:9",
		 "at most 8 fields make a group", 65},
	};
	struct followed it;

	(void)state;
	follow(&it, "flows");
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct group *group = NULL;
		struct err err = {0};

		assert_int_equal(group_new(&it.table, faults[i].by, "", &group, &err), -EINVAL);
		assert_null(group);
		if (strncmp(err.text, faults[i].text, strlen(faults[i].text)) != 0 ||
		    err.column != faults[i].column)
			fail_msg("'%s': %d: %s", faults[i].by, err.column, err.text);
	}
	unfollow(&it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
