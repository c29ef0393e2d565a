/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Layouts that need no BTF, because the kernel fixes them by map type (a stack is an array of addresses,
 * a devmap holds interfaces) or because the rows are made here (records of a ring buffer). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct map;
struct plan;

struct shape;

/* The layout of maps like this one; NULL: the type fixes nothing. Static. */
const struct shape *shape_of(const struct map *map);

/* Sets the sizes of the rows where they are not those of the entries. */
void shape_size_rows(struct map *map);
/* Of a ring buffer, whose rows get room for records of so many bytes, as far as the ring, or 64 KiB, has it. Else nothing. */
void shape_size_records(struct map *map, uint64_t size);

/* What the map's type says of a side: nothing; a layout for maps whose BTF says nothing; or a layout that comes before
 * BTF. */
enum shape_say { SHAPE_NOTHING, SHAPE_FALLBACK, SHAPE_FIXED };
enum shape_say shape_says(const struct shape *shape, bool in_value);

/* Adds the fields of one side between plan_begin and plan_finish. 0 or -errno with a sentence. */
int shape_add(const struct shape *shape, const struct map *map, bool in_value, struct plan *plan,
	      struct err *err);

/* Where in a row's value the payload begins: bytes whose layout the kernel does not know but BTF or a schema may, such
 * as a record of a ring buffer, which stands behind its length and state. 0: there is none. */
uint32_t shape_payload_at(const struct shape *shape);
/* Adds the fields of the value that stand before the payload. */
int shape_add_before_payload(const struct shape *shape, const struct map *map, struct plan *plan,
			     struct err *err);

/* -- rows that are made here; both their writers and their layout include this -- */

enum { SHAPE_PAGE_BYTES = 4096, SHAPE_ADDRESS_BYTES = 16 };

enum record_state { RECORD_READY, RECORD_BUSY, RECORD_DISCARDED };

struct record_key {
	uint64_t position;
};
struct record_value { /* of a ring buffer */
	uint32_t length;
	uint32_t state;	 /* enum record_state */
	uint8_t bytes[]; /* as many of its first ones as the row has room for, the rest is zero */
};

struct socket_key {
	uint64_t inode;
	uint16_t family, protocol;
	uint16_t source_port, dest_port; /* host order, network order: as the kernel has them */
	uint8_t source[SHAPE_ADDRESS_BYTES], dest[SHAPE_ADDRESS_BYTES];
};
