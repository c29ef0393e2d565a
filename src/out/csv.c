/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Comma-separated values, quoted as RFC 4180 says, with plain line feeds. An output has one line of names,
 * the first, as parsers expect: maps that share an output must have the same columns. In a stream the
 * time leads each line, and the map where there may be several. Of groups the last line of a reading has
 * their totals, and a column says that it is not one of them. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/table.h"
#include "out/out.h"
#include "out/walk.h"
#include "query/alert.h"
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
		buf_adds(out, "at,");
	if (job->is_stream || job->is_joint)
		buf_adds(out, "map,id,");
	for (size_t i = 0; i < job->n_columns; i++) {
		buf_clear(cell);
		table_column_name(table, &job->columns[i], cell);
		if (i)
			buf_addc(out, ',');
		add_cell(out, buf_text(cell), cell->len);
	}
	buf_adds(out, job->alert ? ",alert" : "");
	buf_adds(out, job->groups ? ",total\n" : "\n");
}

static void add_row(const struct table *table, const struct out_job *job, size_t row,
		    struct buf *cell, struct buf *out)
{
	for (size_t i = 0; i < job->n_columns; i++) {
		buf_clear(cell);
		table_text(table, row, &job->columns[i], PRINT_NAMED, cell);
		if (i)
			buf_addc(out, ',');
		add_cell(out, buf_text(cell), cell->len);
	}
	if (job->alert)
		buf_adds(out, alert_marks(job->alert, table, row) ? ",true" : ",false");
	buf_adds(out, job->groups ? ",false\n" : "\n");
}

/* Of all groups; what doesn't add up is empty. */
static void add_totals(const struct table *table, const struct out_job *job, struct buf *cell,
		       struct buf *out)
{
	struct column total;

	for (size_t i = 0; i < job->n_columns; i++) {
		buf_clear(cell);
		if (out_total_of(table, job, &job->columns[i], &total))
			table_text(job->groups->totals, 0, &total, PRINT_NAMED, cell);
		if (i)
			buf_addc(out, ',');
		add_cell(out, buf_text(cell), cell->len);
	}
	buf_adds(out, job->alert ? ",false,true\n" : ",true\n");
}

static void make_lead(const struct table *table, const struct out_job *job, struct buf *lead)
{
	SCOPED(buf) tame = {0};

	if (job->is_stream) {
		clock_rfc3339(lead, table->current->wall_ns);
		buf_addc(lead, ',');
	}
	if (!job->is_stream && !job->is_joint)
		return;
	utf8_tame(&tame, table->map.name, strlen(table->map.name));
	lead->failed |= tame.failed;
	add_cell(lead, buf_text(&tame), tame.len);
	buf_addf(lead, ",%u,", table->map.id);
}

static int csv_write(struct table *table, struct view *view, const struct out_job *job,
		     const struct out_sink *sink)
{
	struct buf *out = sink->text;
	struct walk walk = {.table = table, .view = view, .job = job};
	SCOPED(buf) cell = {0};
	SCOPED(buf) lead = {0};
	int r = 0;

	make_lead(table, job, &lead);
	if (!job->is_continued)
		add_names(table, job, &cell, out);
	while (!r && walk_next(&walk)) {
		buf_add(out, buf_text(&lead), lead.len);
		add_row(table, job, walk.row, &cell, out);
		r = out_flush(sink);
	}
	if (!r && out_has_totals(job)) {
		buf_add(out, buf_text(&lead), lead.len);
		add_totals(table, job, &cell, out);
	}
	return out->failed || cell.failed || lead.failed ? -ENOMEM : r;
}

const struct out_ops out_csv = {
	.name = "csv",
	.help = "comma-separated values, a line of names first (RFC 4180)",
	.has_one_header = true,
	.has_totals = true,
	.write = csv_write,
};
