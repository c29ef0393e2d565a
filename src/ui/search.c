/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Searching in the tab in front: the words are those of a filter, but nothing is hidden. What matches
 * is lit; n and N go from one to the next, round at the ends. */
#include <string.h>

#include "base/err.h"
#include "query/query.h"
#include "query/view.h"
#include "ui/state.h"

int tab_search(struct tab *tab, const char *text, struct err *err)
{
	struct query *query = NULL;
	int r = *text ? query_compile(text, tab->table, &query, err) : 0;

	if (r < 0)
		return r;
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
	r = view_search(&tab->view, tab->table, tab->search, is_back);
	if (r < 0)
		screen_say(screen, true, "out of memory for the search");
	else if (r == SEARCH_NONE)
		screen_say(screen, true, "nothing matches '%s'", buf_text(&tab->search_text));
	else
		tab_moved(tab);
	if (r == SEARCH_WENT_ROUND)
		screen_say(screen, false, is_back ? "from the end again" : "from the top again");
	return nothing();
}

ACTION(act_search)
{
	const struct tab *tab = front_tab(screen);

	if (tab)
		prompt_begin(screen, PROMPT_SEARCH, buf_text(&tab->search_text));
	return nothing();
}

ACTION(act_search_on)
{
	return search_on(screen, false);
}

ACTION(act_search_back)
{
	return search_on(screen, true);
}
