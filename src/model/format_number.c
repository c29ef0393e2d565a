/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Plain numbers. Short ones are for columns: three significant digits and a unit. Exact ones read back
 * as they are: all digits of an integer, and of a real as few as still give the same real. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_rows.h"

typedef unsigned __int128 u128;

enum { SHORT_FROM = 10000 }; /* four digits are read as fast as their short form */

bool format_fits_integer(const struct field *field)
{
	return field_is_integer(field);
}

bool format_fits_any(const struct field *field)
{
	(void)field;
	return true;
}

static bool fits_number(const struct field *field)
{
	return field_is_integer(field) || field->kind == FIELD_REAL || field->kind == FIELD_UINT ||
	       field->kind == FIELD_INT;
}

bool format_fits_quantity(const struct field *field)
{
	return field->kind == FIELD_REAL ||
	       (field_is_integer(field) && (field->kind == FIELD_UINT || field->kind == FIELD_INT));
}

static bool fits_bits(const struct field *field)
{
	return field_is_integer(field) || field->kind == FIELD_UINT || field->kind == FIELD_INT;
}

/* -- reading -- */

int format_read_number(const char *text, size_t len, struct val *out)
{
	struct num num;
	int n = num_parse(text, len, &num);

	return n <= 0 || (size_t)n != len || val_typed(&num, out) < 0 ? -EINVAL : 0;
}

/* -- writing -- */

void format_write_hex(unsigned __int128 bits, struct buf *out)
{
	unsigned long long high = (unsigned long long)(bits >> 64), low = (unsigned long long)bits;

	if (high)
		buf_addf(out, "0x%llx%016llx", high, low);
	else
		buf_addf(out, "0x%llx", low);
}

static void write_real(double x, enum print_style style, struct buf *out)
{
	if (style == PRINT_SHORT)
		num_short(out, x, 1000);
	else
		num_exact(out, x);
}

void format_write_single(double x, struct buf *out)
{
	char text[32];

	if (isnan(x)) {
		num_exact(out, x);
		return;
	}
	for (int digits = 1; digits <= 9; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, x);
		if (strtof(text, NULL) == (float)x)
			break;
	}
	buf_adds(out, text);
}

static void write_wide(bool is_negative, u128 size, struct buf *out)
{
	if (is_negative)
		buf_addc(out, '-');
	if (size >> 64)
		format_write_hex(size, out);
	else
		buf_addu(out, (uint64_t)size);
}

static void write_whole(const struct val *val, enum print_style style, struct buf *out)
{
	bool is_signed = val->kind == VAL_INT, is_negative = is_signed && val->i < 0;
	uint64_t size = is_negative ? -(uint64_t)val->i : val->u;

	if (style == PRINT_SHORT && size >= SHORT_FROM)
		num_short(out, val_as_real(val), 1000);
	else
		write_wide(is_negative, size, out);
}

void format_write_number(const struct val *val, enum print_style style, struct buf *out)
{
	switch (val->kind) {
	case VAL_UINT:
	case VAL_INT:
		write_whole(val, style, out);
		break;
	case VAL_REAL:
		write_real(val->x, style, out);
		break;
	case VAL_WIDE:
		write_wide(false, val->wide, out);
		break;
	case VAL_IWIDE:
		if (style == PRINT_SHORT) {
			num_short(out, val_as_real(val), 1000);
			break;
		}
		write_wide(val->iwide < 0, val->iwide < 0 ? -(u128)val->iwide : (u128)val->iwide,
			   out);
		break;
	case VAL_BYTES: /* a real of a size without a format of its own */
		for (size_t i = 0; i < val->len; i++)
			buf_addf(out, "%02x", (uint8_t)val->at[i]);
		break;
	default:
		buf_addc(out, '-');
	}
}

/* -- the rows -- */

static void print_dec(const struct field *field, const uint8_t *base, enum print_style style,
		      const struct lookups *lookups, struct buf *out)
{
	struct val val = decode_val(field, base);
	bool is_single = field->kind == FIELD_REAL && field->size <= sizeof(float);

	(void)lookups;
	if (is_single && style != PRINT_SHORT)
		format_write_single(val.x, out);
	else
		format_write_number(&val, style, out);
}

const struct format format_dec = {
	.name = "dec",
	.help = "number, shortened in columns",
	.example = "48200000",
	.min_columns = 6,
	.alphabet = FORMAT_NUMBER_ALPHABET,
	.fits = fits_number,
	.print = print_dec,
};

static void print_id(const struct field *field, const uint8_t *base, enum print_style style,
		     const struct lookups *lookups, struct buf *out)
{
	(void)style;
	print_dec(field, base, PRINT_EXACT, lookups, out);
}

const struct format format_id = {
	.name = "id",
	.help = "number that names something: all its digits, no rates",
	.example = "70001",
	.sense = SENSE_IDENTITY,
	.min_columns = 5,
	.alphabet = FORMAT_NUMBER_ALPHABET,
	.fits = fits_number,
	.print = print_id,
};

unsigned __int128 format_bits(const struct field *field, const uint8_t *base)
{
	unsigned width = field->is_bitfield ? field->bit_size : field->size * 8;
	struct val val = format_ordered_val(field, base);
	u128 bits = val.kind == VAL_UINT  ? val.u
		    : val.kind == VAL_INT ? (u128)(__int128)val.i
					  : val.wide;

	return width < 128 ? bits & (((u128)1 << width) - 1) : bits;
}

static void print_hex(const struct field *field, const uint8_t *base, enum print_style style,
		      const struct lookups *lookups, struct buf *out)
{
	(void)style;
	(void)lookups;
	format_write_hex(format_bits(field, base), out);
}

static struct val hex_val(const struct field *field, const uint8_t *base)
{
	u128 bits = format_bits(field, base);

	return bits >> 64 ? (struct val){.kind = VAL_WIDE, .wide = bits} : val_uint((uint64_t)bits);
}

const struct format format_hex = {
	.name = "hex",
	.help = "number to the base of 16; in network order when declared __be16",
	.example = "0x1f",
	.sense = SENSE_IDENTITY,
	.min_columns = 10,
	.alphabet = FORMAT_NUMBER_ALPHABET,
	.fits = fits_bits,
	.print = print_hex,
	.value = hex_val,
};

static void print_si(const struct field *field, const uint8_t *base, enum print_style style,
		     const struct lookups *lookups, struct buf *out)
{
	struct val val = decode_val(field, base);

	(void)lookups;
	if (style == PRINT_SHORT && val_is_number(&val))
		num_short(out, val_as_real(&val), 1000);
	else
		format_write_number(&val, style, out);
}

const struct format format_si = {
	.name = "si",
	.help = "number in units of 1000: k M G T",
	.example = "1.5M",
	.min_columns = 6,
	.alphabet = FORMAT_NUMBER_ALPHABET,
	.fits = format_fits_quantity,
	.print = print_si,
};

static void print_size(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	struct val val = decode_val(field, base);

	(void)lookups;
	if (style == PRINT_SHORT && val_is_number(&val))
		num_short(out, val_as_real(&val), 1024);
	else
		format_write_number(&val, style, out);
}

const struct format format_size = {
	.name = "size",
	.help = "bytes in units of 1024: Ki Mi Gi Ti",
	.example = "1.5Mi",
	.min_columns = 6,
	.alphabet = FORMAT_NUMBER_ALPHABET,
	.fits = format_fits_quantity,
	.print = print_size,
};

static void print_percent(const struct field *field, const uint8_t *base, enum print_style style,
			  const struct lookups *lookups, struct buf *out)
{
	struct val val = decode_val(field, base);

	(void)lookups;
	if (style == PRINT_SHORT && val_is_number(&val)) {
		num_percent(out, val_as_real(&val) / 100);
		return;
	}
	format_write_number(&val, style, out);
	if (isfinite(val_as_real(&val)))
		buf_addc(out, '%');
}

/* The field holds 41 for 41%, not 0.41. */
static int parse_percent(const struct field *field, const char *text, size_t len,
			 const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)lookups;
	(void)mem;
	return format_read_number(text, len && text[len - 1] == '%' ? len - 1 : len, out);
}

const struct format format_percent = {
	.name = "percent",
	.help = "hundredths",
	.example = "41%",
	.sense = SENSE_IDENTITY,
	.min_columns = 5,
	.alphabet = FORMAT_NUMBER_ALPHABET "%",
	.fits = format_fits_quantity,
	.print = print_percent,
	.parse = parse_percent,
};
