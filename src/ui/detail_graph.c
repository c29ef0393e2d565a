/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The history of what trends show, of one row, with its scale at the left: linear or logarithmic. It
 * grows into rows that nothing else on the page needs. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/tidy.h"
#include "ui/detail.h"
#include "ui/graph.h"

enum {
	TITLE_ROWS = 2,
	LEAST_ROWS = 5,
	MOST_ROWS = 12, /* of a low page that isn't alone */
	SCALE_COLS = 7, /* of the numbers at the left */
};

/* A column of n_rows cells, from the bottom up; an unknown sample is a mark on the ground. */
static void put_bar(const struct page *page, int n_rows, int col, int width, double share)
{
	enum glyph_set set = glyph_set_for(page->scene->grid, GLYPHS_BLOCKS);

	for (int i = 0; i < n_rows; i++) {
		double part = share * n_rows - (n_rows - 1 - i);

		for (int j = 0; j < width; j++)
			if (part > 0 || (isnan(part) && i == n_rows - 1))
				grid_put(page->scene->grid, page->area, page->line + i, col + j,
					 ROLE_GRAPH, glyph_level(set, part));
	}
}

/* As wide as the page allows; the oldest sample at the left until all of it is full. */
static void put_bars(const struct page *page, int n_rows, const float *samples, double max)
{
	bool has_begun = false;
	int left = 1 + SCALE_COLS + 1, n_cols = MAX_OF(page->area.n_cols - left - 1, 1);
	int width = MAX_OF(n_cols / HIST_SAMPLES, 1), n = MIN_OF(n_cols / width, HIST_SAMPLES);

	n = (int)MIN_OF((size_t)n, tab_n_samples(page->scene->tab));
	for (int i = 0; i < n; i++) {
		double sample = (double)samples[HIST_SAMPLES - n + i];
		double share = graph_share(page->scene, sample, max);

		has_begun |= !isnan(share);
		if (has_begun)
			put_bar(page, n_rows, left + i * width, width, share);
	}
}

/* Whose values the graph is made of. */
static const struct field *graphed_field(const struct page *page)
{
	const struct column *trend = &page->scene->tab->trend;

	return trend->field || !page->table->plan.is_variables
		       ? trend->field
		       : table_variable(page->table, page->row);
}

/* What the upper edge of the top row, of the middle one and the ground mean. */
static void put_scale(const struct page *page, int n_rows, double max)
{
	struct grid *grid = page->scene->grid;
	int middle = n_rows / 2;
	const int rows[] = {0, middle, n_rows - 1};
	const double shares[] = {1, (double)(n_rows - middle) / n_rows, 0};

	for (int i = 0; i < n_rows; i++)
		grid_put(grid, page->area, page->line + i, 1 + SCALE_COLS, ROLE_BORDER,
			 page->scene->glyphs->bar);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		SCOPED(buf) text = {0};

		table_amount_text(page->table, graphed_field(page),
				  graph_value(page->scene, shares[i], max), &text);
		grid_fit(grid, page->area, (struct strip){page->line + rows[i], 1, SCALE_COLS - 1},
			 true, ROLE_DIM, buf_text(&text));
	}
}

/* What everything else leaves free of the page, whichever part of it is looked at. */
static int graph_rows(const struct page *page)
{
	const struct screen *screen = page->scene->screen;
	int n = page->area.n_rows - page->line - (int)page->scene->detail_at->list.top;

	if (page->has_bytes)
		n -= detail_bytes_rows(page);
	if (!screen->is_zoomed)
		n = MIN_OF(n, MAX_OF(page->area.n_rows / 2, MOST_ROWS));
	return MAX_OF(n, LEAST_ROWS);
}

int detail_graph_rows(const struct page *page)
{
	return tab_has_trend(page->scene->tab) ? TITLE_ROWS + MOST_ROWS : 0;
}

void detail_graph(struct page *page)
{
	const struct tab *tab = page->scene->tab;
	float samples[HIST_SAMPLES];
	double max = 0;
	size_t size;
	int n_rows;
	SCOPED(buf) head = {0};

	hist_get(&page->table->trends, table_key(page->table, page->row, &size),
		 page->table->current->number, samples, HIST_SAMPLES);
	for (size_t i = 0; i < HIST_SAMPLES; i++)
		max = fmax(max, isnan(samples[i]) ? 0 : (double)samples[i]);
	table_column_name(page->table, &tab->trend, &head);
	buf_addf(&head, ", %s scale", page->scene->screen->is_log ? "log" : "linear");
	detail_title(page, buf_text(&head));
	n_rows = graph_rows(page);
	put_scale(page, n_rows, max);
	put_bars(page, n_rows, samples, max);
	page->line += n_rows;
}
