/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The life of a table: what a new reading brings.
 *
 * Everything that may run out of memory or take long is done first, beside the state in force, in slices;
 * then nothing can fail any more and the parts are swapped in.
 *
 * Time of a row is a stamp: ms since the first reading, even, different for every reading. An odd
 * stamp marks a row that was met in circumstances where it may have been there before. */
#include "model/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "base/tidy.h"
#include "model/differences.h"
#include "model/smooth.h"
#include "model/table_cell.h"
#include "model/table_ghosts.h"

enum {
	/* Stamps are 32 bits, the epoch moves on long before they run out. */
	STAMP_LIMIT = 1 << 30,
	STAMP_SHIFT = 1 << 29,
};

static int number_variables(struct table *table, struct plan *plan)
{
	table->variable_keys = arena_array(&plan->mem, plan->n_variables, sizeof(uint32_t));
	if (!table->variable_keys)
		return -ENOMEM;
	for (uint32_t i = 0; i < plan->n_variables; i++)
		table->variable_keys[i] = i;
	return 0;
}

int table_init(struct table *table, struct map *map, struct plan *plan)
{
	size_t key_size = plan->is_variables ? sizeof(uint32_t) : map_key_stride(map);
	int r;

	*table = (struct table){0};
	r = hist_reset(&table->trends, key_size, HIST_KEYS);
	if (r == 0) {
		table->differences = calloc(1, sizeof(*table->differences));
		r = table->differences ? 0 : -ENOMEM;
	}
	if (r == 0) {
		table->habits = arena_array(&plan->mem, plan->n_fields + 1, sizeof(*table->habits));
		r = table->habits ? 0 : -ENOMEM;
	}
	if (r == 0 && plan->is_variables)
		r = number_variables(table, plan);
	if (r < 0) {
		hist_release(&table->trends);
		free(table->differences);
		*table = (struct table){0};
		return r;
	}
	table->map = *map;
	table->plan = *plan;
	*map = (struct map){0};
	*plan = (struct plan){0};
	returns_init(&table->returns, table->map.max_entries, RETURNS_KEYS);
	table->current = &table->snaps[0];
	table->previous = &table->snaps[1];
	table->next = &table->snaps[2];
	for (size_t i = 0; i < ARRAY_LEN(table->snaps); i++)
		snap_clear(&table->snaps[i], &table->map);
	return 0;
}

void table_release(struct table *table)
{
	if (!table)
		return;
	past_look(table, 0);
	past_release(&table->past);
	for (size_t i = 0; i < ARRAY_LEN(table->snaps); i++)
		snap_release(&table->snaps[i]);
	table_take_drop(table);
	table_baseline_drop(table);
	delta_release(&table->room.delta);
	delta_release(&table->room.since_base);
	pages_release(&table->room.stamps);
	snap_release(&table->baseline);
	snap_release(&table->ghosts);
	delta_release(&table->delta);
	delta_release(&table->since_base);
	differences_release(table->differences);
	free(table->differences);
	returns_release(&table->returns);
	hist_release(&table->trends);
	smooth_release(table);
	pages_release(&table->stamps);
	calendar_release(&table->calendar);
	plan_release(&table->plan);
	map_release(&table->map);
	*table = (struct table){0};
}

void table_remember(struct table *table, uint32_t n)
{
	returns_release(&table->returns);
	returns_init(&table->returns, table->map.max_entries, n);
}

enum turn_stage {
	TURN_SMOOTH,	 /* means of the reading that becomes the one before; */
	TURN_DELTA,	 /* links to the reading before, */
	TURN_SINCE_BASE, /* to the baseline */
	TURN_GHOSTS,
	TURN_STAMPS,
	TURN_READY,
};

/* What a reading brings, while it isn't sure yet that all of it fits. */
struct table_turn {
	enum turn_stage stage;
	struct delta_walk walk;
	struct table_room room;
	size_t n_stamped;
	struct ghosts ghosts;
	uint64_t epoch_ns;
	uint32_t stamp, shift; /* shift: ms that the epoch moves on */
	/* The next reading is older than the current one: a tape went back. What was counted since
	 * is yet to come, so the table begins anew, with numbers that go on. */
	bool is_rewind;
};

void table_take_drop(struct table *table)
{
	struct table_turn *turn = table->turn;

	if (!turn)
		return;
	smooth_drop(table);
	table->room = turn->room;
	snap_release(&turn->ghosts.rows);
	free(turn);
	table->turn = NULL;
}

/* Rows that carry a stamp: variables share the one raw row. */
static size_t n_stamps(const struct table *table, const struct snap *snap)
{
	if (!table->plan.is_variables)
		return snap->n_rows;
	return snap->n_rows ? table->plan.n_variables : 0;
}

static void turn_time(struct table_turn *turn, const struct table *table)
{
	uint64_t ended = table->next->ended_ns, ms;
	uint32_t last = table->stamps_ms[0];
	bool has_past = table->current->number && !turn->is_rewind;

	turn->epoch_ns = has_past ? table->epoch_ns : ended;
	ms = ended > turn->epoch_ns ? (ended - turn->epoch_ns) / 1000000 : 0;
	if (ms >= STAMP_LIMIT) {
		turn->shift = MIN_OF((ms - STAMP_SHIFT) & ~1ULL, (uint64_t)UINT32_MAX - 1);
		turn->epoch_ns += turn->shift * 1000000ULL;
		ms = MIN_OF(ms - turn->shift, (uint64_t)STAMP_LIMIT);
		last = last > turn->shift ? last - turn->shift : 0;
	}
	turn->stamp = (uint32_t)ms & ~1U;
	if (has_past && turn->stamp < last + 2)
		turn->stamp = last + 2;
}

static uint32_t shifted(uint32_t stamp, uint32_t shift)
{
	return stamp > shift ? stamp - shift : stamp & 1;
}

static struct row_stamps carried(const struct table_turn *turn, struct row_stamps was,
				 bool has_changed)
{
	was.seen_ms = shifted(was.seen_ms, turn->shift);
	was.changed_ms = has_changed ? turn->stamp : shifted(was.changed_ms, turn->shift);
	return was;
}

static void stamp_rows(const struct table *table, const struct table_turn *turn, size_t first,
		       size_t end)
{
	const struct row_stamps *was = (const struct row_stamps *)table->stamps.at;
	struct row_stamps *is = (struct row_stamps *)turn->room.stamps.at;
	const uint8_t *states = turn->room.delta.states.at;

	for (size_t row = first; row < end; row++) {
		uint32_t link = delta_link(&turn->room.delta, row);
		uint32_t stamp = turn->stamp | (states[row] != ROW_NEW);

		if (link == DELTA_NONE)
			is[row] = (struct row_stamps){stamp, stamp};
		else
			is[row] = carried(turn, was[link], states[row] == ROW_CHANGED);
	}
}

static bool variable_changed(const struct table *table, size_t variable)
{
	const struct field *field = &table->plan.fields[table->plan.variables[variable]];

	return memcmp(snap_value(table->current, 0) + field->offset,
		      snap_value(table->next, 0) + field->offset, field->size) != 0;
}

static void stamp_variables(const struct table *table, const struct table_turn *turn, size_t first,
			    size_t end)
{
	const struct row_stamps *was = (const struct row_stamps *)table->stamps.at;
	struct row_stamps *is = (struct row_stamps *)turn->room.stamps.at;
	bool is_linked = delta_link(&turn->room.delta, 0) != DELTA_NONE;
	uint32_t stamp = turn->stamp | 1;

	for (size_t i = first; i < end; i++) {
		if (is_linked)
			is[i] = carried(turn, was[i], variable_changed(table, i));
		else
			is[i] = (struct row_stamps){stamp, stamp};
	}
}

/* Stamps of the next reading's rows: carried on by the links, new ones for rows that begin here. */
static int stamp_some(const struct table *table, struct table_turn *turn, size_t n_rows)
{
	size_t n = n_stamps(table, table->next), first = turn->n_stamped;
	size_t end = first + MIN_OF(n_rows, n - first);

	if (table->plan.is_variables)
		stamp_variables(table, turn, first, end);
	else
		stamp_rows(table, turn, first, end);
	turn->n_stamped = end;
	return end < n;
}

static void rotate(struct table *table)
{
	struct snap *oldest = table->previous;

	table->previous = table->current;
	table->current = table->next;
	table->next = oldest;
	snap_clear(oldest, &table->map);
}

/* Turnover: what the delta counted, what had gone before, and how old it was when it went. */
static void count_churn(struct table *table, const struct table_turn *turn)
{
	const uint32_t *gone = (const uint32_t *)table->delta.gone.at;
	const struct row_stamps *stamps = (const struct row_stamps *)table->stamps.at;
	struct returned returned =
		returns_follow(&table->returns, table->current, table->next, &table->delta);

	for (size_t i = 0; i < table->delta.n_gone; i++) {
		uint32_t born = shifted(stamps[gone[i]].seen_ms, turn->shift);

		if (born & 1)
			table->churn.deaths_unknown++;
		else
			churn_add_death(&table->churn, (turn->stamp - born) * 1000000ULL);
	}
	churn_add(&table->churn, table->next, table->current, &table->delta, returned);
}

static void forget_past(struct table *table)
{
	churn_clear(&table->churn);
	nature_forget(table);
	calendar_clear(&table->calendar);
	returns_clear(&table->returns);
	smooth_forget(table);
	memset(table->stamps_ms, 0, sizeof(table->stamps_ms));
	table->current->number = 0;
}

static void swap_deltas(struct delta *a, struct delta *b)
{
	struct delta was = *a;

	*a = *b;
	*b = was;
}

/* From here on nothing can fail. */
static void turn_commit(struct table_turn *turn, struct table *table)
{
	size_t n = ARRAY_LEN(table->stamps_ms);

	if (turn->is_rewind)
		forget_past(table);
	swap_deltas(&table->delta, &turn->room.delta);
	swap_deltas(&table->since_base, &turn->room.since_base);
	differences_forget(table->differences);

	count_churn(table, turn);
	pages_swap(&table->stamps, &turn->room.stamps);
	table->epoch_ns = turn->epoch_ns;
	for (size_t i = n - 1; i > 0; i--)
		table->stamps_ms[i] = shifted(table->stamps_ms[i - 1], turn->shift);
	table->stamps_ms[0] = turn->stamp;
	calendar_add(&table->calendar, table->next->number, table_stamp_ns(table, turn->stamp));

	snap_release(&table->ghosts);
	table->ghosts = turn->ghosts.rows;
	turn->ghosts.rows = (struct snap){0};
	memcpy(table->ghost_number, turn->ghosts.number, sizeof(table->ghost_number));
	smooth_commit(table);
	rotate(table);
	nature_watch(table);
}

static int turn_open(struct table *table)
{
	struct snap *next = table->next;
	struct table_turn *turn;

	past_look(table, 0);
	if (next->key_stride != table->current->key_stride ||
	    next->val_stride != table->current->val_stride)
		return -EINVAL;
	turn = calloc(1, sizeof(*turn));
	if (!turn)
		return -ENOMEM;
	table->turn = turn;
	turn->room = table->room;
	table->room = (struct table_room){0};
	pages_trim(&next->keys, next->n_rows * next->key_stride);
	pages_trim(&next->vals, next->n_rows * next->val_stride);
	next->number = table->current->number + 1;
	turn->is_rewind = table->current->number && next->ended_ns < table->current->ended_ns;
	turn_time(turn, table);
	return delta_begin(&turn->room.delta, &turn->walk, turn->is_rewind ? NULL : table->current,
			   next);
}

/* The short parts that may fail. */
static int turn_reserve(struct table *table, struct table_turn *turn)
{
	int r = 0;

	if (turn->is_rewind)
		snap_clear(&turn->ghosts.rows, &table->map);
	else
		r = ghosts_follow(&turn->ghosts, table, &turn->room.delta);
	if (r == 0 && turn->is_rewind)
		r = hist_reset(&table->trends, table->trends.key_size, HIST_KEYS);
	if (r == 0 && turn->room.delta.n_gone)
		r = returns_reserve(&table->returns);
	if (r == 0)
		r = calendar_reserve(&table->calendar);
	if (r == 0)
		r = pages_reserve(&turn->room.stamps,
				  n_stamps(table, table->next) * sizeof(struct row_stamps));
	return r;
}

static bool follows_base(const struct table *table)
{
	return table->baseline.number && !table->brings_base;
}

/* 1: this stage needs more; 0: on to the next. */
static int turn_step(struct table *table, struct table_turn *turn, size_t n_rows)
{
	int r;

	switch (turn->stage) {
	case TURN_SMOOTH:
		return smooth_step(table, n_rows);
	case TURN_DELTA:
		r = delta_step(&turn->room.delta, &turn->walk, n_rows);
		if (r == 0 && follows_base(table))
			return delta_begin(&turn->room.since_base, &turn->walk, &table->baseline,
					   table->next);
		return r;
	case TURN_SINCE_BASE:
		return follows_base(table) ? delta_step(&turn->room.since_base, &turn->walk, n_rows)
					   : 0;
	case TURN_GHOSTS:
		return turn_reserve(table, turn);
	default:
		return stamp_some(table, turn, n_rows);
	}
}

int table_take_ahead(struct table *table, size_t n_rows)
{
	int r = 0;

	if (table->base) { /* of the reading that is current still */
		r = table_baseline_step(table, n_rows);
		return r < 0 ? r : 1;
	}
	if (!table->turn)
		r = turn_open(table);
	if (r == 0 && table->turn->stage != TURN_READY)
		r = turn_step(table, table->turn, n_rows);
	if (r < 0)
		table_take_drop(table);
	if (r != 0 || table->turn->stage == TURN_READY)
		return r;
	table->turn->stage++;
	return table->turn->stage != TURN_READY;
}

const struct delta *table_take_delta(const struct table *table)
{
	return &table->turn->room.delta;
}

int table_take_some(struct table *table, size_t n_rows)
{
	int r;

	if (table->is_gone && !table->turn && !table->base)
		return 0;
	r = table_take_ahead(table, n_rows);
	if (r != 0)
		return r;
	turn_commit(table->turn, table);
	past_keep(table);
	table_take_drop(table);
	return 0;
}

int table_take(struct table *table)
{
	int r;

	do
		r = table_take_some(table, SIZE_MAX);
	while (r > 0);
	return r;
}
