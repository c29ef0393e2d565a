/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What reading and showing cost, and how it is done. */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "ui/cost.h"
#include "ui/state.h"

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

/* -- the readings that are kept -------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void add_spread(struct buf *out, uint64_t *times, size_t n)
{
	qsort(times, n, sizeof(*times), by_size);
	add_time(out, "the fastest of them", (double)times[0]);
	add_time(out, "in the middle", (double)times[n / 2]);
	add_time(out, "the slowest", (double)times[n - 1]);
}

static void add_past(const struct past *past, struct buf *out)
{
	uint64_t times[PAST_READINGS];

	if (past->too_large_bytes) {
		buf_addf(out, "  %-22s none: each takes ", "readings kept");
		num_short(out, (double)past->too_large_bytes, 1024);
		buf_adds(out, "B\n");
	}
	if (!past->n)
		return;
	buf_addf(out, "  %-22s %zu, ", "readings kept", past->n);
	num_short(out, (double)past->n_bytes, 1024);
	buf_adds(out, "B of at most ");
	num_short(out, (double)past->limit_bytes, 1024);
	buf_adds(out, "B\n");
	for (size_t i = 0; i < past->n; i++) {
		const struct snap *snap = &past->readings[(past->first + i) % PAST_READINGS].snap;

		times[i] = snap->ended_ns - snap->started_ns;
	}
	add_spread(out, times, past->n);
}

/* -- the screen ------------------------------------------------------------------------------------------ */

static void add_rate(struct buf *out, const char *word, double bytes_per_s)
{
	buf_addf(out, "  %-22s ", word);
	if (isnan(bytes_per_s))
		buf_addc(out, '-');
	else
		buf_addf(out, "%.1f KB/s", bytes_per_s / 1000);
	buf_addc(out, '\n');
}

static void add_screen(const struct screen_facts *facts, struct buf *out)
{
	const struct cost *cost = facts->cost;

	if (!cost)
		return;
	buf_adds(out, "\nThe screen\n");
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

static void add_links(const struct table *table, struct buf *out)
{
	buf_adds(out, "\nLinking it to the one before\n");
	add_count(out, "by look-ahead", table->delta.n_linked_near);
	add_count(out, "through the index", table->delta.n_linked_far);
	add_time(out, "between the two", (double)table->delta.dt_ns);
}

static void add_churn(const struct churn *churn, struct buf *out)
{
	buf_adds(out, "\nSince the first reading (lower bounds)\n");
	add_time(out, "watched for", (double)churn->watched_ns);
	add_count(out, "new", churn->total_new);
	add_count(out, "gone", churn->total_gone);
	add_count(out, "changed", churn->total_changed);
}

static void add_map(const struct table *table, struct buf *out)
{
	const struct map *map = &table->map;

	buf_adds(out, "\nThe map\n");
	buf_addf(out, "  %-22s %s, from %s\n", "type", map->type->name, map->source);
	buf_addf(out, "  %-22s %u + %u bytes, layout from %s\n", "key and value", map->key_size,
		 map->value_size, table->plan.origin);
	if (map->memory_bytes)
		add_count(out, "memory, bytes", map->memory_bytes);
	if (map->pin)
		buf_addf(out, "  %-22s %s\n", "pin", map->pin);
}

void pane_metrics(const struct scene *scene, struct area area)
{
	const struct table *table = tab_map_table(scene->tab);
	SCOPED(buf) text = {0};

	if (table) {
		buf_addf(&text, "Reading %s\n", table->map.name);
		add_reading(table->current, &text);
		add_past(&table->past, &text);
	}
	add_screen(scene->facts, &text);
	if (table) {
		add_links(table, &text);
		add_churn(&table->churn, &text);
		add_map(table, &text);
	}
	pane_lines(scene, pane_titled(scene, area, "what reading and showing cost"),
		   buf_text(&text), 0);
}
