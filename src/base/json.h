/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes JSON as a stream into a buf: commas and escapes are its business, nesting is the caller's.
 * Items at the top level are documents of their own: no comma is put between them.
 *
 * Every string is valid UTF-8 and harmless on a terminal: control, bidi and invisible characters are
 * written as \uNNNN, which a parser turns back. Bytes that aren't UTF-8 become the four characters \xNN. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct json {
	struct buf *out;
	bool needs_comma;
	unsigned depth;
};

void json_init(struct json *json, struct buf *out);
void json_open(struct json *json, char bracket);  /* '{' or '[' */
void json_close(struct json *json, char bracket); /* '}' or ']' */
void json_name(struct json *json, const char *name);
/* Text for people, or tame already: a parser gives back exactly this text. */
void json_text(struct json *json, const char *text);
/* Bytes of a map, as json_quote: unambiguous, because backslashes are doubled. */
void json_bytes(struct json *json, const char *text, size_t len);
void json_uint(struct json *json, uint64_t n);
void json_int(struct json *json, int64_t n);
void json_real(struct json *json, double x); /* shortest that reads back; NaN and Inf become null */
void json_bool(struct json *json, bool is_true);
void json_null(struct json *json);
/* A name with its value, of an object. */
void json_member_text(struct json *json, const char *name, const char *text);
void json_member_uint(struct json *json, const char *name, uint64_t n);
void json_member_real(struct json *json, const char *name, double x);
void json_member_bool(struct json *json, const char *name, bool is_true);
void json_raw(struct json *json, const char *text, size_t len); /* already JSON */

/* The quoted, escaped string alone. Bytes that aren't UTF-8 are written as the four characters \xNN
 * (JSON: "\\xNN") and a real backslash as two, so that nothing is lost and every parser reads it. */
void json_quote(struct buf *out, const char *text, size_t len);

/* A list of values, each written between two of these calls, after json_init: one array and a newline or, with
 * is_lines, each value on a line of its own. */
void json_list_open(struct json *json, bool is_lines);
void json_list_next(struct json *json, bool is_lines); /* after each value */
void json_list_close(struct json *json, bool is_lines);
