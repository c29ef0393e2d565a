/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Folding what stands under the cursor of the detail, and the order of its CPUs. What stands there was
 * noted when it was drawn. */
#include <string.h>

#include "base/tidy.h"
#include "ui/state.h"

bool detail_fold(struct screen *screen)
{
	struct tab *tab = front_tab(screen);

	if (!tab || !screen->detail_at.can_fold)
		return false;
	folds_toggle(&tab->folds, buf_text(&screen->detail_at.path));
	return true;
}

bool detail_shut(struct screen *screen)
{
	const struct detail_place *place = &screen->detail_at;

	if (place->can_fold && place->is_open)
		return detail_fold(screen);
	list_move(&screen->detail_at.list, -(ptrdiff_t)place->n_below_parent);
	return true;
}

bool detail_unfold(struct screen *screen)
{
	if (screen->detail_at.can_fold && !screen->detail_at.is_open)
		detail_fold(screen);
	return true;
}

ACTION(act_fold)
{
	if (!screen->is_zoomed)
		screen_say(screen, true, "e shows the detail alone; what stands there is folded");
	else if (!detail_fold(screen))
		screen_say(screen, false, "arrays and structs can be folded, Esc goes back");
	return nothing();
}

ACTION(act_fold_all)
{
	static const char *const said[] = {[FOLDS_USUAL] = "structs are open, arrays are folded",
					   [FOLDS_OPEN] = "everything is unfolded",
					   [FOLDS_SHUT] = "everything is folded"};
	struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	folds_all(&tab->folds);
	screen_say(screen, false, "%s", said[tab->folds.all]);
	return nothing();
}

ACTION(act_cpu_order)
{
	const struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	if (!tab_is_per_cpu(tab)) {
		screen_say(screen, true, "'%s' is not a per-CPU map", tab->table->map.name);
		return nothing();
	}
	screen->cpu_order = screen->cpus_by_value ? CPU_ORDER_BY_NUMBER : CPU_ORDER_BY_VALUE;
	screen_say(screen, false,
		   screen->cpus_by_value ? "the detail's CPUs by number"
					 : "the detail's CPUs, the busiest first");
	return nothing();
}
