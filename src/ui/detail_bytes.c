/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Key and value as their bytes, with the boundaries of the fields: where one begins, a line does, and its
 * name stands behind. What no field has is padding. Fields that share bytes (members of a union, bits of
 * one word) share a line. Of a per-CPU value each CPU's copy stands for itself. */
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "ui/detail.h"

enum { BYTES_A_LINE = 16, BYTES_COLS = 5 + 3 * BYTES_A_LINE };

/* Bytes [from, to) belong to fields first .. first + n of the sorted list; n 0: padding. */
struct stretch {
	uint32_t from, to;
	size_t first, n;
};

struct layout_of {
	const struct field **fields; /* owned; leaves by their offset */
	struct stretch *stretches;   /* owned */
	size_t n_fields, n;
};

static int by_offset(const void *a, const void *b)
{
	const struct field *left = *(const struct field *const *)a;
	const struct field *right = *(const struct field *const *)b;

	if (left->offset != right->offset)
		return left->offset < right->offset ? -1 : 1;
	return left < right ? -1 : left > right;
}

/* The leaves between two roots that begin before `to`; arrays whole. */
static void find_leaves(const struct plan *plan, uint32_t i, uint32_t end, uint32_t to,
			struct layout_of *out)
{
	for (; i < end; i++) {
		const struct field *field = &plan->fields[i];

		if (!field_is_leaf(field))
			continue;
		if (field->size && field->offset < to)
			out->fields[out->n_fields++] = field;
		i += field->n_below;
	}
	qsort(out->fields, out->n_fields, sizeof(*out->fields), by_offset);
}

static void add_stretch(struct layout_of *out, uint32_t from, uint32_t to, size_t first, size_t n)
{
	if (from < to)
		out->stretches[out->n++] = (struct stretch){from, to, first, n};
}

static void find_stretches(struct layout_of *out, uint32_t from, uint32_t end)
{
	for (size_t i = 0; i < out->n_fields;) {
		uint32_t begin = out->fields[i]->offset, to = begin;
		size_t first = i;

		for (; i < out->n_fields && (i == first || out->fields[i]->offset < to); i++)
			to = MIN_OF(MAX_OF(to, out->fields[i]->offset + out->fields[i]->size), end);
		add_stretch(out, from, begin, 0, 0);
		add_stretch(out, begin, to, first, i - first);
		from = to;
	}
	add_stretch(out, from, end, 0, 0);
}

static void layout_of_release(struct layout_of *layout)
{
	free(layout->fields);
	free(layout->stretches);
}

/* Of the fields i .. end, which have the bytes from .. to. 0 or -1: out of memory. */
static int lay_out(const struct plan *plan, uint32_t i, uint32_t end, uint32_t from, uint32_t to,
		   struct layout_of *out)
{
	out->fields = calloc(end - i + 1, sizeof(struct field *));
	out->stretches = calloc(2UL * (end - i) + 1, sizeof(*out->stretches));
	if (!out->fields || !out->stretches)
		return -1;
	find_leaves(plan, i, end, to, out);
	find_stretches(out, from, to);
	return 0;
}

static int lay_out_key(const struct page *page, struct layout_of *out)
{
	const struct plan *plan = &page->table->plan;
	size_t size;

	table_key(page->table, page->row, &size);
	return lay_out(plan, 0, plan->is_variables ? 0 : plan->n_key_fields, 0, (uint32_t)size,
		       out);
}

static int lay_out_value(const struct page *page, struct layout_of *out)
{
	const struct plan *plan = &page->table->plan;
	const struct field *variable;
	size_t size;
	uint32_t i;

	if (!plan->is_variables)
		return lay_out(plan, plan->n_key_fields, plan->n_fields, 0,
			       plan_value_bytes(plan, table_value(page->table, page->row, &size)),
			       out);
	i = plan->variables[page->row];
	variable = &plan->fields[i];
	return lay_out(plan, i, i + 1 + variable->n_below, variable->offset,
		       variable->offset + variable->size, out);
}

static int stretch_rows(const struct stretch *stretch)
{
	return (int)((stretch->to - stretch->from + BYTES_A_LINE - 1) / BYTES_A_LINE);
}

static int layout_rows(const struct layout_of *layout)
{
	int n = 2; /* the title */

	for (size_t i = 0; i < layout->n; i++)
		n += stretch_rows(&layout->stretches[i]);
	return n;
}

static void names_of(const struct layout_of *layout, const struct stretch *stretch, struct buf *out)
{
	for (size_t i = 0; i < stretch->n; i++)
		buf_addf(out, "%s%s", i ? ", " : "", layout->fields[stretch->first + i]->path);
	if (!stretch->n)
		buf_adds(out, "no field");
}

/* Where an element of an array begins stands a bar, but not in what is one thing, such as an address. */
static bool begins_element(const struct layout_of *layout, const struct stretch *stretch,
			   uint32_t at)
{
	const struct field *field = stretch->n == 1 ? layout->fields[stretch->first] : NULL;

	return field && field->kind == FIELD_ARRAY && field_is_nested(field) && field->stride &&
	       at > stretch->from && (at - field->offset) % field->stride == 0;
}

static void put_stretch_line(const struct page *page, const struct layout_of *layout,
			     const struct stretch *stretch, uint32_t at, const uint8_t *bytes)
{
	struct grid *grid = page->scene->grid;
	uint32_t end = MIN_OF(at + BYTES_A_LINE, stretch->to);
	enum role role = stretch->n ? ROLE_TEXT : ROLE_DIM;
	SCOPED(buf) names = {0};
	int col;

	col = grid_putf(grid, page->area, page->line, 1, ROLE_DIM, "%04x", at);
	for (; at < end; at++) {
		bool is_element = begins_element(layout, stretch, at);

		col = grid_put(grid, page->area, page->line, col, ROLE_BORDER,
			       is_element ? page->scene->glyphs->bar : " ");
		col = grid_putf(grid, page->area, page->line, col, role, "%02x", bytes[at]);
	}
	if (end - stretch->from > BYTES_A_LINE)
		return;
	names_of(layout, stretch, &names);
	col = MAX_OF(col + 2, MIN_OF(1 + BYTES_COLS + 1, page->area.n_cols / 2));
	grid_fit(grid, page->area, (struct strip){page->line, col, page->area.n_cols - col - 1},
		 false, ROLE_DIM, buf_text(&names));
}

/* bytes: what the offsets of the fields are relative to */
static void put_layout(struct page *page, const char *name, const struct layout_of *layout,
		       const uint8_t *bytes)
{
	detail_title(page, name);
	for (size_t i = 0; i < layout->n; i++) {
		const struct stretch *stretch = &layout->stretches[i];

		for (uint32_t at = stretch->from; at < stretch->to; at += BYTES_A_LINE) {
			if (page->line >= 0 && page->line < page->area.n_rows)
				put_stretch_line(page, layout, stretch, at, bytes);
			page->line++;
		}
	}
}

static void put_value(struct page *page, const struct layout_of *layout)
{
	const struct table *table = page->table;
	const uint8_t *bytes;
	size_t size;

	if (table->plan.is_variables) {
		put_layout(page, "value, bytes", layout, snap_value(table->current, 0));
		return;
	}
	bytes = table_value(table, page->row, &size);
	for (uint32_t i = 0; i < MAX_OF(table->map.n_cpus, 1U); i++) {
		SCOPED(buf) name = {0};

		buf_adds(&name, "value, bytes");
		if (table->map.n_cpus > 1)
			buf_addf(&name, " on cpu%u", map_cpu_number(&table->map, i));
		put_layout(page, buf_text(&name), layout, bytes + i * map_cpu_stride(&table->map));
	}
}

void detail_bytes(struct page *page)
{
	SCOPED(layout_of) key = {0}, value = {0};
	size_t size;

	if (lay_out_key(page, &key) < 0 || lay_out_value(page, &value) < 0)
		return;
	put_layout(page, "key, bytes", &key, table_key(page->table, page->row, &size));
	put_value(page, &value);
}

int detail_bytes_rows(const struct page *page)
{
	SCOPED(layout_of) key = {0}, value = {0};

	if (lay_out_key(page, &key) < 0 || lay_out_value(page, &value) < 0)
		return 0;
	return layout_rows(&key) + layout_rows(&value) * (int)MAX_OF(page->table->map.n_cpus, 1U);
}
