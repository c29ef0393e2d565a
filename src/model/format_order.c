/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers in network order: those that are asked for as such, and ports, whose declared type says it. They
 * compare as the numbers that they mean. */
#include "base/buf.h"
#include "model/decode.h"
#include "model/format_rows.h"
#include "model/words.h"

static bool is_word(const struct field *field, uint32_t size)
{
	return !field->is_bitfield && field->size == size &&
	       (field->kind == FIELD_UINT || field->kind == FIELD_INT);
}

static struct val network_val(const struct field *field, const uint8_t *base)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < field->size; i++)
		value = value << 8 | base[field->offset + i];
	return val_uint(value);
}

/* Declared to be in network order. */
static bool is_network(const struct field *field)
{
	if (field->is_bitfield)
		return false;
	switch (field->size) {
	case 2:
		return words_has(field->type, "__be16", 6) || words_has(field->type, "be16", 4);
	case 4:
		return words_has(field->type, "__be32", 6) || words_has(field->type, "be32", 4);
	case 8:
		return words_has(field->type, "__be64", 6) || words_has(field->type, "be64", 4);
	default:
		return false;
	}
}

struct val format_ordered_val(const struct field *field, const uint8_t *base)
{
	return is_network(field) ? network_val(field, base) : decode_val(field, base);
}

bool format_reads_words(const struct format *format, const struct field *field,
			bool *is_network_ret)
{
	*is_network_ret = format->value == network_val || is_network(field);
	return field->kind == FIELD_UINT &&
	       (format->value == network_val || format->value == format_ordered_val);
}

static void print_network(const struct field *field, const uint8_t *base, enum print_style style,
			  const struct lookups *lookups, struct buf *out)
{
	(void)style;
	(void)lookups;
	buf_addu(out, network_val(field, base).u);
}

static bool fits_be16(const struct field *field)
{
	return is_word(field, sizeof(uint16_t));
}

static bool fits_be32(const struct field *field)
{
	return is_word(field, sizeof(uint32_t));
}

static bool fits_be64(const struct field *field)
{
	return is_word(field, sizeof(uint64_t));
}

/* clang-format off */
#define BIG_ENDIAN_FORMAT(bits) {					\
	.name = "be" #bits,						\
	.help = #bits "-bit number in network order",			\
	.example = "258",						\
	.sense = SENSE_IDENTITY,					\
	.min_columns = 5,						\
	.alphabet = FORMAT_NUMBER_ALPHABET,				\
	.fits = fits_be##bits,						\
	.print = print_network,						\
	.value = network_val,						\
}
const struct format format_be16 = BIG_ENDIAN_FORMAT(16);
const struct format format_be32 = BIG_ENDIAN_FORMAT(32);
const struct format format_be64 = BIG_ENDIAN_FORMAT(64);
/* clang-format on */

/* -- port: network order where the type says so, else the host's -- */

static bool fits_port(const struct field *field)
{
	return format_fits_integer(field) &&
	       (field->kind == FIELD_UINT || field->kind == FIELD_INT) && field->size >= 2;
}

static void print_port(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	struct val val = format_ordered_val(field, base);

	(void)style;
	(void)lookups;
	format_write_number(&val, PRINT_EXACT, out);
}

const struct format format_port = {
	.name = "port",
	.help = "TCP or UDP port; in network order when declared __be16",
	.example = "443",
	.sense = SENSE_IDENTITY,
	.min_columns = 5,
	.alphabet = FORMAT_NUMBER_ALPHABET,
	.fits = fits_port,
	.print = print_port,
	.value = format_ordered_val,
};
