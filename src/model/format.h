/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a value is written for people, and read back from what they type: a row a format. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/plan.h"
#include "model/val.h"

struct arena;
struct buf;
struct err;

/* Names that only the system knows (interfaces, processes, symbols); a floor above fills it in, any
 * member may be NULL, answers come from caches and never block. false: no name, print the number. */
struct lookups {
	bool (*ifname)(void *ctx, uint32_t ifindex, struct buf *out);
	bool (*ifindex)(void *ctx, const char *name, size_t len, uint32_t *out);
	bool (*process)(void *ctx, uint32_t pid, struct buf *out);
	bool (*cgroup)(void *ctx, uint64_t id, struct buf *out);
	bool (*cgroup_id)(void *ctx, const char *path, size_t len, uint64_t *out);
	bool (*symbol)(void *ctx, uint64_t address, struct buf *out);
	bool (*symbol_address)(void *ctx, const char *name, size_t len, uint64_t *out);
	bool (*program)(void *ctx, uint32_t id, struct buf *out);
	bool (*map)(void *ctx, uint32_t id, struct buf *out);
	/* The ends of a connection: "tcp 10.0.0.1:443 10.0.0.2:51234". */
	bool (*socket)(void *ctx, uint64_t cookie, struct buf *out);
	bool (*socket_cookie)(void *ctx, const char *ends, size_t len, uint64_t *out);
	/* The function at an offset into the file with that build id (FORMAT_BUILD_ID_BYTES). */
	bool (*frame)(void *ctx, const uint8_t *build_id, uint64_t offset, struct buf *out);
	/* Now, for ktime. NULL: the monotonic clock, and the boot clock for what lies ahead of it. */
	uint64_t (*boot_ns)(void *ctx);
	void *ctx;
};

enum { FORMAT_BUILD_ID_BYTES = 20 };

/* PRINT_SHORT is for columns: SI from 5 digits on, names of what the system knows by name. PRINT_NAMED has the
 * names and all digits: text, CSV, --formatted, and what filters look for words in. PRINT_EXACT is for machines
 * and for what is typed: numbers. */
enum print_style { PRINT_SHORT, PRINT_NAMED, PRINT_EXACT };

/* What differences of the field mean, and so which derived columns make sense. */
enum format_sense { SENSE_QUANTITY, SENSE_IDENTITY };

struct format {
	const char *name;    /* "ip4" */
	const char *help;    /* one clause: "IPv4 address in network order" */
	const char *example; /* as printed */
	enum format_sense sense;
	bool is_left;	      /* left-aligned in columns */
	bool is_time;	      /* exact is for machines: people want to know how long ago */
	unsigned min_columns; /* usual width */
	const char *
		alphabet; /* all that its exact text can be made of, in small letters; NULL: anything */
	bool (*fits)(const struct field *field);
	/* Adds the text of the field at base (see decode.h). Text from the map is NOT tamed here: one
	 * place, table_text / grid, tames. */
	void (*print)(const struct field *field, const uint8_t *base, enum print_style style,
		      const struct lookups *lookups, struct buf *out);
	/* The value that a person means by text[0..len), comparable with format_value of such a field
	 * (addresses as VAL_BYTES in network order, enums and protos as numbers). Its bytes live in mem.
	 * 0, -ENOMEM, or -EINVAL, which format_parse puts in words. NULL: a number. */
	int (*parse)(const struct field *field, const char *text, size_t len,
		     const struct lookups *lookups, struct arena *mem, struct val *out);
	/* The field's value as it compares: host-order number for ports and be32, bytes for addresses.
	 * NULL: decode_val. */
	struct val (*value)(const struct field *field, const uint8_t *base);
	/* What differences of its values are written in. NULL: in itself. */
	const struct format *difference;
};

/* The format called that, or NULL. */
const struct format *format_named(const char *name, size_t len);
/* Rows in table order; NULL past the end. */
const struct format *format_at(unsigned i);

/* The first of product.md's rules that says so, below an explicit choice: declaration tag (passed as
 * tag or NULL), typedef (field->type), name and width, else the plain one for its kind. Never NULL.
 * `path` is the dotted path ("daddr", "tuple.dport"). */
const struct format *format_choose(const struct field *field, const char *path, const char *tag);

/* The value through its format of a field that is there: what filters compare, sorts order by. */
struct val format_value(const struct field *field, const uint8_t *base);

/* What there is of a field (its format, or another that is to write it): the field; where a record ends
 * within it *cut, which is as much of a text, of bytes or of an array; NULL: nothing that has a value. */
const struct field *format_cut(const struct field *field, const struct format *format,
			       const uint8_t *base, struct field *cut);
static inline const struct field *format_there(const struct field *field,
					       const struct format *format, const uint8_t *base,
					       struct field *cut)
{
	return field->limit_from ? format_cut(field, format, base, cut) : field;
}

/* Whether format_value of such a field is the decoder's own integer (see decode_column), in network order
 * with its bytes swapped where *is_network_ret. */
bool format_reads_words(const struct format *format, const struct field *field,
			bool *is_network_ret);

/* Prints a number that stands in no row (a sum, a difference, a rate) as the format would; formats that
 * are not of numbers print it plainly. VAL_UNKNOWN is "-". */
void format_print_val(const struct format *format, struct val val, enum print_style style,
		      const struct lookups *lookups, struct buf *out);
/* The same of one of its own values, as `value` gives them: moments, too. */
void format_print_level(const struct format *format, struct val val, enum print_style style,
			const struct lookups *lookups, struct buf *out);

/* Prints any field, containers too: structs as {a=1, b=2}, arrays as [1, 2, 3] cut after max_items
 * with "…+N", unions by their members. Not tamed. */
void format_print(const struct field *field, const struct plan *plan, const uint8_t *base,
		  enum print_style style, const struct lookups *lookups, struct buf *out);

/* Frame i of a stack, the innermost is 0, by name where that is known. false: the stack ends before it. */
bool format_stack_frame(const struct field *field, const uint8_t *base, uint32_t i,
			const struct lookups *lookups, struct buf *out);

/* The whole key or value of a row: its root, or {a=1, b=2} where there are several. */
void format_print_side(const struct plan *plan, bool in_value, const uint8_t *base,
		       enum print_style style, const struct lookups *lookups, struct buf *out);

/* Which fields' exact texts can't hold the needle, in either case: skips[plan->n_fields]. Of a key or value
 * in which it can't span several fields or be part of a name; false: it can, or there are arrays. */
bool format_skip_leaves(const struct plan *plan, bool in_value, const char *needle, bool *skips);
/* The other fields' exact texts, one after the other. */
void format_print_leaves(const struct plan *plan, bool in_value, const bool *skips,
			 const uint8_t *base, const struct lookups *lookups, struct buf *out);

/* Now by the clock that ktime is shown by. */
uint64_t format_boot_ns(const struct lookups *lookups);

/* Reads what format_print shows for a leaf (field_is_leaf). The bytes and text of out live in mem.
 * 0, -ENOMEM, or -EINVAL with what was expected. */
int format_parse(const struct field *field, const char *text, size_t len,
		 const struct lookups *lookups, struct arena *mem, struct val *out,
		 struct err *err);

/* As few digits as read back as the same 32-bit float. */
void format_write_single(double x, struct buf *out);
