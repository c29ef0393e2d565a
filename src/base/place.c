/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The walk knows how deep it is and looks for one name at a time: the next one only directly inside what the
 * one before stands for. Texts are stepped over whole, so that braces in them don't count. */
#include "base/place.h"

#include <string.h>

struct place place_of(const char *text, const char *at)
{
	struct place place = {1, 1};

	for (const char *c = text; at && c < at; c++) {
		place.column = *c == '\n' ? 1 : place.column + 1;
		place.line += *c == '\n';
	}
	return place;
}

const char *place_after_text(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

/* A text before a colon. */
static int is_name(const char *at, const char *end, const char *name)
{
	size_t len = strlen(name);

	return (size_t)(end - at) == len + 2 && memcmp(at + 1, name, len) == 0 &&
	       end[strspn(end, " \t\r\n")] == ':';
}

struct place place_of_member(const char *text, const char *const *names, size_t n)
{
	size_t depth = 0, n_found = 0;

	for (const char *at = text; *at && n_found < n;) {
		const char *end = at + 1;

		if (*at == '"') {
			end = place_after_text(at);
			n_found += depth == n_found + 1 && is_name(at, end, names[n_found]);
			if (n_found == n)
				return place_of(text, at);
		} else if (*at == '{' || *at == '[') {
			depth++;
		} else if ((*at == '}' || *at == ']') && depth) {
			depth--;
		}
		at = end;
	}
	return place_of(text, text);
}
