/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Extended regular expressions that cannot hang: time is linear in the text, memory is bounded.
 *
 *   abc  .  [a-z_]  [^0-9]  [[:alpha:]]  \d \w \s \D \W \S \t \n \r  \. (any punctuation)
 *   x*  x+  x?  x{3}  x{2,}  x{2,5} (at most REGEX_MAX_REPEAT)  x|y  (x)  ^  $
 *   (?i) at the very start: letters match in either case (ASCII)
 * No back references, no look-around, no captures: only whether the text holds a match. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct regex;

enum { REGEX_MAX_REPEAT = 255, REGEX_MAX_STEPS = 2048, REGEX_MAX_DEPTH = 32 };

/* The regex is the caller's (regex_free). -EINVAL with err->column = 1 + the byte of pattern that is
 * at fault; -ENOMEM. */
int regex_compile(const char *pattern, size_t len, struct regex **out, struct err *err);
void regex_free(struct regex *regex);

/* Whether text[0..len) holds a match anywhere. Not const: remembers the states it met. */
bool regex_search(struct regex *regex, const char *text, size_t len);
