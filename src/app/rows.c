// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Readings on stdout. */
#include "app/rows.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "app/fault.h"
#include "app/options.h"
#include "base/err.h"
#include "base/stop.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "query/group.h"
#include "query/query.h"

void rows_release(struct rows *rows)
{
	group_free(rows->group);
	group_free(rows->totals);
	alert_release(&rows->alert);
	alert_release(&rows->until);
	prom_map_release(&rows->prom);
	view_release(&rows->view);
	buf_release(&rows->out);
	*rows = (struct rows){0};
}

static int pick_columns(struct rows *rows, struct table *table, const struct options *options,
			struct err *err)
{
	int n;

	if (options->columns && rows->output->why_whole)
		return err_set(err, -EINVAL, "%s %s: leave out -c", rows->output->name,
			       rows->output->why_whole);
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

/* A filter is of rows, so it is checked before they are grouped. */
static int make_groups(struct rows *rows, struct table *table, const struct options *options,
		       struct err *err)
{
	const char *filter = options->filter ? options->filter : "";
	struct query *query = NULL;
	int r;

	if (rows->output->why_whole)
		return err_set(err, -EINVAL, "%s %s: leave out -g", rows->output->name,
			       rows->output->why_whole);
	r = fault_shown(query_compile(filter, table, &query, err), "filter", filter, err);
	query_free(query);
	if (r == 0)
		r = fault_shown(group_new(table, options->group, filter, &rows->group, err),
				"group", options->group, err);
	if (r == 0 && rows->output->has_totals)
		r = group_new(table, "", filter, &rows->totals, err);
	rows->groups = (struct out_groups){
		.base = table,
		.totals = rows->totals ? group_table(rows->totals) : NULL,
		.by = options->group,
		.filter = filter,
	};
	rows->job.groups = &rows->groups;
	return r;
}

/* The largest groups stand first. */
static void sort_groups(struct rows *rows, const struct table *groups)
{
	const struct plan *plan = &groups->plan;

	rows->view.keys[0] = (struct sort_key){
		.column = {.derive = DERIVE_TOTAL, .field = &plan->fields[plan->n_key_fields]},
		.is_descending = true,
	};
	rows->view.n_keys = 1;
}

static int filter_groups(struct rows *rows, const char *filter, struct err *err)
{
	rows->groups.shown = filter ? filter : "";
	return fault_shown(view_filter(&rows->view, rows->table, rows->groups.shown, err),
			   "group-filter", rows->groups.shown, err);
}

static int set_alerts(struct rows *rows, const struct table *table, const struct options *options,
		      struct err *err)
{
	const char *alert = options->alert ? options->alert : "";
	const char *until = options->until ? options->until : "";
	int r = fault_shown(alert_set(&rows->alert, table, alert, err), "alert", alert, err);

	if (r == 0)
		r = fault_shown(alert_set(&rows->until, table, until, err), "until", until, err);
	return r;
}

/* What is neither a label nor a sample's value has no place in metrics. */
static int check_metrics(const struct rows *rows, struct err *err)
{
	SCOPED(buf) name = {0};

	for (size_t k = 0; k < rows->job.n_columns; k++) {
		if (!rows->job.is_selected || prom_takes(&rows->columns[k]))
			continue;
		table_column_name(rows->table, &rows->columns[k], &name);
		return err_set(err, -EINVAL, "column '%s' is neither part of the key nor a number",
			       buf_text(&name));
	}
	return 0;
}

static int begin_metrics(struct rows *rows, size_t max_series, struct err *err)
{
	int r = check_metrics(rows, err);

	if (r < 0)
		return r;
	r = prom_map_init(&rows->prom, rows->table, &rows->job, max_series);
	rows->job.prom = &rows->prom;
	return r < 0 ? err_set(err, r, "out of memory") : 0;
}

int rows_init(struct rows *rows, struct table *table, const struct options *options,
	      const struct out_ops *output, bool is_stream, struct err *err)
{
	int r = 0;

	*rows = (struct rows){.output = output, .table = table};
	view_init(&rows->view);
	rows->job = (struct out_job){
		.columns = rows->columns,
		.is_formatted = options->is_formatted,
		/* Of metrics rates are made by whoever collects them. */
		.is_stream = is_stream && !output->is_metrics,
		.takes_two = !is_stream,
		.limit = options->limit,
	};
	rows->view.hides_gone = !rows->job.is_stream;
	rows->view.keeps_order = true;
	if (options->group) {
		r = make_groups(rows, table, options, err);
		if (r < 0)
			return r;
		rows->table = table = group_table(rows->group);
		sort_groups(rows, table);
		r = filter_groups(rows, options->group_filter, err);
	} else if (options->filter) {
		r = fault_shown(view_filter(&rows->view, table, options->filter, err), "filter",
				options->filter, err);
	}
	if (r == 0 && options->sort)
		r = fault_shown(view_sort(&rows->view, table, options->sort, err), "sort",
				options->sort, err);
	if (r == 0)
		r = set_alerts(rows, table, options, err);
	if (r == 0)
		r = pick_columns(rows, table, options, err);
	return r < 0 || !output->is_metrics ? r : begin_metrics(rows, options->max_series, err);
}

bool rows_look_back(const struct rows *rows)
{
	for (size_t i = 0; rows->job.is_selected && i < rows->job.n_columns; i++)
		if (column_looks_back(&rows->columns[i]))
			return true;
	for (unsigned i = 0; i < rows->view.n_keys; i++)
		if (column_looks_back(&rows->view.keys[i].column))
			return true;
	if (rows->group && group_looks_back(rows->group))
		return true;
	if ((rows->alert.query && query_looks_back(rows->alert.query)) ||
	    (rows->until.query && query_looks_back(rows->until.query)))
		return true;
	return rows->view.filter && query_looks_back(rows->view.filter);
}

void rows_names(const struct rows *rows, struct buf *out)
{
	for (size_t i = 0; i < rows->job.n_columns; i++) {
		table_column_name(rows->table, &rows->columns[i], out);
		buf_addc(out, ',');
	}
}

int rows_flush(void *unused, struct buf *out)
{
	int r = stop_write(STDOUT_FILENO, out->at, out->len);

	(void)unused;
	buf_clear(out);
	return r;
}

void rows_tell_unwritten(int code, struct err *err)
{
	if (code >= 0 || code == -EPIPE || err->code < 0)
		return;
	if (code == -EINTR)
		err_set(err, code, "told to end before all was written, which nobody took");
	else
		err_set(err, code, "cannot write to stdout: %s", err_words(code));
}

int rows_refresh(struct rows *rows)
{
	int r = rows->group ? group_take(rows->group) : 0;

	if (r == 0 && rows->totals)
		r = group_take(rows->totals);
	return r < 0 ? r : view_refresh(&rows->view, rows->table, 0);
}

int rows_take_metrics(struct rows *rows)
{
	int r = rows_refresh(rows);

	return r < 0 ? r : prom_map_take(&rows->prom, rows->table, &rows->view);
}

/* Values that are not there can't be compared with anything. */
static int check_values(const struct rows *rows, struct err *err)
{
	const struct map *map = &rows->table->map;

	if (!rows->table->current->value_error ||
	    !(rows->view.filter || rows->alert.query || rows->until.query))
		return 0;
	return err_set(err, -EOPNOTSUPP,
		       "the values of map '%s' (%s) cannot be read: leave out -f, --alert and "
		       "--until",
		       map->name, map->type->name);
}

int rows_write(struct rows *rows, struct err *err)
{
	int r = check_values(rows, err);

	if (r < 0)
		return r;
	r = rows_refresh(rows);
	if (r == 0)
		r = rows->output->write(rows->table, &rows->view, &rows->job,
					&(struct out_sink){&rows->out, rows_flush, NULL});
	if (r == 0 && rows->out.failed)
		r = -ENOMEM;
	return r < 0 && r != -EINTR ? err_set(err, r, "cannot write rows of map '%s': %s",
					      rows->table->map.name, err_words(r))
				    : r;
}
