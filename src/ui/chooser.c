/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Choosing columns: first those that are shown, in their order, then every other that the table has. It
 * is a draft: the tab gets it on Enter, and keeps what it had on Esc. */
#include <string.h>

#include "base/tidy.h"
#include "model/smooth.h"
#include "model/format.h"
#include "ui/state.h"

enum { CHOICE_WIDTH_MIN = 3 };

/* The same column, whatever its format. */
static bool is_same(const struct column *a, const struct column *b)
{
	struct column bare = *a;

	bare.format = b->format;
	return column_equal(&bare, b);
}

static void offer(struct chooser *chooser, const struct column *column, bool is_shown, int width)
{
	for (unsigned i = 0; i < chooser->n; i++)
		if (!chooser->rows[i].is_trend && is_same(&chooser->rows[i].column, column))
			return;
	if (chooser->n < TAB_MAX_COLUMNS)
		chooser->rows[chooser->n++] =
			(struct choice){.column = *column, .is_shown = is_shown, .width = width};
}

static void offer_derived(struct chooser *chooser, const struct tab *tab, const struct field *field)
{
	static const enum derive of_counter[] = {DERIVE_DELTA, DERIVE_BASE, DERIVE_SMOOTH};
	size_t n_of_counter = ARRAY_LEN(of_counter) - !smooth_tau_ns(tab->table);
	static const enum derive of_cpus[] = {DERIVE_MAX, DERIVE_MAXCPU, DERIVE_SKEW, DERIVE_MEAN,
					      DERIVE_MIN};

	for (size_t i = 0; i < n_of_counter; i++)
		offer(chooser, &(struct column){.derive = of_counter[i], .field = field}, false, 0);
	for (size_t i = 0; tab_is_per_cpu(tab) && i < ARRAY_LEN(of_cpus); i++)
		offer(chooser, &(struct column){.derive = of_cpus[i], .field = field}, false, 0);
}

static void offer_rest(struct chooser *chooser, const struct tab *tab)
{
	static const enum derive of_row[] = {DERIVE_STATE, DERIVE_AGE, DERIVE_IDLE,
					     DERIVE_SEEN,  DERIVE_KEY, DERIVE_VALUE};
	struct column columns[TAB_MAX_COLUMNS];
	size_t n = table_default_columns(tab->table, true, columns, TAB_MAX_COLUMNS);

	n = MIN_OF(n, (size_t)TAB_MAX_COLUMNS);
	for (size_t i = 0; i < n; i++)
		offer(chooser, &columns[i], false, 0);
	for (size_t i = 0; i < n; i++)
		if (columns[i].derive == DERIVE_RATE && columns[i].field)
			offer_derived(chooser, tab, columns[i].field);
	for (size_t i = 0; i < ARRAY_LEN(of_row); i++)
		offer(chooser, &(struct column){.derive = of_row[i]}, false, 0);
}

static void fill(struct screen *screen, const struct tab *tab)
{
	struct chooser *chooser = &screen->chooser;

	chooser->n = 0;
	for (unsigned i = 0; i < sort_choices(tab); i++)
		offer(chooser, &tab->shown[i].column, true, tab->shown[i].fixed);
	offer_rest(chooser, tab);
	if (tab_has_trend(tab) && chooser->n < TAB_MAX_COLUMNS)
		chooser->rows[chooser->n++] =
			(struct choice){.is_trend = true, .is_shown = !tab->hides_trend};
	list_open(&screen->list, chooser->n);
}

static void keep(struct chooser *chooser, const struct tab *tab)
{
	chooser->is_touched = false;
	chooser->n_before = tab->n_chosen;
	for (unsigned i = 0; i < tab->n_chosen; i++)
		chooser->before[i] = (struct choice){
			.column = tab->chosen[i], .width = tab->chosen_width[i], .is_shown = true};
	chooser->hid_trend = tab->hides_trend;
	memcpy(chooser->keys, tab->view.keys, sizeof(chooser->keys));
}

ACTION(act_columns)
{
	const struct tab *tab = front_tab(screen);

	if (!tab)
		return nothing();
	fill(screen, tab);
	keep(&screen->chooser, tab);
	screen->overlay = OVERLAY_COLUMNS;
	return nothing();
}

/* The sort goes by the column as it is written: a sorted column that got another format stays sorted. */
static void sort_as_chosen(struct tab *tab)
{
	for (unsigned k = 0; k < tab->view.n_keys; k++)
		for (unsigned i = 0; i < tab->n_chosen; i++)
			if (is_same(&tab->view.keys[k].column, &tab->chosen[i]))
				tab->view.keys[k].column = tab->chosen[i];
}

/* Gives the tab those that are shown. returns how many. */
static unsigned choose(struct tab *tab, const struct choice *choices, unsigned n)
{
	tab->n_chosen = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct choice *choice = &choices[i];

		if (choice->is_trend) {
			tab->hides_trend = !choice->is_shown;
		} else if (choice->is_shown) {
			tab->chosen[tab->n_chosen] = choice->column;
			tab->chosen_width[tab->n_chosen++] = choice->width;
		}
	}
	if (!tab->n_chosen)
		tab->hides_trend = false;
	return tab->n_chosen;
}

void chooser_preview(struct screen *screen)
{
	struct chooser *chooser = &screen->chooser;
	struct tab *tab = front_tab(screen);

	if (!chooser->is_touched)
		return;
	choose(tab, chooser->rows, chooser->n);
	sort_as_chosen(tab);
	tab_rearrange(tab);
}

void chooser_leave(struct screen *screen)
{
	const struct chooser *chooser = &screen->chooser;
	struct tab *tab = front_tab(screen);

	if (!chooser->is_touched)
		return;
	choose(tab, chooser->before, chooser->n_before);
	tab->hides_trend = chooser->hid_trend;
	memcpy(tab->view.keys, chooser->keys, sizeof(chooser->keys));
	tab_rearrange(tab);
}

void chooser_take(struct screen *screen)
{
	const struct chooser *chooser = &screen->chooser;
	struct tab *tab = front_tab(screen);

	screen->overlay = OVERLAY_NONE;
	if (!choose(tab, chooser->rows, chooser->n))
		screen_say(screen, true, "no column was chosen: these are the usual ones");
	sort_as_chosen(tab);
	tab_reorder(tab);
}

/* -- what keys do to the choice under the cursor -------------------------------------------------------- */

void chooser_toggle(struct screen *screen)
{
	struct choice *choice = &screen->chooser.rows[screen->list.cursor];

	choice->is_shown = !choice->is_shown;
	screen->chooser.is_touched = true;
	list_move(&screen->list, 1);
}

/* The trend takes what is left over: it has no width, and no place but the last. */
static struct choice *movable(struct screen *screen, size_t i)
{
	struct chooser *chooser = &screen->chooser;

	return i < chooser->n && !chooser->rows[i].is_trend ? &chooser->rows[i] : NULL;
}

void chooser_widen(struct screen *screen, int by)
{
	struct choice *choice = movable(screen, screen->list.cursor);
	const struct tab *tab = front_tab(screen);
	int width;

	if (!choice)
		return;
	width = choice->width;
	for (unsigned i = 0; !width && i < tab->n_shown; i++)
		if (tab->shown[i].kind == SHOWN_CELL &&
		    is_same(&tab->shown[i].column, &choice->column))
			width = tab->shown[i].width.columns;
	screen->chooser.is_touched = true;
	choice->width = MIN_OF(MAX_OF(width + by, CHOICE_WIDTH_MIN), TAB_MAX_WIDTH);
}

static struct intent shift(struct screen *screen, int by)
{
	size_t at = screen->list.cursor, to = at + (size_t)by;
	struct choice *choice = movable(screen, at), *other = movable(screen, to), was;

	if (!choice || !other)
		return nothing();
	was = *choice;
	*choice = *other;
	*other = was;
	screen->chooser.is_touched = true;
	screen->list.cursor = to;
	return nothing();
}

ACTION(act_column_up)
{
	return shift(screen, -1);
}

ACTION(act_column_down)
{
	return shift(screen, 1);
}

/* The field's own format, then every other that fits it, then its own again. */
ACTION(act_column_format)
{
	struct choice *choice = movable(screen, screen->list.cursor);
	const struct field *field = choice ? choice->column.field : NULL;
	const struct format *format;
	unsigned i = 0;

	if (!field || choice->column.derive != DERIVE_TOTAL)
		return nothing();
	while (choice->column.format && (format = format_at(i++)) &&
	       format != choice->column.format)
		;
	while ((format = format_at(i++)) &&
	       (format == field->format || !format->fits || !format->fits(field)))
		;
	choice->column.format = format;
	screen->chooser.is_touched = true;
	return nothing();
}

ACTION(act_column_reset)
{
	struct tab *tab = front_tab(screen);

	tab->n_chosen = 0;
	tab->hides_trend = false;
	screen->overlay = OVERLAY_NONE;
	tab_reorder(tab);
	screen_say(screen, false, "the usual columns");
	return nothing();
}
