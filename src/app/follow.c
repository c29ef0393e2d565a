// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The map under a pin was replaced, as happens when its owner restarts: what a person named is the path,
 * so the path is followed. */
#include "app/follow.h"

#include "app/tui_state.h"
#include "app/watch.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "query/view.h"

/* What a person had set, as text: the columns of the old layout can't be kept. */
struct kept {
	struct buf filter, sort, group;
};

static void kept_release(struct kept *kept)
{
	buf_release(&kept->filter);
	buf_release(&kept->sort);
	buf_release(&kept->group);
}

static void keep(struct kept *kept, struct tui *tui, const struct watch *watch)
{
	struct view *view;

	if (screen_front(tui->screen) != &watch->table)
		return;
	buf_adds(&kept->group, screen_grouped(tui->screen));
	screen_group(tui->screen, "", NULL);
	view = screen_view(tui->screen);
	buf_adds(&kept->filter, buf_text(&view->filter_text));
	view_sort_text(view, &watch->table, &kept->sort);
}

static void take_up(struct tui *tui, const struct kept *kept)
{
	if (kept->sort.len)
		screen_sort(tui->screen, buf_text(&kept->sort), NULL);
	if (kept->filter.len)
		screen_filter(tui->screen, buf_text(&kept->filter), NULL);
	if (kept->group.len)
		screen_group(tui->screen, buf_text(&kept->group), NULL);
}

bool follow_to(struct tui *tui, struct watch *watch, struct watch *next)
{
	SCOPED(kept) kept = {0};
	struct err why = {0};

	keep(&kept, tui, watch);
	if (screen_replace(tui->screen, &watch->table, &next->table, &why) < 0) {
		watch_set_close(tui->set, next);
		return false;
	}
	watch_set_close(tui->set, watch);
	take_up(tui, &kept);
	return true;
}

bool follow_pin(struct tui *tui, struct watch *watch)
{
	SCOPED(buf) path = {0};
	size_t n_before = tui->set->n;
	struct err why = {0};
	struct watch *next;

	buf_adds(&path, watch->table.map.pin);
	if (watch_set_open(tui->set, buf_text(&path), &why) < 0 || tui->set->n == n_before)
		return false;
	next = tui->set->watches[n_before];
	next->is_replacement = true;
	if (!follow_to(tui, watch, next))
		return false;
	screen_say(tui->screen, true, "pin '%s' leads to map %u now: following it", buf_text(&path),
		   next->table.map.id);
	return true;
}
