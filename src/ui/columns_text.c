/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The texts of the rows in sight, and how wide they make the columns: widths grow at once and shrink after
 * SHRINK_READINGS in which less was needed, so nothing jitters. */
#include <errno.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "model/smooth.h"
#include "query/group.h"
#include "ui/columns.h"

enum {
	SHRINK_READINGS = 10,
};

static int title_width(const struct tab *tab, const struct shown *shown)
{
	struct column sorted = smooth_sorted(tab->table, &shown->column);
	int marks = sorted.derive == shown->column.derive ? 1 : 2;

	/* Room for the sort marks, wherever they may go: titles don't move when they do. */
	return (int)utf8_columns(shown->title, strlen(shown->title)) + marks;
}

static void settle(struct extent *width, int needed)
{
	if (needed < width->columns && width->n_wide < SHRINK_READINGS)
		return;
	width->columns = needed;
	width->n_wide = 0;
}

void tab_widths_begin(struct tab *tab)
{
	for (unsigned i = 0; i < tab->n_shown; i++) {
		struct extent *width = &tab->shown[i].width;

		if (!tab->shown[i].fixed)
			width->columns = MAX_OF(width->columns, title_width(tab, &tab->shown[i]));
	}
	tab->joint.whole.columns = MAX_OF(tab->joint.whole.columns, joint_title_columns(tab));
}

void tab_widths_age(struct tab *tab)
{
	for (unsigned i = 0; i < tab->n_shown; i++) {
		tab->shown[i].width.n_wide++;
		tab->shown[i].texts.n_wide++;
	}
	tab->joint.whole.n_wide++;
	tab->joint.least.n_wide++;
}

static void settle_widths(struct tab *tab)
{
	for (unsigned i = 0; i < tab->n_shown; i++) {
		struct shown *shown = &tab->shown[i];

		if (!shown->fixed)
			settle(&shown->width, MAX_OF(shown->width.needed, title_width(tab, shown)));
		settle(&shown->texts, shown->width.needed);
	}
	settle(&tab->joint.whole, MAX_OF(tab->joint.whole.needed, joint_title_columns(tab)));
	settle(&tab->joint.least, tab->joint.least.needed);
}

static void note_width(struct shown *shown, const char *text)
{
	int width = MIN_OF((int)utf8_columns(text, strlen(text)),
			   shown->is_long || !shown->is_right ? TAB_MAX_WIDTH : TAB_FAIR_WIDTH);

	shown->width.needed = MAX_OF(shown->width.needed, width);
}

static void decode_bytes(struct tab *tab, size_t row, enum derive derive)
{
	size_t n;
	const uint8_t *bytes = derive == DERIVE_KEY ? table_key(tab->table, row, &n)
						    : table_value(tab->table, row, &n);

	for (size_t i = 0; i < MIN_OF(n, (size_t)TAB_MAX_WIDTH / 2); i++)
		buf_addf(&tab->texts, "%02x", bytes[i]);
	if (n > TAB_MAX_WIDTH / 2)
		buf_adds(&tab->texts, "…");
}

static void decode_cell(struct tab *tab, ptrdiff_t row, unsigned i, size_t *at)
{
	struct shown *shown = &tab->shown[i];

	*at = tab->texts.len;
	if (row >= 0 && shown->is_bytes)
		decode_bytes(tab, (size_t)row, shown->column.derive);
	else if (row >= 0 && shown->kind == SHOWN_CELL)
		table_text(tab->table, (size_t)row, &shown->column, PRINT_SHORT, &tab->texts);
	buf_addc(&tab->texts, '\0');
	if (!tab->texts.failed)
		note_width(shown, tab->texts.at + *at);
}

const struct table *tab_total(const struct tab *tab)
{
	const struct table *total =
		tab->rows && tab->rows->total ? group_table(tab->rows->total) : NULL;

	/* of a reading that is looked back at nobody added it up */
	return total && table_n_live(total) && !tab->table->past.back ? total : NULL;
}

static void decode_total(struct tab *tab, unsigned i, size_t *at)
{
	const struct table *total = tab_total(tab);
	struct shown *shown = &tab->shown[i];
	struct column column;

	*at = tab->texts.len;
	if (total && shown->kind == SHOWN_CELL && !shown->is_bytes &&
	    group_total_of(tab->table, total, &shown->column, &column))
		table_text(total, 0, &column, PRINT_SHORT, &tab->texts);
	buf_addc(&tab->texts, '\0');
	if (!tab->texts.failed)
		note_width(shown, tab->texts.at + *at);
}

int tab_decode(struct tab *tab)
{
	size_t height = tab->view.height, *at;
	int r = pages_reserve(&tab->text_at,
			      MAX_OF((height + 1) * tab->n_shown, 1) * sizeof(size_t));

	if (r < 0)
		return r;
	at = (size_t *)tab->text_at.at;
	buf_clear(&tab->texts);
	for (unsigned i = 0; i < tab->n_shown; i++)
		tab->shown[i].width.needed = 0;
	tab->joint.whole.needed = tab->joint.least.needed = 0;
	for (size_t line = 0; line < height; line++) {
		ptrdiff_t row = view_row(&tab->view, tab->view.top + line);

		for (unsigned i = 0; i < tab->n_shown; i++)
			decode_cell(tab, row, i, &at[line * tab->n_shown + i]);
	}
	for (unsigned i = 0; i < tab->n_shown; i++)
		decode_total(tab, i, &at[height * tab->n_shown + i]);
	if (tab->texts.failed)
		return -ENOMEM;
	joint_measure(tab);
	settle_widths(tab);
	return 0;
}

const char *tab_total_text(const struct tab *tab, unsigned i)
{
	return tab_text(tab, tab->view.height, i);
}

const char *tab_text(const struct tab *tab, size_t line, unsigned i)
{
	const size_t *at = (const size_t *)tab->text_at.at;

	return tab->texts.at + at[line * tab->n_shown + i];
}
