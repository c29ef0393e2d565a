/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where code was: addresses, and stacks of them as a stack trace map holds them. A stack is an array of
 * addresses of the kernel, or of struct bpf_stack_build_id for user space; it ends at the first empty
 * frame. Names are for people, who may type those of functions; exact ones are numbers. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "model/decode.h"
#include "model/format_rows.h"

/* -- ksym -- */

static bool fits_address(const struct field *field)
{
	return format_fits_integer(field) && !field->is_bitfield && field->size == sizeof(uint64_t);
}

static void print_ksym(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	uint64_t address = decode_u64(field, base);
	bool is_named = style != PRINT_EXACT && lookups && lookups->symbol &&
			lookups->symbol(lookups->ctx, address, out);

	if (!is_named)
		format_write_hex(address, out);
}

static struct val ksym_val(const struct field *field, const uint8_t *base)
{
	return val_uint(decode_u64(field, base));
}

/* "tcp_sendmsg+0x1b", as shown, or the address. */
static int parse_ksym(const struct field *field, const char *text, size_t len,
		      const struct lookups *lookups, struct arena *mem, struct val *out)
{
	const char *plus = memchr(text, '+', len);
	size_t name_len = plus ? (size_t)(plus - text) : len;
	struct val beyond = val_uint(0);
	uint64_t address;

	(void)field;
	(void)mem;
	if (!lookups || !lookups->symbol_address ||
	    !lookups->symbol_address(lookups->ctx, text, name_len, &address))
		return format_read_number(text, len, out);
	if (plus && (format_read_number(plus + 1, len - name_len - 1, &beyond) < 0 ||
		     beyond.kind != VAL_UINT))
		return -EINVAL;
	*out = val_uint(address + beyond.u);
	return 0;
}

const struct format format_ksym = {
	.name = "ksym",
	.help = "address in the kernel by symbol",
	.example = "0xffffffff81000000",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 18,
	.fits = fits_address,
	.print = print_ksym,
	.parse = parse_ksym,
	.value = ksym_val,
};

/* -- stack -- */

/* struct bpf_stack_build_id and its status, include/uapi/linux/bpf.h */
struct frame {
	int32_t status;
	uint8_t build_id[FORMAT_BUILD_ID_BYTES];
	uint64_t offset; /* into the file; FRAME_IP: the address */
};
enum { FRAME_EMPTY, FRAME_IN_FILE, FRAME_IP };

enum { SHORT_FRAMES = 16, NO_LIMIT = INT32_MAX };

static bool fits_stack(const struct field *field)
{
	return field->kind == FIELD_ARRAY &&
	       (field->stride == sizeof(uint64_t) || field->stride == sizeof(struct frame));
}

/* Names that the layout gives addresses, as an enum's values. */
static const char *own_name(const struct field *field, uint64_t address)
{
	for (uint32_t i = 0; i < field->n_names; i++)
		if ((uint64_t)field->names[i].value == address)
			return field->names[i].name;
	return NULL;
}

static void add_address(const struct field *field, uint64_t address, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	const char *name = style != PRINT_EXACT ? own_name(field, address) : NULL;

	if (name)
		buf_adds(out, name);
	else if (style == PRINT_EXACT || !lookups || !lookups->symbol ||
		 !lookups->symbol(lookups->ctx, address, out))
		format_write_hex(address, out);
}

static void add_in_file(const struct frame *frame, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	if (style != PRINT_EXACT && lookups && lookups->frame &&
	    lookups->frame(lookups->ctx, frame->build_id, frame->offset, out))
		return;
	/* The first bytes tell files apart for people, as git's do. */
	for (int i = 0; i < (style == PRINT_SHORT ? 4 : FORMAT_BUILD_ID_BYTES); i++)
		buf_addf(out, "%02x", frame->build_id[i]);
	buf_addc(out, '+');
	format_write_hex(frame->offset, out);
}

/* false: the stack ends before this frame */
static bool add_frame(const struct field *field, const uint8_t *at, const char *between,
		      enum print_style style, const struct lookups *lookups, struct buf *out)
{
	struct frame frame = {.status = FRAME_IP};

	if (field->stride == sizeof(frame))
		memcpy(&frame, at, sizeof(frame));
	else
		memcpy(&frame.offset, at, sizeof(frame.offset));
	if (frame.status == FRAME_EMPTY || (frame.status == FRAME_IP && frame.offset == 0))
		return false;
	buf_adds(out, between);
	if (frame.status == FRAME_IN_FILE)
		add_in_file(&frame, style, lookups, out);
	else
		add_address(field, frame.offset, style, lookups, out);
	return true;
}

bool format_stack_frame(const struct field *field, const uint8_t *base, uint32_t i,
			const struct lookups *lookups, struct buf *out)
{
	return i < field->count &&
	       add_frame(field, base + field->offset + (size_t)i * field->stride, "", PRINT_SHORT,
			 lookups, out);
}

static void print_stack(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	const uint8_t *at = base + field->offset;
	uint32_t limit = style == PRINT_SHORT ? SHORT_FRAMES : NO_LIMIT;

	for (uint32_t i = 0; i < field->count; i++, at += field->stride) {
		if (i == limit) {
			buf_adds(out, " < \xe2\x80\xa6");
			return;
		}
		if (!add_frame(field, at, i ? " < " : "", style, lookups, out))
			return;
	}
}

const struct format format_stack = {
	.name = "stack",
	.help = "call stack, innermost function first",
	.example = "tcp_sendmsg < sock_write_iter",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 40,
	.fits = fits_stack,
	.print = print_stack,
	.parse = format_parse_nothing,
};
