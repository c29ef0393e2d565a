/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A name is a base, perhaps its width in bits, and dimensions. A row a base. */
#include "read/schema_type.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"

struct base {
	const char *name;
	enum field_kind kind;
	bool is_signed;
	bool takes_length; /* the last dimension is its size: text, bytes */
	uint32_t bits;	   /* without a number behind the name; 0: needs one (or a length) */
	uint32_t most_bits;
};

/* Longer names first where one begins with another. */
static const struct base bases[] = {
	{"bytes", FIELD_BYTES, false, true, 0, 0}, {"special", FIELD_SPECIAL, false, true, 0, 0},
	{"bool", FIELD_BOOL, false, false, 8, 64}, {"be", FIELD_UINT, false, false, 0, 64},
	{"char", FIELD_CHAR, true, false, 8, 8},   {"ptr", FIELD_POINTER, false, false, 64, 64},
	{"u", FIELD_UINT, false, false, 0, 128},   {"s", FIELD_INT, true, false, 0, 128},
	{"f", FIELD_REAL, false, false, 0, 128},
};

/* Digits at *text, which moves behind them; false when there are none or they don't fit. */
static bool read_number(const char **text, uint32_t *out)
{
	uint64_t n = 0;
	const char *at = *text;

	for (; *at >= '0' && *at <= '9' && n <= UINT32_MAX; at++)
		n = n * 10 + (uint64_t)(*at - '0');
	if (at == *text || n > UINT32_MAX)
		return false;
	*text = at;
	*out = (uint32_t)n;
	return true;
}

static bool is_width(const struct base *base, uint32_t bits)
{
	bool is_power = (bits & (bits - 1)) == 0;

	if (bits < 8 || bits % 8 || bits > base->most_bits)
		return false;
	if (base->kind == FIELD_REAL)
		return is_power && bits >= 16;
	return *base->name == 'b' && base->kind == FIELD_UINT ? is_power && bits >= 16 : true;
}

static int read_dims(const char *text, struct schema_type *out)
{
	out->n_dims = 0;
	for (; *text; text++) {
		if (*text++ != '[' || out->n_dims == SCHEMA_MAX_DIMS ||
		    !read_number(&text, &out->dims[out->n_dims++]) || *text != ']')
			return -EINVAL;
	}
	return 0;
}

static const struct base *base_of(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		if (strncmp(text, bases[i].name, strlen(bases[i].name)) == 0)
			return &bases[i];
	return NULL;
}

static const char *c_name_of(const struct base *base, uint32_t bits)
{
	if (strcmp(base->name, "be") != 0)
		return NULL;
	return bits == 16 ? "__be16" : bits == 32 ? "__be32" : "__be64";
}

int schema_type_parse(const char *text, struct schema_type *out)
{
	const struct base *base = base_of(text);
	uint32_t bits = base ? base->bits : 0;
	int r;

	if (!base)
		return -EINVAL;
	text += strlen(base->name);
	if (!base->takes_length) {
		read_number(&text, &bits);
		if (!is_width(base, bits))
			return -EINVAL;
	}
	*out = (struct schema_type){.kind = base->kind,
				    .is_signed = base->is_signed,
				    .size = bits / 8,
				    .c_name = c_name_of(base, bits)};
	r = read_dims(text, out);
	if (r < 0)
		return r;
	if (base->takes_length && !out->n_dims)
		return -EDOM;
	if (base->kind == FIELD_CHAR && out->n_dims)
		out->kind = FIELD_TEXT;
	if (base->takes_length || out->kind == FIELD_TEXT)
		out->size = out->dims[--out->n_dims];
	return 0;
}

void schema_type_cut(char *name)
{
	char *from = strchr(name, '['), *to = from ? strchr(from, ']') : NULL;

	if (to)
		memmove(from, to + 1, strlen(to));
}

static uint32_t bits_of(const struct field *field)
{
	uint32_t bits = 8;

	if (!field->is_bitfield)
		return field->size * 8;
	while (bits < field->bit_size)
		bits *= 2;
	return bits;
}

void schema_type_text(const struct field *field, struct buf *out)
{
	switch (field->kind) {
	case FIELD_BOOL:
		buf_adds(out, "bool");
		if (bits_of(field) != 8)
			buf_addu(out, bits_of(field));
		break;
	case FIELD_CHAR:
		buf_adds(out, "char");
		break;
	case FIELD_POINTER:
		buf_adds(out, "ptr");
		if (field->size != sizeof(uint64_t))
			buf_addu(out, field->size * 8);
		break;
	case FIELD_UINT:
	case FIELD_INT:
	case FIELD_ENUM:
		buf_addc(out, field->kind == FIELD_INT || field->is_signed ? 's' : 'u');
		buf_addu(out, bits_of(field));
		break;
	case FIELD_REAL:
		buf_addf(out, "f%u", bits_of(field));
		break;
	case FIELD_TEXT:
		buf_addf(out, "char[%u]", field->size);
		break;
	case FIELD_SPECIAL:
		buf_addf(out, "special[%u]", field->size);
		break;
	default:
		buf_addf(out, "bytes[%u]", field->size);
		break;
	}
}
