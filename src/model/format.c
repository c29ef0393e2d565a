/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The list of formats, and printing of whole structs and arrays with them. What is printed of one field
 * has a limit, since a map's value may be large and its layout hostile: every step adds at least a byte,
 * so the limit bounds the steps too. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/format_rows.h"

enum { SHORT_ITEMS = 8, EXACT_ITEMS = 4096, MAX_PRINTED = 65536, MAX_NAMES_OFFERED = 8 };

static const struct format *const formats[] = {
	&format_dec,	  &format_id,	     &format_hex,   &format_si,	    &format_size,
	&format_percent,  &format_bool,	     &format_char,  &format_text,   &format_bytes,
	&format_ip4,	  &format_ip6,	     &format_cidr,  &format_mac,    &format_port,
	&format_proto,	  &format_be16,	     &format_be32,  &format_be64,   &format_ifname,
	&format_duration, &format_ktime,     &format_epoch, &format_pid,    &format_cgroup,
	&format_ksym,	  &format_errno,     &format_enum,  &format_flags,  &format_fields,
	&format_special,  &format_progid,    &format_mapid, &format_socket, &format_stack,
	&format_syscall,  &format_ethertype,
};

const struct format *format_at(unsigned i)
{
	return i < ARRAY_LEN(formats) ? formats[i] : NULL;
}

const struct format *format_named(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strlen(formats[i]->name) == len && memcmp(formats[i]->name, name, len) == 0)
			return formats[i];
	return NULL;
}

bool field_is_nested(const struct field *field)
{
	return field_is_container(field) && field->format == &format_fields;
}

bool field_is_leaf(const struct field *field)
{
	return field->kind == FIELD_ARRAY || !field_is_nested(field);
}

bool field_is_counter(const struct field *field)
{
	return field->in_value && !field->in_array && field->format &&
	       field->format->sense == SENSE_QUANTITY && field_is_integer(field) &&
	       (field->kind == FIELD_UINT || field->kind == FIELD_INT);
}

struct val format_value(const struct field *field, const uint8_t *base)
{
	if (field->format && field->format->value)
		return field->format->value(field, base);
	return decode_val(field, base);
}

const struct field *format_cut(const struct field *field, const struct format *format,
			       const uint8_t *base, struct field *cut)
{
	uint32_t n = MIN_OF(field_length(field, base), field->size);

	if (n == field->size)
		return field;
	if (n == 0 && !field->is_record)
		return NULL;
	*cut = *field;
	cut->limit_from = 0;
	cut->size = n;
	if (field_is_nested(field))
		return cut;
	if (field->kind == FIELD_ARRAY)
		cut->size = (cut->count = n / field->stride) * field->stride;
	else if (field->kind != FIELD_TEXT && field->kind != FIELD_BYTES)
		return NULL;
	return format->fits(cut) ? cut : NULL;
}

/* -- printing -- */

struct printer {
	const struct plan *plan;
	enum print_style style;
	const struct lookups *lookups;
	struct buf *out;
	size_t limit; /* out->len not to go beyond by more than one leaf */
};

static bool is_full(const struct printer *printer)
{
	return printer->out->failed || printer->out->len >= printer->limit;
}

static void print_field(const struct printer *printer, const struct field *field,
			const uint8_t *base);

static void print_array(const struct printer *printer, const struct field *array,
			const uint8_t *base)
{
	uint32_t most = printer->style == PRINT_SHORT ? SHORT_ITEMS : EXACT_ITEMS, i;
	uint32_t n_there = array->stride ? field_length(array, base) / array->stride : array->count;

	buf_addc(printer->out, '[');
	for (i = 0; i < array->count && i < most && !is_full(printer); i++) {
		if (i)
			buf_adds(printer->out, ", ");
		if (i < n_there)
			print_field(printer, array + 1,
				    base + array->offset + (size_t)i * array->stride);
		else
			buf_addc(printer->out, '-');
	}
	if (i < array->count)
		buf_addf(printer->out, "%s…+%u", i ? ", " : "", array->count - i);
	buf_addc(printer->out, ']');
}

/* Members of anonymous members stand among those of their parent. */
static void print_members(const struct printer *printer, const struct field *parent,
			  const uint8_t *base, const char **between)
{
	const struct field *end = parent + parent->n_below + 1;

	for (const struct field *member = parent + 1; member < end; member += member->n_below + 1) {
		bool is_group = member->kind == FIELD_STRUCT || member->kind == FIELD_UNION;

		if (member->is_hidden)
			continue;
		if (is_group && !member->name[0] && !field_is_leaf(member)) {
			print_members(printer, member, base, between);
			continue;
		}
		if (is_full(printer))
			return;
		buf_adds(printer->out, *between);
		buf_adds(printer->out, member->name);
		buf_addc(printer->out, '=');
		print_field(printer, member, base);
		*between = ", ";
	}
}

static bool is_of_plan(const struct plan *plan, const struct field *field)
{
	return plan && field >= plan->fields && field < plan->fields + plan->n_fields;
}

static void print_field(const struct printer *printer, const struct field *field,
			const uint8_t *base)
{
	bool is_nested = field_is_nested(field) && is_of_plan(printer->plan, field);
	struct field cut;
	const struct field *there = format_there(field, field->format, base, &cut);
	const char *between = "";

	if (!there) {
		buf_addc(printer->out, '-');
	} else if (!is_nested) {
		there->format->print(there, base, printer->style, printer->lookups, printer->out);
	} else if (field->kind == FIELD_ARRAY) {
		print_array(printer, field, base);
	} else {
		buf_addc(printer->out, '{');
		print_members(printer, field, base, &between);
		buf_addc(printer->out, '}');
	}
}

void format_print(const struct field *field, const struct plan *plan, const uint8_t *base,
		  enum print_style style, const struct lookups *lookups, struct buf *out)
{
	struct printer printer = {plan, style, lookups, out, out->len + MAX_PRINTED};

	print_field(&printer, field, base);
}

void format_print_side(const struct plan *plan, bool in_value, const uint8_t *base,
		       enum print_style style, const struct lookups *lookups, struct buf *out)
{
	uint32_t from = in_value ? plan->n_key_fields : 0;
	uint32_t to = in_value ? plan->n_fields : plan->n_key_fields;
	struct printer printer = {plan, style, lookups, out, out->len + MAX_PRINTED};
	bool has_one_root = from < to && from + plan->fields[from].n_below + 1 == to;

	if (has_one_root) {
		print_field(&printer, &plan->fields[from], base);
		return;
	}
	buf_addc(out, '{');
	for (uint32_t i = from; i < to && !is_full(&printer); i += plan->fields[i].n_below + 1) {
		buf_adds(out, i == from ? "" : ", ");
		buf_adds(out, plan->fields[i].name);
		buf_addc(out, '=');
		print_field(&printer, &plan->fields[i], base);
	}
	buf_addc(out, '}');
}

/* -- what a needle may stand in -- */

static bool is_made_of(const char *text, const char *alphabet)
{
	for (; *text; text++)
		if (!strchr(alphabet, tolower((unsigned char)*text)))
			return false;
	return true;
}

/* Hidden members aren't printed; a key or value of one field is, hidden or not. */
static bool is_left_out(const struct field *field)
{
	return field->is_hidden && field->parent != PLAN_NONE;
}

static bool can_hold(const struct field *field, const char *needle)
{
	const char *alphabet = field_is_nested(field) ? "" : field->format->alphabet;

	return !is_left_out(field) && (!alphabet || is_made_of(needle, alphabet));
}

bool format_skip_leaves(const struct plan *plan, bool in_value, const char *needle, bool *skips)
{
	uint32_t from = in_value ? plan->n_key_fields : 0;
	uint32_t to = in_value ? plan->n_fields : plan->n_key_fields;
	uint32_t size = in_value ? plan->value_size : plan->key_size;

	if (!*needle || strpbrk(needle, " ,={}[]") || size > MAX_PRINTED / 64)
		return false;
	for (uint32_t i = from; i < to; i++) {
		const struct field *field = &plan->fields[i];
		bool is_nested = field_is_nested(field);

		if (strcasestr(field->name, needle) || (is_nested && field->kind == FIELD_ARRAY))
			return false;
		skips[i] = !can_hold(field, needle);
		for (uint32_t n = is_nested && !is_left_out(field) ? 0 : field->n_below; n; n--)
			skips[++i] = true;
	}
	return true;
}

void format_print_leaves(const struct plan *plan, bool in_value, const bool *skips,
			 const uint8_t *base, const struct lookups *lookups, struct buf *out)
{
	uint32_t from = in_value ? plan->n_key_fields : 0;
	uint32_t to = in_value ? plan->n_fields : plan->n_key_fields;

	for (uint32_t i = from; i < to; i++) {
		const struct field *field = &plan->fields[i];
		struct field cut;

		field = skips[i] ? NULL : format_there(field, field->format, base, &cut);
		if (!field)
			continue;
		field->format->print(field, base, PRINT_NAMED, lookups, out);
		buf_addc(out, ' ');
	}
}

/* The number is laid down as a field of its own and printed from there. */
static void print_as_field(const struct format *format, struct val val, bool is_meant,
			   enum print_style style, const struct lookups *lookups, struct buf *out)
{
	static const enum field_kind kinds[] = {
		[VAL_UINT] = FIELD_UINT, [VAL_INT] = FIELD_INT, [VAL_REAL] = FIELD_REAL};
	struct field field = {.name = "", .path = "", .type = "", .size = sizeof(uint64_t)};
	bool has_kind = val.kind == VAL_UINT || val.kind == VAL_INT || val.kind == VAL_REAL;

	field.kind = has_kind ? kinds[val.kind] : FIELD_UINT;
	if (has_kind && is_meant && format->fits(&field))
		format->print(&field, (const uint8_t *)&val.u, style, lookups, out);
	else
		format_write_number(&val, style, out);
}

void format_print_val(const struct format *format, struct val val, enum print_style style,
		      const struct lookups *lookups, struct buf *out)
{
	print_as_field(format, val, format->sense == SENSE_QUANTITY, style, lookups, out);
}

void format_print_level(const struct format *format, struct val val, enum print_style style,
			const struct lookups *lookups, struct buf *out)
{
	bool is_moment = format->difference != NULL;

	if (is_moment && val.kind == VAL_REAL && val.x >= 0)
		val = val_uint((uint64_t)val.x);
	print_as_field(format, val, is_moment || format->sense == SENSE_QUANTITY, style, lookups,
		       out);
}

/* -- parsing -- */

static void offer_names(const struct field *field, struct buf *out)
{
	for (uint32_t i = 0; i < field->n_names && i < MAX_NAMES_OFFERED; i++)
		buf_addf(out, "%s%s", i ? ", " : "", field->names[i].name);
	if (field->n_names > MAX_NAMES_OFFERED)
		buf_adds(out, ", ...");
}

static int refuse(const struct field *field, const char *text, size_t len, struct err *err)
{
	SCOPED(buf) names = {0};

	if (field_is_nested(field))
		return err_set(err, -EINVAL, "'%s' has members of its own; name one of them",
			       field->path);
	if (field->n_names) {
		offer_names(field, &names);
		return err_set(err, -EINVAL, "'%.*s' is no value of '%s'; it is one of %s",
			       (int)MIN_OF(len, (size_t)ERR_TEXT_BYTES), text, field->path,
			       buf_text(&names));
	}
	return err_set(err, -EINVAL, "'%.*s' is no value of '%s'; write it as %s, like '%s'",
		       (int)MIN_OF(len, (size_t)ERR_TEXT_BYTES), text, field->path,
		       field->format->name, field->format->example);
}

/* Floats that are no digits, as they are written. */
static bool read_special(const char *text, size_t len, struct val *out)
{
	static const struct {
		const char *name;
		double x;
	} rows[] = {{"nan", NAN}, {"inf", INFINITY}, {"-inf", -INFINITY}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, text, len) == 0) {
			*out = val_real(rows[i].x);
			return true;
		}
	return false;
}

int format_parse(const struct field *field, const char *text, size_t len,
		 const struct lookups *lookups, struct arena *mem, struct val *out, struct err *err)
{
	int r;

	if (field->kind == FIELD_REAL && read_special(text, len, out))
		return 0;
	r = field->format->parse ? field->format->parse(field, text, len, lookups, mem, out)
				 : format_read_number(text, len, out);
	if (r == -ENOMEM)
		return err_set(err, r, "not enough memory for '%s'", field->path);
	if (r < 0)
		return refuse(field, text, len, err);
	/* The few digits that name a double are not the whole number that it is. */
	if (field->kind == FIELD_REAL && val_is_number(out))
		*out = val_real(field->size <= sizeof(float) ? (double)(float)val_as_real(out)
							     : val_as_real(out));
	return 0;
}
