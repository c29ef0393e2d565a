/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How fast and how much turnover: the sums of the map's counters with their histories, and its churn. */
#include <math.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/graph.h"
#include "ui/line.h"
#include "ui/scene.h"

enum { STRIP_MIN = 4, STRIP_MAX = CHURN_HISTORY, SPARK_MIN = 6, SPARK_MAX = TOTALS_HISTORY };

static void rate_text(const struct scene *scene, const struct totals_sum *sum, struct buf *out)
{
	if (sum->is_lower_bound && !isnan(sum->rate))
		buf_adds(out, scene->glyphs->at_least);
	table_amount_text(scene->tab->table, sum->field, sum->rate, out);
	buf_adds(out, "/s");
}

static const char *name_of(const struct totals_sum *sum)
{
	return sum->field->name[0] ? sum->field->name : sum->field->path;
}

/* What a sparkline may take of the line, so that each sum has one, or none has. */
static int spark_columns(const struct line *line, const struct totals *totals)
{
	int left = line->right - line->left;

	for (unsigned i = 0; i < totals->n_sums; i++) {
		SCOPED(buf) text = {0};

		rate_text(line->scene, &totals->sums[i], &text);
		left -= line_width(line, name_of(&totals->sums[i])) +
			line_width(line, buf_text(&text)) + 2 * GAP;
	}
	left = totals->n_sums ? left / (int)totals->n_sums : 0;
	return left < SPARK_MIN ? 0 : MIN_OF(left, SPARK_MAX);
}

/* How a sum went up to the reading that is shown, on a scale of its own. */
static void put_spark(struct line *line, unsigned sum, int width)
{
	const struct tab *tab = line->scene->tab;
	struct grid *grid = line->scene->grid;
	float samples[TOTALS_HISTORY];
	size_t n = MIN_OF(glyph_spark_samples(grid, line->scene->sparks, width),
			  (size_t)TOTALS_HISTORY);

	totals_history(&tab->totals, sum, tab->totals.number, samples, n);
	graph_history(line->scene, line->area, (struct strip){0, line->left - GAP + 1, width},
		      &(struct spark){line->scene->sparks, samples, n, .role = ROLE_GRAPH});
	line->left += width + 1;
}

static void put_rates(struct line *line)
{
	const struct totals *totals = &line->scene->tab->totals;
	int width = spark_columns(line, totals);

	for (unsigned i = 0; i < totals->n_sums; i++) {
		SCOPED(buf) text = {0};

		rate_text(line->scene, &totals->sums[i], &text);
		if (line_pair(line, name_of(&totals->sums[i]), ROLE_HEADER_VALUE,
			      buf_text(&text)) &&
		    width)
			put_spark(line, i, width);
	}
}

/* What is wanted of a point of the churn's history. */
static double turnover_of(const struct churn_point *point, bool is_array)
{
	return is_array ? point->changed_rate : point->new_rate + point->gone_rate;
}

static void put_history(struct line *line, const struct table *table, bool is_array)
{
	const struct glyphs *glyphs = line->scene->glyphs;
	struct grid *grid = line->scene->grid;
	float samples[CHURN_HISTORY];
	int width = MIN_OF(line->right - line->left - 2, STRIP_MAX);
	size_t n = 0;

	if (width < STRIP_MIN)
		return;
	for (unsigned i = (unsigned)width; i-- > 0;) {
		const struct churn_point *point =
			churn_point(&table->churn, i + (unsigned)table->past.back);

		samples[n++] = point ? (float)turnover_of(point, is_array) : NAN;
	}
	line->left = grid_put(grid, line->area, 0, line->left, ROLE_BORDER, glyphs->open);
	graph_history(line->scene, line->area, (struct strip){0, line->left, width},
		      &(struct spark){GLYPHS_BLOCKS, samples, n, .role = ROLE_GRAPH});
	line->left += width;
	line->left = grid_put(grid, line->area, 0, line->left, ROLE_BORDER, glyphs->close) + GAP;
}

/* What came and went, with so much between them; false: it isn't known. */
static bool add_turnover(const struct tab *tab, const char *gap, struct buf *out)
{
	const struct churn_point *point =
		churn_point(&tab->table->churn, (unsigned)tab->table->past.back);

	if (!point || isnan(point->new_rate)) {
		buf_addc(out, '-');
		return false;
	}
	if (tab->table->map.type->is_array) {
		num_short(out, point->changed_rate, 1000);
		buf_adds(out, "/s");
		return false;
	}
	buf_addc(out, '+');
	num_short(out, point->new_rate, 1000);
	buf_addf(out, "%s-", gap);
	num_short(out, point->gone_rate, 1000);
	buf_adds(out, "/s");
	return true;
}

/* It goes up to the newest reading. */
static void add_share(const struct tab *tab, struct buf *out)
{
	double turnover = tab->table->past.back ? NAN : churn_turnover(&tab->table->churn);

	if (isnan(turnover))
		return;
	num_percent(out, turnover);
	buf_adds(out, "/s");
}

void churn_pieces(const struct tab *tab, const char *gap, struct buf *out, struct buf *share)
{
	if (add_turnover(tab, gap, out))
		add_share(tab, share);
}

void churn_words(const struct tab *tab, struct buf *out)
{
	SCOPED(buf) share = {0};

	churn_pieces(tab, " ", out, &share);
	if (share.len)
		buf_addf(out, " %s", buf_text(&share));
}

static void put_life(struct line *line)
{
	double life = churn_mean_life(&line->scene->tab->table->churn);
	SCOPED(buf) text = {0};

	/* It goes up to the newest reading. */
	if (line->scene->tab->table->past.back)
		return;
	if (isnan(life) || isinf(life) || line->scene->tab->table->map.type->is_array)
		return;
	buf_adds(&text, "life~");
	num_duration(&text, life * 1e9);
	line_right(line, ROLE_HEADER_VALUE, buf_text(&text), GAP);
}

/* Rates from the left, turnover from the middle on, so that it stands still while rates change. */
void pane_rates(const struct scene *scene, struct area area)
{
	struct line line = line_of(scene, area);
	struct area rates = area;
	struct line left;
	SCOPED(buf) text = {0};
	bool is_array;

	if (!scene->tab || scene->tab->table->why_unread)
		return;
	is_array = scene->tab->table->map.type->is_array;
	line.left = scene->tab->totals.n_sums ? area.n_cols * 3 / 7 : 1;
	rates.n_cols = line.left - 1;
	left = line_of(scene, rates);
	put_rates(&left);
	churn_words(scene->tab, &text);
	if (!line_pair(&line, is_array ? "changed" : "churn", ROLE_HEADER_VALUE, buf_text(&text)))
		return; /* the rest says nothing without it */
	put_life(&line);
	put_history(&line, scene->tab->table, is_array);
}
