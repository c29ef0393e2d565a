/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How high a value stands in a graph. */
#pragma once

#include <stddef.h>

#include "ui/glyph.h"
#include "ui/scene.h"

/* 0..1 of a graph's height that shows max at its top; NaN stays NaN. */
double graph_share(const struct scene *scene, double x, double max);
/* What stands at that share. */
double graph_value(const struct scene *scene, double share, double max);
/* As glyph_spark, into the first row of `line`, against max. samples[] is overwritten: each becomes its share of the
 * height. */
void graph_spark(const struct scene *scene, struct area line, int col, int columns,
		 enum glyph_set wish, float *samples, size_t n, double max, enum role role);
/* The same for a history beside its number, against its own largest sample. It begins at the left with the first known
 * sample and grows to the right until all columns are full, so that there is no gap between the two. samples[] is
 * overwritten. */
void graph_history(const struct scene *scene, struct area line, int col, int columns,
		   enum glyph_set wish, float *samples, size_t n);
