/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs of our own: iterators that the kernel runs over its maps and sockets for us. Each is loaded
 * when it is first needed and kept; one that the kernel refuses is not tried again. None writes
 * anything but the text of its iterator. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct counts;
struct elems;
struct map;
struct arenas;
struct buf;
struct owners;
struct sockets;

struct own {
	/* elems and sockets are loaded for one size of row: the verifier wants it fixed. */
	struct counts *counts;
	struct elems *elems;
	struct sockets *sockets;
	struct arenas *arenas;
	struct owners *owners;
	bool no_counts, no_elems, no_sockets, no_arenas, no_owners; /* refused */
	bool lacks_rights; /* one was refused for want of them */
};

void own_release(struct own *own);

/* Each gives a descriptor to read its records from, the caller's to close, or -errno; -EOPNOTSUPP when
 * this kernel, or our rights, don't allow it. map_fd is of the map. */

struct count_record {
	uint64_t id;
	int64_t count;
};
int own_counts(struct own *own);
/* A descriptor of a map that some process holds. */
struct owner_record {
	uint32_t pid, map_id;
	char comm[16];
};
int own_owners(struct own *own);
/* Rows of key and value, as in a snap of map. */
int own_elems(struct own *own, const struct map *map, int map_fd);
int own_sockets(struct own *own, const struct map *map, int map_fd);

/* Reads fd, which one of the above gave, to its end into out, and closes it. fd may be a -errno of theirs, which is
 * returned then. 0 or -errno. */
int own_read(int fd, struct buf *out);

/* Some pages of an arena, looked for from page *page on. *page moves to where the next call is to go on; at
 * map->max_entries there are no more. 0 or -errno. What out points to is borrowed until the next call. */
struct own_pages {
	uint32_t n;
	const uint64_t *addresses; /* [n] as its owner sees them */
	const uint8_t *contents;   /* [n × 4096] */
};
int own_pages(struct own *own, const struct map *map, uint64_t *page, struct own_pages *out);
