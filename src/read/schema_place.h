/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the members of a struct go. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct field;

/* What a field says of its place; the numbers count only where has_ says so. */
struct schema_spot {
	bool has_offset, has_bit, has_shift, has_bits;
	uint32_t offset; /* bytes from the start of the struct */
	uint32_t bit;	 /* bits of the byte at offset before it, in BTF's order */
	uint32_t shift;	 /* bits of its word below it */
	uint32_t bits;	 /* how many are its own */
};

/* A struct or union whose members are being placed. */
struct schema_placing {
	bool is_union;
	uint64_t size;	/* bytes that the members reach */
	uint64_t next;	/* byte of the next member that doesn't say where */
	uint64_t word;	/* byte of the word that bitfields still share */
	uint32_t width; /* its bits, 0: none */
	uint32_t used;	/* bits of it that are given away */
};

/* Sets offset, size and bits of field, whose size is still that of its type. NULL, or what is wrong with it:
 * words that follow the field's name. */
const char *schema_place(struct schema_placing *placing, const struct schema_spot *spot,
			 struct field *field);
