/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside of the kernel source: what its files share. Nothing above the floor includes this. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "read/btfcache.h"
#include "read/memo.h"
#include "read/own.h"
#include "read/source.h"

struct bpf_map_info;
struct bpf_prog_info;
struct err;
struct map;
struct map_list;
struct plan;
struct spec;

struct kernel {
	struct source source; /* first, so that one can be cast to the other */
	uint32_t n_cpus;      /* possible CPUs, what per-CPU values are made for */
	char *cpu_list;	      /* owned: their numbers where they have holes, else NULL */
	struct btfcache btfs;
	struct memo memo;
	struct own own;
};

/* What a person who may not open maps by id can do. */
#define KERNEL_BY_ID_NEEDS                                                                         \
	"needs CAP_SYS_ADMIN; a pinned map opens by its path, on older kernels with CAP_BPF"

/* -- descriptors: read-only, and closed by whoever opened them before they return to their caller.
 * A descriptor kept would keep a dead map alive. -- */

/* fd, or -errno: -ENOENT gone, -EPERM needs CAP_SYS_ADMIN. */
int kernel_open_id(uint32_t id);
/* fd, or -errno: -ENOENT, -EACCES, -EPERM, -EMEDIUMTYPE when something else than a map is there. */
int kernel_open_pin(const char *path);
/* Why the values of such a map can't be had, or NULL. */
const char *kernel_reason_against(const struct map *map);
/* Opens map for one reading the way it was found and makes sure that it is the same one.
 * -ENOENT gone, -ESTALE its pin leads to another map now. */
int kernel_open_map(const struct map *map, struct err *err);
int kernel_info(int fd, struct bpf_map_info *out);

/* Copies the facts of an open map into a new map of list, unless its id is there already.
 * pin is the path it was opened by, or NULL. */
int kernel_add(struct kernel *kernel, int fd, const char *pin, struct map_list *list);
/* The same by id. -ENOENT when there is none. */
int kernel_add_id(struct kernel *kernel, uint32_t id, struct map_list *list);
/* The longest name that the BTF of a map knows, or NULL; borrowed from the BTF cache or map->mem. */
const char *kernel_btf_name(struct kernel *kernel, const struct bpf_map_info *info);

int kernel_find(struct source *source, const struct spec *spec, struct map_list *out,
		struct err *err);
int kernel_list(struct source *source, struct map_list *out, struct err *err);
int kernel_plan(struct source *source, const struct map *map, struct plan *out, struct err *err);
int kernel_users(struct source *source, struct map_list *maps, struct err *err);

/* Fills in how many entries each map has, as far as the kernel counts them. 0 or -errno. */
int kernel_count(struct source *source, struct map_list *maps);
/* The same of one map. false: unknown. */
bool kernel_count_one(struct kernel *kernel, const struct map *map, uint64_t *n_ret);

/* -- walks: fn returns 0 to go on, else the walk ends with what it returned -- */

typedef int program_fn(void *ctx, const struct bpf_prog_info *info, const uint32_t *map_ids,
		       uint32_t n_map_ids);
/* Every program, in order of ids. -EPERM without CAP_SYS_ADMIN. */
int programs_each(program_fn *fn, void *ctx);
/* One program. -ENOENT when there is none. */
int programs_one(uint32_t id, program_fn *fn, void *ctx);

/* Every map pinned in any bpffs mounted here. fd is closed after fn. *is_all_ret: no directory or file
 * had to be left out. */
typedef int pin_fn(void *ctx, const char *path, int fd);
int pins_each(pin_fn *fn, void *ctx, bool *is_all_ret);

/* Every descriptor of a map that some process holds: pid and comm of the process.
 * 0; -EACCES when some processes could not be looked at, -E2BIG when there were too many. */
typedef int owner_fn(void *ctx, uint32_t pid, const char *comm, uint32_t map_id);
int owners_each(struct kernel *kernel, owner_fn *fn, void *ctx);

/* Ids of the XDP, TCX and TC programs on an interface, ingress and egress.
 * returns how many (at most max), or -errno: -ENODEV, -EPERM when none was found where all could be asked for. */
int device_programs(const char *name, uint32_t *ids, int max);
