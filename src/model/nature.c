/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A bounded number of rows that changed is looked at in each reading, from a place that moves on, so that a
 * million rows cost no more than a thousand. A gauge falls about as often as it rises; a field is taken
 * for one when it fell a few times and in no less than one of FALLS_SHARE changes. Old evidence fades. */
#include "model/nature.h"

#include "base/tidy.h"
#include "model/decode.h"
#include "model/table.h"

enum {
	LOOKED_AT = 2048,    /* rows */
	COPIES_TAKEN = 1024, /* values of them, a copy for each CPU each */
	FEW_FALLS = 6,
	FALLS_SHARE = 6,
	FADES_AT = 4096,
	A_STRIDE = 7919, /* a prime: places don't repeat with the readings */
};

const char *const nature_names[] = {NULL, "counter", "gauge"};
_Static_assert(ARRAY_LEN(nature_names) == N_NATURES, "each has a name");

static void watch_field(const struct table *table, const struct field *field, struct habit *habit,
			const uint8_t *was, const uint8_t *is)
{
	size_t stride = map_cpu_stride(&table->map);
	uint64_t before = decode_sum(field, was, stride, table->map.n_cpus);
	uint64_t now = decode_sum(field, is, stride, table->map.n_cpus);

	if (field->kind == FIELD_INT ? (int64_t)now > (int64_t)before : now > before)
		habit->n_rises++;
	else if (now != before && (field->kind == FIELD_INT || now >= before / 2))
		habit->n_falls++;
	if (habit->n_rises + habit->n_falls > FADES_AT) {
		habit->n_rises /= 2;
		habit->n_falls /= 2;
	}
}

static void watch_row(struct table *table, const uint8_t *was, const uint8_t *is)
{
	const struct plan *plan = &table->plan;

	for (uint32_t i = plan->n_key_fields; i < plan->n_fields; i++)
		if (field_is_counter(&plan->fields[i]))
			watch_field(table, &plan->fields[i], &table->habits[i], was, is);
}

void nature_watch(struct table *table)
{
	const struct snap *is = table->current, *was = table->previous;
	size_t n = MIN_OF(is->n_rows, (size_t)LOOKED_AT), row;
	size_t n_left = MAX_OF(COPIES_TAKEN / MAX_OF(table->map.n_cpus, 1u), 8u);

	if (!was->number || !n)
		return;
	row = is->number * A_STRIDE % is->n_rows;
	for (size_t i = 0; i < n && n_left; i++, row = row + 1 < is->n_rows ? row + 1 : 0) {
		if (table->delta.states.at[row] != ROW_CHANGED)
			continue;
		watch_row(table, snap_value(was, delta_link(&table->delta, row)),
			  snap_value(is, row));
		n_left--;
	}
}

void nature_forget(struct table *table)
{
	for (uint32_t i = 0; i < table->plan.n_fields; i++)
		table->habits[i] = (struct habit){.told = table->habits[i].told};
}

static struct habit *habit_of(const struct table *table, const struct field *field)
{
	const struct field *of = field->element_of ? field->element_of : field;

	return &table->habits[of - table->plan.fields];
}

const struct habit *nature_habit(const struct table *table, const struct field *field)
{
	return habit_of(table, field);
}

void nature_tell(const struct table *table, const struct field *field, enum nature nature)
{
	habit_of(table, field)->told = nature;
}

enum nature nature_told(const struct table *table, const struct field *field)
{
	enum nature told = habit_of(table, field)->told;

	return told != NATURE_GUESSED ? told : field->nature;
}

enum nature nature_of(const struct table *table, const struct field *field)
{
	const struct habit *habit = habit_of(table, field);
	enum nature told = nature_told(table, field);
	bool falls = habit->n_falls >= FEW_FALLS &&
		     habit->n_falls * FALLS_SHARE >= habit->n_rises + habit->n_falls;

	if (told != NATURE_GUESSED)
		return told;
	return falls ? NATURE_GAUGE : NATURE_COUNTER;
}
