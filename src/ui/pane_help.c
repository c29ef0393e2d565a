/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text that scrolls: the table of keys with the legend, and what reading costs. Both are made as lines
 * of text first; what is shown is a window of them. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/maptype.h"
#include "ui/glyph.h"
#include "ui/state.h"

enum { HANG_MAX = 32 };

/* Of the sign for a lower bound, and blanks behind it. */
#define READING                                                                                    \
	"Numbers\n"                                                                                \
	"  -       not known: rates need two readings, a counter that fell has none\n"             \
	"  %s%*s a lower bound: some rows have no rate yet\n"                                      \
	"  *       as a value: the CPUs of a per-CPU map don't agree on it\n"                      \
	"  ~       an estimate: life is entries / gone per second (Little's law)\n"                \
	"  new, gone and churn are lower bounds: a key that came and went between two\n"           \
	"  readings was never seen\n"                                                              \
	"\n"                                                                                       \
	"Keys\n"

/* Where the rest of a line goes on that is too long: below its second column, if it has one. */
static size_t hang_of(const char *line, size_t len)
{
	size_t at = strspn(line, " ");

	for (size_t i = at; i + 2 < MIN_OF(len, HANG_MAX); i++)
		if (line[i] == ' ' && line[i + 1] == ' ' && line[i + 2] != ' ')
			return i + 2;
	return at;
}

/* Bytes of text that go into so many columns, up to a blank if there is one behind `from`. */
static size_t break_at(const char *text, size_t len, size_t from, size_t columns)
{
	size_t end = 0, blank = 0;

	while (end < len && utf8_columns(text, end + 1) <= columns) {
		if (text[end] == ' ' && end > from)
			blank = end;
		end++;
	}
	if (end == len || !blank)
		return MAX_OF(end, MIN_OF(from + 1, len));
	return text[end] == ' ' ? end : blank;
}

static void wrap_line(const char *line, size_t len, size_t columns, struct buf *out)
{
	size_t hang = MIN_OF(hang_of(line, len), columns / 2);
	size_t n = break_at(line, len, hang, columns);

	buf_add(out, line, n);
	while (n < len) {
		size_t blanks = strspn(line + n, " "), rest = len - n - MIN_OF(blanks, len - n);

		line += len - rest;
		len = rest;
		if (!len)
			break;
		buf_addf(out, "\n%*s", (int)hang, "");
		n = break_at(line, len, 0, columns - hang);
		buf_add(out, line, n);
	}
	buf_addc(out, '\n');
}

static void wrap(const char *text, int columns, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		wrap_line(text, len, (size_t)MAX_OF(columns, 1), out);
		text += len + (text[len] == '\n');
	}
}

/* Lights what is searched for in a line that was drawn. */
static void light(const struct scene *scene, struct area line, const char *text, const char *found)
{
	struct area match = {line.row,
			     line.col + 1 + (int)utf8_columns(text, (size_t)(found - text)), 1,
			     grid_columns(scene->grid, buf_text(&scene->screen->found))};

	match.n_cols = MIN_OF(match.n_cols, line.col + line.n_cols - match.col);
	if (match.n_cols > 0)
		grid_role(scene->grid, match, ROLE_MATCH);
}

/* Draws n lines of text from the list's top on, behind those that stand before them; "Keys" and the like,
 * without indent, are titles. */
static void put_text(const struct scene *scene, struct area area, const char *text, size_t n_before)
{
	size_t line = n_before, top = scene->list->top;

	for (; *text; line++) {
		size_t len = strcspn(text, "\n");
		enum role role = *text == ' ' ? ROLE_TEXT : ROLE_TITLE;
		SCOPED(buf) one = {0};
		const char *found;

		buf_add(&one, text, len);
		text += len + (text[len] == '\n');
		if (line < top || line - top >= (size_t)area.n_rows)
			continue;
		grid_put(scene->grid, area, (int)(line - top), 1, role, buf_text(&one));
		found = text_search_in(scene->screen, buf_text(&one));
		if (found)
			light(scene,
			      (struct area){area.row + (int)(line - top), area.col, 1, area.n_cols},
			      buf_text(&one), found);
	}
}

/* A window of the lines, and of n_before that stand before them. */
static void put_lines(const struct scene *scene, struct area area, const char *whole,
		      size_t n_before)
{
	struct list_place *list = scene->list;
	size_t n = n_before;
	SCOPED(buf) wrapped = {0};

	wrap(whole, area.n_cols - 2, &wrapped);
	for (const char *c = buf_text(&wrapped); *c; c++)
		n += *c == '\n';
	list_fit(list, n > (size_t)area.n_rows ? n - (size_t)area.n_rows + 1 : 1, 1);
	text_search_go(scene->screen, list, buf_text(&wrapped), n_before);
	list->top = list->cursor;
	put_text(scene, area, buf_text(&wrapped), n_before);
}

struct area pane_titled(const struct scene *scene, struct area area, const char *title)
{
	struct area top = {area.row, area.col, 1, area.n_cols};

	grid_fill(scene->grid, area, ROLE_TEXT, " ");
	if (scene->has_caption)
		return area;
	grid_fill(scene->grid, top, ROLE_COLUMN, " ");
	grid_put(scene->grid, top, 0, 1, ROLE_COLUMN_SORTED, title);
	area.row++;
	area.n_rows--;
	return area;
}

void pane_help(const struct scene *scene, struct area area)
{
	const char *at_least = scene->glyphs->at_least;
	SCOPED(buf) text = {0};
	size_t n_before;

	buf_addf(&text, READING, at_least, 7 - grid_columns(scene->grid, at_least), "");
	keys_print(KEYS_TEXT, &text);
	area = pane_titled(scene, area, "help");
	n_before = legend_put(scene, (struct area){0}, 0);
	put_lines(scene, area, buf_text(&text), n_before);
	legend_put(scene, area, scene->list->top);
}

/* -- metrics --------------------------------------------------------------------------------------------- */

static void add_time(struct buf *out, const char *word, double ns)
{
	buf_addf(out, "  %-22s ", word);
	num_duration(out, ns);
	buf_addc(out, '\n');
}

static void add_count(struct buf *out, const char *word, uint64_t n)
{
	buf_addf(out, "  %-22s ", word);
	num_grouped(out, n);
	buf_addc(out, '\n');
}

static void add_reading(const struct snap *snap, struct buf *out)
{
	uint64_t took = snap->ended_ns - snap->started_ns;

	buf_addf(out, "  %-22s %s\n", "method", snap->method ? snap->method : "-");
	add_count(out, "reading", snap->number);
	add_count(out, "rows", snap->n_rows);
	add_time(out, "from start to end", (double)took);
	add_time(out, "of that in calls", (double)snap->busy_ns);
	add_count(out, "system calls", snap->n_calls);
	if (snap->n_rows)
		add_time(out, "a row", (double)snap->busy_ns / (double)snap->n_rows);
	add_count(out, "bytes", snap->n_rows * ((uint64_t)snap->key_stride + snap->val_stride));
	add_count(out, "ticks missed", snap->n_missed);
	add_count(out, "duplicates dropped", snap->n_dropped);
	buf_addf(out, "  %-22s ", "complete");
	if (snap_is_complete(snap))
		buf_adds(out, "yes");
	else
		snap_notes(snap, out);
	buf_addc(out, '\n');
}

static void metrics_text(const struct tab *tab, struct buf *out)
{
	const struct table *table = tab->table;
	const struct churn *churn = &table->churn;

	buf_addf(out, "Reading %s\n", table->map.name);
	add_reading(table->current, out);
	buf_adds(out, "\nLinking it to the one before\n");
	add_count(out, "by look-ahead", table->delta.n_linked_near);
	add_count(out, "through the index", table->delta.n_linked_far);
	add_time(out, "between the two", (double)table->delta.dt_ns);
	buf_adds(out, "\nSince the first reading (lower bounds)\n");
	add_time(out, "watched for", (double)churn->watched_ns);
	add_count(out, "new", churn->total_new);
	add_count(out, "gone", churn->total_gone);
	add_count(out, "changed", churn->total_changed);
	buf_adds(out, "\nThe map\n");
	buf_addf(out, "  %-22s %s, from %s\n", "type", table->map.type->name, table->map.source);
	buf_addf(out, "  %-22s %u + %u bytes, layout from %s\n", "key and value",
		 table->map.key_size, table->map.value_size, table->plan.origin);
	if (table->map.memory_bytes)
		add_count(out, "memory, bytes", table->map.memory_bytes);
	if (table->map.pin) {
		buf_addf(out, "  %-22s %s\n", "pin", table->map.pin);
	}
}

void pane_metrics(const struct scene *scene, struct area area)
{
	SCOPED(buf) text = {0};

	if (scene->tab)
		metrics_text(scene->tab, &text);
	put_lines(scene, pane_titled(scene, area, "what reading costs"), buf_text(&text), 0);
}
