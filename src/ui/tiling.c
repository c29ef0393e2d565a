/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Splitting a leaf puts a split in its place, whose halves are the leaf and a new one; closing puts the
 * sibling in the place of their split. So leaves keep their numbers, and splits come and go. */
#include "ui/tiling.h"

#include <errno.h>
#include <string.h>

#include "base/tidy.h"

enum { NOMINAL = 1 << 14 }; /* a screen on which every split has room */

void tiling_init(struct tiling *tiling)
{
	*tiling = (struct tiling){.tiles[0] = {.is_used = true, .parent = -1}};
}

bool tiling_is_leaf(const struct tiling *tiling, int i)
{
	return tiling->tiles[i].is_used && tiling->tiles[i].split == SPLIT_NONE;
}

int tiling_n_leaves(const struct tiling *tiling)
{
	int n = 0;

	for (int i = 0; i < TILING_TILES; i++)
		n += tiling_is_leaf(tiling, i);
	return n;
}

static int free_tile(struct tiling *tiling, int parent)
{
	for (int i = 0; i < TILING_TILES; i++)
		if (!tiling->tiles[i].is_used) {
			tiling->tiles[i] = (struct tile){.is_used = true, .parent = parent};
			return i;
		}
	return -ENOSPC;
}

/* What led to `was` leads to `is`. */
static void replace(struct tiling *tiling, int was, int is)
{
	int parent = tiling->tiles[was].parent;

	tiling->tiles[is].parent = parent;
	if (parent < 0)
		tiling->root = is;
	else
		tiling->tiles[parent].halves[tiling->tiles[parent].halves[1] == was] = is;
}

int tiling_split(struct tiling *tiling, int leaf, enum split how)
{
	int split, made;

	if (tiling_n_leaves(tiling) == TILING_LEAVES)
		return -ENOSPC;
	split = free_tile(tiling, -1);
	made = free_tile(tiling, split);
	replace(tiling, leaf, split);
	tiling->tiles[leaf].parent = split;
	tiling->tiles[split].split = how;
	tiling->tiles[split].halves[0] = leaf;
	tiling->tiles[split].halves[1] = made;
	tiling->tiles[split].share = TILING_EVEN;
	return made;
}

static int first_leaf(const struct tiling *tiling, int i)
{
	while (tiling->tiles[i].split != SPLIT_NONE)
		i = tiling->tiles[i].halves[0];
	return i;
}

void tiling_close(struct tiling *tiling, int leaf)
{
	int parent = tiling->tiles[leaf].parent, sibling;

	if (parent < 0)
		return;
	sibling = tiling->tiles[parent].halves[tiling->tiles[parent].halves[0] == leaf];
	replace(tiling, parent, sibling);
	tiling->tiles[parent].is_used = tiling->tiles[leaf].is_used = false;
	if (tiling->focus == leaf)
		tiling->focus = first_leaf(tiling, sibling);
	tiling->is_alone &= tiling_n_leaves(tiling) > 1;
}

/* -- moving the focus ----------------------------------------------------------------------------------- */

int tiling_after(const struct tiling *tiling, int leaf)
{
	int i = leaf, parent = tiling->tiles[leaf].parent;

	while (parent >= 0 && tiling->tiles[parent].halves[1] == i) {
		i = parent;
		parent = tiling->tiles[i].parent;
	}
	return first_leaf(tiling, parent < 0 ? tiling->root : tiling->tiles[parent].halves[1]);
}

static int leaf_at(const struct tiling *tiling, const struct area *areas, int row, int col)
{
	for (int i = 0; i < TILING_TILES; i++)
		if (tiling_is_leaf(tiling, i) && row >= areas[i].row &&
		    row < areas[i].row + areas[i].n_rows && col >= areas[i].col &&
		    col < areas[i].col + areas[i].n_cols)
			return i;
	return -1;
}

int tiling_towards(const struct tiling *tiling, enum direction direction)
{
	struct tiling all = *tiling;
	struct area areas[TILING_TILES], *from = &areas[tiling->focus];
	int row, col;

	all.is_alone = false;
	tiling_areas(&all, (struct area){0, 0, NOMINAL, NOMINAL}, areas);
	row = from->row;
	col = from->col;
	switch (direction) {
	case TO_LEFT:
		col -= 2; /* over the rule */
		break;
	case TO_RIGHT:
		col += from->n_cols + 1;
		break;
	case TO_TOP:
		row--;
		break;
	case TO_BOTTOM:
		row += from->n_rows;
		break;
	}
	return leaf_at(tiling, areas, row, col);
}

/* -- sizes ---------------------------------------------------------------------------------------------- */

bool tiling_resize(struct tiling *tiling, int percent)
{
	int parent = tiling->tiles[tiling->focus].parent, was;
	struct tile *split = parent < 0 ? NULL : &tiling->tiles[parent];

	if (!split)
		return false;
	was = split->share;
	split->share += split->halves[0] == tiling->focus ? percent : -percent;
	split->share = MIN_OF(MAX_OF(split->share, TILING_LEAST), 100 - TILING_LEAST);
	return split->share != was;
}

void tiling_even(struct tiling *tiling)
{
	for (int i = 0; i < TILING_TILES; i++)
		tiling->tiles[i].share = TILING_EVEN;
}

bool tiling_fits(struct area area, enum split how)
{
	return how == SPLIT_BESIDE ? area.n_cols > 2 * TILING_MIN_COLS
				   : area.n_rows >= 2 * TILING_MIN_ROWS;
}

static int part_of(int whole, int share, int least)
{
	return MIN_OF(MAX_OF(whole * share / 100, least), whole - least);
}

static bool holds(const struct tiling *tiling, int i, int leaf)
{
	while (leaf != i && leaf >= 0)
		leaf = tiling->tiles[leaf].parent;
	return leaf == i;
}

/* Makes area the first half and returns the second; *rule gets what stands between them. */
static struct area divide(const struct tile *tile, struct area *area, struct area *rule)
{
	struct area second = *area;

	if (tile->split == SPLIT_BESIDE) {
		area->n_cols = part_of(area->n_cols - 1, tile->share, TILING_MIN_COLS);
		*rule = (struct area){area->row, area->col + area->n_cols, area->n_rows, 1};
		second.col += area->n_cols + 1;
		second.n_cols -= area->n_cols + 1;
	} else {
		area->n_rows = part_of(area->n_rows, tile->share, TILING_MIN_ROWS);
		second.row += area->n_rows;
		second.n_rows -= area->n_rows;
	}
	return second;
}

static void place(const struct tiling *tiling, int i, struct area area, struct area *areas)
{
	const struct tile *tile = &tiling->tiles[i];

	if (tile->split == SPLIT_NONE) {
		areas[i] = area;
	} else if (!tiling_fits(area, tile->split)) {
		place(tiling, tile->halves[holds(tiling, tile->halves[1], tiling->focus)], area,
		      areas);
	} else {
		struct area second = divide(tile, &area, &areas[i]);

		place(tiling, tile->halves[0], area, areas);
		place(tiling, tile->halves[1], second, areas);
	}
}

void tiling_areas(const struct tiling *tiling, struct area whole, struct area areas[TILING_TILES])
{
	memset(areas, 0, TILING_TILES * sizeof(*areas));
	place(tiling, tiling->is_alone ? tiling->focus : tiling->root, whole, areas);
}
