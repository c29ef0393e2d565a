/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the columns of a tab stand. What does not fit is left out from the highest rank down. Once the
 * columns are scrolled the ranks don't count: then they stand in order. What is left over goes to the
 * keys that were cut short, then to the trend. */
#include <string.h>

#include "base/tidy.h"
#include "ui/tab.h"

enum {
	TREND_MIN = 6,
	TREND_YOUNG = 24, /* until there are more readings than that, */
	TREND_MAX = 48,	  /* and as far as it grows then */
	HEAT_MAX = 32,
	KEY_MIN = 8,
};

/* The key may take half of a narrow screen, not all of it. */
static int least_width(const struct tab *tab, const struct shown *shown, int n_cols)
{
	int n_cpus = (int)tab->table->map.n_cpus;

	if (shown->is_bytes)
		return MIN_OF(shown->width, MAX_OF((n_cols - TAB_GUTTER) / 4, KEY_MIN));
	if (shown->in_key && !shown->fixed)
		return MIN_OF(shown->width, MAX_OF((n_cols - TAB_GUTTER) / 2, KEY_MIN));
	if (shown->kind == SHOWN_TREND)
		return TREND_MIN;
	if (shown->kind == SHOWN_HEAT)
		return MAX_OF(MIN_OF(n_cpus, HEAT_MAX), 5);
	return shown->width;
}

/* Puts the columns that are in, one after the other. returns the columns of the screen they take. */
static int set_places(const struct tab *tab, const bool *is_in, int n_cols,
		      int place[TAB_MAX_COLUMNS])
{
	int at = TAB_GUTTER;

	for (unsigned i = 0; i < tab->n_shown; i++) {
		place[i] = is_in[i] ? at : -1;
		if (is_in[i])
			at += least_width(tab, &tab->shown[i], n_cols) + 1;
	}
	return at - 1;
}

static unsigned leave_out_highest(const struct tab *tab, bool *is_in)
{
	unsigned highest = TAB_MAX_COLUMNS;

	for (unsigned i = 0; i < tab->n_shown; i++)
		if (is_in[i] && tab->shown[i].rank > 0 &&
		    (highest == TAB_MAX_COLUMNS || tab->shown[i].rank >= tab->shown[highest].rank))
			highest = i;
	if (highest == TAB_MAX_COLUMNS)
		return 0;
	is_in[highest] = false;
	return 1;
}

/* Scrolled: the key, then what follows the columns that are scrolled away, as far as it goes. */
static void fit_scrolled(const struct tab *tab, int n_cols, bool *is_in)
{
	unsigned behind_key = 0;
	int at = TAB_GUTTER;

	for (unsigned i = 0; i < tab->n_shown; i++) {
		const struct shown *shown = &tab->shown[i];
		int width = least_width(tab, shown, n_cols) + 1;

		is_in[i] = shown->in_key || behind_key++ >= tab->scroll;
		if (is_in[i] && !shown->in_key && at + width - 1 > n_cols)
			is_in[i] = false;
		if (is_in[i])
			at += width;
	}
}

/* What the columns leave over goes to the keys that were cut short, from the left. */
static void widen_keys(const struct tab *tab, int n_cols, int spare, int place[TAB_MAX_COLUMNS])
{
	int shift = 0;

	for (unsigned i = 0; i < tab->n_shown; i++) {
		const struct shown *shown = &tab->shown[i];

		if (place[i] < 0)
			continue;
		place[i] += shift;
		if (shown->in_key || shown->is_bytes)
			shift += MIN_OF(spare - shift,
					shown->width - least_width(tab, shown, n_cols));
	}
}

/* What went behind the trend may have made room for it. returns whether it did. */
static bool take_trend_back(const struct tab *tab, int spare, bool *is_in)
{
	for (unsigned i = 0; i < tab->n_shown; i++)
		if (tab->shown[i].kind == SHOWN_TREND && !is_in[i] && spare > TREND_MIN)
			return is_in[i] = true;
	return false;
}

unsigned tab_fit(const struct tab *tab, int n_cols, int place[TAB_MAX_COLUMNS])
{
	bool is_in[TAB_MAX_COLUMNS];
	unsigned n_out = 0;
	int taken;

	n_cols -= TAB_MARGIN;
	memset(is_in, true, sizeof(is_in));
	if (tab->scroll)
		fit_scrolled(tab, n_cols, is_in);
	do
		taken = set_places(tab, is_in, n_cols, place);
	while (taken > n_cols && leave_out_highest(tab, is_in));
	if (!tab->scroll && take_trend_back(tab, n_cols - taken, is_in))
		taken = set_places(tab, is_in, n_cols, place);
	if (taken < n_cols)
		widen_keys(tab, n_cols, n_cols - taken, place);
	for (unsigned i = 0; i < tab->n_shown; i++)
		n_out += place[i] < 0;
	return n_out;
}

/* Where the next column begins, or the line ends. */
static int room_behind(const struct tab *tab, const int place[TAB_MAX_COLUMNS], unsigned i,
		       int n_cols)
{
	for (unsigned j = i + 1; j < tab->n_shown; j++)
		if (place[j] >= 0)
			return place[j] - 1 - place[i];
	return n_cols - place[i];
}

/* While there is little to show it is small: the newest sample, at its right edge, isn't far off. */
static int trend_width(const struct tab *tab, int room)
{
	int n = (int)MIN_OF(table_n_readings(tab->table), (size_t)TREND_MAX);

	return MAX_OF(MIN_OF(room, MAX_OF(n, TREND_YOUNG)), TREND_MIN);
}

int tab_width(const struct tab *tab, const int place[TAB_MAX_COLUMNS], unsigned i, int n_cols)
{
	const struct shown *shown = &tab->shown[i];
	int width;

	n_cols -= TAB_MARGIN;
	width = least_width(tab, shown, n_cols);
	if (shown->kind == SHOWN_TREND)
		width = trend_width(tab, n_cols - place[i]);
	else if (shown->in_key || shown->is_bytes)
		width = MIN_OF(shown->width, MAX_OF(width, room_behind(tab, place, i, n_cols)));
	return width;
}
