/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What rows may well be grouped by, to choose from: what tells rows apart as it is, addresses also by
 * network, amounts by ranges, since hardly two rows share one. What a list of its own would refuse is not
 * offered. */
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "model/nature.h"
#include "query/group_parts.h"
#include "query/literal.h"

enum { SAMPLE_ROWS = 512, IP4_IN_IP6_BYTES = 12, N_PREFIXES = 3 };

struct offering {
	struct table *table;
	void (*fn)(void *ctx, const char *part, const char *about);
	void *ctx;
	size_t n;
};

/* The column with an ending behind its name: "", "/24", ":log2". */
static void offer(struct offering *offering, const struct column *column, const char *ending,
		  const char *about)
{
	SCOPED(buf) part = {0};

	table_column_name(offering->table, column, &part);
	buf_adds(&part, ending);
	if (part.failed || group_check(offering->table, buf_text(&part), NULL) < 0)
		return;
	offering->fn(offering->ctx, buf_text(&part), about);
	offering->n++;
}

/* As it is written; of the format's clause what comes before its finer points. */
static void offer_plain(struct offering *offering, const struct column *column)
{
	const char *help = column->field->format->help;
	SCOPED(buf) about = {0};

	buf_add(&about, help, strcspn(help, ",;:"));
	offer(offering, column, "", buf_text(&about));
}

static void offer_ranges(struct offering *offering, const struct column *column)
{
	offer(offering, column, ":log2", "ranges by powers of two");
}

/* -- addresses -- */

/* Addresses of the first rows, by what they are. */
struct kinds {
	size_t n_ip4, n_ip6;
};

static bool is_mapped(const struct val *val)
{
	static const uint8_t mapped[IP4_IN_IP6_BYTES] = {[10] = 0xff, [11] = 0xff};

	return val->len > IP4_IN_IP6_BYTES && memcmp(val->at, mapped, sizeof(mapped)) == 0;
}

static struct kinds kinds_in(const struct table *table, const struct column *column)
{
	size_t n_rows = MIN_OF(table_n_rows(table), (size_t)SAMPLE_ROWS);
	struct kinds kinds = {0};

	for (size_t row = 0; row < n_rows; row++) {
		struct val val = table_cell(table, row, column);

		if (val.kind == VAL_BYTES && is_mapped(&val))
			kinds.n_ip4++;
		else if (val.kind == VAL_BYTES)
			kinds.n_ip6++;
	}
	return kinds;
}

static void offer_prefixes(struct offering *offering, const struct column *column,
			   const unsigned *bits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		SCOPED(buf) ending = {0}, about = {0};

		buf_addf(&ending, "/%u", bits[i]);
		buf_addf(&about, "networks of %u bits", bits[i]);
		offer(offering, column, buf_text(&ending), buf_text(&about));
	}
}

/* How many prefixes so many addresses of all are worth: what most of them are in several sizes, what some are
 * in the usual one. */
static size_t n_prefixes(size_t n, size_t n_all)
{
	if (n == 0)
		return 0;
	return 2 * n >= n_all ? N_PREFIXES : 1;
}

static void offer_networks(struct offering *offering, const struct column *column)
{
	static const unsigned of_ip6[N_PREFIXES] = {64, 48, 32}, of_ip4[N_PREFIXES] = {24, 16, 8};
	const char *format = column->field->format->name;
	struct kinds kinds = {.n_ip4 = strcmp(format, "ip4") == 0};
	size_t n_all;

	if (strcmp(format, "ip6") == 0) {
		kinds = kinds_in(offering->table, column);
		kinds.n_ip6 += kinds.n_ip4 == 0; /* what it is for, while nothing was seen */
	}
	n_all = kinds.n_ip4 + kinds.n_ip6;
	if (kinds.n_ip4 > kinds.n_ip6)
		offer_prefixes(offering, column, of_ip4, n_prefixes(kinds.n_ip4, n_all));
	offer_prefixes(offering, column, of_ip6, n_prefixes(kinds.n_ip6, n_all));
	if (kinds.n_ip4 <= kinds.n_ip6)
		offer_prefixes(offering, column, of_ip4, n_prefixes(kinds.n_ip4, n_all));
}

/* -- fields -- */

/* What a byte or less can hold tells rows apart, whatever it counts. */
static bool is_counter(const struct table *table, const struct field *field)
{
	uint32_t n_bits = field->is_bitfield ? field->bit_size : field->size * 8;

	return field->in_value && field_is_counter(field) && n_bits > 8 &&
	       nature_of(table, field) == NATURE_COUNTER;
}

static void offer_amount(struct offering *offering, const struct column *column)
{
	const struct field *field = column->field;
	struct column rate = {.derive = DERIVE_RATE, .field = field};
	struct column max_cpu = {.derive = DERIVE_MAXCPU, .field = field};

	if (!is_counter(offering->table, field))
		offer_plain(offering, column);
	offer_ranges(offering, column);
	if (is_counter(offering->table, field))
		offer_ranges(offering, &rate);
	if (offering->table->map.n_cpus > 1 && field->in_value)
		offer(offering, &max_cpu, "", "the CPU that counts most of it");
}

static void offer_field(struct offering *offering, const struct field *field)
{
	struct column column = {.derive = DERIVE_TOTAL, .field = field};
	enum domain domain = domain_of(offering->table, &column);

	if (domain_is_moment(domain))
		offer(offering, &column, ":1m", "ranges of one minute");
	else if (domain == DOMAIN_TIME)
		offer_ranges(offering, &column);
	else if (domain == DOMAIN_NUMBER && field->format->sense == SENSE_QUANTITY)
		offer_amount(offering, &column);
	else
		offer_plain(offering, &column);
	if (domain == DOMAIN_ADDRESS)
		offer_networks(offering, &column);
}

size_t group_offers(struct table *base, void (*fn)(void *ctx, const char *part, const char *about),
		    void *ctx)
{
	static const enum derive times[] = {DERIVE_AGE, DERIVE_IDLE};
	struct offering offering = {.table = base, .fn = fn, .ctx = ctx};
	const struct plan *plan = &base->plan;

	for (uint32_t i = 0; i < plan->n_fields; i++) {
		if (!field_is_leaf(&plan->fields[i]))
			continue;
		if (!plan->fields[i].is_hidden)
			offer_field(&offering, &plan->fields[i]);
		i += plan->fields[i].n_below;
	}
	offer(&offering, &(struct column){.derive = DERIVE_STATE}, "", "new, kept, changed, gone");
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		offer_ranges(&offering, &(struct column){.derive = times[i]});
	return offering.n;
}
