/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes as text and as bytes. Text is written as it lies in the map: whoever shows it tames it. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_rows.h"

enum { SHORT_BYTES = 16 }; /* what a column has room for */

int format_keep_bytes(const void *at, size_t len, struct arena *mem, struct val *out)
{
	char *kept = arena_alloc(mem, len + 1);

	if (!kept)
		return -ENOMEM;
	if (len)
		memcpy(kept, at, len);
	*out = (struct val){.kind = VAL_BYTES, .at = kept, .len = len};
	return 0;
}

/* -- char -- */

static bool fits_char(const struct field *field)
{
	return !field->is_bitfield && field->size == 1 && field_is_integer(field);
}

static struct val char_val(const struct field *field, const uint8_t *base)
{
	return val_uint(base[field->offset]);
}

static void print_char(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	(void)style;
	(void)lookups;
	buf_addc(out, (char)base[field->offset]);
}

/* What taming makes of a byte, turned back: \n \t \r \0 \\ \x1b. */
static int parse_escape(const char *text, size_t len, struct val *out)
{
	static const char letters[] = "nntt00rr\\\\", bytes[] = "\n\n\t\t\0\0\r\r\\\\";
	const char *at = len == 2 && text[1] ? strchr(letters, text[1]) : NULL;

	if (at) {
		*out = val_uint((uint8_t)bytes[at - letters]);
		return 0;
	}
	if (len != 4 || text[1] != 'x')
		return -EINVAL;

	char hex[4] = {'0', 'x', text[2], text[3]};

	return format_read_number(hex, sizeof(hex), out);
}

static int parse_char(const struct field *field, const char *text, size_t len,
		      const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)lookups;
	(void)mem;
	if (len == 1) {
		*out = val_uint((uint8_t)text[0]);
		return 0;
	}
	if (len && text[0] == '\\')
		return parse_escape(text, len, out);
	return format_read_number(text, len, out);
}

const struct format format_char = {
	.name = "char",
	.help = "one character",
	.example = "A",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 1,
	.fits = fits_char,
	.print = print_char,
	.parse = parse_char,
	.value = char_val,
};

/* -- text -- */

static bool fits_text(const struct field *field)
{
	return field->kind == FIELD_TEXT || field->kind == FIELD_BYTES ||
	       (field->kind == FIELD_ARRAY && field->stride == 1);
}

static struct val text_val(const struct field *field, const uint8_t *base)
{
	const char *at = (const char *)base + field->offset;

	return val_text(at, strnlen(at, field->size));
}

static void print_text(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	struct val text = text_val(field, base);

	(void)style;
	(void)lookups;
	buf_add(out, text.at, text.len);
}

static int parse_text(const struct field *field, const char *text, size_t len,
		      const struct lookups *lookups, struct arena *mem, struct val *out)
{
	int r = format_keep_bytes(text, len, mem, out);

	(void)field;
	(void)lookups;
	if (r == 0)
		out->kind = VAL_TEXT;
	return r;
}

const struct format format_text = {
	.name = "text",
	.help = "text up to the first NUL",
	.example = "eth0",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 8,
	.fits = fits_text,
	.print = print_text,
	.parse = parse_text,
	.value = text_val,
};

/* -- bytes -- */

static struct val bytes_val(const struct field *field, const uint8_t *base)
{
	return (struct val){
		.kind = VAL_BYTES,
		.at = (const char *)base + field->offset,
		.len = field->size,
	};
}

static void print_bytes(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	uint32_t n =
		style == PRINT_SHORT ? MIN_OF(field->size, (uint32_t)SHORT_BYTES) : field->size;
	uint32_t length = field_length(field, base);
	static const char digits[] = "0123456789abcdef";

	(void)lookups;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t byte = base[field->offset + i];

		if (i)
			buf_addc(out, ' ');
		buf_addc(out, digits[byte >> 4]);
		buf_addc(out, digits[byte & 15]);
	}
	if (n < length)
		buf_addf(out, " …+%u", length - n);
}

static int hex_value(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool is_between(char c)
{
	return c == ' ' || c == ':' || c == '-';
}

/* Pairs of hex digits, with or without a blank, colon or dash between two pairs. */
static int parse_bytes(const struct field *field, const char *text, size_t len,
		       const struct lookups *lookups, struct arena *mem, struct val *out)
{
	uint8_t *bytes = arena_alloc(mem, len / 2 + 1);
	size_t n = 0, i = len > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' ? 2 : 0;

	(void)field;
	(void)lookups;
	if (!bytes)
		return -ENOMEM;
	while (i < len) {
		if (n && is_between(text[i]))
			i++;
		if (i + 1 >= len || hex_value(text[i]) < 0 || hex_value(text[i + 1]) < 0)
			return -EINVAL;
		bytes[n++] = (uint8_t)(hex_value(text[i]) << 4 | hex_value(text[i + 1]));
		i += 2;
	}
	*out = (struct val){.kind = VAL_BYTES, .at = (char *)bytes, .len = n};
	return 0;
}

const struct format format_bytes = {
	.name = "bytes",
	.help = "raw bytes in hex, as they lie in memory",
	.example = "0a 00 00 01",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 11,
	.fits = format_fits_any,
	.print = print_bytes,
	.parse = parse_bytes,
	.value = bytes_val,
};

/* -- what has no value of its own -- */

static bool fits_special(const struct field *field)
{
	return field->kind == FIELD_SPECIAL;
}

static void print_special(const struct field *field, const uint8_t *base, enum print_style style,
			  const struct lookups *lookups, struct buf *out)
{
	(void)base;
	(void)style;
	(void)lookups;
	buf_addf(out, "(%s)", field->type);
}

int format_parse_nothing(const struct field *field, const char *text, size_t len,
			 const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)text;
	(void)len;
	(void)lookups;
	(void)mem;
	(void)out;
	return -EINVAL;
}

const struct format format_special = {
	.name = "special",
	.help = "what the kernel keeps for itself (a lock, a timer, a list): only its type",
	.example = "(struct bpf_timer)",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 8,
	.fits = fits_special,
	.print = print_special,
	.parse = format_parse_nothing,
};

const struct format format_fields = {
	.name = "fields",
	.help = "the members or elements, one by one",
	.example = "{a=1, b=2}",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 12,
	.fits = field_is_container,
	.print = print_bytes,
	.parse = format_parse_nothing,
	.value = bytes_val,
};
