/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Regular expressions: what they match, what they refuse and where, and that POSIX agrees. */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "query/regex.h"
#include "tests/unit/starved.h"

static bool matches(const char *pattern, const char *text)
{
	struct regex *regex = NULL;
	struct err err = {0};

	if (regex_compile(pattern, strlen(pattern), &regex, &err) < 0)
		fail_msg("%s: %s at %d", pattern, err.text, err.column);
	bool is_match = regex_search(regex, text, strlen(text));

	assert_int_equal(regex_search(regex, text, strlen(text)), is_match);
	regex_free(regex);
	return is_match;
}

static void test_matches(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool is_match;
	} cases[] = {
		{"", "", true},
		{"", "x", true},
		{"eth", "veth0", true},
		{"^eth", "veth0", false},
		{"^eth[0-9]+$", "eth17", true},
		{"^eth[0-9]+$", "eth", false},
		{"a|b|cd", "xxcdxx", true},
		{"^(a|b|)$", "", true},
		{"^(a|b|)$", "c", false},
		{"^(ab)*$", "ababab", true},
		{"^(ab)*$", "ababa", false},
		{"^a{3}$", "aaa", true},
		{"^a{3}$", "aaaa", false},
		{"^a{2,}$", "aaaaaa", true},
		{"^a{2,}$", "a", false},
		{"^a{0,2}$", "", true},
		{"^a{0,2}$", "aa", true},
		{"^a{0,2}$", "aaa", false},
		{"^a{0}b$", "b", true},
		{"^(a{1,2}){2}$", "aaaa", true},
		{"^(a{1,2}){2}$", "aaaaa", false},
		{"[^0-9]", "123", false},
		{"[^0-9]", "12x3", true},
		{"[]a]", "]", true},
		{"[a-]", "-", true},
		{"[[:digit:][:space:]]$", "a 7", true},
		{"\\d+\\.\\d", "10.0.0.1", true},
		{"\\.", "ab", false},
		{"^\\W$", "-", true},
		{"^\\S\\s$", "a b", false},
		{"(?i)ETH", "veth0", true},
		{"(?i)[A-C]x", "bX", true},
		{"(?i)\xc3\xa4", "\xc3\xa4", true},
		{"ETH", "eth", false},
		{"^.$", "\xc3\xa4", true},
		{"^..$", "\xc3\xa4", false},
		{"^[^x]$", "\xe2\x82\xac", true},
		{"^\xc3\xa4+$", "\xc3\xa4\xc3\xa4", true},
		{"^a$|^b$", "b", true},
		{"a$b", "ab", false},
		{"(^a|b)c", "xbc", true},
		{"(^a|b)c", "xac", false},
		{"((a*)*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false},
		{"x*", "", true},
		{"$", "", true},
		{"^$", "a", false},
		{"^a?b+c*$", "bbb", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (matches(cases[i].pattern, cases[i].text) != cases[i].is_match)
			fail_msg("/%s/ on '%s'", cases[i].pattern, cases[i].text);
}

static void test_faults(void **state)
{
	static const struct {
		const char *pattern;
		int column;
	} cases[] = {
		{"*a", 1},	   {"a(b", 2},		{"a)b", 2},
		{"[ab", 1},	   {"a{", 3},		{"a{2", 2},
		{"a{3,1}", 5},	   {"a{256}", 5},	{"\\", 1},
		{"\\q", 1},	   {"[z-a]", 4},	{"[[:foo:]]", 2},
		{"a|+", 3},	   {"[\\D]", 2},	{"(((a{99}){99}", 13},
		{"[\xc3\xa4]", 2}, {"a{255}{255}", 11},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct regex *regex = NULL;
		struct err err = {0};

		assert_true(regex_compile(cases[i].pattern, strlen(cases[i].pattern), &regex,
					  &err) < 0);
		if (err.column != cases[i].column)
			fail_msg("%s: '%s' at %d", cases[i].pattern, err.text, err.column);
	}
}

/* Any pattern out of these pieces means the same to regcomp(3). */
static void random_pattern(uint64_t *seed, char *out, size_t n_pieces)
{
	static const char *const pieces[] = {"a", "b",	   "(a|b)",  "[ab]", "[^a]",
					     ".", "(ab|)", "(a|bb)", "c"};
	static const char *const repeats[] = {"", "", "*", "+", "?", "{2}", "{1,3}", "{2,}"};

	*out = '\0';
	if (num_random(seed) % 3 == 0)
		strcat(out, "^");
	for (size_t i = 0; i < n_pieces; i++) {
		strcat(out, pieces[num_random(seed) % ARRAY_LEN(pieces)]);
		strcat(out, repeats[num_random(seed) % ARRAY_LEN(repeats)]);
		if (num_random(seed) % 5 == 0)
			strcat(out, "|");
	}
	if (num_random(seed) % 3 == 0)
		strcat(out, "$");
}

static void test_agrees_with_posix(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < unless_starved(2000, 100); round++) {
		char pattern[256], text[16];
		struct regex *mine = NULL;
		regex_t theirs;

		random_pattern(&seed, pattern, 1 + num_random(&seed) % 5);
		assert_int_equal(regex_compile(pattern, strlen(pattern), &mine, NULL), 0);
		if (regcomp(&theirs, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
			regex_free(mine);
			continue;
		}
		for (unsigned i = 0; i < 20; i++) {
			size_t len = num_random(&seed) % sizeof(text);

			for (size_t at = 0; at < len; at++)
				text[at] = "abc"[num_random(&seed) % 3];
			text[len] = '\0';
			if (regex_search(mine, text, len) !=
			    (regexec(&theirs, text, 0, NULL, 0) == 0))
				fail_msg("/%s/ on '%s'", pattern, text);
		}
		regfree(&theirs);
		regex_free(mine);
	}
}

/* More sets of steps than are remembered: (a|b)*a(a|b){12} has 2^13 of them. */
static void test_forgets_and_goes_on(void **state)
{
	const char *pattern = "a[ab]{12}$";
	struct regex *regex = NULL;
	char text[4096];
	uint64_t seed = 3;

	(void)state;
	assert_int_equal(regex_compile(pattern, strlen(pattern), &regex, NULL), 0);
	for (unsigned round = 0; round < 20; round++) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = "ab"[num_random(&seed) % 2];
		assert_int_equal(regex_search(regex, text, sizeof(text)),
				 text[sizeof(text) - 13] == 'a');
	}
	regex_free(regex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_agrees_with_posix),
		cmocka_unit_test(test_forgets_and_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
