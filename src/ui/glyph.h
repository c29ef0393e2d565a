/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Small pictures made of characters: levels, sparklines, meters, heat strips. Each exists in ASCII, in
 * eighth blocks, and sparklines in braille too; a grid that is_ascii never sees another byte. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ui/grid.h"

enum glyph_set { GLYPHS_ASCII, GLYPHS_BLOCKS, GLYPHS_BRAILLE, N_GLYPH_SETS };

/* Single characters that differ between the sets. */
struct glyphs {
	const char *const *levels; /* n_levels of them, the lowest (not blank) first */
	unsigned n_levels;
	const char *gap;	  /* an unknown sample between known ones */
	const char *full, *empty; /* of a meter */
	const char *open, *close; /* around meters and strips */
	const char *down, *up;	  /* sort marks */
	const char *line, *bar;	  /* horizontal and vertical rule */
	const char *tee;	  /* where a vertical one begins below a horizontal one, */
	const char *joints[4];	  /* or is met: by none, from the left, the right, both */
	const char *at_least;	  /* a lower bound */
	const char *dot;
	const char *left, *right;    /* more columns there */
	const char *folded, *opened; /* before what has lines below it */
};

/* The set called that ("ascii", "blocks", "braille"), GLYPHS_BLOCKS for anything else. */
enum glyph_set glyph_set_named(const char *name);
const struct glyphs *glyphs_of(enum glyph_set set);
/* The set a grid can show of the one that is wished for. */
enum glyph_set glyph_set_for(const struct grid *grid, enum glyph_set wish);

/* One character for a share of 0..1: blank for zero, at least the lowest level above it, the gap glyph
 * when it is NaN. Larger than 1 is the highest. */
const char *glyph_level(enum glyph_set set, double share);

/* What a sparkline shows. */
struct spark {
	enum glyph_set wish;
	float *samples; /* n of them, the newest last */
	size_t n;
	double scale; /* the value of a full column, > 0 */
	enum role role;
};

/* The newest sample stands at the right edge. NaN before the first known sample is blank, between known ones a
 * gap. */
void glyph_spark(struct grid *grid, struct area area, struct strip strip,
		 const struct spark *spark);

/* How many samples a sparkline of so many columns shows. */
size_t glyph_spark_samples(const struct grid *grid, enum glyph_set wish, int columns);

/* A bar of share 0..1 over the strip, brackets not included. */
void glyph_meter(struct grid *grid, struct area area, struct strip strip, double share,
		 enum role role);

/* How far above the mean: ROLE_HEAT_0 to 7. */
enum role glyph_heat_role(double share, double mean);

/* n shares of 0..1 (NaN unknown) in the cells of the strip: the height is the share, the heat role how far it is
 * above the mean. More shares than columns fold into groups, and the highest of each group is shown. */
void glyph_heat(struct grid *grid, struct area area, struct strip strip, const float *shares,
		size_t n);
/* Cells that a heat strip of n shares fills, at most `columns`. */
int glyph_heat_columns(size_t n, int columns);
