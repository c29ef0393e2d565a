/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Plain facts of one map, copied out of its source once; no descriptor, nothing live. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct maptype;

struct map_user {    /* a program that uses the map, or a process that holds it */
	uint32_t id; /* program id or pid */
	const char *name;
};

struct map_users {
	const struct map_user *at; /* n of them, in the map's memory */
	size_t n;
	bool is_whole; /* false: there may be more; not allowed to look everywhere, or not looked for */
};

struct map {
	uint32_t id;
	const char
		*name; /* never NULL; the longest known (pin or BTF may know more than 15 bytes) */
	const struct maptype *type;
	uint32_t key_size, value_size, max_entries, flags;
	uint64_t extra;
	uint32_t btf_id, btf_key_type_id, btf_value_type_id; /* 0: none */
	uint32_t btf_vmlinux_value_type_id;
	uint32_t ifindex;
	uint32_t n_cpus; /* possible CPUs; 1 unless is_per_cpu, so strides need no special case */
	/* Numbers of the CPUs that the copies are of, where they have holes: "0-3,8-11". NULL: the i-th
	 * copy is of CPU i. */
	const char *cpu_list;
	/* Sizes of a reading's rows where these are not the entries' own bytes but made by us: records of a ring
	 * buffer, storages by process, pages of an arena. 0: rows are as key_size and value_size say. */
	uint32_t row_key_size, row_value_size;
	uint64_t memory_bytes; /* 0: unknown */
	uint64_t n_entries;    /* how many there are, counted without reading them */
	bool entries_known;
	bool is_frozen, frozen_unknown;
	bool is_variables;   /* a DATASEC array: one variable a row */
	uint64_t loaded_ns;  /* since 1970: when the first of its programs was; 0: unknown */
	const char *source;  /* "kernel", "sim", "tape" */
	const char *host;    /* the host it is on; NULL: this one, or a recording's */
	const char *asked;   /* the word by which that host was asked for it; NULL: none */
	const char *pin;     /* path it was opened by or found at, or NULL */
	bool follows_pin;    /* a person named the pin: what is there counts, not the id */
	const char *section; /* ".bss" etc. when is_variables, else NULL */
	struct map_users programs, owners;
	struct map_users other_pins; /* names: paths beside `pin` */
	struct arena mem;	     /* holds all of the above strings */
};

void map_release(struct map *map);

/* Bytes a row's key takes in a snap. */
size_t map_key_stride(const struct map *map);
/* Bytes of one CPU's copy of a row's value, without what rounds it up. */
size_t map_copy_size(const struct map *map);
/* Bytes a row's value takes in a snap: value_size, or for per-CPU maps value_size rounded up to 8
 * times n_cpus. source: bpf_map_value_size(), kernel/bpf/syscall.c */
size_t map_value_stride(const struct map *map);
/* Bytes from one CPU's copy to the next: map_value_stride / n_cpus. */
size_t map_cpu_stride(const struct map *map);

/* From the place of a copy of the value to the number of its CPU, and back; false: no copy is of that CPU. */
uint32_t map_cpu_number(const struct map *map, uint32_t copy);
bool map_cpu_copy(const struct map *map, uint64_t number, uint32_t *copy_ret);

/* Several maps, as a spec like `flows` or `prog:17` finds them. */
struct map_list {
	struct map *maps; /* owned */
	size_t n, cap;
};
void map_list_release(struct map_list *list);
/* A new zeroed map at the end, or NULL when out of memory; borrowed until the next add. */
struct map *map_list_add(struct map_list *list);
