/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which of the maps that a file describes is one of the kernel's. The kernel keeps 15 bytes of a name, so that
 * several can be meant; then the sizes decide, and where they don't, nothing does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct map;

struct called {
	const struct map *map;
	/* Zero at first; names and definitions are borrowed. */
	const void *so;	     /* the definition of exactly that name */
	const void *perhaps; /* the first whose name the kernel would cut to it */
	const void *fits;    /* the first of those that has the map's sizes */
	const char *fits_name, *other_name;
};

/* A definition of a map called `name`, met in the file; has_sizes: keys and values are as long as the map's. */
void called_meet(struct called *called, const char *name, bool has_sizes, const void *definition);
/* *out is the definition that is meant, NULL where there is none. 0; -EINVAL with a sentence where two may be;
 * what: "object 'x.o'". */
int called_pick(const struct called *called, const char *what, const void **out, struct err *err);
