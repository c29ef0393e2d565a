/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Actions on the rows of the tab in front, and on lists that lie over them: moving, sorting, what is
 * seen of them. An action that means something in both asks where it is. */
#include <string.h>

#include "base/clock.h"
#include "base/tidy.h"
#include "ui/state.h"

/* -- moving ------------------------------------------------------------------------------------------- */

/* The list that keys move in; NULL: the rows. */
static struct list_place *list_moved(struct screen *screen)
{
	if (screen->overlay != OVERLAY_NONE)
		return &screen->list;
	if (detail_has_focus(screen))
		return &screen->detail_at.list;
	return screen_shows_text(screen) ? &focused_pane(screen)->list : NULL;
}

static struct intent move_by(struct screen *screen, ptrdiff_t by)
{
	struct list_place *list = list_moved(screen);

	if (list)
		list_move(list, by);
	else if (front_tab(screen))
		tab_move(front_tab(screen), by);
	screen->stacks.was_moved = true;
	return screen->overlay == OVERLAY_THEMES ? theme_under_cursor(screen) : nothing();
}

/* One line less than is seen, so that the eye has something to hold on to. */
static ptrdiff_t page_of(struct screen *screen)
{
	const struct list_place *list = list_moved(screen);
	const struct layout *layout = &screen->layout;
	int n_rows = layout->rows.n_rows;

	if (list)
		n_rows = (int)list->n_seen;
	else if (!n_rows)
		n_rows = layout->panes[screen->tiling.focus].n_rows - 2; /* titles */
	return MAX_OF(n_rows - 1, 1);
}

ACTION(act_up)
{
	return move_by(screen, -1);
}

ACTION(act_down)
{
	return move_by(screen, 1);
}

ACTION(act_page_up)
{
	return move_by(screen, -page_of(screen));
}

ACTION(act_page_down)
{
	return move_by(screen, page_of(screen));
}

ACTION(act_first)
{
	struct tab *tab = front_tab(screen);

	if (screen->overlay == OVERLAY_NONE && focused_kind(screen) == PANE_ROWS &&
	    !screen->is_zoomed && tab) {
		tab_home(tab);
		return nothing();
	}
	return move_by(screen, -(PTRDIFF_MAX / 2));
}

ACTION(act_last)
{
	return move_by(screen, PTRDIFF_MAX / 2);
}

static struct intent scroll(struct screen *screen, int by)
{
	struct tab *tab = front_tab(screen);
	unsigned n_behind = 0;

	if (screen->overlay == OVERLAY_PICKER) {
		picker_sort_next(screen, by);
		return nothing();
	}
	if (screen->overlay == OVERLAY_STACKS || detail_has_focus(screen)) {
		if (by < 0 ? detail_shut(screen) : detail_unfold(screen))
			return nothing();
	}
	if (screen->overlay == OVERLAY_COLUMNS)
		chooser_widen(screen, by);
	if (!tab || screen->overlay == OVERLAY_COLUMNS)
		return nothing();
	for (unsigned i = 0; i < tab->n_shown; i++)
		n_behind += !tab->shown[i].in_key;
	if (by < 0)
		tab->scroll -= tab->scroll > 0;
	else if (tab->scroll + 1 < n_behind)
		tab->scroll++;
	return nothing();
}

ACTION(act_left)
{
	return scroll(screen, -1);
}

ACTION(act_right)
{
	return scroll(screen, 1);
}

/* -- sorting ------------------------------------------------------------------------------------------- */

static struct intent sort_beside(struct screen *screen, int by)
{
	struct tab *tab = front_tab(screen);
	unsigned n = tab ? sort_choices(tab) : 0, i;
	struct column column;

	if (!n)
		return nothing();
	i = tab->view.n_keys ? (sort_place(tab) + n + (unsigned)by) % n : 0;
	column = tab->shown[i].column;
	tab_sort(tab, &column, view_descends_first(&column));
	return nothing();
}

ACTION(act_sort_left)
{
	return sort_beside(screen, -1);
}

ACTION(act_sort_right)
{
	return sort_beside(screen, 1);
}

ACTION(act_reverse)
{
	struct tab *tab = front_tab(screen);

	if (screen->overlay == OVERLAY_SORT) {
		sort_menu_reverse(screen);
	} else if (screen->overlay == OVERLAY_PICKER) {
		picker_sort_by(screen, screen->picker.sort);
	} else if (tab && tab->view.n_keys) {
		for (unsigned i = 0; i < tab->view.n_keys; i++)
			tab->view.keys[i].is_descending = !tab->view.keys[i].is_descending;
		tab_reorder(tab);
	}
	return nothing();
}

/* -- what is seen ---------------------------------------------------------------------------------------- */

ACTION(act_follow)
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

ACTION(act_tag)
{
	struct tab *tab = front_tab(screen);
	struct picker *picker = &screen->picker;
	ptrdiff_t row;
	size_t size;

	if (screen->overlay == OVERLAY_SORT) {
		sort_menu_toggle(screen);
	} else if (screen->overlay == OVERLAY_GROUPS) {
		group_menu_toggle(screen);
	} else if (screen->overlay == OVERLAY_COLUMNS) {
		chooser_toggle(screen);
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

ACTION(act_untag)
{
	struct tab *tab = front_tab(screen);

	if (tab)
		tags_clear(&tab->tags);
	return nothing();
}

ACTION(act_cpus)
{
	static const char *const names[N_CPU_MODES] = {
		[CPUS_SUM] = "CPUs: summed",
		[CPUS_MAX] = "CPUs: the highest, and which one it is",
		[CPUS_SKEW] = "CPUs: skew, the highest over the mean",
		[CPUS_EACH] = "CPUs: a column each",
		[CPUS_HEAT] = "CPUs: a strip a row; P shows all of them as bars",
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

ACTION(act_values)
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
	if (tab->values == VALUES_BASE && !tab->table->baseline.number)
		screen_say(screen, true, "no baseline yet: 0 sets it");
	else
		screen_say(screen, false, "%s", names[tab->values]);
	return nothing();
}

ACTION(act_baseline)
{
	struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	screen_look_at_newest(screen);
	tab->values = VALUES_BASE;
	tab_reorder(tab);
	screen_say(screen, false, "counting from now on; v shows the other values");
	return (struct intent){.kind = INTENT_BASELINE};
}

ACTION(act_hide)
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

ACTION(act_raw)
{
	struct tab *tab = front_tab(screen);
	const char *where = "rows and detail show the bytes of key and value";

	if (!tab)
		return nothing();
	tab->is_raw = !tab->is_raw;
	tab_columns(tab);
	if (tab->table->plan.is_variables)
		where = "the detail shows the bytes of key and value; Enter opens it";
	screen_say(screen, false, "%s", tab->is_raw ? where : "values are shown, not bytes");
	return nothing();
}

ACTION(act_scale)
{
	screen->is_log = !screen->is_log;
	screen_say(screen, false, screen->is_log ? "graphs are logarithmic" : "graphs are linear");
	return nothing();
}
