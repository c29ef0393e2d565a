/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each CPU has of a per-CPU map: a line a CPU, with a bar for all rows and one for the row under the
 * cursor, each on its own scale. By number every CPU has its place, and where there are more than lines, those
 * next to each other share one, which shows the busiest of them, as the header's strip does; the busiest
 * first, each has a line of its own. Where there are fewer, their bars are higher. */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "ui/cpu_parts.h"
#include "ui/graph.h"
#include "ui/listing.h"

enum {
	COLUMN_MIN = 48, /* of lines beside each other */
	VALUE_COLS = 8,
	SHARE_COLS = 6,
	BAR_MIN = 6,
	BAR_ROWS = 3, /* of a bar at the most */
	INDENT = 1,
	LOW_ROWS = 12,
	/* The pane's title, that of the bars, heads of columns; and two lines of sums. */
	ABOVE_ROWS = 3,
	SUM_ROWS = 2,
};

/* One of the two bars that a line has. */
struct side {
	double *parts; /* [n_lines] */
	double max, sum, mean;
	uint32_t n, max_cpu; /* CPUs, and the copy of the busiest one */
	bool is_rate, is_estimate;
};

struct sheet {
	struct listing lines;
	const struct tab *tab;
	int n_cols;
	struct cpu_part *of_map, *of_row; /* [n_cpus]; NULL: unknown, no row */
	struct side map, row;
	uint32_t n_cpus, n_a_line; /* CPUs */
	uint32_t *first;	   /* [n_lines]: the first CPU of each */
	uint32_t n_lines;
	bool by_value;
	bool is_low;		      /* no line for sums */
	int label, side, bar;	      /* columns */
	uint32_t bar_rows, line_rows; /* lines of the screen: of a bar, and from one to the next */
	bool has_shares;
};

/* -- numbers ---------------------------------------------------------------------------------------------- */

static void sum_up(struct side *side, const struct cpu_part *parts, uint32_t n)
{
	side->n = n;
	for (uint32_t i = 0; i < n; i++) {
		side->sum += parts[i].part;
		if (parts[i].part <= side->max)
			continue;
		side->max = parts[i].part;
		side->max_cpu = parts[i].cpu;
	}
	side->mean = side->sum / n;
}

static void take_map(struct sheet *sheet)
{
	const struct totals *totals = &sheet->tab->totals;

	if (!totals->cpus || totals->n_cpus != sheet->n_cpus)
		return;
	sheet->of_map = calloc(sheet->n_cpus, sizeof(*sheet->of_map));
	for (uint32_t cpu = 0; sheet->of_map && cpu < sheet->n_cpus; cpu++)
		sheet->of_map[cpu] = (struct cpu_part){cpu, totals->cpus[cpu]};
	if (!sheet->of_map)
		return;
	sheet->map.is_rate = totals->is_rate;
	sheet->map.is_estimate = totals->is_sampled;
	sum_up(&sheet->map, sheet->of_map, sheet->n_cpus);
}

static void take_row(struct sheet *sheet, ptrdiff_t row)
{
	const struct table *table = sheet->tab->table;
	const struct field *field = sheet->tab->trend.field;

	sheet->of_row = row >= 0 ? calloc(sheet->n_cpus, sizeof(*sheet->of_row)) : NULL;
	if (!sheet->of_row)
		return;
	sheet->row.is_rate = cpu_parts_have_speed(table, (size_t)row, field);
	cpu_parts_of_row(table, (size_t)row, field, sheet->row.is_rate, sheet->of_row);
	sum_up(&sheet->row, sheet->of_row, sheet->n_cpus);
}

/* Line i gets the highest of the CPUs that share it. */
static int take_lines(struct sheet *sheet)
{
	const struct cpu_part *order = sheet->of_map ? sheet->of_map : sheet->of_row;
	uint32_t n = sheet->n_lines;

	sheet->first = calloc(n, sizeof(*sheet->first));
	sheet->map.parts = calloc(n, sizeof(double));
	sheet->row.parts = calloc(n, sizeof(double));
	if (!sheet->first || !sheet->map.parts || !sheet->row.parts)
		return -1;
	for (uint32_t i = 0; i < sheet->n_cpus; i++) {
		uint32_t line = i / sheet->n_a_line, cpu = order[i].cpu;

		if (i % sheet->n_a_line == 0)
			sheet->first[line] = cpu;
		if (sheet->of_map)
			sheet->map.parts[line] = fmax(sheet->map.parts[line], order[i].part);
		if (sheet->of_row)
			sheet->row.parts[line] =
				fmax(sheet->row.parts[line],
				     (sheet->of_map ? sheet->of_row[cpu] : order[i]).part);
	}
	return 0;
}

/* -- above the bars ----------------------------------------------------------------------------------------- */

static void put_title(struct sheet *sheet, bool is_log)
{
	const struct side *side = sheet->of_map ? &sheet->map : &sheet->row;
	SCOPED(buf) text = {0};

	buf_addf(&text, "%s%s%s, %s", sheet->tab->trend.field->path, side->is_rate ? "/s" : "",
		 sheet->is_low ? "" : " of each CPU",
		 sheet->by_value ? "busiest first" : "by number");
	buf_adds(&text, is_log ? ", log" : "");
	if (sheet->n_a_line > 1)
		buf_addf(&text, sheet->is_low ? ", %u a line" : "; the busiest of %u a line",
			 sheet->n_a_line);
	listing_put_cell(&sheet->lines, INDENT, sheet->n_cols - INDENT - 1, false, ROLE_TITLE,
			 buf_text(&text));
	listing_next(&sheet->lines);
}

static void add_value(const struct sheet *sheet, const struct side *side, double value,
		      struct buf *out)
{
	buf_adds(out, side->is_estimate ? "~" : "");
	table_amount_text(sheet->tab->table, sheet->tab->trend.field, value, out);
}

/* "all rows: 4.21M/s, cpu9 has 18%, 2.3x the mean" */
static void put_summary(struct sheet *sheet, const struct side *side, const char *whose)
{
	SCOPED(buf) text = {0};

	buf_addf(&text, "%s: ", whose);
	add_value(sheet, side, side->sum, &text);
	buf_adds(&text, side->is_rate ? "/s" : "");
	if (side->sum > 0) {
		buf_addf(&text, ", cpu%u has ",
			 map_cpu_number(&sheet->tab->table->map, side->max_cpu));
		num_percent(&text, side->max / side->sum);
		buf_addf(&text, ", %.1fx the mean", side->max / side->mean);
	}
	listing_put_cell(&sheet->lines, INDENT, sheet->n_cols - INDENT - 1, false,
			 side->sum > 0 && side->max >= 2 * side->mean ? ROLE_WARN
								      : ROLE_HEADER_VALUE,
			 buf_text(&text));
	listing_next(&sheet->lines);
}

static void put_summaries(struct sheet *sheet, ptrdiff_t row)
{
	const char *all = sheet->tab->rows ? "all groups" : "all rows";
	SCOPED(buf) name = {0};

	if (sheet->of_map)
		put_summary(sheet, &sheet->map, all);
	if (!sheet->of_row)
		return;
	row_title(sheet->tab->table, (size_t)row, &name);
	put_summary(sheet, &sheet->row, buf_text(&name));
}

/* -- bars ------------------------------------------------------------------------------------------------- */

static void draw_bar(const struct scene *scene, struct area line, int col,
		     const struct sheet *sheet, const struct side *side, unsigned i)
{
	double part = side->parts[i];

	if (side->max > 0)
		glyph_meter(scene->grid, line, (struct strip){0, col, sheet->bar},
			    graph_share(scene, part, side->max), glyph_heat_role(part, side->mean));
}

static void draw_map_bar(const struct scene *scene, struct area line, int col, const void *ctx,
			 unsigned i)
{
	const struct sheet *sheet = ctx;

	draw_bar(scene, line, col, sheet, &sheet->map, i);
}

static void draw_row_bar(const struct scene *scene, struct area line, int col, const void *ctx,
			 unsigned i)
{
	const struct sheet *sheet = ctx;

	draw_bar(scene, line, col, sheet, &sheet->row, i);
}

static void put_side(struct sheet *sheet, const struct side *side, int col, unsigned i,
		     listing_picture_fn *draw)
{
	size_t top = sheet->lines.line;
	SCOPED(buf) value = {0}, share = {0};

	add_value(sheet, side, side->parts[i], &value);
	if (side->sum > 0)
		num_percent(&share, side->parts[i] / side->sum);
	for (uint32_t row = 0; row < sheet->bar_rows; row++) {
		listing_go(&sheet->lines, top + row);
		listing_put_picture(&sheet->lines, col, draw, sheet, i);
	}
	listing_go(&sheet->lines, top);
	listing_put_right(&sheet->lines, col + sheet->bar, VALUE_COLS, ROLE_HEADER_VALUE,
			  buf_text(&value));
	if (sheet->has_shares)
		listing_put_right(&sheet->lines, col + sheet->bar + VALUE_COLS, SHARE_COLS,
				  ROLE_DIM, buf_text(&share));
}

static void add_label(const struct sheet *sheet, uint32_t line, struct buf *out)
{
	const struct map *map = &sheet->tab->table->map;
	uint32_t first = sheet->first[line];
	uint32_t last = MIN_OF(first + sheet->n_a_line, sheet->n_cpus) - 1;

	buf_addf(out, "cpu%u", map_cpu_number(map, first));
	if (sheet->n_a_line > 1 && last > first)
		buf_addf(out, "-%u", map_cpu_number(map, last));
}

static void put_line(struct sheet *sheet, uint32_t line, int col)
{
	SCOPED(buf) label = {0};

	add_label(sheet, line, &label);
	listing_put(&sheet->lines, col, ROLE_TEXT, buf_text(&label));
	col += sheet->label;
	if (sheet->of_map) {
		put_side(sheet, &sheet->map, col, line, draw_map_bar);
		col += sheet->side;
	}
	if (sheet->of_row)
		put_side(sheet, &sheet->row, col, line, draw_row_bar);
}

static void put_heads(struct sheet *sheet, int col)
{
	col += sheet->label;
	if (sheet->of_map) {
		listing_put(&sheet->lines, col, ROLE_HEADER,
			    sheet->tab->rows ? "all groups" : "all rows");
		col += sheet->side;
	}
	if (sheet->of_row)
		listing_put(&sheet->lines, col, ROLE_HEADER,
			    sheet->tab->rows ? "this group" : "this row");
}

/* How many columns of lines there are, and what each part of a line may take. */
static uint32_t divide(struct sheet *sheet, int n_rows)
{
	int n_sides = (sheet->of_map != NULL) + (sheet->of_row != NULL), width;
	uint32_t room = (uint32_t)MAX_OF(n_rows, 1), height;
	uint32_t n_columns = (uint32_t)MAX_OF(sheet->n_cols / COLUMN_MIN, 1);

	n_columns = MIN_OF(n_columns, (sheet->n_cpus + room - 1) / room);
	room *= n_columns;
	sheet->n_a_line = 1;
	while (!sheet->by_value && sheet->n_a_line * room < sheet->n_cpus)
		sheet->n_a_line *= 2;
	sheet->n_lines = (sheet->n_cpus + sheet->n_a_line - 1) / sheet->n_a_line;
	height = (sheet->n_lines + n_columns - 1) / n_columns;
	sheet->line_rows = MIN_OF((room / n_columns + 1) / height, BAR_ROWS + 1u);
	sheet->line_rows = MAX_OF(sheet->line_rows, 1u);
	sheet->bar_rows = MAX_OF(sheet->line_rows - 1, 1u);
	sheet->label = sheet->n_a_line > 1 ? (int)sizeof("cpu000-000") : (int)sizeof("cpu000");
	width = (sheet->n_cols - INDENT) / (int)n_columns;
	sheet->side = (width - sheet->label) / n_sides;
	sheet->bar = sheet->side - VALUE_COLS - 2;
	sheet->has_shares = sheet->bar >= BAR_MIN + SHARE_COLS;
	sheet->bar = MAX_OF(sheet->bar - (sheet->has_shares ? SHARE_COLS : 0), 0);
	return n_columns;
}

/* By number from column to column, the busiest first from line to line: then the top of a list that goes on
 * below has them. */
static void put_bars(struct sheet *sheet, uint32_t n_columns)
{
	int width = (sheet->n_cols - INDENT) / (int)n_columns;
	uint32_t height = (sheet->n_lines + n_columns - 1) / n_columns;
	size_t top = sheet->lines.line;

	for (uint32_t i = 0; i < n_columns; i++) {
		listing_go(&sheet->lines, top);
		put_heads(sheet, INDENT + (int)i * width);
	}
	for (uint32_t i = 0; i < sheet->n_lines; i++) {
		uint32_t column = sheet->by_value ? i % n_columns : i / height;
		uint32_t line = sheet->by_value ? i / n_columns : i % height;

		listing_go(&sheet->lines, top + 1 + line * sheet->line_rows);
		put_line(sheet, i, INDENT + (int)column * width);
	}
}

static void sheet_release(struct sheet *sheet)
{
	listing_release(&sheet->lines);
	free(sheet->of_map);
	free(sheet->of_row);
	free(sheet->first);
	free(sheet->map.parts);
	free(sheet->row.parts);
}

/* Why there are no bars; NULL: there are. */
static const char *why_none(const struct tab *tab)
{
	if (!tab)
		return "no map is open";
	if (!tab_is_per_cpu(tab))
		return "this map has one value for all CPUs";
	if (!tab->trend.field || !field_is_integer(tab->trend.field))
		return "nothing here can be counted by CPU";
	return tab->table->current->number ? NULL : why_no_rows(tab->table);
}

static void put_sheet(const struct scene *scene, struct sheet *sheet, int n_rows)
{
	ptrdiff_t row = tab_cursor_row(scene->tab);
	uint32_t n_columns;

	take_map(sheet);
	take_row(sheet, row);
	if (!sheet->of_map && !sheet->of_row) {
		listing_put(&sheet->lines, INDENT, ROLE_DIM, "being summed up");
		return;
	}
	sheet->by_value = cpu_parts_by_value(scene->screen, false);
	if (sheet->by_value)
		cpu_parts_sort(sheet->of_map ? sheet->of_map : sheet->of_row, sheet->n_cpus);
	n_columns = divide(sheet, n_rows);
	put_title(sheet, scene->screen->is_log);
	if (!sheet->is_low)
		put_summaries(sheet, row);
	if (take_lines(sheet) == 0)
		put_bars(sheet, n_columns);
}

void pane_cpus(const struct scene *scene, struct area area)
{
	const char *why = why_none(scene->tab);
	struct sheet sheet = {
		.tab = scene->tab, .n_cols = area.n_cols, .is_low = area.n_rows < LOW_ROWS};
	SCOPED(buf) title = {0};

	if (why) {
		listing_put_words(&sheet.lines, INDENT, area.n_cols - INDENT - 1, ROLE_DIM, why);
	} else if (tab_sum_up(scene->tab) < 0) {
		listing_put(&sheet.lines, INDENT, ROLE_CRIT, "out of memory");
	} else {
		sheet.n_cpus = scene->tab->table->map.n_cpus;
		put_sheet(scene, &sheet, area.n_rows - ABOVE_ROWS - (sheet.is_low ? 0 : SUM_ROWS));
	}
	pane_map_title(scene, "CPUs", &title);
	listing_draw(scene, area, buf_text(&title), &sheet.lines);
	sheet_release(&sheet);
}
