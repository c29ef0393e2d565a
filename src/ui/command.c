/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each action does. An action that means something in rows and in lists asks where it is; what
 * can't be done here is answered as an intent for the driver. */
#include "ui/command.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/state.h"

/* Every action is run by a function of this signature, declared here from the one list. */
#define X(id, name, run) static struct intent run(struct screen *screen, uint32_t key);
ACTIONS(X)
#undef X

const struct act_row act_rows[N_ACTIONS] = {
#define X(id, command_name, runner) [id] = {.name = command_name, .run = runner},
	ACTIONS(X)
#undef X
};

#define ACTION(name)                                                                               \
	static struct intent name(__attribute__((unused)) struct screen *screen,                   \
				  __attribute__((unused)) uint32_t key)

struct intent nothing(void)
{
	return (struct intent){.kind = INTENT_NONE};
}

static struct intent asks(enum intent_kind kind)
{
	return (struct intent){.kind = kind};
}

/* -- moving ------------------------------------------------------------------------------------------- */

static struct intent move_by(struct screen *screen, ptrdiff_t by)
{
	struct tab *tab = front_tab(screen);

	if (screen->overlay != OVERLAY_NONE)
		list_move(&screen->list, by);
	else if (screen->is_zoomed)
		screen->detail_scroll =
			by < 0 ? screen->detail_scroll - MIN_OF((size_t)-by, screen->detail_scroll)
			       : MIN_OF(screen->detail_scroll + (size_t)by, (size_t)1 << 16);
	else if (tab)
		tab_move(tab, by);
	return nothing();
}

static ptrdiff_t page_of(const struct screen *screen)
{
	int n_rows = screen->layout.rows.n_rows;

	if (screen->is_zoomed)
		n_rows = screen->layout.detail.n_rows;
	return MAX_OF(n_rows - 1, 1);
}

ACTION(move_up)
{
	return move_by(screen, -1);
}

ACTION(move_down)
{
	return move_by(screen, 1);
}

ACTION(move_page_up)
{
	return move_by(screen, -page_of(screen));
}

ACTION(move_page_down)
{
	return move_by(screen, page_of(screen));
}

ACTION(move_first)
{
	struct tab *tab = front_tab(screen);

	if (screen->overlay == OVERLAY_NONE && !screen->is_zoomed && tab) {
		tab_home(tab);
		return nothing();
	}
	return move_by(screen, -(PTRDIFF_MAX / 2));
}

ACTION(move_last)
{
	return move_by(screen, PTRDIFF_MAX / 2);
}

static struct intent scroll(struct screen *screen, int by)
{
	struct tab *tab = front_tab(screen);
	struct picker *picker = &screen->picker;
	unsigned n_behind = 0;

	if (screen->overlay == OVERLAY_PICKER) {
		picker->sort = (picker->sort + N_PICKER_SORTS + (unsigned)by) % N_PICKER_SORTS;
		picker_order(screen);
		return nothing();
	}
	if (!tab)
		return nothing();
	for (unsigned i = 0; i < tab->n_shown; i++)
		n_behind += !tab->shown[i].in_key;
	if (by < 0)
		tab->scroll -= tab->scroll > 0;
	else if (tab->scroll + 1 < n_behind)
		tab->scroll++;
	return nothing();
}

ACTION(scroll_left)
{
	return scroll(screen, -1);
}

ACTION(scroll_right)
{
	return scroll(screen, 1);
}

/* -- sorting ------------------------------------------------------------------------------------------- */

/* Columns of the table stand before trends and heat, which can't be sorted by. */
unsigned sort_choices(const struct tab *tab)
{
	unsigned n = 0;

	while (n < tab->n_shown && tab->shown[n].kind == SHOWN_CELL)
		n++;
	return n;
}

static bool descends_first(const struct column *column)
{
	return column_is_numeric(column) && !column_in_key(column);
}

static unsigned sorted_place(const struct tab *tab)
{
	for (unsigned i = 0; i < sort_choices(tab) && tab->view.n_keys; i++)
		if (column_equal(&tab->shown[i].column, &tab->view.keys[0].column))
			return i;
	return 0;
}

static struct intent sort_beside(struct screen *screen, int by)
{
	struct tab *tab = front_tab(screen);
	unsigned n = tab ? sort_choices(tab) : 0, i;
	struct column column;

	if (!n)
		return nothing();
	i = tab->view.n_keys ? (sorted_place(tab) + n + (unsigned)by) % n : 0;
	column = tab->shown[i].column;
	tab_sort(tab, &column, descends_first(&column));
	return nothing();
}

ACTION(sort_left)
{
	return sort_beside(screen, -1);
}

ACTION(sort_right)
{
	return sort_beside(screen, 1);
}

ACTION(sort_reverse)
{
	struct tab *tab = front_tab(screen);

	if (screen->overlay == OVERLAY_SORT) {
		for (unsigned i = 0; i < screen->n_sorting; i++)
			screen->sorting[i].is_descending = !screen->sorting[i].is_descending;
	} else if (tab && tab->view.n_keys) {
		for (unsigned i = 0; i < tab->view.n_keys; i++)
			tab->view.keys[i].is_descending = !tab->view.keys[i].is_descending;
		tab_reorder(tab);
	}
	return nothing();
}

ACTION(open_sort)
{
	struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	screen->overlay = OVERLAY_SORT;
	screen->n_sorting = 0;
	list_open(&screen->list, sort_choices(tab));
	list_move(&screen->list, (ptrdiff_t)sorted_place(tab));
	return nothing();
}

/* Adds the choice under the cursor as the next key, or turns it around when it is one already. */
static void choose_sort_key(struct screen *screen)
{
	const struct tab *tab = front_tab(screen);
	const struct column *column = &tab->shown[screen->list.cursor].column;

	for (unsigned i = 0; i < screen->n_sorting; i++)
		if (column_equal(&screen->sorting[i].column, column)) {
			screen->sorting[i].is_descending = !screen->sorting[i].is_descending;
			return;
		}
	if (screen->n_sorting < VIEW_MAX_KEYS)
		screen->sorting[screen->n_sorting++] =
			(struct sort_key){*column, descends_first(column)};
}

static void take_sort(struct screen *screen)
{
	struct tab *tab = front_tab(screen);

	if (!screen->n_sorting)
		choose_sort_key(screen);
	memcpy(tab->view.keys, screen->sorting, sizeof(screen->sorting));
	tab->view.n_keys = screen->n_sorting;
	screen->overlay = OVERLAY_NONE;
	tab_reorder(tab);
}

/* -- opening and going back ------------------------------------------------------------------------------ */

ACTION(open_cursor)
{
	if (screen->overlay == OVERLAY_PICKER)
		return picker_open(screen);
	if (screen->overlay == OVERLAY_SORT) {
		take_sort(screen);
	} else if (front_tab(screen)) {
		screen->shows_detail = !screen->shows_detail;
		screen->is_zoomed = false;
		screen->detail_scroll = 0;
	}
	return nothing();
}

ACTION(zoom_detail)
{
	screen->is_zoomed = !screen->is_zoomed && front_tab(screen);
	screen->detail_scroll = 0;
	return nothing();
}

static void toggle_text(struct screen *screen, enum overlay overlay)
{
	if (screen->overlay == overlay) {
		screen->overlay = screen->under_help;
		screen->under_help = OVERLAY_NONE;
	} else {
		screen->under_help = screen->overlay;
		screen->overlay = overlay;
	}
	list_open(&screen->list, 1);
	if (screen->overlay == OVERLAY_PICKER)
		picker_order(screen);
	if (screen->overlay == OVERLAY_SORT)
		list_open(&screen->list, sort_choices(front_tab(screen)));
}

ACTION(open_help)
{
	toggle_text(screen, OVERLAY_HELP);
	return nothing();
}

ACTION(open_metrics)
{
	toggle_text(screen, OVERLAY_METRICS);
	return nothing();
}

ACTION(open_picker)
{
	return asks(INTENT_OPEN_PICKER);
}

/* One level back; true when there was one. */
static bool back(struct screen *screen)
{
	struct tab *tab = front_tab(screen);

	if (screen->overlay == OVERLAY_PICKER && screen->picker.search.len) {
		buf_clear(&screen->picker.search);
		picker_order(screen);
	} else if (screen->overlay != OVERLAY_NONE) {
		toggle_text(screen, screen->overlay);
	} else if (screen->is_zoomed) {
		screen->is_zoomed = false;
	} else if (screen->shows_detail) {
		screen->shows_detail = false;
	} else if (tab && tab->scroll) {
		tab->scroll = 0;
	} else if (tab && tab->view.follows) {
		tab->view.follows = false;
	} else {
		return false;
	}
	return true;
}

ACTION(go_back)
{
	back(screen);
	return nothing();
}

ACTION(erase_or_back)
{
	if (screen->overlay == OVERLAY_PICKER && screen->picker.search.len)
		picker_type(screen, key);
	else
		back(screen);
	return nothing();
}

ACTION(back_or_quit)
{
	return back(screen) ? nothing() : asks(INTENT_QUIT);
}

ACTION(quit_now)
{
	return asks(INTENT_QUIT);
}

/* -- what is seen ---------------------------------------------------------------------------------------- */

ACTION(pause_screen)
{
	const struct tab *tab = front_tab(screen);

	screen->is_paused = !screen->is_paused;
	screen->paused_ns = clock_now_ns();
	screen->paused_wall_ns =
		tab && tab->table->current->number ? tab->table->current->wall_ns : clock_wall_ns();
	return nothing();
}

ACTION(follow_row)
{
	struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	tab->view.follows = !tab->view.follows;
	tab_reorder(tab);
	screen_say(screen, false,
		   tab->view.follows ? "following the row under the cursor"
				     : "not following any more");
	return nothing();
}

ACTION(tag_cursor)
{
	struct tab *tab = front_tab(screen);
	struct picker *picker = &screen->picker;
	ptrdiff_t row;
	size_t size;

	if (screen->overlay == OVERLAY_SORT) {
		choose_sort_key(screen);
	} else if (screen->overlay == OVERLAY_PICKER && screen->list.n) {
		uint32_t i = picker->order[screen->list.cursor];

		picker->is_tagged[i] = !picker->is_tagged[i];
		list_move(&screen->list, 1);
	} else if (screen->overlay == OVERLAY_NONE && tab && (row = tab_cursor_row(tab)) >= 0) {
		if (tags_toggle(&tab->tags, table_key(tab->table, (size_t)row, &size)) < 0)
			screen_say(screen, true, "out of memory for tags");
		tab_move(tab, 1);
	}
	return nothing();
}

ACTION(untag_all)
{
	struct tab *tab = front_tab(screen);

	if (tab)
		tags_clear(&tab->tags);
	return nothing();
}

ACTION(next_cpu_mode)
{
	static const char *const names[N_CPU_MODES] = {
		[CPUS_SUM] = "CPUs: summed",
		[CPUS_MAX] = "CPUs: the highest, and which one it is",
		[CPUS_SKEW] = "CPUs: skew, the highest over the mean",
		[CPUS_EACH] = "CPUs: a column each",
		[CPUS_HEAT] = "CPUs: a strip a row",
	};
	struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	if (!tab_is_per_cpu(tab)) {
		screen_say(screen, true, "'%s' is not a per-CPU map", tab->table->map.name);
		return nothing();
	}
	tab->cpus = (tab->cpus + 1) % N_CPU_MODES;
	tab_columns(tab);
	screen_say(screen, false, "%s", names[tab->cpus]);
	return nothing();
}

ACTION(next_value_mode)
{
	static const char *const names[N_VALUE_MODES] = {
		[VALUES_BOTH] = "values: total and rate",
		[VALUES_RATE] = "values: rate per second",
		[VALUES_DELTA] = "values: change since the last reading",
		[VALUES_TOTAL] = "values: total",
		[VALUES_BASE] = "values: since the baseline",
	};
	struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	tab->values = (tab->values + 1) % N_VALUE_MODES;
	tab_columns(tab);
	if (tab->values == VALUES_BASE && !tab->base_wall_ns)
		screen_say(screen, true, "no baseline yet: 0 sets it");
	else
		screen_say(screen, false, "%s", names[tab->values]);
	return nothing();
}

ACTION(set_baseline)
{
	struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	tab->base_wall_ns = clock_wall_ns();
	tab->values = VALUES_BASE;
	tab_reorder(tab);
	screen_say(screen, false, "counting from now on; v shows the other values");
	return asks(INTENT_BASELINE);
}

ACTION(next_hide_mode)
{
	struct tab *tab = front_tab(screen);
	struct view *view = tab ? &tab->view : NULL;

	if (!view)
		return nothing();
	if (view->hides_idle) {
		view->hides_idle = view->hides_zero = false;
		screen_say(screen, false, "all rows are shown");
	} else if (view->hides_zero) {
		view->hides_idle = true;
		screen_say(screen, false, "zero and idle rows are hidden");
	} else {
		view->hides_zero = true;
		screen_say(screen, false, "zero rows are hidden");
	}
	tab_reorder(tab);
	return nothing();
}

ACTION(show_raw)
{
	struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	tab->is_raw = !tab->is_raw;
	if (tab->is_raw)
		screen->shows_detail = true;
	return nothing();
}

ACTION(change_scale)
{
	screen->is_log = !screen->is_log;
	screen_say(screen, false, screen->is_log ? "graphs are logarithmic" : "graphs are linear");
	return nothing();
}

/* -- maps ------------------------------------------------------------------------------------------------- */

static struct intent go_to_tab(struct screen *screen, size_t i)
{
	struct tab *tab;

	if (i >= screen->n_tabs)
		return nothing();
	screen->front = i;
	screen->detail_scroll = 0;
	tab = front_tab(screen);
	tab->is_stale = true;
	return nothing();
}

ACTION(tab_next)
{
	return go_to_tab(screen, screen->n_tabs ? (screen->front + 1) % screen->n_tabs : 0);
}

ACTION(tab_previous)
{
	size_t n = screen->n_tabs;

	return go_to_tab(screen, n ? (screen->front + n - 1) % n : 0);
}

ACTION(tab_number)
{
	return go_to_tab(screen, key - '1');
}

ACTION(close_map)
{
	return front_tab(screen) ? asks(INTENT_CLOSE_MAP) : nothing();
}

/* -- reading ---------------------------------------------------------------------------------------------- */

static const uint64_t interval_steps_ms[] = {100,   200,   500,	  1000,	  2000,	  5000,
					     10000, 30000, 60000, 300000, 3600000};

static struct intent set_interval(struct screen *screen, uint64_t ns)
{
	SCOPED(buf) text = {0};

	screen->interval_ns = ns;
	num_duration(&text, (double)ns);
	screen_say(screen, false, "a reading every %s", buf_text(&text));
	return (struct intent){.kind = INTENT_INTERVAL, .number = ns};
}

ACTION(slower)
{
	for (size_t i = 0; i < ARRAY_LEN(interval_steps_ms); i++)
		if (interval_steps_ms[i] * 1000000 > screen->interval_ns)
			return set_interval(screen, interval_steps_ms[i] * 1000000);
	return nothing();
}

ACTION(faster)
{
	for (size_t i = ARRAY_LEN(interval_steps_ms); i-- > 0;)
		if (interval_steps_ms[i] * 1000000 < screen->interval_ns)
			return set_interval(screen, interval_steps_ms[i] * 1000000);
	return nothing();
}

/* -- typing ----------------------------------------------------------------------------------------------- */

ACTION(ask_filter)
{
	const struct tab *tab = front_tab(screen);

	if (tab)
		prompt_begin(screen, PROMPT_FILTER, buf_text(&tab->view.filter_text));
	return nothing();
}

ACTION(ask_interval)
{
	SCOPED(buf) text = {0};

	buf_addf(&text, "%g", (double)screen->interval_ns / 1e9);
	prompt_begin(screen, PROMPT_INTERVAL, buf_text(&text));
	return nothing();
}

ACTION(ask_write)
{
	const struct tab *tab = front_tab(screen);

	if (tab)
		prompt_begin(screen, PROMPT_WRITE, "");
	return nothing();
}

/* -- copying ---------------------------------------------------------------------------------------------- */

static struct intent copy(struct screen *screen, bool is_whole)
{
	struct tab *tab = front_tab(screen);
	ptrdiff_t row = tab ? tab_cursor_row(tab) : -1;
	unsigned n = row >= 0 ? sort_choices(tab) : 0;

	if (row < 0)
		return nothing();
	buf_clear(&screen->answer);
	for (unsigned i = 0; i < n; i++) {
		const struct shown *shown = &tab->shown[i];

		if (!is_whole && !shown->in_key)
			continue;
		if (screen->answer.len)
			buf_addc(&screen->answer, is_whole ? '\t' : ' ');
		table_text(tab->table, (size_t)row, &shown->column, PRINT_EXACT, &screen->answer);
	}
	screen_say(screen, false, is_whole ? "row copied" : "key copied");
	return (struct intent){.kind = INTENT_COPY, .text = buf_text(&screen->answer)};
}

ACTION(copy_key)
{
	return copy(screen, false);
}

ACTION(copy_row)
{
	return copy(screen, true);
}

ACTION(next_theme)
{
	return asks(INTENT_THEME);
}

ACTION(redraw)
{
	return asks(INTENT_REDRAW);
}

ACTION(suspend)
{
	return asks(INTENT_SUSPEND);
}
