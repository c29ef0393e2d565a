/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The life of a group. A reading of the rows is folded into the next snap of the groups and taken like
 * one of a map; what went, came and changed follows from that. Then the sums of the reading before are
 * replaced by what they were of the rows that are there now (see group.h), and a group that is new
 * although some of its rows are old gets a past of its own. */
#include "query/group.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
#include "model/decode.h"
#include "model/differences.h"
#include "model/smooth.h"
#include "query/group_parts.h"
#include "query/query.h"

static void past_sums_release(struct past_sums *past)
{
	pages_release(&past->sums);
	pages_release(&past->known);
}

void group_free(struct group *group)
{
	if (!group)
		return;
	group_fold_drop(group);
	table_release(&group->table);
	query_free(group->filter);
	buf_release(&group->by);
	buf_release(&group->filter_text);
	past_sums_release(&group->before);
	past_sums_release(&group->at_base);
	pages_release(&group->bits);
	pages_release(&group->zeros);
	index_release(&group->index);
	free(group->totals);
	free(group->carries);
	free(group);
}

struct table *group_table(struct group *group)
{
	return &group->table;
}

const char *group_by(const struct group *group)
{
	return buf_text(&group->by);
}

const char *group_filter(const struct group *group)
{
	return buf_text(&group->filter_text);
}

bool group_looks_back(const struct group *group)
{
	for (unsigned i = 0; i < group->n_parts; i++)
		if (column_looks_back(&group->parts[i].column))
			return true;
	return group->filter && query_looks_back(group->filter);
}

/* -- the past -- */

static uint64_t *words_of(struct pages *sums, const struct snap *snap, size_t i)
{
	return (uint64_t *)(sums->at + i * snap->val_stride);
}

/* A sum that is not known is more than any that follows, so that the difference isn't either; of what may fall
 * that is said apart. */
static void forget_sum(const struct group *group, uint64_t *words, unsigned word)
{
	uint32_t first = group->table.plan.n_key_fields;
	const struct field *field = &group->table.plan.fields[first + word];

	if (group->carries_at) {
		((int16_t *)((uint8_t *)words + group->carries_at))[word] = DECODE_NO_SUM;
		group->carries[first + word] |=
			field->kind == FIELD_INT || nature_is_gauge(&group->table, field);
	}
	for (uint32_t cpu = 0; cpu < group->table.map.n_cpus; cpu++)
		words[cpu * group->copy_words + word] = UINT64_MAX;
}

static void forget_unknown(const struct group *group, uint64_t *words, uint32_t known)
{
	uint32_t unknown = ~known & ((UINT32_C(1) << group->n_sums) - 1);

	for (; unknown; unknown &= unknown - 1)
		forget_sum(group, words, 1 + (unsigned)__builtin_ctz(unknown));
}

/* The counts of the reading before are true as they are. */
static void copy_sums(const struct group *group, uint64_t *to, const uint64_t *from)
{
	const uint64_t *first_from = from;
	uint64_t *first_to = to;
	size_t stride = group->copy_words;

	for (uint32_t cpu = 0; cpu < group->table.map.n_cpus; cpu++, to += stride, from += stride)
		for (unsigned i = 1; i <= group->n_sums; i++)
			to[i] = from[i];
	if (group->carries_at)
		memcpy((uint8_t *)first_to + group_carry_at(group, 1),
		       (const uint8_t *)first_from + group_carry_at(group, 1),
		       group->n_sums * sizeof(int16_t));
}

/* After table_take; there is room for a row more a group in previous. */
static int put_past(struct group *group)
{
	struct table *table = &group->table;
	struct past_sums *past = &group->before;
	uint32_t *links = (uint32_t *)table->delta.links.at;
	int r = 0;

	if (!table->previous->number)
		return 0;
	differences_forget(table->differences);
	for (size_t i = 0; i < table->current->n_rows && r == 0; i++) {
		uint32_t known = ((uint32_t *)past->known.at)[i];
		uint64_t *then = words_of(&past->sums, table->current, i);

		if (links[i] == DELTA_NONE && known & PAST_WAS_THERE) {
			links[i] = (uint32_t)table->previous->n_rows;
			r = snap_add(table->previous, snap_key(table->current, i), then);
		} else if (links[i] != DELTA_NONE) {
			copy_sums(group,
				  words_of(&table->previous->vals, table->previous, links[i]),
				  then);
		}
		if (r == 0 && links[i] != DELTA_NONE)
			forget_unknown(group,
				       words_of(&table->previous->vals, table->previous, links[i]),
				       known);
	}
	return r;
}

static int put_baseline(struct group *group)
{
	struct table *table = &group->table;
	struct snap *base = &table->baseline;
	SCOPED(delta) since = {0};
	int r = 0;

	if (!group->base->baseline.number)
		return 0;
	snap_clear(base, &table->map);
	for (size_t i = 0; i < table->current->n_rows && r == 0; i++) {
		uint64_t *then = words_of(&group->at_base.sums, table->current, i);

		forget_sum(group, then, 0);
		forget_unknown(group, then, ((uint32_t *)group->at_base.known.at)[i]);
		r = snap_add(base, snap_key(table->current, i), then);
	}
	base->number = 1;
	if (r == 0)
		r = delta_compute(&since, base, table->current);
	if (r < 0) {
		base->number = 0;
		return r;
	}
	delta_release(&table->since_base);
	table->since_base = since;
	since = (struct delta){0};
	return 0;
}

/* -- readings -- */

/* Cell by cell, for columns that table_numbers has no numbers of: counts of per-CPU groups. */
static double sum_cells(const struct table *table, const struct column *column)
{
	double sum = 0;

	for (size_t row = 0; row < table->current->n_rows; row++) {
		struct val val = table_cell(table, row, column);

		sum += val_is_number(&val) ? val_as_real(&val) : 0;
	}
	return sum;
}

static double sum_of(const struct table *table, const struct column *column)
{
	enum { RUN_ROWS = 512, LANES = 4 }; /* additions that don't wait for each other */
	enum val_kind kind = table_numbers_kind(table, column);
	size_t n_rows = table->current->n_rows, n;
	uint64_t run[RUN_ROWS];
	double sums[LANES] = {0}, sum = 0;

	if (kind == VAL_UNKNOWN)
		return sum_cells(table, column);
	for (size_t first = 0; first < n_rows; first += n) {
		n = MIN_OF(n_rows - first, (size_t)RUN_ROWS);
		table_numbers(table, column, first, n, run);
		for (size_t i = 0; i < n; i++)
			sums[i % LANES] +=
				kind == VAL_INT ? (double)(int64_t)run[i] : (double)run[i];
	}
	for (size_t i = 0; i < LANES; i++)
		sum += sums[i];
	return sum;
}

static void sum_totals(struct group *group)
{
	const struct table *table = &group->table;
	const struct plan *plan = &table->plan;

	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		struct column column = {.derive = DERIVE_TOTAL, .field = &plan->fields[i]};

		group->totals[i] = sum_of(table, &column);
	}
}

/* A sum falls when rows leave, which says nothing of what it sums: that is what its rows are known for. */
static void tell_natures(struct group *group)
{
	const struct field *count = &group->table.plan.fields[group->table.plan.n_key_fields];

	nature_tell(&group->table, count, NATURE_GAUGE);
	for (unsigned i = 0; i < group->n_sums; i++)
		nature_tell(&group->table, count + 1 + i, nature_of(group->base, group->sums[i]));
}

/* Groups that begin to be watched after their rows: the reading before is taken first. */
static bool takes_before(const struct group *group)
{
	return !group->table.current->number && group->base->previous->number;
}

/* What was folded becomes what the groups were in the reading before. */
static void turn_back(struct group *group)
{
	struct snap *out = group->table.next;
	const struct snap *was = group->base->previous;
	const uint32_t *known = (const uint32_t *)group->before.known.at;
	size_t n = 0;

	for (size_t i = 0; i < out->n_rows; i++) {
		if (!(known[i] & PAST_WAS_THERE))
			continue;
		if (out->key_stride)
			memmove(out->keys.at + n * out->key_stride, snap_key(out, i),
				out->key_stride);
		memmove(out->vals.at + n * out->val_stride, snap_value(out, i), out->val_stride);
		copy_sums(group, words_of(&out->vals, out, n),
			  words_of(&group->before.sums, out, i));
		n++;
	}
	out->n_rows = n;
	out->notes = was->notes;
	out->started_ns = was->started_ns;
	out->ended_ns = was->ended_ns;
	out->wall_ns = was->wall_ns;
	group->is_turned_back = true;
}

/* Groups that are no more than a slice are taken at once. */
static int take_slice(struct table *table, size_t n_rows)
{
	size_t n = table->next->n_rows;
	int r;

	do
		r = table_take_some(table, n_rows);
	while (r > 0 && n <= n_rows);
	return r;
}

static int take_before(struct group *group, size_t n_rows)
{
	int r;

	if (!group->is_turned_back)
		turn_back(group);
	r = take_slice(&group->table, n_rows);
	if (r > 0)
		return r;
	group_fold_drop(group);
	group->has_before = r == 0;
	return r < 0 ? r : 1;
}

/* Nothing is seen of the new reading until its last slice, which then has its past, too. */
static int take(struct group *group, size_t n_rows)
{
	struct table *table = &group->table;
	int r = snap_reserve(table->current, table->next->n_rows);

	tell_natures(group);
	if (r == 0)
		r = take_slice(table, n_rows);
	if (r > 0)
		return r;
	group->has_before = false;
	if (r == 0)
		r = put_past(group);
	if (r == 0)
		r = put_baseline(group);
	if (r == 0)
		sum_totals(group);
	group_fold_drop(group);
	return r;
}

void group_begin(struct group *group)
{
	group_fold_drop(group);
	group->table.is_gone = group->base->is_gone;
}

int group_step(struct group *group, size_t n_rows)
{
	int r;

	if (!group->base->current->number)
		return 0;
	if (group_fold_is_overtaken(group))
		group_fold_drop(group);
	r = group_fold(group, n_rows);
	if (r)
		return r;
	return takes_before(group) ? take_before(group, n_rows) : take(group, n_rows);
}

double group_progress(const struct group *group)
{
	double done = group_fold_progress(group);

	if (takes_before(group))
		return done / 2;
	return group->has_before ? (1 + done) / 2 : done;
}

int group_take(struct group *group)
{
	int r;

	group_begin(group);
	do
		r = group_step(group, SIZE_MAX);
	while (r > 0);
	return r;
}

/* -- beginning -- */

/* Facts are those of the map whose rows they are; their strings are borrowed from it. */
static struct map map_of(const struct group *group, const struct plan *plan)
{
	struct map map = group->base->map;

	map.mem = (struct arena){0};
	map.row_key_size = plan->key_size;
	map.row_value_size = plan->value_size;
	if (!plan->key_size)
		map.key_size = 0;
	return map;
}

static int group_init(struct group *group, const char *by, const char *filter, struct err *err)
{
	SCOPED(plan) plan = {0};
	struct map map;
	int r;

	buf_adds(&group->by, by);
	buf_adds(&group->filter_text, filter ? filter : "");
	r = group_read_parts(group, by, err);
	if (r == 0)
		r = group_make_plan(group, &plan, err);
	if (r == 0 && buf_text(&group->filter_text)[strspn(filter ? filter : "", " \t\r\n")])
		r = query_compile(filter, group->base, &group->filter, err);
	if (r < 0)
		return r;
	map = map_of(group, &plan);
	r = table_init(&group->table, &map, &plan);
	if (r < 0)
		return r;
	group->copy_words = map_cpu_stride(&group->table.map) / sizeof(uint64_t);
	group->table.lookups = group->base->lookups;
	r = smooth_set(&group->table, smooth_tau_ns(group->base));
	if (r < 0)
		return r;
	group->totals = calloc(group->table.plan.n_fields, sizeof(*group->totals));
	group->table.share_of = group->totals;
	group->carries = calloc(group->table.plan.n_fields, sizeof(*group->carries));
	group->table.carries = group->carries;
	if (!group->totals || !group->carries || group->by.failed || group->filter_text.failed)
		return -ENOMEM;
	return 0;
}

/* The totals' plan has no key: its fields are those of the value, in order, without elements of arrays. */
bool group_total_of(const struct table *groups, const struct table *totals,
		    const struct column *column, struct column *total_ret)
{
	const struct field *field = column->field;

	if (!field || !field->in_value || field->element_of)
		return false;
	*total_ret = *column;
	total_ret->field =
		totals->plan.fields + (field - groups->plan.fields) - groups->plan.n_key_fields;
	return true;
}

int group_check(struct table *base, const char *by, struct err *err)
{
	struct group group = {.base = base};

	return group_read_parts(&group, by, err);
}

int group_new(struct table *base, const char *by, const char *filter, struct group **out,
	      struct err *err)
{
	struct group *group = calloc(1, sizeof(*group));
	int r;

	if (!group)
		return err_set(err, -ENOMEM, "out of memory for groups");
	group->base = base;
	r = group_init(group, by, filter, err);
	if (r < 0) {
		group_free(group);
		return r == -ENOMEM ? err_set(err, r, "out of memory for groups") : r;
	}
	*out = group;
	return 0;
}
