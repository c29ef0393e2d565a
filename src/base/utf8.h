/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text as terminals see it: code points, columns, and hostile bytes made harmless. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

/* Decodes one code point of text[0..len), len > 0. returns the bytes used (1 for an invalid byte,
 * with *point = UINT32_MAX). Overlong forms, surrogates and points above 10FFFF are invalid. */
size_t utf8_next(const char *text, size_t len, uint32_t *point);

/* Columns of a code point: 0 combining, 1, or 2 wide. Only meaningful for points that are tame. */
int utf8_width(uint32_t point);

/* A point that may reach a terminal: no control (C0, C1, DEL), no bidi control, no zero-width or
 * format character, no private use, no line/paragraph separator, no tag, no variation selector, nothing
 * that Unicode hasn't assigned. */
bool utf8_is_tame(uint32_t point);

/* Adds text with everything that is not tame escaped as \n \t \r \0 \\ \xNN or \u{NNNN}.
 * Backslashes are doubled, so that the escape is unambiguous. Combining marks without a letter below them
 * and piles of them are escaped too. */
void utf8_tame(struct buf *out, const char *text, size_t len);
/* A copy for names that come from elsewhere and are used as they are: of what is tame, the same (also its
 * backslashes), else as utf8_tame. NULL when out of memory. */
char *utf8_tame_copy(struct arena *mem, const char *text, size_t len);

/* The same with what stands in buf from there on. */
void utf8_tame_from(struct buf *buf, size_t from);

/* Columns of a tame string. */
size_t utf8_columns(const char *text, size_t len);

/* Adds at most `columns` columns of a tame text; when it has to cut, the last column is the mark
 * ("…" or "~" when ascii). returns the columns added. */
size_t utf8_fit(struct buf *out, const char *text, size_t len, size_t columns, bool ascii);

/* How much of text[0..len), cut somewhere, is left without a torn last code point. */
size_t utf8_whole(const char *text, size_t len);

enum { UTF8_LAST = 0x10ffff, UTF8_MAX_BYTES = 4 };
/* A code point in UTF-8; returns its bytes. */
size_t utf8_bytes(uint32_t point, char out[UTF8_MAX_BYTES]);
/* Adds one. */
void utf8_put(struct buf *out, uint32_t point);
