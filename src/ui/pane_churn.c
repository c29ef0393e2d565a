/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The turnover of a map, explained: the verdict and what it rests on, rates with their history, how old
 * keys were when they went. */
#include <math.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/verdict.h"
#include "ui/graph.h"
#include "ui/listing.h"

enum { INDENT = 3, NAME_COLS = 24, NUMBER_COLS = 9, BAR_MAX = 40, GAP = 2 };
/* Where numbers begin that have a picture behind them, and where that does. */
enum {
	NUMBER_COL = INDENT + NAME_COLS - NUMBER_COLS - GAP,
	PICTURE_COL = NUMBER_COL + NUMBER_COLS + GAP
};

struct sheet {
	struct listing lines;
	int n_cols;
	unsigned back; /* readings before the newest that rates are shown up to */
	const struct churn *churn;
	struct verdict verdict;
};

static void put_title(struct sheet *sheet, const char *title)
{
	if (sheet->lines.n_lines)
		listing_next(&sheet->lines);
	listing_put(&sheet->lines, 1, ROLE_TITLE, title);
	listing_next(&sheet->lines);
}

static void put_text(struct sheet *sheet, enum role role, const char *text)
{
	listing_put_words(&sheet->lines, INDENT, sheet->n_cols - INDENT - 1, role, text);
	listing_next(&sheet->lines);
}

/* A name, and a number as text. */
static void put_fact(struct sheet *sheet, const char *name, const char *text)
{
	listing_put(&sheet->lines, INDENT, ROLE_TEXT, name);
	listing_put_words(&sheet->lines, INDENT + NAME_COLS, sheet->n_cols - INDENT - NAME_COLS - 1,
			  ROLE_HEADER_VALUE, text);
	listing_next(&sheet->lines);
}

/* A name, a number and a picture of it. */
static void put_pictured(struct sheet *sheet, const char *name, const char *number,
			 listing_picture_fn *picture, unsigned i)
{
	listing_put(&sheet->lines, INDENT, ROLE_TEXT, name);
	listing_put_right(&sheet->lines, NUMBER_COL, NUMBER_COLS, ROLE_HEADER_VALUE, number);
	listing_put_picture(&sheet->lines, PICTURE_COL, picture, sheet, i);
	listing_next(&sheet->lines);
}

/* -- the verdict -- */

static enum role role_of(const struct verdict *verdict)
{
	switch (verdict->kind) {
	case VERDICT_TOO_SMALL:
	case VERDICT_FULL:
		return ROLE_CRIT;
	case VERDICT_MIXED:
		return ROLE_WARN;
	default:
		return ROLE_HEADER_VALUE;
	}
}

static void put_verdict(struct sheet *sheet)
{
	const struct verdict *verdict = &sheet->verdict;
	SCOPED(buf) text = {0};
	const char *caveat;

	put_title(sheet, sheet->back ? "Verdict, as of the newest reading" : "Verdict");
	verdict_text(verdict, &text);
	put_text(sheet, role_of(verdict), buf_text(&text));
	buf_clear(&text);
	buf_addf(&text, "%s", verdict_sure(verdict->sure));
	for (unsigned i = 0; (caveat = verdict_caveat(verdict, i)); i++)
		buf_addf(&text, "; %s", caveat);
	put_text(sheet, ROLE_DIM, buf_text(&text));
}

static void share_text(const struct verdict *verdict, struct buf *out)
{
	num_grouped(out, verdict->n_back);
	buf_adds(out, " of ");
	num_grouped(out, verdict->n_followed);
	if (isnan(verdict->share))
		return;
	buf_adds(out, ", ");
	num_percent(out, verdict->share);
	buf_adds(out, " (");
	num_percent(out, verdict->share_low);
	buf_adds(out, " to ");
	num_percent(out, verdict->share_high);
	buf_addc(out, ')');
}

static void put_evidence(struct sheet *sheet)
{
	const struct verdict *verdict = &sheet->verdict;
	SCOPED(buf) text = {0};

	put_title(sheet, "What it rests on");
	num_duration(&text, (double)verdict->window_ns);
	buf_addf(&text, ", %u %s", verdict->n_readings,
		 num_noun(verdict->n_readings, "reading", "readings"));
	put_fact(sheet, "the last", buf_text(&text));
	buf_clear(&text);
	share_text(verdict, &text);
	put_fact(sheet, "new keys that returned", buf_text(&text));
	buf_clear(&text);
	num_percent(&text, verdict->followed);
	buf_adds(&text, " of all keys");
	put_fact(sheet, "looked up", buf_text(&text));
	buf_clear(&text);
	if (verdict->remembered_ns) {
		num_duration(&text, (double)verdict->remembered_ns);
		put_fact(sheet, "gone keys remembered", buf_text(&text));
	}
}

/* -- rates -- */

static double new_of(const struct churn_point *point)
{
	return point->new_rate;
}

static double gone_of(const struct churn_point *point)
{
	return point->gone_rate;
}

static double changed_of(const struct churn_point *point)
{
	return point->changed_rate;
}

static double returned_of(const struct churn_point *point)
{
	return point->return_rate;
}

static const struct {
	const char *name;
	double (*of)(const struct churn_point *);
} rates[] = {
	{"new", new_of},
	{"gone", gone_of},
	{"changed", changed_of},
	{"returned", returned_of},
};

static size_t n_samples(const struct sheet *sheet)
{
	return sheet->churn->n_points - MIN_OF(sheet->back, sheet->churn->n_points);
}

static void draw_rate(const struct scene *scene, struct area line, int col, const void *ctx,
		      unsigned which)
{
	const struct sheet *sheet = ctx;
	const struct churn_point *point;
	float samples[CHURN_HISTORY];
	size_t n = n_samples(sheet);

	for (unsigned i = 0; (point = churn_point(sheet->churn, sheet->back + i)); i++)
		samples[n - 1 - i] = (float)rates[which].of(point);
	if (line.n_cols - col - 1 > 0)
		graph_history(
			scene, line,
			(struct strip){0, col, MIN_OF(line.n_cols - col - 1, (int)CHURN_HISTORY)},
			&(struct spark){GLYPHS_BLOCKS, samples, n, .role = ROLE_GRAPH});
}

static void put_rate(struct sheet *sheet, unsigned which)
{
	const struct churn_point *point = churn_point(sheet->churn, sheet->back);
	SCOPED(buf) text = {0};

	num_short(&text, point ? rates[which].of(point) : NAN, 1000);
	buf_adds(&text, "/s");
	put_pictured(sheet, rates[which].name, buf_text(&text), draw_rate, which);
}

static void put_rates(struct sheet *sheet)
{
	double life = churn_mean_life(sheet->churn);
	SCOPED(buf) text = {0};

	put_title(sheet, "Keys a second (lower bounds)");
	for (unsigned i = 0; i < ARRAY_LEN(rates); i++)
		put_rate(sheet, i);
	/* It goes up to the newest reading. */
	if (sheet->back || isnan(life) || isinf(life))
		return;
	buf_adds(&text, "~ ");
	num_duration(&text, life * 1e9);
	put_fact(sheet, "mean life", buf_text(&text));
}

/* -- ages -- */

static void age_name(unsigned i, struct buf *out)
{
	buf_adds(out, i < CHURN_AGES - 1 ? "below " : "from ");
	num_duration(out, 1e9 * (i < CHURN_AGES - 1 ? churn_age_end(i) : churn_age_end(i - 1)));
}

static uint64_t most_deaths(const struct churn *churn)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < CHURN_AGES; i++)
		most = MAX_OF(most, churn->deaths[i]);
	return most;
}

static void draw_age(const struct scene *scene, struct area line, int col, const void *ctx,
		     unsigned i)
{
	const struct churn *churn = ((const struct sheet *)ctx)->churn;
	int width = MIN_OF(line.n_cols - col - 1, (int)BAR_MAX);

	if (width > 0)
		glyph_meter(scene->grid, line, (struct strip){0, col, width},
			    (double)churn->deaths[i] / (double)most_deaths(churn), ROLE_GRAPH);
}

static void put_age(struct sheet *sheet, unsigned i)
{
	SCOPED(buf) name = {0}, text = {0};

	age_name(i, &name);
	num_grouped(&text, sheet->churn->deaths[i]);
	put_pictured(sheet, buf_text(&name), buf_text(&text), draw_age, i);
}

static void put_ages(struct sheet *sheet)
{
	const struct churn *churn = sheet->churn;
	unsigned first = 0, last = CHURN_AGES - 1;
	bool has_any = most_deaths(churn) > 0;
	SCOPED(buf) text = {0};

	if (!has_any && !churn->deaths_unknown)
		return;
	put_title(sheet, sheet->back ? "Age of the keys that went, up to the newest reading"
				     : "Age of the keys that went");
	while (has_any && !churn->deaths[first])
		first++;
	while (has_any && !churn->deaths[last])
		last--;
	for (unsigned i = first; i <= last && has_any; i++)
		put_age(sheet, i);
	if (churn->deaths_unknown) {
		num_grouped(&text, churn->deaths_unknown);
		buf_adds(&text, ", there before the first reading");
		put_fact(sheet, "not known", buf_text(&text));
	}
}

static void put_sheet(struct sheet *sheet, const struct table *table, int n_cols)
{
	sheet->n_cols = n_cols;
	sheet->churn = &table->churn;
	sheet->back = (unsigned)table->past.back;
	verdict_make(table, &sheet->verdict);
	put_verdict(sheet);
	if (sheet->verdict.kind != VERDICT_NONE && sheet->verdict.kind != VERDICT_RECORDS)
		put_evidence(sheet);
	put_rates(sheet);
	put_ages(sheet);
}

void pane_churn(const struct scene *scene, struct area area)
{
	const struct table *table = tab_map_table(scene->tab);
	struct sheet sheet = {0};
	SCOPED(buf) title = {0};

	if (table)
		put_sheet(&sheet, table, area.n_cols);
	pane_map_title(scene, "churn", &title);
	listing_draw(scene, area, buf_text(&title), &sheet.lines);
	listing_release(&sheet.lines);
}
