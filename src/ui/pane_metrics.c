/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What reading and showing cost, and how it is done: facts one below the other, in two columns where there is
 * room. */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/cost.h"
#include "ui/listing.h"

enum { INDENT = 3, NAME_COLS = 23 };

struct facts {
	struct listing lines;
	int col, n_cols; /* of the column that is put into */
};

static void add_title(struct facts *facts, const char *text)
{
	if (facts->lines.line)
		listing_next(&facts->lines);
	listing_put(&facts->lines, facts->col + 1, ROLE_TITLE, text);
	listing_next(&facts->lines);
}

static void add_fact(struct facts *facts, const char *name, const char *text)
{
	int col = INDENT + NAME_COLS;

	listing_put(&facts->lines, facts->col + INDENT, ROLE_TEXT, name);
	listing_put_words(&facts->lines, facts->col + col, facts->n_cols - col - 1,
			  ROLE_HEADER_VALUE, text);
	listing_next(&facts->lines);
}

static void add_time(struct facts *facts, const char *name, double ns)
{
	SCOPED(buf) text = {0};

	num_duration(&text, ns);
	add_fact(facts, name, buf_text(&text));
}

static void add_count(struct facts *facts, const char *name, uint64_t n)
{
	SCOPED(buf) text = {0};

	num_grouped(&text, n);
	add_fact(facts, name, buf_text(&text));
}

static void add_reading(const struct snap *snap, struct facts *out)
{
	uint64_t took = snap->ended_ns - snap->started_ns;
	SCOPED(buf) notes = {0};

	add_fact(out, "method", snap->method ? snap->method : "-");
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
	snap_notes(snap, &notes);
	add_fact(out, "complete", snap_is_complete(snap) ? "yes" : buf_text(&notes));
}

/* -- the readings that are kept -------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void add_spread(struct facts *out, uint64_t *times, size_t n)
{
	qsort(times, n, sizeof(*times), by_size);
	add_time(out, "the fastest of them", (double)times[0]);
	add_time(out, "in the middle", (double)times[n / 2]);
	add_time(out, "the slowest", (double)times[n - 1]);
}

static void add_kept(const struct past *past, struct facts *out)
{
	SCOPED(buf) text = {0};

	if (past->too_large_bytes) {
		buf_adds(&text, "none: each takes ");
		num_short(&text, (double)past->too_large_bytes, 1024);
	} else {
		buf_addf(&text, "%zu, ", past->n);
		num_short(&text, (double)past->n_bytes, 1024);
		buf_adds(&text, "B of at most ");
		num_short(&text, (double)past->limit_bytes, 1024);
	}
	buf_addc(&text, 'B');
	add_fact(out, "readings kept", buf_text(&text));
}

static void add_past(const struct past *past, struct facts *out)
{
	uint64_t times[PAST_READINGS];

	if (past->too_large_bytes || past->n)
		add_kept(past, out);
	for (size_t i = 0; i < past->n; i++) {
		const struct snap *snap = &past->readings[(past->first + i) % PAST_READINGS].snap;

		times[i] = snap->ended_ns - snap->started_ns;
	}
	if (past->n)
		add_spread(out, times, past->n);
}

/* -- the screen ------------------------------------------------------------------------------------------ */

static void add_rate(struct facts *out, const char *name, double bytes_per_s)
{
	SCOPED(buf) text = {0};

	if (isnan(bytes_per_s))
		buf_addc(&text, '-');
	else
		buf_addf(&text, "%.1f KB/s", bytes_per_s / 1000);
	add_fact(out, name, buf_text(&text));
}

static void add_screen(const struct screen_facts *facts, struct facts *out)
{
	const struct cost *cost = facts->cost;

	if (!cost)
		return;
	add_title(out, "The screen");
	add_rate(out, "to the terminal", cost_bytes_per_s(cost, facts->now_ns));
	add_count(out, "frames, one write each", cost->n_frames);
	add_count(out, "bytes of the last", cost->last_bytes);
	if (cost->n_frames)
		add_count(out, "bytes a frame", cost->n_bytes / cost->n_frames);
	add_count(out, "nothing had changed", cost->n_same);
	add_count(out, "dropped: not taken", cost->n_dropped);
	add_time(out, "drawing the last", (double)cost->drew_ns);
	add_time(out, "the slowest", (double)cost->drew_most_ns);
}

static void add_links(const struct table *table, struct facts *out)
{
	add_title(out, "Linking it to the one before");
	add_count(out, "by look-ahead", table->delta.n_linked_near);
	add_count(out, "through the index", table->delta.n_linked_far);
	add_time(out, "between the two", (double)table->delta.dt_ns);
}

static void add_churn(const struct churn *churn, struct facts *out)
{
	add_title(out, "Since the first reading (lower bounds)");
	add_time(out, "watched for", (double)churn->watched_ns);
	add_count(out, "new", churn->total_new);
	add_count(out, "gone", churn->total_gone);
	add_count(out, "changed", churn->total_changed);
}

static void add_map(const struct table *table, struct facts *out)
{
	const struct map *map = &table->map;
	SCOPED(buf) type = {0}, sizes = {0};

	add_title(out, "The map");
	buf_addf(&type, "%s, from %s", map->type->name, map->source);
	add_fact(out, "type", buf_text(&type));
	buf_addf(&sizes, "%u + %u bytes, layout from %s", map->key_size, map->value_size,
		 table->plan.origin);
	add_fact(out, "key and value", buf_text(&sizes));
	if (map->memory_bytes)
		add_count(out, "memory, bytes", map->memory_bytes);
	if (map->pin)
		add_fact(out, "pin", map->pin);
}

void pane_metrics(const struct scene *scene, struct area area)
{
	const struct table *table = tab_map_table(scene->tab);
	bool has_two = area.n_cols >= LISTING_TWO_COLS;
	struct facts facts = {.n_cols = has_two ? area.n_cols / 2 : area.n_cols};
	SCOPED(buf) title = {0};

	if (table) {
		buf_addf(&title, "Reading %s", table->map.name);
		add_title(&facts, buf_text(&title));
		add_reading(table->current, &facts);
		add_past(&table->past, &facts);
		if (has_two)
			add_links(table, &facts);
	}
	if (has_two && table) {
		listing_go(&facts.lines, 0);
		facts.col = facts.n_cols;
	}
	add_screen(scene->facts, &facts);
	if (table && !has_two)
		add_links(table, &facts);
	if (table) {
		add_churn(&table->churn, &facts);
		add_map(table, &facts);
	}
	listing_draw(scene, area, "what reading and showing cost", &facts.lines);
	listing_release(&facts.lines);
}
