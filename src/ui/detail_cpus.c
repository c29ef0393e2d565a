/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A bar for each CPU of a per-CPU row: in the order of the CPUs while they all fit below each other, else
 * the busiest first, unless somebody said which. */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/tidy.h"
#include "ui/detail.h"
#include "ui/glyph.h"

enum { CPU_LABEL_COLS = 8, BAR_MAX_COLS = 80 };

struct cpu_part {
	uint32_t cpu;
	double part;
};

static int by_part(const void *a, const void *b)
{
	const struct cpu_part *left = a, *right = b;

	if (left->part > right->part)
		return -1;
	if (left->part < right->part)
		return 1;
	return left->cpu < right->cpu ? -1 : left->cpu > right->cpu;
}

static void put_cpu(struct page *page, const struct cpu_part *part, double max)
{
	int width = MIN_OF(MAX_OF(page->area.n_cols - CPU_LABEL_COLS - DETAIL_NUMBER_COLS, 0),
			   (int)BAR_MAX_COLS);
	struct grid *grid = page->scene->grid;
	SCOPED(buf) text = {0};

	grid_putf(grid, page->area, page->line, 1, ROLE_TEXT, "cpu%u",
		  map_cpu_number(&page->table->map, part->cpu));
	if (max > 0)
		glyph_meter(grid, page->area, page->line, CPU_LABEL_COLS, width, part->part / max,
			    ROLE_GRAPH);
	num_short(&text, part->part, 1000);
	grid_fit(grid, page->area, page->line++, CPU_LABEL_COLS + width + 1, DETAIL_NUMBER_COLS - 3,
		 true, ROLE_HEADER_VALUE, buf_text(&text));
}

/* returns the largest. */
static double take_parts(const struct page *page, struct cpu_part *parts, bool per_second)
{
	double max = 0;

	for (uint32_t cpu = 0; cpu < page->table->map.n_cpus; cpu++) {
		struct column column = {.derive = DERIVE_CPU,
					.field = page->scene->tab->trend.field,
					.cpu = cpu,
					.per_second = per_second};
		struct val val = table_cell(page->table, page->row, &column);
		double part = val_as_real(&val);

		parts[cpu] = (struct cpu_part){cpu, isnan(part) ? 0 : part};
		max = fmax(max, parts[cpu].part);
	}
	return max;
}

void detail_cpus(struct page *page)
{
	struct screen *screen = page->scene->screen;
	uint32_t n = page->table->map.n_cpus;
	bool per_second = page->table->delta.dt_ns > 0 && !table_is_ghost(page->table, page->row);
	struct cpu_part *parts = calloc(n, sizeof(*parts));
	SCOPED(buf) head = {0};
	double max;

	if (!parts)
		return;
	screen->cpus_by_value = screen->cpu_order == CPU_ORDER_USUAL
					? n > (uint32_t)MAX_OF(page->area.n_rows / 2, 1)
					: screen->cpu_order == CPU_ORDER_BY_VALUE;
	max = take_parts(page, parts, per_second);
	if (screen->cpus_by_value)
		qsort(parts, n, sizeof(*parts), by_part);
	buf_addf(&head, "%s%s on each CPU, %s", page->scene->tab->trend.field->path,
		 per_second ? "/s" : "", screen->cpus_by_value ? "busiest first" : "by number");
	detail_title(page, buf_text(&head));
	for (uint32_t i = 0; i < n; i++)
		put_cpu(page, &parts[i], max);
	free(parts);
}
