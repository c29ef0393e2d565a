/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One leaf of a key or value as JSON. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/val.h"

struct field;
struct table;

struct leaf_context {
	const struct table *table;
	struct buf printed, tame; /* scratch of formatted leaves */
};

void leaf_context_release(struct leaf_context *context);

/* Adds the leaf at base (see model/decode.h) to out. */
typedef void leaf_fn(struct leaf_context *context, const struct field *field, const uint8_t *base,
		     struct buf *out);

enum leaf_style {
	LEAF_PLAIN,
	LEAF_FORMATTED, /* as the string that the screen shows */
	LEAF_BPFTOOL,	/* as bpftool -j writes it */
};

/* How leaves of that kind are written. */
leaf_fn *leaf_writer(const struct field *field, enum leaf_style style);

/* True for leaves that are plain unsigned numbers: what is written is decode_u64() in decimal. */
bool leaf_is_number(const struct field *field, enum leaf_style style);

/* True for a struct, union or array that is written as one string, since its format takes it whole: a
 * MAC address, a prefix. */
bool leaf_is_whole(const struct field *field, enum leaf_style style);

/* Bytes of no known type, as bpftool writes them: ["0x01","0xff"]. */
void leaf_bytes(struct buf *out, const uint8_t *bytes, size_t n);

/* Any value as JSON. */
void leaf_val(const struct val *val, struct buf *out);
