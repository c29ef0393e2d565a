/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One map on the screen: its table, its view, and how a person wants to see it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/table.h"
#include "query/alert.h"
#include "query/hunt.h"
#include "query/view.h"
#include "ui/grid.h"
#include "ui/outline.h"
#include "ui/tags.h"
#include "ui/totals.h"

struct group;
struct query;

enum { TAB_MAX_COLUMNS = 160, TAB_TITLE_BYTES = 40, TAB_HOLD_READINGS = 3 };
enum {
	TAB_MAX_WIDTH = 120,
	TAB_FAIR_WIDTH = 40 /* numbers have no more, and texts first only that much */
};
enum { TAB_PAST_BYTES = 16 << 20 }; /* what kept readings of one map may take */

enum value_mode {
	VALUES_BOTH,
	VALUES_RATE,
	VALUES_DELTA,
	VALUES_TOTAL,
	VALUES_BASE,
	N_VALUE_MODES
};
enum cpu_mode { CPUS_SUM, CPUS_MAX, CPUS_SKEW, CPUS_EACH, CPUS_HEAT, N_CPU_MODES };

enum shown_kind {
	SHOWN_CELL,  /* a column of the table */
	SHOWN_TREND, /* the history of the row's `trend` */
	SHOWN_HEAT,  /* a strip of its CPUs */
};

/* How many columns of the screen something takes: grows at once, shrinks late, so that nothing jitters. */
struct extent {
	int columns, needed; /* needed: of the rows seen in this reading */
	int n_wide;	     /* readings in which less was needed */
};

/* A column on the screen. */
struct shown {
	enum shown_kind kind;
	struct column column;
	char title[TAB_TITLE_BYTES];
	bool in_key, is_right;
	bool is_bytes;		    /* the whole key or value as its bytes */
	bool is_long;		    /* bytes, of which some are better than none: may be cut */
	int rank;		    /* the highest are left out first when the terminal is narrow */
	int fixed;		    /* the width that was asked for; 0: what is needed */
	struct extent width, texts; /* with the title, without it */
};

enum { JOINT_ENDS = 2, JOINT_PARTS = 2 * JOINT_ENDS, JOINT_NO_PORT = -1 };

/* Two ends of the key that can stand in one column, "10.0.123.45>..10:443"; places among the shown. */
struct joint {
	bool is_there;
	int ends[JOINT_ENDS],
		ports[JOINT_ENDS];  /* addresses; JOINT_NO_PORT, or the one behind each */
	struct extent whole, least; /* nothing is left out of it; all that may be */
};

/* Where the columns stand on a screen of so many. */
struct fit {
	int n_cols;
	int place
		[TAB_MAX_COLUMNS]; /* the column of the screen at which each begins, -1: left out, or joined */
	bool is_joined;		   /* tab->joint stands in the place of its first end */
	unsigned n_out;		   /* how many were left out */
};

struct tab {
	struct table *table; /* borrowed */
	struct view view;
	enum value_mode values;
	enum cpu_mode cpus;
	bool is_raw;
	struct column chosen[TAB_MAX_COLUMNS]; /* by -c, in place of the usual ones */
	int chosen_width[TAB_MAX_COLUMNS];     /* 0: what the texts need */
	unsigned n_chosen;
	bool hides_trend;
	bool shows_bars; /* an array of counters, in the place of its rows */
	struct shown shown[TAB_MAX_COLUMNS];
	unsigned n_shown;
	/* Columns of the screen that all columns of the tab could use, by the widths that they had when the last
	 * reading came. Drawing rows may widen them, but must not move the detail beside the rows: so this is not
	 * brought up to date before the next reading. */
	int cols_used;
	struct joint joint;
	unsigned scroll; /* columns behind the key that are scrolled away */

	struct query *search; /* owned; what is lit; NULL: nothing */
	struct buf search_text;
	struct hunt hunt;	 /* for the next one that matches */
	enum hunt_result hunted; /* what came of it, until that was said; 0: nothing yet */
	struct column trend;	 /* what trends show; field NULL and DERIVE_STATE: nothing */
	uint64_t trend_before;	 /* the last reading that they know nothing of */
	double trend_scale;	 /* the value of a full column: the visible maximum, slow to fall */
	struct tags tags;
	struct folds folds, frames; /* of the detail, of the tree of stacks */
	struct buf stacks_by;	    /* what counts them, as asked for; "": what is found */
	struct totals totals;
	unsigned held;	    /* readings for which the order stays */
	bool is_stale;	    /* the view must be refreshed before it is drawn */
	bool is_untrended;  /* histories wait for the new order */
	bool has_moved;	    /* else the cursor stays in the first line, whatever row that is */
	struct alert alert; /* of what is seen here */
	bool has_alarm;	    /* it began, and nobody was told yet */
	bool looks;	 /* a look back is wanted, and waits for work on the newest rows to end: */
	size_t look_to;	 /* to the reading this many before the newest */
	bool is_folding; /* the last reading is being folded into the groups */
	bool is_totalling;   /* into the groups it was, but not yet into their totals */
	struct group *group; /* owned; NULL: rows are not grouped */
	struct group *total; /* owned: all rows as one group, for the line of totals */
	struct tab *groups;  /* owned: the tab of the groups, which is seen instead of this one */
	const struct tab *rows; /* of a tab of groups: that of their rows; NULL: it is none */
	uint64_t began_ns;	/* when the work began that is under way */
	struct buf left_by, left_filter; /* groups that one was opened of; "": none */
	struct area title, band; /* where it stood in the last frame among the tabs, and small */
	struct buf texts;	 /* of the visible cells, one after the other, NUL-terminated */
	struct pages text_at;	 /* size_t[rows × n_shown]: where each begins */
};

int tab_new(struct table *table, struct tab **out);
void tab_free(struct tab *tab);
/* Sets trend and order to what the table's fields suggest, as for a new tab: to be called when the fields are others. */
void tab_usual(struct tab *tab);

/* A reading was taken: begins with the order, which is held a little less long. tab_work does the rest.
 * 0 or -ENOMEM. */
int tab_took(struct tab *tab);
/* Brings the header's totals up to the reading that is shown, or begins to; tab_work does the rest. 0 or -ENOMEM. */
int tab_sum_up(struct tab *tab);

/* Brings the view up to date for a window of so many rows, or begins to where that takes longer than a
 * frame may: until tab_work is through, the window keeps the rows that it had. 0 or -ENOMEM. */
int tab_refresh(struct tab *tab, size_t height);

/* Goes on with work that was begun, until that moment. 1: there is more to do; 0; -ENOMEM. */
int tab_work(struct tab *tab, uint64_t until_ns);
/* Until that moment, makes what may be asked for next quick to answer. true: there is more to do. */
bool tab_prepare(struct tab *tab, uint64_t until_ns);
/* Whether no work is under way, for the tab or its groups. */
bool tab_is_settled(const struct tab *tab);
/* What a person is waiting for ("filtering", "sorting", "searching", "grouping", ...) and how much of it is done, 0 to
 * 1. NULL: nothing, or not for long enough to be told. */
const char *tab_waits_for(const struct tab *tab, uint64_t now_ns, double *done);

/* Moves the cursor and holds the order, so that what was aimed at doesn't jump away. */
void tab_move(struct tab *tab, ptrdiff_t by);
void tab_move_to(struct tab *tab, size_t place);
/* After the view's cursor was moved: the order is held. */
void tab_moved(struct tab *tab);
/* Back to the first line, where the cursor stays until it is moved. */
void tab_home(struct tab *tab);

/* Shows the reading `back` before the newest (0), or the oldest one that is kept. Groups, alerts and trends of the
 * newest reading are finished first; where that takes longer than a frame may, tab_work does the rest. 0 or
 * -ENOMEM. */
int tab_look_back(struct tab *tab, size_t back);

/* pane_bars.c: 0, or -EINVAL with a sentence where bars make no sense. */
int tab_show_bars(struct tab *tab, bool shows, struct err *err);

/* stack_source.c: what counts the stacks that it has, "samples:ustack+kstack samples.rate"; "": whatever is
 * found. 0, or -EINVAL with a sentence. */
int tab_set_stacks(struct tab *tab, const char *text, struct err *err);

/* words.c: keys and values without a layout as words so wide (1, 2, 4, 8) or as bytes (0). How the map is looked
 * at stays as far as its columns do. 0, or -errno with a sentence; then all is as it was. */
int tab_set_words(struct tab *tab, unsigned width, struct err *err);

/* search.c: lights what matches, as a filter says it; "" nothing. As view_filter. */
int tab_search(struct tab *tab, const char *text, struct err *err);

/* Looks for the next row that matches (is_back: for the one before), or begins to; tab_work does the rest,
 * and `hunted` says what came of it. While one is looked for, another isn't. 0 or -ENOMEM. */
int tab_hunt(struct tab *tab, bool is_back);

/* The row under the cursor, or -1. */
ptrdiff_t tab_cursor_row(struct tab *tab);

/* Values are others, in the same reading: rows are matched, sorted and summed anew. */
void tab_revalue(struct tab *tab);

/* Sorts by one column, at once. */
void tab_sort(struct tab *tab, const struct column *column, bool is_descending);
/* To be called after the order was changed for a preview: applies it at once, even while rows are held. The trends stay
 * those of the order before. */
void tab_rearrange(struct tab *tab);
/* To be called after order, columns or what is hidden were changed: the same, and trends are those of the new order. */
void tab_reorder(struct tab *tab);

/* grouping.c: folds the rows by a list, as -g has it; blank: shows the rows again. 0 or as group_new. */
int tab_group(struct tab *tab, const char *by, struct err *err);
void tab_ungroup(struct tab *tab);
/* Folds the rows into the tab's groups, or begins to. 0 or 1: there is more to do; -ENOMEM. */
int tab_fold(struct tab *tab);

/* -- columns.c -- */

bool tab_is_per_cpu(const struct tab *tab);
bool tab_has_trend(const struct tab *tab);
/* How many samples the trends can have at most, one a reading, up to the reading that is shown. */
size_t tab_n_samples(const struct tab *tab);
/* Columns that can be sorted by: shown[0 .. n). */
unsigned sort_choices(const struct tab *tab);
unsigned sort_place(const struct tab *tab); /* of the column sorted by, among them */

/* Makes the list of columns anew from the modes; widths of columns that stay are kept. */
void tab_columns(struct tab *tab);

/* Which columns fit into n_cols, behind the gutter. Two ends of the key are joined where not all of the key
 * has room, unless somebody chose the columns. */
void tab_fit(const struct tab *tab, int n_cols, struct fit *fit);
/* Brings tab->cols_used up to date. */
void tab_use_columns(struct tab *tab);
/* The width of a column that is in: that of a trend takes what is left over. */
int tab_width(const struct tab *tab, const struct fit *fit, unsigned i);
/* Whether the joint stands in the place of that column. */
static inline bool tab_is_joint(const struct tab *tab, const struct fit *fit, unsigned i)
{
	return fit->is_joined && (int)i == tab->joint.ends[0];
}

/* The column that shows the i-th: itself, or the one it is joined to; -1: none. */
int tab_carrier(const struct tab *tab, const struct fit *fit, unsigned i);

/* To be called with each reading: columns that were wider than needed for some readings may shrink. */
void tab_widths_age(struct tab *tab);
/* Decodes the visible rows into texts and adjusts the widths. 0 or -ENOMEM. */
int tab_decode(struct tab *tab);
/* The text of a visible row (counted from the top of the window) after tab_decode. */
const char *tab_text(const struct tab *tab, size_t line, unsigned i);
/* Adds the two ends of a visible row, joined. Where they need more than so many columns, leading parts of the addresses
 * are left out ("..10"), of the second end first, but never the last part: it may still be too wide. */
void joint_text(const struct tab *tab, size_t line, int columns, struct buf *out);
/* Which columns' titles make the joint's title in so many columns: all of its columns, or its two ends alone where all
 * have no room. returns how many are in parts. */
int joint_titles(const struct tab *tab, int columns, int parts[JOINT_PARTS]);
/* The column whose title stands `col` columns behind the start of the joint's title; for clicks. */
int joint_title_at(const struct tab *tab, int columns, int col);
/* Of a tab of groups: the table whose one row is what all of them add up to, hidden ones too; NULL: there is none. */
const struct table *tab_total(const struct tab *tab);
/* The text of that row below column i; "" where nothing adds up. */
const char *tab_total_text(const struct tab *tab, unsigned i);

/* Columns of the screen before the first column and behind the last. */
enum { TAB_GUTTER = 3, TAB_MARGIN = 1 };

/* What is seen of a map's own tab: itself, or the tab of its groups. NULL without a tab. */
struct tab *tab_seen(struct tab *tab);
/* The table of the map itself, also for a tab of groups: the one that is read, and has a cost and churn. NULL without a
 * tab. */
const struct table *tab_map_table(const struct tab *tab);
