/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Longest match. A word takes every byte that names, numbers and addresses are made of, the place of
 * an element (hist[3]), and three things that would be operators elsewhere: the prefix length of an address (10.0.0.0/8), the sign of
 * an exponent (1e-3), and a percent sign that nothing follows at once (5% but not 5%3). */
#include "query/lex.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/tidy.h"
#include "base/utf8.h"

static const char *const token_names[] = {
	[TOKEN_END] = "the end",      [TOKEN_WORD] = "a word", [TOKEN_TEXT] = "a text",
	[TOKEN_OPEN] = "'('",	      [TOKEN_CLOSE] = "')'",   [TOKEN_COMMA] = "','",
	[TOKEN_RANGE] = "'..'",	      [TOKEN_AND] = "'and'",   [TOKEN_OR] = "'or'",
	[TOKEN_NOT] = "'not'",	      [TOKEN_IN] = "'in'",     [TOKEN_EQ] = "'=='",
	[TOKEN_NE] = "'!='",	      [TOKEN_LT] = "'<'",      [TOKEN_LE] = "'<='",
	[TOKEN_GT] = "'>'",	      [TOKEN_GE] = "'>='",     [TOKEN_MATCHES] = "'~'",
	[TOKEN_MATCHES_NOT] = "'!~'", [TOKEN_PLUS] = "'+'",    [TOKEN_MINUS] = "'-'",
	[TOKEN_TIMES] = "'*'",	      [TOKEN_DIVIDED] = "'/'", [TOKEN_MODULO] = "'%'",
};
_Static_assert(ARRAY_LEN(token_names) == N_TOKEN_KINDS, "every token has a name");

static const struct {
	char sign[3];
	enum token_kind kind;
} signs[] = {
	/* longer ones first */
	{"==", TOKEN_EQ},	   {"!=", TOKEN_NE},   {"<=", TOKEN_LE},   {">=", TOKEN_GE},
	{"!~", TOKEN_MATCHES_NOT}, {"&&", TOKEN_AND},  {"||", TOKEN_OR},   {"..", TOKEN_RANGE},
	{"=", TOKEN_EQ},	   {"<", TOKEN_LT},    {">", TOKEN_GT},	   {"~", TOKEN_MATCHES},
	{"!", TOKEN_NOT},	   {"(", TOKEN_OPEN},  {")", TOKEN_CLOSE}, {",", TOKEN_COMMA},
	{"+", TOKEN_PLUS},	   {"-", TOKEN_MINUS}, {"*", TOKEN_TIMES}, {"/", TOKEN_DIVIDED},
	{"%", TOKEN_MODULO},
};

static const struct {
	const char *word;
	enum token_kind kind;
} keywords[] = {{"and", TOKEN_AND}, {"or", TOKEN_OR}, {"not", TOKEN_NOT}, {"in", TOKEN_IN}};

const char *token_name(enum token_kind kind)
{
	return token_names[kind];
}

int lex_column(const char *text, size_t at)
{
	return (int)utf8_columns(text, at) + 1;
}

/* -- words -- */

bool lex_is_word_byte(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || (c && strchr("_.@:", c));
}

/* Is text[0..len) an address, so that a '/' after it begins a prefix length? */
static bool looks_like_address(const char *text, size_t len)
{
	unsigned n_dots = 0;

	if (memchr(text, ':', len))
		return true;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.')
			n_dots++;
		else if (!isdigit((unsigned char)text[i]))
			return false;
	}
	return n_dots == 3;
}

/* Does text[0..len) end in the e of a decimal number, which a sign may follow? */
static bool awaits_exponent(const char *text, size_t len)
{
	if (len < 2 || (text[len - 1] | 0x20) != 'e')
		return false;
	for (size_t i = 0; i < len - 1; i++)
		if (!isdigit((unsigned char)text[i]) && text[i] != '.')
			return false;
	return true;
}

static bool begins_range(const char *text, size_t rest)
{
	return rest >= 2 && text[0] == '.' && text[1] == '.';
}

static bool begins_operand(const char *text, size_t rest)
{
	char c = rest ? text[0] : '\0';

	return c == '(' || c == '"' || c == '\'' ||
	       (c && lex_is_word_byte(c) && !begins_range(text, rest));
}

/* May the sign at text[len] join the word text[0..len)? rest: bytes from text on. */
static bool joins_word(const char *text, size_t len, size_t rest)
{
	char sign = text[len], after = len + 1 < rest ? text[len + 1] : '\0';

	if (sign == '/')
		return isdigit((unsigned char)after) && looks_like_address(text, len);
	if (sign == '+' || sign == '-')
		return isdigit((unsigned char)after) && awaits_exponent(text, len);
	if (sign == '%')
		return isdigit((unsigned char)text[0]) &&
		       !begins_operand(text + len + 1, rest - len - 1);
	return false;
}

/* The place of an element, "[3]", at text. */
static size_t place_len(const char *text, size_t rest)
{
	size_t n = 1;

	if (text[0] != '[')
		return 0;
	while (n < rest && isdigit((unsigned char)text[n]))
		n++;
	return n > 1 && n < rest && text[n] == ']' ? n + 1 : 0;
}

/* The day of a moment, "2026-11-21", at text: nobody writes two differences so. */
static size_t date_len(const char *text, size_t rest)
{
	static const char date[] = "dddd-dd-dd";
	size_t n = sizeof(date) - 1;

	for (size_t i = 0; i < n; i++)
		if (i >= rest ||
		    (date[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != date[i]))
			return 0;
	return n < rest && isdigit((unsigned char)text[n]) ? 0 : n;
}

static size_t word_len(const char *text, size_t rest)
{
	size_t n = date_len(text, rest);

	while (n < rest) {
		if (begins_range(text + n, rest - n))
			break;
		if (lex_is_word_byte(text[n]))
			n++;
		else if (n > 0 && joins_word(text, n, rest))
			n += text[n] == '%' ? 1 : 2;
		else if (n > 0 && place_len(text + n, rest - n))
			n += place_len(text + n, rest - n);
		else
			break;
	}
	return n;
}

static enum token_kind word_kind(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (strlen(keywords[i].word) == len &&
		    strncasecmp(keywords[i].word, text, len) == 0)
			return keywords[i].kind;
	return TOKEN_WORD;
}

bool lex_is_word(const char *text, size_t len)
{
	return len > 0 && word_len(text, len) == len && word_kind(text, len) == TOKEN_WORD;
}

/* -- quoted texts -- */

static int hex_value(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* u{202e}, as what is not tame is shown: its bytes into out. returns the bytes it took, 0: it is none. */
static size_t code_point(const char *text, size_t rest, char *out, size_t *n)
{
	uint32_t point = 0;
	size_t i = 2;

	if (rest < 2 || text[0] != 'u' || text[1] != '{')
		return 0;
	while (i < rest && hex_value(text[i]) >= 0 && point <= UTF8_LAST)
		point = point << 4 | (uint32_t)hex_value(text[i++]);
	if (i == 2 || i == rest || text[i] != '}' || point > UTF8_LAST)
		return 0;
	*n += utf8_bytes(point, out + *n);
	return i + 1;
}

/* The escape after a backslash at text[0..rest) into out; returns the bytes it took. An unknown one
 * keeps its backslash: "\." is what a regular expression wants. */
static size_t unescape(const char *text, size_t rest, char *out, size_t *n)
{
	static const char letters[] = "n\nt\tr\r\\\\\"\"''0\0";
	size_t taken = code_point(text, rest, out, n); /* never more than it took */

	if (taken)
		return taken;

	if (rest >= 3 && text[0] == 'x' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0) {
		out[(*n)++] = (char)(hex_value(text[1]) << 4 | hex_value(text[2]));
		return 3;
	}
	for (size_t i = 0; i + 1 < sizeof(letters); i += 2)
		if (letters[i] == text[0]) {
			out[(*n)++] = letters[i + 1];
			return 1;
		}
	out[(*n)++] = '\\';
	out[(*n)++] = text[0];
	return 1;
}

static int lex_text(struct lexer *lexer, struct token *token)
{
	char quote = lexer->text[lexer->next++];
	char *out = arena_alloc(lexer->mem, lexer->len - lexer->next + 1);
	size_t n = 0;

	if (!out)
		return -ENOMEM;
	while (lexer->next < lexer->len && lexer->text[lexer->next] != quote) {
		char c = lexer->text[lexer->next++];

		if (c == '\\' && lexer->next < lexer->len)
			lexer->next += unescape(lexer->text + lexer->next, lexer->len - lexer->next,
						out, &n);
		else
			out[n++] = c;
	}
	if (lexer->next == lexer->len)
		return err_at(lexer->err, lex_column(lexer->text, token->at),
			      "this quote is never closed; end the text with %c", quote);
	lexer->next++;
	token->kind = TOKEN_TEXT;
	token->text = out;
	token->len = n;
	return 0;
}

static int lex_sign(struct lexer *lexer, struct token *token)
{
	const char *at = lexer->text + lexer->next;
	size_t rest = lexer->len - lexer->next;
	char shown[8] = {0};
	uint32_t point;

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		size_t n = strlen(signs[i].sign);

		if (n > rest || memcmp(signs[i].sign, at, n) != 0)
			continue;
		token->kind = signs[i].kind;
		lexer->next += n;
		return 0;
	}
	if (*at == '[' && token->at > 0 && lex_is_word_byte(at[-1]))
		return err_at(lexer->err, lex_column(lexer->text, token->at + 1),
			      "expected the place of an element, like [0]");
	memcpy(shown, at, MIN_OF(utf8_next(at, rest, &point), sizeof(shown) - 1));
	if (!utf8_is_tame(point))
		strcpy(shown, "?");
	return err_at(lexer->err, lex_column(lexer->text, token->at),
		      "a query has no use for '%s'; put text that is meant as it is in quotes",
		      shown);
}

int lex_next(struct lexer *lexer, struct token *token)
{
	size_t n;
	int r = 0;

	while (lexer->next < lexer->len && isspace((unsigned char)lexer->text[lexer->next]))
		lexer->next++;
	*token = (struct token){.at = (uint32_t)lexer->next, .text = lexer->text + lexer->next};
	n = word_len(lexer->text + lexer->next, lexer->len - lexer->next);
	if (n > 0) {
		token->kind = word_kind(token->text, n);
		lexer->next += n;
	} else if (lexer->next < lexer->len) {
		char c = lexer->text[lexer->next];

		r = c == '"' || c == '\'' ? lex_text(lexer, token) : lex_sign(lexer, token);
	}
	token->end = (uint32_t)lexer->next;
	if (token->kind != TOKEN_TEXT)
		token->len = token->end - token->at;
	return r;
}
