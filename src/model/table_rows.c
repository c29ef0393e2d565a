/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Asking a table about its rows: live ones first, in kernel order, then the ghosts. The rows of a
 * variable map all lie in the one raw row. */
#include "model/table.h"

#include <string.h>

#include "base/tidy.h"
#include "model/table_cell.h"

size_t table_n_live(const struct table *table)
{
	if (!table->plan.is_variables)
		return table->current->n_rows;
	return table->current->n_rows ? table->plan.n_variables : 0;
}

bool table_n_in_map(const struct table *table, uint64_t *n_ret)
{
	const struct snap *snap = table->current;
	bool is_short = snap_is_cut(snap) || (snap->notes & SNAP_PARTLY_SEEN);

	*n_ret = is_short ? snap->n_there : table_n_live(table);
	return !is_short || snap->n_there;
}

size_t table_n_rows(const struct table *table)
{
	return table_n_live(table) + (table->plan.is_variables ? 0 : table->ghosts.n_rows);
}

bool table_counts(const struct table *table, const struct field *field)
{
	return field_is_counter(field) && !table->plan.record_from;
}

bool table_is_ghost(const struct table *table, size_t row)
{
	return row >= table_n_live(table);
}

const struct field *table_variable(const struct table *table, size_t row)
{
	return &table->plan.fields[table->plan.variables[row]];
}

const uint8_t *table_key(const struct table *table, size_t row, size_t *size_ret)
{
	size_t n_live = table_n_live(table);

	if (table->plan.is_variables) {
		*size_ret = sizeof(uint32_t);
		return (const uint8_t *)&table->variable_keys[row];
	}
	*size_ret = table->current->key_stride;
	return row < n_live ? snap_key(table->current, row)
			    : snap_key(&table->ghosts, row - n_live);
}

const uint8_t *table_value(const struct table *table, size_t row, size_t *size_ret)
{
	size_t n_live = table_n_live(table);
	const uint8_t *value;

	if (table->plan.is_variables) {
		*size_ret = table_variable(table, row)->size;
		return snap_value(table->current, 0) + table_variable(table, row)->offset;
	}
	value = row < n_live ? snap_value(table->current, row)
			     : snap_value(&table->ghosts, row - n_live);
	*size_ret = table->plan.record_from ? plan_value_bytes(&table->plan, value)
					    : table->current->val_stride;
	return value;
}

const uint8_t *table_old_value(const struct table *table, size_t row)
{
	bool is_variable = table->plan.is_variables;
	uint32_t link;

	if (table_is_ghost(table, row))
		return NULL;
	link = delta_values(&table->delta)[is_variable ? 0 : row];
	if (link == DELTA_NONE)
		return NULL;
	return snap_value(table->previous, link) +
	       (is_variable ? table_variable(table, row)->offset : 0);
}

enum row_state table_state(const struct table *table, size_t row)
{
	const uint8_t *is, *was;
	size_t size;

	if (table_is_ghost(table, row))
		return ROW_GONE;
	if (!table->plan.is_variables)
		return table->delta.states.at[row];
	was = table_old_value(table, row);
	if (!was)
		return ROW_UNKNOWN;
	is = table_value(table, row, &size);
	return memcmp(is, was, size) ? ROW_CHANGED : ROW_KEPT;
}

size_t table_n_readings(const struct table *table)
{
	if (!table->current->number || !table->calendar.n)
		return 0;
	return table->current->number - table->calendar.first + 1;
}

bool table_is_recent(const struct table *table, size_t row)
{
	uint32_t seen;

	if (table_is_ghost(table, row))
		return false;
	seen = table_stamps(table)[row].seen_ms;
	return !(seen & 1) && seen >= table->stamps_ms[TABLE_NEW_READINGS - 1];
}

bool table_was_there(const struct table *table, size_t row)
{
	return !table_is_ghost(table, row) && (table_stamps(table)[row].seen_ms & 1);
}

bool table_is_zero(const struct table *table, size_t row)
{
	size_t size;
	const uint8_t *value = table_value(table, row, &size);

	/* all bytes equal their neighbour, and the first is 0 */
	return size == 0 || (value[0] == 0 && memcmp(value, value + 1, size - 1) == 0);
}

bool table_is_idle(const struct table *table, size_t row)
{
	return table_state(table, row) == ROW_KEPT;
}

static inline __attribute__((always_inline)) ptrdiff_t find_key(const struct snap *snap,
								const uint8_t *key, size_t size)
{
	const uint8_t *at = snap->keys.at;

	for (size_t row = 0; row < snap->n_rows; row++, at += size)
		if (memcmp(at, key, size) == 0)
			return (ptrdiff_t)row;
	return -1;
}

static ptrdiff_t snap_find(const struct snap *snap, const uint8_t *key, size_t size)
{
	switch (size) {
	case 0:
		return snap->n_rows ? 0 : -1;
	case 4:
		return find_key(snap, key, 4);
	case 8:
		return find_key(snap, key, 8);
	case 16:
		return find_key(snap, key, 16);
	default:
		return find_key(snap, key, size);
	}
}

ptrdiff_t table_find(const struct table *table, const uint8_t *key, size_t size)
{
	uint32_t variable;
	ptrdiff_t row;

	if (table->plan.is_variables) {
		if (size != sizeof(variable))
			return -1;
		memcpy(&variable, key, sizeof(variable));
		return variable < table_n_live(table) ? (ptrdiff_t)variable : -1;
	}
	if (size != table->current->key_stride)
		return -1;
	row = snap_find(table->current, key, size);
	if (row >= 0)
		return row;
	row = snap_find(&table->ghosts, key, size);
	return row < 0 ? -1 : row + (ptrdiff_t)table_n_live(table);
}
