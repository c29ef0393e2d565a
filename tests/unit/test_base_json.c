/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The JSON writer, read back by a parser that is not ours. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "tests/unit/starved.h"

#include <cjson/cJSON.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void lists_are_arrays_or_lines(void **state)
{
	static const char *const expected[] = {"[1,2]\n", "1\n2\n"};

	(void)state;
	for (int is_lines = 0; is_lines < 2; is_lines++) {
		SCOPED(buf) out = {0};
		struct json json;

		json_init(&json, &out);
		json_list_open(&json, is_lines);
		for (uint64_t i = 1; i <= 2; i++) {
			json_uint(&json, i);
			json_list_next(&json, is_lines);
		}
		json_list_close(&json, is_lines);
		assert_string_equal(buf_text(&out), expected[is_lines]);
	}
}

static void nesting_and_commas(void **state)
{
	SCOPED(buf) out = {0};
	struct json json;

	(void)state;
	json_init(&json, &out);
	json_open(&json, '{');
	json_name(&json, "a");
	json_open(&json, '[');
	json_uint(&json, UINT64_MAX);
	json_int(&json, INT64_MIN);
	json_open(&json, '[');
	json_close(&json, ']');
	json_bool(&json, true);
	json_bool(&json, false);
	json_null(&json);
	json_raw(&json, "{}", 2);
	json_close(&json, ']');
	json_name(&json, "b");
	json_text(&json, "x\"y");
	json_name(&json, "c");
	json_open(&json, '{');
	json_close(&json, '}');
	json_close(&json, '}');
	buf_addc(&out, '\n');
	json_open(&json, '{');
	json_close(&json, '}');
	assert_string_equal(
		buf_text(&out),
		"{\"a\":[18446744073709551615,-9223372036854775808,[],true,false,null,{}],"
		"\"b\":\"x\\\"y\",\"c\":{}}\n{}");
}

/* Undoes json_quote's own layer, which the parser leaves: \\ and \xNN. */
static size_t unescape(const char *text, char *bytes)
{
	size_t n = 0;

	while (*text) {
		if (text[0] != '\\') {
			bytes[n++] = *text++;
		} else if (text[1] == '\\') {
			bytes[n++] = '\\';
			text += 2;
		} else {
			char hex[3] = {text[2], text[3], '\0'};

			assert_int_equal(text[1], 'x');
			bytes[n++] = (char)strtoul(hex, NULL, 16);
			text += 4;
		}
	}
	return n;
}

static void quote_and_compare(const char *bytes, size_t len)
{
	SCOPED(buf) out = {0};
	char back[512];

	json_quote(&out, bytes, len);
	for (size_t i = 0; i < out.len;) { /* harmless when it is looked at */
		uint32_t point;

		i += utf8_next(out.at + i, out.len - i, &point);
		assert_true(utf8_is_tame(point));
	}
	cJSON *parsed = cJSON_ParseWithLength(buf_text(&out), out.len);
	assert_non_null(parsed);
	assert_true(cJSON_IsString(parsed));
	assert_int_equal(unescape(parsed->valuestring, back), len);
	assert_memory_equal(back, bytes, len);
	cJSON_Delete(parsed);
}

/* No NUL in here: this parser's strings end there. */
static void hostile_bytes_come_back(void **state)
{
	static const char *const rows[] = {
		"",
		"plain",
		"\"\\/\b\f\n\r\t",
		"\x1b]0;title\x07",
		"\xff\xfe\x80",
		"\\xff",
		"\\\\",
		"日本 \xf0\x9f\x98\x80",
		"\xe2\x80\xae\xe2\x80\xa8",
		"\xf3\xa0\x80\x81",
		"\xed\xa0\x80",
		"\xc2\x9b\x7f",
		"</script>",
		"\xf0\x9f\x98",
	};
	uint64_t seed = 6;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		quote_and_compare(rows[i], strlen(rows[i]));
	for (int round = 0; round < 3000; round++) {
		char bytes[100];
		size_t len = num_random(&seed) % sizeof(bytes);

		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)(1 + num_random(&seed) % (round & 1 ? 255 : 127));
		quote_and_compare(bytes, len);
	}
}

static void nul_is_an_escape(void **state)
{
	SCOPED(buf) out = {0};

	(void)state;
	json_quote(&out, "a\0b", 3);
	assert_string_equal(buf_text(&out), "\"a\\u0000b\"");
}

/* Text is not doubled: a parser gives back what the screen shows. */
static void text_comes_back_as_it_is(void **state)
{
	static const char *const rows[] = {"\\n", "C:\\temp", "\\\\xff", "a\tb"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		SCOPED(buf) out = {0};
		struct json json;

		json_init(&json, &out);
		json_text(&json, rows[i]);
		cJSON *parsed = cJSON_Parse(buf_text(&out));
		assert_non_null(parsed);
		assert_string_equal(parsed->valuestring, rows[i]);
		cJSON_Delete(parsed);
	}
}

static void check_real(double x, const char *expected)
{
	SCOPED(buf) out = {0};
	struct json json;

	json_init(&json, &out);
	json_real(&json, x);
	if (expected)
		assert_string_equal(buf_text(&out), expected);
	else
		assert_true(strtod(buf_text(&out), NULL) == x);
}

static void reals_read_back(void **state)
{
	uint64_t seed = 7;

	(void)state;
	check_real(0.1, "0.1");
	check_real(-2.5, "-2.5");
	check_real(1e300, "1e+300");
	check_real(1 / 3.0, "0.3333333333333333");
	check_real(NAN, "null");
	check_real(-INFINITY, "null");
	check_real(DBL_MAX, NULL);
	check_real(DBL_TRUE_MIN, NULL);
	for (int i = 0; i < (int)unless_starved(20000, 100); i++) {
		uint64_t bits = num_random(&seed);
		double x;

		memcpy(&x, &bits, sizeof(x));
		if (isfinite(x))
			check_real(x, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_arrays_or_lines), cmocka_unit_test(nesting_and_commas),
		cmocka_unit_test(hostile_bytes_come_back),   cmocka_unit_test(nul_is_an_escape),
		cmocka_unit_test(text_comes_back_as_it_is),  cmocka_unit_test(reals_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
