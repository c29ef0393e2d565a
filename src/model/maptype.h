/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of each map type before one is opened: a row a type. Numbers are the kernel's
 * enum bpf_map_type (include/uapi/linux/bpf.h), kept here so that old headers build it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What a lookup hands out, and so how its rows are made. */
enum map_reading {
	READS_ROWS,    /* key and value bytes */
	READS_IDS,     /* values are ids of maps or programs; holes answer ENOENT */
	READS_NOTHING, /* identity only; why_not says why */
	READS_SPECIAL, /* needs a way of its own (ring buffers, storages, arena, queues) */
	READS_UNKNOWN, /* a type newer than this program: walked with care, if the kernel lets us */
};

struct maptype {
	uint32_t number;
	const char *name; /* bpftool's spelling: "lru_percpu_hash" */
	enum map_reading reading;
	bool is_per_cpu; /* a value per possible CPU, stride rounded up to 8 */
	bool is_lru;	 /* evicts by itself, below 100 % fill */
	bool is_array;	 /* key is the u32 index, entries are never absent */
	bool has_slots; /* key is the u32 index of a slot, of which those without entry are holes */
	bool needs_program; /* only a program of our own that the kernel takes can read it */
	bool is_touchy;	    /* a lookup moves something in the kernel: read slowly, and say so */
	/* why a plain read shows nothing (all but READS_ROWS and READS_IDS), else NULL */
	const char *why_not;
};

enum { MAPTYPE_UNKNOWNS = 16 };

/* The row of a kernel number; never NULL: for unknown numbers a row named "type_NN" that only has its
 * identity. Static storage (unknown ones: until MAPTYPE_UNKNOWNS others were asked for). */
const struct maptype *maptype_of(uint32_t number);

/* NULL where no type is called that. */
const struct maptype *maptype_named(const char *name);

/* Rows in table order, for help; NULL past the end. */
const struct maptype *maptype_at(unsigned i);
