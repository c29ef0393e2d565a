/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A column's own format reads the word first, so that whatever is shown can be typed back; numbers
 * with units, networks and states follow. A format may turn a field into another kind of value (four
 * bytes into an address), so the domain of a field is found by decoding one of zeros. */
#include "query/literal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/format_range.h"
#include "model/table.h"
#include "query/lex.h"
#include "query/moving.h"

enum { PROBE_BYTES = 64, HINT_NAMES = 8 };

static const struct {
	const char *words, *fits;
} domains[N_DOMAINS] = {
	[DOMAIN_NUMBER] = {"a number", "one like 1000, 1.5Mi or 0x1f"},
	[DOMAIN_TIME] = {"a time", "one like 30s or 1.5ms"},
	[DOMAIN_MOMENT] = {"a moment since boot", NULL},
	[DOMAIN_DATE] = {"a moment since 1970", NULL},
	[DOMAIN_NAMES] = {"a name", NULL},
	[DOMAIN_TEXT] = {"a text", "a word or a text in quotes"},
	[DOMAIN_ADDRESS] = {"an address", NULL},
	[DOMAIN_BYTES] = {"a row of bytes", NULL},
	[DOMAIN_STATE] = {"the state of a row", "new, kept, changed or gone"},
	[DOMAIN_SHOWN] = {"a text as shown", "a text in quotes"},
	[DOMAIN_NONE] = {"a field without a value", "nothing"},
};

static const struct {
	const char *name;
	enum domain domain;
} time_formats[] = {{"duration", DOMAIN_TIME}, {"ktime", DOMAIN_MOMENT}, {"epoch", DOMAIN_DATE}};
static const char *const address_formats[] = {"ip4", "ip6", "cidr"};
/* Behind ROW_UNKNOWN, which has no name. */
static const char *const *const states = row_state_names + ROW_NEW;
enum { N_STATES = N_ROW_STATES - ROW_NEW };
static const char *const share_formats[] = {"percent"}; /* of 100 */
static const char *const name_formats[] = {"proto", "enum", "bool", "errno", "syscall", "flags"};

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The column's field as it is shown, its bytes at the start of a probe. */
static struct field shown_field(const struct column *column)
{
	struct field field = *column->field;

	if (column->format)
		field.format = column->format;
	field.offset = field.limit_from = field.carry_at = 0;
	return field;
}

static enum domain domain_of_kind(const struct field *field, enum val_kind kind)
{
	const char *name = format_range_ends(field->format)->name;

	if (kind == VAL_TEXT)
		return DOMAIN_TEXT;
	if (kind == VAL_BYTES)
		return is_one_of(name, address_formats, ARRAY_LEN(address_formats)) ? DOMAIN_ADDRESS
										    : DOMAIN_BYTES;
	if (kind == VAL_UNKNOWN)
		return DOMAIN_NONE;
	for (size_t i = 0; i < ARRAY_LEN(time_formats); i++)
		if (strcmp(name, time_formats[i].name) == 0)
			return time_formats[i].domain;
	if (field->n_names > 0 || is_one_of(name, name_formats, ARRAY_LEN(name_formats)))
		return DOMAIN_NAMES;
	return DOMAIN_NUMBER;
}

static enum domain domain_of_field(const struct column *column)
{
	static const uint8_t zeros[PROBE_BYTES];
	struct field field = shown_field(column);

	if (field_is_nested(&field))
		return DOMAIN_SHOWN;
	if (field.kind == FIELD_SPECIAL)
		return DOMAIN_NONE;
	if (field.size > sizeof(zeros))
		return field.kind == FIELD_TEXT ? DOMAIN_TEXT : DOMAIN_BYTES;
	return domain_of_kind(&field, format_value(&field, zeros).kind);
}

/* Does the column hold values of its field, written like them? */
static bool is_of_field(const struct column *column)
{
	if (!column->field)
		return false;
	switch (column->derive) {
	case DERIVE_TOTAL:
		return true;
	case DERIVE_MAX:
	case DERIVE_MIN:
	case DERIVE_CPU:
		return !column->per_second;
	default:
		return false;
	}
}

/* The values of variables are of any kind; those that are no numbers are not in any range of them. */
enum domain domain_of(const struct table *table, const struct column *column)
{
	switch (column->derive) {
	case DERIVE_STATE:
		return DOMAIN_STATE;
	case DERIVE_AGE:
	case DERIVE_IDLE:
		return DOMAIN_TIME;
	case DERIVE_VALUE:
		return table->plan.is_variables ? DOMAIN_NUMBER : DOMAIN_SHOWN;
	case DERIVE_KEY:
		return DOMAIN_SHOWN;
	case DERIVE_SKEW:
	case DERIVE_MAXCPU:
	case DERIVE_SEEN:
	case DERIVE_SHARE:
		return DOMAIN_NUMBER;
	default:
		break;
	}
	if (!column->field) /* counted over a variable */
		return DOMAIN_NUMBER;
	enum domain domain = domain_of_field(column);

	if (is_of_field(column))
		return domain;
	if (domain_is_moment(domain)) /* from one to the other */
		return column->derive == DERIVE_MEAN ? domain : DOMAIN_TIME;
	return domain == DOMAIN_TIME ? domain : DOMAIN_NUMBER;
}

const char *literal_state(unsigned i)
{
	return i < N_STATES ? states[i] : NULL;
}

bool domain_is_number(enum domain domain)
{
	return domain == DOMAIN_NUMBER || domain == DOMAIN_TIME || domain == DOMAIN_NAMES ||
	       domain_is_moment(domain);
}

bool domain_is_moment(enum domain domain)
{
	return domain == DOMAIN_MOMENT || domain == DOMAIN_DATE;
}

const char *domain_words(enum domain domain)
{
	return domains[domain].words;
}

static void hint_names(const struct field *field, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "one of");

	for (uint32_t i = 0; i < field->n_names && i < HINT_NAMES && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s %s", i ? "," : "",
				      field->names[i].name);
	if (field->n_names > HINT_NAMES && n < size)
		snprintf(out + n, size - n, ", ...");
}

/* Ports and the like: numbers that nobody writes as 1.5Mi. */
static bool is_identity(const struct column *column)
{
	return shown_field(column).format->sense == SENSE_IDENTITY;
}

void literal_hint(const struct table *table, const struct column *column, char *out, size_t size)
{
	enum domain domain = domain_of(table, column);
	bool is_number = domain == DOMAIN_NUMBER && is_of_field(column);

	if (domains[domain].fits && !(is_number && is_identity(column))) {
		snprintf(out, size, "%s", domains[domain].fits);
		return;
	}
	struct field field = shown_field(column);
	const char *example = field.format->example;
	const char *quote = lex_is_word(example, strlen(example)) ? "" : "\"";
	bool is_ip4 = strcmp(field.format->name, "ip4") == 0;

	if (field.n_names > 0)
		hint_names(&field, out, size);
	else
		snprintf(out, size, "one like %s%s%s%s", quote, example, quote,
			 domain != DOMAIN_ADDRESS ? ""
			 : is_ip4		  ? " or a network like 10.0.0.0/8"
						  : " or a network like 2001:db8::/32");
}

/* -- reading -- */

int literal_number(const char *text, size_t len, struct val *out, enum num_kind *kind)
{
	struct num num;
	int n = num_parse(text, len, &num);

	if (n < 0)
		return n;
	if (n == 0 || (size_t)n != len)
		return -EINVAL;
	*kind = num.kind;
	return val_typed(&num, out);
}

const char *literal_shown(const char *text, size_t len, struct arena *mem)
{
	SCOPED(buf) tame = {0};

	utf8_tame(&tame, text, len);
	return tame.failed ? NULL : arena_strdup(mem, buf_text(&tame));
}

static void set_one(struct range *out, struct val val)
{
	*out = (struct range){.low.val = val, .high.val = val};
}

/* A word beside a column, and what reading it takes. */
struct literal {
	const struct table *table;
	const struct column *column;
	enum domain domain; /* the column's */
	const char *text;
	size_t len;
	struct arena *mem;
	struct err *err;
};

/* ADDRESS/PREFIX: all addresses that share the first bits. -EINVAL: it is none; -ERANGE: too many bits. */
static int network_range(const struct literal *literal, const struct field *field,
			 struct range *out)
{
	const char *text = literal->text, *end = text + literal->len;
	const char *slash = memchr(text, '/', literal->len);
	struct val address, prefix;
	unsigned mapped_bits;
	enum num_kind kind;
	uint8_t *low, *high;
	int r;

	if (!slash || literal_number(slash + 1, (size_t)(end - slash - 1), &prefix, &kind))
		return -EINVAL;
	r = format_parse(field, text, (size_t)(slash - text), &literal->table->lookups,
			 literal->mem, &address, NULL);
	if (r)
		return r;
	if (address.kind != VAL_BYTES || prefix.kind != VAL_UINT)
		return -EINVAL;
	/* An IPv4 network among IPv6 addresses lies behind the 96 bits that map it into them. */
	mapped_bits = address.len == 16 && !memchr(text, ':', (size_t)(slash - text)) ? 96 : 0;
	if (prefix.u > address.len * 8 - mapped_bits)
		return err_set(literal->err, -ERANGE, "the prefix of '%.*s' has 0 to %zu bits",
			       (int)(slash - text), text, address.len * 8 - mapped_bits);
	prefix.u += mapped_bits;
	low = arena_alloc(literal->mem, 2 * address.len);
	if (!low)
		return -ENOMEM;
	high = low + address.len;
	for (size_t i = 0; i < address.len; i++) {
		size_t kept = prefix.u > i * 8 ? MIN_OF(prefix.u - i * 8, 8u) : 0;
		uint8_t host = (uint8_t)(0xff >> kept);

		low[i] = (uint8_t)address.at[i] & (uint8_t)~host;
		high[i] = (uint8_t)address.at[i] | host;
	}
	out->low =
		(struct bound){.val = {.kind = VAL_BYTES, .at = (char *)low, .len = address.len}};
	out->high =
		(struct bound){.val = {.kind = VAL_BYTES, .at = (char *)high, .len = address.len}};
	return 0;
}

static int mismatch(const struct literal *literal)
{
	char hint[256];
	SCOPED(buf) name = {0};

	table_column_name(literal->table, literal->column, &name);
	literal_hint(literal->table, literal->column, hint, sizeof(hint));
	if (domain_is_moment(literal->domain))
		return err_set(literal->err, -EINVAL, "'%s' is a moment; compare it with %s",
			       buf_text(&name), hint);
	if (literal->domain == DOMAIN_NAMES || literal->domain == DOMAIN_STATE)
		return err_set(literal->err, -EINVAL, "'%s' is never '%.*s'; compare it with %s",
			       buf_text(&name), (int)literal->len, literal->text, hint);
	return err_set(literal->err, -EINVAL, "'%s' is %s; compare it with %s", buf_text(&name),
		       domain_words(literal->domain), hint);
}

/* Half a counter is no share of anything. */
static bool takes_percent(const struct column *column)
{
	return !column->field || column->field->kind == FIELD_REAL ||
	       column->derive == DERIVE_SKEW || column->derive == DERIVE_SHARE;
}

/* May a number in that unit stand beside the column? Fields take numbers as they are kept, too. */
static bool fits_unit(const struct literal *literal, enum num_kind kind)
{
	if (kind == NUM_PLAIN)
		return true;
	if (literal->domain == DOMAIN_TIME)
		return kind == NUM_TIME;
	if (domain_is_moment(literal->domain)) /* ktime, exact */
		return literal->domain == DOMAIN_MOMENT && kind == NUM_TIME &&
		       strspn(literal->text, "0123456789") + 2 == literal->len &&
		       literal->text[literal->len - 2] == 'n';
	return kind == NUM_PERCENT ? takes_percent(literal->column) : kind != NUM_TIME;
}

static int number_range(const struct literal *literal, struct range *out)
{
	const char *text = literal->text;
	int len = (int)literal->len, r;
	enum num_kind kind;
	struct val val;

	r = literal_number(text, literal->len, &val, &kind);
	if (r == -ERANGE)
		return err_set(literal->err, r, "'%.*s' is too large a number", len, text);
	if (r || !fits_unit(literal, kind))
		return mismatch(literal);
	if (kind == NUM_PLAIN && !literal->column->field && literal->domain == DOMAIN_TIME &&
	    val_as_real(&val) != 0)
		return err_set(literal->err, -EINVAL,
			       "'%.*s' needs a unit of time: %.*ss or %.*sms", len, text, len, text,
			       len, text);
	set_one(out, val);
	return 0;
}

static int state_range(const struct literal *literal, struct range *out)
{
	for (size_t i = 0; i < N_STATES; i++)
		if (strlen(states[i]) == literal->len &&
		    memcmp(states[i], literal->text, literal->len) == 0) {
			set_one(out, val_text(states[i], literal->len));
			return 0;
		}
	return mismatch(literal);
}

static int shown_range(const struct literal *literal, struct range *out)
{
	const char *shown = literal_shown(literal->text, literal->len, literal->mem);

	if (!shown)
		return -ENOMEM;
	set_one(out, val_text(shown, strlen(shown)));
	return 0;
}

/* A number in a unit of something else: "30s" of packets. */
static bool is_misfit(const struct literal *literal, const struct format *format)
{
	enum num_kind kind;
	struct val val;

	return domain_is_number(literal->domain) && literal->domain != DOMAIN_NAMES &&
	       !is_one_of(format->name, share_formats, ARRAY_LEN(share_formats)) &&
	       literal_number(literal->text, literal->len, &val, &kind) == 0 &&
	       !fits_unit(literal, kind);
}

static int field_range(const struct literal *literal, struct range *out)
{
	struct field field = shown_field(literal->column);
	enum domain domain = literal->domain;
	struct val val;
	int r;

	if (domain == DOMAIN_MOMENT && moving_read(literal->text, literal->len, &out->low.ago_ns)) {
		out->low.is_moving = true;
		out->high = out->low;
		return 0;
	}
	if (is_misfit(literal, field.format))
		return mismatch(literal);
	r = format_parse(&field, literal->text, literal->len, &literal->table->lookups,
			 literal->mem, &val, NULL);
	if (r == 0) {
		set_one(out, val);
		return 0;
	}
	if (r == -EINVAL && (domain == DOMAIN_ADDRESS || domain == DOMAIN_BYTES))
		r = network_range(literal, &field, out);
	if (r == -EINVAL)
		r = domain_is_number(domain) ? number_range(literal, out) : mismatch(literal);
	return r;
}

int literal_range(const struct table *table, const struct column *column, const char *text,
		  size_t len, struct arena *mem, struct range *out, struct err *err)
{
	const struct literal literal = {table, column, domain_of(table, column), text, len,
					mem,   err};

	*out = (struct range){0};
	switch (literal.domain) {
	case DOMAIN_STATE:
		return state_range(&literal, out);
	case DOMAIN_SHOWN:
		return shown_range(&literal, out);
	case DOMAIN_TEXT:
		set_one(out, val_text(text, len));
		return 0;
	case DOMAIN_NONE:
		return mismatch(&literal);
	default:
		return is_of_field(column) ? field_range(&literal, out)
					   : number_range(&literal, out);
	}
}
