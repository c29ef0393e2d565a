/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Classes are of ASCII, whatever the locale. */
#include "query/byte_set.h"

#include <ctype.h>
#include <string.h>

#include "base/tidy.h"

void byte_set_add(struct byte_set *set, unsigned char byte)
{
	set->bits[byte / 64] |= UINT64_C(1) << (byte % 64);
}

void byte_set_add_range(struct byte_set *set, unsigned first, unsigned last)
{
	for (unsigned c = first; c <= last; c++)
		byte_set_add(set, (unsigned char)c);
}

void byte_set_fold_case(struct byte_set *set)
{
	for (unsigned c = 'a'; c <= 'z'; c++) {
		unsigned upper = c - 'a' + 'A';

		if (byte_set_has(set, (unsigned char)c) ||
		    byte_set_has(set, (unsigned char)upper)) {
			byte_set_add(set, (unsigned char)c);
			byte_set_add(set, (unsigned char)upper);
		}
	}
}

bool byte_set_add_letter(struct byte_set *set, int letter)
{
	switch (tolower(letter)) {
	case 'd':
		byte_set_add_range(set, '0', '9');
		return true;
	case 'w':
		byte_set_add_range(set, '0', '9');
		byte_set_add_range(set, 'a', 'z');
		byte_set_add_range(set, 'A', 'Z');
		byte_set_add(set, '_');
		return true;
	case 's':
		byte_set_add_range(set, '\t', '\r');
		byte_set_add(set, ' ');
		return true;
	default:
		return false;
	}
}

static const struct {
	const char *name;
	int (*has)(int c);
} named_classes[] = {
	{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank},
	{"digit", isdigit}, {"lower", islower}, {"punct", ispunct},
	{"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

bool byte_set_add_named(struct byte_set *set, const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(named_classes); i++) {
		if (strlen(named_classes[i].name) != len ||
		    memcmp(named_classes[i].name, name, len) != 0)
			continue;
		for (int c = 0; c < 0x80; c++)
			if (named_classes[i].has(c))
				byte_set_add(set, (unsigned char)c);
		return true;
	}
	return false;
}
