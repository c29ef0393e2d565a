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
/* As glyph_spark, but from the left until the strip is full, so that there is no gap between a history and what
 * stands before it. What the samples point to is overwritten: each becomes its share of the height. */
void graph_spark(const struct scene *scene, struct area area, struct strip strip,
		 const struct spark *spark);
/* The same from the first known sample on and against the largest of those that are shown, whatever spark's scale. */
void graph_history(const struct scene *scene, struct area area, struct strip strip,
		   const struct spark *spark);
