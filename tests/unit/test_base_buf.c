/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* buf, arena and pages: memory that grows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/pages.h"
#include "base/tidy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void empty_buf_is_text(void **state)
{
	SCOPED(buf) buf = {0};

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	buf_cut(&buf, 0);
	buf_clear(&buf);
	buf_release(&buf);
	buf_release(NULL);
}

static void adds_grow_and_end_in_nul(void **state)
{
	SCOPED(buf) buf = {0};
	char expected[4096] = "";

	(void)state;
	for (int i = 0; i < 300; i++) {
		buf_addf(&buf, "%d;", i);
		snprintf(expected + strlen(expected), 16, "%d;", i);
		assert_int_equal(strlen(buf_text(&buf)), buf.len);
	}
	assert_string_equal(buf_text(&buf), expected);
	buf_cut(&buf, 2);
	buf_cut(&buf, 100);
	buf_addn(&buf, '-', 3);
	buf_addc(&buf, '\0');
	buf_add(&buf, "xy", 2);
	assert_int_equal(buf.len, 8);
	assert_memory_equal(buf.at, "0;---\0xy", 9);
}

static void long_formats_are_not_cut(void **state)
{
	SCOPED(buf) buf = {0};
	char text[1000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[999] = '\0';
	buf_adds(&buf, ">");
	buf_addf(&buf, "%s<", text);
	assert_int_equal(buf.len, 1001);
	assert_int_equal(buf.at[1000], '<');
}

static void decimals_match_printf(void **state)
{
	static const uint64_t edges[] = {0,
					 9,
					 10,
					 99,
					 100,
					 101,
					 1000,
					 65535,
					 UINT32_MAX,
					 INT64_MAX,
					 (uint64_t)INT64_MAX + 1,
					 UINT64_MAX};
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		uint64_t n = i < ARRAY_LEN(edges) ? edges[i]
						  : num_random(&seed) >> (num_random(&seed) & 63);
		SCOPED(buf) buf = {0};
		char expected[64];

		buf_addu(&buf, n);
		buf_addc(&buf, ' ');
		buf_addi(&buf, (int64_t)n);
		snprintf(expected, sizeof(expected), "%" PRIu64 " %" PRId64, n, (int64_t)n);
		assert_string_equal(buf_text(&buf), expected);
	}
}

static void out_of_memory_sticks_until_cleared(void **state)
{
	SCOPED(buf) buf = {0};

	(void)state;
	buf_adds(&buf, "kept");
	assert_int_equal(buf_reserve(&buf, SIZE_MAX), -ENOMEM);
	assert_true(buf.failed);
	buf_adds(&buf, " lost");
	buf_addu(&buf, 7);
	buf_addf(&buf, "%d", 7);
	assert_string_equal(buf_text(&buf), "kept");
	buf_clear(&buf);
	buf_adds(&buf, "again");
	assert_string_equal(buf_text(&buf), "again");
}

static void arena_pieces_are_apart_zeroed_aligned(void **state)
{
	SCOPED(arena) arena = {0};
	uint8_t *pieces[600];
	size_t sizes[600];
	uint64_t seed = 2;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		sizes[i] = num_random(&seed) % (i % 50 ? 300 : 40000);
		pieces[i] = arena_alloc(&arena, sizes[i]);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		for (size_t at = 0; at < sizes[i]; at++)
			assert_int_equal(pieces[i][at], 0);
		memset(pieces[i], (int)i | 1, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		for (size_t at = 0; at < sizes[i]; at++)
			assert_int_equal(pieces[i][at], (uint8_t)(i | 1));
}

static void arena_copies_text(void **state)
{
	SCOPED(arena) arena = {0};

	(void)state;
	assert_string_equal(arena_strdup(&arena, "flows"), "flows");
	assert_string_equal(arena_strndup(&arena, "flows", 3), "flo");
	assert_string_equal(arena_strndup(&arena, "ab", 9), "ab");
	assert_string_equal(arena_printf(&arena, "%s@%d", "pkts", 3), "pkts@3");
}

static void arena_refuses_what_overflows(void **state)
{
	SCOPED(arena) arena = {0};

	(void)state;
	assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_non_null(arena_array(&arena, 3, 4));
	assert_null(arena_alloc(&arena, (size_t)PTRDIFF_MAX - 64));
	assert_non_null(arena_alloc(&arena, 1));
}

static void pages_keep_contents_and_read_zero(void **state)
{
	SCOPED(pages) pages = {0};
	const size_t step = 70001;

	(void)state;
	for (size_t n = 1; n <= 40; n++) {
		assert_int_equal(pages_reserve(&pages, n * step), 0);
		assert_true(pages.cap >= n * step);
		assert_int_equal(pages.at[n * step - 1], 0);
		pages.at[n * step - 1] = (uint8_t)n;
		for (size_t i = 1; i <= n; i++)
			assert_int_equal(pages.at[i * step - 1], i);
	}
}

static void pages_refused_keep_what_they_have(void **state)
{
	SCOPED(pages) pages = {0};

	(void)state;
	assert_int_equal(pages_reserve(&pages, 10), 0);
	pages.at[9] = 42;
	assert_int_equal(pages_reserve(&pages, SIZE_MAX - 5), -ENOMEM);
	assert_int_equal(pages_reserve(&pages, (size_t)1 << 60), -ENOMEM);
	assert_int_equal(pages.at[9], 42);
}

static size_t resident_pages(const struct pages *pages, size_t page)
{
	static unsigned char in_core[65536];
	size_t n = pages->cap / page, resident = 0;

	assert_true(n <= sizeof(in_core));
	assert_int_equal(mincore(pages->at, pages->cap, in_core), 0);
	for (size_t i = 0; i < n; i++)
		resident += in_core[i] & 1;
	return resident;
}

/* The resident memory of the program is a promise: only what was written may count. */
static void pages_cost_only_what_was_written(void **state)
{
	SCOPED(pages) pages = {0};
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)state;
	assert_int_equal(pages_reserve(&pages, 4 << 20), 0);
	assert_int_equal(resident_pages(&pages, page), 0);
	for (size_t i = 0; i < 100; i++)
		pages.at[i * page] = 1;
	assert_int_equal(resident_pages(&pages, page), 100);
	pages_trim(&pages, 10 * page - 1);
	assert_int_equal(resident_pages(&pages, page), 10);
	assert_int_equal(pages.at[9 * page], 1);
	assert_int_equal(pages.at[10 * page], 0);
}

static void pages_go_in_parts(void **state)
{
	SCOPED(pages) pages = {0};
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)state;
	assert_false(pages_release_some(&pages, page));
	assert_int_equal(pages_reserve(&pages, 10 * page), 0);
	pages.at[6 * page - 1] = 42;
	assert_true(pages_release_some(&pages, 3 * page + 1));
	assert_int_equal(pages.cap, 6 * page);
	assert_int_equal(pages.at[6 * page - 1], 42);
	assert_true(pages_release_some(&pages, 5 * page));
	assert_false(pages_release_some(&pages, 5 * page));
	assert_null(pages.at);
	assert_int_equal(pages.cap, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_buf_is_text),
		cmocka_unit_test(adds_grow_and_end_in_nul),
		cmocka_unit_test(long_formats_are_not_cut),
		cmocka_unit_test(decimals_match_printf),
		cmocka_unit_test(out_of_memory_sticks_until_cleared),
		cmocka_unit_test(arena_pieces_are_apart_zeroed_aligned),
		cmocka_unit_test(arena_copies_text),
		cmocka_unit_test(arena_refuses_what_overflows),
		cmocka_unit_test(pages_keep_contents_and_read_zero),
		cmocka_unit_test(pages_refused_keep_what_they_have),
		cmocka_unit_test(pages_cost_only_what_was_written),
		cmocka_unit_test(pages_go_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
