/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A ring buffer as a gauge: where in it the consumer and the producer are and what waits between them, how
 * fast it is filled and emptied, on one scale, what that leads to, and the first of the records that wait. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/ring.h"
#include "ui/graph.h"
#include "ui/listing.h"

enum {
	INDENT = 1,
	GAP = 2,
	NAME_COLS = 11,	  /* of "produced" and the like */
	NUMBER_COLS = 11, /* "1023KiB/s" */
	GRAPH_COL = INDENT + NAME_COLS + NUMBER_COLS + 2,
	LOW_ROWS = 18,	/* lower: no blank lines, no titles */
	HIGH_ROWS = 30, /* from here on graphs are GRAPH_ROWS high and the ring is BAR_ROWS */
	GRAPH_ROWS = 4,
	BAR_ROWS = 2,
	MAX_RECORDS = 100,
	CELL_MAX = 24,
	KIBI = 1024,
	OUTLOOK_READINGS = 10,
	SOON_S = 10, /* full before that is for somebody to act */
};

enum graph { GRAPH_PRODUCED, GRAPH_CONSUMED, GRAPH_WAITING, N_GRAPHS };

struct sheet {
	struct listing lines;
	const struct tab *tab;
	const struct snap *now, *was;
	int n_cols;
	bool is_low, is_high;
	unsigned back;
};

/* -- the ring ----------------------------------------------------------------------------------------------- */

static int bar_columns(const struct sheet *sheet)
{
	return MAX_OF(sheet->n_cols - 2 * INDENT - 2, 1);
}

/* The cell that a position is in. */
static int cell_of(const struct sheet *sheet, uint64_t position)
{
	uint64_t size = sheet->now->ring.size_bytes;

	return (int)((double)(position % size) / (double)size * bar_columns(sheet));
}

/* Whether something waits in the part of the ring that a cell stands for. */
static bool waits_in(const struct sheet *sheet, int cell)
{
	const struct ring_facts *ring = &sheet->now->ring;
	double size = (double)ring->size_bytes, width = bar_columns(sheet);
	double from = (double)(ring->consumed_bytes % ring->size_bytes);
	double to = from + (double)ring_backlog_bytes(sheet->now);
	double begin = cell * size / width, end = (cell + 1) * size / width;

	return (begin < to && end > from) || (begin + size < to && end + size > from);
}

static void draw_bar(const struct scene *scene, struct area line, int col, const void *ctx,
		     unsigned i)
{
	const struct sheet *sheet = ctx;
	double fill = ring_fill(sheet->now);
	bool is_empty = ring_backlog_bytes(sheet->now) == 0;

	(void)i;
	col = grid_put(scene->grid, line, 0, col, ROLE_BORDER, scene->glyphs->open);
	for (int cell = 0; cell < bar_columns(sheet); cell++) {
		bool waits = !is_empty && waits_in(sheet, cell);

		col = grid_put(scene->grid, line, 0, col,
			       waits ? pane_fill_role(fill, false) : ROLE_DIM,
			       waits ? scene->glyphs->full : scene->glyphs->empty);
	}
	grid_put(scene->grid, line, 0, col, ROLE_BORDER, scene->glyphs->close);
}

/* A mark at a position, and beside it, where there is room, whose it is. */
static void put_mark(struct sheet *sheet, const char *mark, const char *whose, uint64_t position)
{
	int col = INDENT + 1 + cell_of(sheet, position), width;
	SCOPED(buf) text = {0};

	buf_addf(&text, "%s at ", whose);
	num_grouped(&text, position % sheet->now->ring.size_bytes);
	width = (int)text.len;
	listing_put(&sheet->lines, col, ROLE_CURSOR, mark);
	if (col + 2 + width < sheet->n_cols)
		listing_put(&sheet->lines, col + 2, ROLE_HEADER_VALUE, buf_text(&text));
	else
		listing_put(&sheet->lines, MAX_OF(col - 1 - width, 0), ROLE_HEADER_VALUE,
			    buf_text(&text));
	listing_next(&sheet->lines);
}

/* Both below it, where there is no room for more. */
static void put_letters(struct sheet *sheet)
{
	int consumer = cell_of(sheet, sheet->now->ring.consumed_bytes);
	int producer = cell_of(sheet, sheet->now->ring.produced_bytes), col = INDENT + 1;

	listing_put(&sheet->lines, col + MIN_OF(consumer, producer), ROLE_CURSOR,
		    consumer == producer  ? "*"
		    : consumer < producer ? "C"
					  : "P");
	if (consumer != producer)
		listing_put(&sheet->lines, col + MAX_OF(consumer, producer), ROLE_CURSOR,
			    consumer < producer ? "P" : "C");
	listing_next(&sheet->lines);
}

static void put_ring(struct sheet *sheet)
{
	if (!sheet->is_low)
		put_mark(sheet, "v", "producer", sheet->now->ring.produced_bytes);
	for (int i = 0; i < (sheet->is_high ? BAR_ROWS : 1); i++) {
		listing_put_picture(&sheet->lines, INDENT, draw_bar, sheet, 0);
		listing_next(&sheet->lines);
	}
	if (sheet->is_low)
		put_letters(sheet);
	else
		put_mark(sheet, "^", "consumer", sheet->now->ring.consumed_bytes);
}

/* -- graphs ------------------------------------------------------------------------------------------------- */

static double point_of(const struct churn_point *point, enum graph graph)
{
	return graph == GRAPH_PRODUCED	 ? point->produced_rate
	       : graph == GRAPH_CONSUMED ? point->consumed_rate
					 : point->waiting_bytes;
}

/* Speeds have one scale: the fastest of both that is seen. */
static double scale_of(const struct sheet *sheet, enum graph graph, unsigned n)
{
	const struct churn *churn = &sheet->tab->table->churn;
	const struct churn_point *point;
	double max = 0;

	if (graph == GRAPH_WAITING)
		return (double)sheet->now->ring.size_bytes;
	for (unsigned i = 0; i < n && (point = churn_point(churn, sheet->back + i)); i++) {
		max = fmax(max, isnan(point->produced_rate) ? 0 : point->produced_rate);
		max = fmax(max, isnan(point->consumed_rate) ? 0 : point->consumed_rate);
	}
	return max;
}

static unsigned graph_columns(const struct sheet *sheet)
{
	return (unsigned)MIN_OF(MAX_OF(sheet->n_cols - GRAPH_COL - 1, 0), (int)CHURN_HISTORY);
}

/* Readings that graphs have room for, up to the one that is shown. */
static unsigned n_points(const struct sheet *sheet)
{
	unsigned n = sheet->tab->table->churn.n_points;

	return MIN_OF(graph_columns(sheet), n - MIN_OF(sheet->back, n));
}

/* Line `row` from the top of a graph that is n_rows high; the newest reading stands at the right of those that
 * there are. Linear or not, as all graphs are, but for what waits: that is on the scale of the ring. */
static void draw_graph(const struct scene *scene, struct area line, int col, const void *ctx,
		       unsigned i)
{
	const struct sheet *sheet = ctx;
	enum graph graph = i % N_GRAPHS;
	int row = (int)(i / N_GRAPHS), n_rows = sheet->is_high ? GRAPH_ROWS : 1;
	unsigned n = n_points(sheet);
	double max = scale_of(sheet, graph, n);
	enum glyph_set set = glyph_set_for(scene->grid, GLYPHS_BLOCKS);
	bool has_begun = false;

	for (unsigned j = n; j-- > 0;) {
		double x = point_of(churn_point(&sheet->tab->table->churn, sheet->back + j), graph);
		double share = graph == GRAPH_WAITING ? x / max : graph_share(scene, x, max);
		double part = share * n_rows - (n_rows - 1 - row);

		has_begun |= !isnan(x);
		if (has_begun && (part > 0 || (isnan(part) && row == n_rows - 1)))
			grid_put(scene->grid, line, 0, col, ROLE_GRAPH, glyph_level(set, part));
		col += has_begun;
	}
}

static void put_graph(struct sheet *sheet, enum graph graph)
{
	int n_rows = sheet->is_high ? GRAPH_ROWS : 1;

	for (int row = 0; row < n_rows; row++) {
		if (graph_columns(sheet) > 0)
			listing_put_picture(&sheet->lines, GRAPH_COL, draw_graph, sheet,
					    (unsigned)row * N_GRAPHS + graph);
		listing_next(&sheet->lines);
	}
}

/* -- facts -------------------------------------------------------------------------------------------------- */

static void put_title(struct sheet *sheet, const char *title)
{
	if (sheet->is_low)
		return;
	if (sheet->lines.n_lines)
		listing_next(&sheet->lines);
	listing_put(&sheet->lines, INDENT, ROLE_TITLE, title);
	listing_next(&sheet->lines);
}

static void put_words(struct sheet *sheet, const char *name, enum role role, const char *text)
{
	listing_put(&sheet->lines, INDENT, ROLE_TEXT, name);
	listing_put_words(&sheet->lines, INDENT + NAME_COLS, sheet->n_cols - INDENT - NAME_COLS - 1,
			  role, text);
	listing_next(&sheet->lines);
}

static void add_bytes(struct buf *out, double n)
{
	num_short(out, n, KIBI);
	if (!isnan(n))
		buf_addc(out, 'B');
}

/* A name and a number, on the last line of a graph. */
static void put_pictured(struct sheet *sheet, const char *name, enum role role, const char *number,
			 enum graph graph)
{
	listing_put(&sheet->lines, INDENT, ROLE_TEXT, name);
	listing_put_right(&sheet->lines, INDENT + NAME_COLS, NUMBER_COLS, role, number);
	put_graph(sheet, graph);
}

static void put_fill(struct sheet *sheet)
{
	double fill = ring_fill(sheet->now);
	SCOPED(buf) percent = {0};

	num_percent(&percent, fill);
	put_pictured(sheet, "full", pane_fill_role(fill, false), buf_text(&percent), GRAPH_WAITING);
}

static void add_waiting(const struct snap *now, struct buf *out)
{
	const struct ring_facts *ring = &now->ring;
	uint64_t n = ring->n_ready + ring->n_busy + ring->n_discarded;

	add_bytes(out, (double)ring_backlog_bytes(now));
	buf_adds(out, " of ");
	add_bytes(out, (double)ring->size_bytes);
	buf_adds(out, " in ");
	num_grouped(out, n);
	buf_adds(out, num_noun(n, " record: ", " records: "));
	num_grouped(out, ring->n_ready);
	buf_adds(out, " ready, ");
	num_grouped(out, ring->n_busy);
	buf_adds(out, " busy, ");
	num_grouped(out, ring->n_discarded);
	buf_adds(out, " discarded");
}

static void put_waiting(struct sheet *sheet)
{
	SCOPED(buf) text = {0};

	if (ring_backlog_bytes(sheet->now)) {
		add_waiting(sheet->now, &text);
	} else {
		buf_adds(&text, "empty: all of ");
		add_bytes(&text, (double)sheet->now->ring.size_bytes);
		buf_adds(&text, " is free");
	}
	put_words(sheet, "waiting", ROLE_HEADER_VALUE, buf_text(&text));
}

static void put_speed(struct sheet *sheet, const char *name, double rate, enum graph graph)
{
	SCOPED(buf) text = {0};

	add_bytes(&text, rate);
	buf_adds(&text, "/s");
	put_pictured(sheet, name, ROLE_HEADER_VALUE, buf_text(&text), graph);
}

/* What these speeds lead to; returns how it is to be shown. */
static enum role add_outlook(const struct sheet *sheet, const struct ring_speeds *speeds,
			     struct buf *out)
{
	double full = ring_full_after(sheet->now, speeds->produced, speeds->consumed);
	double empty = ring_empty_after(sheet->now, speeds->produced, speeds->consumed);

	if (isnan(full)) {
		buf_adds(out, "- (speeds need two readings)");
		return ROLE_DIM;
	}
	if (empty <= 0) {
		buf_adds(out, speeds->produced > 0 ? "nothing waits" : "nothing comes in");
		return ROLE_HEADER_VALUE;
	}
	if (isfinite(full)) {
		buf_adds(out, "full in ");
		num_duration(out, full * 1e9);
		buf_adds(out, speeds->consumed > 0 ? "" : ", nothing is consumed");
		return full < SOON_S ? ROLE_CRIT : ROLE_WARN;
	}
	if (isfinite(empty)) {
		buf_adds(out, "consumer has caught up in ");
		num_duration(out, empty * 1e9);
		return ROLE_HEADER_VALUE;
	}
	buf_adds(out, speeds->produced > 0 ? "stays as full as it is"
					   : "stands still: nothing is consumed");
	return speeds->produced > 0 ? ROLE_HEADER_VALUE : ROLE_WARN;
}

static void put_outlook(struct sheet *sheet)
{
	struct ring_speeds speeds =
		churn_ring_speeds(&sheet->tab->table->churn, sheet->back, OUTLOOK_READINGS);
	SCOPED(buf) text = {0}, from = {0};
	enum role role = add_outlook(sheet, &speeds, &text);
	int col = INDENT + NAME_COLS, end = col + (int)text.len + GAP, width;

	put_words(sheet, "outlook", role, buf_text(&text));
	if (speeds.n < 2 || sheet->is_low)
		return;
	buf_addf(&from, "by the last %u readings: in ", speeds.n);
	add_bytes(&from, speeds.produced);
	buf_adds(&from, "/s, out ");
	add_bytes(&from, speeds.consumed);
	buf_adds(&from, "/s");
	/* Behind it, or below it where that has no room. */
	width = sheet->n_cols - end - 1;
	if ((int)from.len <= width)
		listing_go(&sheet->lines, sheet->lines.line - 1);
	listing_put_words(&sheet->lines, (int)from.len <= width ? end : col,
			  sheet->n_cols - col - 1, ROLE_DIM, buf_text(&from));
	listing_next(&sheet->lines);
}

static void put_speeds(struct sheet *sheet, bool is_log)
{
	double top = scale_of(sheet, GRAPH_PRODUCED, n_points(sheet));
	SCOPED(buf) title = {0};

	buf_adds(&title, "Speed, in and out on one scale");
	if (top > 0) {
		buf_adds(&title, is_log ? ", logarithmic, up to " : " up to ");
		add_bytes(&title, top);
		buf_adds(&title, "/s");
	}
	put_title(sheet, buf_text(&title));
	put_speed(sheet, "produced", ring_produced_rate(sheet->now, sheet->was), GRAPH_PRODUCED);
	put_speed(sheet, "consumed", ring_consumed_rate(sheet->now, sheet->was), GRAPH_CONSUMED);
	put_outlook(sheet);
}

/* Positions count from when it was made. */
static void put_sizes(struct sheet *sheet)
{
	const struct ring_facts *ring = &sheet->now->ring;
	SCOPED(buf) sums = {0}, mapped = {0};

	num_grouped(&sums, ring->produced_bytes);
	buf_adds(&sums, " bytes produced, ");
	num_grouped(&sums, ring->consumed_bytes);
	buf_adds(&sums, " consumed");
	put_words(sheet, "so far", ROLE_HEADER_VALUE, buf_text(&sums));
	if (!ring->mapped_bytes)
		return;
	add_bytes(&mapped, (double)ring->mapped_bytes);
	buf_adds(&mapped, " to read it: the positions and what waits");
	put_words(sheet, "mapped", ROLE_HEADER_VALUE, buf_text(&mapped));
}

/* -- the records -------------------------------------------------------------------------------------------- */

static int text_columns(const char *text)
{
	return MIN_OF((int)utf8_columns(text, strlen(text)), (int)CELL_MAX);
}

/* A column of all lines, from line `top` on; returns how wide it is. */
static int put_column(struct sheet *sheet, const struct shown *shown, size_t top, size_t n, int col)
{
	int width = text_columns(shown->title), room;
	SCOPED(buf) texts = {0};
	const char *at;

	for (size_t row = 0; row < n; row++) {
		size_t from = texts.len;

		table_text(sheet->tab->table, row, &shown->column, PRINT_SHORT, &texts);
		width = MAX_OF(width, text_columns(buf_text(&texts) + from));
		buf_addc(&texts, '\0');
	}
	room = sheet->n_cols - 1 - col;
	if (texts.failed || room < MIN_OF(width, (int)CELL_MAX / 2))
		return 0;
	width = MIN_OF(width, room);
	listing_go(&sheet->lines, top);
	listing_put_cell(&sheet->lines, col, width, shown->is_right, ROLE_HEADER, shown->title);
	at = buf_text(&texts);
	for (size_t row = 0; row < n; row++, at += strlen(at) + 1) {
		listing_next(&sheet->lines);
		listing_put_cell(&sheet->lines, col, width, shown->is_right,
				 shown->in_key ? ROLE_KEY : ROLE_TEXT, at);
	}
	return width;
}

static void put_records(struct sheet *sheet)
{
	size_t n = table_n_live(sheet->tab->table), n_shown = MIN_OF(n, (size_t)MAX_RECORDS), top;
	int col = INDENT, width;
	SCOPED(buf) more = {0};

	put_title(sheet, n ? "Waiting, the oldest first" : "No record waits");
	top = sheet->lines.line;
	for (unsigned i = 0; n && i < sort_choices(sheet->tab); i++) {
		width = put_column(sheet, &sheet->tab->shown[i], top, n_shown, col);
		if (!width)
			break;
		col += width + 2;
	}
	if (n <= n_shown)
		return;
	listing_go(&sheet->lines, top + 1 + n_shown);
	buf_adds(&more, "and ");
	num_grouped(&more, n - n_shown);
	buf_adds(&more, " more: the rows have all of them");
	listing_put(&sheet->lines, INDENT, ROLE_DIM, buf_text(&more));
}

static void put_sheet(struct sheet *sheet, bool is_log)
{
	put_ring(sheet);
	if (!sheet->is_low)
		listing_next(&sheet->lines);
	put_fill(sheet);
	if (!sheet->is_low)
		put_waiting(sheet);
	put_speeds(sheet, is_log);
	if (sheet->is_low)
		put_waiting(sheet);
	put_sizes(sheet);
	put_records(sheet);
}

void pane_ring(const struct scene *scene, struct area area)
{
	const struct tab *tab = scene->tab && scene->tab->rows ? scene->tab->rows : scene->tab;
	const struct table *table = tab ? tab->table : NULL;
	struct sheet sheet = {
		.tab = tab,
		.n_cols = area.n_cols,
		.is_low = area.n_rows < LOW_ROWS,
		.is_high = area.n_rows >= HIGH_ROWS,
	};
	SCOPED(buf) title = {0};

	if (table && table->current->ring.size_bytes) {
		sheet.now = table->current;
		sheet.was = table->previous;
		sheet.back = (unsigned)table->past.back;
		put_sheet(&sheet, scene->screen->is_log);
	} else {
		listing_put_words(&sheet.lines, INDENT, area.n_cols - INDENT - 1, ROLE_DIM,
				  !table || table->current->number ? "this map is no ring buffer"
								   : why_no_rows(table));
	}
	pane_map_title(scene, "ring buffer", &title);
	listing_draw(scene, area, buf_text(&title), &sheet.lines);
	listing_release(&sheet.lines);
}
