/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map of this host, and who uses which. One walk each over maps, programs, pins and processes,
 * joined by map id afterwards: a thousand maps take a thousand opens, not a million. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"
#include "model/map.h"
#include "read/kernel.h"

/* -- who uses what: pairs gathered in any order, then sorted by map -- */

struct use {
	uint32_t map_id, id; /* of the program or process */
	const char *name;
	uint64_t since_boot_ns; /* programs: when it was loaded */
};

struct uses {
	struct use *at; /* owned */
	size_t n, cap;
	struct arena names;
};

static void uses_release(struct uses *uses)
{
	free(uses->at);
	arena_release(&uses->names);
}

static int uses_add(struct uses *uses, uint32_t map_id, uint32_t id, const char *name,
		    uint64_t since_boot_ns)
{
	if (uses->n == uses->cap) {
		size_t cap = MAX_OF(64, uses->cap * 2);
		struct use *at = reallocarray(uses->at, cap, sizeof(*at));

		if (!at)
			return -ENOMEM;
		uses->at = at;
		uses->cap = cap;
	}
	uses->at[uses->n++] = (struct use){map_id, id, name, since_boot_ns};
	return 0;
}

static int compare_uses(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	if (x->map_id != y->map_id)
		return x->map_id < y->map_id ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* Sorts, and drops what is there twice: a process can hold a map by several descriptors. */
static void uses_tidy(struct uses *uses)
{
	size_t n = 0;

	if (uses->n)
		qsort(uses->at, uses->n, sizeof(*uses->at), compare_uses);
	for (size_t i = 0; i < uses->n; i++)
		if (n == 0 || compare_uses(&uses->at[n - 1], &uses->at[i]) != 0)
			uses->at[n++] = uses->at[i];
	uses->n = n;
}

/* Where the uses of a map begin and end. */
static size_t find_uses(const struct uses *uses, uint32_t map_id, size_t *until_ret)
{
	size_t from = 0, until = uses->n;

	while (from < until) {
		size_t mid = from + (until - from) / 2;

		if (uses->at[mid].map_id < map_id)
			from = mid + 1;
		else
			until = mid;
	}
	while (until < uses->n && uses->at[until].map_id == map_id)
		until++;
	*until_ret = until;
	return from;
}

/* The users of one map, copied into its memory, but for those called `but` (NULL: all). */
static struct map_users users_of(const struct uses *uses, bool is_whole, struct map *map,
				 const char *but)
{
	size_t until, from = find_uses(uses, map->id, &until);
	struct map_user *users =
		from < until ? arena_array(&map->mem, until - from, sizeof(*users)) : NULL;
	struct map_users out = {.at = users, .is_whole = is_whole && (users || from == until)};

	for (size_t i = from; users && i < until; i++)
		if (!but || strcmp(uses->at[i].name, but) != 0)
			users[out.n++] = (struct map_user){
				uses->at[i].id, arena_strdup(&map->mem, uses->at[i].name)};
	return out;
}

static int note_program(void *ctx, const struct bpf_prog_info *info, const uint32_t *map_ids,
			uint32_t n_map_ids)
{
	struct uses *uses = ctx;
	const char *name = n_map_ids ? arena_strdup(&uses->names, info->name) : "";
	int r = name ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < n_map_ids && r == 0; i++)
		r = uses_add(uses, map_ids[i], info->id, name, info->load_time);
	return r;
}

static int note_owner(void *ctx, uint32_t pid, const char *comm, uint32_t map_id)
{
	struct uses *uses = ctx;
	const char *name = arena_strdup(&uses->names, comm);

	return name ? uses_add(uses, map_id, pid, name, 0) : -ENOMEM;
}

static int note_pin(void *ctx, const char *path, int fd)
{
	struct uses *uses = ctx;
	struct bpf_map_info info;
	const char *name;

	if (kernel_info(fd, &info) < 0)
		return 0;
	name = arena_strdup(&uses->names, path);
	/* The place in the walk as id: the first of several pins stays the first. */
	return name ? uses_add(uses, info.id, (uint32_t)uses->n, name, 0) : -ENOMEM;
}

/* The kernel keeps no time of a map's making; it was there when the first program with it was loaded. */
static uint64_t first_loaded_ns(const struct uses *programs, const struct map *map)
{
	size_t until, from = find_uses(programs, map->id, &until);
	uint64_t first_boot_ns = 0;

	for (size_t i = from; i < until; i++)
		if (!first_boot_ns || programs->at[i].since_boot_ns < first_boot_ns)
			first_boot_ns = programs->at[i].since_boot_ns;
	return first_boot_ns ? clock_wall_at_boot_ns(first_boot_ns) : 0;
}

/* The one that it was opened by stays the first. */
static void join_pins(const struct uses *uses, bool is_whole, struct map *map)
{
	size_t until, from = find_uses(uses, map->id, &until);

	if (!map->pin && from < until)
		map->pin = arena_strdup(&map->mem, uses->at[from].name);
	map->other_pins = users_of(uses, is_whole, map, map->pin);
}

static int out_of_memory(struct err *err)
{
	return err_set(err, -ENOMEM, "out of memory for the users of maps");
}

/* What is pinned where, once that was walked. */
struct pinned {
	struct uses uses;
	int r;	     /* what the walk returned */
	bool is_all; /* nothing had to be left out */
};

static int join_users(struct kernel *kernel, struct pinned *pins, struct map_list *maps,
		      struct err *err)
{
	struct uses programs = {0}, owners = {0};
	int by_program = programs_each(note_program, &programs);
	int by_owner = owners_each(kernel, note_owner, &owners);
	int r = 0;

	if (by_program == -ENOMEM || pins->r == -ENOMEM || by_owner == -ENOMEM)
		r = out_of_memory(err);
	uses_tidy(&programs);
	uses_tidy(&pins->uses);
	uses_tidy(&owners);
	for (size_t i = 0; i < maps->n; i++) {
		struct map *map = &maps->maps[i];

		map->programs = users_of(&programs, by_program == 0, map, NULL);
		map->loaded_ns = first_loaded_ns(&programs, map);
		map->owners = users_of(&owners, by_owner == 0, map, NULL);
		join_pins(&pins->uses, pins->is_all, map);
	}
	uses_release(&programs);
	uses_release(&owners);
	return r;
}

int kernel_users(struct source *source, struct map_list *maps, struct err *err)
{
	struct pinned pins = {0};
	int r;

	pins.r = pins_each(note_pin, &pins.uses, &pins.is_all);
	r = join_users((struct kernel *)source, &pins, maps, err);
	uses_release(&pins.uses);
	return r;
}

/* -- every map -- */

static int add_all_ids(struct kernel *kernel, struct map_list *out)
{
	uint32_t id = 0;
	int r;

	while ((r = bpf_map_get_next_id(id, &id)) == 0) {
		r = kernel_add_id(kernel, id, out);
		if (r == -ENOMEM)
			return r;
		if (r < 0 && r != -ENOENT)
			log_add(LOG_INFO, "map %u cannot be opened: %s", id, err_words(r));
	}
	return r == -ENOENT ? 0 : r;
}

struct pin_add {
	struct kernel *kernel;
	struct map_list *out;
	struct pinned *pins;
	bool is_all_there_is; /* without the rights to list by id */
};

/* A map that is pinned is opened here, and not by its id again. */
static int add_pin(void *ctx, const char *path, int fd)
{
	struct pin_add *add = ctx;
	size_t n = add->out->n;
	int r = kernel_add(add->kernel, fd, add->is_all_there_is ? path : NULL, add->out);

	if (add->out->n > n)
		add->out->maps[n].follows_pin = add->is_all_there_is;
	return r == -ENOMEM ? r : note_pin(&add->pins->uses, path, fd);
}

static int compare_ids(const void *a, const void *b)
{
	const struct map *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* 0, 1: *err says of what it is a part, or -errno. */
static int add_all(struct pin_add *add, struct err *err)
{
	int r = add->is_all_there_is ? 0 : add_all_ids(add->kernel, add->out);

	if (add->out->n)
		qsort(add->out->maps, add->out->n, sizeof(*add->out->maps), compare_ids);
	if (r < 0)
		return err_set(err, r, "cannot list maps: %s", err_words(r));
	if (!add->is_all_there_is)
		return 0;
	if (add->pins->r < 0)
		return err_set(err, add->pins->r, "cannot look through bpffs: %s",
			       err_words(add->pins->r));
	if (add->out->n == 0)
		return err_set(err, -EPERM,
			       "not permitted to list maps: that needs CAP_SYS_ADMIN; without it "
			       "pinned maps are listed, and there are none to be had");
	err_set(err, -EPERM, "only pinned maps are listed: the rest needs CAP_SYS_ADMIN");
	return 1;
}

static int list_all(struct pin_add *add, struct err *err)
{
	int listed, r;

	add->pins->r = pins_each(add_pin, add, &add->pins->is_all);
	listed = add_all(add, err);
	if (listed < 0)
		return listed;
	r = kernel_count(&add->kernel->source, add->out);
	if (r < 0)
		log_add(LOG_INFO, "entries of maps can't be counted: %s", err_words(r));
	r = join_users(add->kernel, add->pins, add->out, err);
	return r < 0 ? r : listed;
}

int kernel_list(struct source *source, struct map_list *out, struct err *err)
{
	struct pinned pins = {0};
	struct pin_add add = {.kernel = (struct kernel *)source, .out = out, .pins = &pins};
	uint32_t first;
	int r;

	add.is_all_there_is = bpf_map_get_next_id(0, &first) == -EPERM;
	r = list_all(&add, err);
	uses_release(&pins.uses);
	return r;
}
