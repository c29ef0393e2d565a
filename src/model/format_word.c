/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers that stand for words: truth, enums, sets of flags, error codes. A number without a word is
 * shown as the number, and every number may be typed. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_rows.h"

static bool same(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

/* -- bool -- */

static struct val bool_val(const struct field *field, const uint8_t *base)
{
	return val_uint(decode_u64(field, base) != 0);
}

static void print_bool(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	(void)style;
	(void)lookups;
	buf_adds(out, decode_u64(field, base) ? "true" : "false");
}

static int parse_bool(const struct field *field, const char *text, size_t len,
		      const struct lookups *lookups, struct arena *mem, struct val *out)
{
	static const char *const words[][2] = {
		{"false", "true"}, {"no", "yes"}, {"off", "on"}, {"0", "1"}};

	(void)field;
	(void)lookups;
	(void)mem;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (unsigned truth = 0; truth < 2; truth++) {
			if (same(text, len, words[i][truth])) {
				*out = val_uint(truth);
				return 0;
			}
		}
	}
	return -EINVAL;
}

const struct format format_bool = {
	.name = "bool",
	.help = "true when not zero",
	.example = "true",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 5,
	.fits = format_fits_integer,
	.print = print_bool,
	.parse = parse_bool,
	.value = bool_val,
};

/* -- enum -- */

static bool fits_enum(const struct field *field)
{
	return field->kind == FIELD_ENUM && field_is_integer(field);
}

static void print_enum(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	struct val val = decode_val(field, base);
	const char *name = decode_enum_name(field, val.i);

	(void)style;
	(void)lookups;
	if (name)
		buf_adds(out, name);
	else
		format_write_number(&val, PRINT_EXACT, out);
}

static const struct enum_name *named(const struct field *field, const char *text, size_t len)
{
	const struct enum_name *found = NULL;

	for (uint32_t i = 0; i < field->n_names; i++) {
		const struct enum_name *name = &field->names[i];

		if (strlen(name->name) == len && memcmp(name->name, text, len) == 0)
			return name;
		if (!found && same(text, len, name->name))
			found = name;
	}
	return found;
}

static int parse_enum(const struct field *field, const char *text, size_t len,
		      const struct lookups *lookups, struct arena *mem, struct val *out)
{
	const struct enum_name *name = named(field, text, len);

	(void)lookups;
	(void)mem;
	if (!name)
		return format_read_number(text, len, out);
	*out = field->is_signed ? val_int(name->value) : val_uint((uint64_t)name->value);
	return 0;
}

const struct format format_enum = {
	.name = "enum",
	.help = "name of the value",
	.example = "XDP_DROP",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 8,
	.fits = fits_enum,
	.print = print_enum,
	.parse = parse_enum,
};

/* -- flags -- */

static void print_flags(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	uint64_t left = (uint64_t)format_bits(field, base);
	const char *none = left ? NULL : decode_enum_name(field, 0);
	const char *between = "";

	(void)style;
	(void)lookups;
	for (uint32_t i = 0; i < field->n_names; i++) {
		uint64_t bits = (uint64_t)field->names[i].value;

		if (bits == 0 || (left & bits) != bits)
			continue;
		buf_addf(out, "%s%s", between, field->names[i].name);
		left &= ~bits;
		between = "|";
	}
	if (none) {
		buf_adds(out, none);
	} else if (left || !*between) {
		buf_adds(out, between);
		format_write_hex(left, out);
	}
}

static int parse_flags(const struct field *field, const char *text, size_t len,
		       const struct lookups *lookups, struct arena *mem, struct val *out)
{
	uint64_t bits = 0;

	for (size_t from = 0; from <= len;) {
		const char *bar = memchr(text + from, '|', len - from);
		size_t to = bar ? (size_t)(bar - text) : len;
		struct val one;
		int r = parse_enum(field, text + from, to - from, lookups, mem, &one);

		if (r < 0 || (one.kind != VAL_UINT && one.kind != VAL_INT))
			return -EINVAL;
		bits |= one.u;
		from = to + 1;
	}
	*out = val_uint(bits);
	return 0;
}

static struct val flags_val(const struct field *field, const uint8_t *base)
{
	return val_uint((uint64_t)format_bits(field, base));
}

const struct format format_flags = {
	.name = "flags",
	.help = "names of the bits that are set",
	.example = "SYN|ACK",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 8,
	.fits = format_fits_integer,
	.print = print_flags,
	.parse = parse_flags,
	.value = flags_val,
};

/* -- errno -- */

enum { MAX_ERRNO = 4095, KERNEL_ENOTSUPP = 524 };

static const char *errno_name(uint64_t code)
{
	if (code == KERNEL_ENOTSUPP)
		return "ENOTSUPP";
	return code && code <= MAX_ERRNO ? strerrorname_np((int)code) : NULL;
}

static bool fits_errno(const struct field *field)
{
	return format_fits_integer(field) &&
	       (field->kind == FIELD_INT || field->kind == FIELD_UINT);
}

static void print_errno(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	struct val val = decode_val(field, base);
	bool is_negative = val.kind == VAL_INT && val.i < 0;
	const char *name = errno_name(is_negative ? -val.u : val.u);

	(void)style;
	(void)lookups;
	if (name)
		buf_addf(out, "%s%s", is_negative ? "-" : "", name);
	else
		format_write_number(&val, PRINT_EXACT, out);
}

static int parse_errno(const struct field *field, const char *text, size_t len,
		       const struct lookups *lookups, struct arena *mem, struct val *out)
{
	size_t sign = len && text[0] == '-';

	(void)field;
	(void)lookups;
	(void)mem;
	for (int code = 1; code <= MAX_ERRNO; code++) {
		const char *name = errno_name((uint64_t)code);

		if (name && same(text + sign, len - sign, name)) {
			*out = sign ? val_int(-code) : val_uint((uint64_t)code);
			return 0;
		}
	}
	return format_read_number(text, len, out);
}

const struct format format_errno = {
	.name = "errno",
	.help = "error code by name",
	.example = "-ENOENT",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 8,
	.fits = fits_errno,
	.print = print_errno,
	.parse = parse_errno,
};
