/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Groups of a tab's rows are a tab of their own that stands before it until they are left: with its own
 * order, columns and cursor, fed from the rows' readings. A filter that was in force goes on choosing
 * rows; one that is typed over the groups chooses groups. Opening a group puts its filter in force over
 * the rows, and going back restores what was. */
#include <errno.h>

#include <string.h>

#include "base/tidy.h"
#include "query/group.h"
#include "query/query.h"
#include "ui/state.h"

void tab_ungroup(struct tab *tab)
{
	tab_free(tab->groups);
	group_free(tab->group);
	group_free(tab->total);
	tab->is_folding = false;
	tab->groups = NULL;
	tab->group = tab->total = NULL;
	tab->is_stale = true;
}

/* The largest groups first, unless there is a rate to sort by. */
static void sort_groups(struct tab *groups)
{
	const struct plan *plan = &groups->table->plan;
	struct column count = {.derive = DERIVE_TOTAL, .field = &plan->fields[plan->n_key_fields]};

	if (!groups->view.n_keys)
		tab_sort(groups, &count, true);
}

int tab_group(struct tab *tab, const char *by, struct err *err)
{
	const char *filter = buf_text(&tab->view.filter_text);
	struct group *group = NULL, *total = NULL;
	struct tab *groups = NULL;
	int r;

	if (!by[strspn(by, " \t")]) {
		tab_ungroup(tab);
		return 0;
	}
	r = group_new(tab->table, by, filter, &group, err);
	if (r < 0)
		return r;
	r = group_new(tab->table, "", filter, &total, err);
	if (r == 0)
		r = tab_new(group_table(group), &groups);
	if (r < 0) {
		group_free(group);
		group_free(total);
		return err_set(err, r, "out of memory for groups");
	}
	tab_ungroup(tab);
	tab->group = group;
	tab->total = total;
	tab->groups = groups;
	groups->rows = tab;
	sort_groups(groups);
	r = tab_fold(tab);
	return r < 0 ? err_set(err, r, "out of memory for groups") : 0;
}

/* -- into a group, and back -- */

bool group_enter(struct screen *screen)
{
	struct tab *tab = map_tab(screen);
	ptrdiff_t row = tab && tab->groups ? tab_cursor_row(tab->groups) : -1;
	SCOPED(buf) filter = {0};
	struct err why = {0};

	if (!tab || !tab->groups)
		return false;
	if (row < 0)
		return true;
	if (group_rows(tab->group, (size_t)row, &filter) < 0) {
		screen_say(screen, true, "no filter tells the rows of this group from others");
		return true;
	}
	buf_clear(&tab->left_by);
	buf_clear(&tab->left_filter);
	buf_adds(&tab->left_by, group_by(tab->group));
	buf_adds(&tab->left_filter, group_filter(tab->group));
	if (view_filter(&tab->view, tab->table, buf_text(&filter), &why) < 0) {
		screen_say(screen, true, "%s", why.text);
		return true;
	}
	tab_ungroup(tab);
	tab_home(tab);
	tab_reorder(tab);
	screen_say(screen, false, "rows of one group; Esc goes back to the groups");
	return true;
}

bool group_leave(struct screen *screen)
{
	struct tab *tab = map_tab(screen);

	if (tab && tab->groups) {
		tab_ungroup(tab);
		return true;
	}
	if (!tab || !tab->left_by.len)
		return false;
	if (view_filter(&tab->view, tab->table, buf_text(&tab->left_filter), NULL) == 0 &&
	    tab_group(tab, buf_text(&tab->left_by), NULL) < 0)
		screen_say(screen, true, "out of memory for groups");
	buf_clear(&tab->left_by);
	tab_reorder(tab);
	return true;
}

/* -- completion -- */

struct typed_part {
	const char *at;
	size_t len, n_found;
	prompt_offer_fn *offer;
	void *ctx;
};

static void offer_part(void *ctx, const char *part, const char *about)
{
	struct typed_part *typed = ctx;

	(void)about;
	if (strncasecmp(part, typed->at, typed->len) != 0 || strlen(part) == typed->len)
		return;
	typed->offer(typed->ctx, part, typed->len);
	typed->n_found++;
}

/* Where none is offered that begins so, columns are. */
void group_complete(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
		    void *ctx)
{
	const struct tab *tab = map_tab(screen);
	struct typed_part typed = {.at = text, .offer = offer, .ctx = ctx};

	if (!tab)
		return;
	for (size_t i = 0; i < at; i++)
		if (text[i] == ',')
			typed.at = text + i + 1;
	typed.at += strspn(typed.at, " \t");
	typed.len = (size_t)(text + at - MIN_OF(typed.at, text + at));
	group_offers(tab->table, offer_part, &typed);
	if (!typed.n_found)
		query_complete(text, at, tab->table, offer, ctx);
}

int group_typed(struct screen *screen, const char *text, bool is_final)
{
	struct tab *tab = map_tab(screen);

	if (!tab)
		return 0;
	if (!is_final)
		return group_check(tab->table, text, &screen->fault);
	screen->is_zoomed = false;
	if (screen->detail == DETAIL_OPEN)
		screen->detail = DETAIL_WHERE_ROOM;
	buf_clear(&tab->left_by);
	return tab_group(tab, text, &screen->fault);
}
