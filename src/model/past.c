/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A look back puts a kept reading and the one before it in the place of current and previous, with a
 * delta computed for the two; what stood there is set aside whole and put back by the next take or look.
 * Histories, churn and returns go on undisturbed: they are of readings by number. */
#include "model/past.h"

#include <errno.h>
#include <string.h>

#include "base/tidy.h"
#include "model/differences.h"
#include "model/table.h"

_Static_assert(ARRAY_LEN(((struct past_reading *)0)->stamps_ms) == TABLE_NEW_READINGS,
	       "stamps as a table has them");

static void reading_release(struct past_reading *reading)
{
	snap_release(&reading->snap);
	pages_release(&reading->stamps);
	*reading = (struct past_reading){0};
}

static struct past_reading *reading_at(struct past *past, size_t i)
{
	return &past->readings[(past->first + i) % PAST_READINGS];
}

static void drop_oldest(struct past *past)
{
	struct past_reading *oldest = reading_at(past, 0);

	past->n_bytes -= oldest->n_bytes;
	reading_release(oldest);
	past->first = (past->first + 1) % PAST_READINGS;
	past->n--;
}

void past_clear(struct past *past)
{
	while (past->n)
		drop_oldest(past);
}

void past_release(struct past *past)
{
	past_clear(past);
	*past = (struct past){0};
}

/* Everything is small; whole pages are what it takes. */
static size_t bytes_of(const struct table *table)
{
	enum { PAGE_BYTES = 4096, N_ARRAYS = 3 };
	const struct snap *snap = table->current;

	return snap->n_rows * ((size_t)snap->key_stride + snap->val_stride) +
	       table_n_live(table) * sizeof(struct row_stamps) + N_ARRAYS * PAGE_BYTES;
}

static int copy_reading(struct past_reading *reading, const struct table *table)
{
	size_t n_bytes = table_n_live(table) * sizeof(struct row_stamps);
	int r = snap_copy(&reading->snap, table->current);

	if (r == 0)
		r = pages_reserve(&reading->stamps, n_bytes);
	if (r < 0) {
		reading_release(reading);
		return r;
	}
	if (n_bytes)
		memcpy(reading->stamps.at, table->stamps.at, n_bytes);
	memcpy(reading->stamps_ms, table->stamps_ms, sizeof(reading->stamps_ms));
	reading->epoch_ns = table->epoch_ns;
	reading->n_bytes = bytes_of(table);
	return 0;
}

void past_keep(struct table *table)
{
	struct past *past = &table->past;
	size_t n_bytes = bytes_of(table);

	if (!past->limit_bytes)
		return;
	past->too_large_bytes = n_bytes > past->limit_bytes / PAST_PART ? n_bytes : 0;
	if (past->too_large_bytes) {
		past_clear(past);
		return;
	}
	/* Numbers that don't follow: the table began anew. */
	if (past->n && reading_at(past, past->n - 1)->snap.number + 1 != table->current->number)
		past_clear(past);
	while (past->n == PAST_READINGS || (past->n && past->n_bytes + n_bytes > past->limit_bytes))
		drop_oldest(past);
	if (copy_reading(reading_at(past, past->n), table) == 0) {
		past->n++;
		past->n_bytes += n_bytes;
	} else {
		past_clear(past);
	}
}

/* -- looking ---------------------------------------------------------------------------------------- */

static void set_aside(struct table *table)
{
	struct past_now *now = &table->past.now;

	now->current = table->current;
	now->previous = table->previous;
	now->delta = table->delta;
	now->since_base = table->since_base;
	now->stamps = table->stamps;
	memcpy(now->stamps_ms, table->stamps_ms, sizeof(now->stamps_ms));
	now->epoch_ns = table->epoch_ns;
	now->n_ghosts = table->ghosts.n_rows;
	table->ghosts.n_rows = 0;
}

static void put_back(struct table *table)
{
	struct past_now *now = &table->past.now;

	delta_release(&table->delta);
	delta_release(&table->since_base);
	table->current = now->current;
	table->previous = now->previous;
	table->delta = now->delta;
	table->since_base = now->since_base;
	table->stamps = now->stamps;
	memcpy(table->stamps_ms, now->stamps_ms, sizeof(now->stamps_ms));
	table->epoch_ns = now->epoch_ns;
	table->ghosts.n_rows = now->n_ghosts;
	*now = (struct past_now){0};
	differences_forget(table->differences);
	table->past.back = 0;
}

/* The stamps stay those of the ring: put_back overwrites them, nothing releases them here. */
static void put_in_place(struct table *table, struct past_reading *reading, struct snap *before,
			 const struct delta *delta, const struct delta *since_base)
{
	if (table->past.back) {
		delta_release(&table->delta);
		delta_release(&table->since_base);
	} else {
		set_aside(table);
	}
	table->current = &reading->snap;
	table->previous = before;
	table->delta = *delta;
	table->since_base = *since_base;
	differences_forget(table->differences);
	table->stamps = reading->stamps;
	memcpy(table->stamps_ms, reading->stamps_ms, sizeof(reading->stamps_ms));
	table->epoch_ns = reading->epoch_ns;
}

uint64_t past_wall_ns(const struct past *past, size_t back)
{
	return past->readings[(past->first + past->n - 1 - back) % PAST_READINGS].snap.wall_ns;
}

int past_look(struct table *table, size_t back)
{
	struct past *past = &table->past;
	struct delta delta = {0}, since_base = {0};
	struct past_reading *reading;
	struct snap *before = &past->none;
	int r;

	if (back == 0) {
		if (past->back)
			put_back(table);
		return 0;
	}
	if (back >= past->n)
		return -ENOENT;
	do /* of the newest reading; those that are kept are small */
		r = table_baseline_step(table, SIZE_MAX);
	while (r > 0);
	if (r < 0)
		return r;
	table_take_drop(table); /* a reading that is being taken begins again from the newest */
	reading = reading_at(past, past->n - 1 - back);
	if (back + 1 < past->n)
		before = &reading_at(past, past->n - 2 - back)->snap;
	r = delta_compute(&delta, before->number ? before : NULL, &reading->snap);
	if (r == 0 && table->baseline.number)
		r = delta_compute(&since_base, &table->baseline, &reading->snap);
	if (r < 0) {
		delta_release(&delta);
		delta_release(&since_base);
		return r;
	}
	put_in_place(table, reading, before, &delta, &since_base);
	past->back = back;
	return 0;
}
