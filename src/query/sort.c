/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A rank is 64 bits that keep the order of the first sort key: exactly for the numbers of a column,
 * roughly (a double, the first eight bytes) for other values. Descending keys turn it around, unknown
 * is the largest either way. Where ranks are equal, cells are compared, key after key. */
#include "query/sort.h"

#include <math.h>
#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"

static const uint64_t SIGN = UINT64_C(1) << 63;
static const uint64_t LAST = UINT64_MAX; /* the rank of what is unknown */

/* A column is built for at least one row in MIN_SHARE. */
enum { MIN_SHARE = 8 };

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

/* The first eight bytes, as they compare. */
static uint64_t bytes_rank(const void *at, size_t len)
{
	uint64_t rank = 0;

	for (size_t i = 0; i < sizeof(rank); i++)
		rank = rank << 8 | (i < len ? ((const uint8_t *)at)[i] : 0);
	return rank;
}

static bool is_unknown(const struct val *val)
{
	return val->kind == VAL_UNKNOWN || (val->kind == VAL_REAL && isnan(val->x));
}

/* Numbers before text before bytes, as val_compare has it. */
static uint64_t val_rank(const struct val *val, uint64_t flip)
{
	if (is_unknown(val))
		return LAST;
	if (val_is_number(val))
		return (real_rank(val_as_real(val)) >> 2) ^ flip;
	return (((val->kind == VAL_TEXT ? 1ULL : 2ULL) << 62) |
		bytes_rank(val->at, val->len) >> 2) ^
	       flip;
}

/* A cell outside the column's numbers (a ghost's), ranked among them. */
static uint64_t rank_among(const struct val *val, enum val_kind kind, uint64_t flip)
{
	uint64_t bits = val->u;
	double x;

	if (is_unknown(val))
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
		return bytes_rank(key, size);
	return decode_u64(field, key) ^ (field->kind == FIELD_INT ? SIGN : 0);
}

struct ranked sorter_rank(const struct sorter *sorter, size_t row)
{
	const struct column_cache *numbers = sorter->numbers[0];
	struct ranked out = {.row = (uint32_t)row};
	uint64_t flip;
	struct val val;

	if (sorter->n_keys == 0) {
		out.rank = key_rank(sorter, row);
		return out;
	}
	flip = sorter->keys[0].is_descending ? UINT64_MAX : 0;
	if (numbers && row < sorter->n_cached) {
		out.rank = number_rank(((const uint64_t *)numbers->values.at)[row], numbers->kind,
				       flip);
		return out;
	}
	val = table_cell(sorter->table, row, &sorter->keys[0].column);
	out.rank = numbers ? rank_among(&val, numbers->kind, flip) : val_rank(&val, flip);
	return out;
}

static inline __attribute__((always_inline)) void
fill_ranks(const uint64_t *values, enum val_kind kind, uint64_t flip, uint64_t ranks[64])
{
	for (unsigned i = 0; i < 64; i++)
		ranks[i] = number_rank(values[i], kind, flip);
}

bool sorter_ranks(const struct sorter *sorter, size_t word, uint64_t ranks[64])
{
	const struct column_cache *numbers = sorter->numbers[0];
	uint64_t flip = sorter->n_keys && sorter->keys[0].is_descending ? UINT64_MAX : 0;
	const uint64_t *values;

	if (!numbers || (word + 1) * 64 > sorter->n_cached)
		return false;
	values = (const uint64_t *)numbers->values.at + word * 64;
	if (numbers->kind == VAL_UINT)
		fill_ranks(values, VAL_UINT, flip, ranks);
	else if (numbers->kind == VAL_INT)
		fill_ranks(values, VAL_INT, flip, ranks);
	else
		fill_ranks(values, VAL_REAL, flip, ranks);
	return true;
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

static struct val cell(const struct sorter *sorter, unsigned k, size_t row)
{
	const struct column_cache *numbers = sorter->numbers[k];
	uint64_t bits;
	double x;

	if (!numbers || row >= sorter->n_cached)
		return table_cell(sorter->table, row, &sorter->keys[k].column);
	bits = ((const uint64_t *)numbers->values.at)[row];
	if (numbers->kind == VAL_UINT)
		return val_uint(bits);
	if (numbers->kind == VAL_INT)
		return val_int((int64_t)bits);
	memcpy(&x, &bits, sizeof(x));
	return val_real(x);
}

static int compare_cells(const struct sorter *sorter, unsigned k, size_t a, size_t b)
{
	struct val val_a = cell(sorter, k, a), val_b = cell(sorter, k, b);
	bool a_unknown = is_unknown(&val_a), b_unknown = is_unknown(&val_b);
	int r;

	if (a_unknown || b_unknown)
		return a_unknown - b_unknown;
	r = val_compare(&val_a, &val_b);
	return sorter->keys[k].is_descending ? -r : r;
}

/* Equal ranks of a column's numbers are equal numbers, but the last one may be one or unknown. */
bool sorter_before(const struct sorter *sorter, const struct ranked *a, const struct ranked *b)
{
	int r = 0;

	if (a->rank != b->rank)
		return a->rank < b->rank;
	for (unsigned k = sorter->numbers[0] && a->rank != LAST ? 1 : 0;
	     k < sorter->n_keys && r == 0; k++)
		r = compare_cells(sorter, k, a->row, b->row);
	return (r ? r : compare_keys(sorter, a->row, b->row)) < 0;
}

/* -- opening -- */

static const struct field *only_integer(const struct plan *plan)
{
	const struct field *field = plan->fields;

	if (plan->is_variables || plan->n_key_fields != 1 || !field_is_integer(field))
		return NULL;
	return field->format->value || field->size != plan->key_size ? NULL : field;
}

void sorter_open(struct sorter *sorter, struct table *table, const struct sort_key *keys,
		 unsigned n_keys, size_t n_wanted)
{
	*sorter = (struct sorter){
		.table = table,
		.keys = keys,
		.n_keys = n_keys,
		.n_cached = table_n_live(table),
		.key_field = only_integer(&table->plan),
	};
	if (n_wanted < sorter->n_cached / MIN_SHARE)
		return;
	for (unsigned k = 0; k < n_keys; k++)
		if (column_is_numeric(&keys[k].column))
			sorter->numbers[k] = table_numbers(table, &keys[k].column);
	for (unsigned k = 0; k < n_keys; k++) { /* a later one may have taken its place */
		const struct column_cache *numbers = sorter->numbers[k];

		if (numbers && (numbers->number != table->current->number ||
				!column_equal(&numbers->column, &keys[k].column)))
			sorter->numbers[k] = NULL;
	}
}
