/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's map types, a row each, in the place of its number. */
#include <stdio.h>
#include <string.h>

#include "base/tidy.h"
#include "model/maptype.h"

/* A row in the place of its number. */
#define TYPE(n, called, ...) [n] = {.number = n, .name = called, ##__VA_ARGS__}

static const struct maptype types[] = {
	TYPE(1, "hash"),
	TYPE(2, "array", .is_array = true),
	TYPE(3, "prog_array", .reading = READS_IDS),
	TYPE(4, "perf_event_array", .reading = READS_NOTHING,
	     .why_not = "opening its buffers would take the owner's events away"),
	TYPE(5, "percpu_hash", .is_per_cpu = true),
	TYPE(6, "percpu_array", .is_per_cpu = true, .is_array = true),
	TYPE(7, "stack_trace", .is_touchy = true),
	TYPE(8, "cgroup_array", .reading = READS_NOTHING,
	     .why_not = "the kernel does not say which cgroup a slot holds"),
	TYPE(9, "lru_hash", .is_lru = true),
	TYPE(10, "lru_percpu_hash", .is_per_cpu = true, .is_lru = true),
	TYPE(11, "lpm_trie"),
	TYPE(12, "array_of_maps", .reading = READS_IDS),
	TYPE(13, "hash_of_maps", .reading = READS_IDS),
	TYPE(14, "devmap", .has_slots = true),
	TYPE(15, "sockmap", .has_slots = true, .is_touchy = true),
	TYPE(16, "cpumap", .has_slots = true),
	TYPE(17, "xskmap", .reading = READS_NOTHING,
	     .why_not = "the kernel does not say which socket a slot holds"),
	TYPE(18, "sockhash", .is_touchy = true),
	TYPE(19, "cgroup_storage"),
	TYPE(20, "reuseport_sockarray", .has_slots = true, .is_touchy = true),
	TYPE(21, "percpu_cgroup_storage", .is_per_cpu = true),
	TYPE(22, "queue", .reading = READS_SPECIAL,
	     .why_not = "only the head of a queue can be seen without taking it"),
	TYPE(23, "stack", .reading = READS_SPECIAL,
	     .why_not = "only the top of a stack can be seen without taking it"),
	TYPE(24, "sk_storage", .reading = READS_SPECIAL, .needs_program = true,
	     .why_not = "its entries hang on sockets and can't be listed by key"),
	TYPE(25, "devmap_hash"),
	TYPE(26, "struct_ops"),
	TYPE(27, "ringbuf", .reading = READS_SPECIAL,
	     .why_not = "a ring buffer has records, not entries"),
	TYPE(28, "inode_storage", .reading = READS_NOTHING,
	     .why_not = "its entries hang on files and can't be listed"),
	TYPE(29, "task_storage", .reading = READS_SPECIAL,
	     .why_not = "its entries hang on processes and can't be listed by key"),
	TYPE(30, "bloom_filter", .reading = READS_NOTHING,
	     .why_not = "a bloom filter holds no keys, only bits"),
	TYPE(31, "user_ringbuf", .reading = READS_SPECIAL,
	     .why_not = "a ring buffer has records, not entries"),
	TYPE(32, "cgrp_storage", .reading = READS_SPECIAL,
	     .why_not = "its entries hang on cgroups and can't be listed by key"),
	TYPE(33, "arena", .reading = READS_SPECIAL, .needs_program = true,
	     .why_not = "an arena has pages, not entries"),
	TYPE(34, "insn_array", .is_array = true),
};

static const struct maptype *unknown(uint32_t number)
{
	static struct {
		char name[24];
		struct maptype type;
	} rows[MAPTYPE_UNKNOWNS];
	static unsigned next;
	unsigned i = 0;

	while (i < MAPTYPE_UNKNOWNS && (!rows[i].type.name || rows[i].type.number != number))
		i++;
	if (i < MAPTYPE_UNKNOWNS)
		return &rows[i].type;
	i = next++ % MAPTYPE_UNKNOWNS;
	snprintf(rows[i].name, sizeof(rows[i].name), "type_%u", number);
	rows[i].type = (struct maptype){
		.number = number,
		.name = rows[i].name,
		.reading = READS_UNKNOWN,
		.why_not = "its type is newer than this program",
	};
	return &rows[i].type;
}

const struct maptype *maptype_of(uint32_t number)
{
	if (number >= ARRAY_LEN(types) || !types[number].name)
		return unknown(number);
	return &types[number];
}

const struct maptype *maptype_named(const char *name)
{
	for (uint32_t i = 1; i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

const struct maptype *maptype_at(unsigned i)
{
	return i + 1 < ARRAY_LEN(types) ? &types[i + 1] : NULL;
}
