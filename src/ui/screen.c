/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys go to the prompt, else through the table of keys to an action; drawing is a layout and a pane for
 * each of its areas. Nothing here knows what a pane shows or an action does. */
#include "ui/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/tidy.h"
#include "ui/glyph.h"
#include "ui/setting.h"
#include "ui/scene.h"

/* What may lie over the rows. */
static const struct overlay_row {
	enum key_scope scope;
	pane_fn *pane;
	bool keeps_header;
	int n_cols; /* beside the rows where the screen has BESIDE_COLS; 0: always in their place */
	bool leaves_rows; /* on narrower ones it stands at the right edge, over them */
} overlays[N_OVERLAYS] = {
	[OVERLAY_NONE] = {.scope = SCOPE_ROWS},
	[OVERLAY_HELP] = {.scope = SCOPE_HELP, .pane = pane_help},
	[OVERLAY_METRICS] = {.scope = SCOPE_HELP, .pane = pane_metrics},
	[OVERLAY_CHURN] = {.scope = SCOPE_HELP, .pane = pane_churn},
	[OVERLAY_RING] = {.scope = SCOPE_HELP, .pane = pane_ring},
	[OVERLAY_CPUS] = {.scope = SCOPE_HELP, .pane = pane_cpus},
	[OVERLAY_LOG] = {.scope = SCOPE_HELP, .pane = pane_log},
	[OVERLAY_SORT] = {.scope = SCOPE_MENU,
			  .pane = pane_sort,
			  .keeps_header = true,
			  .n_cols = 32},
	[OVERLAY_GROUPS] = {.scope = SCOPE_GROUPS,
			    .pane = pane_groups,
			    .keeps_header = true,
			    .n_cols = 52},
	[OVERLAY_PICKER] = {.scope = SCOPE_PICKER, .pane = pane_picker},
	[OVERLAY_COLUMNS] = {.scope = SCOPE_COLUMNS,
			     .pane = pane_chooser,
			     .keeps_header = true,
			     .n_cols = 46},
	[OVERLAY_STACKS] = {.scope = SCOPE_TREE, .pane = pane_stacks, .keeps_header = true},
	[OVERLAY_THEMES] = {.scope = SCOPE_THEMES,
			    .pane = pane_themes,
			    .keeps_header = true,
			    .n_cols = 28,
			    .leaves_rows = true},
};
enum { BESIDE_COLS = 100 };

enum key_scope screen_scope(const struct screen *screen)
{
	if (screen->awaits_pane_key)
		return SCOPE_PANES;
	if (detail_has_focus(screen))
		return SCOPE_DETAIL;
	if (screen->overlay == OVERLAY_NONE && screen_shows_text(screen))
		return SCOPE_TEXT;
	if (screen->overlay == OVERLAY_PICKER && picker_is_refused(screen))
		return SCOPE_REFUSED;
	return overlays[screen->overlay].scope;
}

/* -- life ------------------------------------------------------------------------------------------------ */

struct screen *screen_new(void)
{
	struct screen *screen = calloc(1, sizeof(struct screen));

	if (screen)
		tiling_init(&screen->tiling);
	return screen;
}

void screen_free(struct screen *screen)
{
	if (!screen)
		return;
	for (size_t i = 0; i < screen->n_tabs; i++)
		tab_free(screen->tabs[i]);
	for (int i = 0; i < N_PROMPTS; i++)
		prompt_history_release(&screen->histories[i]);
	picker_release(&screen->picker);
	group_menu_release(&screen->group_menu);
	prompt_release(&screen->prompt);
	buf_release(&screen->before);
	buf_release(&screen->found);
	stack_view_release(&screen->stacks);
	buf_release(&screen->detail_at.path);
	buf_release(&screen->detail_aside.path);
	buf_release(&screen->message.text);
	buf_release(&screen->theme);
	buf_release(&screen->theme_before);
	buf_release(&screen->answer);
	free(screen->ids);
	free(screen->tabs);
	free(screen);
}

int screen_add(struct screen *screen, struct table *table, struct err *err)
{
	struct tab **tabs, *tab;
	int r;

	for (size_t i = 0; i < screen->n_tabs; i++)
		if (screen->tabs[i]->table == table) {
			menu_close(screen);
			pane_show(screen, screen->tabs[i]);
			return 0;
		}
	tabs = realloc(screen->tabs, (screen->n_tabs + 1) * sizeof(struct tab *));
	if (!tabs)
		return err_set(err, -ENOMEM, "out of memory for map '%s'", table->map.name);
	screen->tabs = tabs;
	r = tab_new(table, &tab);
	if (r < 0)
		return err_set(err, r, "out of memory for map '%s'", table->map.name);
	screen->tabs[screen->n_tabs++] = tab;
	if (screen->n_tabs == 1)
		pane_show(screen, tab);
	return 0;
}

void screen_remove(struct screen *screen, struct table *table)
{
	for (size_t i = 0; i < screen->n_tabs; i++) {
		if (screen->tabs[i]->table != table)
			continue;
		menu_close(screen);
		pane_forget(screen, screen->tabs[i]);
		tab_free(screen->tabs[i]);
		screen->n_tabs--;
		memmove(screen->tabs + i, screen->tabs + i + 1,
			(screen->n_tabs - i) * sizeof(struct tab *));
		return;
	}
}

int screen_replace(struct screen *screen, struct table *table, struct table *next, struct err *err)
{
	SCOPED(settings) kept = {0};
	size_t place = 0, last;
	struct tab *tab, *old;
	int r;

	while (place < screen->n_tabs && screen->tabs[place]->table != table)
		place++;
	if (place == screen->n_tabs)
		return screen_add(screen, next, err);
	old = screen->tabs[place];
	r = settings_keep(old, &kept);
	if (r < 0)
		return err_set(err, r, "out of memory for map '%s'", next->map.name);
	r = screen_add(screen, next, err);
	if (r < 0)
		return r;
	last = screen->n_tabs - 1;
	tab = screen->tabs[last];
	screen->tabs[place] = tab;
	screen->tabs[last] = old;
	settings_restore(tab, &kept);
	for (int i = 0; i < TILING_TILES; i++)
		if (screen->panes[i].tab == old)
			screen->panes[i].tab = tab;
	screen_remove(screen, table);
	return 0;
}

struct table *screen_front(const struct screen *screen)
{
	struct tab *tab = map_tab(screen);

	return tab ? tab->table : NULL;
}

struct table *screen_shown(const struct screen *screen)
{
	struct tab *tab = front_tab(screen);

	return tab ? tab->table : NULL;
}

struct view *screen_view(struct screen *screen)
{
	struct tab *tab = front_tab(screen);

	return tab ? &tab->view : NULL;
}

size_t screen_shown_columns(const struct screen *screen, struct column *columns, size_t max)
{
	const struct tab *tab = front_tab(screen);
	size_t n = tab ? MIN_OF((size_t)sort_choices(tab), max) : 0;

	for (size_t i = 0; i < n; i++)
		columns[i] = tab->shown[i].column;
	return n;
}

bool screen_is_paused(const struct screen *screen)
{
	return screen->is_paused;
}

/* -- from the driver ----------------------------------------------------------------------------------------- */

void screen_pick(struct screen *screen, const struct map_list *maps, const char *why)
{
	screen->overlay = OVERLAY_PICKER;
	if (picker_set(screen, maps, why) < 0) {
		screen->overlay = OVERLAY_NONE;
		screen_say(screen, true, "out of memory for the list of maps");
	}
}

static void say_alarm(struct screen *screen, struct tab *tab)
{
	SCOPED(buf) words = {0};

	if (!tab || !tab->has_alarm)
		return;
	tab->has_alarm = false;
	alert_words(&tab->alert, tab->table, &words);
	screen_say(screen, true, "! %s", buf_text(&words));
	screen->rings = true;
}

bool screen_rings(struct screen *screen)
{
	bool rings = screen->rings;

	screen->rings = false;
	return rings;
}

void screen_took(struct screen *screen, struct table *table)
{
	for (size_t i = 0; i < screen->n_tabs; i++) {
		struct tab *tab = screen->tabs[i];

		if (tab->table != table)
			continue;
		if (tab_took(tab) < 0)
			screen_say(screen, true, "out of memory: some figures of '%s' are old",
				   table->map.name);
		say_alarm(screen, tab);
		say_alarm(screen, tab->groups);
	}
}

/* true: there is more to do. */
static bool work_on(struct screen *screen, struct tab *tab, uint64_t until_ns)
{
	int r = tab_is_settled(tab) ? 0 : tab_work(tab, until_ns);

	if (r < 0)
		screen_say(screen, true, "out of memory: some figures of '%s' are old",
			   tab->table->map.name);
	say_alarm(screen, tab);
	say_alarm(screen, tab->groups);
	say_hunted(screen, tab);
	return !tab_is_settled(tab);
}

bool screen_work(struct screen *screen, uint64_t until_ns)
{
	size_t front = tab_place(screen, map_tab(screen));
	bool is_busy = false;

	for (size_t i = 0; i < screen->n_tabs && !is_busy; i++) {
		struct tab *tab = screen->tabs[(front + i) % screen->n_tabs];

		is_busy = (tab->groups && work_on(screen, tab->groups, until_ns)) ||
			  work_on(screen, tab, until_ns);
	}
	return is_busy;
}

bool screen_prepare(struct screen *screen, uint64_t until_ns)
{
	struct tab *tab = front_tab(screen);

	return tab && tab_prepare(tab, until_ns);
}

bool screen_is_settled(const struct screen *screen, const struct table *table)
{
	for (size_t i = 0; i < screen->n_tabs; i++) {
		const struct tab *tab = screen->tabs[i];

		if (table && tab->table != table)
			continue;
		if (!tab_is_settled(tab))
			return false;
	}
	return true;
}

uint64_t screen_wakes_ns(const struct screen *screen)
{
	uint64_t said = screen->message.until_ns, second = 1000000000, ticks;

	if (!screen->is_paused)
		return said;
	/* The time it has been paused for is counted on the screen. */
	ticks = screen->drawn_ns > screen->paused_ns
			? (screen->drawn_ns - screen->paused_ns) / second
			: 0;
	ticks = screen->paused_ns + (ticks + 1) * second;
	return said ? MIN_OF(said, ticks) : ticks;
}

struct intent screen_key(struct screen *screen, uint32_t key)
{
	enum action action;

	screen->message.until_ns = 0;
	if (screen->prompting)
		return prompt_take_key(screen, key);
	action = keys_find(screen_scope(screen), key);
	screen->awaits_pane_key = false;
	if (action != ACT_NONE) {
		struct intent intent = act_rows[action].run(screen, key);

		menu_preview(screen);
		return intent;
	}
	if (screen_scope(screen) == SCOPE_PICKER)
		picker_type(screen, key);
	return nothing();
}

/* -- drawing ---------------------------------------------------------------------------------------------- */

static void draw_too_small(struct grid *grid)
{
	struct area all = {0, 0, grid->n_rows, grid->n_cols};

	grid_putf(grid, all, 0, 0, ROLE_WARN, "needs %dx%d, has %dx%d", LAYOUT_MIN_COLS,
		  LAYOUT_MIN_ROWS, grid->n_cols, grid->n_rows);
}

static int n_unseen(const struct screen *screen)
{
	int n = 0;

	for (size_t i = 0; i < screen->n_tabs; i++)
		n += !pane_shows(screen, screen->tabs[i]);
	return n;
}

static void forget_places(struct screen *screen)
{
	for (size_t i = 0; i < screen->n_tabs; i++)
		screen->tabs[i]->title = screen->tabs[i]->band = (struct area){0};
}

/* What lies over the rows takes their place, columns and detail included, or stands beside them. */
static struct area over_area(const struct screen *screen, int n_cols)
{
	const struct overlay_row *overlay = &overlays[screen->overlay];
	const struct layout *layout = &screen->layout;
	struct area area = {layout->identity.row + layout->identity.n_rows, 0, 0, n_cols};
	int header = layout->map.n_rows + layout->rates.n_rows + layout->cpus.n_rows +
		     layout->tabs.n_rows;

	area.row += overlay->keeps_header ? header : 0;
	area.n_rows = layout->footer.row - area.row - layout->counts.n_rows;
	if (layout->menu.n_rows > 0)
		return layout->menu;
	if (overlay->leaves_rows) {
		area.col = MAX_OF(area.n_cols - overlay->n_cols, 0);
		area.n_cols -= area.col;
	}
	return area;
}

void screen_layout(struct screen *screen, int n_rows, int n_cols)
{
	const struct tab *tab = front_tab(screen);
	struct layout_wants wants = {
		.has_cpus = tab && tab_is_per_cpu(tab) && tab_has_trend(tab),
		.rows_cols = tab && !tab->shows_bars ? tab->cols_used : 0,
		.detail = tab ? screen->detail : DETAIL_CLOSED,
		.is_zoomed = screen->is_zoomed && tab,
		.shows_rows = focused_kind(screen) == PANE_ROWS,
		.tiling = &screen->tiling,
		.n_others = n_unseen(screen),
		.menu_cols = n_cols >= BESIDE_COLS ? overlays[screen->overlay].n_cols : 0,
	};

	layout_make(n_rows, n_cols, &wants, &screen->layout);
	if (screen->overlay != OVERLAY_NONE && !screen->layout.is_too_small)
		screen->over = over_area(screen, n_cols);
}

bool screen_shows_rows(const struct screen *screen)
{
	return screen->overlay == OVERLAY_NONE || screen->layout.menu.n_rows > 0 ||
	       overlays[screen->overlay].leaves_rows;
}

static void draw_header(const struct scene *scene)
{
	const struct layout *layout = &scene->screen->layout;

	if (scene->tab && !layout->is_compact && tab_sum_up(scene->tab) < 0)
		screen_say(scene->screen, true, "out of memory: some totals are old");

	pane_draw(scene, layout->is_compact ? pane_compact : pane_identity, layout->identity);
	pane_draw(scene, pane_map, layout->map);
	pane_draw(scene, pane_rates, layout->rates);
	pane_draw(scene, pane_strip, layout->cpus);
	pane_draw(scene, pane_tabs, layout->tabs);
}

void screen_draw(struct screen *screen, const struct screen_facts *facts, struct grid *grid)
{
	struct scene scene = {
		.screen = screen,
		.facts = facts,
		.grid = grid,
		.glyphs = glyphs_of(glyph_set_for(grid, GLYPHS_BLOCKS)),
		.sparks = glyph_set_named(facts->glyphs ? facts->glyphs : ""),
		.tab = front_tab(screen),
		.list = &screen->list,
		.detail_at = &screen->detail_at,
	};

	grid_clear(grid);
	screen->interval_ns = facts->interval_ns;
	screen->is_replay = facts->is_replay;
	screen->is_recording = facts->recording != NULL;
	buf_clear(&screen->theme);
	buf_adds(&screen->theme, facts->theme ? facts->theme : "");
	screen->drawn_ns = facts->now_ns;
	if (screen->message.until_ns && facts->now_ns >= screen->message.until_ns)
		screen->message.until_ns = 0;
	forget_places(screen);
	screen_layout(screen, grid->n_rows, grid->n_cols);
	if (screen->layout.is_too_small) {
		draw_too_small(grid);
		return;
	}
	/* The header is about the map, also where groups are seen of it. */
	struct scene of_map = scene;

	of_map.tab = map_tab(screen);
	draw_header(&of_map);
	if (screen_shows_rows(screen))
		pane_tiles(&scene);
	if (screen->overlay != OVERLAY_NONE)
		pane_draw(&scene, overlays[screen->overlay].pane, screen->over);
	pane_draw(&scene, pane_counts, screen->layout.counts);
	pane_draw(&scene, pane_footer, screen->layout.footer);
}
