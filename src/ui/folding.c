/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Folding what stands under the cursor of the detail, and the order of its CPUs. What stands there was
 * noted when it was drawn. */
#include <string.h>

#include "base/tidy.h"
#include "ui/state.h"

static bool is_in_tree(const struct screen *screen)
{
	return screen->overlay == OVERLAY_STACKS;
}

static const struct detail_place *place_of(const struct screen *screen)
{
	return is_in_tree(screen) ? &screen->stacks.at : &screen->detail_at;
}

static struct folds *folds_of(const struct screen *screen)
{
	struct tab *tab = front_tab(screen);

	if (!tab)
		return NULL;
	return is_in_tree(screen) ? &tab->frames : &tab->folds;
}

bool detail_fold(struct screen *screen)
{
	struct folds *folds = folds_of(screen);

	if (!folds || !place_of(screen)->can_fold)
		return false;
	folds_toggle(folds, buf_text(&place_of(screen)->path));
	return true;
}

bool detail_shut(struct screen *screen)
{
	const struct detail_place *place = place_of(screen);
	struct list_place *list = is_in_tree(screen) ? &screen->list : &screen->detail_at.list;

	if (place->can_fold && place->is_open)
		return detail_fold(screen);
	list_move(list, -(ptrdiff_t)place->n_below_parent);
	screen->stacks.was_moved = true;
	return true;
}

bool detail_unfold(struct screen *screen)
{
	if (place_of(screen)->can_fold && !place_of(screen)->is_open)
		detail_fold(screen);
	return true;
}

ACTION(act_fold)
{
	if (!detail_has_focus(screen) && !is_in_tree(screen))
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
	struct folds *folds = folds_of(screen);

	if (!folds)
		return nothing();
	folds_all(folds);
	if (is_in_tree(screen) && folds->all == FOLDS_OPEN) /* as it is usually */
		folds_all(folds);
	screen_say(screen, false, "%s",
		   is_in_tree(screen) && folds->all == FOLDS_USUAL ? said[FOLDS_OPEN]
								   : said[folds->all]);
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
	screen->cpus_by_value = !screen->cpus_by_value;
	screen->cpu_order = screen->cpus_by_value ? CPU_ORDER_BY_VALUE : CPU_ORDER_BY_NUMBER;
	screen_say(screen, false,
		   screen->cpus_by_value ? "CPUs, the busiest first" : "CPUs by number");
	return nothing();
}
