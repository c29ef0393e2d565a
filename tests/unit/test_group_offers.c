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
		 "saddr saddr/64 saddr/48 saddr/32 saddr/24 saddr/16 saddr/8 daddr daddr/64 "
		 "daddr/48 daddr/32 daddr/24 daddr/16 daddr/8 dport proto packets:log2 "
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
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
