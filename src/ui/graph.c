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

void graph_spark(const struct scene *scene, struct area area, struct strip strip,
		 const struct spark *spark)
{
	size_t per_column = glyph_spark_samples(scene->grid, spark->wish, 1);
	struct spark shares = *spark;

	for (size_t i = 0; i < spark->n; i++)
		spark->samples[i] =
			(float)graph_share(scene, (double)spark->samples[i], spark->scale);
	shares.scale = 1;
	strip.n_cols = MIN_OF(strip.n_cols, (int)((spark->n + per_column - 1) / per_column));
	glyph_spark(scene->grid, area, strip, &shares);
}

void graph_history(const struct scene *scene, struct area area, struct strip strip,
		   const struct spark *spark)
{
	size_t most = glyph_spark_samples(scene->grid, spark->wish, strip.n_cols);
	struct spark known = *spark;

	known.scale = 0;
	if (known.n > most) {
		known.samples += known.n - most;
		known.n = most;
	}
	for (; known.n && isnan(known.samples[0]); known.n--)
		known.samples++;
	for (size_t i = 0; i < known.n; i++)
		known.scale = fmax(known.scale, (double)known.samples[i]);
	graph_spark(scene, area, strip, &known);
}
