/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers of a column, a run of rows at a time, for filters, sorts and sums. They are not kept, except for what a
 * counter grew by (see differences.h): a run of a few KB that is used while it is in the cache costs less than a column
 * of a million rows that must be paged in, and work that goes on later needs to know no more than a row number.
 *
 * A run is built by the plainest loop that fits its column, else cell by cell. Invariant: a number is what table_cell
 * says of its row. */
#include "model/table.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "base/tidy.h"
#include "model/decode.h"
#include "model/differences.h"
#include "model/smooth.h"
#include "model/table_cell.h"
#include "model/table_derive.h"

/* A run of rows of one column under construction. */
struct build {
	const struct table *table;
	const struct column *column;
	const struct field *field;
	const struct format *format;
	size_t first_row, n_rows, stride; /* bytes from row to row */
	const uint8_t *first;		  /* the first row's key or value */
	union {
		uint64_t *bits;
		double *reals;
	};
};

/* Sums that may be wider than 64 bits, or unknown. */
static bool may_carry(const struct table *table, const struct field *field)
{
	return field->carry_at && table->carries && table->carries[field - table->plan.fields];
}

/* The decoder's own integers are what the format says, and one copy is all there is. */
static bool is_plain(const struct build *build)
{
	bool one_copy = column_in_key(build->column) || build->table->map.n_cpus == 1 ||
			build->column->derive == DERIVE_CPU;

	return one_copy && !build->format->value && field_is_integer(build->field) &&
	       !may_carry(build->table, build->field);
}

static bool build_plain(const struct build *build)
{
	bool is_cpu = build->column->derive == DERIVE_CPU;
	size_t skip = is_cpu ? build->column->cpu * map_cpu_stride(&build->table->map) : 0;

	if (!is_plain(build) || build->column->per_second)
		return false;
	decode_column(build->field, build->first + skip, build->stride, build->n_rows, build->bits);
	return true;
}

static bool build_sum(const struct build *build)
{
	const struct map *map = &build->table->map;
	const uint8_t *at = build->first;

	if (build->format->value || !field_is_integer(build->field) ||
	    !cell_is_quantity(build->field, build->format))
		return false;
	for (size_t row = 0; row < build->n_rows; row++, at += build->stride)
		build->bits[row] = decode_sum(build->field, at, map_cpu_stride(map), map->n_cpus);
	return true;
}

/* Ports and the like. */
static bool build_ordered(const struct build *build)
{
	const struct field *field = build->field;
	bool is_network;

	if ((!column_in_key(build->column) && build->table->map.n_cpus > 1) ||
	    !format_reads_words(build->format, field, &is_network))
		return false;
	decode_column(field, build->first, build->stride, build->n_rows, build->bits);
	if (is_network && field->size == sizeof(uint16_t))
		for (size_t row = 0; row < build->n_rows; row++)
			build->bits[row] = be16toh((uint16_t)build->bits[row]);
	else if (is_network && field->size == sizeof(uint32_t))
		for (size_t row = 0; row < build->n_rows; row++)
			build->bits[row] = be32toh((uint32_t)build->bits[row]);
	else if (is_network)
		for (size_t row = 0; row < build->n_rows; row++)
			build->bits[row] = be64toh(build->bits[row]);
	return true;
}

static bool build_total(const struct build *build)
{
	return build_plain(build) || build_ordered(build) ||
	       (!column_in_key(build->column) && build_sum(build));
}

/* What rows from `first` of the table on differ by from an earlier reading. */
static inline __attribute__((always_inline)) void subtract(const struct build *build,
							   const struct delta *delta,
							   const struct snap *then, size_t first,
							   size_t n, double *out, size_t width)
{
	const uint8_t *at = build->first + (first - build->first_row) * build->stride;
	const uint32_t *links = delta_values(delta) + first;

	for (size_t i = 0; i < n; i++, at += build->stride) {
		uint32_t link = links[i];
		uint64_t is = decode_plain(build->field, at, width), was = 0;
		bool is_known = true;

		if (link != DELTA_NONE)
			was = decode_plain(build->field, snap_value(then, link), width);
		else
			is_known = delta->states.at[first + i] == ROW_NEW;
		if (!is_known)
			out[i] = NAN;
		else
			out[i] = is < was ? -(double)(was - is) : (double)(is - was);
	}
}

static void subtract_rows(const struct build *build, const struct delta *delta,
			  const struct snap *then, size_t first, size_t n, double *out)
{
	const struct field *field = build->field;

	if (field->size == 8 && !field->is_bitfield)
		subtract(build, delta, then, first, n, out, 8);
	else if (field->size == 4 && !field->is_bitfield)
		subtract(build, delta, then, first, n, out, 4);
	else
		subtract(build, delta, then, first, n, out, 0);
}

static bool has_differences(const struct build *build, const struct snap *then)
{
	return is_plain(build) && build->field->kind == FIELD_UINT && then->number &&
	       cell_is_quantity(build->field, build->format);
}

/* A counter doesn't fall: it was reset. */
static void divide_rows(const double *differences, size_t n, double by, bool is_gauge, double *out)
{
	double least = is_gauge ? -INFINITY : 0;

	for (size_t i = 0; i < n; i++)
		out[i] = differences[i] >= least ? differences[i] / by : NAN;
}

/* The rows before `end` of the table that lie in one run with `first`: those kept, or `room` filled. */
static const double *differences_of(const struct build *build, struct differences *kept,
				    size_t first, size_t n, double *room)
{
	const struct table *table = build->table;
	size_t run = first / DIFFERENCES_RUN;
	double *out = room;

	if (kept && differences_has(kept, run))
		return differences_run(kept, run) + first % DIFFERENCES_RUN;
	if (kept && n == DIFFERENCES_RUN)
		out = differences_run(kept, run);
	subtract_rows(build, &table->delta, table->previous, first, n, out);
	if (out != room)
		differences_note(kept, run);
	return out;
}

/* What grew since the reading before, by so many seconds. */
static bool build_growth(const struct build *build, double seconds)
{
	const struct table *table = build->table;
	bool is_gauge = nature_is_gauge(table, build->field);
	size_t end = build->first_row + build->n_rows, n;
	struct differences *kept = table->differences;
	double room[DIFFERENCES_RUN];

	if (!has_differences(build, table->previous) || !(seconds > 0))
		return false;
	if (!differences_hold(kept, build->field, table->current->n_rows))
		kept = NULL;
	for (size_t row = build->first_row; row < end; row += n) {
		n = MIN_OF(end - row, DIFFERENCES_RUN - row % DIFFERENCES_RUN);
		divide_rows(differences_of(build, kept, row, n, room), n, seconds, is_gauge,
			    build->reals + (row - build->first_row));
	}
	return true;
}

static bool build_delta(const struct build *build)
{
	return build_growth(build, 1);
}

static bool build_rate(const struct build *build)
{
	return build_growth(build, delta_seconds(build->table->delta.dt_ns));
}

static bool build_smooth(const struct build *build)
{
	if (!build_rate(build))
		return false;
	smooth_rates(build->table, build->column, build->first_row, build->n_rows, build->reals);
	return true;
}

static bool build_base(const struct build *build)
{
	const struct table *table = build->table;

	if (!has_differences(build, &table->baseline))
		return false;
	subtract_rows(build, &table->since_base, &table->baseline, build->first_row, build->n_rows,
		      build->reals);
	divide_rows(build->reals, build->n_rows, 1, nature_is_gauge(table, build->field),
		    build->reals);
	return true;
}

static bool build_age(const struct build *build)
{
	const struct row_stamps *stamps = table_stamps(build->table) + build->first_row;
	uint32_t now = build->table->stamps_ms[0];

	for (size_t row = 0; row < build->n_rows; row++)
		build->bits[row] = (now - (stamps[row].seen_ms & ~1U)) * 1000000ULL;
	return true;
}

static bool build_idle(const struct build *build)
{
	const struct row_stamps *stamps = table_stamps(build->table) + build->first_row;
	uint32_t now = build->table->stamps_ms[0];

	for (size_t row = 0; row < build->n_rows; row++)
		build->bits[row] = (now - (stamps[row].changed_ms & ~1U)) * 1000000ULL;
	return true;
}

/* Rows that were first seen together stand together, for the most part. */
static bool build_seen(const struct build *build)
{
	const struct table *table = build->table;
	const struct row_stamps *stamps = table_stamps(table) + build->first_row;
	uint64_t last = table->current->number, n_seen = 0;

	for (size_t row = 0; row < build->n_rows; row++) {
		if (row == 0 || stamps[row].seen_ms != stamps[row - 1].seen_ms)
			n_seen = last + 1 -
				 calendar_find(&table->calendar,
					       table_stamp_ns(table, stamps[row].seen_ms), last);
		build->bits[row] = n_seen;
	}
	return true;
}

/* The fast ways; each answers false where it doesn't fit. */
static bool (*const builders[N_DERIVES])(const struct build *build) = {
	[DERIVE_TOTAL] = build_total, [DERIVE_CPU] = build_plain,     [DERIVE_DELTA] = build_delta,
	[DERIVE_RATE] = build_rate,   [DERIVE_SMOOTH] = build_smooth, [DERIVE_BASE] = build_base,
	[DERIVE_AGE] = build_age,     [DERIVE_IDLE] = build_idle,     [DERIVE_SEEN] = build_seen,
};

static void build_cells(const struct build *build, enum val_kind kind)
{
	for (size_t row = 0; row < build->n_rows; row++) {
		struct val val = table_cell(build->table, build->first_row + row, build->column);

		if (kind == VAL_REAL)
			build->reals[row] = val_as_real(&val);
		else
			build->bits[row] = val.u;
	}
}

/* Of readings that there are. */
static enum val_kind numbers_kind(const struct table *table, const struct column *column)
{
	const struct format *format = column->format;
	enum val_kind kind;

	if (table->plan.is_variables)
		return VAL_UNKNOWN;
	if (column->derive == DERIVE_AGE || column->derive == DERIVE_IDLE ||
	    column->derive == DERIVE_SEEN)
		return VAL_UINT;
	if (!column->field || column->field->limit_from || !column_is_numeric(column))
		return VAL_UNKNOWN;
	if (column->derive == DERIVE_CPU && column->cpu >= table->map.n_cpus)
		return VAL_UNKNOWN;
	if (!format)
		format = column->field->format;
	kind = cell_kind(column->field, format);
	switch (column->derive) {
	case DERIVE_TOTAL:
		if (may_carry(table, column->field))
			return VAL_UNKNOWN;
		if (!column_in_key(column) && table->map.n_cpus > 1 &&
		    !cell_is_quantity(column->field, format))
			return VAL_UNKNOWN;
		return kind;
	case DERIVE_MAX:
	case DERIVE_MIN:
	case DERIVE_CPU:
		if (may_carry(table, column->field) && !column->per_second)
			return VAL_UNKNOWN;
		return column->per_second ? VAL_REAL : kind;
	default:
		return VAL_REAL;
	}
}

enum val_kind table_numbers_kind(const struct table *table, const struct column *column)
{
	return table->current->number ? numbers_kind(table, column) : VAL_UNKNOWN;
}

static void open_build(struct build *build, const struct table *table, const struct snap *snap,
		       const struct column *column, size_t first, size_t n)
{
	bool in_key = column_in_key(column);

	*build = (struct build){
		.table = table,
		.column = column,
		.field = column->field,
		.first_row = first,
		.n_rows = n,
		.stride = in_key ? snap->key_stride : snap->val_stride,
		.first = in_key ? snap_key(snap, first) : snap_value(snap, first),
	};
	if (column->field)
		build->format = column->format ? column->format : column->field->format;
}

void table_numbers(const struct table *table, const struct column *column, size_t first, size_t n,
		   uint64_t *out)
{
	struct build build;

	open_build(&build, table, table->current, column, first, n);
	build.bits = out;
	if (!builders[column->derive] || !builders[column->derive](&build))
		build_cells(&build, table_numbers_kind(table, column));
}

/* Cell by cell, for what has no numbers: counts of per-CPU groups. */
static void add_cells(const struct build *build, double sums[TABLE_SUMS])
{
	struct cell cell = {
		.table = build->table,
		.field = build->field,
		.format = build->format,
		.n_cpus = build->table->map.n_cpus,
		.cpu_stride = map_cpu_stride(&build->table->map),
		.now = build->first,
	};

	for (size_t i = 0; i < build->n_rows; i++, cell.now += build->stride) {
		struct val val = cell_total(&cell);

		if (val_is_number(&val))
			sums[(build->first_row + i) % TABLE_SUMS] += val_as_real(&val);
	}
}

void table_add_up(const struct table *table, const struct snap *snap, const struct field *field,
		  size_t first, size_t end, double sums[TABLE_SUMS])
{
	enum { RUN_ROWS = 512 };
	const struct column column = {.derive = DERIVE_TOTAL, .field = field};
	enum val_kind kind = numbers_kind(table, &column);
	uint64_t run[RUN_ROWS];
	struct build build;

	for (size_t n; first < end; first += n) {
		n = MIN_OF(end - first, (size_t)RUN_ROWS);
		open_build(&build, table, snap, &column, first, n);
		build.bits = run;
		if (kind == VAL_UNKNOWN || !build_total(&build)) {
			add_cells(&build, sums);
			continue;
		}
		for (size_t i = 0; i < n; i++)
			sums[(first + i) % TABLE_SUMS] +=
				kind == VAL_INT ? (double)(int64_t)run[i] : (double)run[i];
	}
}

static bool has_one_copy(const struct table *table, const struct column *column)
{
	return !table->plan.is_variables && column->derive == DERIVE_TOTAL && column->field &&
	       !column->field->limit_from && (column_in_key(column) || table->map.n_cpus == 1);
}

static struct val value_at(const struct build *build)
{
	return build->format->value ? build->format->value(build->field, build->first)
				    : decode_val(build->field, build->first);
}

/* Whether a format gives the raw bytes shows in the first row. */
size_t table_word_bytes(const struct table *table, const struct column *column)
{
	const struct field *field = column->field;
	struct build build;
	struct val val;

	if (!has_one_copy(table, column) || !table->current->n_rows ||
	    field->size > sizeof(uint64_t))
		return 0;
	open_build(&build, table, table->current, column, 0, 1);
	val = value_at(&build);
	return val.kind == VAL_BYTES && val.len == field->size &&
			       val.at == (const char *)build.first + field->offset
		       ? field->size
		       : 0;
}

static inline __attribute__((always_inline)) void build_words(const struct build *build,
							      size_t size)
{
	const uint8_t *at = build->first + build->field->offset;

	for (size_t i = 0; i < build->n_rows; i++, at += build->stride)
		build->bits[i] = val_word(at, size);
}

void table_words(const struct table *table, const struct column *column, size_t first, size_t n,
		 uint64_t *out)
{
	struct build build;

	open_build(&build, table, table->current, column, first, n);
	build.bits = out;
	if (column->field->size == sizeof(uint32_t))
		build_words(&build, sizeof(uint32_t));
	else
		build_words(&build, column->field->size);
}

void table_cells(const struct table *table, const struct column *column, size_t first, size_t n,
		 struct val *out)
{
	struct build build;

	if (!has_one_copy(table, column)) {
		for (size_t i = 0; i < n; i++)
			out[i] = table_cell(table, first + i, column);
		return;
	}
	open_build(&build, table, table->current, column, first, n);
	for (size_t i = 0; i < n; i++, build.first += build.stride)
		out[i] = value_at(&build);
}
