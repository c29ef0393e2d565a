/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Completion: the words before the cursor are read once, to know what may follow: an operand, a value
 * of the column just compared, or an operator. Candidates that begin with the word under the cursor are
 * offered; values are those that the first rows hold. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/tidy.h"
#include "model/table.h"
#include "query/lex.h"
#include "query/literal.h"
#include "query/query.h"

enum { SAMPLE_ROWS = 512, MAX_VALUES = 32, MAX_ELEMENTS = 64, MAX_NETWORKS = 8 };

enum expects { EXPECTS_OPERAND, EXPECTS_VALUE, EXPECTS_OPERATOR, EXPECTS_NOTHING };

struct completion {
	const struct table *table;
	const char *word; /* under the cursor, so far */
	size_t len;
	bool is_quoted;
	size_t replaces;
	enum expects expects;
	bool in_list, has_subject;
	bool follows_in;       /* networks and ranges may stand here, too */
	struct column subject; /* the column that a value belongs to */
	void (*fn)(void *ctx, const char *word, size_t replaces);
	void *ctx;
	size_t n;
};

static void offer(struct completion *c, const char *word)
{
	if (strncasecmp(word, c->word, c->len) != 0 || strlen(word) == c->len)
		return;
	c->fn(c->ctx, word, c->replaces);
	c->n++;
}

static void offer_words(struct completion *c, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		offer(c, words[i]);
}

/* -- columns -- */

static void offer_column(struct completion *c, const struct column *column)
{
	struct column found;
	SCOPED(buf) name = {0};

	table_column_name(c->table, column, &name);
	if (name.len && table_column_named(c->table, name.at, name.len, &found, NULL) == 0 &&
	    column_equal(&found, column))
		offer(c, name.at);
}

/* "pkts" alone, and once that is typed "pkts.rate" and its kin. false: something else is typed. */
static bool offer_derived(struct completion *c, const struct field *field)
{
	struct column column = {.derive = DERIVE_TOTAL, .field = field};
	SCOPED(buf) name = {0};

	table_column_name(c->table, &column, &name);
	if (c->len < name.len) {
		offer(c, buf_text(&name));
		return false;
	}
	if (strncasecmp(c->word, buf_text(&name), name.len) != 0)
		return false;
	if (c->len == name.len)
		return true;
	for (column.derive = DERIVE_DELTA; column.derive < DERIVE_CPU; column.derive++)
		offer_column(c, &column);
	for (column.cpu = 0; column.cpu < c->table->map.n_cpus; column.cpu++)
		offer_column(c, &column);
	return true;
}

/* The name of the element of that number, counted through all dimensions: "m[1][0].x" of "m[][].x". false:
 * there are not so many. */
static bool element_name(const struct plan *plan, const struct field *proto, uint32_t number,
			 struct buf *name)
{
	uint32_t places[PLAN_MAX_DEPTH], n = 0;

	for (uint32_t i = proto->parent; i != PLAN_NONE; i = plan->fields[i].parent)
		if (plan->fields[i].kind == FIELD_ARRAY && plan->fields[i].count) {
			places[n++] = number % plan->fields[i].count;
			number /= plan->fields[i].count;
		}
	for (const char *at = proto->path; *at; at++) {
		buf_addc(name, *at);
		if (*at == '[' && n)
			buf_addu(name, places[--n]);
	}
	return number == 0;
}

static void offer_element(struct completion *c, const struct buf *name)
{
	struct column column;

	if (table_column_named(c->table, name->at, name->len, &column, NULL) == 0 && column.field)
		offer_derived(c, column.field);
}

/* The array's name is typed: its elements, "hist[3]" or "flows[0].pkts". */
static void offer_elements(struct completion *c, const struct field *array)
{
	const struct plan *plan = &c->table->plan;
	uint32_t first = (uint32_t)(array - plan->fields) + 1;
	bool has_any = true;

	for (uint32_t number = 0; number < MAX_ELEMENTS && has_any; number++) {
		has_any = false;
		for (uint32_t i = first; i < first + array->n_below; i++) {
			SCOPED(buf) name = {0};

			if (!element_name(plan, &plan->fields[i], number, &name) || name.failed)
				continue;
			has_any = true;
			offer_element(c, &name);
		}
	}
}

static void offer_columns(struct completion *c)
{
	const struct plan *plan = &c->table->plan;

	for (uint32_t i = 0; i < plan->n_fields; i++) {
		const struct field *field = &plan->fields[i];

		if (!field_is_leaf(field))
			continue;
		if (!field->is_hidden && field->kind != FIELD_SPECIAL && offer_derived(c, field) &&
		    field->kind == FIELD_ARRAY)
			offer_elements(c, field);
		i += field->n_below;
	}
	for (enum derive derive = DERIVE_STATE; derive < N_DERIVES; derive++)
		offer_column(c, &(struct column){.derive = derive});
}

/* -- values -- */

static void quote(const char *text, struct buf *out)
{
	buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static void offer_value(struct completion *c, const char *text)
{
	SCOPED(buf) quoted = {0};

	if (!c->is_quoted && lex_is_word(text, strlen(text))) {
		offer(c, text);
		return;
	}
	quote(text, &quoted);
	if (!c->is_quoted && strncasecmp(text, c->word, c->len) == 0) {
		c->fn(c->ctx, buf_text(&quoted), c->replaces);
		c->n++;
	} else {
		offer(c, buf_text(&quoted));
	}
}

/* Amounts and times are too many to choose from. */
static bool has_few_values(const struct completion *c)
{
	const struct column *column = &c->subject;
	enum domain domain = domain_of(c->table, column);

	if (domain == DOMAIN_NUMBER)
		return column->field && column->derive == DERIVE_TOTAL &&
		       column->field->format->sense == SENSE_IDENTITY;
	return domain != DOMAIN_TIME && !domain_is_moment(domain) && domain != DOMAIN_SHOWN &&
	       domain != DOMAIN_NONE;
}

static bool was_seen(const struct buf *seen, const char *text)
{
	for (size_t at = 0; at < seen->len; at += strlen(seen->at + at) + 1)
		if (strcmp(seen->at + at, text) == 0)
			return true;
	return false;
}

enum { IP4_BYTES = 4, IP6_BYTES = 16, IP4_PREFIX = 24, IP6_PREFIX = 64 };

/* ADDRESS/24 of IPv4, also inside IPv6; ADDRESS/64 of IPv6. bytes: zeros, room for the address. */
static void network_text(const struct field *field, const struct val *address, uint8_t *bytes,
			 const struct lookups *lookups, struct buf *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool is_mapped =
		address->len == IP6_BYTES && memcmp(address->at, mapped, sizeof(mapped)) == 0;
	bool is_ip4 = address->len == IP4_BYTES || is_mapped;

	memcpy(bytes, address->at, is_mapped ? 15 : is_ip4 ? IP4_PREFIX / 8 : IP6_PREFIX / 8);
	field->format->print(field, bytes, PRINT_EXACT, lookups, out);
	buf_addf(out, "/%d", is_ip4 ? IP4_PREFIX : IP6_PREFIX);
}

static void offer_sample(struct completion *c, struct buf *seen)
{
	size_t n_rows = MIN_OF(table_n_rows(c->table), (size_t)SAMPLE_ROWS), n = 0;

	for (size_t row = 0; row < n_rows && n < MAX_VALUES; row++) {
		struct val val = table_cell(c->table, row, &c->subject);
		SCOPED(buf) text = {0};

		if (val.kind == VAL_UNKNOWN)
			continue;
		table_text(c->table, row, &c->subject, PRINT_EXACT, &text);
		if (text.len == 0 || text.failed || was_seen(seen, text.at))
			continue;
		buf_add(seen, text.at, text.len + 1);
		offer_value(c, text.at);
		n++;
	}
}

/* The networks that addresses of the first rows are in. */
static void offer_networks(struct completion *c)
{
	size_t n_rows = MIN_OF(table_n_rows(c->table), (size_t)SAMPLE_ROWS),
	       most = c->n + MAX_NETWORKS;
	struct field field = *c->subject.field;
	SCOPED(buf) seen = {0};

	field.offset = 0;
	if (c->subject.format)
		field.format = c->subject.format;
	for (size_t row = 0; row < n_rows && c->n < most; row++) {
		struct val val = table_cell(c->table, row, &c->subject);
		uint8_t bytes[IP6_BYTES] = {0};
		SCOPED(buf) text = {0};

		if (val.kind != VAL_BYTES || (val.len != IP4_BYTES && val.len != IP6_BYTES))
			continue;
		network_text(&field, &val, bytes, &c->table->lookups, &text);
		if (text.failed || was_seen(&seen, text.at))
			continue;
		buf_add(&seen, text.at, text.len + 1);
		offer_value(c, text.at);
	}
}

static void offer_known(struct completion *c, const char *text, struct buf *seen)
{
	buf_add(seen, text, strlen(text) + 1);
	offer_value(c, text);
}

static void offer_values(struct completion *c)
{
	const struct field *field = c->subject.field;
	SCOPED(buf) seen = {0};

	if (!c->has_subject || !has_few_values(c))
		return;
	for (uint32_t i = 0; field && i < field->n_names; i++)
		offer_known(c, field->names[i].name, &seen);
	for (unsigned i = 0; c->subject.derive == DERIVE_STATE && literal_state(i); i++)
		offer_known(c, literal_state(i), &seen);
	if (c->follows_in && domain_of(c->table, &c->subject) == DOMAIN_ADDRESS)
		offer_networks(c);
	offer_sample(c, &seen);
}

/* -- what may follow -- */

/* A word where a value was expected ends what its column began, unless more of a list follow. */
static void read_word(struct completion *c, const struct token *token)
{
	if (c->in_list)
		return;
	c->has_subject =
		c->expects != EXPECTS_VALUE && token->kind == TOKEN_WORD &&
		table_column_named(c->table, token->text, token->len, &c->subject, NULL) == 0;
	c->expects = EXPECTS_OPERATOR;
}

static void read_token(struct completion *c, const struct token *token)
{
	switch (token->kind) {
	case TOKEN_WORD:
	case TOKEN_TEXT:
		read_word(c, token);
		break;
	case TOKEN_OPEN:
		c->in_list = c->expects == EXPECTS_VALUE;
		break;
	case TOKEN_CLOSE:
		c->in_list = c->has_subject = false;
		c->expects = EXPECTS_OPERATOR;
		break;
	case TOKEN_MATCHES:
	case TOKEN_MATCHES_NOT:
		c->expects = EXPECTS_NOTHING;
		break;
	case TOKEN_COMMA: /* between columns to group or sort by, where it isn't between values */
		if (!c->in_list)
			c->expects = EXPECTS_OPERAND;
		break;
	case TOKEN_RANGE:
		break;
	default:
		c->follows_in = token->kind == TOKEN_IN;
		c->expects = (token->kind >= TOKEN_IN && token->kind <= TOKEN_GE) ? EXPECTS_VALUE
										  : EXPECTS_OPERAND;
	}
}

/* Reads text[0..at): the word that touches the cursor is completed, those before it say what fits. */
static void read_before(struct completion *c, const char *text, size_t at, struct arena *mem)
{
	struct lexer lexer = {.text = text, .len = at, .mem = mem};
	struct completion before = *c; /* the last token */
	struct token token = {0}, last = {0};
	int r;

	while ((r = lex_next(&lexer, &token)) == 0 && token.kind != TOKEN_END) {
		bool is_word = token.kind == TOKEN_WORD ||
			       (token.kind >= TOKEN_AND && token.kind <= TOKEN_IN);

		if (token.end == at && is_word && lex_is_word_byte(text[at - 1])) {
			c->word = text + token.at;
			c->len = c->replaces = token.len;
			return;
		}
		before = *c;
		last = token;
		read_token(c, &token);
	}
	c->word = text + at;
	if (r == 0)
		return;
	/* the place of an element that isn't closed yet: "hist[1" */
	if (text[token.at] == '[' && last.kind == TOKEN_WORD && last.end == token.at) {
		*c = before;
		c->word = text + last.at;
		c->len = c->replaces = at - last.at;
		return;
	}
	c->word = text + token.at;
	c->len = c->replaces = at - token.at;
	c->is_quoted = *c->word == '"'; /* a quote that isn't closed yet */
	if (!c->is_quoted)
		c->expects = EXPECTS_NOTHING;
}

size_t query_complete(const char *text, size_t at, const struct table *table,
		      void (*fn)(void *ctx, const char *word, size_t replaces), void *ctx)
{
	static const char *const joints[] = {"and", "or"}, *const tests[] = {"in", "not in"};
	static const char *const opposites[] = {"not"};
	struct completion c = {.table = table, .fn = fn, .ctx = ctx};
	SCOPED(arena) mem = {0};

	read_before(&c, text, MIN_OF(at, strnlen(text, QUERY_MAX_BYTES)), &mem);
	switch (c.expects) {
	case EXPECTS_OPERAND:
		offer_columns(&c);
		offer_words(&c, opposites, ARRAY_LEN(opposites));
		break;
	case EXPECTS_VALUE:
		offer_values(&c);
		break;
	case EXPECTS_OPERATOR:
		offer_words(&c, joints, ARRAY_LEN(joints));
		if (c.has_subject)
			offer_words(&c, tests, ARRAY_LEN(tests));
		if (c.len)
			offer_columns(&c);
		break;
	default:
		break;
	}
	return c.n;
}
