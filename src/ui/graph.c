/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Graphs are linear or logarithmic, all of them at once, so that they can be compared. Only how full a map
 * is has a scale of its own: that of the meter beside it. */
#include "ui/graph.h"

#include <math.h>

#include "base/tidy.h"

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

void graph_history(const struct scene *scene, struct area line, int col, int columns,
		   enum glyph_set wish, float *samples, size_t n)
{
	size_t per_column = glyph_spark_samples(scene->grid, wish, 1), first = 0;
	double max = 0;

	if (n > per_column * (size_t)MAX_OF(columns, 0))
		first = n - per_column * (size_t)MAX_OF(columns, 0);
	while (first < n && isnan(samples[first]))
		first++;
	for (size_t i = first; i < n; i++)
		max = fmax(max, isnan(samples[i]) ? 0 : (double)samples[i]);
	graph_spark(scene, line, col, (int)((n - first + per_column - 1) / per_column), wish,
		    samples + first, n - first, max, ROLE_GRAPH);
}
