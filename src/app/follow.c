// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Maps go and others take their place, as happens when their owner starts anew: what a person named is what is
 * followed, on the screen as everywhere. */
#include "app/follow.h"

#include <string.h>

#include "app/successor.h"
#include "app/tui_config.h"
#include "app/tui_state.h"
#include "app/watch.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"

bool follow_to(struct tui *tui, struct watch *watch, struct watch *next)
{
	if (screen_replace(tui->screen, &watch->table, &next->table, NULL) < 0) {
		watch_set_close(tui->set, next);
		return false;
	}
	watch_set_close(tui->set, watch);
	return true;
}

/* Of those that the same word named, the one of the same name first: which took whose place, nobody knows. */
static struct watch *replaced_by(const struct watch_set *set, const struct watch *next)
{
	const char *word = successor_word(next);
	struct watch *any = NULL;

	for (size_t i = 0; i < set->n; i++) {
		struct watch *watch = set->watches[i];

		if (watch->state != WATCH_REPLACED || strcmp(successor_word(watch), word) != 0)
			continue;
		if (strcmp(watch->table.map.name, next->table.map.name) == 0)
			return watch;
		any = any ? any : watch;
	}
	return any;
}

static void take_place(struct tui *tui, struct watch *next)
{
	struct watch *old = replaced_by(tui->set, next);
	SCOPED(buf) word = {0};
	struct err why = {0};
	uint32_t id = next->table.map.id;
	int r = 0;
	bool is_followed = true;

	buf_adds(&word, successor_word(next));
	if (!old)
		r = tui_add(tui, next, &why);
	else
		is_followed = follow_to(tui, old, next);
	if (r < 0)
		screen_say(tui->screen, true, "%s", why.text);
	else if (!is_followed)
		old->state = WATCH_AWAITED;
	else
		screen_say(tui->screen, true, "'%s' leads to map %u now: following it",
			   buf_text(&word), id);
}

/* Where fewer came than went. */
static void close_replaced(struct tui *tui)
{
	for (size_t i = tui->set->n; i-- > 0;) {
		struct watch *watch = tui->set->watches[i];

		if (watch->state != WATCH_REPLACED)
			continue;
		screen_remove(tui->screen, &watch->table);
		watch_set_close(tui->set, watch);
	}
}

void follow_successors(struct tui *tui)
{
	size_t n_before = tui->set->n, n_new;
	struct err why = {0};

	if (!successor_is_awaited(tui->set) || clock_now_ns() < tui->look_ns)
		return;
	tui->look_ns = clock_now_ns() + tui->interval_ns;
	if (successor_look(tui->set, &why) < 0)
		log_add(LOG_WARN, "%s", why.text);
	n_new = tui->set->n - n_before;
	tui->is_dirty |= n_new > 0;
	for (; n_new; n_new--)
		take_place(tui, tui->set->watches[tui->set->n - n_new]);
	close_replaced(tui);
}
