/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What panes draw with: a scene, which says what is drawn and where from, and the parts that several panes share. A
 * pane is a function that draws a scene into an area of its grid. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ui/glyph.h"
#include "ui/grid.h"
#include "ui/state.h"

struct buf;
struct table;

/* Borrowed while a frame is drawn. */
struct scene {
	struct screen *screen;
	const struct screen_facts *facts;
	struct grid *grid;
	const struct glyphs *glyphs;
	enum glyph_set sparks; /* what sparklines are drawn with */
	struct tab *tab; /* the map that is drawn, or groups of its rows; NULL: none is open */
	bool is_aside; /* of a pane without the focus: keys move no cursor there, so none is shown */
	struct list_place *list;	/* which lines of a text are seen */
	struct detail_place *detail_at; /* the same of a detail */
	bool has_rule;	  /* the detail has a rule on its left, as it stands beside the rows */
	bool has_caption; /* a caption above the area says already what stands there */
};

typedef void pane_fn(const struct scene *scene, struct area area);

/* -- panes -- */

pane_fn pane_identity, pane_map, pane_strip, pane_compact; /* pane_header.c */
pane_fn pane_rates, pane_tabs;
pane_fn pane_columns, pane_rows, pane_total; /* pane_rows.c */
pane_fn pane_bar_titles, pane_bars;	     /* pane_bars.c */
pane_fn pane_detail, pane_band;
pane_fn pane_counts, pane_footer; /* pane_footer.c */
pane_fn pane_help, pane_metrics, pane_churn, pane_ring, pane_cpus, pane_log, pane_stacks;
pane_fn pane_sort, pane_groups, pane_picker, pane_chooser, pane_themes;
pane_fn pane_facts; /* of the map under the picker's cursor */

/* -- pane_tiles.c -- */

/* All panes of the tiling. */
void pane_tiles(const struct scene *front);
/* Draws a pane, if the area has any room. */
void pane_draw(const struct scene *scene, pane_fn *pane, struct area area);
/* Draws a caption into the area's first line: a rule with the number and name of the map, and `what` is seen of it
 * (NULL: its rows, which are counted). To be called after the rows were drawn, which brings their number up to
 * date. */
void pane_caption(const struct scene *scene, struct area area, const struct tab *map,
		  const char *what);
/* Brings the tab's window of rows to the height of *rows. Where the groups that it shows add up to something, the
 * last line of *rows is given to *total; else that has no rows. 0 or -ENOMEM. */
int tab_fit_rows(struct tab *tab, struct area *rows, struct area *total);
/* Draws titles and rows of the scene's tab. false: out of memory, and nothing is drawn. */
bool pane_put_rows(const struct scene *scene, struct area columns, struct area rows);

/* -- pane_text.c: titles, and text in lines -- */

/* Adds the title of a text about the map in front, as "flows: churn". The name is said because the text may lie over
 * the line that names the maps. Without a map `what` alone. */
void pane_map_title(const struct scene *scene, const char *what, struct buf *out);
/* Draws a title line above a text, unless a caption stands there. returns the area that is left. */
struct area pane_titled(const struct scene *scene, struct area area, const char *title);
/* Draws, at the right end of that title, which part of the text is seen, where there is room. */
void pane_place(const struct scene *scene, struct area area, const char *title, const char *place);
/* Draws a menu: a rule where it stands beside the rows, a title, and as many of n items as have room. `put` draws
 * item i into a line of the area. */
void pane_list(const struct scene *scene, struct area area, const char *title, size_t n,
	       void (*put)(const struct scene *scene, struct area area, int line, size_t i));
/* Lights what is searched for in a line that was drawn with that text; the line that the search went to last is lit
 * as the cursor is. */
void text_light(const struct scene *scene, struct area line, size_t number, const char *text);
/* Adds text with newlines where its lines are wider than so many columns. */
void text_wrap(const char *text, int columns, struct buf *out);
/* Draws text, wrapped, from that row and column of the area on. returns the row behind it. */
int text_put(const struct scene *scene, struct area area, int row, int col, enum role role,
	     const char *text);

/* -- parts of panes that others draw, too -- */

/* search.c: where the next place in the text is to be looked for, scrolls the list there. */
void text_search_go(const struct scene *scene, const char *text);
/* pane_header.c: how a meter of a map's fill (0 to 1) looks; an LRU map that is full is as it should be. */
enum role pane_fill_role(double fill, bool is_lru);
/* pane_footer.c: adds what the rows are waited for with, as "filtering 43 %". false: they are there. */
bool scene_waits(const struct scene *scene, struct buf *out);
/* pane_detail.c: adds the key of a row as a title: what its fields hold, without their names. */
void row_title(const struct table *table, size_t row, struct buf *out);
/* legend.c: how many lines the legend has; draws line i of it, a listing_picture_fn. */
size_t legend_lines(void);
void legend_put(const struct scene *scene, struct area line, int col, const void *ctx, unsigned i);
