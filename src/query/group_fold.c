/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Folding, a block of rows at a time: their keys; then which group each belongs to; then each sum, CPU by
 * CPU, in loops that do one thing. A row that is like the one before it needs no search.
 *
 * Beside a sum two others are kept: what it was in the reading before and at the baseline, of the same
 * rows. A row whose past is not known counts there as what it is now, so that it adds nothing to the
 * difference. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"
#include "query/group_parts.h"
#include "query/query.h"

enum { BLOCK_ROWS = 512, ROWS_AHEAD = 24 }; /* whose places in the index are on their way */

struct block {
	struct group *group;
	struct snap *out;
	size_t n;
	uint32_t rows[BLOCK_ROWS], hashes[BLOCK_ROWS], groups[BLOCK_ROWS];
	size_t at[BLOCK_ROWS]; /* bytes to the group's sums */
	const uint8_t *now[BLOCK_ROWS];
	/* Of the past under way: the row's value then, zeros where it wasn't there, its value of now where
	 * nobody knows; and a mask of the sums that are known. */
	const uint8_t *was[BLOCK_ROWS];
	uint32_t known[BLOCK_ROWS];
	struct pages keys;	   /* [n × key_size] */
	size_t next_row;	   /* those before are done with */
	uint64_t number, baseline; /* the readings that are folded, and compared with */
	bool is_folded;		   /* all of them */
};

/* -- groups -- */

static int past_reserve(struct past_sums *past, const struct snap *out, size_t n)
{
	int r = pages_reserve(&past->sums, n * out->val_stride);

	return r < 0 ? r : pages_reserve(&past->known, n * sizeof(uint32_t));
}

static void past_begin(struct past_sums *past, const struct snap *out, size_t first)
{
	size_t n = out->n_rows - first;

	memset(past->sums.at + first * out->val_stride, 0, n * out->val_stride);
	memset(past->known.at + first * sizeof(uint32_t), 0, n * sizeof(uint32_t));
}

/* The groups from `first` on are new: their sums are 0. */
static void begin_sums(struct block *block, size_t first)
{
	struct group *group = block->group;
	struct snap *out = block->out;

	memset(out->vals.at + first * out->val_stride, 0, (out->n_rows - first) * out->val_stride);
	past_begin(&group->before, out, first);
	if (group->base->baseline.number)
		past_begin(&group->at_base, out, first);
}

/* Short keys without a call. */
static inline void copy_key(uint8_t *to, const uint8_t *from, size_t size)
{
	if (size == 4)
		memcpy(to, from, 4);
	else if (size == 8)
		memcpy(to, from, 8);
	else
		memcpy(to, from, size);
}

/* The group of the key of row i; a new one when there is none. INDEX_NONE: out of memory. */
static uint32_t group_of(struct block *block, size_t i)
{
	struct group *group = block->group;
	struct snap *out = block->out;
	size_t size = group->key_size, next = out->n_rows;
	uint32_t found;

	if (size == 0 && next)
		return 0;
	if (size) {
		copy_key(out->keys.at + next * size, block->keys.at + i * size, size);
		found = index_add_hashed(&group->index, out->keys.at, size, size, (uint32_t)next,
					 block->hashes[i]);
		if (found != next)
			return found;
	}
	out->n_rows++;
	return (uint32_t)next;
}

static bool is_like_last(const struct block *block, size_t i)
{
	size_t size = block->group->key_size;
	const uint8_t *key = block->keys.at + i * size;

	return i && block->hashes[i] == block->hashes[i - 1] && memcmp(key - size, key, size) == 0;
}

static int reserve_groups(struct block *block)
{
	struct group *group = block->group;
	size_t room = block->out->n_rows + block->n;
	int r = snap_reserve(block->out, block->n);

	r = r ? r : past_reserve(&group->before, block->out, room);
	if (r == 0 && group->base->baseline.number)
		r = past_reserve(&group->at_base, block->out, room);
	return r;
}

static int find_groups(struct block *block)
{
	const struct index *index = &block->group->index;
	size_t size = block->group->key_size, n_before = block->out->n_rows;
	int r = reserve_groups(block);

	if (r < 0)
		return r;
	index_hashes(block->keys.at, size, size, block->n, block->hashes);
	for (size_t i = 0; i < MIN_OF(block->n, (size_t)ROWS_AHEAD); i++)
		index_expect(index, block->hashes[i]);
	for (size_t i = 0; i < block->n; i++) {
		if (i + ROWS_AHEAD < block->n)
			index_expect(index, block->hashes[i + ROWS_AHEAD]);
		block->groups[i] =
			is_like_last(block, i) ? block->groups[i - 1] : group_of(block, i);
		if (block->groups[i] == INDEX_NONE)
			return -ENOMEM;
	}
	begin_sums(block, n_before);
	return 0;
}

/* -- sums -- */

static void count_rows(struct block *block)
{
	for (size_t i = 0; i < block->n; i++)
		++*(uint64_t *)(block->out->vals.at + block->at[i]);
}

/* A sum of tens of thousands of such numbers is given up, rather than that every group has room for it. */
static __attribute__((noinline)) void carry_over(struct group *group, uint8_t *value, size_t to,
						 int by)
{
	unsigned word = (unsigned)(to / sizeof(uint64_t));
	int16_t *carry = (int16_t *)(value + group_carry_at(group, word));

	if (!group->carries_at)
		return;
	if (*carry == INT16_MIN)
		*carry = DECODE_NO_SUM;
	if (*carry != DECODE_NO_SUM)
		*carry = (int16_t)(*carry + by);
	group->carries[group->table.plan.n_key_fields + word] = true;
}

/* To the sum at byte `to` of a group's value. */
static inline __attribute__((always_inline)) void add_one(struct group *group, uint8_t *value,
							  size_t to, uint64_t one, bool is_signed)
{
	uint64_t *sum = (uint64_t *)(value + to), was = *sum;
	int64_t ignored;
	bool leaves_64_bits;

	*sum = was + one;
	leaves_64_bits = is_signed ? __builtin_add_overflow((int64_t)was, (int64_t)one, &ignored)
				   : *sum < one;
	if (__builtin_expect(leaves_64_bits, 0))
		carry_over(group, value, to, is_signed && (int64_t)one < 0 ? -1 : 1);
}

static inline __attribute__((always_inline)) void
add_now(struct block *block, const struct field *field, size_t from, size_t to, size_t width)
{
	bool is_signed = !width && field->kind == FIELD_INT;

	for (size_t i = 0; i < block->n; i++)
		add_one(block->group, block->out->vals.at + block->at[i], to,
			decode_plain(field, block->now[i] + from, width), is_signed);
}

/* Rows that have the field, one by one; the others add nothing to its sum. */
static void note_known(struct block *block, const struct field *field, size_t to)
{
	uint8_t *known = block->out->vals.at + to;

	for (size_t i = 0; i < block->n; i++)
		if (field_length(field, block->now[i]) == field->size)
			*(uint64_t *)(known + block->at[i]) = sizeof(uint64_t);
}

/* A counter that went down counts as it is now. */
static inline __attribute__((always_inline)) void add_then(struct block *block,
							   struct past_sums *past,
							   const struct field *field, size_t from,
							   size_t to, uint32_t bit, size_t width)
{
	uint32_t *known = (uint32_t *)past->known.at;
	bool falls = field->kind == FIELD_INT || nature_is_gauge(block->group->base, field);
	bool is_signed = !width && field->kind == FIELD_INT;

	for (size_t i = 0; i < block->n; i++) {
		uint64_t is = decode_plain(field, block->now[i] + from, width);
		uint64_t was = decode_plain(field, block->was[i] + from, width);
		bool is_back = !falls && was > is;

		add_one(block->group, past->sums.at + block->at[i], to, is_back ? is : was,
			is_signed);
		known[block->groups[i]] |= is_back ? 0 : block->known[i] & bit;
	}
}

static size_t plain_width(const struct field *field)
{
	if (field->kind != FIELD_UINT || field->is_bitfield)
		return 0;
	return field->size == 8 || field->size == 4 ? field->size : 0;
}

static void add_sum(struct block *block, struct past_sums *past, unsigned sum, size_t from,
		    size_t to)
{
	const struct field *field = block->group->sums[sum];
	size_t width = plain_width(field);
	uint32_t known = UINT32_C(1) << sum;

	if (!past && width == 8)
		add_now(block, field, from, to, 8);
	else if (!past && width == 4)
		add_now(block, field, from, to, 4);
	else if (!past)
		add_now(block, field, from, to, 0);
	else if (width == 8)
		add_then(block, past, field, from, to, known, 8);
	else if (width == 4)
		add_then(block, past, field, from, to, known, 4);
	else
		add_then(block, past, field, from, to, known, 0);
}

static void add_sums(struct block *block, struct past_sums *past)
{
	const struct group *group = block->group;
	size_t from_stride = map_cpu_stride(&group->base->map);
	size_t to_stride = map_cpu_stride(&group->table.map);

	for (uint32_t cpu = 0; cpu < group->base->map.n_cpus; cpu++)
		for (unsigned i = 0; i < group->n_sums; i++)
			add_sum(block, past, i, cpu * from_stride,
				cpu * to_stride + (1 + i) * sizeof(uint64_t));
}

/* Records have one copy. */
static void note_all_known(struct block *block)
{
	const struct group *group = block->group;

	for (unsigned i = 0; group->has_limits && i < group->n_sums; i++)
		note_known(block, group->sums[i], (1 + group->n_sums + i) * sizeof(uint64_t));
}

static void add_past(struct block *block, struct past_sums *past, const struct delta *delta,
		     const struct snap *then)
{
	uint32_t *known = (uint32_t *)past->known.at;

	if (!then->number)
		return;
	for (size_t i = 0; i < block->n; i++) {
		uint32_t link = delta_link(delta, block->rows[i]);
		bool is_there = link != DELTA_NONE;
		bool is_new = !is_there && delta->states.at[block->rows[i]] == ROW_NEW;

		block->was[i] = is_there ? snap_value(then, link)
				: is_new ? block->group->zeros.at
					 : block->now[i];
		block->known[i] = is_there || is_new ? ~UINT32_C(0) : 0;
		known[block->groups[i]] |= is_there ? PAST_WAS_THERE : 0;
	}
	add_sums(block, past);
}

/* -- all of it -- */

static int fold_block(struct block *block)
{
	struct group *group = block->group;
	const struct table *base = group->base;
	int r;

	group_keys(group, block->rows, block->n, block->keys.at);
	r = find_groups(block);
	if (r < 0)
		return r;
	for (size_t i = 0; i < block->n; i++) {
		block->now[i] = snap_value(base->current, block->rows[i]);
		block->at[i] = block->groups[i] * (size_t)block->out->val_stride;
	}
	count_rows(block);
	add_sums(block, NULL);
	note_all_known(block);
	add_past(block, &group->before, &base->delta, base->previous);
	add_past(block, &group->at_base, &base->since_base, &base->baseline);
	block->n = 0;
	return 0;
}

static int fold_rows(struct block *block, const uint64_t *bits, size_t first, size_t end)
{
	int r = 0;

	for (size_t row = first; row < end && r == 0; row++) {
		if (bits && !(bits[row / 64] >> (row % 64) & 1))
			continue;
		block->rows[block->n++] = (uint32_t)row;
		if (block->n == BLOCK_ROWS)
			r = fold_block(block);
	}
	return r == 0 && block->n ? fold_block(block) : r;
}

/* first is a multiple of 64, and end too or all of the live rows. */
static int match_filter(struct group *group, size_t first, size_t end)
{
	size_t n_rows = table_n_rows(group->base);

	end = MIN_OF((end + 63) & ~(size_t)63, n_rows);
	return query_match_rows(group->filter, group->base, first, end, (uint64_t *)group->bits.at);
}

/* When and how the reading was made: as that of the rows. */
static void keep_facts(struct snap *out, const struct snap *in)
{
	struct snap facts = *in;

	facts.keys = out->keys;
	facts.vals = out->vals;
	facts.key_stride = out->key_stride;
	facts.val_stride = out->val_stride;
	facts.n_rows = out->n_rows;
	*out = facts;
}

void group_fold_drop(struct group *group)
{
	if (group->block)
		pages_release(&group->block->keys);
	free(group->block);
	group->block = NULL;
	group->n_past = group->n_turned_back = 0;
	group->is_turned_back = false;
	table_take_drop(&group->table);
}

bool group_fold_is_overtaken(const struct group *group)
{
	const struct block *block = group->block;

	return block && (block->number != group->base->current->number ||
			 block->baseline != group->base->baseline.number);
}

double group_fold_progress(const struct group *group)
{
	size_t n = table_n_live(group->base);

	return group->block && n ? (double)group->block->next_row / (double)n : 0;
}

static int fold_open(struct group *group)
{
	struct block *block = calloc(1, sizeof(*block));
	int r;

	if (!block)
		return -ENOMEM;
	group->block = block;
	block->group = group;
	block->number = group->base->current->number;
	block->baseline = group->base->baseline.number;
	block->out = group->table.next;
	snap_clear(block->out, &group->table.map);
	r = index_reset(&group->index, group->table.current->n_rows);
	if (r == 0)
		r = pages_reserve(&block->keys, MAX_OF(group->key_size, 1u) * (size_t)BLOCK_ROWS);
	if (r == 0)
		r = pages_reserve(&group->zeros, group->base->current->val_stride + 1);
	if (r == 0 && group->filter)
		r = pages_reserve(&group->bits, table_n_rows(group->base) / 8 + sizeof(uint64_t));
	return r;
}

static size_t rows_of_slice(const struct group *group, size_t n_rows)
{
	return MIN_OF(table_n_live(group->base) - group->block->next_row,
		      MAX_OF(n_rows & ~(size_t)63, (size_t)64));
}

static int fold_slice(struct group *group, size_t n_rows)
{
	struct block *block = group->block;
	size_t n_live = table_n_live(group->base), first = block->next_row;
	size_t end = first + rows_of_slice(group, n_rows);
	int r = group->filter ? match_filter(group, first, end) : 0;

	if (r == 0)
		r = fold_rows(block, group->filter ? (const uint64_t *)group->bits.at : NULL, first,
			      end);
	block->next_row = end;
	if (r == 0 && end < n_live)
		return 1;
	if (r == 0)
		keep_facts(block->out, group->base->current);
	block->is_folded = r == 0;
	return r;
}

int group_fold(struct group *group, size_t n_rows)
{
	int r = group->block ? 0 : fold_open(group);

	if (r == 0 && !group->block->is_folded)
		r = index_grow_some(&group->index, rows_of_slice(group, n_rows));
	if (r == 0 && !group->block->is_folded)
		r = fold_slice(group, n_rows);
	if (r < 0)
		group_fold_drop(group);
	return r;
}
