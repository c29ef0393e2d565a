/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A set of bytes, for the classes of regular expressions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_set {
	uint64_t bits[4];
};

static inline bool byte_set_has(const struct byte_set *set, unsigned char byte)
{
	return set->bits[byte / 64] >> (byte % 64) & 1;
}

void byte_set_add(struct byte_set *set, unsigned char byte);
void byte_set_add_range(struct byte_set *set, unsigned first, unsigned last);
/* Each ASCII letter brings its other case. */
void byte_set_fold_case(struct byte_set *set);
/* The class behind \d, \w or \s (capitals: the same, to be excluded); false: no class. */
bool byte_set_add_letter(struct byte_set *set, int letter);
/* POSIX's "alpha", "digit", ...; false: no such class. */
bool byte_set_add_named(struct byte_set *set, const char *name, size_t len);
