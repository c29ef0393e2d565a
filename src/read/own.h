/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs of our own: iterators that the kernel runs over its maps and sockets for us. Each is loaded
 * when it is first needed and kept; one that the kernel refuses is not tried again. None writes
 * anything but the text of its iterator. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bpf_object_skeleton;
struct counts;
struct elems;
struct map;
struct sockets;

struct own {
	struct counts *counts;
	struct elems *elems;
	struct sockets *sockets;
	/* The sizes that elems and sockets were loaded for: the verifier wants them fixed. */
	uint32_t elems_key_bytes, elems_value_bytes, sockets_value_bytes;
	bool no_counts, no_elems, no_sockets; /* refused */
};

void own_release(struct own *own);

/* Each gives a descriptor to read its records from, the caller's to close, or -errno; -EOPNOTSUPP when
 * this kernel, or our rights, don't allow it. map_fd is of the map. */

struct count_record {
	uint64_t id;
	int64_t count;
};
int own_counts(struct own *own);
/* Rows of key and value, as in a snap of map. */
int own_elems(struct own *own, const struct map *map, int map_fd);
int own_sockets(struct own *own, const struct map *map, int map_fd);
