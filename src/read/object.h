/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Layouts out of an object file (x.bpf.o): its BTF and the definitions of its maps, matched by name.
 * For maps that were loaded without BTF, and for recordings of them. */
#pragma once

struct err;
struct map;
struct object;
struct plan;

/* 0, or -errno with a sentence: not there, no object file, no BTF in it. *out is the caller's. */
int object_load(const char *path, struct object **out, struct err *err);
void object_free(struct object *object); /* NULL is fine */

/* Makes room in the rows of a ring buffer that is to be read for records as long as the object has them. */
void object_size_rows(const struct object *object, struct map *map);

/* Compiles the layout. 0; -ENOENT: it defines no such map; -EINVAL where it doesn't fit the map's sizes,
 * or where two of its maps may be this one; -ENOMEM. */
int object_plan(const struct object *object, const struct map *map, struct plan *out,
		struct err *err);
