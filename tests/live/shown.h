/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a person is shown of a map: one reading of it through plan and table. */
#pragma once

#include "maps.h"

#include "base/buf.h"
#include "model/plan.h"
#include "model/table.h"

/* Opens what fd is, and reads it. notes: what the reading says of itself. */
static inline void show(int fd, uint32_t notes, struct table *table)
{
	struct map_list list = {0};
	struct plan plan = {0};
	struct err err = {0};

	find_fd(the_source, fd, &list);
	if (the_source->ops->plan(the_source, &list.maps[0], &plan, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(table_init(table, &list.maps[0], &plan), 0);
	map_list_release(&list);
	table->lookups = *source_lookups();
	if (source_read(the_source, &table->map, NULL, table->next, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(table->next->notes, notes);
	assert_int_equal(table_take(table), 0);
}

static inline const char *cell(const struct table *table, size_t row, const char *name,
			       enum print_style style)
{
	static struct buf text[4];
	static unsigned next;
	struct buf *out = &text[next++ % ARRAY_LEN(text)];
	struct column column;
	struct err err = {0};

	if (table_column_named(table, name, strlen(name), &column, &err) < 0)
		fail_msg("%s", err.text);
	buf_clear(out);
	table_text(table, row, &column, style, out);
	return buf_text(out);
}

/* Row whose cell in that column reads so; fails when there is none. */
static inline size_t row_with(const struct table *table, const char *name, const char *text)
{
	size_t row = 0;

	while (row < table_n_rows(table) && strcmp(cell(table, row, name, PRINT_EXACT), text) != 0)
		row++;
	if (row == table_n_rows(table))
		fail_msg("no row has %s %s", name, text);
	return row;
}
