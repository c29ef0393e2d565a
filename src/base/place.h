/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where something stands in a text, for whoever has to mend it. A parsed tree forgets where its members came
 * from, so the text is walked once more; only a text with a fault pays for it. */
#pragma once

#include <stddef.h>

struct place {
	unsigned line, column; /* from 1; columns are bytes */
};

struct place place_of(const char *text, const char *at);
/* Of a member of a JSON text: names[0] is one of the root, each other is one of the object before it. The
 * start of the text where a name is spelled otherwise there, with escapes. */
struct place place_of_member(const char *text, const char *const *names, size_t n);
