/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each action does: here those on the screen as a whole, in command_rows.c those on its rows. What
 * can't be done on this floor is answered as an intent for the driver. */
#include "ui/command.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/maptype.h"
#include "ui/state.h"

const struct act_row act_rows[N_ACTIONS] = {
#define X(id, action_name, runner) [id] = {.name = action_name, .run = runner},
	ACTIONS(X)
#undef X
};

static struct intent asks(enum intent_kind kind)
{
	return (struct intent){.kind = kind};
}

/* -- opening and going back ------------------------------------------------------------------------------ */

/* A row that stands for something else leads there: to the inner map, to the maps of a program. */
static struct intent follow(struct tab *tab)
{
	const struct table *table = tab->table;
	ptrdiff_t row = tab_cursor_row(tab);
	const struct field *field = &table->plan.fields[table->plan.n_key_fields];
	uint32_t id;

	if (row < 0 || table->map.type->reading != READS_IDS ||
	    table->plan.n_fields == table->plan.n_key_fields || !field_is_integer(field))
		return nothing();
	id = (uint32_t)decode_u64(field, table_value(table, (size_t)row, &(size_t){0}));
	return (struct intent){.kind = strcmp(field->format->name, "mapid") == 0
					       ? INTENT_FOLLOW_MAP
					       : INTENT_FOLLOW_PROGRAM,
			       .number = id};
}

/* Where there is room it is open unless it was closed, elsewhere closed unless it was opened. */
static void toggle_detail(struct screen *screen)
{
	enum detail_wish asked = screen->layout.detail_has_room ? DETAIL_CLOSED : DETAIL_OPEN;

	screen->detail = screen->detail == asked ? DETAIL_WHERE_ROOM : asked;
	screen->is_zoomed = false;
	list_open(&screen->detail_at.list, 1);
}

bool row_leads_on(const struct screen *screen)
{
	const struct tab *tab = front_tab(screen);

	return tab && (tab != map_tab(screen) || tab_has_stacks(tab) ||
		       tab->table->map.type->reading == READS_IDS);
}

ACTION(act_open)
{
	if (screen->overlay == OVERLAY_PICKER)
		return picker_open(screen);
	if (screen->overlay == OVERLAY_SORT) {
		sort_menu_take(screen);
	} else if (screen->overlay == OVERLAY_GROUPS) {
		group_menu_take(screen);
	} else if (screen->overlay == OVERLAY_COLUMNS) {
		chooser_take(screen);
	} else if (group_enter(screen)) {
		return nothing();
	} else if (screen->overlay == OVERLAY_THEMES) {
		screen->overlay = OVERLAY_NONE;
	} else if (front_tab(screen)) {
		struct intent intent = follow(front_tab(screen));

		if (intent.kind != INTENT_NONE)
			return intent;
		if (tab_has_stacks(front_tab(screen))) {
			screen->overlay = OVERLAY_STACKS;
			list_open(&screen->list, 1);
			return nothing();
		}
		toggle_detail(screen);
	}
	return nothing();
}

static void toggle_text(struct screen *screen, enum overlay overlay)
{
	if (screen->overlay == overlay) {
		screen->overlay = screen->under_help;
		screen->list = screen->list_under_help;
		screen->under_help = OVERLAY_NONE;
	} else {
		if (screen->under_help != OVERLAY_NONE)
			menu_close(screen); /* two levels down it isn't gone back to */
		screen->under_help = screen->overlay;
		screen->list_under_help = screen->list;
		screen->overlay = overlay;
		list_open(&screen->list, 1);
	}
}

/* In its pane where there are several, else over all of the screen. */
static void toggle_pane(struct screen *screen, enum pane_kind kind, enum overlay overlay)
{
	if (screen->overlay != OVERLAY_NONE || !pane_toggle(screen, kind))
		toggle_text(screen, overlay);
}

ACTION(act_help)
{
	toggle_text(screen, OVERLAY_HELP);
	return nothing();
}

ACTION(act_log)
{
	toggle_pane(screen, PANE_LOG, OVERLAY_LOG);
	return nothing();
}

ACTION(act_metrics)
{
	toggle_pane(screen, PANE_METRICS, OVERLAY_METRICS);
	return nothing();
}

ACTION(act_churn)
{
	toggle_pane(screen, PANE_CHURN, OVERLAY_CHURN);
	return nothing();
}

/* A pane of what only some maps are. */
static struct intent toggle_suited(struct screen *screen, enum pane_kind kind, enum overlay overlay,
				   const char *what)
{
	const struct tab *tab = map_tab(screen);

	if (tab && !pane_suits(kind, tab))
		screen_say(screen, true, "'%s' is not a %s", tab->table->map.name, what);
	else if (tab)
		toggle_pane(screen, kind, overlay);
	return nothing();
}

ACTION(act_ring)
{
	return toggle_suited(screen, PANE_RING, OVERLAY_RING, "ring buffer");
}

ACTION(act_cpu_bars)
{
	return toggle_suited(screen, PANE_CPUS, OVERLAY_CPUS, "per-CPU map");
}

ACTION(act_picker)
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
	} else if (menu_is_open(screen)) {
		menu_close(screen);
	} else if (screen->overlay != OVERLAY_NONE) {
		toggle_text(screen, screen->overlay);
	} else if (screen->is_zoomed) {
		screen->is_zoomed = false;
	} else if (screen->tiling.is_alone) {
		screen->tiling.is_alone = false;
	} else if (pane_back(screen)) {
		return true;
	} else if (screen->detail == DETAIL_OPEN && !screen->layout.detail_has_room) {
		screen->detail = DETAIL_WHERE_ROOM;
	} else if (tab && tab->scroll) {
		tab->scroll = 0;
	} else if (tab && tab->view.follows) {
		tab->view.follows = false;
	} else if (tab && tab->shows_bars) {
		tab->shows_bars = false;
	} else if (tab && tab->search) {
		tab_search(tab, "", NULL);
	} else {
		return group_leave(screen);
	}
	return true;
}

static struct intent go_back(struct screen *screen)
{
	if (screen->overlay == OVERLAY_THEMES) {
		screen->overlay = OVERLAY_NONE;
		return theme_as_before(screen);
	}
	back(screen);
	return nothing();
}

ACTION(act_back)
{
	return go_back(screen);
}

ACTION(act_erase)
{
	if (screen->overlay == OVERLAY_PICKER && screen->picker.search.len)
		picker_type(screen, key);
	else
		return go_back(screen);
	return nothing();
}

ACTION(act_quit)
{
	if (screen->overlay == OVERLAY_THEMES)
		return go_back(screen);
	return back(screen) ? nothing() : asks(INTENT_QUIT);
}

ACTION(act_quit_now)
{
	menu_close(screen);
	return asks(INTENT_QUIT);
}

/* -- maps ------------------------------------------------------------------------------------------------- */

struct intent go_to_tab(struct screen *screen, size_t i)
{
	if (i < screen->n_tabs)
		pane_show(screen, screen->tabs[i]);
	return nothing();
}

static struct intent go_on(struct screen *screen, size_t by)
{
	size_t n = screen->n_tabs;

	return n ? go_to_tab(screen, (tab_place(screen, map_tab(screen)) + by) % n) : nothing();
}

ACTION(act_tab_next)
{
	return go_on(screen, 1);
}

ACTION(act_tab_previous)
{
	return go_on(screen, screen->n_tabs - 1);
}

ACTION(act_tab_number)
{
	return go_to_tab(screen, key - '1');
}

ACTION(act_close_map)
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

ACTION(act_slower)
{
	for (size_t i = 0; i < ARRAY_LEN(interval_steps_ms); i++)
		if (interval_steps_ms[i] * 1000000 > screen->interval_ns)
			return set_interval(screen, interval_steps_ms[i] * 1000000);
	return nothing();
}

ACTION(act_faster)
{
	for (size_t i = ARRAY_LEN(interval_steps_ms); i-- > 0;)
		if (interval_steps_ms[i] * 1000000 < screen->interval_ns)
			return set_interval(screen, interval_steps_ms[i] * 1000000);
	return nothing();
}

/* -- typing ----------------------------------------------------------------------------------------------- */

ACTION(act_filter)
{
	const struct tab *tab = front_tab(screen);

	if (tab)
		prompt_begin(screen, PROMPT_FILTER, buf_text(&tab->view.filter_text));
	return nothing();
}

ACTION(act_command)
{
	prompt_begin(screen, PROMPT_COMMAND, "");
	return nothing();
}

ACTION(act_interval)
{
	SCOPED(buf) text = {0};

	buf_addf(&text, "%g", (double)screen->interval_ns / 1e9);
	prompt_begin(screen, PROMPT_INTERVAL, buf_text(&text));
	return nothing();
}

ACTION(act_write)
{
	const struct tab *tab = front_tab(screen);

	if (tab)
		prompt_begin(screen, PROMPT_WRITE, "");
	return nothing();
}

/* flows-20261121-140211.tape; a name may have anything in it, a file's should be plain. */
static void tape_name(const struct tab *tab, struct buf *out)
{
	for (const char *at = tab->table->map.name; *at; at++)
		buf_addc(out, isalnum((unsigned char)*at) || *at == '_' || (*at == '.' && out->len)
				      ? *at
				      : '_');
	buf_addc(out, '-');
	clock_stamp(out, clock_wall_ns());
	buf_adds(out, ".tape");
}

ACTION(act_record)
{
	const struct tab *tab = map_tab(screen);
	SCOPED(buf) name = {0};

	if (screen->is_recording)
		return (struct intent){.kind = INTENT_RECORD};
	if (!tab)
		return nothing();
	tape_name(tab, &name);
	prompt_begin(screen, PROMPT_RECORD, buf_text(&name));
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

ACTION(act_copy_key)
{
	return copy(screen, false);
}

ACTION(act_copy_row)
{
	return copy(screen, true);
}

ACTION(act_theme)
{
	return asks(INTENT_THEME);
}

ACTION(act_save)
{
	return asks(INTENT_SAVE);
}

ACTION(act_mouse)
{
	return asks(INTENT_MOUSE);
}

ACTION(act_redraw)
{
	return asks(INTENT_REDRAW);
}

ACTION(act_suspend)
{
	return asks(INTENT_SUSPEND);
}
