/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The shape of a query, before anything is known of columns and types. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "query/lex.h"

struct arena;
struct err;

enum node_kind {
	NODE_WORD,
	NODE_TEXT,
	NODE_NEGATE,  /* first */
	NODE_ARITH,   /* first op second */
	NODE_COMPARE, /* first op second */
	NODE_MATCH,   /* first ~ second; is_negated: !~ */
	NODE_IN,      /* first in second, third, ...; is_negated: not in */
	NODE_RANGE,   /* first .. second; as a member of NODE_IN, or behind == and != */
	NODE_NOT,     /* first */
	NODE_AND,     /* of first, second, ... */
	NODE_OR,
};

struct node {
	enum node_kind kind;
	enum token_kind op;
	bool is_negated;
	bool is_grouped;  /* stood in parentheses */
	uint32_t at, end; /* bytes of the query; of an operation: its sign */
	const char *text; /* NODE_WORD, NODE_TEXT */
	size_t len;
	struct node *first; /* operands, chained by next */
	struct node *next;
};

#define PARSE_RANGE_MISPLACED "a range is written after 'in', like port in 80..443"

/* Nodes live in mem. *out is NULL for a blank text. 0, -EINVAL with err->column, -ENOMEM. */
int parse_query(const char *text, size_t len, struct arena *mem, struct node **out,
		struct err *err);

/* Where a fault in the node is pointed at: the leftmost byte it covers. */
uint32_t node_start(const struct node *node);
