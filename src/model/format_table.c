/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers that a fixed table names: system calls of this host's architecture, Ethernet types. A number
 * without a name is shown as itself, and every number may be typed. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_rows.h"

struct entry {
	uint32_t number;
	const char *name;
};

struct table {
	const struct entry *entries;
	size_t n;
};

static const char *name_in(const struct table *table, uint64_t number)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->entries[i].number == number)
			return table->entries[i].name;
	return NULL;
}

static int parse_in(const struct table *table, const char *text, size_t len, struct val *out)
{
	for (size_t i = 0; i < table->n; i++) {
		const char *name = table->entries[i].name;

		if (strlen(name) == len && strncasecmp(text, name, len) == 0) {
			*out = val_uint(table->entries[i].number);
			return 0;
		}
	}
	return format_read_number(text, len, out);
}

static bool fits_number(const struct field *field)
{
	return format_fits_integer(field) &&
	       (field->kind == FIELD_UINT || field->kind == FIELD_INT);
}

/* -- syscall -- */

/* Rows {number, "name"}, of the headers that this was built with; in order of numbers. */
static const struct entry syscalls[] = {
#include "syscall_names.h"
};
static const struct table syscall_table = {syscalls, ARRAY_LEN(syscalls)};

static void print_syscall(const struct field *field, const uint8_t *base, enum print_style style,
			  const struct lookups *lookups, struct buf *out)
{
	const char *name = name_in(&syscall_table, decode_u64(field, base));

	(void)style;
	if (name)
		buf_adds(out, name);
	else
		format_id.print(field, base, PRINT_EXACT, lookups, out);
}

static int parse_syscall(const struct field *field, const char *text, size_t len,
			 const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)lookups;
	(void)mem;
	return parse_in(&syscall_table, text, len, out);
}

const struct format format_syscall = {
	.name = "syscall",
	.help = "system call by name",
	.example = "openat",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 12,
	.fits = fits_number,
	.print = print_syscall,
	.parse = parse_syscall,
};

/* -- ethertype: as ports are, in network order where the type says so -- */

/* source: IANA, IEEE 802 numbers */
static const struct entry ethertypes[] = {
	{0x0800, "ipv4"},   {0x0806, "arp"},	  {0x0842, "wol"},	{0x22f3, "trill"},
	{0x4305, "batman"}, {0x6558, "teb"},	  {0x8035, "rarp"},	{0x8100, "vlan"},
	{0x8137, "ipx"},    {0x86dd, "ipv6"},	  {0x8808, "pause"},	{0x8809, "lacp"},
	{0x8847, "mpls"},   {0x8848, "mpls-mc"},  {0x8863, "pppoe-d"},	{0x8864, "pppoe"},
	{0x888e, "eapol"},  {0x8892, "profinet"}, {0x88a4, "ethercat"}, {0x88a8, "qinq"},
	{0x88cc, "lldp"},   {0x88e5, "macsec"},	  {0x88f7, "ptp"},	{0x8906, "fcoe"},
	{0x8915, "roce"},   {0x9000, "loopback"},
};
static const struct table ethertype_table = {ethertypes, ARRAY_LEN(ethertypes)};

static void print_ethertype(const struct field *field, const uint8_t *base, enum print_style style,
			    const struct lookups *lookups, struct buf *out)
{
	struct val val = format_ordered_val(field, base);
	const char *name = name_in(&ethertype_table, val.u);

	(void)style;
	(void)lookups;
	if (name)
		buf_adds(out, name);
	else if (val.kind == VAL_UINT)
		format_write_hex(val.u, out);
	else
		format_write_number(&val, PRINT_EXACT, out);
}

static int parse_ethertype(const struct field *field, const char *text, size_t len,
			   const struct lookups *lookups, struct arena *mem, struct val *out)
{
	(void)field;
	(void)lookups;
	(void)mem;
	return parse_in(&ethertype_table, text, len, out);
}

static bool fits_ethertype(const struct field *field)
{
	return fits_number(field) && field->size >= sizeof(uint16_t);
}

const struct format format_ethertype = {
	.name = "ethertype",
	.help = "Ethernet type by name; in network order when declared __be16",
	.example = "ipv6",
	.sense = SENSE_IDENTITY,
	.is_left = true,
	.min_columns = 6,
	.fits = fits_ethertype,
	.print = print_ethertype,
	.parse = parse_ethertype,
	.value = format_ordered_val,
};
