/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text as terminals see it, and hostile bytes made harmless. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "tests/unit/starved.h"

#include <string.h>

static void points_go_there_and_back(void **state)
{
	SCOPED(buf) out = {0};

	(void)state;
	for (uint32_t point = 0; point < 0x110000; point++) {
		uint32_t back;

		if (point >= 0xd800 && point < 0xe000)
			continue;
		buf_clear(&out);
		utf8_put(&out, point);
		assert_int_equal(utf8_next(buf_text(&out), out.len, &back), out.len);
		assert_int_equal(back, point);
		if (out.len > 1) { /* torn */
			assert_int_equal(utf8_next(buf_text(&out), out.len - 1, &back), 1);
			assert_int_equal(back, UINT32_MAX);
		}
	}
}

static void malformed_bytes_are_one_each(void **state)
{
	static const char *const rows[] = {
		"\x80",		    /* continuation alone */
		"\xc0\x80",	    /* overlong NUL */
		"\xc1\xbf",	    /* overlong DEL */
		"\xe0\x9f\xbf",	    /* overlong, 3 bytes */
		"\xf0\x8f\xbf\xbf", /* overlong, 4 bytes */
		"\xed\xa0\x80",	    /* surrogate */
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80", /* past U+10FFFF */
		"\xf5\x80\x80\x80",
		"\xff",
		"\xe2\x28\xa1", /* the second byte isn't one */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t point = 0;

		assert_int_equal(utf8_next(rows[i], strlen(rows[i]), &point), 1);
		assert_int_equal(point, UINT32_MAX);
	}
}

static void widths(void **state)
{
	static const struct {
		uint32_t point;
		int columns;
	} rows[] = {
		{'a', 1},     {0xe9, 1},    {0x2026, 1}, {0x2500, 1}, {0x28ff, 1}, {0x2588, 1},
		{0x4e00, 2},  {0x3042, 2},  {0xac00, 2}, {0xff21, 2}, {0xff71, 1}, {0x1f600, 2},
		{0x1f4a9, 2}, {0x20000, 2}, {0x301, 0},	 {0x20d0, 0}, {0x0e31, 0}, {0x3000, 2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(utf8_is_tame(rows[i].point));
		assert_int_equal(utf8_width(rows[i].point), rows[i].columns);
	}
}

static void what_must_not_reach_a_terminal(void **state)
{
	static const struct {
		uint32_t first, last;
	} wild[] = {
		{0, 0x1f},
		{0x7f, 0x9f},
		{0xad, 0xad}, /* controls, soft hyphen */
		{0x200b, 0x200f},
		{0x202a, 0x202e},
		{0x2066, 0x2069}, /* zero width, bidi */
		{0x2028, 0x2029},
		{0x061c, 0x061c},
		{0xfeff, 0xfeff},
		{0x2060, 0x2064},
		{0xe000, 0xe0ff},
		{0xfe00, 0xfe0f},
		{0xe0100, 0xe01ef}, /* private, variation */
		{0xe0001, 0xe007f},
		{0xd800, 0xdfff},
		{0xfffe, 0xffff}, /* tags, surrogates */
		{0x115f, 0x1160},
		{0x3164, 0x3164},
		{0x0378, 0x0379}, /* fillers, not assigned */
		{0x10fffe, 0x110010},
		{UINT32_MAX, UINT32_MAX},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wild); i++)
		for (uint64_t point = wild[i].first; point <= wild[i].last; point++)
			assert_false(utf8_is_tame((uint32_t)point));
}

static void taming_escapes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *tame;
	} rows[] = {
		{"plain text", 10, "plain text"},
		{"a\n\t\r\0b", 6, "a\\n\\t\\r\\0b"},
		{"\x1b[2J", 4, "\\x1b[2J"},
		{"\x7f", 1, "\\x7f"},
		{"C:\\n", 4, "C:\\\\n"},
		{"\xff\xc3", 2, "\\xff\\xc3"},
		{"\xc2\x9b"
		 "31m",
		 5, "\\u{009b}31m"},
		{"x\xe2\x80\xaey", 5, "x\\u{202e}y"},
		{"\xe2\x80\x8b", 3, "\\u{200b}"},
		{"\xf3\xa0\x80\x81", 4, "\\u{e0001}"},
		{"\xcc\x81", 2, "\\u{0301}"},
		{"e\xcc\x81", 3, "e\xcc\x81"},
		{"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81", 9, "e\xcc\x81\xcc\x81\xcc\x81\\u{0301}"},
		{"\n\xcc\x81", 3, "\\n\\u{0301}"},
		{"\xe6\x97\xa5", 3, "\xe6\x97\xa5"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		SCOPED(buf) out = {0};

		utf8_tame(&out, rows[i].bytes, rows[i].len);
		assert_string_equal(buf_text(&out), rows[i].tame);
	}
}

/* Whatever comes in: what comes out is UTF-8 of tame points only. */
static void taming_random_bytes(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < (int)unless_starved(3000, 100); round++) {
		char bytes[64];
		size_t len = num_random(&seed) % sizeof(bytes);
		SCOPED(buf) out = {0};

		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)(num_random(&seed) >> (round & 7));
		utf8_tame(&out, bytes, len);
		for (size_t i = 0; i < out.len;) {
			uint32_t point;

			i += utf8_next(out.at + i, out.len - i, &point);
			assert_true(utf8_is_tame(point));
		}
	}
}

static void fitting(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		bool ascii;
		const char *fit;
		size_t used;
	} rows[] = {
		{"flows", 5, false, "flows", 5},   {"flows", 4, false, "flo…", 4},
		{"flows", 4, true, "flo~", 4},	   {"flows", 1, false, "…", 1},
		{"flows", 0, false, "", 0},	   {"", 3, false, "", 0},
		{"日本語", 6, false, "日本語", 6}, {"日本語", 5, false, "日本…", 5},
		{"日本語", 4, false, "日…", 3},	   {"e\xcc\x81", 1, false, "e\xcc\x81", 1},
		{"e\xcc\x81x", 1, false, "…", 1},  {"xe\xcc\x81yz", 3, false, "xe\xcc\x81…", 3},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		SCOPED(buf) out = {0};
		size_t used = utf8_fit(&out, rows[i].text, strlen(rows[i].text), rows[i].columns,
				       rows[i].ascii);

		assert_string_equal(buf_text(&out), rows[i].fit);
		assert_int_equal(used, rows[i].used);
		assert_int_equal(used, utf8_columns(buf_text(&out), out.len));
	}
}

static void torn_ends(void **state)
{
	(void)state;
	assert_int_equal(utf8_whole("ab", 2), 2);
	assert_int_equal(utf8_whole("", 0), 0);
	assert_int_equal(utf8_whole("a日", 4), 4);
	assert_int_equal(utf8_whole("a日", 3), 1);
	assert_int_equal(utf8_whole("a日", 2), 1);
	assert_int_equal(utf8_whole("\xf0\x9f\x98\x80", 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_go_there_and_back),
		cmocka_unit_test(malformed_bytes_are_one_each),
		cmocka_unit_test(widths),
		cmocka_unit_test(what_must_not_reach_a_terminal),
		cmocka_unit_test(taming_escapes),
		cmocka_unit_test(taming_random_bytes),
		cmocka_unit_test(fitting),
		cmocka_unit_test(torn_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
