/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a name of C says in words: "tuple.srcIP4" is about "src ip". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether the words of name fit one of the patterns, which are separated by spaces. Words are split at
 * underscores, dots and digits and where lower case turns upper, compared without case; a number at
 * the end of the name doesn't count. A word "*" of a pattern stands for any words, or none:
 * "*_ip" fits ip, src_ip, srcIP and ip4, but not ipset or ip_count. */
bool words_fit(const char *name, const char *patterns);

/* Whether the words of a and b are the same but for one, at the same place, which is `in_a` in a and `in_b` in
 * b: "src_ip4" and "dst_ip4" part in "src" and "dst". */
bool words_part(const char *a, const char *b, const char *in_a, const char *in_b);

/* Whether `word` stands in text as a whole C identifier: "__be16" in "const __be16", not in "x__be16". */
bool words_has(const char *text, const char *word, size_t len);

/* Letters to add, drop or change to make b of a; for "did you mean". Names longer than 64 are far from
 * everything. (Levenshtein 1966) */
unsigned words_distance(const char *a, size_t a_len, const char *b, size_t b_len);

/* What is as far as this from a word of so many letters is another word. */
unsigned words_far(size_t len);
/* Whether name is nearer than *least to what was typed; then *least is how far it is. From words_far() on over
 * all names, the last one that was nearer may have been meant. */
bool words_nearer(const char *typed, size_t len, const char *name, unsigned *least);
