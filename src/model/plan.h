/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The layout of a map's key and value, compiled once from BTF, a schema or by hand, into a flat array.
 *
 * Fields stand in pre-order: a struct, union or array is followed by its n_below descendants. Leaves
 * say where their bytes are. An array is followed by ONE prototype of its element, whose offsets are
 * relative to the start of the element; element i starts at array.offset + i * array.stride.
 * All other offsets are relative to the start of the key or value (or of the enclosing element).
 * Anonymous structs and unions keep a field with the name "" so that the shape is not lost, but
 * their members' paths are those of the parent. Fields of the key come first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/nature.h"

struct buf;
struct err;
struct format;

enum field_kind {
	FIELD_UINT, /* 1..16 bytes, or a bitfield of 1..128 bits */
	FIELD_INT,  /* the same, two's complement */
	FIELD_BOOL,
	FIELD_CHAR, /* one byte that is a character */
	FIELD_ENUM, /* enum and enum64; is_signed says which way to widen; names */
	FIELD_REAL, /* float 4, double 8, long double 16 (x87 in 16 bytes, binary128 elsewhere) */
	FIELD_POINTER,
	FIELD_TEXT,  /* char array: text up to the first NUL */
	FIELD_BYTES, /* raw bytes: no BTF, a forward declaration, a type without a shape */
	FIELD_STRUCT,
	FIELD_UNION,
	FIELD_ARRAY, /* of anything but char; count may be 0 */
	FIELD_SPECIAL, /* spin lock, timer, kptr, list head, ...: shown as what it is, reads as zero */
	N_FIELD_KINDS,
};

struct enum_name {
	const char *name;
	int64_t value; /* bit pattern for unsigned enum64 */
};

struct field {
	const char *name; /* the member's; "" when anonymous, an element, or a scalar key/value */
	const char
		*path; /* what a person types: "flow.saddr", "pkts"; "key"/"value" for a scalar */
	const char *type; /* as declared in C: "__be32", "struct flow_key", "unsigned int" */
	enum field_kind kind;
	bool in_value;	/* else in the key */
	bool is_signed; /* FIELD_ENUM: widen with the sign */
	bool is_hidden; /* no column unless asked for (padding, "hide") */
	bool is_bitfield;
	/* bitfield: bits of byte `offset` before it in BTF's order, 0..7: from the lowest bit on
	 * little-endian hosts, from the highest on big-endian ones */
	uint8_t bit_shift;
	uint8_t bit_size;	/* bitfield: 1..128 */
	uint16_t depth;		/* 0 for the key's or value's root */
	uint32_t offset;	/* bytes */
	uint32_t size;		/* bytes it touches (bitfields and arrays: set by plan_add) */
	uint32_t count, stride; /* FIELD_ARRAY: elements, bytes from one to the next */
	uint32_t n_below;	/* descendants that follow */
	uint32_t parent;	/* index, or PLAN_NONE for a root */
	const struct enum_name *names; /* FIELD_ENUM */
	uint32_t n_names;
	const struct format *format; /* never NULL after plan_finish; see format.h */
	bool in_array;		     /* some ancestor is an array: no column of its own */
	enum nature nature;	     /* told by a schema, or NATURE_GUESSED */
	/* Of records, which may end before their layout does: the u32 at limit_at is how many bytes there
	 * are from limit_from on. limit_from 0: the field is always there. Elements of an array have the
	 * array's. */
	uint32_t limit_at, limit_from;
	/* Of a sum of 64 bits: the i16 there is how many times 2^64 is to be added, or DECODE_NO_SUM.
	 * 0: it is all there is. */
	uint32_t carry_at;
	bool is_record; /* all of a record, as bytes: empty, not unknown, where that is */
	/* of one element that somebody named, which is none of the plan's fields: its prototype */
	const struct field *element_of;
};

enum { PLAN_NONE = UINT32_MAX, PLAN_MAX_DEPTH = 32, PLAN_MAX_FIELDS = 16384, PLAN_MAX_NAME = 512 };

struct plan {
	struct field *fields;
	uint32_t n_fields;
	uint32_t n_key_fields;	       /* fields[0..n_key_fields) are the key's */
	uint32_t key_size, value_size; /* bytes, of one CPU's copy */
	bool is_typed;		       /* false: no BTF and no schema, hex with selectable width */
	const char *origin; /* "btf", "schema", "object", "none", "sim": where it came from */
	uint8_t word_bytes
		[2]; /* of a key [0] or value [1] without a layout that was cut into words */
	const char *why_bytes; /* why keys or values are plain bytes: "it was made without BTF";
				* NULL: they aren't, or nobody knows */

	/* Values are records of a ring buffer: their first u32 says how many bytes there are from here on.
	 * 0: each is as long as its layout. */
	uint32_t record_from;

	/* DATASEC maps: each root of the value is a variable and a row; variables[i] is its field's index. */
	bool is_variables;
	uint32_t *variables;
	uint32_t n_variables;

	struct arena mem;		/* holds everything above */
	struct plan_elements *elements; /* owned: the elements that were named */
	uint32_t cap_fields;
	uint32_t open[PLAN_MAX_DEPTH]; /* builder's stack */
	uint32_t n_open;
};

void plan_release(struct plan *plan);

/* -- building; every function returns 0 or -errno with a sentence, and after a failure only
 * plan_release may follow -- */

void plan_begin(struct plan *plan, uint32_t key_size, uint32_t value_size, const char *origin);

/* Adds a field under the open struct, union or array (or as a root). Copies the strings; takes from
 * proto: name, type, kind, is_signed, is_hidden, nature, is_bitfield, bit_*, offset, size, count, stride,
 * names (copied), format (or NULL: chosen by plan_finish). Containers stay open until plan_close.
 * Key fields must all come before value fields. */
int plan_add(struct plan *plan, bool in_value, const struct field *proto, struct err *err);
int plan_close(struct plan *plan, struct err *err);

/* Checks that everything lies inside key_size and value_size, fills path, depth, parent, n_below,
 * chooses formats (format_choose), sets the limits of a record's fields, and for is_variables lists the
 * variables. */
int plan_finish(struct plan *plan, struct err *err);

/* A plan for a map without layout: one FIELD_BYTES each for key and value. */
int plan_untyped(struct plan *plan, uint32_t key_size, uint32_t value_size, struct err *err);
/* Cuts a key or value without a layout into unsigned words of `width` bytes (1, 2, 4 or 8), named "k0 k1 ..." and
 * "v0 v1 ...", so that each has a column; 0 makes plain bytes of it again. A side whose size the width does not divide
 * becomes bytes, a side with a layout stays. 0 or -ENOMEM; on failure the plan is as it was. */
int plan_words(struct plan *plan, unsigned width, struct err *err);
/* The same as a new plan. On failure out is empty. */
int plan_in_words(const struct plan *from, unsigned width, struct plan *out, struct err *err);
/* Whether the key or the value has no layout, and so can be cut. */
bool plan_has_unknown(const struct plan *plan);
/* Whether plan_words would make words of a key or value: the width divides its size, and the words are not too many.
 * 0; or -EINVAL with a sentence about the map of that name. */
int plan_check_words(const struct plan *plan, unsigned width, const char *name, struct err *err);
/* The same without a sentence. */
bool plan_takes_words(const struct plan *plan, unsigned width);
/* The width of the words that it is cut into; 0: it is not. */
static inline unsigned plan_word_bytes(const struct plan *plan)
{
	return plan->word_bytes[1] ? plan->word_bytes[1] : plan->word_bytes[0];
}

/* -- asking -- */

/* The field a person means: the exact path, or an unambiguous tail of one ("saddr" for "flow.saddr";
 * "hist[3]": one element of an array); "key.x" and "value.x" choose the side when both have an x. err names
 * near misses. */
const struct field *plan_find(const struct plan *plan, const char *path, size_t len,
			      struct err *err);
/* The same of any field, also one without a value; of an element its prototype. NULL: none or several fit. */
const struct field *plan_lookup(const struct plan *plan, const char *path, size_t len);
/* Says which part of a path leads nowhere, and what could stand there, with err->column in the path. false: it
 * has nothing to say. */
bool plan_explain(const struct plan *plan, const char *path, size_t len, struct err *err);

/* What to type so that plan_find leads back to this field: its path, behind "key." or "value." where
 * both sides have such a path. */
void plan_name(const struct plan *plan, const struct field *field, struct buf *out);

static inline bool field_is_container(const struct field *field)
{
	return field->kind == FIELD_STRUCT || field->kind == FIELD_UNION ||
	       field->kind == FIELD_ARRAY;
}

/* How many bytes of a field there are: its size, or fewer where its record ends before it does. Of a field that is the
 * whole record, the bytes that the record had; the row may hold only the first of them. */
uint32_t field_length(const struct field *field, const uint8_t *base);
/* Gives one element, or a part of one, the limit of the outermost array around its prototype. */
void plan_limit_element(const struct plan *plan, const struct field *proto, struct field *element);
/* Bytes of one copy of a value, without those behind the end of a record. */
uint32_t plan_value_bytes(const struct plan *plan, const uint8_t *value);

/* What stands in one column and has one value: everything but structs and unions, and those of them
 * whose format takes them whole (an in6_addr, a prefix). Arrays are leaves; their element is not. To
 * visit the columns of a plan: for each leaf take it and skip its n_below. */
bool field_is_leaf(const struct field *field);
/* Shown by its members or elements, one by one, and so without a value of its own. */
bool field_is_nested(const struct field *field);
/* Integers of up to 64 bits, bools, chars, enums, pointers: what sums, rates and compares as one. */
bool field_is_integer(const struct field *field);
/* Integers whose difference over time means something: FIELD_UINT/FIELD_INT up to 64 bits of the
 * value whose format doesn't say that it is an address, id, flag or the like. */
bool field_is_counter(const struct field *field);

/* The layout as people read it, a line a field: offset, size, type, path, format. For `info`. */
void plan_text(const struct plan *plan,
	       void (*note)(const void *ctx, const struct field *field, struct buf *out),
	       const void *ctx, struct buf *out);
/* Where the layout is from; where there is none, which is a lack, why that is and what would make fields of the
 * bytes. A line each, as map_about has them. */
void plan_about(const struct plan *plan, struct buf *out);
