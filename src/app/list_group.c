/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps folded by something they share. A map that several programs use is in the group of each, so the
 * groups of programs may add up to more than there is. */
#include "app/list_group.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/sheet.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"

struct group {
	const char *name; /* borrowed from a map */
	const char *type; /* NULL: several */
	size_t n_maps, n_uncounted;
	size_t n_unmeasured; /* the kernel says nothing of their memory */
	uint64_t n_entries, memory_bytes;
};

struct groups {
	struct group *at; /* owned */
	size_t n, cap;
};

static void groups_release(struct groups *groups)
{
	free(groups->at);
}

/* The i-th group that a map is in, or NULL. */
typedef const char *member_fn(const struct map *map, size_t i);

static const char *by_name(const struct map *map, size_t i)
{
	return i == 0 ? map->name : NULL;
}

static const char *by_type(const struct map *map, size_t i)
{
	return i == 0 ? map->type->name : NULL;
}

static const char *by_program(const struct map *map, size_t i)
{
	if (map->programs.n == 0)
		return i == 0 ? "" : NULL;
	return i < map->programs.n ? map->programs.at[i].name : NULL;
}

static const struct {
	const char *name;
	member_fn *member;
} ways[] = {{"name", by_name}, {"type", by_type}, {"program", by_program}};

static member_fn *way_called(const char *by)
{
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (strcmp(ways[i].name, by) == 0)
			return ways[i].member;
	return NULL;
}

int list_group_check(const char *by, struct err *err)
{
	if (way_called(by))
		return 0;
	return err_set(err, -EINVAL, "maps can't be grouped by '%s': use name, type or program",
		       by);
}

static int add_to(struct groups *groups, const char *name, const struct map *map)
{
	if (groups->n == groups->cap) {
		size_t cap = MAX_OF(32, groups->cap * 2);
		struct group *at = reallocarray(groups->at, cap, sizeof(*at));

		if (!at)
			return -ENOMEM;
		groups->at = at;
		groups->cap = cap;
	}
	groups->at[groups->n++] = (struct group){
		.name = name,
		.type = map->type->name,
		.n_maps = 1,
		.n_uncounted = !map->entries_known,
		.n_entries = map->n_entries,
		.n_unmeasured = !map->memory_bytes,
		.memory_bytes = map->memory_bytes,
	};
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int compare_memory(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->memory_bytes != y->memory_bytes)
		return x->memory_bytes < y->memory_bytes ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* Sorted by name; neighbours of one name become one. */
static void fold(struct groups *groups)
{
	size_t n = 0;

	if (groups->n)
		qsort(groups->at, groups->n, sizeof(*groups->at), compare_names);
	for (size_t i = 0; i < groups->n; i++) {
		const struct group *next = &groups->at[i];
		struct group *last = n ? &groups->at[n - 1] : NULL;

		if (!last || strcmp(last->name, next->name) != 0) {
			groups->at[n++] = *next;
			continue;
		}
		if (last->type && strcmp(last->type, next->type) != 0)
			last->type = NULL;
		last->n_maps += next->n_maps;
		last->n_uncounted += next->n_uncounted;
		last->n_unmeasured += next->n_unmeasured;
		last->n_entries += next->n_entries;
		last->memory_bytes += next->memory_bytes;
	}
	groups->n = n;
	if (n)
		qsort(groups->at, n, sizeof(*groups->at), compare_memory);
}

static int gather(const struct map_list *maps, const char *by, struct groups *groups)
{
	member_fn *member = way_called(by);
	int r = 0;

	for (size_t i = 0; i < maps->n && r == 0; i++) {
		const char *name;

		for (size_t j = 0; r == 0 && (name = member(&maps->maps[i], j)); j++)
			r = add_to(groups, name, &maps->maps[i]);
	}
	fold(groups);
	return r;
}

/* "1234", "1234+" when some of its maps don't say, "-" when none does. */
static void add_sum(const struct group *group, size_t n_unknown, const char *sum,
		    struct sheet *sheet)
{
	char text[32];

	snprintf(text, sizeof(text), "%s%s", sum, n_unknown ? "+" : "");
	sheet_add(sheet, n_unknown == group->n_maps ? "-" : text);
}

static void add_line(const struct group *group, struct sheet *sheet, struct buf *cell)
{
	sheet_add(sheet, *group->name ? group->name : "-");
	buf_clear(cell);
	buf_addu(cell, group->n_maps);
	sheet_add(sheet, buf_text(cell));
	sheet_add(sheet, group->type ? group->type : "several");
	buf_clear(cell);
	buf_addu(cell, group->n_entries);
	add_sum(group, group->n_uncounted, buf_text(cell), sheet);
	buf_clear(cell);
	num_short(cell, (double)group->memory_bytes, 1024);
	add_sum(group, group->n_unmeasured, buf_text(cell), sheet);
}

int list_group_text(const struct map_list *maps, const char *by, struct buf *out)
{
	static const char *const titles[] = {"GROUP", ">MAPS", "TYPE", ">ENTRIES", ">MEMORY"};
	SCOPED(groups) groups = {0};
	SCOPED(sheet) sheet = {0};
	SCOPED(buf) cell = {0};
	int r = gather(maps, by, &groups);

	sheet_init(&sheet, ARRAY_LEN(titles), titles);
	for (size_t i = 0; i < groups.n; i++)
		add_line(&groups.at[i], &sheet, &cell);
	return r < 0 ? r : sheet_write(&sheet, out);
}

static void add_object(const struct group *group, struct json *json)
{
	const struct {
		const char *name;
		uint64_t value;
		bool is_unknown; /* no map of the group says */
	} sums[] = {
		{"maps", group->n_maps, false},
		{"entries", group->n_entries, group->n_uncounted == group->n_maps},
		{"uncounted_maps", group->n_uncounted, false},
		{"memory_bytes", group->memory_bytes, group->n_unmeasured == group->n_maps},
		{"unmeasured_maps", group->n_unmeasured, false},
	};

	json_open(json, '{');
	json_member_text(json, "group", group->name);
	if (group->type) {
		json_member_text(json, "type", group->type);
	}
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		json_name(json, sums[i].name);
		if (sums[i].is_unknown)
			json_null(json);
		else
			json_uint(json, sums[i].value);
	}
	json_close(json, '}');
}

int list_group_json(const struct map_list *maps, const char *by, bool is_lines, struct buf *out)
{
	SCOPED(groups) groups = {0};
	struct json json;
	int r = gather(maps, by, &groups);

	json_init(&json, out);
	json_list_open(&json, is_lines);
	for (size_t i = 0; i < groups.n; i++) {
		add_object(&groups.at[i], &json);
		json_list_next(&json, is_lines);
	}
	json_list_close(&json, is_lines);
	return out->failed ? -ENOMEM : r;
}
