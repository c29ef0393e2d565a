/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of types in a schema: u8..u128, s8.., f16..f128, bool, char, ptr, be16..be64, bytes[N],
 * special[N], each but the last two alone or as an array: "u64[4]", "char[16]", "u32[2][3]". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/plan.h"

struct buf;

enum { SCHEMA_MAX_DIMS = 8 };

struct schema_type {
	enum field_kind kind;
	bool is_signed;
	uint32_t size;	    /* bytes of one */
	const char *c_name; /* what format_choose is to see; NULL: the name in the schema */
	uint32_t dims[SCHEMA_MAX_DIMS]; /* outermost first, without those of text and bytes */
	unsigned n_dims;
};

/* 0; -EINVAL no such type; -EDOM bytes or special without a length. */
int schema_type_parse(const char *text, struct schema_type *out);

/* Of the name of an array that of its element: "u32[2][3]" becomes "u32[3]"; one without dimensions, as a typedef's is,
 * stays. */
void schema_type_cut(char *name);

/* Adds the name that reads back as such a leaf; a bitfield's is the smallest that holds its bits. */
void schema_type_text(const struct field *field, struct buf *out);
