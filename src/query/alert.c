/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An alert speaks once, when the first rows match, and again only after a reading in which none did. */
#include "query/alert.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/table.h"
#include "query/query.h"

void alert_release(struct alert *alert)
{
	if (!alert)
		return;
	query_free(alert->query);
	buf_release(&alert->text);
	pages_release(&alert->bits);
	*alert = (struct alert){0};
}

int alert_set(struct alert *alert, const struct table *table, const char *text, struct err *err)
{
	struct query *query = NULL;
	int r = text[strspn(text, " \t\n\r")] ? query_compile(text, table, &query, err) : 0;

	if (r < 0)
		return r;
	alert_release(alert);
	alert->query = query;
	buf_adds(&alert->text, text);
	return alert->text.failed ? err_set(err, -ENOMEM, "out of memory for the alert") : 0;
}

int alert_check(struct alert *alert, struct table *table)
{
	size_t n_rows = table_n_rows(table), n_before = alert->n_rows, n = 0;
	const uint64_t *bits;
	int r;

	if (!alert->query)
		return 0;
	r = pages_reserve(&alert->bits, n_rows / 8 + sizeof(uint64_t));
	if (r == 0)
		r = query_match(alert->query, table, (uint64_t *)alert->bits.at, &n);
	if (r < 0)
		return r;
	bits = (const uint64_t *)alert->bits.at;
	alert->n_rows = n;
	for (size_t word = 0; n && word * 64 < n_rows; word++)
		if (bits[word]) {
			alert->first_row = word * 64 + (size_t)__builtin_ctzll(bits[word]);
			break;
		}
	return n && !n_before;
}

bool alert_marks(const struct alert *alert, const struct table *table, size_t row)
{
	return alert->query && query_match_row(alert->query, table, row);
}

void alert_words(const struct alert *alert, const struct table *table, struct buf *out)
{
	struct column key = {.derive = DERIVE_KEY};

	buf_addf(out, "%zu row%s of '", alert->n_rows, alert->n_rows == 1 ? "" : "s");
	utf8_tame(out, table->map.name, strlen(table->map.name));
	buf_adds(out, "' match ");
	utf8_tame(out, buf_text(&alert->text), alert->text.len);
	buf_adds(out, alert->n_rows == 1 ? ": " : ", first ");
	if (alert->n_rows)
		table_text(table, alert->first_row, &key, PRINT_SHORT, out);
}
