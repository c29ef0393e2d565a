// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Readings on stdout. */
#include "app/rows.h"

#include <errno.h>
#include <unistd.h>

#include "app/fault.h"
#include "app/options.h"
#include "base/err.h"
#include "base/file.h"

void rows_release(struct rows *rows)
{
	view_release(&rows->view);
	buf_release(&rows->out);
}

static int pick_columns(struct rows *rows, struct table *table, const struct options *options,
			struct err *err)
{
	int n;

	if (!options->columns) {
		rows->job.n_columns = table_default_columns(table, rows->job.is_stream,
							    rows->columns, ROWS_MAX_COLUMNS);
		if (rows->job.n_columns > ROWS_MAX_COLUMNS)
			rows->job.n_columns = ROWS_MAX_COLUMNS;
		return 0;
	}
	n = table_columns_named(table, options->columns, rows->columns, ROWS_MAX_COLUMNS, err);
	if (n < 0)
		return fault_shown(n, "columns", options->columns, err);
	rows->job.n_columns = (size_t)n;
	rows->job.is_selected = true;
	return 0;
}

int rows_init(struct rows *rows, struct table *table, const struct options *options,
	      const struct out_ops *output, bool is_stream, struct err *err)
{
	int r = 0;

	*rows = (struct rows){.output = output};
	view_init(&rows->view);
	rows->job = (struct out_job){
		.columns = rows->columns,
		.is_formatted = options->is_formatted,
		.is_stream = is_stream,
		.limit = options->limit,
	};
	rows->view.hides_gone = !is_stream;
	if (options->filter)
		r = fault_shown(view_filter(&rows->view, table, options->filter, err), "filter",
				options->filter, err);
	if (r == 0 && options->sort)
		r = fault_shown(view_sort(&rows->view, table, options->sort, err), "sort",
				options->sort, err);
	return r < 0 ? r : pick_columns(rows, table, options, err);
}

int rows_flush(void *unused, struct buf *out)
{
	int r = file_write_all(STDOUT_FILENO, out->at, out->len);

	(void)unused;
	buf_clear(out);
	return r;
}

int rows_write(struct rows *rows, struct table *table, struct err *err)
{
	int r = view_refresh(&rows->view, table, 0);

	if (r == 0)
		r = rows->output->write(table, &rows->view, &rows->job, &rows->out, rows_flush,
					NULL);
	if (r == 0 && rows->out.failed)
		r = -ENOMEM;
	return r < 0 ? err_set(err, r, "cannot write rows of map '%s': %s", table->map.name,
			       err_words(r))
		     : 0;
}
