/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The life of a group. A reading of the rows is folded into the next snap of the groups and taken like
 * one of a map; what went, came and changed follows from that. But before it is seen, the sums of the reading
 * before are replaced by what they were of the rows that are there now (see group.h, group_past.c). */
#include "query/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"
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
	pages_release(&group->then);
	pages_release(&group->base_keys);
	free(group->adding);
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

/* -- readings -- */

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

/* The groups of the reading before, first. */
static int take_before(struct group *group, size_t n_rows)
{
	int r = group_turn_back(group, n_rows);

	r = r ? r : table_take_ahead(&group->table, n_rows);
	r = r ? r : table_take_some(&group->table, n_rows);
	if (r > 0)
		return 1;
	group_fold_drop(group);
	group->has_before = r == 0;
	return r < 0 ? r : 1;
}

/* Nothing is seen of the new reading until its last slice, which then has its past, too. */
static int take_now(struct group *group, size_t n_rows)
{
	int r;

	tell_natures(group);
	r = table_take_ahead(&group->table, n_rows);
	r = r ? r : group_past_step(group, n_rows);
	r = r ? r : table_take_some(&group->table, n_rows);
	if (r > 0)
		return 1;
	if (r == 0)
		group_past_commit(group);
	group_fold_drop(group);
	group->has_before = false;
	return r;
}

/* Groups that are no more than a slice are taken at once. */
static int take(struct group *group, size_t n_rows)
{
	int (*take_some)(struct group *, size_t) = takes_before(group) ? take_before : take_now;
	bool is_slice = group->table.next->n_rows <= n_rows;
	int r;

	do
		r = take_some(group, n_rows);
	while (r > 0 && is_slice && group->block);
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
	return take(group, n_rows);
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
	group->table.brings_base = true;
	group->adding = calloc(group->table.plan.n_fields, sizeof(*group->adding));
	if (!group->totals || !group->carries || !group->adding || group->by.failed ||
	    group->filter_text.failed)
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
