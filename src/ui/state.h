/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the screen holds; for screen.c, the commands and the panes only. Commands change it, panes read it; what
 * panes draw with is in ui/scene.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/pages.h"
#include "model/map_order.h"
#include "query/group.h"
#include "ui/glyph.h"
#include "ui/grid.h"
#include "ui/keys.h"
#include "ui/layout.h"
#include "ui/prompt.h"
#include "ui/screen.h"
#include "ui/stack_tree.h"
#include "ui/tab.h"

enum overlay {
	OVERLAY_NONE,
	OVERLAY_HELP,
	OVERLAY_METRICS,
	OVERLAY_CHURN,
	OVERLAY_RING,
	OVERLAY_CPUS,
	OVERLAY_SORT,
	OVERLAY_GROUPS,
	OVERLAY_PICKER,
	OVERLAY_COLUMNS,
	OVERLAY_THEMES,
	OVERLAY_LOG,
	OVERLAY_STACKS,
	N_OVERLAYS
};
enum prompt_kind {
	PROMPT_NONE,
	PROMPT_FILTER,
	PROMPT_SEARCH,
	PROMPT_GROUP,
	PROMPT_COMMAND,
	PROMPT_WRITE,
	PROMPT_RECORD,
	PROMPT_INTERVAL,
	N_PROMPTS
};
enum { MESSAGE_SECONDS = 5 };

/* A cursor in something that is longer than its area. */
struct list_place {
	size_t n, cursor, top, height;
	size_t n_seen; /* lines, as last drawn: a page */
};

struct picker {
	const struct map *maps; /* borrowed from the driver */
	size_t n_maps;
	char *why; /* owned; NULL: the list is whole */
	struct buf search;
	uint32_t *order; /* owned [n_maps]: those that match, sorted; list.n of them */
	bool *is_tagged; /* owned [n_maps] */
	enum map_order sort;
	bool is_reversed; /* not as one means it mostly: names from A, numbers from the largest */
	bool shows_facts; /* of the map under the cursor, as last drawn */
	const struct map *described; /* of maps; NULL: none */
	struct buf layout;	     /* its, as text */
};

/* A column that may be shown. */
struct choice {
	struct column column;
	int width; /* 0: what its texts need */
	bool is_shown, is_trend;
};

struct chooser {
	struct choice rows[TAB_MAX_COLUMNS];
	unsigned n;
	struct choice
		before[TAB_MAX_COLUMNS]; /* those chosen when it was opened; none: the usual ones */
	unsigned n_before;
	bool hid_trend;
	struct sort_key keys[VIEW_MAX_KEYS]; /* as they were then */
	bool is_touched;		     /* it is another choice by now */
};

/* The menu of what to sort by. */
struct sort_menu {
	struct column columns[TAB_MAX_COLUMNS + VIEW_MAX_KEYS];
	unsigned n;
	struct sort_key keys[VIEW_MAX_KEYS]; /* marked */
	unsigned n_keys;
	struct sort_key before[VIEW_MAX_KEYS]; /* in force when it was opened */
	unsigned n_before;
	bool is_touched; /* the marks are not those in force any more */
};

struct group_choice {
	const char *part, *about;
};

/* The menu of what to group by. */
struct group_menu {
	struct arena texts;
	struct pages choices; /* struct group_choice[n] */
	size_t n;
	size_t marked[GROUP_MAX_PARTS]; /* their places */
	unsigned n_marked;
	bool is_touched, has_failed;
};

struct message {
	struct buf text;
	bool is_warning;
	uint64_t until_ns; /* 0: none */
};

/* Where a zoomed detail is looked at: lines of its page, and what stands in the cursor's line. */
struct detail_place {
	struct list_place list;
	struct buf path; /* of the field there, as folds know it; "": none */
	bool can_fold, is_open;
	size_t n_below_parent; /* lines down from the one around it */
};
/* Stacks as a tree, and what stands under the cursor. */
struct stack_view {
	struct stack_tree tree;
	struct buf title;
	struct detail_place at;
	bool was_moved;	    /* else the cursor stays with its path */
	struct buf made_of; /* readings, and what counts */
};
enum cpu_order { CPU_ORDER_USUAL, CPU_ORDER_BY_NUMBER, CPU_ORDER_BY_VALUE };
/* What a pane of the tiling shows. */
enum pane_kind {
	PANE_ROWS, /* or groups of them, or bars: a map's rows are in one pane at most */
	PANE_RING,
	PANE_DETAIL,
	PANE_CPUS,
	PANE_CHURN,
	PANE_METRICS,
	PANE_LOG,
	N_PANE_KINDS
};

struct pane {
	enum pane_kind kind;
	struct tab *tab;	/* of the map; NULL: there is none */
	struct list_place list; /* of text */
};

struct screen {
	struct tab **tabs; /* owned */
	size_t n_tabs;
	struct tiling tiling;
	struct pane panes[TILING_TILES]; /* of its leaves */
	bool awaits_pane_key;		 /* ^W was pressed */

	enum overlay overlay;
	enum overlay under_help; /* what help goes back to, */
	struct list_place list_under_help;
	struct list_place list; /* of the overlay */
	struct picker picker;
	struct chooser chooser;
	struct sort_menu sort_menu;
	struct group_menu group_menu;

	enum prompt_kind prompting;
	struct prompt prompt;
	struct prompt_history histories[N_PROMPTS];
	struct buf found;  /* what is searched for in a text */
	size_t found_line; /* of that text: where it was found last */
	int seeks;	   /* when it is drawn, the next place is looked for: 1, or -1 before it */
	size_t n_offered;  /* words of a completion that were seen, while Tab goes on with it */
	struct err fault;  /* in what is typed; text "" while there is none */
	bool was_doubted;  /* Enter was pressed, and is to be pressed again */
	struct buf before; /* the filter to go back to */

	bool rings; /* an alert was said */
	bool is_paused, is_zoomed, is_log;
	enum detail_wish detail;
	uint64_t paused_ns, paused_wall_ns;
	struct detail_place detail_at, detail_aside; /* of the pane with the focus, of any other */
	struct stack_view stacks;
	enum cpu_order cpu_order;
	bool cpus_by_value; /* as last drawn */
	size_t back;	    /* readings before the newest that are shown while paused */
	struct message message;
	uint64_t interval_ns, drawn_ns; /* as last told by the driver */
	bool is_replay, is_recording;	/* likewise */
	struct layout layout;		/* of the last frame */
	struct area over;		/* what lies over the rows, likewise */
	struct buf theme,
		theme_before; /* what loads them: in force, and when the picker was opened */
	struct buf answer;    /* text of an intent */
	uint32_t *ids;	      /* ids of an intent */
};

/* The tab of the map in front, which is that of the pane with the focus, or NULL. */
struct tab *map_tab(const struct screen *screen);
/* What is seen of it: itself, or groups of its rows; or NULL. */
struct tab *front_tab(const struct screen *screen);
/* Where it stands among the tabs; n_tabs: nowhere. */
size_t tab_place(const struct screen *screen, const struct tab *tab);
/* What its map is called; one of another host by both names. */
void tab_name(const struct tab *tab, struct buf *out);
/* Why a table that was never read has no rows, as a sentence. Borrowed from the table, or static. */
const char *why_no_rows(const struct table *table);
enum key_scope screen_scope(const struct screen *screen);
/* Where everything stands on a terminal of that size: screen->layout, and over where something lies over
 * the rows. */
void screen_layout(struct screen *screen, int n_rows, int n_cols);
/* Nothing lies over all of the panes, as last laid out. */
bool screen_shows_rows(const struct screen *screen);
/* state.c: what the pane with the focus is */
struct pane *focused_pane(struct screen *screen);
enum pane_kind focused_kind(const struct screen *screen);
/* The detail has the keys: it stands alone, or in a pane of its own with the focus. */
bool detail_has_focus(const struct screen *screen);
/* Defines what runs an action; most have no use for the key. */
#define ACTION(name)                                                                               \
	struct intent name(__attribute__((unused)) struct screen *screen,                          \
			   __attribute__((unused)) uint32_t key)

struct intent nothing(void);

/* sort_menu.c */
int sort_menu_rank(const struct sort_menu *menu,
		   const struct column *column); /* from 0; -1: no key */
void sort_menu_toggle(struct screen *screen);	 /* the column under the cursor */
void sort_menu_reverse(struct screen *screen);
void sort_menu_take(struct screen *screen);
void sort_menu_preview(struct screen *screen); /* the rows in the order that Enter would take */
void sort_menu_leave(struct screen *screen);   /* in the one that they had */

/* menu.c: the rows beside a menu show what is being chosen. */
void menu_preview(struct screen *screen);
bool menu_is_open(const struct screen *screen); /* in front */
/* Takes nothing of what is chosen, also while help lies over the menu. */
void menu_close(struct screen *screen);

/* group_menu.c */
void group_menu_release(struct group_menu *menu);
const struct group_choice *group_menu_at(const struct group_menu *menu, size_t i); /* i < n */
int group_menu_rank(const struct group_menu *menu, size_t i); /* from 0; -1: not marked */
void group_menu_toggle(struct screen *screen);		      /* the choice under the cursor */
void group_menu_take(struct screen *screen);

/* Keeps the cursor in 0..n and inside the window. */
void list_move(struct list_place *list, ptrdiff_t by);
void list_open(struct list_place *list, size_t n);
void list_fit(struct list_place *list, size_t n, size_t height);

/* Takes a word that may stand in the place of the last bytes before the cursor. */
typedef void prompt_offer_fn(void *ctx, const char *word, size_t replaces);

/* What is typed of a word, len bytes, and who takes what it may become. */
struct offering {
	const char *typed;
	size_t len;
	prompt_offer_fn *offer;
	void *ctx;
};

/* prompts.c: offers the word if it begins as what is typed; NULL: none. */
void offer_word(const struct offering *offering, const char *word);

/* grouping.c */
bool group_enter(
	struct screen *screen); /* the rows of the group under the cursor; false: no groups */
bool group_leave(struct screen *screen); /* one level back; false: there was none */
/* What is typed to group by; is_final: groups by it. As group_new, the sentence in screen->fault. */
int group_typed(struct screen *screen, const char *text, bool is_final);

/* Parts of a list to group by that begin as the one before the cursor; they are of columns of the rows, also
 * where groups are seen. */
void group_complete(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
		    void *ctx);

/* prompts.c */
void prompt_begin(struct screen *screen, enum prompt_kind kind, const char *text);
struct intent prompt_take_key(struct screen *screen, uint32_t key);
const char *prompt_label(enum prompt_kind kind);
bool prompt_completes(enum prompt_kind kind);
/* Seconds or a time within what -d takes. 0, or -EINVAL with a sentence. */
int interval_parse(const char *text, uint64_t *ns, struct err *err);

/* panes_text.c: the word before the cursor, of a text of panes: a split or a map, what is seen of the map
 * behind a colon, or what may stand behind all panes. */
void panes_complete(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
		    void *ctx);

/* prompt_file.c */
void file_path(const char *text, struct buf *out); /* adds what a typed name leads to */
/* Whether a file can be written there, as far as that is known; a sentence in screen->fault. */
int file_check(struct screen *screen, const char *text);
/* Whether something is there that would be lost; then the sentence in screen->fault. */
bool file_doubts(struct screen *screen, const char *text);
void file_complete(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
		   void *ctx);

/* command_line.c */
/* 0; -EINVAL with a sentence in screen->fault; -EAGAIN, likewise, while what follows may make it right. */
int command_check(struct screen *screen, const char *text);
bool command_doubts(struct screen *screen, const char *text);
struct intent command_run(struct screen *screen, const char *text);
void command_complete(struct screen *screen, const char *text, size_t at, prompt_offer_fn *offer,
		      void *ctx);

/* command.c */
struct intent go_to_tab(struct screen *screen, size_t i);
/* Enter opens what the row under the cursor stands for, and doesn't show it in full. */
bool row_leads_on(const struct screen *screen);

/* command_time.c: of all maps, where readings before it are looked at */
void screen_look_at_newest(struct screen *screen);

/* folding.c: what stands under the cursor of the detail or of the tree of stacks */
bool detail_fold(struct screen *screen); /* false: nothing there can be folded */
bool detail_shut(struct screen *screen); /* folds it, or goes to what is around it */
bool detail_unfold(struct screen *screen);

/* pane_stacks.c */
bool tab_has_stacks(const struct tab *tab);
void stack_view_release(struct stack_view *view);

/* pane_themes.c */
struct intent theme_under_cursor(struct screen *screen);
struct intent theme_as_before(struct screen *screen);

/* pane_tiles.c: whether there is something of the map that such a pane shows */
bool pane_suits(enum pane_kind kind, const struct tab *tab);

/* panes.c */
void pane_focus(struct screen *screen, int leaf);
/* A map whose rows are seen in another pane gets the focus there, any other comes into this one. */
void pane_show(struct screen *screen, struct tab *tab);
void pane_forget(struct screen *screen, const struct tab *tab); /* it goes */
bool pane_shows(const struct screen *screen, const struct tab *tab);
int pane_of_rows(const struct screen *screen, const struct tab *tab); /* its leaf; -1: none */
/* The pane with the focus shows that, or rows again where it does so already; false: text lies over all
 * of the screen, since there is but one pane. */
bool pane_toggle(struct screen *screen, enum pane_kind kind);
bool pane_back(struct screen *screen); /* from text to rows; false: it has rows */

/* chooser.c */
void chooser_take(struct screen *screen);
void chooser_preview(struct screen *screen);
void chooser_leave(struct screen *screen);
void chooser_toggle(struct screen *screen);
void chooser_widen(struct screen *screen, int by);

/* search.c: help, metrics and the like have the keys. */
bool screen_shows_text(const struct screen *screen);
/* false: no such text is looked at. */
bool text_search(struct screen *screen, const char *text);
/* The place in a line, or NULL. */
const char *text_search_in(const struct screen *screen, const char *line);
/* To the next match, or the one before */
struct intent search_on(struct screen *screen, bool is_back);
/* What came of a search that is over, once. */
void say_hunted(struct screen *screen, struct tab *tab);

/* picker.c */
void picker_release(struct picker *picker);
int picker_set(struct screen *screen, const struct map_list *maps, const char *why);
void picker_order(struct screen *screen);
void picker_sort_next(struct screen *screen,
		      int by); /* by the next column that there is, or the one before */
/* By that, or if it is so already, turned around. */
void picker_sort_by(struct screen *screen, enum map_order sort);
bool picker_descends(const struct picker *picker);
/* pane_picker.c: what the column there on the line of titles sorts by, or N_MAP_ORDERS; and which of them have
 * room, a bit for each. */
enum map_order picker_sort_at(const struct picker *picker, int n_cols, int col);
unsigned picker_sorts(const struct picker *picker, int n_cols);
/* pane_picker.c: brings the list to what has room in the area of the picker; returns its lines. */
struct area picker_fit(struct screen *screen, struct area area);
/* No list was to be had, only the reason why. */
bool picker_is_refused(const struct screen *screen);
/* So it is, and nothing is open: Enter shows a simulation, which must not stand among other maps. */
bool picker_has_simulation(const struct screen *screen);
struct intent picker_open(struct screen *screen);
const struct map *picker_map(const struct screen *screen); /* under the cursor; NULL: none */
void picker_type(struct screen *screen, uint32_t key);
