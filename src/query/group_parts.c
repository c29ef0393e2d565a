/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What to group by, from the list that people type to the plan of the groups. A part keeps the format of
 * its field, so that a group is shown, typed and compared as its rows are. */
#include "query/group_parts.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/format_range.h"
#include "query/lex.h"

enum { NETWORK_LENGTH_BYTES = sizeof(uint32_t), STATE_BYTES = 8, MAX_COLUMNS = 256 };

/* One item of the list, taken apart. */
struct item {
	const char *list;
	size_t at; /* bytes into the list */
	struct {
		const char *at;
		size_t len;
	} name, prefix, option; /* "saddr", "24", "log2"; at NULL: not there */
};

static int fault(const struct item *item, const char *at, struct err *err)
{
	int column = lex_column(item->list, (size_t)(at - item->list));

	if (err)
		err->column = column;
	return -EINVAL;
}

static void trim(const char **at, size_t *len)
{
	while (*len && strchr(" \t", **at))
		(*at)++, (*len)--;
	while (*len && strchr(" \t", (*at)[*len - 1]))
		(*len)--;
}

static void split(struct item *item, size_t from, size_t to)
{
	const char *at = item->list + from, *mark;
	size_t len = to - from;

	trim(&at, &len);
	item->name.at = at;
	item->name.len = len;
	mark = memchr(at, ':', len);
	if (mark) {
		item->option.at = mark + 1;
		item->option.len = (size_t)(at + len - mark - 1);
		item->name.len = (size_t)(mark - at);
	}
	mark = memchr(at, '/', item->name.len);
	if (mark) {
		item->prefix.at = mark + 1;
		item->prefix.len = (size_t)(at + item->name.len - mark - 1);
		item->name.len = (size_t)(mark - at);
	}
}

static const struct format *format_of(const struct column *column)
{
	return column->format ? column->format : column->field->format;
}

static bool has_copies(const struct table *table, const struct column *column)
{
	return table->map.n_cpus > 1 && !column_in_key(column);
}

/* Whole only by chance. */
static bool is_measured(const struct column *column)
{
	switch (column->derive) {
	case DERIVE_RATE:
	case DERIVE_SMOOTH:
	case DERIVE_MEAN:
	case DERIVE_SKEW:
		return true;
	default:
		return column->per_second || (column->field && column->field->kind == FIELD_REAL);
	}
}

/* -- the three kinds of options -- */

static int read_prefix(const struct item *item, const struct table *table, struct part *part,
		       struct err *err)
{
	const struct field *field = part->column.field;
	bool is_field = field && part->column.derive == DERIVE_TOTAL;
	bool is_ip4 = is_field && strcmp(format_of(&part->column)->name, "ip4") == 0;
	bool is_ip6 = is_field && strcmp(format_of(&part->column)->name, "ip6") == 0;
	struct num num;
	int n = num_parse(item->prefix.at, item->prefix.len, &num);

	if ((!is_ip4 && !is_ip6) || has_copies(table, &part->column)) {
		err_set(err, -EINVAL, "'%.*s' is not an address, so it has no prefix",
			(int)item->name.len, item->name.at);
		return fault(item, item->name.at, err);
	}
	if (n <= 0 || (size_t)n != item->prefix.len || num.kind != NUM_PLAIN || !num.is_whole ||
	    num.is_negative || num.whole > field->size * 8) {
		err_set(err, -EINVAL, "a prefix of '%.*s' has 0 to %u bits", (int)item->name.len,
			item->name.at, field->size * 8);
		return fault(item, item->prefix.at, err);
	}
	part->kind = PART_NETWORK;
	part->prefix = (uint32_t)num.whole;
	part->size = NETWORK_LENGTH_BYTES + field->size;
	return 0;
}

/* "log2", or how wide ranges are; false: neither. */
static bool read_width(const struct item *item, uint64_t *width)
{
	struct num num;
	int n = num_parse(item->option.at, item->option.len, &num);

	*width = 0;
	if (item->option.len == 4 && memcmp(item->option.at, "log2", 4) == 0)
		return true;
	if (n <= 0 || (size_t)n != item->option.len || !num.is_whole || num.is_negative)
		return false;
	*width = (uint64_t)num.whole;
	return num.whole > 0 && num.whole <= INT64_MAX;
}

static int range_of(const struct item *item, const struct table *table, struct part *part,
		    uint64_t width, struct err *err)
{
	const struct column *column = &part->column;
	bool is_field = column->derive == DERIVE_TOTAL && column->field;

	if (!column_is_numeric(column)) {
		err_set(err, -EINVAL, "'%.*s' is not a number, so it has no ranges",
			(int)item->name.len, item->name.at);
		return fault(item, item->option.at, err);
	}
	part->kind = PART_CELL;
	if (is_field && !column->field->limit_from && field_is_integer(column->field) &&
	    !format_of(column)->value && !has_copies(table, column))
		part->kind = PART_RANGE;
	part->width = width;
	part->size = sizeof(uint64_t);
	return 0;
}

static int read_format(const struct item *item, struct part *part, struct err *err)
{
	const struct format *format = format_named(item->option.at, item->option.len);
	const struct field *field = part->column.field;

	if (!format)
		err_set(err, -EINVAL,
			"'%.*s' is no format and no range; use log2, or a width like 1000",
			(int)item->option.len, item->option.at);
	else if (!field || !format->fits(field))
		err_set(err, -EINVAL, "format '%s' does not fit '%.*s'", format->name,
			(int)item->name.len, item->name.at);
	else
		part->column.format = format;
	return part->column.format ? 0 : fault(item, item->option.at, err);
}

/* -- what is left: the value itself -- */

static int refuse(const struct item *item, const char *why, struct err *err)
{
	err_set(err, -EINVAL, "cannot group by '%.*s': %s", (int)item->name.len, item->name.at,
		why);
	return fault(item, item->name.at, err);
}

static int value_of(const struct item *item, const struct table *table, struct part *part,
		    struct err *err)
{
	const struct field *field = part->column.field;

	if (part->column.derive == DERIVE_STATE) {
		part->kind = PART_STATE;
		part->size = STATE_BYTES;
		return 0;
	}
	if (!field && part->column.derive != DERIVE_AGE && part->column.derive != DERIVE_IDLE &&
	    part->column.derive != DERIVE_SEEN)
		return refuse(item, "it has several fields; name one of them", err);
	if (part->column.derive != DERIVE_TOTAL && is_measured(&part->column))
		return refuse(item, "hardly two rows share it; ranges are ':log2' or ':10'", err);
	if (!field || part->column.derive != DERIVE_TOTAL)
		return range_of(item, table, part, 1, err);
	if (!field_is_leaf(field) || field_is_nested(field))
		return refuse(item, "it has several members; name one of them", err);
	if (field->kind == FIELD_SPECIAL)
		return refuse(item, "it has no value", err);
	if (has_copies(table, &part->column))
		return refuse(item,
			      "each CPU has its own; ranges of the sum are ':log2' or ':1000'",
			      err);
	part->kind = field->kind == FIELD_TEXT ? PART_TEXT
		     : field->is_bitfield      ? PART_INTEGER
					       : PART_BYTES;
	part->size = field->is_bitfield ? sizeof(uint64_t) : field->size;
	return 0;
}

/* `key` and `value` are fields where there is only one. */
static void look_inside(const struct table *table, struct column *column)
{
	const struct plan *plan = &table->plan;
	bool in_value = column->derive == DERIVE_VALUE;
	uint32_t first = in_value ? plan->n_key_fields : 0;
	uint32_t end = in_value ? plan->n_fields : plan->n_key_fields;

	if (column->field || (column->derive != DERIVE_KEY && !in_value) || first == end)
		return;
	if (first + 1 + plan->fields[first].n_below == end && field_is_leaf(&plan->fields[first]))
		*column = (struct column){.derive = DERIVE_TOTAL, .field = &plan->fields[first]};
}

static bool is_part_already(const struct group *group, const struct part *part)
{
	for (unsigned i = 0; i < group->n_parts; i++) {
		const struct part *other = &group->parts[i];

		if (other->kind == part->kind && other->prefix == part->prefix &&
		    other->width == part->width && column_equal(&other->column, &part->column))
			return true;
	}
	return false;
}

static int read_part(struct group *group, const struct item *item, struct err *err)
{
	struct part *part = &group->parts[group->n_parts];
	const struct table *table = group->base;
	uint64_t width = 0;
	bool has_width;
	int r = table_column_named(table, item->name.at, item->name.len, &part->column, err);

	if (r < 0)
		return r == -ENOMEM ? r
				    : fault(item,
					    item->name.at +
						    (err && err->column > 0 ? err->column - 1 : 0),
					    err);
	look_inside(table, &part->column);
	has_width = item->option.at && read_width(item, &width);
	if (item->option.at && !has_width)
		r = read_format(item, part, err);
	if (r == 0 && item->prefix.at)
		r = read_prefix(item, table, part, err);
	else if (r == 0 && has_width)
		r = range_of(item, table, part, width, err);
	else if (r == 0)
		r = value_of(item, table, part, err);
	if (r == 0 && is_part_already(group, part))
		r = refuse(item, "it is grouped by that already", err);
	if (r < 0)
		return r;
	part->is_limited = part->kind != PART_CELL && part->kind != PART_STATE &&
			   part->column.field->limit_from;
	part->at = group->key_size + (part->is_limited ? GROUP_LENGTH_BYTES : 0);
	group->key_size = part->at + part->size;
	group->n_parts++;
	return 0;
}

int group_read_parts(struct group *group, const char *by, struct err *err)
{
	size_t len = strlen(by), from = 0;
	int r = 0;

	if (group->base->plan.is_variables)
		return err_set(err, -EINVAL, "map '%s' has variables for rows, nothing to group by",
			       group->base->map.name);
	if (!by[strspn(by, " \t")])
		return 0;
	while (r == 0 && from <= len) {
		size_t to = from + strcspn(by + from, ",");
		struct item item = {.list = by, .at = from};

		if (group->n_parts == GROUP_MAX_PARTS)
			return err_at(err, lex_column(by, from), "at most %d fields make a group",
				      GROUP_MAX_PARTS);
		split(&item, from, to);
		if (!item.name.len)
			return err_at(err, lex_column(by, from), "expected a column's name");
		r = read_part(group, &item, err);
		from = to + 1;
	}
	return r;
}

/* -- the plan -- */

static bool is_taken(const struct plan *plan, const char *name)
{
	for (uint32_t i = 0; i < plan->n_fields; i++)
		if (strcmp(plan->fields[i].name, name) == 0)
			return true;
	return false;
}

static void shape_bytes(const struct part *part, struct field *proto)
{
	const struct field *field = part->column.field;

	if (field_is_container(field)) {
		proto->kind = FIELD_BYTES;
	} else {
		proto->kind = field->kind;
		proto->is_signed = field->is_signed;
		proto->names = field->names;
		proto->n_names = field->n_names;
	}
	proto->type = field->type;
	proto->format = format_of(&part->column);
}

/* What the ends of a range of the column are written in; no range is a port or a name. */
static const struct format *ends_of(const struct column *column)
{
	const struct format *dec = format_named("dec", strlen("dec")), *format;

	if (column->derive == DERIVE_AGE || column->derive == DERIVE_IDLE)
		return format_named("duration", strlen("duration"));
	if (!column->field)
		return dec;
	format = format_of(column);
	if (column_is_difference(column) && format->difference)
		format = format->difference;
	return format->difference || format->sense == SENSE_QUANTITY ? format : dec;
}

static int shape_range(const struct part *part, struct plan *plan, struct field *proto)
{
	const struct field *field = part->column.field;
	bool is_signed = part->kind == PART_CELL || field->kind == FIELD_INT;
	const struct format *ends = ends_of(&part->column);

	proto->kind = is_signed ? FIELD_INT : FIELD_UINT;
	proto->type = is_signed ? "s64" : "u64";
	proto->format = format_range_new(&plan->mem, ends, part->width, is_measured(&part->column));
	return proto->format ? 0 : -ENOMEM;
}

static int shape_part(const struct part *part, struct plan *plan, struct field *proto)
{
	switch (part->kind) {
	case PART_NETWORK:
		proto->kind = FIELD_BYTES;
		proto->type = "network";
		proto->format = format_named("cidr", strlen("cidr"));
		return 0;
	case PART_RANGE:
	case PART_CELL:
		return shape_range(part, plan, proto);
	case PART_STATE:
		proto->kind = FIELD_TEXT;
		proto->type = "char";
		return 0;
	default:
		shape_bytes(part, proto);
		return 0;
	}
}

static int add_part(const struct group *group, const struct part *part, struct plan *plan,
		    struct err *err)
{
	struct field proto = {.offset = part->at, .size = part->size};
	struct column plain = part->column;
	SCOPED(buf) name = {0};
	int r = shape_part(part, plan, &proto);

	if (part->is_limited) {
		proto.limit_at = part->at - GROUP_LENGTH_BYTES;
		proto.limit_from = part->at;
		proto.is_record = part->column.field->is_record;
	}
	plain.format = NULL;
	table_column_name(group->base, &plain, &name);
	if ((part->kind == PART_RANGE || part->kind == PART_CELL) && part->width != 1)
		buf_adds(&name, ".range");
	if (r < 0 || name.failed)
		return err_set(err, -ENOMEM, "out of memory for groups");
	proto.name = buf_text(&name);
	if (proto.format && !proto.format->fits(&proto))
		proto.format = NULL;
	return plan_add(plan, false, &proto, err);
}

static int add_sum(const struct group *group, unsigned i, struct plan *plan, struct err *err)
{
	const struct field *field = group->sums[i];
	bool is_signed = field->kind == FIELD_INT;
	SCOPED(buf) name = {0};
	struct field proto = {
		.kind = field->kind,
		.type = is_signed ? "s64" : "u64",
		.offset = (1 + i) * (uint32_t)sizeof(uint64_t),
		.size = sizeof(uint64_t),
		.carry_at = group_carry_at(group, 1 + i),
	};

	if (group->has_limits) {
		proto.limit_at = proto.offset + group->n_sums * (uint32_t)sizeof(uint64_t);
		proto.limit_from = proto.offset;
	}
	plan_name(&group->base->plan, field, &name);
	if (name.failed)
		return err_set(err, -ENOMEM, "out of memory for groups");
	proto.name = buf_text(&name);
	if (!field->format->value && field->format->fits(&proto))
		proto.format = field->format;
	else
		proto.format = format_named("dec", strlen("dec"));
	return plan_add(plan, true, &proto, err);
}

/* The counters that are shown unasked are summed. */
static void choose_sums(struct group *group)
{
	struct column columns[MAX_COLUMNS];
	size_t n = table_default_columns(group->base, false, columns, MAX_COLUMNS);

	for (size_t i = 0; i < MIN_OF(n, (size_t)MAX_COLUMNS); i++) {
		const struct field *field = columns[i].field;

		if (field && field_is_counter(field) && group->n_sums < GROUP_MAX_SUMS)
			group->sums[group->n_sums++] = field;
	}
	group->has_limits = group->base->plan.record_from != 0;
}

int group_make_plan(struct group *group, struct plan *plan, struct err *err)
{
	struct field count = {
		.kind = FIELD_UINT,
		.type = "u64",
		.size = sizeof(uint64_t),
		.format = format_named("id", strlen("id")),
	};
	uint32_t n_words;
	int r = 0;

	choose_sums(group);
	n_words = 1 + group->n_sums * (group->has_limits ? 2 : 1);
	if (group->base->map.n_cpus == 1) {
		group->carries_at = n_words * (uint32_t)sizeof(uint64_t);
		n_words += (1 + group->n_sums + 3) / 4;
	}
	count.carry_at = group_carry_at(group, 0);
	plan_begin(plan, group->key_size, n_words * (uint32_t)sizeof(uint64_t), "group");
	for (unsigned i = 0; i < group->n_parts && r == 0; i++)
		r = add_part(group, &group->parts[i], plan, err);
	count.name = "count";
	for (unsigned i = 0; i < group->n_sums; i++)
		if (strcmp(group->sums[i]->path, count.name) == 0)
			count.name = "rows";
	if (is_taken(plan, count.name))
		count.name = "rows";
	if (r == 0)
		r = plan_add(plan, true, &count, err);
	for (unsigned i = 0; i < group->n_sums && r == 0; i++)
		r = add_sum(group, i, plan, err);
	return r == 0 ? plan_finish(plan, err) : r;
}
