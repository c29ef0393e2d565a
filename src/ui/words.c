/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes that nobody has a layout of, cut into words by a key. The fields of the table are others then, and
 * whatever names one would point to what is no more: so how the map is looked at is kept as text, taken
 * back, and given to the new fields, of which it fits some. */
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "ui/setting.h"
#include "ui/state.h"

enum { WIDEST = 8 };

static void forget(struct tab *tab)
{
	const struct setting *setting;

	tab_ungroup(tab);
	for (unsigned i = 0; (setting = setting_at(i)); i++)
		if (strcmp(setting->name, SETTING_WORDS) != 0)
			setting->set(tab, "", NULL);
	tab_search(tab, "", NULL);
	view_release(&tab->view);
	view_init(&tab->view);
	totals_release(&tab->totals);
	buf_clear(&tab->left_by);
	tab->held = 0;
}

int tab_set_words(struct tab *tab, unsigned width, struct err *err)
{
	const struct plan *plan = &tab->table->plan;
	SCOPED(settings) kept = {0};
	struct err why = {0};
	int r;

	if (width == plan_word_bytes(plan))
		return 0;
	if (!plan_has_unknown(plan))
		return err_at(err, 1, "map '%s' has a layout; h shows its bytes",
			      tab->table->map.name);
	if (width && plan_check_words(plan, width, tab->table->map.name, &why) < 0)
		return err_at(err, 1, "%s", why.text);
	r = settings_keep(tab, &kept);
	if (r < 0)
		return err_set(err, r, "out of memory for words");
	forget(tab);
	r = table_set_words(tab->table, width, err);
	settings_drop(&kept, setting_named(SETTING_WORDS));
	tab_usual(tab);
	settings_restore(tab, &kept);
	tab_columns(tab);
	return r;
}

/* Bytes, then the next width that divides the key or the value, and back to bytes. */
static unsigned next_width(const struct plan *plan)
{
	unsigned width = plan_word_bytes(plan);

	for (width = width ? width * 2 : 1; width <= WIDEST; width *= 2)
		if (plan_takes_words(plan, width))
			return width;
	return 0;
}

ACTION(act_words)
{
	struct tab *tab = map_tab(screen);
	const struct plan *plan;
	struct err why = {0};
	unsigned width;

	if (!tab)
		return nothing();
	plan = &tab->table->plan;
	width = next_width(plan);
	if (!width && plan_has_unknown(plan) && !plan_word_bytes(plan))
		screen_say(screen, false, "words of no width fit map '%s'; it stays bytes",
			   tab->table->map.name);
	else if (!width && !plan_word_bytes(plan))
		screen_say(screen, false, "map '%s' has a layout; h shows its bytes",
			   tab->table->map.name);
	else if (tab_set_words(tab, width, &why) < 0)
		screen_say(screen, true, "%s", why.text);
	else if (width)
		screen_say(screen, false, "what has no layout is words of %u bits", width * 8);
	else
		screen_say(screen, false, "what has no layout is bytes");
	return nothing();
}
