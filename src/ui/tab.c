/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Between readings a tab changes by keys only. The order is held, not frozen: rows keep their places
 * for a few readings after the cursor moved, while their numbers go on. */
#include "ui/tab.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "query/group.h"
#include "query/query.h"
#include "ui/screen.h"

/* What is done between two looks at the clock, a millisecond of the slowest filter; how long taking may
 * wait for the order, so that small maps are never seen unsorted; and how long drawing may, half a frame,
 * so that what a key asks for mostly stands in the frame that answers it. */
enum { WORK_ROWS = 1024, AT_ONCE_NS = 3000000, DRAW_NS = 8000000 };

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

static bool makes_trend(const struct column *column)
{
	if (column_in_key(column) || column->derive == DERIVE_AGE || column->derive == DERIVE_IDLE)
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
	       !tab->is_folding && hunt_is_over(&tab->hunt);
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

/* The order first, what is searched for in it, then the groups, the header's sums, and what raises an alarm. */
static int work_some(struct tab *tab)
{
	if (!view_is_settled(&tab->view))
		return view_step(&tab->view, tab->table, WORK_ROWS);
	if (!hunt_is_over(&tab->hunt))
		return hunt_some(tab, WORK_ROWS);
	if (tab->is_folding)
		return fold_some(tab, WORK_ROWS);
	if (tab->totals.work.is_open)
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

int tab_work(struct tab *tab, uint64_t until_ns)
{
	int r = 0;

	/* A look back put another reading in the table's place. */
	if (tab->is_stale && tab->view.height)
		r = refresh(tab, tab->view.height, AT_ONCE_NS);
	if (r == 0 && tab->totals.work.is_open && tab->totals.number != tab->table->current->number)
		r = totals_begin(&tab->totals, tab->table, tab->trend.field);
	while (r >= 0 && !is_settled_alone(tab)) {
		r = work_some(tab);
		if (clock_now_ns() >= until_ns)
			break;
	}
	if (r >= 0 && tab->is_untrended && view_is_settled(&tab->view)) {
		tab->is_untrended = false;
		r = sample_trends(tab);
	}
	return r < 0 ? r : !is_settled_alone(tab);
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
	tab->trend_scale *= 0.9;
	return r < 0 ? r : 0;
}

/* What goes by the rows of the newest reading. */
static int finish(struct tab *tab)
{
	int r = 0;

	while (r >= 0 && tab->is_folding)
		r = fold_some(tab, SIZE_MAX);
	while (r >= 0 && tab->alert.is_open)
		r = check_alert(tab);
	return r;
}

int tab_look_back(struct tab *tab, size_t back)
{
	size_t n = tab->table->past.n;
	int r = finish(tab);

	if (r < 0)
		return r;
	r = past_look(tab->table, n ? MIN_OF(back, n - 1) : 0);
	tab->is_stale = true;
	return r == 0 && tab->groups ? tab_look_back(tab->groups, back) : r;
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

void tab_reorder(struct tab *tab)
{
	tab->view.holds = false;
	tab->held = 0;
	tab->is_stale = true;
	choose_trend(tab);
	tab_columns(tab);
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
