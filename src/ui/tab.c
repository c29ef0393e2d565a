/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a tab is, and what keys do to it: between readings it changes by them only. The order is held, not
 * frozen: rows keep their places for a few readings after the cursor moved, while their numbers go on. */
#include "ui/tab.h"

#include <errno.h>
#include <stdlib.h>

#include "base/tidy.h"
#include "model/format.h"
#include "model/maptype.h"
#include "query/group.h"
#include "query/query.h"

static const struct column no_trend = {.derive = DERIVE_STATE};

/* The trend of a field: how fast it counts, or what it is when it is no counter. */
static struct column trend_of(const struct column *column)
{
	bool counts = column->field
			      ? field_is_counter(column->field)
			      : column->derive == DERIVE_VALUE || column->derive == DERIVE_RATE;

	return (struct column){.derive = counts		 ? DERIVE_RATE
					 : column->field ? DERIVE_TOTAL
							 : column->derive,
			       .field = column->field};
}

/* What is only a name by number (an interface, a moment) rises and falls without meaning. */
static bool makes_trend(const struct column *column)
{
	const struct format *format = column->field ? column->field->format : NULL;

	if (column_in_key(column) || column->derive == DERIVE_AGE ||
	    column->derive == DERIVE_IDLE || (format && format->sense == SENSE_IDENTITY))
		return false;
	return column_is_numeric(column) || (column->derive == DERIVE_VALUE && !column->field);
}

/* What trends show: the sort key when it can have one, else the first counter, else the first number. */
static void choose_trend(struct tab *tab)
{
	struct column columns[TAB_MAX_COLUMNS], found = no_trend;
	size_t n = table_default_columns(tab->table, true, columns, TAB_MAX_COLUMNS);
	bool is_rate = false;

	for (size_t i = 0; i < MIN_OF(n, (size_t)TAB_MAX_COLUMNS); i++) {
		if (!makes_trend(&columns[i]) || is_rate)
			continue;
		if (found.derive == DERIVE_STATE || columns[i].derive == DERIVE_RATE)
			found = trend_of(&columns[i]);
		is_rate = columns[i].derive == DERIVE_RATE;
	}
	if (tab->view.n_keys && makes_trend(&tab->view.keys[0].column))
		found = trend_of(&tab->view.keys[0].column);
	if (tab->table->plan.record_from)
		found = no_trend; /* records are written once */
	if (column_equal(&found, &tab->trend))
		return;
	tab->trend = found;
	tab->totals.number = 0;
	tab->trend_scale = 0;
	tab->trend_before = tab->table->current->number;
	hist_reset(&tab->table->trends, tab->table->trends.key_size, HIST_KEYS);
}

size_t tab_n_samples(const struct tab *tab)
{
	uint64_t number = tab->table->current->number, before = tab->trend_before;

	/* Rates need two readings. */
	if (tab->trend.derive == DERIVE_RATE && before == 0)
		before = 1;
	return number > before ? (size_t)(number - before) : 0;
}

/* Unasked, the busiest rows stand first. */
static void choose_sort(struct tab *tab)
{
	if (tab->trend.derive == DERIVE_RATE)
		tab_sort(tab, &tab->trend, true);
}

void tab_usual(struct tab *tab)
{
	tab->trend = no_trend;
	choose_trend(tab);
	choose_sort(tab);
	tab_reorder(tab);
}

int tab_new(struct table *table, struct tab **out)
{
	struct tab *tab = calloc(1, sizeof(*tab));

	if (!tab)
		return -ENOMEM;
	tab->table = table;
	table->past.limit_bytes = TAB_PAST_BYTES;
	view_init(&tab->view);
	tags_init(&tab->tags, table->trends.key_size);
	tab_usual(tab);
	*out = tab;
	return 0;
}

void tab_free(struct tab *tab)
{
	if (!tab)
		return;
	alert_release(&tab->alert);
	tab_free(tab->groups);
	group_free(tab->group);
	group_free(tab->total);
	buf_release(&tab->left_by);
	buf_release(&tab->left_filter);
	view_release(&tab->view);
	tags_release(&tab->tags);
	folds_release(&tab->folds);
	folds_release(&tab->frames);
	totals_release(&tab->totals);
	hunt_release(&tab->hunt);
	query_free(tab->search);
	buf_release(&tab->search_text);
	buf_release(&tab->stacks_by);
	buf_release(&tab->texts);
	pages_release(&tab->text_at);
	free(tab);
}

void tab_moved(struct tab *tab)
{
	tab->is_stale = true;
	tab->has_moved = true;
	if (tab->view.follows)
		return;
	tab->view.holds = true;
	tab->held = TAB_HOLD_READINGS;
}

void tab_move(struct tab *tab, ptrdiff_t by)
{
	view_move(&tab->view, tab->table, by);
	tab_moved(tab);
}

void tab_move_to(struct tab *tab, size_t place)
{
	view_move_to(&tab->view, tab->table, place);
	tab_moved(tab);
}

void tab_home(struct tab *tab)
{
	view_move_to(&tab->view, tab->table, 0);
	tab->is_stale = true;
	tab->has_moved = false;
}

ptrdiff_t tab_cursor_row(struct tab *tab)
{
	/* Several keys may come before a frame. */
	if (tab->is_stale && (!tab->view.height || tab_refresh(tab, tab->view.height) < 0))
		return -1;
	return tab->view.n_matched ? view_row(&tab->view, tab->view.cursor) : -1;
}

void tab_revalue(struct tab *tab)
{
	view_revalue(&tab->view);
	tab->totals.number = 0;
	tab->is_stale = true;
}

void tab_rearrange(struct tab *tab)
{
	tab->view.holds = false;
	tab->held = 0;
	tab->is_stale = true;
	tab_columns(tab);
}

void tab_reorder(struct tab *tab)
{
	choose_trend(tab);
	tab_rearrange(tab);
}

void tab_sort(struct tab *tab, const struct column *column, bool is_descending)
{
	tab->view.keys[0] = (struct sort_key){*column, is_descending};
	tab->view.n_keys = 1;
	tab_reorder(tab);
}

struct tab *tab_seen(struct tab *tab)
{
	return tab && tab->groups ? tab->groups : tab;
}

const struct table *tab_map_table(const struct tab *tab)
{
	if (!tab)
		return NULL;
	return tab->rows ? tab->rows->table : tab->table;
}
