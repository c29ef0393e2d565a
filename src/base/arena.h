/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of one lifetime: handed out piece by piece, given back all at once. Zeroed and aligned to 16
 * bytes. A zeroed struct is an empty arena. */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *last;
};

void arena_release(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);	       /* NULL when out of memory */
void *arena_array(struct arena *arena, size_t n, size_t size); /* also NULL on overflow */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t n);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
