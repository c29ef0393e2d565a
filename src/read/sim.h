/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the simulated maps have in common: a row a map, its layout as rows too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/plan.h"

struct sim_demo;
struct snap;

enum { SIM_CPUS = 4 };

/* A step of a layout: a field, or the end of the container that is open. */
struct sim_field {
	struct field field;
	const char *format; /* its name; NULL: chosen as for any map */
	bool in_value;
	bool closes;
};

/* One moment of the simulation. */
struct sim_moment {
	struct sim_demo *demo; /* counted up to at_ns */
	uint64_t seed;
	uint64_t at_ns; /* of traffic since the start */
};

struct sim_map {
	const char *name, *type;
	const char *section; /* of a variable map, else NULL */
	uint32_t key_size, value_size, max_entries;
	uint32_t record_from; /* of records: where in the value their own bytes begin; else 0 */
	uint32_t n_cpus;      /* of a per-CPU map, else 1 */
	bool is_demo;	      /* counts the demo's traffic */
	const struct sim_field *fields;
	size_t n_fields;
	/* Adds the map's rows at that moment. 0 or -ENOMEM. */
	int (*fill)(const struct sim_moment *moment, struct snap *snap);
};

/* Rows of the demo's maps, in sim_demo.c; of maps that try what is hard to show, in sim_shapes.c. NULL
 * past the end. */
const struct sim_map *sim_demo_map(size_t i);
const struct sim_map *sim_shape_map(size_t i);
const struct sim_map *sim_stack_map(size_t i); /* sim_stacks.c: those of a profiler */
const struct sim_map *sim_ring_map(size_t i);  /* sim_ring.c: records that are read by somebody */

/* Layout rows: a struct that holds what follows until SIM_CLOSE; its members, with offset and size
 * from the struct itself. The dots are further members of struct field. */
#define SIM_STRUCT(side, c_type)                                                                   \
	{                                                                                          \
		.in_value = side,                                                                  \
		.field = {.name = "",                                                              \
			  .type = "struct " #c_type,                                               \
			  .kind = FIELD_STRUCT,                                                    \
			  .size = sizeof(struct c_type)},                                          \
	}
#define SIM_MEMBER(side, owner, member, as, declared, ...)                                         \
	{                                                                                          \
		.in_value = side,                                                                  \
		.field = {.name = #member,                                                         \
			  .type = declared,                                                        \
			  .kind = FIELD_##as,                                                      \
			  .offset = offsetof(struct owner, member),                                \
			  .size = sizeof(((struct owner *)0)->member)},                            \
		__VA_ARGS__                                                                        \
	}
/* What a container's element or a scalar key or value is. */
#define SIM_SCALAR(side, as, declared, bytes, ...)                                                 \
	{                                                                                          \
		.in_value = side,                                                                  \
		.field = {.name = "", .type = declared, .kind = FIELD_##as, .size = bytes},        \
		__VA_ARGS__                                                                        \
	}
#define SIM_CLOSE                                                                                  \
	{                                                                                          \
		.closes = true                                                                     \
	}
