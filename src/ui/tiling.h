/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the room between header and footer is divided: a tree whose inner tiles are splits and whose leaves
 * are panes. Knows nothing of what a pane shows. A leaf keeps its number until it is closed. */
#pragma once

#include <stdbool.h>

#include "ui/grid.h"

enum {
	TILING_LEAVES = 9,
	TILING_TILES = 2 * TILING_LEAVES - 1,
	TILING_MIN_COLS = 36, /* of a half */
	TILING_MIN_ROWS = 5,
	TILING_EVEN = 50,  /* percent that the first half takes, */
	TILING_LEAST = 20, /* never less, nor more than what leaves as much to the second */
};

enum split { SPLIT_NONE, SPLIT_BESIDE, SPLIT_BELOW };
enum direction { TO_LEFT, TO_RIGHT, TO_TOP, TO_BOTTOM };

struct tile {
	bool is_used;
	enum split split; /* SPLIT_NONE: a leaf */
	int parent;	  /* -1: the root */
	int halves[2];
	int share; /* percent of the first half */
};

struct tiling {
	struct tile tiles[TILING_TILES];
	int root, focus; /* focus is a leaf */
	bool is_alone;	 /* the focus has all of the room */
};

void tiling_init(struct tiling *tiling); /* one leaf, tile 0 */
int tiling_n_leaves(const struct tiling *tiling);
bool tiling_is_leaf(const struct tiling *tiling, int i);

/* Gives half of a leaf to a new one, the right or lower half. returns it, -ENOSPC when there are
 * TILING_LEAVES. */
int tiling_split(struct tiling *tiling, int leaf, enum split how);
/* Its sibling takes its room, and the focus where it had that. The last leaf stays. */
void tiling_close(struct tiling *tiling, int leaf);

/* The leaf that comes after it in reading order, the first after the last. */
int tiling_after(const struct tiling *tiling, int leaf);
/* The leaf beside the focus in a direction, however small the screen; -1: none. */
int tiling_towards(const struct tiling *tiling, enum direction direction);

/* Gives the focus more (percent < 0: less) of the split that it is a half of. false: nothing changed. */
bool tiling_resize(struct tiling *tiling, int percent);
void tiling_even(struct tiling *tiling);

/* Whether there is room for two halves. */
bool tiling_fits(struct area area, enum split how);

/* areas[i]: of a leaf its place, of a split side by side the rule between its halves; n_rows 0: not seen.
 * A split that has no room for its halves shows the one with the focus, else the first. */
void tiling_areas(const struct tiling *tiling, struct area whole, struct area areas[TILING_TILES]);
