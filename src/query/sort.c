/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A rank is 64 bits that keep the order of the first sort key: exactly for the numbers of a column,
 * roughly (a double, the first eight bytes) for other values. Descending keys turn it around, unknown
 * is the largest either way. Where ranks are equal, cells are compared, key after key. */
#include "query/sort.h"

#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"
#include "model/smooth.h"

static const uint64_t SIGN = UINT64_C(1) << 63;
static const uint64_t LAST = UINT64_MAX; /* the rank of what is unknown */

/* 64 ranks are made at once for at least so many members of a word. */
enum { MIN_MEMBERS = 8 };

/* In a first reading no rate is known of any row. What was counted most so far is the best guess then at what
 * is counted fastest. */
static struct column sorted_by(const struct table *table, const struct column *column)
{
	struct column sorted = smooth_sorted(table, column);

	if (table->delta.dt_ns || !column->field || !column_looks_back(column))
		return sorted;
	sorted.derive = column->per_second ? column->derive : DERIVE_TOTAL;
	sorted.per_second = false;
	return sorted;
}

/* -- ranks -- */

/* The bits of a double, turned so that they order like it; -0 is 0. */
static inline uint64_t real_rank(double x)
{
	uint64_t bits;

	x += 0.0;
	memcpy(&bits, &x, sizeof(bits));
	return bits & SIGN ? ~bits : bits | SIGN;
}

static inline __attribute__((always_inline)) uint64_t number_rank(uint64_t bits, enum val_kind kind,
								  uint64_t flip)
{
	double x;

	if (kind == VAL_UINT)
		return bits ^ flip;
	if (kind == VAL_INT)
		return bits ^ SIGN ^ flip;
	memcpy(&x, &bits, sizeof(x));
	return x == x ? real_rank(x) ^ flip : LAST;
}

/* Numbers before text before bytes, as val_compare has it. */
static uint64_t val_rank(const struct val *val, uint64_t flip)
{
	if (val_is_unknown(val))
		return LAST;
	if (val_is_number(val))
		return (real_rank(val_as_real(val)) >> 2) ^ flip;
	return (((val->kind == VAL_TEXT ? 1ULL : 2ULL) << 62) | val_word(val->at, val->len) >> 2) ^
	       flip;
}

/* A cell outside the column's numbers (a ghost's), ranked among them. */
static uint64_t rank_among(const struct val *val, enum val_kind kind, uint64_t flip)
{
	uint64_t bits = val->u;
	double x;

	if (val_is_unknown(val))
		return LAST;
	if (kind == VAL_REAL) {
		x = val_as_real(val);
		memcpy(&bits, &x, sizeof(bits));
	}
	return number_rank(bits, kind, flip);
}

static uint64_t key_rank(const struct sorter *sorter, size_t row)
{
	const struct field *field = sorter->key_field;
	size_t size;
	const uint8_t *key = table_key(sorter->table, row, &size);

	if (sorter->table->plan.is_variables)
		return row;
	if (!field)
		return val_word(key, size);
	return decode_u64(field, key) ^ (field->kind == FIELD_INT ? SIGN : 0);
}

/* The map's key, as far as it is no rank yet. */
static uint64_t key_tie(const struct sorter *sorter, size_t row)
{
	const size_t done = sizeof(uint64_t);
	const uint8_t *key;
	size_t size;

	if (sorter->n_keys)
		return key_rank(sorter, row);
	key = table_key(sorter->table, row, &size);
	return size > done ? val_word(key + done, size - done) : 0;
}

struct ranked sorter_ranked(const struct sorter *sorter, size_t row, uint64_t rank)
{
	return (struct ranked){
		.rank = rank,
		.tie = sorter->has_ties ? key_tie(sorter, row) : 0,
		.row = (uint32_t)row,
	};
}

/* A live row's number comes from the column whether it is asked for alone or among others: the column
 * may round another way than the cell. */
static uint64_t rank_of(const struct sorter *sorter, size_t row)
{
	uint64_t flip, bits;
	struct val val;

	if (sorter->n_keys == 0)
		return key_rank(sorter, row);
	flip = sorter->keys[0].is_descending ? UINT64_MAX : 0;
	if (sorter->has_words) {
		val = table_cell(sorter->table, row, &sorter->keys[0].column);
		return val_word(val.at, val.len) ^ flip;
	}
	if (sorter->kind != VAL_UNKNOWN && row < table_n_live(sorter->table)) {
		table_numbers(sorter->table, &sorter->first, row, 1, &bits);
		return number_rank(bits, sorter->kind, flip);
	}
	val = table_cell(sorter->table, row, &sorter->first);
	return sorter->kind != VAL_UNKNOWN ? rank_among(&val, sorter->kind, flip)
					   : val_rank(&val, flip);
}

struct ranked sorter_rank(const struct sorter *sorter, size_t row)
{
	return sorter_ranked(sorter, row, rank_of(sorter, row));
}

static inline __attribute__((always_inline)) void rank_numbers(uint64_t ranks[64],
							       enum val_kind kind, uint64_t flip)
{
	for (unsigned i = 0; i < 64; i++)
		ranks[i] = number_rank(ranks[i], kind, flip);
}

static void number_ranks(const struct sorter *sorter, size_t first, uint64_t flip,
			 uint64_t ranks[64])
{
	table_numbers(sorter->table, &sorter->first, first, 64, ranks);
	if (sorter->kind == VAL_UINT)
		rank_numbers(ranks, VAL_UINT, flip);
	else if (sorter->kind == VAL_INT)
		rank_numbers(ranks, VAL_INT, flip);
	else
		rank_numbers(ranks, VAL_REAL, flip);
}

static void word_ranks(const struct sorter *sorter, size_t first, uint64_t flip, uint64_t ranks[64])
{
	table_words(sorter->table, &sorter->keys[0].column, first, 64, ranks);
	rank_numbers(ranks, VAL_UINT, flip);
}

static void val_ranks(const struct sorter *sorter, size_t first, uint64_t flip, uint64_t ranks[64])
{
	struct val vals[64];

	table_cells(sorter->table, &sorter->first, first, 64, vals);
	for (unsigned i = 0; i < 64; i++)
		ranks[i] = val_rank(&vals[i], flip);
}

bool sorter_ranks(const struct sorter *sorter, size_t word, uint64_t ranks[64])
{
	uint64_t flip = sorter->n_keys && sorter->keys[0].is_descending ? UINT64_MAX : 0;
	size_t first = word * 64;

	if (first + 64 > table_n_live(sorter->table))
		return false;
	if (sorter->n_keys == 0)
		for (unsigned i = 0; i < 64; i++)
			ranks[i] = key_rank(sorter, first + i);
	else if (sorter->has_words)
		word_ranks(sorter, first, flip, ranks);
	else if (sorter->kind != VAL_UNKNOWN)
		number_ranks(sorter, first, flip, ranks);
	else
		val_ranks(sorter, first, flip, ranks);
	return true;
}

size_t sorter_count_before(const struct sorter *sorter, const struct row_set *set,
			   const struct ranked *mine, size_t first, size_t end)
{
	uint64_t ranks[64];
	size_t n = 0;

	for (size_t word = first; word < end; word++) {
		uint64_t left = set->bits[word];
		bool has_ranks = __builtin_popcountll(left) >= MIN_MEMBERS &&
				 sorter_ranks(sorter, word, ranks);

		for (; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			size_t other = word * 64 + bit;
			struct ranked theirs = has_ranks ? sorter_ranked(sorter, other, ranks[bit])
							 : sorter_rank(sorter, other);

			n += sorter_before(sorter, &theirs, mine);
		}
	}
	return n;
}

/* -- the closer look -- */

static int compare_keys(const struct sorter *sorter, size_t a, size_t b)
{
	uint64_t rank_a, rank_b;
	size_t size;
	int r;

	if (sorter->key_field || sorter->table->plan.is_variables) {
		rank_a = key_rank(sorter, a);
		rank_b = key_rank(sorter, b);
		r = (rank_a > rank_b) - (rank_a < rank_b);
	} else {
		const uint8_t *key_a = table_key(sorter->table, a, &size);
		const uint8_t *key_b = table_key(sorter->table, b, &size);

		r = size ? memcmp(key_a, key_b, size) : 0;
	}
	return r ? r : (a > b) - (a < b);
}

static int compare_cells(const struct sorter *sorter, unsigned k, size_t a, size_t b)
{
	struct column column = sorted_by(sorter->table, &sorter->keys[k].column);
	struct val val_a = table_cell(sorter->table, a, &column);
	struct val val_b = table_cell(sorter->table, b, &column);
	bool a_unknown = val_is_unknown(&val_a), b_unknown = val_is_unknown(&val_b);
	int r;

	if (a_unknown || b_unknown)
		return a_unknown - b_unknown;
	r = val_compare(&val_a, &val_b);
	return sorter->keys[k].is_descending ? -r : r;
}

/* Equal words are equal bytes, and equal ranks of a column's numbers equal numbers, but the last one of
 * whole ones may be one or unknown. */
static bool ranks_decide(const struct sorter *sorter, uint64_t rank)
{
	return sorter->has_words || sorter->kind == VAL_REAL ||
	       (sorter->kind != VAL_UNKNOWN && rank != LAST);
}

static bool look_closer(const struct sorter *sorter, const struct ranked *a, const struct ranked *b)
{
	int r = 0;

	for (unsigned k = ranks_decide(sorter, a->rank); k < sorter->n_keys && r == 0; k++)
		r = compare_cells(sorter, k, a->row, b->row);
	return (r ? r : compare_keys(sorter, a->row, b->row)) < 0;
}

bool sorter_before(const struct sorter *sorter, const struct ranked *a, const struct ranked *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank;
	if (a->tie != b->tie && (sorter->n_keys == 0 || ranks_decide(sorter, a->rank)))
		return a->tie < b->tie;
	return look_closer(sorter, a, b);
}

/* -- opening -- */

static const struct field *only_integer(const struct plan *plan)
{
	const struct field *field = plan->fields;

	if (plan->is_variables || plan->n_key_fields != 1 || !field_is_integer(field))
		return NULL;
	return field->format->value || field->size != plan->key_size ? NULL : field;
}

void sorter_open(struct sorter *sorter, const struct table *table, const struct sort_key *keys,
		 unsigned n_keys)
{
	*sorter = (struct sorter){
		.table = table,
		.keys = keys,
		.n_keys = n_keys,
		.kind = VAL_UNKNOWN,
		.key_field = only_integer(&table->plan),
	};
	if (n_keys) {
		sorter->first = sorted_by(table, &keys[0].column);
		sorter->kind = table_numbers_kind(table, &sorter->first);
	}
	sorter->has_words = n_keys && table_word_bytes(table, &keys[0].column);
	sorter->has_ties =
		n_keys == 0 ? !table->plan.is_variables && !sorter->key_field
			    : n_keys == 1 && (sorter->has_words || sorter->kind != VAL_UNKNOWN);
}
