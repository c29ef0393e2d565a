/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The words of a query. What a bare word means (column, number, address, name) is not decided here:
 * the checker knows what stands on the other side. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;

enum token_kind {
	TOKEN_END,
	TOKEN_WORD, /* pkts.rate  1.5Mi  10.0.0.0/8  aa:bb:cc:dd:ee:ff  2001:db8::/32 */
	TOKEN_TEXT, /* "..." or '...', escapes resolved */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_RANGE, /* .. */
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_IN,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
	TOKEN_MATCHES,	   /* ~ */
	TOKEN_MATCHES_NOT, /* !~ */
	TOKEN_PLUS,
	TOKEN_MINUS,
	TOKEN_TIMES,
	TOKEN_DIVIDED,
	TOKEN_MODULO,
	N_TOKEN_KINDS,
};

struct token {
	enum token_kind kind;
	uint32_t at, end; /* bytes of the query */
	const char *text; /* TOKEN_TEXT: in the arena; else in the query */
	size_t len;
};

struct lexer {
	const char *text; /* the whole query */
	size_t len, next;
	struct arena *mem;
	struct err *err;
};

/* The next token; TOKEN_END for ever at the end. 0, -EINVAL with err->column, -ENOMEM. */
int lex_next(struct lexer *lexer, struct token *token);

/* How a person writes it: "'=='", "a word". */
const char *token_name(enum token_kind kind);

/* Can words hold it? */
bool lex_is_word_byte(char c);
/* Is it one bare word, that reads back as it is without quotes? */
bool lex_is_word(const char *text, size_t len);

/* The 1-based column that byte `at` of the text stands in. */
int lex_column(const char *text, size_t at);
