/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers whose names only the running system knows. Names are for columns; exact ones are the numbers,
 * which is also what is typed. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "model/decode.h"
#include "model/format_rows.h"

/* -- pid -- */

static void print_pid(const struct field *field, const uint8_t *base, enum print_style style,
		      const struct lookups *lookups, struct buf *out)
{
	uint64_t pid = decode_u64(field, base);

	format_id.print(field, base, style, lookups, out);
	if (style == PRINT_EXACT || pid > UINT32_MAX || !lookups || !lookups->process)
		return;

	size_t number_len = out->len;

	buf_addc(out, '/');
	if (!lookups->process(lookups->ctx, (uint32_t)pid, out))
		buf_cut(out, number_len);
}

/* "1234" or, as shown, "1234/nginx". */
static int parse_pid(const struct field *field, const char *text, size_t len,
		     const struct lookups *lookups, struct arena *mem, struct val *out)
{
	const char *slash = memchr(text, '/', len);

	(void)field;
	(void)lookups;
	(void)mem;
	return format_read_number(text, slash ? (size_t)(slash - text) : len, out);
}

const struct format format_pid = {
	.name = "pid",
	.help = "process id and its command",
	.example = "1234/nginx",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 12,
	.fits = format_fits_integer,
	.print = print_pid,
	.parse = parse_pid,
};

/* -- cgroup, ksym -- */

static bool fits_id(const struct field *field)
{
	return format_fits_integer(field) && !field->is_bitfield && field->size == 8;
}

static void print_cgroup(const struct field *field, const uint8_t *base, enum print_style style,
			 const struct lookups *lookups, struct buf *out)
{
	bool is_named = style == PRINT_SHORT && lookups && lookups->cgroup &&
			lookups->cgroup(lookups->ctx, decode_u64(field, base), out);

	if (!is_named)
		format_id.print(field, base, PRINT_EXACT, lookups, out);
}

const struct format format_cgroup = {
	.name = "cgroup",
	.help = "cgroup v2 id by its path",
	.example = "4294967297",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 16,
	.fits = fits_id,
	.print = print_cgroup,
};

static void print_ksym(const struct field *field, const uint8_t *base, enum print_style style,
		       const struct lookups *lookups, struct buf *out)
{
	uint64_t address = decode_u64(field, base);
	bool is_named = style == PRINT_SHORT && lookups && lookups->symbol &&
			lookups->symbol(lookups->ctx, address, out);

	if (!is_named)
		format_write_hex(address, out);
}

static struct val ksym_val(const struct field *field, const uint8_t *base)
{
	return val_uint(decode_u64(field, base));
}

const struct format format_ksym = {
	.name = "ksym",
	.help = "address in the kernel by symbol",
	.example = "0xffffffff81000000",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 18,
	.fits = fits_id,
	.print = print_ksym,
	.value = ksym_val,
};
