/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Columns by name. In this order a name may mean: a field, by its exact path; a word of the row
 * (state, age, key, ...); a field, by an unambiguous tail of its path; a derived column of what stands
 * before its last dot; one CPU's copy of what stands before its '@'. So a field that is called as a
 * derived column is never hidden by it. */
#include "model/table.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/maptype.h"
#include "model/table_derive.h"
#include "model/table_text.h"
#include "model/words.h"

/* -- facts of a column -- */

bool column_equal(const struct column *a, const struct column *b)
{
	return a->derive == b->derive && a->field == b->field && a->cpu == b->cpu &&
	       a->per_second == b->per_second && a->format == b->format;
}

bool column_in_key(const struct column *column)
{
	return column->field ? !column->field->in_value : column->derive == DERIVE_KEY;
}

bool column_looks_back(const struct column *column)
{
	return derive_rows[column->derive].looks_back || column->per_second;
}

bool column_adds_up(const struct column *column)
{
	const struct field *field = column->field;
	const struct format *format = column->format ? column->format
				      : field	     ? field->format
						     : NULL;

	if (!derive_rows[column->derive].adds_up || !field)
		return false;
	return column_is_difference(column) || cell_is_quantity(field, format);
}

bool column_is_difference(const struct column *column)
{
	return column->per_second || derive_rows[column->derive].print == text_difference;
}

bool column_is_time(const struct column *column)
{
	const struct format *format = column->format;

	if (!format && column->field && !field_is_nested(column->field))
		format = column->field->format;
	return format && format->is_time;
}

bool plan_tells_age(const struct plan *plan)
{
	static const char *const names[] = {"first", "creat", "start", "born"};

	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (plan->fields[i].format->is_time && !plan->fields[i].in_array &&
			    strcasestr(plan->fields[i].name, names[k]))
				return true;
	return false;
}

bool column_is_numeric(const struct column *column)
{
	const struct field *field = column->field;
	enum val_kind kind;

	if (derive_rows[column->derive].is_numeric || column->per_second)
		return true;
	if (!field)
		return false;
	kind = cell_kind(field, column->format ? column->format : field->format);
	return kind == VAL_UINT || kind == VAL_INT || kind == VAL_REAL;
}

bool column_is_left(const struct table *table, const struct column *column)
{
	const struct field *field = column->field;
	bool is_copy = column->derive == DERIVE_TOTAL ||
		       (column->derive == DERIVE_CPU && !column->per_second);

	if (field && is_copy)
		return (column->format ? column->format : field->format)->is_left;
	/* the values of variables are numbers, for the most part */
	if (column->derive == DERIVE_VALUE && table->plan.is_variables)
		return false;
	return derive_rows[column->derive].is_left;
}

/* -- a column's name -- */

void table_column_name(const struct table *table, const struct column *column, struct buf *out)
{
	const struct derive_row *derive = &derive_rows[column->derive];

	if (column->field)
		plan_name(&table->plan, column->field, out);
	else if (derive->of != OF_ROW)
		buf_adds(out, derive_rows[DERIVE_VALUE].name);
	else
		buf_adds(out, derive->name);
	if (column->derive == DERIVE_CPU)
		buf_addf(out, "@%u", map_cpu_number(&table->map, column->cpu));
	else if (derive->of != OF_ROW && column->derive != DERIVE_TOTAL)
		buf_addf(out, ".%s", derive->name);
	if (column->per_second)
		buf_addf(out, ".%s", derive_rows[DERIVE_RATE].name);
}

/* -- the column of a name -- */

static bool is_per_cpu(const struct table *table)
{
	return table->map.n_cpus > 1 || (table->map.type && table->map.type->is_per_cpu);
}

static bool says(const char *name, size_t len, const char *word)
{
	return word && strlen(word) == len && memcmp(name, word, len) == 0;
}

static bool is_exact_path(const struct table *table, const char *name, size_t len)
{
	for (uint32_t i = 0; i < table->plan.n_fields; i++)
		if (!table->plan.fields[i].in_array && says(name, len, table->plan.fields[i].path))
			return true;
	return false;
}

static int field_column(const struct table *table, const char *name, size_t len, struct column *out,
			struct err *err)
{
	const struct field *field = plan_find(&table->plan, name, len, err);

	if (!field)
		return err && err->code == -ENOMEM ? -ENOMEM : -ENOENT;
	*out = (struct column){.derive = DERIVE_TOTAL, .field = field};
	return 0;
}

static bool row_column(const char *name, size_t len, struct column *out)
{
	for (unsigned i = 0; i < N_DERIVES; i++) {
		if (derive_rows[i].of != OF_ROW || !says(name, len, derive_rows[i].name))
			continue;
		*out = (struct column){.derive = (enum derive)i};
		return true;
	}
	return false;
}

static unsigned distance_to_fields(const struct plan *plan, const char *name, size_t len)
{
	unsigned least = UINT_MAX;

	for (uint32_t i = 0; i < plan->n_fields; i++) {
		const char *path = plan->fields[i].path;
		unsigned distance = words_distance(name, len, path, strlen(path));

		least = MIN_OF(least, distance);
	}
	return least;
}

static int of_groups(const char *name, size_t len, struct err *err)
{
	return err_set(err, -EINVAL,
		       "only groups have a '%.*s': -g makes them, --group-filter picks among them",
		       (int)len, name);
}

/* A word of groups, or of the row, may be what was meant; else plan_find has something to offer. */
static int no_such_column(const struct table *table, const char *name, size_t len, struct err *err)
{
	static const char count[] = "count";
	const char *share = derive_rows[DERIVE_SHARE].name;
	unsigned least = MIN_OF(distance_to_fields(&table->plan, name, len), (unsigned)len / 2 + 1);
	struct column ignored;

	if (!table->share_of && (says(name, len, count) || says(name, len, share)))
		return of_groups(name, len, err);
	if (says(name, len, share))
		return err_set(err, -ENOENT, "a share is of something, such as 'count.share'");
	for (unsigned i = 0; i < N_DERIVES; i++) {
		const char *word = derive_rows[i].name;

		if (derive_rows[i].of == OF_ROW &&
		    words_distance(name, len, word, strlen(word)) < MIN_OF(least, 3U))
			return err_set(err, -ENOENT,
				       "no column is called '%.*s'; did you mean '%s'?", (int)len,
				       name, word);
	}
	return field_column(table, name, len, &ignored, err);
}

/* Whether the derived column can be had of a field of this map; says why not. */
static int check_derive(const struct table *table, const struct field *field, enum derive derive,
			const char *name, size_t len, struct err *err)
{
	enum derive_of of = derive_rows[derive].of;
	bool is_variable = !field && table->plan.is_variables;

	if (of == OF_FIELD)
		return 0;
	if (!is_variable && (!field || !field->in_value || !field_is_integer(field)))
		return err_set(err, -EINVAL, "'%.*s' is not a counter, so it has no '%s'", (int)len,
			       name, derive_rows[derive].name);
	if ((of == OF_COUNTER || of == OF_SMOOTHED) && table->plan.record_from)
		return err_set(err, -EINVAL,
			       "rows are records, written once, so '%.*s' has no '%s'", (int)len,
			       name, derive_rows[derive].name);
	if (of == OF_SHARED && !table->share_of)
		return of_groups(derive_rows[derive].name, strlen(derive_rows[derive].name), err);
	if (of == OF_SMOOTHED && !table->smooth)
		return err_set(
			err, -EINVAL,
			"rates have a '%s' when they are smoothed: --smooth 10s, :smooth 10s",
			derive_rows[derive].name);
	if (of == OF_CPUS && !is_per_cpu(table))
		return err_set(err, -EINVAL, "'%s' needs a per-CPU map; '%.*s' has one copy",
			       derive_rows[derive].name, (int)len, name);
	return 0;
}

/* word stands behind the name, which is the column's. */
static int no_such_derive(const struct table *table, const struct column *column, const char *name,
			  size_t len, const char *word, size_t word_len, struct err *err)
{
	bool has_copies = is_per_cpu(table) && !column_in_key(column);
	SCOPED(buf) words = {0};

	for (unsigned i = 0; i < N_DERIVES; i++)
		if (derive_rows[i].of != OF_ROW && derive_rows[i].of != OF_FIELD &&
		    check_derive(table, column->field, (enum derive)i, name, len, NULL) == 0)
			buf_addf(&words, "%s%s", words.len ? ", " : "", derive_rows[i].name);
	if (has_copies)
		buf_addf(&words, "%s@CPU", words.len ? ", " : "");
	err_at(err, (int)len + 2, "'%.*s' has no '%.*s'%s%s", (int)len, name, (int)word_len, word,
	       words.len ? "; it has " : "", buf_text(&words));
	return -ENOENT;
}

static int resolve(const struct table *table, const char *name, size_t len, struct column *out,
		   struct err *err);

static int derived_column(const struct table *table, const char *name, size_t len, size_t dot,
			  struct column *out, struct err *err)
{
	const char *word = name + dot + 1;
	size_t word_len = len - dot - 1;
	unsigned derive = 0;
	int r = resolve(table, name, dot, out, err);

	if (r < 0)
		return r;
	if (!word_len)
		return err_at(err, (int)len + 1, "expected a name behind '%.*s'", (int)dot, name);
	while (derive < N_DERIVES && (derive_rows[derive].of == OF_ROW ||
				      !says(word, word_len, derive_rows[derive].name)))
		derive++;
	if (derive == N_DERIVES)
		return no_such_derive(table, out, name, dot, word, word_len, err);
	if (derive == DERIVE_RATE && derive_rows[out->derive].has_rate && !out->per_second) {
		r = check_derive(table, out->field, DERIVE_RATE, name, dot, err);
		out->per_second = r == 0;
		return r;
	}
	if (out->derive != DERIVE_TOTAL &&
	    !(out->derive == DERIVE_VALUE && table->plan.is_variables))
		return err_set(err, -EINVAL, "'%.*s' is derived already, so it has no '%.*s'",
			       (int)dot, name, (int)word_len, word);
	r = check_derive(table, out->field, (enum derive)derive, name, dot, err);
	out->derive = (enum derive)derive;
	return r;
}

static int cpu_column(const struct table *table, const char *name, size_t len, size_t at,
		      struct column *out, struct err *err)
{
	char digits[12];
	size_t n_digits = len - at - 1;
	uint64_t cpu = UINT64_MAX;
	int r = resolve(table, name, at, out, err);

	if (r < 0)
		return r;
	if (n_digits < sizeof(digits)) {
		memcpy(digits, name + at + 1, n_digits);
		digits[n_digits] = '\0';
		r = num_u64(digits, &cpu);
	}
	if (!is_per_cpu(table))
		return err_at(err, (int)at + 1, "'@' needs a per-CPU map; '%.*s' has one copy",
			      (int)at, name);
	if (r < 0 || !map_cpu_copy(&table->map, cpu, &out->cpu))
		return err_at(err, (int)at + 2, "'%.*s' is no CPU of this map; it has 0 to %u",
			      (int)n_digits, name + at + 1,
			      map_cpu_number(&table->map, table->map.n_cpus - 1));
	if (out->derive != DERIVE_TOTAL || column_in_key(out))
		return err_set(err, -EINVAL, "'%.*s' has no copy for each CPU", (int)at, name);
	out->derive = DERIVE_CPU;
	return 0;
}

static size_t last_of(const char *name, size_t len, char c)
{
	const char *at = memrchr(name, c, len);

	return at ? (size_t)(at - name) : len;
}

static int resolve(const struct table *table, const char *name, size_t len, struct column *out,
		   struct err *err)
{
	size_t at = last_of(name, len, '@'), dot = last_of(name, len, '.');
	const char *place = memchr(name, '[', len); /* of an element, for which memory is needed */
	struct err why = {0};
	int r;

	/* The raw key and value of a variable map are of no use to anyone: the words are. */
	if (table->plan.is_variables && row_column(name, len, out))
		return 0;
	if (is_exact_path(table, name, len))
		return field_column(table, name, len, out, err);
	if (row_column(name, len, out))
		return 0;
	/* What fields there are is only told by who finds nothing else, either. */
	r = field_column(table, name, len, out, place ? &why : NULL);
	if (r == -ENOMEM && err)
		*err = why;
	if (r == 0 || r == -ENOMEM)
		return r;
	if (at < len && (dot == len || dot < at))
		return cpu_column(table, name, len, at, out, err);
	if (dot > 0 && dot < len)
		return derived_column(table, name, len, dot, out, err);
	return no_such_column(table, name, len, err);
}

/* Puts what is wrong with the path in the place of what was said of its end. */
static void explain(const struct table *table, const char *name, size_t len, struct err *err)
{
	const char *place = memchr(name, '[', len);
	size_t known = place ? (size_t)(place - name) : 0;
	struct column column;

	if (plan_explain(&table->plan, name, len, err) || !place)
		return;
	if (row_column(name, known, &column))
		err_at(err, (int)known + 1, "'%.*s' is no array, so it has no elements", (int)known,
		       name);
	else if (!plan_lookup(&table->plan, name, known))
		no_such_column(table, name, known, err);
}

int table_column_named(const struct table *table, const char *name, size_t len,
		       struct column *column_ret, struct err *err)
{
	struct column column;
	int r = resolve(table, name, len, &column, err);

	if (r == 0)
		*column_ret = column;
	else if (err && r != -ENOMEM)
		explain(table, name, len, err);
	return r;
}

/* -- what is shown unasked -- */

struct choice {
	struct column *columns;
	size_t n, max;
	bool with_rates, with_shares;
};

static void choose(struct choice *choice, const struct column *column)
{
	if (choice->n < choice->max)
		choice->columns[choice->n] = *column;
	choice->n++;
}

static void choose_field(struct choice *choice, const struct field *field)
{
	choose(choice, &(struct column){.derive = DERIVE_TOTAL, .field = field});
	/* of groups: how many rows there are in each */
	if (choice->with_shares && field->in_value && !field_is_counter(field))
		choose(choice, &(struct column){.derive = DERIVE_SHARE, .field = field});
	if (choice->with_rates && field_is_counter(field) && field->nature != NATURE_GAUGE)
		choose(choice, &(struct column){.derive = DERIVE_RATE, .field = field});
}

/* Members of a union are views of the same bytes: the first two say enough. */
static bool is_third_view(const struct plan *plan, const struct field *field)
{
	uint32_t index = (uint32_t)(field - plan->fields), place = 0;

	if (field->parent == PLAN_NONE || plan->fields[field->parent].kind != FIELD_UNION)
		return false;
	for (uint32_t i = field->parent + 1; i < index; i += 1 + plan->fields[i].n_below)
		place++;
	return place >= 2;
}

static void choose_side(struct choice *choice, const struct table *table, bool in_value)
{
	const struct plan *plan = &table->plan;
	uint32_t end = in_value ? plan->n_fields : plan->n_key_fields;
	size_t n_before = choice->n;

	for (uint32_t i = in_value ? plan->n_key_fields : 0; i < end; i++) {
		const struct field *field = &plan->fields[i];
		bool is_left_out = field->is_hidden || field->kind == FIELD_SPECIAL ||
				   field->size == 0 || is_third_view(plan, field);

		if (!is_left_out && !field_is_leaf(field))
			continue;
		if (!is_left_out)
			choose_field(choice, field);
		i += field->n_below;
	}
	if (choice->n == n_before)
		choose(choice, &(struct column){.derive = in_value ? DERIVE_VALUE : DERIVE_KEY});
}

size_t table_default_columns(const struct table *table, bool with_rates, struct column *columns,
			     size_t max)
{
	struct choice choice = {
		.columns = columns,
		.max = max,
		.with_rates = with_rates && !table->plan.record_from,
		.with_shares = table->share_of != NULL,
	};

	if (table->plan.is_variables) {
		choose(&choice, &(struct column){.derive = DERIVE_KEY});
		choose(&choice, &(struct column){.derive = DERIVE_VALUE});
		if (with_rates)
			choose(&choice, &(struct column){.derive = DERIVE_RATE});
		return choice.n;
	}
	choose_side(&choice, table, false);
	choose_side(&choice, table, true);
	return choice.n;
}
