/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Searching in the tab in front: the words are those of a filter, but nothing is hidden. What matches
 * is lit; n and N go from one to the next, round at the ends. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "query/query.h"
#include "query/view.h"
#include "ui/scene.h"

int tab_search(struct tab *tab, const char *text, struct err *err)
{
	struct query *query = NULL;
	int r = *text ? query_compile(text, tab->table, &query, err) : 0;

	if (r < 0)
		return r;
	hunt_drop(&tab->hunt);
	query_free(tab->search);
	tab->search = query;
	buf_clear(&tab->search_text);
	buf_adds(&tab->search_text, text);
	return 0;
}

struct intent search_on(struct screen *screen, bool is_back)
{
	struct tab *tab = front_tab(screen);
	int r;

	if (!tab)
		return nothing();
	if (!tab->search) {
		screen_say(screen, false, "nothing is searched for; ^F begins");
		return nothing();
	}
	/* Several keys may come before a frame. */
	if (tab_cursor_row(tab) < 0)
		return nothing();
	r = tab_hunt(tab, is_back);
	if (r < 0)
		screen_say(screen, true, "out of memory for the search");
	say_hunted(screen, tab);
	return nothing();
}

void say_hunted(struct screen *screen, struct tab *tab)
{
	if (tab->hunted == HUNT_NONE)
		screen_say(screen, true, "nothing matches '%s'", buf_text(&tab->search_text));
	else if (tab->hunted == HUNT_WENT_ROUND)
		screen_say(screen, false,
			   tab->hunt.is_back ? "from the end again" : "from the top again");
	tab->hunted = 0;
}

/* -- in a text ------------------------------------------------------------------------------------------ */

bool screen_shows_text(const struct screen *screen)
{
	static const bool are_text[N_OVERLAYS] = {
		[OVERLAY_HELP] = true,	 [OVERLAY_METRICS] = true, [OVERLAY_CHURN] = true,
		[OVERLAY_RING] = true,	 [OVERLAY_CPUS] = true,	   [OVERLAY_LOG] = true,
		[OVERLAY_STACKS] = true,
	};

	if (screen->overlay != OVERLAY_NONE)
		return are_text[screen->overlay];
	return !screen->is_zoomed && focused_kind(screen) != PANE_ROWS &&
	       focused_kind(screen) != PANE_DETAIL;
}

const char *text_search_in(const struct screen *screen, const char *line)
{
	return screen->found.len ? strcasestr(line, buf_text(&screen->found)) : NULL;
}

/* The line that is nearest in that direction, round at the ends; n: there is none. */
static size_t find_line(const struct screen *screen, const char *text)
{
	size_t line = 0, from = screen->found_line, first = SIZE_MAX, last = SIZE_MAX,
	       best = SIZE_MAX;

	for (; *text; line++) {
		size_t len = strcspn(text, "\n");
		SCOPED(buf) one = {0};

		buf_add(&one, text, len);
		text += len + (text[len] == '\n');
		if (!text_search_in(screen, buf_text(&one)))
			continue;
		first = MIN_OF(first, line);
		last = line;
		if (screen->seeks < 0 ? line < from : best == SIZE_MAX && line > from)
			best = line;
	}
	if (best != SIZE_MAX)
		return best;
	return screen->seeks < 0 ? last : first;
}

/* While it is typed, with the prompt. Never among the messages: it is known when a frame is drawn, which they
 * may be on already, and it would be found itself. */
static void say_none(struct screen *screen)
{
	if (screen->prompting == PROMPT_SEARCH)
		err_set(&screen->fault, -ENOENT, "nothing matches '%s'", buf_text(&screen->found));
	else
		screen_hint(screen, true, "nothing matches '%s'", buf_text(&screen->found));
}

void text_search_go(const struct scene *scene, const char *text)
{
	struct screen *screen = scene->screen;
	size_t line;

	if (!screen->seeks || !screen->found.len || scene->is_aside)
		return;
	line = find_line(screen, text);
	screen->seeks = 0;
	if (line == SIZE_MAX) {
		say_none(screen);
		return;
	}
	screen->found_line = line;
	scene->list->cursor = MIN_OF(line, scene->list->n - 1);
}

bool text_search(struct screen *screen, const char *text)
{
	if (!screen_shows_text(screen))
		return false;
	buf_clear(&screen->found);
	buf_adds(&screen->found, text);
	screen->found_line = 0;
	screen->seeks = 1;
	return true;
}

/* -- keys ----------------------------------------------------------------------------------------------- */

ACTION(act_search)
{
	const struct tab *tab = front_tab(screen);

	if (screen_shows_text(screen))
		prompt_begin(screen, PROMPT_SEARCH, buf_text(&screen->found));
	else if (tab && screen->overlay == OVERLAY_NONE)
		prompt_begin(screen, PROMPT_SEARCH, buf_text(&tab->search_text));
	return nothing();
}

static struct intent go_on(struct screen *screen, bool is_back)
{
	if (!screen_shows_text(screen))
		return search_on(screen, is_back);
	screen->seeks = is_back ? -1 : 1;
	return nothing();
}

ACTION(act_search_on)
{
	return go_on(screen, false);
}

ACTION(act_search_back)
{
	return go_on(screen, true);
}
