/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a tab makes of each reading, and of what keys ask for: order, groups, sums, trends, a baseline, a look
 * back. What takes long goes on in slices beside the rest, in one order; until it is through, what was there
 * before is seen. */
#include "ui/tab.h"

#include <errno.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "query/group.h"
#include "ui/screen.h"

/* What is done between two looks at the clock, a millisecond of the slowest filter; how long taking may
 * wait for the order, so that small maps are never seen unsorted; and how long drawing may, half a frame,
 * so that what a key asks for mostly stands in the frame that answers it. */
enum { WORK_ROWS = 1024, AT_ONCE_NS = 3000000, DRAW_NS = 8000000 };

/* Samples the rows that are held already, or those that are not. */
static int sample_rows(struct tab *tab, bool takes_all, size_t n, bool is_held)
{
	struct table *table = tab->table;
	size_t size;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		ptrdiff_t row = takes_all ? (ptrdiff_t)i : view_row(&tab->view, tab->view.top + i);
		const uint8_t *key;
		struct val val;

		if (row < 0 || table_is_ghost(table, (size_t)row))
			continue;
		key = table_key(table, (size_t)row, &size);
		if (hist_holds(&table->trends, key) != is_held)
			continue;
		val = table_cell(table, (size_t)row, &tab->trend);
		r = hist_add(&table->trends, key, table->current->number, val_as_real(&val));
	}
	return r;
}

/* Rows whose trends are kept: all of a small map, else those that are looked at. Those that are held
 * come first: what is new then takes the place of what went, never of a row that is yet to come. */
static int sample_trends(struct tab *tab)
{
	size_t n_live = table_n_live(tab->table), n;
	bool takes_all = n_live <= HIST_KEYS;
	int r;

	if (!tab_has_trend(tab))
		return 0;
	n = takes_all ? n_live : tab->view.height;
	r = sample_rows(tab, takes_all, n, true);
	return r < 0 ? r : sample_rows(tab, takes_all, n, false);
}

static bool is_settled_alone(const struct tab *tab)
{
	return view_is_settled(&tab->view) && !tab->totals.work.is_open && !tab->alert.is_open &&
	       !tab->is_folding && !tab->looks && !tab->table->base && hunt_is_over(&tab->hunt);
}

bool tab_is_settled(const struct tab *tab)
{
	return is_settled_alone(tab) && (!tab->groups || tab_is_settled(tab->groups));
}

const char *tab_waits_for(const struct tab *tab, uint64_t now_ns, double *done)
{
	const struct tab *rows = tab->rows;
	bool has_rows = tab->table->current->number;

	if (rows && rows->is_folding &&
	    (!has_rows || now_ns >= rows->began_ns + SCREEN_PATIENCE_NS)) {
		*done = group_progress(rows->group);
		return "grouping";
	}
	if (now_ns < tab->began_ns + SCREEN_PATIENCE_NS)
		return NULL;
	if (tab->table->base) {
		*done = table_baseline_progress(tab->table);
		return "setting the baseline";
	}
	if (view_is_settled(&tab->view)) {
		*done = hunt_progress(&tab->hunt);
		return hunt_is_over(&tab->hunt) ? NULL : "searching";
	}
	*done = view_progress(&tab->view, tab->table);
	return tab->view.work.stage == VIEW_MATCHING ? "filtering" : "sorting";
}

/* Work that goes on from other work is waited for since that began. */
static void note_begin(struct tab *tab)
{
	if (is_settled_alone(tab))
		tab->began_ns = clock_now_ns();
}

static void begin_fold(struct tab *tab)
{
	group_begin(tab->group);
	group_begin(tab->total);
	tab->is_folding = true;
	tab->is_totalling = false;
}

int tab_fold(struct tab *tab)
{
	note_begin(tab);
	begin_fold(tab);
	return tab_work(tab, clock_now_ns() + AT_ONCE_NS);
}

/* After the last of it, the groups have the reading too. */
static int fold_some(struct tab *tab, size_t n_rows)
{
	int r = group_step(tab->is_totalling ? tab->total : tab->group, n_rows);

	if (r > 0)
		return 0;
	if (r == 0 && !tab->is_totalling) {
		tab->is_totalling = true;
		return 0;
	}
	tab->is_folding = tab->is_totalling = false;
	return r < 0 ? r : tab_took(tab->groups);
}

static int check_alert(struct tab *tab)
{
	int r = alert_step(&tab->alert, tab->table, WORK_ROWS);

	if (r == ALERT_MORE)
		return 0;
	tab->has_alarm |= r > 0;
	return r;
}

static int hunt_some(struct tab *tab, size_t n_rows)
{
	int r = hunt_step(&tab->hunt, n_rows);

	if (r == HUNT_MORE || r < 0)
		return r < 0 ? r : 0;
	tab->hunted = (enum hunt_result)r;
	if (r != HUNT_NONE)
		tab_moved(tab);
	return 0;
}

/* Order, groups and sums went by the one before. */
static int set_baseline(struct tab *tab)
{
	int r = table_baseline_step(tab->table, WORK_ROWS);

	if (r != 0)
		return MIN_OF(r, 0);
	tab_revalue(tab);
	if (tab->group)
		begin_fold(tab);
	return 0;
}

/* The order first, what is searched for in it, then the groups, the header's sums, and what raises an alarm. A
 * look back waits for what goes by the rows of the newest reading, and for nothing else. */
static int work_some(struct tab *tab)
{
	bool looks = tab->looks;

	if (tab->table->base)
		return set_baseline(tab);
	if (!view_is_settled(&tab->view) && (!looks || tab->is_untrended))
		return view_step(&tab->view, tab->table, WORK_ROWS);
	if (!hunt_is_over(&tab->hunt) && !looks)
		return hunt_some(tab, WORK_ROWS);
	if (tab->is_folding)
		return fold_some(tab, WORK_ROWS);
	if (tab->totals.work.is_open && !looks)
		return totals_step(&tab->totals, tab->table, WORK_ROWS);
	return check_alert(tab);
}

static int refresh(struct tab *tab, size_t height, uint64_t patience_ns)
{
	uint64_t until = clock_now_ns() + patience_ns;
	int r;

	if (!tab->is_stale && tab->view.height == height)
		return 0;
	tab->is_stale = false;
	hunt_overtake(&tab->hunt);
	note_begin(tab);
	if (!tab->has_moved && !tab->view.follows) {
		tab->view.cursor = 0;
		buf_clear(&tab->view.cursor_key);
	}
	r = view_begin(&tab->view, tab->table, MAX_OF(height, (size_t)1));
	while (r > 0 && clock_now_ns() < until)
		r = view_step(&tab->view, tab->table, WORK_ROWS);
	return r < 0 ? r : 0;
}

static int sample(struct tab *tab)
{
	tab->is_untrended = false;
	return sample_trends(tab);
}

/* Whether nothing is left of what a look back waits for. */
static bool may_look(const struct tab *tab)
{
	return tab->looks && !tab->is_folding && !tab->alert.is_open && !tab->table->base &&
	       (!tab->is_untrended || view_is_settled(&tab->view));
}

/* What is kept of so many readings back. */
static size_t nearest_kept(const struct tab *tab, size_t back)
{
	size_t n = tab->table->past.n;

	return n ? MIN_OF(back, n - 1) : 0;
}

/* Whatever is under way goes by rows that are no more: it begins again. */
static int look(struct tab *tab)
{
	int r = tab->is_untrended ? sample(tab) : 0;

	tab->looks = false;
	if (r == 0)
		r = past_look(tab->table, nearest_kept(tab, tab->look_to));
	tab->is_stale = true;
	return r == 0 && tab->groups ? tab_look_back(tab->groups, tab->look_to) : r;
}

int tab_work(struct tab *tab, uint64_t until_ns)
{
	int r = 0;

	/* A look back put another reading in the table's place. */
	if (tab->is_stale && tab->view.height)
		r = refresh(tab, tab->view.height, AT_ONCE_NS);
	if (r == 0 && tab->totals.work.is_open && tab->totals.number != tab->table->current->number)
		r = totals_begin(&tab->totals, tab->table, tab->trend.field);
	while (r >= 0 && !may_look(tab) && !is_settled_alone(tab)) {
		r = work_some(tab);
		if (clock_now_ns() >= until_ns)
			break;
	}
	if (r >= 0 && may_look(tab))
		r = look(tab);
	else if (r >= 0 && tab->is_untrended && view_is_settled(&tab->view))
		r = sample(tab);
	return r < 0 ? r : !is_settled_alone(tab);
}

bool tab_prepare(struct tab *tab, uint64_t until_ns)
{
	bool has_more;

	do
		has_more = view_spread(&tab->view, tab->table, WORK_ROWS);
	while (has_more && clock_now_ns() < until_ns);
	return has_more;
}

int tab_hunt(struct tab *tab, bool is_back)
{
	int r;

	if (!hunt_is_over(&tab->hunt))
		return 0;
	note_begin(tab);
	hunt_begin(&tab->hunt, &tab->view, tab->table, tab->search, is_back);
	r = tab_work(tab, clock_now_ns() + AT_ONCE_NS);
	if (r < 0)
		hunt_drop(&tab->hunt);
	return r < 0 ? r : 0;
}

int tab_took(struct tab *tab)
{
	int r;

	note_begin(tab);
	r = alert_begin(&tab->alert, tab->table);
	if (r < 0)
		return r;
	if (tab->held && --tab->held == 0)
		tab->view.holds = false;
	tab->is_stale = tab->is_untrended = true;
	if (tab->group)
		begin_fold(tab);
	/* Places of the order are rows of the reading before until the view is refreshed. */
	if (tab->view.height)
		r = refresh(tab, tab->view.height, AT_ONCE_NS);
	if (r == 0)
		r = tab_work(tab, clock_now_ns() + AT_ONCE_NS);
	tab_widths_age(tab);
	tab_use_columns(tab);
	tab->trend_scale *= 0.9;
	return r < 0 ? r : 0;
}

static bool looks_there(const struct tab *tab, size_t back)
{
	return tab->table->past.back == nearest_kept(tab, back) &&
	       (!tab->groups || looks_there(tab->groups, back));
}

int tab_look_back(struct tab *tab, size_t back)
{
	int r;

	tab->looks = !looks_there(tab, back);
	if (!tab->looks)
		return 0;
	note_begin(tab);
	tab->look_to = back;
	r = tab_work(tab, clock_now_ns() + AT_ONCE_NS);
	return MIN_OF(r, 0);
}

int tab_sum_up(struct tab *tab)
{
	uint64_t until = clock_now_ns() + AT_ONCE_NS;
	int r;

	if (tab->totals.number == tab->table->current->number)
		return 0;
	r = totals_begin(&tab->totals, tab->table, tab->trend.field);
	r = r < 0 ? r : 1;
	while (r > 0 && clock_now_ns() < until)
		r = totals_step(&tab->totals, tab->table, WORK_ROWS);
	return r < 0 ? r : 0;
}

int tab_refresh(struct tab *tab, size_t height)
{
	return refresh(tab, height, DRAW_NS);
}
