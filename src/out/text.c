/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Aligned columns under a line of names, two blanks between them. The widths are those of the first
 * TEXT_MEASURED_ROWS rows: all of them, mostly; a later cell that is wider pushes its line aside,
 * and nothing is ever cut. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/ring.h"
#include "model/table.h"
#include "out/out.h"
#include "out/walk.h"
#include "query/alert.h"
#include "query/view.h"

enum { TEXT_MEASURED_ROWS = 10000, TEXT_GAP_COLS = 2 };

/* Lines that are no rows. */
enum { NAMES_LINE = -1, TOTALS_LINE = -2 };

struct sheet {
	const struct table *table;
	const struct out_job *job;
	size_t *widths_cols; /* owned; [job->n_columns] */
	struct buf cell;     /* scratch */
};

static void sheet_release(struct sheet *sheet)
{
	free(sheet->widths_cols);
	buf_release(&sheet->cell);
}

static void read_total(struct sheet *sheet, const struct column *column)
{
	struct column total;

	if (out_total_of(sheet->table, sheet->job, column, &total))
		table_text(sheet->job->groups->totals, 0, &total, PRINT_NAMED, &sheet->cell);
	else
		buf_adds(&sheet->cell, column == sheet->job->columns ? "total" : "");
}

/* The cell of a row or of another line, in sheet->cell. returns its columns. */
static size_t read_cell(struct sheet *sheet, ptrdiff_t row, const struct column *column)
{
	enum print_style style = column_is_time(column) ? PRINT_SHORT : PRINT_NAMED;

	buf_clear(&sheet->cell);
	if (row == NAMES_LINE)
		table_column_name(sheet->table, column, &sheet->cell);
	else if (row == TOTALS_LINE)
		read_total(sheet, column);
	else
		table_text(sheet->table, (size_t)row, column, style, &sheet->cell);
	return utf8_columns(buf_text(&sheet->cell), sheet->cell.len);
}

static void measure_line(struct sheet *sheet, ptrdiff_t row)
{
	for (size_t i = 0; i < sheet->job->n_columns; i++) {
		size_t columns = read_cell(sheet, row, &sheet->job->columns[i]);

		sheet->widths_cols[i] = MAX_OF(sheet->widths_cols[i], columns);
	}
}

static void add_line(struct sheet *sheet, ptrdiff_t row, struct buf *out)
{
	const struct alert *alert = sheet->job->alert;

	if (alert)
		buf_adds(out,
			 row >= 0 && alert_marks(alert, sheet->table, (size_t)row) ? "! " : "  ");
	for (size_t i = 0; i < sheet->job->n_columns; i++) {
		const struct column *column = &sheet->job->columns[i];
		size_t columns = read_cell(sheet, row, column);
		size_t width = sheet->widths_cols[i];
		size_t padding = columns < width ? width - columns : 0;
		bool is_left = column_is_left(sheet->table, column);

		if (!is_left)
			buf_addn(out, ' ', padding);
		buf_add(out, buf_text(&sheet->cell), sheet->cell.len);
		if (i + 1 == sheet->job->n_columns)
			break;
		buf_addn(out, ' ', (is_left ? padding : 0) + TEXT_GAP_COLS);
	}
	buf_addc(out, '\n');
}

/* Tells readings and maps apart. */
static void add_title(const struct table *groups, const struct out_job *job, struct buf *out)
{
	const struct table *table = out_base(groups, job);

	utf8_tame(out, table->map.name, strlen(table->map.name));
	buf_addf(out, " #%u  ", table->map.id);
	clock_rfc3339(out, table->current->wall_ns);
	buf_addf(out, "  %zu %s", table_n_live(table),
		 num_noun(table_n_live(table), "entry", "entries"));
	if (job->groups)
		buf_addf(out, " in %zu %s", table_n_live(groups),
			 num_noun(table_n_live(groups), "group", "groups"));
	if (table->delta.knows_new)
		buf_addf(out, "  +%zu new", table->delta.n_new);
	if (table->delta.knows_gone)
		buf_addf(out, "  -%zu gone", table->delta.n_gone);
	if (table->current->ring.size_bytes) {
		buf_adds(out, "  ");
		ring_text(table->current, table->previous, out);
	}
	if (table->current->notes) {
		buf_adds(out, "  ");
		snap_notes(table->current, out);
	}
	buf_addc(out, '\n');
}

static int text_write(struct table *table, struct view *view, const struct out_job *job,
		      const struct out_sink *sink)
{
	struct buf *out = sink->text;
	struct walk walk = {.table = table, .view = view, .job = job}, ahead = walk;
	SCOPED(sheet) sheet = {.table = table, .job = job};
	int r = 0;

	sheet.widths_cols = calloc(job->n_columns + 1, sizeof(*sheet.widths_cols));
	if (!sheet.widths_cols)
		return -ENOMEM;
	measure_line(&sheet, NAMES_LINE);
	if (out_has_totals(job))
		measure_line(&sheet, TOTALS_LINE);
	while (ahead.n_taken < TEXT_MEASURED_ROWS && walk_next(&ahead))
		measure_line(&sheet, (ptrdiff_t)ahead.row);

	if (job->is_stream || job->is_joint)
		add_title(table, job, out);
	add_line(&sheet, NAMES_LINE, out);
	while (!r && walk_next(&walk)) {
		add_line(&sheet, (ptrdiff_t)walk.row, out);
		r = out_flush(sink);
	}
	if (!r && out_has_totals(job))
		add_line(&sheet, TOTALS_LINE, out);
	return out->failed || sheet.cell.failed ? -ENOMEM : r;
}

static void text_between(const struct out_job *job, struct buf *out)
{
	(void)job;
	buf_addc(out, '\n');
}

const struct out_ops out_text = {
	.name = "text",
	.help = "aligned columns for people",
	.has_totals = true,
	.write = text_write,
	.between = text_between,
};
