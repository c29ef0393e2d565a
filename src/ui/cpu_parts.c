/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A CPU whose part is unknown or fell counts as 0 here: it is drawn as an empty bar. */
#include "ui/cpu_parts.h"

#include <math.h>
#include <stdlib.h>

#include "model/nature.h"
#include "model/table.h"
#include "ui/state.h"

static int by_part(const void *a, const void *b)
{
	const struct cpu_part *left = a, *right = b;

	if (left->part > right->part)
		return -1;
	if (left->part < right->part)
		return 1;
	return left->cpu < right->cpu ? -1 : left->cpu > right->cpu;
}

void cpu_parts_sort(struct cpu_part *parts, size_t n)
{
	qsort(parts, n, sizeof(*parts), by_part);
}

double cpu_parts_of_row(const struct table *table, size_t row, const struct field *field,
			bool per_second, struct cpu_part *parts)
{
	double max = 0;

	for (uint32_t cpu = 0; cpu < table->map.n_cpus; cpu++) {
		struct column column = {
			.derive = DERIVE_CPU, .field = field, .cpu = cpu, .per_second = per_second};
		struct val val = table_cell(table, row, &column);

		parts[cpu] = (struct cpu_part){cpu, fmax(val_as_real(&val), 0)};
		max = fmax(max, parts[cpu].part);
	}
	return max;
}

bool cpus_have_speed(const struct table *table, const struct field *field)
{
	return field_is_counter(field) && !nature_is_gauge(table, field) && table->delta.dt_ns > 0;
}

bool cpu_parts_have_speed(const struct table *table, size_t row, const struct field *field)
{
	return cpus_have_speed(table, field) && !table_is_ghost(table, row);
}

bool cpu_parts_by_value(struct screen *screen, bool unasked)
{
	screen->cpus_by_value = screen->cpu_order == CPU_ORDER_USUAL
					? unasked
					: screen->cpu_order == CPU_ORDER_BY_VALUE;
	return screen->cpus_by_value;
}
