/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A look straight into a map's memory, read-only, for as long as one reading takes: a mapping kept would
 * keep a dead map alive. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct map;

struct mapping {
	const uint8_t *at; /* NULL: none */
	size_t size;
};

/* Maps size bytes from offset on, both of whole pages. 0 or -errno: -ENOENT gone, -EOPNOTSUPP not this map or not for us. */
int mapping_open(const struct map *map, uint64_t offset, size_t size, struct mapping *out);
void mapping_release(struct mapping *mapping);
