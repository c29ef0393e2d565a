/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is made of groups once their rows are folded, in slices, before any of it is seen: their past, and the sums that
 * shares are of.
 *
 * The fold has laid out beside each group what its rows summed up to in the reading before, and at the baseline. That
 * becomes what the groups are compared with: the links of the delta lead to it instead of to what the groups were, from
 * which only the counts are taken. Invariant: until the last slice all of it stands in arrays of the fold's own; then
 * they change places with those in force, which the next fold fills. */
#include <errno.h>
#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"
#include "query/group_parts.h"

static uint64_t *words_of(const struct pages *sums, const struct snap *snap, size_t i)
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

/* -- the reading before -- */

/* All but the sums: these are true as they were, how many rows there were, and had each of the fields. */
static void copy_counts(const struct group *group, uint64_t *to, const uint64_t *from)
{
	for (uint32_t cpu = 0; cpu < group->table.map.n_cpus; cpu++)
		to[cpu * group->copy_words] = from[cpu * group->copy_words];
	if (group->has_limits)
		memcpy(to + 1 + group->n_sums, from + 1 + group->n_sums,
		       group->n_sums * sizeof(*to));
	if (group->carries_at)
		memcpy((uint8_t *)to + group_carry_at(group, 0),
		       (const uint8_t *)from + group_carry_at(group, 0), sizeof(int16_t));
}

/* Groups that are new although some of their rows are old have a past, too. What is known of each group makes
 * room for where its past stands. */
static void link_before(struct group *group, size_t first, size_t end)
{
	const struct snap *is = group->table.next, *was = group->table.current;
	const struct delta *delta = table_take_delta(&group->table);
	uint32_t *knowns = (uint32_t *)group->before.known.at;

	for (size_t i = first; i < end && was->number; i++) {
		uint32_t link = delta_link(delta, i), known = knowns[i];
		bool was_there = link != DELTA_NONE || known & PAST_WAS_THERE;
		uint64_t *then = words_of(&group->before.sums, is, i);

		knowns[i] = was_there ? (uint32_t)i : DELTA_NONE;
		if (link != DELTA_NONE)
			copy_counts(group, then, words_of(&was->vals, was, link));
		if (was_there)
			forget_unknown(group, then, known);
	}
}

/* -- the baseline -- */

/* It counts for all groups, each of which has its row in it. */
static void link_baseline(struct group *group, size_t first, size_t end)
{
	const struct snap *is = group->table.next;
	uint32_t *knowns = (uint32_t *)group->at_base.known.at;

	for (size_t i = first; i < end; i++) {
		uint64_t *then = words_of(&group->at_base.sums, is, i);

		forget_sum(group, then, 0);
		forget_unknown(group, then, knowns[i]);
		knowns[i] = (uint32_t)i;
	}
	if (first < end && is->key_stride)
		memcpy(group->base_keys.at + first * is->key_stride, snap_key(is, first),
		       (end - first) * is->key_stride);
}

static void commit_baseline(struct group *group)
{
	struct table *table = &group->table;
	struct snap *base = &table->baseline;

	snap_clear(base, &table->map);
	pages_swap(&base->keys, &group->base_keys);
	pages_swap(&base->vals, &group->at_base.sums);
	pages_swap(&table->since_base.links, &group->at_base.known);
	base->n_rows = table->current->n_rows;
	base->number = 1;
}

/* -- sums over all groups -- */

static void add_up(struct group *group, size_t first, size_t end)
{
	const struct plan *plan = &group->table.plan;

	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		table_add_up(&group->table, group->table.next, &plan->fields[i], first, end,
			     group->adding[i]);
}

static void commit_totals(struct group *group)
{
	const struct plan *plan = &group->table.plan;

	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++) {
		group->totals[i] = 0;
		for (size_t k = 0; k < TABLE_SUMS; k++)
			group->totals[i] += group->adding[i][k];
	}
}

/* -- in slices -- */

int group_past_step(struct group *group, size_t n_rows)
{
	const struct snap *next = group->table.next;
	size_t first = group->n_past, end = first + MIN_OF(n_rows, next->n_rows - first);
	bool has_base = group->base->baseline.number;

	if (first == 0) {
		memset(group->adding, 0, group->table.plan.n_fields * sizeof(*group->adding));
		if (has_base &&
		    pages_reserve(&group->base_keys, next->n_rows * (size_t)next->key_stride) < 0)
			return -ENOMEM;
	}
	link_before(group, first, end);
	if (has_base)
		link_baseline(group, first, end);
	add_up(group, first, end);
	group->n_past = end;
	return end < next->n_rows;
}

void group_past_commit(struct group *group)
{
	struct table *table = &group->table;

	if (table->previous->number) {
		pages_swap(&table->previous->vals, &group->before.sums);
		pages_swap(&group->then, &group->before.known);
		table->delta.values = (const uint32_t *)group->then.at;
		/* The groups' own reading before may be another one, or the same: of a new baseline. */
		table->delta.dt_ns = group->base->delta.dt_ns;
	}
	if (group->base->baseline.number)
		commit_baseline(group);
	commit_totals(group);
}

/* -- what was before the first reading -- */

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

static void turn_rows_back(struct group *group, size_t first, size_t end)
{
	struct snap *out = group->table.next;
	const uint32_t *known = (const uint32_t *)group->before.known.at;

	for (size_t i = first; i < end; i++) {
		size_t n = group->n_turned_back;

		if (!(known[i] & PAST_WAS_THERE))
			continue;
		if (out->key_stride)
			memmove(out->keys.at + n * out->key_stride, snap_key(out, i),
				out->key_stride);
		memmove(out->vals.at + n * out->val_stride, snap_value(out, i), out->val_stride);
		copy_sums(group, words_of(&out->vals, out, n),
			  words_of(&group->before.sums, out, i));
		group->n_turned_back++;
	}
}

int group_turn_back(struct group *group, size_t n_rows)
{
	struct snap *out = group->table.next;
	const struct snap *was = group->base->previous;
	size_t first = group->n_past, end = first + MIN_OF(n_rows, out->n_rows - first);

	if (group->is_turned_back)
		return 0;
	turn_rows_back(group, first, end);
	group->n_past = end;
	if (end < out->n_rows)
		return 1;
	out->n_rows = group->n_turned_back;
	out->notes = was->notes;
	out->started_ns = was->started_ns;
	out->ended_ns = was->ended_ns;
	out->wall_ns = was->wall_ns;
	group->is_turned_back = true;
	return 0;
}
