/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The screen: takes keys, draws grids, and asks for what it can't do itself by an intent. Knows tables
 * and views; never the kernel, never curses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/map.h"

struct buf;
struct column;
struct cost;
struct err;
struct grid;
struct mouse;
struct screen;
struct snap;
struct table;
struct view;

/* What the driver must do after a key. */
enum intent_kind {
	INTENT_NONE,
	INTENT_QUIT,
	INTENT_INTERVAL,       /* number: ns */
	INTENT_OPEN_IDS,       /* ids[0..n_ids): open these maps */
	INTENT_FOLLOW_MAP,     /* number: open the map of that id, which a row names */
	INTENT_FOLLOW_PROGRAM, /* number: open the maps of that program */
	INTENT_SIMULATE,       /* open a simulation of the demo's maps */
	INTENT_OPEN_PICKER,    /* list every map of the host into screen_pick */
	INTENT_THEME,	       /* text: the theme called so; NULL: the next one */
	INTENT_BASELINE,       /* of the table in front */
	INTENT_CLOSE_MAP,
	INTENT_WRITE,  /* text: file to write what is seen to */
	INTENT_RECORD, /* text: file to record the maps to; NULL: end it */
	INTENT_COPY,   /* text: to the clipboard */
	INTENT_SAVE,   /* how everything is looked at */
	INTENT_MOUSE,  /* on and off */
	INTENT_SUSPEND,
	INTENT_REDRAW, /* ^L */
	/* of the recording that the table in front is from */
	INTENT_REPLAY_HOLD,  /* hold it, or play on */
	INTENT_REPLAY_STEP,  /* number, as int64_t: readings on, or back */
	INTENT_REPLAY_SKIP,  /* number, as int64_t: tenths of it on, or back */
	INTENT_REPLAY_SEEK,  /* number: the reading, from 1 */
	INTENT_REPLAY_SPEED, /* number, as int64_t: the next speed up, or down */
};

struct intent {
	enum intent_kind kind;
	uint64_t number;
	const char *text;    /* borrowed until the next screen_key */
	const uint32_t *ids; /* borrowed likewise */
	size_t n_ids;
};

/* Facts about the run that the header shows. The driver keeps them current. */
struct screen_facts {
	const char *host;
	uint64_t interval_ns;
	uint64_t now_ns, wall_ns;
	const char *badge;     /* "SIMULATED", "REPLAY 3/120 x2", or NULL */
	const char *recording; /* "REC 00:41 1.20MiB": what is recorded meanwhile; NULL: nothing */
	const char *glyphs;    /* what the theme would like: "blocks", "braille"; NULL: blocks */
	const char *theme;     /* what loads it: its name, or a path */
	const struct cost *cost; /* of the frames so far; NULL: not known */
	bool is_ascii;
	bool is_reading; /* a reading is under way */
	bool is_replay;	 /* of a recording that can be held and sought */
};

struct screen *screen_new(void); /* NULL when out of memory */
void screen_free(struct screen *screen);

/* Adds a map to the tabs, or brings it to the front when it is one of them. The table stays the caller's, and must live
 * until the screen is freed or it is removed. 0 or -ENOMEM with a sentence. */
int screen_add(struct screen *screen, struct table *table, struct err *err);
void screen_remove(struct screen *screen, struct table *table);
/* Puts next in the place of table, which is removed: in its panes, and looked at by its settings as far as the
 * new layout has what they name. On an error, which is as of screen_add, table stays. */
int screen_replace(struct screen *screen, struct table *table, struct table *next, struct err *err);
struct table *screen_front(const struct screen *screen); /* NULL: none */

/* The table that is seen of the map in front: its own, or that of its groups. NULL: no map is open. */
struct table *screen_shown(const struct screen *screen);
/* What the map in front is grouped by, "" when it isn't. */
const char *screen_grouped(const struct screen *screen);
/* The filter of the rows that are grouped, and the table of the groups' totals, NULL while there is none. */
const char *screen_group_filter(const struct screen *screen);
const struct table *screen_group_total(const struct screen *screen);

/* How a map is looked at, by the names of ui/setting.h ("filter", "sort", ...). As setting->set; -ENOENT where
 * there is no such map or setting. screen_get adds nothing while the setting has its usual value. */
int screen_set(struct screen *screen, const struct table *table, const char *name, const char *text,
	       struct err *err);
void screen_get(const struct screen *screen, const struct table *table, const char *name,
		struct buf *out);
/* The same setting for all maps, as an option of the command line has it. Maps that it does not fit keep theirs;
 * an error (that of the first map) only where it fits none. What names a column of groups or f.smooth must come
 * after "group" and "smooth". */
int screen_set_all(struct screen *screen, const char *name, const char *text, struct err *err);

/* history.c: what was typed into prompts, as text that is kept from run to run. Takes what an earlier run
 * kept. */
void screen_recall(struct screen *screen, const char *text);
/* That text (as it is by now) with what was typed in this run. */
void screen_remembers(const struct screen *screen, const char *text, struct buf *out);
bool screen_has_typed(const struct screen *screen); /* in this run */

/* Whether an alert was said on the screen since the last call. */
bool screen_rings(struct screen *screen);

/* The set of maps that is open: their names, sorted. */
void screen_set_name(const struct screen *screen, struct buf *out);
/* How the panes of that set are arranged, what they show and where the focus is (ui/panes_text.c); nothing for the
 * usual. As screen_set: 0, or -errno with a sentence and a column; then all is as it was. */
void screen_panes_text(const struct screen *screen, struct buf *out);
int screen_set_panes(struct screen *screen, const char *text, struct err *err);
/* What that would refuse. */
int screen_check_panes(const struct screen *screen, const char *text, struct err *err);
/* A pane for each map, in their order and as far as there can be panes, the first one with the focus. */
void screen_tile(struct screen *screen);

/* The picker over these maps (copied facts are borrowed until the next call or screen_free). Shown at
 * once. `why` is the one sentence when the list could not be had, else NULL. */
void screen_pick(struct screen *screen, const struct map_list *maps, const char *why);

/* The map under the picker's cursor, where its facts are seen and its layout isn't known yet; else NULL. The driver
 * finds the layout out and says it, as text in lines that is copied; map is one of screen_pick's. */
const struct map *screen_wonders(const struct screen *screen);
void screen_describe(struct screen *screen, const struct map *map, const char *layout);

/* A sentence above the footer for a few seconds, and among the messages for good. */
void screen_say(struct screen *screen, bool is_warning, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Above the footer only: what is found out while a frame is drawn, which the messages may be on. */
void screen_hint(struct screen *screen, bool is_warning, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A reading of table was taken (table_take): refreshes views, totals, histories, or begins to. */
void screen_took(struct screen *screen, struct table *table);
/* How long that may take before a word is said about it. */
enum { SCREEN_PATIENCE_NS = 100000000 };
/* Goes on with the work that readings, new orders and filters make, until that moment. Until it is done, what was shown
 * before stays and answers keys. true: there is more to do. */
bool screen_work(struct screen *screen, uint64_t until_ns);
/* For when there is nothing of that to do: as tab_prepare, of what is in front. */
bool screen_prepare(struct screen *screen, uint64_t until_ns);
/* Nothing is under way for that table (NULL: for any): another reading may be taken. */
bool screen_is_settled(const struct screen *screen, const struct table *table);

struct intent screen_key(struct screen *screen, uint32_t key);
struct intent screen_mouse(struct screen *screen, const struct mouse *mouse);

/* While paused the driver reads on but takes nothing into the tables, so that what is shown can still be
 * moved through, filtered and sorted. */
bool screen_is_paused(const struct screen *screen);

/* What is seen of the table in front, for writing it out: its view, and the shown columns (fills at most
 * max, returns how many). NULL and 0 without a table. */
struct view *screen_view(struct screen *screen);
size_t screen_shown_columns(const struct screen *screen, struct column *columns, size_t max);

/* Draws everything at the grid's size. */
void screen_draw(struct screen *screen, const struct screen_facts *facts, struct grid *grid);

/* When the picture will change by itself next (a message expires, the held order ends), or 0. */
uint64_t screen_wakes_ns(const struct screen *screen);
