/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Comma-separated values, quoted as RFC 4180 says, with plain line feeds. A table's first reading begins
 * with the line of names. In a stream the time and the map lead each line. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/tidy.h"
#include "model/table.h"
#include "out/out.h"
#include "out/walk.h"
#include "query/view.h"

static void add_cell(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;

	if (!memchr(text, ',', len) && !memchr(text, '"', len) && !memchr(text, '\n', len) &&
	    !memchr(text, '\r', len)) {
		buf_add(out, text, len);
		return;
	}
	buf_addc(out, '"');
	for (const char *quote; (quote = memchr(text, '"', (size_t)(end - text)));
	     text = quote + 1) {
		buf_add(out, text, (size_t)(quote + 1 - text));
		buf_addc(out, '"');
	}
	buf_add(out, text, (size_t)(end - text));
	buf_addc(out, '"');
}

static void add_names(const struct table *table, const struct out_job *job, struct buf *cell,
		      struct buf *out)
{
	if (job->is_stream)
		buf_adds(out, "at,map,");
	for (size_t i = 0; i < job->n_columns; i++) {
		buf_clear(cell);
		table_column_name(table, &job->columns[i], cell);
		if (i)
			buf_addc(out, ',');
		add_cell(out, buf_text(cell), cell->len);
	}
	buf_addc(out, '\n');
}

static void add_row(const struct table *table, const struct out_job *job, size_t row,
		    struct buf *cell, struct buf *out)
{
	for (size_t i = 0; i < job->n_columns; i++) {
		buf_clear(cell);
		table_text(table, row, &job->columns[i], PRINT_EXACT, cell);
		if (i)
			buf_addc(out, ',');
		add_cell(out, buf_text(cell), cell->len);
	}
	buf_addc(out, '\n');
}

static void make_lead(const struct table *table, const struct out_job *job, struct buf *lead)
{
	if (!job->is_stream)
		return;
	clock_rfc3339(lead, table->current->wall_ns);
	buf_addc(lead, ',');
	add_cell(lead, table->map.name, strlen(table->map.name));
	buf_addc(lead, ',');
}

static int csv_write(struct table *table, struct view *view, const struct out_job *job,
		     struct buf *out, int (*flush)(void *ctx, struct buf *out), void *ctx)
{
	struct walk walk = {.table = table, .view = view, .job = job};
	SCOPED(buf) cell = {0};
	SCOPED(buf) lead = {0};
	int r = 0;

	make_lead(table, job, &lead);
	if (!job->is_stream || table->current->number <= 1)
		add_names(table, job, &cell, out);
	while (!r && walk_next(&walk)) {
		buf_add(out, buf_text(&lead), lead.len);
		add_row(table, job, walk.row, &cell, out);
		r = walk_flush(out, flush, ctx);
	}
	return out->failed || cell.failed || lead.failed ? -ENOMEM : r;
}

const struct out_ops out_csv = {
	.name = "csv",
	.help = "comma-separated values, a line of names first (RFC 4180)",
	.write = csv_write,
};
