/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Graphs are linear or logarithmic, all of them at once, so that they can be compared. Only how full a map
 * is has a scale of its own: that of the meter beside it. */
#include "ui/graph.h"

#include <math.h>

double graph_share(const struct scene *scene, double x, double max)
{
	if (!(max > 0))
		max = 1;
	return scene->screen->is_log ? log1p(x) / log1p(max) : x / max;
}

double graph_value(const struct scene *scene, double share, double max)
{
	return scene->screen->is_log ? expm1(share * log1p(max)) : share * max;
}

void graph_spark(const struct scene *scene, struct area line, int col, int columns,
		 enum glyph_set wish, float *samples, size_t n, double max, enum role role)
{
	for (size_t i = 0; i < n; i++)
		samples[i] = (float)graph_share(scene, (double)samples[i], max);
	glyph_spark(scene->grid, line, 0, col, columns, wish, samples, n, 1, role);
}
