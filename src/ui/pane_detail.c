/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The row under the cursor in full, top to bottom: what it is, every field exactly, its CPUs, its
 * history, its raw bytes. Drawn on an endless page of which the area shows a part: lines above and
 * below it are clipped by the grid. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/glyph.h"
#include "ui/state.h"

#define MORE " e shows all "

enum {
	NAME_MAX_COLS = 24,
	NUMBER_COLS = 12,
	GRAPH_ROWS = 5,	     /* at least; it grows into rows that are free */
	GRAPH_MAX_ROWS = 12, /* unless the detail stands alone */
	BYTES_A_LINE = 16,
	CPU_LABEL_COLS = 8
};

struct page {
	const struct scene *scene;
	const struct table *table;
	struct area area;
	size_t row;
	int line; /* next one, counted from the top of the area; may be negative */
};

static void title(struct page *page, const char *text)
{
	page->line++;
	grid_put(page->scene->grid, page->area, page->line++, 1, ROLE_HEADER, text);
}

/* -- fields ---------------------------------------------------------------------------------------------- */

static bool has_line(const struct plan *plan, const struct field *field)
{
	(void)plan;
	if (field->in_array || field->is_hidden || field->kind == FIELD_SPECIAL)
		return false;
	return !field_is_container(field) || field->kind == FIELD_ARRAY;
}

static int name_columns(const struct page *page)
{
	const struct plan *plan = &page->table->plan;
	int width = 5;

	for (uint32_t i = 0; i < plan->n_fields; i++)
		if (has_line(plan, &plan->fields[i]))
			width = MAX_OF(width, (int)strlen(plan->fields[i].path));
	return MIN_OF(width, NAME_MAX_COLS);
}

static void text_of(const struct page *page, enum derive derive, const struct field *field,
		    enum print_style style, struct buf *out)
{
	struct column column = {.derive = derive, .field = field};

	table_text(page->table, page->row, &column, style, out);
}

static int put_number(struct page *page, int col, enum derive derive, const struct field *field)
{
	SCOPED(buf) text = {0};

	text_of(page, derive, field, PRINT_SHORT, &text);
	return grid_fit(page->scene->grid, page->area, page->line, col, NUMBER_COLS - 3, true,
			ROLE_HEADER_VALUE, buf_text(&text));
}

/* What the field holds; of a moment or a span first as people say it. */
static void field_text(const struct page *page, const struct field *field, struct buf *out)
{
	if (field->format && field->format->is_time && !field->in_array) {
		text_of(page, DERIVE_TOTAL, field, PRINT_SHORT, out);
		buf_adds(out, "  ");
	}
	text_of(page, DERIVE_TOTAL, field, PRINT_EXACT, out);
}

static void put_field(struct page *page, const struct field *field, int name_width)
{
	bool counts = field->in_value && field_is_counter(field);
	int col = name_width + 2, width = page->area.n_cols - col - 1;
	SCOPED(buf) text = {0};

	grid_fit(page->scene->grid, page->area, page->line, 1, name_width, false,
		 field->in_value ? ROLE_TEXT : ROLE_KEY, field->path);
	if (counts)
		text_of(page, DERIVE_TOTAL, field, PRINT_EXACT, &text);
	else
		field_text(page, field, &text);
	if (counts)
		width = MIN_OF(width,
			       MAX_OF(page->area.n_cols - col - 2 * NUMBER_COLS + 3, NUMBER_COLS));
	col = grid_fit(page->scene->grid, page->area, page->line, col, width, counts,
		       ROLE_HEADER_VALUE, buf_text(&text));
	if (counts) {
		col = put_number(page, col + 1, DERIVE_DELTA, field);
		col = put_number(page, col + 1, DERIVE_RATE, field);
		if (nature_is_gauge(page->table, field))
			grid_put(page->scene->grid, page->area, page->line, col + 1, ROLE_DIM,
				 "gauge");
	}
	page->line++;
}

static void put_value_title(struct page *page, int name_width)
{
	struct grid *grid = page->scene->grid;
	int col = name_width + 2;
	int width = MIN_OF(page->area.n_cols - col - 1,
			   MAX_OF(page->area.n_cols - col - 2 * NUMBER_COLS + 3, NUMBER_COLS));

	title(page, "value");
	page->line--;
	col = grid_fit(grid, page->area, page->line, col, width, true, ROLE_DIM, "total");
	col = grid_fit(grid, page->area, page->line, col + 1, NUMBER_COLS - 3, true, ROLE_DIM,
		       "delta");
	grid_fit(grid, page->area, page->line, col + 1, NUMBER_COLS - 3, true, ROLE_DIM, "per s");
	page->line++;
}

static void put_whole(struct page *page, const char *name, enum derive derive)
{
	SCOPED(buf) text = {0};

	grid_put(page->scene->grid, page->area, page->line, 1, ROLE_KEY, name);
	text_of(page, derive, NULL, PRINT_EXACT, &text);
	grid_put(page->scene->grid, page->area, page->line++, 10, ROLE_HEADER_VALUE,
		 buf_text(&text));
}

static void put_fields(struct page *page)
{
	const struct plan *plan = &page->table->plan;
	int width = name_columns(page);

	if (plan->is_variables) {
		put_whole(page, "variable", DERIVE_KEY);
		put_whole(page, "value", DERIVE_VALUE);
		put_whole(page, "delta", DERIVE_DELTA);
		put_whole(page, "per s", DERIVE_RATE);
		return;
	}
	for (uint32_t i = 0; i < plan->n_fields; i++) {
		if (i == plan->n_key_fields)
			put_value_title(page, width);
		if (has_line(plan, &plan->fields[i]))
			put_field(page, &plan->fields[i], width);
	}
}

static void put_state(struct page *page)
{
	const struct tab *tab = page->scene->tab;
	SCOPED(buf) text = {0};
	static const struct {
		const char *word;
		enum derive derive;
	} facts[] = {{"", DERIVE_STATE}, {"  seen for ", DERIVE_AGE}, {"  idle ", DERIVE_IDLE}};

	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		buf_adds(&text, facts[i].word);
		text_of(page, facts[i].derive, NULL, PRINT_SHORT, &text);
	}
	buf_adds(&text, "  in ");
	text_of(page, DERIVE_SEEN, NULL, PRINT_SHORT, &text);
	buf_addf(&text, " of %zu readings", table_n_readings(page->table));
	if (tags_has(&tab->tags, table_key(page->table, page->row, &(size_t){0})))
		buf_adds(&text, "  tagged");
	grid_put(page->scene->grid, page->area, page->line++, 1, ROLE_DIM, buf_text(&text));
}

/* -- CPUs ------------------------------------------------------------------------------------------------- */

struct cpu_part {
	uint32_t cpu;
	double part;
};

static int by_part(const void *a, const void *b)
{
	const struct cpu_part *left = a, *right = b;

	if (left->part > right->part)
		return -1;
	if (left->part < right->part)
		return 1;
	return left->cpu < right->cpu ? -1 : left->cpu > right->cpu;
}

static void put_cpu(struct page *page, const struct cpu_part *part, double max)
{
	int width = MAX_OF(page->area.n_cols - CPU_LABEL_COLS - NUMBER_COLS, 0);
	struct grid *grid = page->scene->grid;
	SCOPED(buf) text = {0};

	grid_putf(grid, page->area, page->line, 1, ROLE_TEXT, "cpu%u",
		  map_cpu_number(&page->table->map, part->cpu));
	if (max > 0)
		glyph_meter(grid, page->area, page->line, CPU_LABEL_COLS, width, part->part / max,
			    ROLE_GRAPH);
	num_short(&text, part->part, 1000);
	grid_fit(grid, page->area, page->line++, CPU_LABEL_COLS + width + 1, NUMBER_COLS - 3, true,
		 ROLE_HEADER_VALUE, buf_text(&text));
}

/* In the order of the CPUs while they all fit below each other, else the busiest first. */
static void put_cpus(struct page *page)
{
	const struct column trend = page->scene->tab->trend;
	uint32_t n = page->table->map.n_cpus;
	bool per_second = page->table->delta.dt_ns > 0 && !table_is_ghost(page->table, page->row);
	bool is_sorted = n > (uint32_t)MAX_OF(page->area.n_rows / 2, 1);
	struct cpu_part *parts = calloc(n, sizeof(*parts));
	double max = 0;

	if (!parts)
		return;
	for (uint32_t cpu = 0; cpu < n; cpu++) {
		struct column column = {.derive = DERIVE_CPU,
					.field = trend.field,
					.cpu = cpu,
					.per_second = per_second};
		struct val val = table_cell(page->table, page->row, &column);
		double part = val_as_real(&val);

		parts[cpu] = (struct cpu_part){cpu, isnan(part) ? 0 : part};
		max = fmax(max, parts[cpu].part);
	}
	if (is_sorted)
		qsort(parts, n, sizeof(*parts), by_part);
	page->line++;
	grid_putf(page->scene->grid, page->area, page->line++, 1, ROLE_HEADER, "%s%s on each CPU%s",
		  trend.field->path, per_second ? "/s" : "", is_sorted ? ", busiest first" : "");
	for (uint32_t i = 0; i < n; i++)
		put_cpu(page, &parts[i], max);
	free(parts);
}

/* -- history ----------------------------------------------------------------------------------------------- */

static double scaled(double sample, bool is_log)
{
	return is_log ? log1p(sample) : sample;
}

/* A column of n_rows cells, from the bottom up; an unknown sample is a mark on the ground. */
static void put_bar(struct page *page, int n_rows, int col, int width, double share)
{
	enum glyph_set set = glyph_set_for(page->scene->grid, GLYPHS_BLOCKS);

	for (int i = 0; i < n_rows; i++) {
		double part = share * n_rows - (n_rows - 1 - i);

		for (int j = 0; j < width; j++)
			if (part > 0 || (isnan(part) && i == n_rows - 1))
				grid_put(page->scene->grid, page->area, page->line + i, col + j,
					 ROLE_GRAPH, glyph_level(set, part));
	}
}

/* As wide as the page allows, the newest sample at the right edge. */
static void put_bars(struct page *page, int n_rows, const float *samples, double max)
{
	bool is_log = page->scene->screen->is_log, has_begun = false;
	int n_cols = MAX_OF(page->area.n_cols - 2, 1);
	int width = MAX_OF(n_cols / HIST_SAMPLES, 1), n = MIN_OF(n_cols / width, HIST_SAMPLES);

	for (int i = 0; i < n; i++) {
		double sample = (double)samples[HIST_SAMPLES - n + i];
		double share = scaled(sample, is_log) / scaled(max > 0 ? max : 1, is_log);

		has_begun |= !isnan(share);
		if (has_begun)
			put_bar(page, n_rows, 1 + n_cols - (n - i) * width, width, share);
	}
}

/* The bytes of a key or a value, with their title. */
static int bytes_rows(size_t n)
{
	return 2 + (int)((n + BYTES_A_LINE - 1) / BYTES_A_LINE);
}

/* What everything else leaves free of the page, whichever part of it is looked at. */
static int graph_rows(const struct page *page)
{
	const struct screen *screen = page->scene->screen;
	int n = page->area.n_rows - page->line - (int)screen->detail_scroll;
	size_t size;

	if (page->scene->tab->is_raw) {
		table_key(page->table, page->row, &size);
		n -= bytes_rows(size);
		table_value(page->table, page->row, &size);
		n -= bytes_rows(size);
	}
	if (!screen->is_zoomed)
		n = MIN_OF(n, GRAPH_MAX_ROWS);
	return MAX_OF(n, GRAPH_ROWS);
}

static void put_graph(struct page *page)
{
	const struct tab *tab = page->scene->tab;
	bool is_log = page->scene->screen->is_log;
	float samples[HIST_SAMPLES];
	double max = 0;
	size_t size;
	int n_rows;
	SCOPED(buf) head = {0};

	hist_get(&page->table->trends, table_key(page->table, page->row, &size),
		 page->table->current->number, samples, HIST_SAMPLES);
	for (size_t i = 0; i < HIST_SAMPLES; i++)
		max = fmax(max, isnan(samples[i]) ? 0 : (double)samples[i]);
	table_column_name(page->table, &tab->trend, &head);
	buf_addf(&head, ", %s 0..", is_log ? "log" : "linear");
	num_short(&head, max, 1000);
	title(page, buf_text(&head));
	n_rows = graph_rows(page);
	put_bars(page, n_rows, samples, max);
	page->line += n_rows;
}

/* -- bytes ------------------------------------------------------------------------------------------------- */

static void put_bytes(struct page *page, const char *name, const uint8_t *bytes, size_t n)
{
	title(page, name);
	for (size_t at = 0; at < n; at += BYTES_A_LINE) {
		SCOPED(buf) text = {0};

		buf_addf(&text, "%04zx ", at);
		for (size_t i = at; i < MIN_OF(at + BYTES_A_LINE, n); i++)
			buf_addf(&text, i % 8 ? "%02x" : " %02x", bytes[i]);
		grid_put(page->scene->grid, page->area, page->line++, 1, ROLE_TEXT,
			 buf_text(&text));
		if (page->line > page->area.n_rows)
			return;
	}
}

static void put_page(struct page *page)
{
	const struct tab *tab = page->scene->tab;
	size_t size;

	put_state(page);
	put_fields(page);
	if (tab_is_per_cpu(tab) && tab->trend.field && field_is_integer(tab->trend.field))
		put_cpus(page);
	if (tab_has_trend(tab))
		put_graph(page);
	if (tab->is_raw) {
		const uint8_t *key = table_key(page->table, page->row, &size);

		put_bytes(page, "key, bytes", key, size);
		key = table_value(page->table, page->row, &size);
		put_bytes(page, "value, bytes", key, size);
	}
}

/* A rule above or beside, and the key as the title. */
static struct area put_frame(const struct scene *scene, struct area area, const char *name)
{
	struct area top = {area.row, area.col, 1, area.n_cols}, inner = area;

	grid_fill(scene->grid, area, ROLE_TEXT, " ");
	if (scene->screen->layout.detail_is_beside) {
		struct area side = {area.row, area.col, area.n_rows, 1};

		grid_fill(scene->grid, side, ROLE_BORDER, scene->glyphs->bar);
		inner.col++;
		inner.n_cols--;
		top.col++;
		top.n_cols--;
	}
	grid_fill(scene->grid, top, ROLE_COLUMN, " ");
	grid_fit(scene->grid, top, 0, 1, top.n_cols - 2, false, ROLE_COLUMN_SORTED, name);
	inner.row++;
	inner.n_rows--;
	return inner;
}

/* There is more than the area shows. */
static void put_more(const struct page *page)
{
	struct area top = {page->area.row - 1, page->area.col, 1, page->area.n_cols};

	grid_put(page->scene->grid, top, 0, top.n_cols - (int)strlen(MORE), ROLE_COLUMN, MORE);
}

/* The key as a title: only what its fields hold, since their names stand below. */
static void title_text(const struct page *page, struct buf *out)
{
	const struct plan *plan = &page->table->plan;
	bool has_fields = false;

	for (uint32_t i = 0; i < plan->n_key_fields && !plan->is_variables; i++) {
		if (!has_line(plan, &plan->fields[i]))
			continue;
		if (has_fields)
			buf_addc(out, ' ');
		text_of(page, DERIVE_TOTAL, &plan->fields[i], PRINT_SHORT, out);
		has_fields = true;
	}
	if (!has_fields)
		text_of(page, DERIVE_KEY, NULL, PRINT_SHORT, out);
}

void pane_detail(const struct scene *scene, struct area area)
{
	ptrdiff_t row = scene->tab ? tab_cursor_row(scene->tab) : -1;
	struct page page = {.scene = scene};
	SCOPED(buf) name = {0};

	if (row < 0) {
		put_frame(scene, area, "no row");
		return;
	}
	page.table = scene->tab->table;
	page.row = (size_t)row;
	title_text(&page, &name);
	page.area = put_frame(scene, area, buf_text(&name));
	page.line = -(int)scene->screen->detail_scroll;
	put_page(&page);
	if (page.line > page.area.n_rows && !scene->screen->is_zoomed)
		put_more(&page);
}
