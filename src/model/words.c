/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names are cut into at most MAX_WORDS words that stay where they stand; the pattern is cut by the same
 * knife, so that neither has a spelling of its own. Longer names fit nothing. */
#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/tidy.h"
#include "model/words.h"

enum { MAX_WORDS = 16, MAX_DISTANCE_LEN = 64 };

struct word {
	const char *at;
	size_t len;
};

struct words {
	struct word word[MAX_WORDS];
	size_t n;
	bool is_cut; /* there were more */
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '*';
}

/* A word goes on while letters follow letters without a step up in case, or digits digits. */
static bool goes_on(char before, char c)
{
	unsigned char a = (unsigned char)before, b = (unsigned char)c;

	if (!is_word(c) || !isdigit(a) != !isdigit(b))
		return false;
	return !(islower(a) && isupper(b));
}

static struct words words_of(const char *text, size_t len)
{
	struct words words = {.n = 0};

	for (size_t i = 0; i < len;) {
		size_t end = i + 1;

		if (!is_word(text[i])) {
			i++;
			continue;
		}
		while (end < len && goes_on(text[end - 1], text[end]))
			end++;
		if (words.n == MAX_WORDS) {
			words.is_cut = true;
			break;
		}
		words.word[words.n++] = (struct word){text + i, end - i};
		i = end;
	}
	return words;
}

static bool is_number(const struct word *word)
{
	return isdigit((unsigned char)word->at[0]);
}

static bool same_word(const struct word *a, const struct word *b)
{
	return a->len == b->len && strncasecmp(a->at, b->at, a->len) == 0;
}

/* Glob with "*" for any run of words; patterns have two of them at most, so trying all is cheap. */
static bool globs(const struct word *pattern, size_t n_pattern, const struct word *name, size_t n)
{
	if (n_pattern == 0)
		return n == 0;
	if (pattern->at[0] == '*')
		return globs(pattern + 1, n_pattern - 1, name, n) ||
		       (n > 0 && globs(pattern, n_pattern, name + 1, n - 1));
	return n > 0 && same_word(pattern, name) &&
	       globs(pattern + 1, n_pattern - 1, name + 1, n - 1);
}

static struct words without_number(struct words words)
{
	while (words.n > 1 && is_number(&words.word[words.n - 1]))
		words.n--;
	return words;
}

bool words_fit(const char *name, const char *patterns)
{
	struct words mine = without_number(words_of(name, strlen(name)));

	if (mine.is_cut)
		return false;
	while (*patterns) {
		size_t len = strcspn(patterns, " ");
		struct words pattern = words_of(patterns, len);

		if (globs(pattern.word, pattern.n, mine.word, mine.n))
			return true;
		patterns += len;
		patterns += strspn(patterns, " ");
	}
	return false;
}

static bool is_text(const struct word *word, const char *text)
{
	return same_word(word, &(struct word){text, strlen(text)});
}

bool words_part(const char *a, const char *b, const char *in_a, const char *in_b)
{
	struct words left = words_of(a, strlen(a)), right = words_of(b, strlen(b));
	bool has_parted = false;

	if (left.is_cut || right.is_cut || left.n != right.n)
		return false;
	for (size_t i = 0; i < left.n; i++) {
		if (same_word(&left.word[i], &right.word[i]))
			continue;
		if (has_parted || !is_text(&left.word[i], in_a) || !is_text(&right.word[i], in_b))
			return false;
		has_parted = true;
	}
	return has_parted;
}

static bool is_identifier(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool words_has(const char *text, const char *word, size_t len)
{
	for (const char *at = text; *at;) {
		const char *end = at;

		while (is_identifier(*end))
			end++;
		if ((size_t)(end - at) == len && memcmp(at, word, len) == 0)
			return true;
		at = *end ? end + 1 : end;
	}
	return false;
}

unsigned words_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned row[MAX_DISTANCE_LEN + 1];

	if (a_len > MAX_DISTANCE_LEN || b_len > MAX_DISTANCE_LEN)
		return UINT_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0]; /* the row above, one to the left */

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned changed = diagonal + (a[i - 1] != b[j - 1]);
			unsigned shorter = MIN_OF(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = MIN_OF(changed, shorter);
		}
	}
	return row[b_len];
}

unsigned words_far(size_t len)
{
	return (unsigned)len / 3 + 1;
}

bool words_nearer(const char *typed, size_t len, const char *name, unsigned *least)
{
	unsigned distance = words_distance(typed, len, name, strlen(name));

	if (distance >= *least)
		return false;
	*least = distance;
	return true;
}
