/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers whose names only the running system knows. Names are for people, who may type them; exact ones
 * are the numbers. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "model/decode.h"
#include "model/format_rows.h"

/* -- ids of 32 bits: the number first, since names are not unique -- */

typedef bool name_fn(void *ctx, uint32_t id, struct buf *out);

static void print_named(const struct field *field, const uint8_t *base, enum print_style style,
			name_fn *name, void *ctx, struct buf *out)
{
	uint64_t id = decode_u64(field, base);

	format_id.print(field, base, style, NULL, out);
	if (style == PRINT_EXACT || id > UINT32_MAX || !name)
		return;

	size_t number_len = out->len;

	buf_addc(out, '/');
	if (!name(ctx, (uint32_t)id, out))
		buf_cut(out, number_len);
}

/* "1234" or, as shown, "1234/nginx". */
static int parse_named(const struct field *field, const char *text, size_t len,
		       const struct lookups *lookups, struct arena *mem, struct val *out)
{
	const char *slash = memchr(text, '/', len);

	(void)field;
	(void)lookups;
	(void)mem;
	return format_read_number(text, slash ? (size_t)(slash - text) : len, out);
}

static void print_pid(const struct field *field, const uint8_t *base, enum print_style style,
		      const struct lookups *lookups, struct buf *out)
{
	print_named(field, base, style, lookups ? lookups->process : NULL,
		    lookups ? lookups->ctx : NULL, out);
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
	.parse = parse_named,
};

static void print_progid(const struct field *field, const uint8_t *base, enum print_style style,
			 const struct lookups *lookups, struct buf *out)
{
	print_named(field, base, style, lookups ? lookups->program : NULL,
		    lookups ? lookups->ctx : NULL, out);
}

const struct format format_progid = {
	.name = "progid",
	.help = "id of a BPF program and its name",
	.example = "17/xdp_main",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 12,
	.fits = format_fits_integer,
	.print = print_progid,
	.parse = parse_named,
};

static void print_mapid(const struct field *field, const uint8_t *base, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	print_named(field, base, style, lookups ? lookups->map : NULL,
		    lookups ? lookups->ctx : NULL, out);
}

const struct format format_mapid = {
	.name = "mapid",
	.help = "id of a BPF map and its name",
	.example = "41/flows",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 12,
	.fits = format_fits_integer,
	.print = print_mapid,
	.parse = parse_named,
};

/* -- cgroups and sockets: a name is shown instead of the number, and either is typed -- */

static bool fits_id(const struct field *field)
{
	return format_fits_integer(field) && !field->is_bitfield && field->size == 8;
}

static void print_cgroup(const struct field *field, const uint8_t *base, enum print_style style,
			 const struct lookups *lookups, struct buf *out)
{
	bool is_named = style != PRINT_EXACT && lookups && lookups->cgroup &&
			lookups->cgroup(lookups->ctx, decode_u64(field, base), out);

	if (!is_named)
		format_id.print(field, base, PRINT_EXACT, lookups, out);
}

typedef bool number_fn(void *ctx, const char *name, size_t len, uint64_t *out);

/* By its name, or the number. */
static int parse_number(number_fn *number, void *ctx, const char *text, size_t len, struct val *out)
{
	uint64_t id;

	if (!number || !number(ctx, text, len, &id))
		return format_read_number(text, len, out);
	*out = val_uint(id);
	return 0;
}

static int parse_cgroup(const struct field *field, const char *text, size_t len,
			const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)mem;
	return parse_number(lookups ? lookups->cgroup_id : NULL, lookups ? lookups->ctx : NULL,
			    text, len, out);
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
	.parse = parse_cgroup,
};

static void print_socket(const struct field *field, const uint8_t *base, enum print_style style,
			 const struct lookups *lookups, struct buf *out)
{
	bool is_named = style != PRINT_EXACT && lookups && lookups->socket &&
			lookups->socket(lookups->ctx, decode_u64(field, base), out);

	if (!is_named)
		format_id.print(field, base, PRINT_EXACT, lookups, out);
}

static int parse_socket(const struct field *field, const char *text, size_t len,
			const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)mem;
	return parse_number(lookups ? lookups->socket_cookie : NULL, lookups ? lookups->ctx : NULL,
			    text, len, out);
}

const struct format format_socket = {
	.name = "socket",
	.help = "socket cookie by the addresses of its ends",
	.example = "4097",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 24,
	.fits = fits_id,
	.print = print_socket,
	.parse = parse_socket,
};
