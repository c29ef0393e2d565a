/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recursive descent, one token ahead, a function a rule of the grammar in manual.c. Depth counts only
 * what a person nests ("(", "not", unary "-"); chains of "and" and "or" are flat, so they cost no
 * depth here or later. */
#include "query/parse.h"

#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "query/query.h"

struct parser {
	struct lexer lexer;
	struct token token; /* the one ahead */
	struct arena *mem;
	unsigned depth, n_nodes;
	struct err *err;
};

static int parse_or(struct parser *p, struct node **out);

static int fault(struct parser *p, uint32_t at, const char *what, const char *detail)
{
	return err_at(p->err, lex_column(p->lexer.text, at), "%s%s", what, detail);
}

static int advance(struct parser *p)
{
	return lex_next(&p->lexer, &p->token);
}

static int new_node(struct parser *p, enum node_kind kind, struct node **out)
{
	struct node *node;

	if (++p->n_nodes > QUERY_MAX_NODES)
		return fault(p, p->token.at, "the query is too long here; say it with fewer words",
			     "");
	node = arena_alloc(p->mem, sizeof(*node));
	if (!node)
		return -ENOMEM;
	*node = (struct node){
		.kind = kind,
		.op = p->token.kind,
		.at = p->token.at,
		.end = p->token.end,
		.text = p->token.text,
		.len = p->token.len,
	};
	*out = node;
	return 0;
}

static int enter(struct parser *p)
{
	if (++p->depth > QUERY_MAX_DEPTH)
		return fault(p, p->token.at, "nested too deeply here", "");
	return 0;
}

static bool at(const struct parser *p, enum token_kind kind)
{
	return p->token.kind == kind;
}

/* A node for the sign ahead, with `left` as its first operand; then past the sign. */
static int open_operation(struct parser *p, enum node_kind kind, struct node *left,
			  struct node **out)
{
	int r = new_node(p, kind, out);

	if (r)
		return r;
	(*out)->first = left;
	return advance(p);
}

static int parse_group(struct parser *p, struct node **out)
{
	uint32_t opened = p->token.at;
	int r = enter(p);

	r = r ? r : advance(p);
	r = r ? r : parse_or(p, out);
	if (r)
		return r;
	if (!at(p, TOKEN_CLOSE))
		return fault(p, at(p, TOKEN_END) ? opened : p->token.at,
			     at(p, TOKEN_END) ? "this '(' is never closed; expected ')'"
					      : "expected ')' or an operator, not ",
			     at(p, TOKEN_END) ? "" : token_name(p->token.kind));
	p->depth--;
	(*out)->is_grouped = true;
	return advance(p);
}

/* Words that are operators elsewhere may still name a column where an operand has to stand. */
static int parse_unary(struct parser *p, struct node **out)
{
	int r;

	switch (p->token.kind) {
	case TOKEN_OPEN:
		return parse_group(p, out);
	case TOKEN_MINUS:
		r = enter(p);
		r = r ? r : open_operation(p, NODE_NEGATE, NULL, out);
		r = r ? r : parse_unary(p, &(*out)->first);
		p->depth--;
		return r;
	case TOKEN_WORD:
	case TOKEN_IN:
	case TOKEN_TEXT:
		r = new_node(p, at(p, TOKEN_TEXT) ? NODE_TEXT : NODE_WORD, out);
		return r ? r : advance(p);
	default:
		return fault(p, p->token.at, "expected a column, a value or '(', not ",
			     token_name(p->token.kind));
	}
}

static int parse_term(struct parser *p, struct node **out)
{
	int r = parse_unary(p, out);

	while (!r && (at(p, TOKEN_TIMES) || at(p, TOKEN_DIVIDED) || at(p, TOKEN_MODULO))) {
		struct node *left = *out;

		r = open_operation(p, NODE_ARITH, left, out);
		r = r ? r : parse_unary(p, &left->next);
	}
	return r;
}

static int parse_sum(struct parser *p, struct node **out)
{
	int r = parse_term(p, out);

	while (!r && (at(p, TOKEN_PLUS) || at(p, TOKEN_MINUS))) {
		struct node *left = *out;

		r = open_operation(p, NODE_ARITH, left, out);
		r = r ? r : parse_term(p, &left->next);
	}
	return r;
}

static int parse_member(struct parser *p, struct node **out)
{
	struct node *low;
	int r = parse_sum(p, out);

	if (r || !at(p, TOKEN_RANGE))
		return r;
	low = *out;
	r = open_operation(p, NODE_RANGE, low, out);
	return r ? r : parse_sum(p, &low->next);
}

static int parse_members(struct parser *p, struct node **next)
{
	uint32_t opened = p->token.at;
	int r;

	if (!at(p, TOKEN_OPEN))
		return parse_member(p, next);
	do {
		r = advance(p);
		r = r ? r : parse_member(p, next);
		if (r)
			return r;
		next = &(*next)->next;
	} while (at(p, TOKEN_COMMA));
	if (at(p, TOKEN_END))
		return fault(p, opened, "this list is never closed; expected ')'", "");
	if (!at(p, TOKEN_CLOSE))
		return fault(p, p->token.at, "expected ',' or ')' in the list, not ",
			     token_name(p->token.kind));
	return advance(p);
}

static int parse_in(struct parser *p, bool is_negated, struct node **out)
{
	struct node *left = *out;
	int r = open_operation(p, NODE_IN, left, out);

	if (r)
		return r;
	(*out)->is_negated = is_negated;
	return parse_members(p, &left->next);
}

static int parse_match(struct parser *p, struct node **out)
{
	struct node *left = *out;
	bool is_negated = at(p, TOKEN_MATCHES_NOT);
	int r = open_operation(p, NODE_MATCH, left, out);

	if (r)
		return r;
	(*out)->is_negated = is_negated;
	if (!at(p, TOKEN_WORD) && !at(p, TOKEN_TEXT))
		return fault(p, p->token.at, "expected a regular expression in quotes, not ",
			     token_name(p->token.kind));
	r = parse_unary(p, &left->next);
	if (!r && p->token.kind >= TOKEN_EQ)
		return fault(p, p->token.at, "a regular expression with signs goes in quotes", "");
	return r;
}

static bool at_comparison(const struct parser *p)
{
	return p->token.kind >= TOKEN_EQ && p->token.kind <= TOKEN_GE;
}

/* What stands ahead after "not" is looked at on a copy: "a not in b", but also "a not b". */
static bool at_not_in(const struct parser *p)
{
	struct lexer ahead = p->lexer;
	struct token token;

	ahead.err = NULL;
	return at(p, TOKEN_NOT) && p->token.len == 3 && lex_next(&ahead, &token) == 0 &&
	       token.kind == TOKEN_IN;
}

static int parse_comparison(struct parser *p, struct node **out)
{
	int r = parse_sum(p, out);

	if (r)
		return r;
	if (at_not_in(p)) {
		r = advance(p);
		return r ? r : parse_in(p, true, out);
	}
	if (at(p, TOKEN_IN))
		return parse_in(p, false, out);
	if (at(p, TOKEN_MATCHES) || at(p, TOKEN_MATCHES_NOT))
		return parse_match(p, out);
	if (at_comparison(p)) {
		bool is_equal = at(p, TOKEN_EQ) || at(p, TOKEN_NE);
		struct node *left = *out;

		r = open_operation(p, NODE_COMPARE, left, out);
		r = r ? r : (is_equal ? parse_member : parse_sum)(p, &left->next);
	}
	if (!r && at(p, TOKEN_RANGE))
		return fault(p, p->token.at, PARSE_RANGE_MISPLACED, "");
	if (!r && at_comparison(p))
		return fault(p, p->token.at, "comparisons don't chain; join them by 'and'", "");
	return r;
}

static int parse_not(struct parser *p, struct node **out)
{
	int r;

	if (!at(p, TOKEN_NOT))
		return parse_comparison(p, out);
	r = enter(p);
	r = r ? r : open_operation(p, NODE_NOT, NULL, out);
	r = r ? r : parse_not(p, &(*out)->first);
	p->depth--;
	return r;
}

static bool begins_operand(const struct parser *p)
{
	return at(p, TOKEN_WORD) || at(p, TOKEN_TEXT) || at(p, TOKEN_OPEN) || at(p, TOKEN_NOT);
}

static int parse_and(struct parser *p, struct node **out)
{
	struct node *node, *last;
	int r = parse_not(p, out);

	if (r || (!at(p, TOKEN_AND) && !begins_operand(p)))
		return r;
	last = *out;
	r = new_node(p, NODE_AND, &node);
	if (r)
		return r;
	node->first = last;
	*out = node;
	while (!r && (at(p, TOKEN_AND) || begins_operand(p))) {
		r = at(p, TOKEN_AND) ? advance(p) : 0;
		r = r ? r : parse_not(p, &last->next);
		last = r ? last : last->next;
	}
	return r;
}

static int parse_or(struct parser *p, struct node **out)
{
	struct node *node, *last;
	int r = parse_and(p, out);

	if (r || !at(p, TOKEN_OR))
		return r;
	last = *out;
	r = new_node(p, NODE_OR, &node);
	if (r)
		return r;
	node->first = last;
	*out = node;
	while (!r && at(p, TOKEN_OR)) {
		r = advance(p);
		r = r ? r : parse_and(p, &last->next);
		last = r ? last : last->next;
	}
	return r;
}

int parse_query(const char *text, size_t len, struct arena *mem, struct node **out, struct err *err)
{
	struct parser p = {
		.lexer = {.text = text, .len = len, .mem = mem, .err = err},
		.mem = mem,
		.err = err,
	};
	struct node *node = NULL;
	int r = advance(&p);

	if (!r && !at(&p, TOKEN_END))
		r = parse_or(&p, &node);
	if (!r && !at(&p, TOKEN_END))
		r = fault(&p, p.token.at,
			  at(&p, TOKEN_CLOSE) ? "this ')' closes nothing"
					      : "expected 'and', 'or' or the end, not ",
			  at(&p, TOKEN_CLOSE) ? "" : token_name(p.token.kind));
	if (!r)
		*out = node;
	return r;
}

uint32_t node_start(const struct node *node)
{
	bool is_prefix = node->kind == NODE_NOT || node->kind == NODE_NEGATE;

	while (node->first && !is_prefix) {
		node = node->first;
		is_prefix = node->kind == NODE_NOT || node->kind == NODE_NEGATE;
	}
	return node->at;
}
