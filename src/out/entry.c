/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A million entries are written in a fraction of a second because nothing is decided twice: braces,
 * names and commas of a whole key or value are laid out when the program is compiled, and an op is
 * "add this text, then the value of that leaf".
 *
 * An array op is followed by the n_body ops of its element, which run once an element. Text behind
 * the last leaf of a program or element stands in an op of its own, without a leaf. */
#include "out/entry.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "model/decode.h"
#include "model/format.h"
#include "model/plan.h"
#include "model/table.h"

typedef void write_fn(struct entry_writer *writer, const struct field *field, const uint8_t *base,
		      struct buf *out);

struct entry_op {
	const char *text; /* before the value */
	uint32_t text_len;
	uint32_t n_body;  /* of an array: ops of its element, which follow */
	write_fn *write;  /* NULL: text alone, or an array */
	const struct field *field;
};

/* -- leaves -- */

static void write_wide(unsigned __int128 n, struct buf *out)
{
	uint64_t high = (uint64_t)(n >> 64);

	if (high)
		buf_addf(out, "\"0x%llx%016llx\"", (unsigned long long)high, (unsigned long long)n);
	else
		buf_addf(out, "\"0x%llx\"", (unsigned long long)n);
}

static void write_val(struct entry_writer *writer, const struct field *field, const uint8_t *base,
		      struct buf *out)
{
	const struct val val = decode_val(field, base);
	struct json json;

	(void)writer;
	json_init(&json, out);
	switch (val.kind) {
	case VAL_UNKNOWN:
		json_null(&json);
		break;
	case VAL_UINT:
		json_uint(&json, val.u);
		break;
	case VAL_INT:
		json_int(&json, val.i);
		break;
	case VAL_REAL:
		json_real(&json, val.x);
		break;
	case VAL_WIDE:
		write_wide(val.wide, out);
		break;
	case VAL_IWIDE:
		write_wide((unsigned __int128)val.iwide, out);
		break;
	case VAL_TEXT:
		json_quote(out, val.at, val.len);
		break;
	case VAL_BYTES:
		entry_bytes(out, (const uint8_t *)val.at, val.len);
		break;
	}
}

static void write_uint(struct entry_writer *writer, const struct field *field, const uint8_t *base,
		       struct buf *out)
{
	(void)writer;
	buf_addu(out, decode_u64(field, base));
}

static void write_int(struct entry_writer *writer, const struct field *field, const uint8_t *base,
		      struct buf *out)
{
	(void)writer;
	buf_addi(out, (int64_t)decode_u64(field, base));
}

static void write_bool(struct entry_writer *writer, const struct field *field, const uint8_t *base,
		       struct buf *out)
{
	(void)writer;
	buf_adds(out, decode_u64(field, base) ? "true" : "false");
}

static void write_enum(struct entry_writer *writer, const struct field *field, const uint8_t *base,
		       struct buf *out)
{
	int64_t value = (int64_t)decode_u64(field, base);
	const char *name = decode_enum_name(field, value);

	if (name)
		json_quote(out, name, strlen(name));
	else if (field->is_signed)
		write_int(writer, field, base, out);
	else
		write_uint(writer, field, base, out);
}

/* As bpftool writes what it knows no type of. */
void entry_bytes(struct buf *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	buf_addc(out, '[');
	for (size_t i = 0; i < n; i++)
		buf_add(out,
			(char[]){',', '"', '0', 'x', digits[bytes[i] >> 4], digits[bytes[i] & 15],
				 '"'} + (i == 0),
			7 - (i == 0));
	buf_addc(out, ']');
}

static void write_formatted(struct entry_writer *writer, const struct field *field,
			    const uint8_t *base, struct buf *out)
{
	const struct table *table = writer->table;
	struct json json;

	buf_clear(&writer->printed);
	buf_clear(&writer->tame);
	format_print(field, &table->plan, base, PRINT_EXACT, &table->lookups, &writer->printed);
	utf8_tame(&writer->tame, buf_text(&writer->printed), writer->printed.len);
	if (writer->printed.failed || writer->tame.failed)
		out->failed = true;
	json_init(&json, out);
	json_text(&json, buf_text(&writer->tame));
}

/* Wide integers have no decode_u64; everything not named here says by its value what it is. */
static write_fn *leaf_writer(const struct entry_writer *writer, const struct field *field)
{
	static write_fn *const of_kind[N_FIELD_KINDS] = {
		[FIELD_UINT] = write_uint,    [FIELD_INT] = write_int,	 [FIELD_BOOL] = write_bool,
		[FIELD_ENUM] = write_enum,    [FIELD_POINTER] = write_uint,
	};

	if (writer->is_formatted)
		return write_formatted;
	if (field_is_integer(field) && of_kind[field->kind])
		return of_kind[field->kind];
	return write_val;
}
