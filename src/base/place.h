/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Line and column of something in a text, for messages about a fault in it. A parsed tree does not know where its
 * members stood, so the text is walked once more: only a text with a fault costs that. */
#pragma once

#include <stddef.h>

struct place {
	unsigned line, column; /* from 1; columns are bytes */
};

/* Of byte `at`, which lies in the text. */
struct place place_of(const char *text, const char *at);
/* Behind the JSON text that begins, with its quote, at `at`, which is its end where it has no other. */
const char *place_after_text(const char *at);
/* Of a member of a JSON text. names[0] is a member of the root, each further name one of the object before it. Where
 * a name is not found, since it is written with escapes, the start of the text. */
struct place place_of_member(const char *text, const char *const *names, size_t n);
