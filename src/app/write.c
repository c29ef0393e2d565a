// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The rows are put together in memory first and the file is replaced in one go: a full disk leaves what
 * was there. */
#include "app/write.h"

#include <errno.h>
#include <string.h>

#include "app/rows.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "out/prom.h"
#include "ui/screen.h"

static const struct out_ops *output_for(const char *path)
{
	const char *dot = strrchr(path, '.');
	const struct out_ops *output = dot ? out_named(dot + 1) : NULL;

	return output ? output : &out_text;
}

/* Metrics are kept of a map from reading to reading; here it is one. What is seen and can be no metric has no
 * place in them. */
static int begin_metrics(struct prom_map *prom, const struct table *table, struct column *columns,
			 struct out_job *job)
{
	size_t n = 0;

	for (size_t i = 0; i < job->n_columns; i++)
		if (prom_takes(&columns[i]))
			columns[n++] = columns[i];
	job->n_columns = n;
	job->prom = prom;
	return prom_map_init(prom, table, job, PROM_MAX_SERIES);
}

static int write_rows(const struct out_ops *output, struct table *table, struct view *view,
		      const struct out_job *job, struct buf *out)
{
	int r = view_refresh(view, table, 0);

	if (r < 0)
		return r;
	if (output->begin)
		output->begin(job, out);
	r = output->write(table, view, job, &(struct out_sink){out});
	if (r == 0 && output->end)
		output->end(job, out);
	return r == 0 && out->failed ? -ENOMEM : r;
}

int write_view(struct screen *screen, struct table *table, const char *path, size_t *n_rows_ret,
	       struct err *err)
{
	const struct out_ops *output = output_for(path);
	struct column columns[ROWS_MAX_COLUMNS];
	const struct out_groups groups = {
		.base = screen_front(screen),
		.totals = screen_group_total(screen),
		.by = screen_grouped(screen),
		.filter = screen_group_filter(screen),
		.shown = buf_text(&screen_view(screen)->filter_text),
	};
	struct out_job job = {.columns = columns,
			      .is_selected = true,
			      .groups = table == groups.base ? NULL : &groups};
	struct view *view = screen_view(screen);
	size_t height = view->height;
	struct prom_map prom = {0};
	SCOPED(buf) out = {0};
	int r = 0;

	if (job.groups && output->why_whole)
		return err_set(err, -EINVAL, "%s %s, and these are groups", output->name,
			       output->why_whole);
	job.n_columns = screen_shown_columns(screen, columns, ROWS_MAX_COLUMNS);
	if (output->is_metrics)
		r = begin_metrics(&prom, table, columns, &job);
	if (r == 0)
		r = write_rows(output, table, view, &job, &out);
	prom_map_release(&prom);
	*n_rows_ret = view->n_matched;
	view_refresh(view, table, height);
	if (r < 0)
		return err_set(err, r, "cannot write '%s': %s", path, err_words(r));
	return file_replace(path, buf_text(&out), out.len, err);
}
