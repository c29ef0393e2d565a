/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each CPU has of a row, and in what order they stand: for the detail and the pane of CPUs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct field;
struct screen;
struct table;

struct cpu_part {
	uint32_t cpu; /* the copy, see map_cpu_number */
	double part;
};

/* A row's field by CPU into parts[n_cpus], what is unknown or negative as 0; returns the largest. */
double cpu_parts_of_row(const struct table *table, size_t row, const struct field *field,
			bool per_second, struct cpu_part *parts);
/* Whether a row has a speed: not in the first reading, nor when it went. */
bool cpu_parts_have_speed(const struct table *table, size_t row, const struct field *field);
/* The largest first, equal ones by number. */
void cpu_parts_sort(struct cpu_part *parts, size_t n);
/* As S has it, unasked: the busiest first where that says so. Remembers it for S. */
bool cpu_parts_by_value(struct screen *screen, bool unasked);
