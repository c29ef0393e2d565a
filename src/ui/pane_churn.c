/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The turnover of a map, explained: the verdict and what it rests on, rates with their history, how old
 * keys were when they went. Lines are put one after the other; a first pass only counts them, so that
 * they can be scrolled. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/verdict.h"
#include "ui/glyph.h"
#include "ui/state.h"

enum { INDENT = 3, NAME_COLS = 24, NUMBER_COLS = 9, BAR_MAX = 40, GAP = 2 };

struct sheet {
	const struct scene *scene;
	struct area area;
	size_t n_lines, top; /* lines put so far; the first that is seen */
	unsigned back;	     /* readings before the newest that rates are shown up to */
	bool only_counts;
	const struct churn *churn;
	struct verdict verdict;
};

/* The row of the area that the next line goes to, or -1 when it isn't seen. */
static int next_row(struct sheet *sheet)
{
	size_t line = sheet->n_lines++;

	if (sheet->only_counts || line < sheet->top ||
	    line - sheet->top >= (size_t)sheet->area.n_rows)
		return -1;
	return (int)(line - sheet->top);
}

static void put_title(struct sheet *sheet, const char *title)
{
	int row;

	if (sheet->n_lines)
		next_row(sheet);
	row = next_row(sheet);
	if (row >= 0)
		grid_put(sheet->scene->grid, sheet->area, row, 1, ROLE_TITLE, title);
}

/* Text as words, on as many lines as it takes. */
static void put_text(struct sheet *sheet, enum role role, const char *text)
{
	SCOPED(buf) lines = {0};

	text_wrap(text, MAX_OF(sheet->area.n_cols - INDENT - 1, 8), &lines);
	for (const char *at = buf_text(&lines); *at;) {
		size_t len = strcspn(at, "\n");
		int row = next_row(sheet);

		if (row >= 0)
			grid_putf(sheet->scene->grid, sheet->area, row, INDENT, role, "%.*s",
				  (int)len, at);
		at += len + (at[len] == '\n');
	}
}

static int put_name(struct sheet *sheet, const char *name)
{
	int row = next_row(sheet);

	if (row >= 0)
		grid_put(sheet->scene->grid, sheet->area, row, INDENT, ROLE_TEXT, name);
	return row;
}

/* A name, and a number as text. */
static void put_fact(struct sheet *sheet, const char *name, const char *text)
{
	int row = put_name(sheet, name);

	if (row >= 0)
		grid_put(sheet->scene->grid, sheet->area, row, INDENT + NAME_COLS,
			 ROLE_HEADER_VALUE, text);
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
	buf_addf(&text, ", %u readings", verdict->n_readings);
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

static void put_rate(struct sheet *sheet, const char *name,
		     double (*of)(const struct churn_point *))
{
	int row = put_name(sheet, name), col = INDENT + NAME_COLS - NUMBER_COLS - GAP;
	int width = sheet->area.n_cols - col - NUMBER_COLS - GAP - 1;
	const struct churn_point *point;
	float samples[CHURN_HISTORY];
	SCOPED(buf) text = {0};
	double scale = 0;
	size_t n = sheet->churn->n_points - MIN_OF(sheet->back, sheet->churn->n_points);

	if (row < 0)
		return;
	for (unsigned i = 0; (point = churn_point(sheet->churn, sheet->back + i)); i++) {
		samples[n - 1 - i] = (float)of(point);
		scale = fmax(scale, of(point));
	}
	num_short(&text, n ? (double)samples[n - 1] : NAN, 1000);
	buf_adds(&text, "/s");
	grid_fit(sheet->scene->grid, sheet->area, row, col, NUMBER_COLS, true, ROLE_HEADER_VALUE,
		 buf_text(&text));
	if (width > 0)
		glyph_spark(sheet->scene->grid, sheet->area, row, col + NUMBER_COLS + GAP,
			    MIN_OF(width, (int)CHURN_HISTORY), GLYPHS_BLOCKS, samples, n,
			    scale > 0 ? scale : 1, ROLE_GRAPH);
}

static void put_rates(struct sheet *sheet)
{
	static const struct {
		const char *name;
		double (*of)(const struct churn_point *);
	} rows[] = {
		{"new", new_of},
		{"gone", gone_of},
		{"changed", changed_of},
		{"returned", returned_of},
	};
	double life = churn_mean_life(sheet->churn);
	SCOPED(buf) text = {0};

	put_title(sheet, "Keys a second (lower bounds)");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		put_rate(sheet, rows[i].name, rows[i].of);
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

static void put_age(struct sheet *sheet, unsigned i, uint64_t most)
{
	SCOPED(buf) text = {0};
	int row, col = INDENT + NAME_COLS - NUMBER_COLS - GAP;
	int width = MIN_OF(sheet->area.n_cols - col - NUMBER_COLS - GAP - 1, (int)BAR_MAX);

	age_name(i, &text);
	row = put_name(sheet, buf_text(&text));
	if (row < 0)
		return;
	buf_clear(&text);
	num_grouped(&text, sheet->churn->deaths[i]);
	grid_fit(sheet->scene->grid, sheet->area, row, col, NUMBER_COLS, true, ROLE_HEADER_VALUE,
		 buf_text(&text));
	if (width > 0)
		glyph_meter(sheet->scene->grid, sheet->area, row, col + NUMBER_COLS + GAP, width,
			    (double)sheet->churn->deaths[i] / (double)most, ROLE_GRAPH);
}

static void put_ages(struct sheet *sheet)
{
	const struct churn *churn = sheet->churn;
	unsigned first = CHURN_AGES, last = 0;
	SCOPED(buf) text = {0};
	uint64_t most = 0;

	for (unsigned i = 0; i < CHURN_AGES; i++) {
		if (!churn->deaths[i])
			continue;
		first = MIN_OF(first, i);
		last = i;
		most = MAX_OF(most, churn->deaths[i]);
	}
	if (!most && !churn->deaths_unknown)
		return;
	put_title(sheet, sheet->back ? "Age of the keys that went, up to the newest reading"
				     : "Age of the keys that went");
	for (unsigned i = first; i <= last && most; i++)
		put_age(sheet, i, most);
	if (churn->deaths_unknown) {
		num_grouped(&text, churn->deaths_unknown);
		buf_adds(&text, ", there before the first reading");
		put_fact(sheet, "not known", buf_text(&text));
	}
}

static void put_all(struct sheet *sheet)
{
	sheet->n_lines = 0;
	put_verdict(sheet);
	if (sheet->verdict.kind != VERDICT_NONE)
		put_evidence(sheet);
	put_rates(sheet);
	put_ages(sheet);
}

void pane_churn(const struct scene *scene, struct area area)
{
	const struct table *table = tab_map_table(scene->tab);
	struct list_place *list = scene->list;
	struct sheet sheet = {.scene = scene, .area = pane_titled(scene, area, "churn")};
	size_t height = (size_t)MAX_OF(sheet.area.n_rows, 1);

	if (!table)
		return;
	sheet.churn = &table->churn;
	sheet.back = (unsigned)table->past.back;
	verdict_make(table, &sheet.verdict);
	sheet.only_counts = true;
	put_all(&sheet);
	list_fit(list, sheet.n_lines > height ? sheet.n_lines - height + 1 : 1, 1);
	list->top = sheet.top = list->cursor;
	sheet.only_counts = false;
	put_all(&sheet);
}
