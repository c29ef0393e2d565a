/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What can be derived of a field or a row: how it is called, what it takes, its value and its text. */
#include "model/table_derive.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/smooth.h"
#include "model/table_text.h"

static const uint64_t NS_PER_MS = 1000000;

/* -- values -- */

static struct val scaled(const struct cell *cell, double count)
{
	uint64_t dt_ns = cell->table->delta.dt_ns;

	if (!cell->per_second)
		return val_real(count);
	return dt_ns ? val_real(count / delta_seconds(dt_ns)) : val_unknown();
}

static struct val val_max(const struct cell *cell)
{
	struct spread spread;

	if (!cell_spread(cell, cell->per_second, &spread))
		return val_unknown();
	return cell->per_second ? scaled(cell, val_as_real(&spread.max)) : spread.max;
}

static struct val val_min(const struct cell *cell)
{
	struct spread spread;

	if (!cell_spread(cell, cell->per_second, &spread))
		return val_unknown();
	return cell->per_second ? scaled(cell, val_as_real(&spread.min)) : spread.min;
}

static struct val val_mean(const struct cell *cell)
{
	struct spread spread;

	if (!cell_spread(cell, cell->per_second, &spread))
		return val_unknown();
	return scaled(cell, spread.mean);
}

/* By what happened since the reading before where there is one, else by totals. */
static bool busy_spread(const struct cell *cell, struct spread *spread)
{
	bool since_last = cell->was.at || cell->was.was_absent || cell->per_second;

	return cell_spread(cell, since_last, spread) && spread->mean > 0;
}

static struct val val_skew(const struct cell *cell)
{
	struct spread spread;

	if (!busy_spread(cell, &spread))
		return val_unknown();
	return val_real(val_as_real(&spread.max) / spread.mean);
}

static struct val val_maxcpu(const struct cell *cell)
{
	struct spread spread;

	if (!busy_spread(cell, &spread))
		return val_unknown();
	return val_uint(map_cpu_number(&cell->table->map, spread.max_cpu));
}

static struct val val_smooth(const struct cell *cell)
{
	double mean = smooth_cell(cell);

	return isnan(mean) ? val_unknown() : val_real(mean);
}

static struct val val_share(const struct cell *cell)
{
	const struct table *table = cell->table;
	struct val val = cell_total(cell);
	double total = table->share_of ? table->share_of[cell->field - table->plan.fields] : 0;

	if (!val_is_number(&val) || !(total > 0))
		return val_unknown();
	return val_real(val_as_real(&val) / total);
}

static struct val val_state(const struct cell *cell)
{
	const char *word = row_state_names[table_state(cell->table, cell->row)];

	return word ? val_text(word, strlen(word)) : val_unknown();
}

static struct val since(const struct table *table, uint32_t stamp)
{
	return val_uint((table->stamps_ms[0] - (stamp & ~1U)) * NS_PER_MS);
}

static struct val val_age(const struct cell *cell)
{
	if (table_is_ghost(cell->table, cell->row))
		return val_unknown();
	return since(cell->table, table_stamps(cell->table)[cell->row].seen_ms);
}

static struct val val_idle(const struct cell *cell)
{
	if (table_is_ghost(cell->table, cell->row))
		return val_unknown();
	return since(cell->table, table_stamps(cell->table)[cell->row].changed_ms);
}

static struct val val_seen(const struct cell *cell)
{
	const struct table *table = cell->table;
	uint64_t last = table->current->number, seen_ns;

	if (table_is_ghost(table, cell->row))
		return val_unknown();
	seen_ns = table_stamp_ns(table, table_stamps(table)[cell->row].seen_ms);
	return val_uint(last - calendar_find(&table->calendar, seen_ns, last) + 1);
}

static struct val val_key(const struct cell *cell)
{
	const struct table *table = cell->table;
	const struct field *leaf = cell_sole_leaf(&table->plan, false);
	struct cell one;
	struct val val = {.kind = VAL_BYTES};

	if (table->plan.is_variables)
		return val_text(cell->field->path, strlen(cell->field->path));
	if (leaf) {
		one = cell_of(cell, leaf);
		return cell_total(&one);
	}
	val.at = (const char *)table_key(table, cell->row, &val.len);
	return val;
}

static struct val val_value(const struct cell *cell)
{
	const struct table *table = cell->table;
	const struct field *leaf =
		table->plan.is_variables ? cell->field : cell_sole_leaf(&table->plan, true);
	struct cell one;
	struct val val = {.kind = VAL_BYTES};

	if (leaf) {
		one = cell_of(cell, leaf);
		return cell_total(&one);
	}
	val.at = (const char *)table_value(table, cell->row, &val.len);
	return val;
}

#define DIFFERENCE .is_numeric = true, .adds_up = true, .print = text_difference
#define LEVEL	   .is_numeric = true, .print = text_level
#define WHOLE	   .of = OF_ROW, .is_left = true, .shows_unknown = true

const struct derive_row derive_rows[] = {
	[DERIVE_TOTAL] = {"sum", "total over the CPUs", OF_FIELD, .adds_up = true,
			  .val = cell_total, .print = text_total, .shows_unknown = true},
	[DERIVE_DELTA] = {"delta", "since the reading before", OF_COUNTER, DIFFERENCE,
			  .looks_back = true, .val = cell_delta},
	[DERIVE_RATE] = {"rate", "per second of measured time", OF_COUNTER, DIFFERENCE,
			 .looks_back = true, .val = cell_rate},
	[DERIVE_SMOOTH] = {"smooth", "the rate, smoothed", OF_SMOOTHED, DIFFERENCE,
			   .looks_back = true, .val = val_smooth},
	[DERIVE_BASE] = {"base", "since the baseline", OF_COUNTER, DIFFERENCE,
			 .val = cell_since_base},
	[DERIVE_MAX] = {"max", "the largest of the CPUs", OF_CPUS, LEVEL, .has_rate = true,
			.val = val_max},
	[DERIVE_MIN] = {"min", "the smallest of the CPUs", OF_CPUS, LEVEL, .has_rate = true,
			.val = val_min},
	[DERIVE_MEAN] = {"mean", "mean over the CPUs", OF_CPUS, LEVEL, .has_rate = true,
			 .adds_up = true, .val = val_mean},
	[DERIVE_SKEW] = {"skew", "largest of the CPUs by their mean", OF_CPUS, .is_numeric = true,
			 .has_rate = true, .val = val_skew, .print = text_ratio},
	[DERIVE_MAXCPU] = {"maxcpu", "the busiest CPU", OF_CPUS, .is_numeric = true,
			   .val = val_maxcpu, .print = text_number},
	[DERIVE_CPU] = {NULL, "one CPU's copy", OF_FIELD, .has_rate = true, .adds_up = true,
			.val = cell_cpu, .print = text_cpu, .shows_unknown = true},
	[DERIVE_SHARE] = {"share", "share of the total", OF_SHARED, .is_numeric = true,
			  .adds_up = true, .val = val_share, .print = text_share},
	[DERIVE_STATE] = {"state", "new, kept, changed or gone", OF_ROW, .is_left = true,
			  .looks_back = true, .val = val_state, .print = text_word},
	[DERIVE_AGE] = {"age", "since first seen", OF_ROW, .is_numeric = true, .val = val_age,
			.print = text_age},
	[DERIVE_IDLE] = {"idle", "since it last changed", OF_ROW, .is_numeric = true,
			 .val = val_idle, .print = text_age},
	[DERIVE_SEEN] = {"seen", "readings it has been in", OF_ROW, .is_numeric = true,
			 .val = val_seen, .print = text_number},
	[DERIVE_KEY] = {"key", "the whole key", WHOLE, .val = val_key, .print = text_key},
	[DERIVE_VALUE] = {"value", "the whole value", WHOLE, .val = val_value, .print = text_value},
};
_Static_assert(ARRAY_LEN(derive_rows) == N_DERIVES, "a row for each derived column");

/* -- asking -- */

struct val table_cell(const struct table *table, size_t row, const struct column *column)
{
	struct cell cell;

	cell_open(&cell, table, row, column);
	return derive_rows[column->derive].val(&cell);
}

void table_text(const struct table *table, size_t row, const struct column *column,
		enum print_style style, struct buf *out)
{
	const struct derive_row *derive = &derive_rows[column->derive];
	size_t from = out->len;
	struct cell cell;
	struct val val;

	cell_open(&cell, table, row, column);
	val = derive->val(&cell);
	if (val.kind == VAL_UNKNOWN && !derive->shows_unknown)
		buf_addc(out, '-');
	else
		derive->print(&cell, &val, style, out);
	utf8_tame_from(out, from);
}

void table_leaves(const struct table *table, size_t row, bool in_value, const bool *skips,
		  struct buf *out)
{
	size_t from = out->len, size;
	const uint8_t *at =
		in_value ? table_value(table, row, &size) : table_key(table, row, &size);

	format_print_leaves(&table->plan, in_value, skips, at, &table->lookups, out);
	utf8_tame_from(out, from);
}
