/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The header, a line a question: is it live and what does it cost; how full; how fast, how much
 * turnover; is one CPU hot. Each line is pieces from the left and pieces from the right; a piece that
 * would run into the right side is left out whole. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/ring.h"
#include "model/verdict.h"
#include "ui/glyph.h"
#include "ui/line.h"
#include "ui/scene.h"

enum { METER_MIN = 8, METER_MAX = 60, RECORDING_COLS = 64, FILL_MIN = 8, FILL_MAX = 64 };

static void put_clock_time(struct buf *out, uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;

	buf_addf(out, "%02u:%02u", (unsigned)(seconds / 60), (unsigned)(seconds % 60));
}

/* What the picture is: live, frozen, held, following. */
static enum role state_text(const struct scene *scene, struct buf *out)
{
	const struct screen *screen = scene->screen;
	const struct tab *tab = scene->tab;

	if (screen->is_paused) {
		buf_adds(out, " PAUSED ");
		put_clock_time(out, scene->facts->now_ns -
					    MIN_OF(screen->paused_ns, scene->facts->now_ns));
		buf_adds(out, " (");
		clock_hms(out, screen->paused_wall_ns);
		buf_adds(out, ") ");
		return ROLE_PAUSED;
	}
	if (tab && tab->table->is_gone) {
		buf_adds(out, "MAP GONE");
		return ROLE_CRIT;
	}
	if (tab && tab->held) {
		buf_adds(out, "ORDER HELD ");
		num_duration(out, (double)(tab->held * scene->facts->interval_ns));
		return ROLE_PAUSED;
	}
	if (tab && tab->view.follows) {
		buf_adds(out, "FOLLOW");
		return ROLE_LIVE;
	}
	if (!scene->facts->badge && tab)
		buf_adds(out, "LIVE");
	return ROLE_LIVE;
}

/* Where there is little room, that it is so. */
static void put_recording(struct line *line)
{
	const char *recording = line->scene->facts->recording;

	if (!recording)
		return;
	if (line->area.n_cols < RECORDING_COLS || !line_right(line, ROLE_CRIT, recording, GAP))
		line_right(line, ROLE_CRIT, "REC", GAP);
}

static void put_state(struct line *line)
{
	SCOPED(buf) state = {0};
	enum role role = state_text(line->scene, &state);

	line_right(line, role, buf_text(&state), GAP);
	if (line->scene->facts->badge)
		line_right(line, ROLE_PAUSED, line->scene->facts->badge, GAP);
	put_recording(line);
}

static void put_duration(struct line *line, const char *word, double ns, enum role role)
{
	SCOPED(buf) text = {0};

	num_duration(&text, ns);
	line_pair(line, word, role, buf_text(&text));
}

/* The reading last made: while paused that is one that is not shown. */
static void put_reading(struct line *line)
{
	const struct tab *tab = line->scene->tab;
	const struct snap *snap = tab ? tab->table->current : NULL;
	bool is_slow;

	if (!snap || !snap->number)
		return;
	is_slow = (snap->notes & SNAP_SLOW) || snap->n_missed;
	put_duration(line, "read", (double)(snap->ended_ns - snap->started_ns),
		     is_slow ? ROLE_WARN : ROLE_HEADER_VALUE);
}

/* What is counted from a moment on means nothing without the moment. */
static void put_baseline(struct line *line)
{
	const struct tab *tab = line->scene->tab;
	SCOPED(buf) text = {0};

	if (!tab || tab->values != VALUES_BASE || !tab->table->baseline.number)
		return;
	clock_hms(&text, tab->table->baseline.wall_ns);
	line_pair(line, "since", ROLE_HEADER_VALUE, buf_text(&text));
}

void pane_identity(const struct scene *scene, struct area area)
{
	struct line line = line_of(scene, area);
	const struct screen *screen = scene->screen;
	SCOPED(buf) text = {0};

	clock_hms(&text, scene->facts->wall_ns);
	line_right(&line, ROLE_HEADER_VALUE, buf_text(&text), GAP);
	put_state(&line);
	line_left(&line, ROLE_TITLE, "bpfmaptop", GAP);
	if (scene->facts->host)
		line_left(&line, ROLE_HEADER_VALUE, scene->facts->host, GAP);
	buf_clear(&text);
	buf_addf(&text, "%zu %s", screen->n_tabs, num_noun(screen->n_tabs, "map", "maps"));
	if (screen->n_tabs)
		line_left(&line, ROLE_HEADER, buf_text(&text), GAP);
	put_duration(&line, "every", (double)scene->facts->interval_ns, ROLE_HEADER_VALUE);
	put_baseline(&line);
	put_reading(&line);
}

/* -- how full ---------------------------------------------------------------------------------------- */

enum role pane_fill_role(double fill, bool is_lru)
{
	/* An LRU map is meant to be full; any other refuses new entries then. */
	if (is_lru)
		return fill > 0.9 ? ROLE_METER_MID : ROLE_METER_LOW;
	return fill > 0.9 ? ROLE_METER_HIGH : fill > 0.7 ? ROLE_METER_MID : ROLE_METER_LOW;
}

static void entries_text(const struct tab *tab, struct buf *out)
{
	const struct map *map = &tab->table->map;
	bool is_known = map->entries_known;
	uint64_t n = map->n_entries;

	if (tab->table->current->number)
		is_known = table_n_in_map(tab->table, &n);
	if (is_known)
		num_short(out, (double)n, 1000);
	else
		buf_addc(out, '-');
	if (tab->table->current->ring.size_bytes) {
		buf_adds(out, num_noun(n, " record", " records"));
	} else if (!map->type->is_array && map->max_entries && !map->row_key_size) {
		buf_addc(out, '/');
		num_short(out, map->max_entries, 1000);
	} else if (!tab->table->plan.is_variables) {
		buf_adds(out, num_noun(n, " entry", " entries"));
	} else {
		buf_adds(out, num_noun(n, " variable", " variables"));
	}
}

static void put_meter(struct line *line, double fill, bool is_lru)
{
	const struct glyphs *glyphs = line->scene->glyphs;
	struct grid *grid = line->scene->grid;
	int width = MIN_OF((line->right - line->left) * 3 / 4, METER_MAX), at;

	if (width < METER_MIN + 2)
		return;
	at = line->right - width;
	grid_put(grid, line->area, 0, at, ROLE_BORDER, glyphs->open);
	glyph_meter(grid, line->area, (struct strip){0, at + 1, width - 2}, fill,
		    pane_fill_role(fill, is_lru));
	grid_put(grid, line->area, 0, at + width - 1, ROLE_BORDER, glyphs->close);
	line->right = at - GAP;
}

/* How full it was, on the scale of the meter beside it: a full cell is a full map. */
static void put_fill_history(struct line *line)
{
	const struct table *table = line->scene->tab->table;
	float samples[CHURN_HISTORY];
	int width = MIN_OF(line->right - line->left - GAP, FILL_MAX);
	size_t n = 0;

	if (width < FILL_MIN || table->current->ring.size_bytes || !table->map.max_entries)
		return;
	for (unsigned i = (unsigned)width; i-- > 0;) {
		const struct churn_point *point =
			churn_point(&table->churn, i + (unsigned)table->past.back);

		samples[n++] =
			point ? (float)((double)point->n_rows / table->map.max_entries) : NAN;
	}
	glyph_spark(line->scene->grid, line->area, (struct strip){0, line->right - width, width},
		    &(struct spark){GLYPHS_BLOCKS, samples, n, 1, ROLE_GRAPH});
	line->right -= width + GAP;
}

static void put_entries(struct line *line)
{
	SCOPED(buf) text = {0};

	entries_text(line->scene->tab, &text);
	line_right(line, ROLE_HEADER_VALUE, buf_text(&text), GAP);
}

static void put_fill(struct line *line)
{
	const struct tab *tab = line->scene->tab;
	const struct map *map = &tab->table->map;
	double fill = churn_fill(map, tab->table->current);
	SCOPED(buf) text = {0};
	SCOPED(buf) percent = {0};

	if (isnan(fill) || !tab->table->current->number)
		return;
	num_percent(&percent, fill);
	buf_addf(&text, "%4s", buf_text(&percent));
	line_right(line, pane_fill_role(fill, map->type->is_lru), buf_text(&text), 1);
	put_meter(line, fill, map->type->is_lru);
	put_fill_history(line);
}

/* What a person must know before believing the reading is never left out for want of room, only cut; `m`
 * has all of it. */
static void put_notes(struct line *line, int gap)
{
	SCOPED(buf) text = {0};

	snap_notes(line->scene->tab->table->current, &text);
	line_left_cut(line, ROLE_WARN, buf_text(&text), gap);
}

/* Only what asks for somebody to act, and only when it is sure; `C` says the rest. */
static void put_verdict(struct line *line)
{
	struct verdict verdict;

	verdict_make(line->scene->tab->table, &verdict);
	if (verdict.kind == VERDICT_TOO_SMALL && verdict.sure == SURE_YES)
		line_left(line, ROLE_WARN, verdict_word(verdict.kind), GAP);
}

void pane_map(const struct scene *scene, struct area area)
{
	struct line line = line_of(scene, area);
	const struct tab *tab = scene->tab;
	SCOPED(buf) text = {0};

	if (!tab)
		return;
	line_left(&line, ROLE_TITLE, tab->table->map.name, 1);
	if (tab->table->why_unread)
		return;
	if (tab->table->map.id) {
		buf_addf(&text, "#%u", tab->table->map.id);
		line_left(&line, ROLE_HEADER, buf_text(&text), 1);
	}
	line_left(&line, ROLE_HEADER, tab->table->map.type->name, GAP);
	buf_clear(&text);
	ring_text(tab->table->current, tab->table->previous, &text);
	if (text.len)
		line_left(&line, ROLE_HEADER_VALUE, buf_text(&text), GAP);
	put_entries(&line);
	put_notes(&line, GAP);
	put_verdict(&line);
	put_fill(&line);
}

/* -- the CPUs ------------------------------------------------------------------------------------------ */

enum { CELL_ROOM = 8, CELLS_MOST = 4, CELLS_MAX = 256 };

static void put_skew(struct line *line, const struct totals *totals)
{
	SCOPED(buf) text = {0};

	if (isnan(totals->skew))
		return;
	buf_addf(&text, "skew %s%.1fx", totals->is_sampled ? "~" : "", totals->skew);
	line_right(line, totals->skew >= 2 ? ROLE_WARN : ROLE_HEADER_VALUE, buf_text(&text), GAP);
	buf_clear(&text);
	buf_addf(&text, "max cpu%u ",
		 map_cpu_number(&line->scene->tab->table->map, totals->max_cpu));
	num_percent(&text, totals->max_share);
	line_right(line, ROLE_HEADER_VALUE, buf_text(&text), GAP);
}

/* Few CPUs on a wide line have several cells each. */
static int strip_columns(uint32_t n_cpus, int room)
{
	int columns = glyph_heat_columns(n_cpus, room);
	int n_each = MIN_OF(room / MAX_OF(columns * CELL_ROOM, 1), (int)CELLS_MOST);

	return columns * MAX_OF(n_each, 1);
}

static void put_shares(const struct line *line, int width, const struct totals *totals)
{
	size_t n_each = MAX_OF((size_t)width / MAX_OF(totals->n_cpus, 1U), (size_t)1);
	float cells[CELLS_MAX];

	if (n_each == 1 || (size_t)width > CELLS_MAX) {
		glyph_heat(line->scene->grid, line->area, (struct strip){0, line->left, width},
			   totals->cpu_shares, totals->n_cpus);
		return;
	}
	for (size_t i = 0; i < (size_t)width; i++)
		cells[i] = totals->cpu_shares[i / n_each];
	glyph_heat(line->scene->grid, line->area, (struct strip){0, line->left, width}, cells,
		   (size_t)width);
}

void pane_strip(const struct scene *scene, struct area area)
{
	struct line line = line_of(scene, area);
	const struct totals *totals = scene->tab ? &scene->tab->totals : NULL;
	struct grid *grid = scene->grid;
	SCOPED(buf) last = {0};
	int width;

	if (!totals || !totals->cpu_shares)
		return;
	put_skew(&line, totals);
	line_left(&line, ROLE_HEADER, "cpu", 1);
	buf_addf(&last, " %u", map_cpu_number(&scene->tab->table->map, totals->n_cpus - 1));
	width = strip_columns(totals->n_cpus, line.right - line.left - 4 - (int)last.len);
	if (width < 1)
		return;
	line_left(&line, ROLE_DIM, "0", 1);
	line.left = grid_put(grid, area, 0, line.left, ROLE_BORDER, scene->glyphs->open);
	put_shares(&line, width, totals);
	line.left = grid_put(grid, area, 0, line.left + width, ROLE_BORDER, scene->glyphs->close);
	line_left(&line, ROLE_DIM, buf_text(&last), GAP);
}

/* Everything in one line, for small terminals. */
void pane_compact(const struct scene *scene, struct area area)
{
	struct line line = line_of(scene, area);
	SCOPED(buf) text = {0}, share = {0};
	double fill;

	num_duration(&text, (double)scene->facts->interval_ns);
	line_right(&line, ROLE_HEADER_VALUE, buf_text(&text), 1);
	put_state(&line);
	line_left(&line, ROLE_TITLE, scene->tab ? scene->tab->table->map.name : "bpfmaptop", 1);
	if (!scene->tab)
		return;
	put_notes(&line, 1);
	fill = churn_fill(&scene->tab->table->map, scene->tab->table->current);
	buf_clear(&text);
	if (!isnan(fill)) {
		num_percent(&text, fill);
		line_left(&line, pane_fill_role(fill, scene->tab->table->map.type->is_lru),
			  buf_text(&text), 1);
	}
	buf_clear(&text);
	churn_pieces(scene->tab, scene->screen->layout.is_narrow ? "" : " ", &text, &share);
	if (line_left(&line, ROLE_HEADER_VALUE, buf_text(&text), 1))
		line_left(&line, ROLE_HEADER_VALUE, buf_text(&share), 1);
}
