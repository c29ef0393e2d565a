/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The grammar that the manual prints, taken at its word: sentences are made up from its rules, and the parser
 * takes each. Seeded; RANDOM_SEED tries others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "query/manual.h"
#include "query/parse.h"
#include "query/query.h"
#include "tests/unit/starved.h"

enum { MAX_DEPTH = 14, LOOP_ROUNDS = 3 };

static uint64_t seed;

static unsigned below(unsigned n)
{
	return (unsigned)(num_random(&seed) % n);
}

/* -- a rule's text -- */

struct reader {
	const char *at;
};

/* The next sign of a rule: a quoted word, a name, or one of ( ) [ ] { } |. "" at the end. */
static size_t peek(struct reader *r)
{
	size_t n = 0;

	r->at += strspn(r->at, " ");
	if (*r->at == '"')
		return (size_t)(strchr(r->at + 1, '"') + 1 - r->at);
	while (islower((unsigned char)r->at[n]))
		n++;
	return n ? n : *r->at != '\0';
}

static bool is_at(struct reader *r, const char *signs)
{
	return peek(r) == 1 && strchr(signs, *r->at);
}

/* -- sentences -- */

static void derive(const char *rule, size_t len, unsigned depth, struct buf *out);

static const char *words_of(const char *name, size_t len)
{
	static const char *const words[] = {"packets", "pkts.rate",	   "hits@3", "10.0.0.0/8",
					    "1.5Mi",   "2001:db8::/32",	   "0x1f",   "a[2].b",
					    "30s",     "aa:bb:cc:dd:ee:ff"};
	static const char *const texts[] = {"\"a b\"", "'it'", "\"\\x41\"", "\"in\""};

	if (len == 4 && memcmp(name, "word", 4) == 0)
		return words[below(ARRAY_LEN(words))];
	assert_true(len == 4 && memcmp(name, "text", 4) == 0);
	return texts[below(ARRAY_LEN(texts))];
}

static bool ends_with(const struct buf *out, const char *end)
{
	size_t len = strlen(end);

	return out->len >= len && memcmp(out->at + out->len - len, end, len) == 0;
}

static void add_sign(const char *sign, size_t len, struct buf *out)
{
	buf_add(out, sign, len);
	buf_addc(out, ' ');
}

static void derive_name(struct reader *r, size_t len, unsigned depth, struct buf *out)
{
	const struct query_rule *rule;

	for (unsigned i = 0; (rule = query_rule_at(i)); i++)
		if (strlen(rule->name) == len && memcmp(rule->name, r->at, len) == 0) {
			derive(rule->is, strlen(rule->is), depth + 1, out);
			return;
		}
	const char *word = words_of(r->at, len);

	add_sign(word, strlen(word), out);
}

/* Where a bracket that opens at *at closes. */
static const char *closing(const char *at)
{
	int depth = 0;

	for (;; at++) {
		if (*at == '"')
			at = strchr(at + 1, '"');
		else if (strchr("([{", *at))
			depth++;
		else if (strchr(")]}", *at) && --depth == 0)
			return at;
	}
}

/* What the words behind the grammar say: "and" must stand before what begins with a minus sign, and a "("
 * behind "in" opens a list. */
static void mend(struct buf *out, size_t from, const char *before)
{
	SCOPED(buf) made = {0};

	buf_add(&made, out->at + from, out->len - from);
	buf_cut(out, from);
	buf_adds(out, before);
	buf_add(out, buf_text(&made), made.len);
}

static void derive_bracket(struct reader *r, unsigned depth, struct buf *out)
{
	const char *end = closing(r->at), *inside = r->at + 1;
	size_t len = (size_t)(end - inside);
	bool is_and = *r->at == '[' && memmem(inside, len, "\"and\"", 5);
	unsigned n = *r->at == '(' ? 1 : below(*r->at == '[' ? 2 : LOOP_ROUNDS);

	if (depth > MAX_DEPTH / 2 && *r->at != '(')
		n = 0;
	r->at = end + 1;
	for (unsigned i = 0; i < n; i++)
		derive(inside, len, depth, out);
	if (is_and && n == 0) {
		size_t from = out->len, name_len = peek(r);

		derive_name(r, name_len, depth, out);
		if (buf_text(out)[from] == '-')
			mend(out, from, "and ");
		r->at += name_len;
	}
}

/* One way of several: the parts up to '|' or the end. */
static void derive_way(const char *at, size_t len, unsigned depth, struct buf *out)
{
	struct reader r = {at};

	while (peek(&r) && r.at < at + len) {
		size_t n = peek(&r), from = out->len;
		bool is_in = ends_with(out, "in ");

		if (is_at(&r, "([{")) {
			derive_bracket(&r, depth, out);
			continue;
		}
		if (*r.at == '"')
			add_sign(r.at + 1, n - 2, out);
		else
			derive_name(&r, n, depth, out);
		if (is_in && !memcmp(r.at, "member", 6) && buf_text(out)[from] == '(')
			mend(out, from, "1 + ");
		r.at += n;
	}
}

static void derive(const char *rule, size_t len, unsigned depth, struct buf *out)
{
	const char *ways[8] = {rule}, *at = rule;
	size_t lens[8], n = 0;

	for (; at < rule + len; at++) {
		if (*at == '"')
			at = strchr(at + 1, '"');
		else if (strchr("([{", *at))
			at = closing(at);
		else if (*at == '|') {
			lens[n] = (size_t)(at - ways[n]);
			ways[++n] = at + 1;
		}
	}
	lens[n] = (size_t)(rule + len - ways[n]);
	n++;
	/* deep down, the way that leads out is the last but one or the last */
	size_t way = depth < MAX_DEPTH ? below((unsigned)n) : n - 1;

	derive_way(ways[way], lens[way], depth, out);
}

static void test_sentences(void **state)
{
	const struct query_rule *first = query_rule_at(0);
	size_t longest = 0;

	(void)state;
	seed = getenv("RANDOM_SEED") ? strtoull(getenv("RANDOM_SEED"), NULL, 0) : 20261122;
	for (unsigned i = 0; i < unless_starved(8000, 600); i++) {
		SCOPED(buf) text = {0};
		SCOPED(arena) mem = {0};
		struct node *node = NULL;
		struct err err = {0};

		derive(first->is, strlen(first->is), 0, &text);
		assert_false(text.failed);
		if (text.len > QUERY_MAX_BYTES / 4)
			continue;
		longest = text.len > longest ? text.len : longest;
		if (parse_query(buf_text(&text), text.len, &mem, &node, &err) < 0)
			fail_msg("%s\n%*s %s", buf_text(&text), err.column, "^", err.text);
		assert_non_null(node);
	}
	assert_in_range(longest, 200, QUERY_MAX_BYTES);
}

/* Every rule is used by another one, and what has none is a word or a text. */
static void test_rules_are_complete(void **state)
{
	const struct query_rule *rule, *other;

	(void)state;
	for (unsigned i = 1; (rule = query_rule_at(i)); i++) {
		bool is_used = false;

		for (unsigned k = 0; (other = query_rule_at(k)); k++)
			is_used |= strstr(other->is, rule->name) != NULL;
		if (!is_used)
			fail_msg("nothing leads to '%s'", rule->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_rules_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
