/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which columns a tab shows. The list follows from the modes; each entry has a rank, by which columns are
 * left out that don't fit: the first key field and the sort column stay to the last.
 * How wide each is follows from its texts (columns_text.c). */
#include "ui/columns.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/tidy.h"
#include "base/utf8.h"
#include "model/format.h"
#include "model/maptype.h"
#include "model/smooth.h"
#include "query/group.h"

bool tab_has_trend(const struct tab *tab)
{
	return tab->trend.derive != DERIVE_STATE;
}

bool tab_is_per_cpu(const struct tab *tab)
{
	return tab->table->map.type->is_per_cpu && tab->table->map.n_cpus > 1;
}

/* Columns of the table stand before trends and heat, which can't be sorted by. */
unsigned sort_choices(const struct tab *tab)
{
	unsigned n = 0;

	while (n < tab->n_shown && tab->shown[n].kind == SHOWN_CELL)
		n++;
	return n;
}

unsigned sort_place(const struct tab *tab)
{
	for (unsigned i = 0; i < sort_choices(tab) && tab->view.n_keys; i++)
		if (column_equal(&tab->shown[i].column, &tab->view.keys[0].column))
			return i;
	return 0;
}

struct list {
	struct tab *tab;
	struct shown made[TAB_MAX_COLUMNS];
	unsigned n, n_keys, n_counters, n_values;
};

static void upper(char *text)
{
	for (; *text; text++)
		*text = (char)toupper((unsigned char)*text);
}

/* The field's last name, unless another field of the map ends alike: then its whole path. */
static const char *short_name(const struct plan *plan, const struct field *field)
{
	const char *name = field->name[0] ? field->name : field->path;

	for (uint32_t i = 0; i < plan->n_fields; i++) {
		const struct field *other = &plan->fields[i];

		if (other != field && !field_is_container(other) && !other->is_hidden &&
		    !other->in_array && strcmp(other->name, name) == 0)
			return field->path;
	}
	return name;
}

static void make_title(const struct tab *tab, struct shown *shown)
{
	static const char *const forms[N_DERIVES] = {
		[DERIVE_TOTAL] = "%s",	    [DERIVE_DELTA] = "+%s",    [DERIVE_RATE] = "%s/s",
		[DERIVE_SMOOTH] = "~%s/s",  [DERIVE_BASE] = "%s.base", [DERIVE_MAX] = "MAX %s",
		[DERIVE_MIN] = "MIN %s",    [DERIVE_MEAN] = "MEAN %s", [DERIVE_SKEW] = "skew",
		[DERIVE_MAXCPU] = "maxcpu", [DERIVE_STATE] = "state",  [DERIVE_AGE] = "age",
		[DERIVE_IDLE] = "idle",	    [DERIVE_SEEN] = "seen",    [DERIVE_KEY] = "key",
		[DERIVE_VALUE] = "value",   [DERIVE_SHARE] = "%s %%",
	};
	const struct column *column = &shown->column;
	const char *name = column->field ? short_name(&tab->table->plan, column->field) : "value";
	char upper_name[TAB_TITLE_BYTES - 8];

	snprintf(upper_name, sizeof(upper_name), "%s", name);
	upper(upper_name);
	if (column->derive == DERIVE_CPU) {
		snprintf(shown->title, sizeof(shown->title), "@%u%s",
			 map_cpu_number(&tab->table->map, column->cpu),
			 column->per_second ? "/s" : "");
		return;
	}
	/* The forms above are the only ones; each takes one name or none. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(shown->title, sizeof(shown->title), forms[column->derive], upper_name);
#pragma GCC diagnostic pop
	if (!strchr(forms[column->derive], '%'))
		upper(shown->title);
	if (column->per_second)
		strncat(shown->title, "/s", sizeof(shown->title) - strlen(shown->title) - 1);
}

static bool is_alike(const struct shown *a, const struct shown *b)
{
	return a->column.derive == b->column.derive && a->column.field != b->column.field;
}

/* Where it is asked of several fields, each says whose it is. */
static void tell_apart(const struct tab *tab, struct shown *shown, unsigned n)
{
	static const char *const words[N_DERIVES] = {
		[DERIVE_SKEW] = "SKEW", [DERIVE_MAXCPU] = "CPU"};

	for (unsigned i = 0; i < n; i++) {
		const struct column *column = &shown[i].column;
		char name[TAB_TITLE_BYTES - 8];
		unsigned j = 0;

		if (shown[i].kind != SHOWN_CELL || !words[column->derive] || !column->field)
			continue;
		while (j < n && !is_alike(&shown[i], &shown[j]))
			j++;
		if (j == n)
			continue;
		snprintf(name, sizeof(name), "%s", short_name(&tab->table->plan, column->field));
		upper(name);
		snprintf(shown[i].title, sizeof(shown[i].title), "%s %s", name,
			 words[column->derive]);
	}
}

static bool is_sort_key(const struct tab *tab, const struct column *column)
{
	return tab->view.n_keys && column_equal(&tab->view.keys[0].column, column);
}

static bool shows_format(const struct column *column, const char *name)
{
	const struct format *format = column->format  ? column->format
				      : column->field ? column->field->format
						      : NULL;

	return column->derive == DERIVE_TOTAL && format && strcmp(format->name, name) == 0;
}

/* The column that was added; NULL: there are as many as there can be. */
static struct shown *add(struct list *list, enum shown_kind kind, struct column column, int rank)
{
	struct shown *shown = &list->made[list->n];

	if (list->n == TAB_MAX_COLUMNS)
		return NULL;
	*shown = (struct shown){.kind = kind, .column = column, .rank = rank};
	if (kind == SHOWN_CELL) {
		shown->in_key = column_in_key(&column);
		shown->is_right = !column_is_left(list->tab->table, &column);
		shown->is_long = shows_format(&column, "bytes");
		make_title(list->tab, shown);
		if (is_sort_key(list->tab, &column) && rank > RANK_SORTED)
			shown->rank = RANK_SORTED;
	} else {
		strcpy(shown->title, kind == SHOWN_TREND ? "TREND" : "CPUS");
	}
	list->n++;
	return shown;
}

static void add_derived(struct list *list, enum derive derive, const struct field *field, int rank)
{
	add(list, SHOWN_CELL, (struct column){.derive = derive, .field = field}, rank);
}

/* What the per-CPU mode adds for a counter. */
static void add_cpus(struct list *list, const struct field *field)
{
	enum value_mode values = list->tab->values;
	bool per_second = values == VALUES_BOTH || values == VALUES_RATE;
	int rank =
		field == list->tab->trend.field ? RANK_CPU : RANK_MORE_CPU + (int)list->n_counters;

	switch (list->tab->cpus) {
	case CPUS_MAX:
		add(list, SHOWN_CELL,
		    (struct column){.derive = DERIVE_MAX, .field = field, .per_second = per_second},
		    rank);
		add_derived(list, DERIVE_MAXCPU, field, rank);
		break;
	case CPUS_SKEW:
		add_derived(list, DERIVE_SKEW, field, rank);
		break;
	case CPUS_EACH:
		for (uint32_t cpu = 0;
		     field == list->tab->trend.field && cpu < list->tab->table->map.n_cpus; cpu++)
			add(list, SHOWN_CELL,
			    (struct column){.derive = DERIVE_CPU,
					    .field = field,
					    .cpu = cpu,
					    .per_second = per_second},
			    RANK_CPUS + (int)cpu);
		break;
	default:
		break;
	}
}

/* A column a CPU leaves room for one counter only. */
static bool is_crowded_out(const struct tab *tab, const struct field *field)
{
	return tab->cpus == CPUS_EACH && tab_is_per_cpu(tab) && field != tab->trend.field;
}

static void add_counter(struct list *list, const struct field *field)
{
	static const enum derive derives[N_VALUE_MODES] = {[VALUES_RATE] = DERIVE_RATE,
							   [VALUES_DELTA] = DERIVE_DELTA,
							   [VALUES_TOTAL] = DERIVE_TOTAL,
							   [VALUES_BASE] = DERIVE_BASE};
	enum value_mode values = list->tab->values;
	bool is_first = list->n_counters == 0;
	int place = (int)list->n_counters;

	if (is_crowded_out(list->tab, field))
		return;
	if (values == VALUES_BOTH) {
		/* Of a variable what it is comes first, how fast it counts second. */
		add_derived(list, field ? DERIVE_TOTAL : DERIVE_VALUE, field,
			    !field     ? RANK_SORTED
			    : is_first ? RANK_TOTAL
				       : RANK_MORE_TOTALS + place);
		add_derived(list, DERIVE_RATE, field,
			    is_first ? RANK_RATE : RANK_MORE_RATES + place);
	} else {
		enum derive derive = derives[values];

		add_derived(list, !field && derive == DERIVE_TOTAL ? DERIVE_VALUE : derive, field,
			    is_first ? RANK_RATE : RANK_MORE_RATES + place);
	}
	if (field && tab_is_per_cpu(list->tab))
		add_cpus(list, field);
	list->n_counters++;
}

static void add_bytes(struct list *list, enum derive derive, int rank)
{
	struct shown *shown = add(list, SHOWN_CELL, (struct column){.derive = derive}, rank);

	if (!shown)
		return;
	shown->is_bytes = shown->is_long = true;
	shown->is_right = false;
}

/* Raw, the bytes stand in the place of the key's fields. Of variables all rows have the same ones. */
static bool shows_bytes(const struct tab *tab)
{
	return tab->is_raw && !tab->table->plan.is_variables;
}

static void add_usual(struct list *list)
{
	struct column columns[TAB_MAX_COLUMNS];
	size_t n = table_default_columns(list->tab->table, false, columns, TAB_MAX_COLUMNS);

	for (size_t i = 0; i < MIN_OF(n, (size_t)TAB_MAX_COLUMNS); i++) {
		const struct column *column = &columns[i];
		bool is_variable =
			column->derive == DERIVE_VALUE && list->tab->table->plan.is_variables;

		if (shows_bytes(list->tab) &&
		    (column_in_key(column) || !column->field || shows_format(column, "bytes")))
			continue;
		if (column_in_key(column)) {
			add(list, SHOWN_CELL, *column,
			    list->n_keys ? RANK_MORE_KEYS + (int)list->n_keys : RANK_KEY);
			list->n_keys++;
		} else if (is_variable ||
			   (column->field && table_counts(list->tab->table, column->field))) {
			add_counter(list, column->field);
		} else if (!is_crowded_out(list->tab, column->field)) {
			add(list, SHOWN_CELL, *column,
			    list->n_values ? RANK_MORE_VALUES + (int)list->n_values : RANK_VALUE);
			list->n_values++;
		}
	}
}

static void add_chosen(struct list *list)
{
	for (unsigned i = 0; i < list->tab->n_chosen; i++) {
		struct shown *shown = add(list, SHOWN_CELL, list->tab->chosen[i],
					  i || shows_bytes(list->tab) ? RANK_MORE_KEYS : RANK_KEY);

		if (shown)
			shown->fixed = shown->width.columns = list->tab->chosen_width[i];
	}
}

/* What a wide terminal has room for besides. */
static void add_extras(struct list *list)
{
	const struct tab *tab = list->tab;
	const struct field *field = tab->trend.field;

	if (tab_is_per_cpu(tab) && field && tab->cpus == CPUS_SUM && !tab->n_chosen) {
		add_derived(list, DERIVE_MAXCPU, field, RANK_MAXCPU);
		add_derived(list, DERIVE_SKEW, field, RANK_SKEW);
	}
	if (!tab->n_chosen && !plan_tells_age(&tab->table->plan)) {
		bool is_array = tab->table->map.type->is_array;

		add_derived(list, is_array ? DERIVE_IDLE : DERIVE_AGE, NULL, RANK_AGE);
	}
	if (tab_is_per_cpu(tab) && field && tab->cpus == CPUS_HEAT)
		add(list, SHOWN_HEAT, tab->trend, RANK_HEAT);
	if (tab_has_trend(tab) && !tab->hides_trend)
		add(list, SHOWN_TREND, tab->trend, RANK_TREND);
}

static void keep_widths(const struct tab *tab, struct list *list)
{
	for (unsigned i = 0; i < list->n; i++)
		for (unsigned j = 0; j < tab->n_shown; j++) {
			const struct shown *was = &tab->shown[j];
			struct shown *is = &list->made[i];

			if (was->kind == is->kind && !is->fixed && was->is_bytes == is->is_bytes &&
			    column_equal(&was->column, &is->column)) {
				is->width = was->width;
				is->texts = was->texts;
			}
		}
}

static void keep_joint(struct tab *tab, const struct list *list)
{
	struct joint joint = joint_find(list->made, list->tab->n_chosen ? 0 : list->n);

	if (joint.is_there && tab->joint.is_there && joint_equal(&joint, list->made, tab)) {
		joint.whole = tab->joint.whole;
		joint.least = tab->joint.least;
	}
	tab->joint = joint;
}

void tab_columns(struct tab *tab)
{
	struct list list = {.tab = tab};

	if (shows_bytes(tab)) {
		add_bytes(&list, DERIVE_KEY, RANK_KEY);
		add_bytes(&list, DERIVE_VALUE, RANK_BYTES);
	}
	if (tab->n_chosen)
		add_chosen(&list);
	else
		add_usual(&list);
	add_extras(&list);
	tell_apart(tab, list.made, list.n);
	keep_widths(tab, &list);
	keep_joint(tab, &list);
	memcpy(tab->shown, list.made, list.n * sizeof(*list.made));
	tab->n_shown = list.n;
	tab_widths_begin(tab);
	tab_use_columns(tab);
	tab->scroll = 0;
}
