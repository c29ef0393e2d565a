/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A bar for each CPU of a per-CPU row: in the order of the CPUs while they all fit below each other, else
 * the busiest first, unless somebody said which. */
#include <stdlib.h>

#include "base/tidy.h"
#include "ui/cpu_parts.h"
#include "ui/detail.h"
#include "ui/graph.h"

enum { CPU_LABEL_COLS = 8, BAR_MAX_COLS = 80 };

static void put_cpu(struct page *page, const struct cpu_part *part, double max)
{
	int width = MIN_OF(MAX_OF(page->area.n_cols - CPU_LABEL_COLS - DETAIL_NUMBER_COLS, 0),
			   (int)BAR_MAX_COLS);
	struct grid *grid = page->scene->grid;
	SCOPED(buf) text = {0};

	grid_putf(grid, page->area, page->line, 1, ROLE_TEXT, "cpu%u",
		  map_cpu_number(&page->table->map, part->cpu));
	if (max > 0)
		glyph_meter(grid, page->area, (struct strip){page->line, CPU_LABEL_COLS, width},
			    graph_share(page->scene, part->part, max), ROLE_GRAPH);
	table_amount_text(page->table, page->scene->tab->trend.field, part->part, &text);
	grid_fit(grid, page->area,
		 (struct strip){page->line++, CPU_LABEL_COLS + width + 1, DETAIL_NUMBER_COLS - 3},
		 true, ROLE_HEADER_VALUE, buf_text(&text));
}

void detail_cpus(struct page *page)
{
	const struct field *field = page->scene->tab->trend.field;
	uint32_t n = page->table->map.n_cpus;
	bool per_second = cpu_parts_have_speed(page->table, page->row, field), by_value;
	struct cpu_part *parts = calloc(n, sizeof(*parts));
	SCOPED(buf) head = {0};
	double max;

	if (!parts)
		return;
	by_value = cpu_parts_by_value(page->scene->screen,
				      n > (uint32_t)MAX_OF(page->area.n_rows / 2, 1));
	max = cpu_parts_of_row(page->table, page->row, field, per_second, parts);
	if (by_value)
		cpu_parts_sort(parts, n);
	buf_addf(&head, "%s%s on each CPU, %s", field->path, per_second ? "/s" : "",
		 by_value ? "busiest first" : "by number");
	buf_adds(&head, page->scene->screen->is_log ? ", log" : "");
	detail_title(page, buf_text(&head));
	for (uint32_t i = 0; i < n; i++)
		put_cpu(page, &parts[i], max);
	free(parts);
}
