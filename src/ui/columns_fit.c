/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the columns of a tab stand. What does not fit is left out from the highest rank down; where that is
 * part of the key, its two ends are joined first. Once the columns are scrolled the ranks don't count: then
 * they stand in order. What is left over goes to the keys that were cut short, then to the trend. */
#include <limits.h>
#include <string.h>

#include "base/tidy.h"
#include "ui/columns.h"

enum {
	TREND_MIN = 6,
	TREND_BESIDE_MIN = 5,	  /* beside a joint: its title */
	TITLE_BESIDE_MIN = 8,	  /* beside a joint: "PACK…/s" and the sort mark */
	TREND_YOUNG = 24,	  /* until there are more readings than that, */
	TREND_MAX = HIST_SAMPLES, /* and as far as it grows then */
	TREND_FAIR = 16,	  /* what is extra leaves it that much */
	HEAT_MAX = 32,
	KEY_MIN = 8,
};

/* What is tried. */
struct trial {
	const struct tab *tab;
	int n_cols;
	bool is_joined;
	bool is_in[TAB_MAX_COLUMNS];
	int place[TAB_MAX_COLUMNS];
};

static bool is_joint(const struct tab *tab, bool is_joined, unsigned i)
{
	return is_joined && (int)i == tab->joint.ends[0];
}

/* All that a column can use, of those that can be cut. */
static int whole_width(const struct tab *tab, bool is_joined, unsigned i)
{
	return is_joint(tab, is_joined, i) ? tab->joint.whole.columns : tab->shown[i].width.columns;
}

/* A title may be cut where addresses are. */
static bool is_titled_short(const struct shown *shown)
{
	return shown->kind == SHOWN_CELL && shown->is_right && !shown->fixed && !shown->in_key;
}

static bool is_text(const struct shown *shown)
{
	return shown->kind == SHOWN_CELL && !shown->is_right && !shown->fixed;
}

/* The key may take half of a narrow screen, not all of it. */
static int least_width(const struct tab *tab, bool is_joined, unsigned i, int n_cols)
{
	const struct shown *shown = &tab->shown[i];
	int n_cpus = (int)tab->table->map.n_cpus, width = whole_width(tab, is_joined, i);
	int half = MAX_OF((n_cols - TAB_GUTTER) / 2, KEY_MIN);

	if (shown->is_long && !shown->fixed)
		return MIN_OF(width, MAX_OF((n_cols - TAB_GUTTER) / 4, KEY_MIN));
	if (is_joint(tab, is_joined, i))
		return MIN_OF(width, MAX_OF(half, tab->joint.least.columns));
	if (is_text(shown))
		width = MIN_OF(width, (int)TAB_FAIR_WIDTH);
	if (shown->in_key && !shown->fixed)
		return MIN_OF(width, half);
	if (is_joined && is_titled_short(shown))
		return MIN_OF(width, MAX_OF(shown->texts.columns, (int)TITLE_BESIDE_MIN));
	if (shown->kind == SHOWN_TREND)
		return is_joined ? (int)TREND_BESIDE_MIN : (int)TREND_MIN;
	if (shown->kind == SHOWN_HEAT)
		return MAX_OF(MIN_OF(n_cpus, HEAT_MAX), 5);
	return width;
}

static int trial_width(const struct trial *trial, unsigned i)
{
	return least_width(trial->tab, trial->is_joined, i, trial->n_cols);
}

/* Beside the joint the trend stays longer than the rest of the key. */
static int trial_rank(const struct trial *trial, unsigned i)
{
	const struct shown *shown = &trial->tab->shown[i];

	if (!trial->is_joined)
		return shown->rank;
	if (is_joint(trial->tab, true, i))
		return RANK_KEY;
	if (shown->kind == SHOWN_TREND)
		return RANK_TREND_BESIDE;
	return shown->in_key && shown->rank < RANK_SORTED ? (int)RANK_MORE_KEYS : shown->rank;
}

/* Room that is left free for a trend beside columns that nobody would miss. */
static int kept_free(const struct trial *trial)
{
	bool has_extra = false, has_trend = false;

	for (unsigned i = 0; i < trial->tab->n_shown; i++) {
		has_extra |= trial->is_in[i] && trial_rank(trial, i) >= RANK_EXTRA;
		has_trend |= trial->is_in[i] && trial->tab->shown[i].kind == SHOWN_TREND;
	}
	return has_extra && has_trend ? TREND_FAIR - TREND_MIN : 0;
}

/* Puts the columns that are in, one after the other. returns the columns of the screen they take. */
static int set_places(struct trial *trial)
{
	int at = TAB_GUTTER;

	for (unsigned i = 0; i < trial->tab->n_shown; i++) {
		trial->place[i] = trial->is_in[i] ? at : -1;
		if (trial->is_in[i])
			at += trial_width(trial, i) + 1;
	}
	return at - 1;
}

static bool leave_out_highest(struct trial *trial)
{
	unsigned n = trial->tab->n_shown, highest = n;

	for (unsigned i = 0; i < n; i++)
		if (trial->is_in[i] && trial_rank(trial, i) > 0 &&
		    (highest == n || trial_rank(trial, i) >= trial_rank(trial, highest)))
			highest = i;
	if (highest == n)
		return false;
	trial->is_in[highest] = false;
	return true;
}

/* Scrolled: the key, then what follows the columns that are scrolled away, as far as it goes. */
static void leave_out_scrolled(struct trial *trial, unsigned scroll)
{
	unsigned behind_key = 0;
	int at = TAB_GUTTER;

	for (unsigned i = 0; i < trial->tab->n_shown; i++) {
		bool in_key = trial->tab->shown[i].in_key;
		int width = trial_width(trial, i) + 1;

		if (!trial->is_in[i])
			continue;
		trial->is_in[i] = in_key || behind_key++ >= scroll;
		if (trial->is_in[i] && !in_key && at + width - 1 > trial->n_cols)
			trial->is_in[i] = false;
		if (trial->is_in[i])
			at += width;
	}
}

static bool can_widen(const struct shown *shown)
{
	return shown->in_key || shown->is_long || is_text(shown) || is_titled_short(shown);
}

/* What the columns leave over goes to those that were cut short, from the left: of the key first, then to
 * titles. */
static void widen(struct trial *trial, int spare)
{
	const struct tab *tab = trial->tab;

	for (int titles = 0; titles < 2; titles++) {
		int shift = 0;

		for (unsigned i = 0; i < tab->n_shown; i++) {
			if (trial->place[i] < 0)
				continue;
			trial->place[i] += shift;
			if (can_widen(&tab->shown[i]) && is_titled_short(&tab->shown[i]) == titles)
				shift += MIN_OF(spare - shift,
						whole_width(tab, trial->is_joined, i) -
							trial_width(trial, i));
		}
		spare -= shift;
	}
}

/* What went behind the trend may have made room for it. returns whether it did. */
static bool take_trend_back(struct trial *trial, int spare)
{
	for (unsigned i = 0; i < trial->tab->n_shown; i++)
		if (trial->tab->shown[i].kind == SHOWN_TREND && !trial->is_in[i] &&
		    spare > trial_width(trial, i))
			return trial->is_in[i] = true;
	return false;
}

static void try(struct trial *trial, bool is_joined, unsigned scroll)
{
	const struct joint *joint = &trial->tab->joint;
	int taken;

	trial->is_joined = is_joined;
	for (unsigned i = 0; i < trial->tab->n_shown; i++)
		trial->is_in[i] =
			!is_joined || !joint_has(joint, i) || is_joint(trial->tab, true, i);
	if (scroll)
		leave_out_scrolled(trial, scroll);
	do
		taken = set_places(trial);
	while (taken + kept_free(trial) > trial->n_cols && leave_out_highest(trial));
	if (!scroll && take_trend_back(trial, trial->n_cols - taken))
		taken = set_places(trial);
	if (taken < trial->n_cols)
		widen(trial, trial->n_cols - taken);
}

/* Unscrolled, so that the key looks the same however far one scrolls. */
static bool needs_joint(struct trial *trial)
{
	if (!trial->tab->joint.is_there)
		return false;
	try(trial, false, 0);
	for (unsigned i = 0; i < trial->tab->n_shown; i++)
		if (trial->tab->shown[i].in_key && trial->place[i] < 0)
			return true;
	return false;
}

void tab_fit(const struct tab *tab, int n_cols, struct fit *fit)
{
	struct trial trial = {.tab = tab, .n_cols = n_cols - TAB_MARGIN};

	try(&trial, needs_joint(&trial), tab->scroll);
	fit->n_cols = n_cols;
	fit->is_joined = trial.is_joined;
	memcpy(fit->place, trial.place, sizeof(fit->place));
	fit->n_out = 0;
	for (unsigned i = 0; i < tab->n_shown; i++)
		fit->n_out += tab_carrier(tab, fit, i) < 0;
}

int tab_carrier(const struct tab *tab, const struct fit *fit, unsigned i)
{
	int at = fit->is_joined && joint_has(&tab->joint, i) ? tab->joint.ends[0] : (int)i;

	return fit->place[at] < 0 ? -1 : at;
}

void tab_use_columns(struct tab *tab)
{
	int n = TAB_GUTTER + TAB_MARGIN - 1;

	for (unsigned i = 0; i < tab->n_shown; i++)
		n += 1 + (tab->shown[i].kind == SHOWN_TREND
				  ? (int)TREND_MAX
				  : MAX_OF(tab->shown[i].width.columns,
					   least_width(tab, false, i, INT_MAX / 2)));
	tab->cols_used = n;
}

/* Where the next column begins, or the line ends. */
static int room_behind(const struct tab *tab, const struct fit *fit, unsigned i)
{
	for (unsigned j = i + 1; j < tab->n_shown; j++)
		if (fit->place[j] >= 0)
			return fit->place[j] - 1 - fit->place[i];
	return fit->n_cols - TAB_MARGIN - fit->place[i];
}

/* While there is little to show it is small: the newest sample, at its right edge, isn't far off. */
static int trend_width(const struct tab *tab, int least, int room)
{
	int n = (int)MIN_OF(table_n_readings(tab->table), (size_t)TREND_MAX);

	return MAX_OF(MIN_OF(room, MAX_OF(n, TREND_YOUNG)), least);
}

int tab_width(const struct tab *tab, const struct fit *fit, unsigned i)
{
	const struct shown *shown = &tab->shown[i];
	int n_cols = fit->n_cols - TAB_MARGIN;
	int width = least_width(tab, fit->is_joined, i, n_cols);

	if (shown->kind == SHOWN_TREND)
		return trend_width(tab, width, n_cols - fit->place[i]);
	if (can_widen(shown))
		return MIN_OF(whole_width(tab, fit->is_joined, i),
			      MAX_OF(width, room_behind(tab, fit, i)));
	return width;
}
