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

/* Fills parts[n_cpus] with what each CPU has of a row's field, or its rate; 0 where that is unknown or negative.
 * returns the largest. */
double cpu_parts_of_row(const struct table *table, size_t row, const struct field *field,
			bool per_second, struct cpu_part *parts);
/* Whether a field has rates on each CPU: not in the first reading. A gauge is what it is there, since how fast it
 * falls has no bar. */
bool cpus_have_speed(const struct table *table, const struct field *field);
/* The same of a row, which has none when it went. */
bool cpu_parts_have_speed(const struct table *table, size_t row, const struct field *field);
/* The largest first, equal ones by number. */
void cpu_parts_sort(struct cpu_part *parts, size_t n);
/* Whether the CPUs stand busiest first: as chosen by the key S, else as `unasked` says. Remembers the answer in screen,
 * since the next S turns it around. */
bool cpu_parts_by_value(struct screen *screen, bool unasked);
