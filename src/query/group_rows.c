/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a group back to its rows: the filter that says of each part what the group's key holds. Numbers
 * are written as numbers, since a format may show less than there is. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/tidy.h"
#include "model/format_range.h"
#include "query/group_parts.h"

enum { IP6_BYTES = 16 };

/* One part of one group. */
struct value {
	const struct group *group;
	const struct part *part;
	size_t row;
	struct column column; /* of the groups */
	const uint8_t *bytes; /* in the group's key */
	const char *name;     /* of the column of base */
};

static void add_quoted(const char *at, size_t len, struct buf *out)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)at[i];

		if (isprint(c) && c != '"' && c != '\\')
			buf_addc(out, (char)c);
		else
			buf_addf(out, "\\x%02x", c);
	}
	buf_addc(out, '"');
}

static void add_shown(const struct value *value, struct buf *out)
{
	table_text(&value->group->table, value->row, &value->column, PRINT_EXACT, out);
}

/* The network of IPv6 that holds those of IPv4 holds no row of theirs here. */
static bool holds_mapped(const struct value *value)
{
	static const uint8_t mapped[IP6_BYTES] = {[10] = 0xff, [11] = 0xff};
	const uint8_t *address = value->bytes + sizeof(uint32_t);
	uint32_t bits;

	memcpy(&bits, value->bytes, sizeof(bits));
	if (value->part->size != sizeof(bits) + IP6_BYTES || bits >= 96)
		return false;
	for (uint32_t i = 0; i < bits; i++)
		if ((address[i / 8] ^ mapped[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

static int add_network(const struct value *value, struct buf *out)
{
	buf_addf(out, "%s in ", value->name);
	add_shown(value, out);
	if (holds_mapped(value))
		buf_addf(out, " and not (%s in 0.0.0.0/0)", value->name);
	return 0;
}

static int add_range(const struct value *value, struct buf *out)
{
	uint64_t low, width = value->part->width;
	const struct field *field = value->part->column.field;

	memcpy(&low, value->bytes, sizeof(low));
	if (field->kind == FIELD_INT)
		buf_addf(out, "%s in %lld..%lld", value->name, (long long)low,
			 (long long)range_high_signed((int64_t)low, width));
	else
		buf_addf(out, "%s in %llu..%llu", value->name, (unsigned long long)low,
			 (unsigned long long)range_high(low, width));
	return 0;
}

/* What was cut to a whole number lies below the next one. */
static int add_cell_range(const struct value *value, struct buf *out)
{
	enum derive derive = value->part->column.derive;
	const char *unit = derive == DERIVE_AGE || derive == DERIVE_IDLE ? "ns" : "";
	int64_t low, high;

	memcpy(&low, value->bytes, sizeof(low));
	if (low == RANGE_UNKNOWN)
		return -ENOENT;
	high = range_high_signed(low, value->part->width);
	buf_addf(out, "%s >= %lld%s", value->name, (long long)low, unit);
	if (high < INT64_MAX)
		buf_addf(out, " and %s < %lld%s", value->name, (long long)high + 1, unit);
	return 0;
}

static int add_text(const struct value *value, struct buf *out)
{
	size_t len = strnlen((const char *)value->bytes, value->part->size);

	if (value->part->kind == PART_STATE && !len)
		return -ENOENT;
	buf_addf(out, "%s == ", value->name);
	add_quoted((const char *)value->bytes, len, out);
	return 0;
}

static int add_value(const struct value *value, struct buf *out)
{
	struct val val = table_cell(&value->group->table, value->row, &value->column);
	SCOPED(buf) shown = {0};

	buf_addf(out, "%s == ", value->name);
	if (val.kind == VAL_UINT) {
		buf_addu(out, val.u);
	} else if (val.kind == VAL_INT) {
		buf_addi(out, val.i);
	} else if (val_is_number(&val)) {
		add_shown(value, out);
	} else {
		add_shown(value, &shown);
		add_quoted(buf_text(&shown), shown.len, out);
	}
	return shown.failed ? -ENOMEM : 0;
}

static int (*const adders[])(const struct value *value, struct buf *out) = {
	[PART_BYTES] = add_value,     [PART_TEXT] = add_text,	[PART_INTEGER] = add_value,
	[PART_NETWORK] = add_network, [PART_RANGE] = add_range, [PART_CELL] = add_cell_range,
	[PART_STATE] = add_text,
};

/* Unknown of all of the group's rows, since their records end before it. */
static bool is_beyond(const struct value *value)
{
	struct val val = value->part->is_limited
				 ? table_cell(&value->group->table, value->row, &value->column)
				 : val_uint(0);

	return val.kind == VAL_UNKNOWN;
}

/* Fields of the groups' key are the parts, in order. */
static int add_part(const struct group *group, unsigned i, size_t row, struct buf *out)
{
	const struct part *part = &group->parts[i];
	struct column plain = part->column;
	SCOPED(buf) name = {0};
	size_t size;
	struct value value = {
		.group = group,
		.part = part,
		.row = row,
		.column = {.derive = DERIVE_TOTAL, .field = &group->table.plan.fields[i]},
		.bytes = table_key(&group->table, row, &size) + part->at,
	};

	/* A filter reads the field by its own format, not by one that was chosen for the groups. */
	if (part->column.format)
		value.column.format = part->column.field->format;
	plain.format = NULL;
	table_column_name(group->base, &plain, &name);
	value.name = buf_text(&name);
	if (is_beyond(&value))
		return -ENOENT;
	return name.failed ? -ENOMEM : adders[part->kind](&value, out);
}

int group_rows(const struct group *group, size_t row, struct buf *out)
{
	bool has_filter = group->filter != NULL;
	int r = 0;

	if (has_filter)
		buf_addf(out, "(%s)", group_filter(group));
	for (unsigned i = 0; i < group->n_parts && r == 0; i++) {
		if (i || has_filter)
			buf_adds(out, " and ");
		r = add_part(group, i, row, out);
	}
	return r == 0 && out->failed ? -ENOMEM : r;
}
