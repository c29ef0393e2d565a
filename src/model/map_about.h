/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a map is, a fact a line, for people to read. */
#pragma once

struct buf;
struct map;

/* Adds a line for each thing that is known of the map without reading it, behind its name, which stands in the first
 * eleven columns after two blanks: sizes, memory, flags, when the first of its programs was loaded, pins, programs
 * and owners. What isn't there has no line; what isn't known has none, or a "-". */
void map_about(const struct map *map, struct buf *out);
