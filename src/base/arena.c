/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A list of blocks, each twice the last up to a limit. The newest block is filled from its front; a
 * piece too big to be worth a place there gets a block of its own, put behind the newest, so that the
 * newest goes on being filled. Blocks come zeroed from calloc and no byte is handed out twice. */
#include "base/arena.h"

#include "base/tidy.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 4096, LARGEST_BLOCK_BYTES = 1 << 20, ALIGN_BYTES = 16 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(ALIGN_BYTES) uint8_t bytes[];
};

void arena_release(struct arena *arena)
{
	if (!arena)
		return;
	for (struct arena_block *block = arena->last, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	arena->last = NULL;
}

static struct arena_block *block_new(size_t size)
{
	struct arena_block *block = calloc(1, sizeof(*block) + size);

	if (block)
		block->size = size;
	return block;
}

static void *alloc_in_own_block(struct arena *arena, size_t size)
{
	struct arena_block *block = block_new(size);

	if (!block)
		return NULL;
	block->used = size;
	block->next = arena->last->next;
	arena->last->next = block;
	return block->bytes;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *last = arena->last;

	if (size > PTRDIFF_MAX / 2)
		return NULL;
	size = (MAX_OF(size, 1) + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1);
	if (!last || last->size - last->used < size) {
		size_t next_size = last ? MIN_OF(last->size * 2, LARGEST_BLOCK_BYTES) : 0;

		if (last && size > next_size / 4)
			return alloc_in_own_block(arena, size);
		struct arena_block *block =
			block_new(MAX_OF(MAX_OF(next_size, FIRST_BLOCK_BYTES), size));
		if (!block)
			return NULL;
		block->next = last;
		arena->last = last = block;
	}
	void *piece = last->bytes + last->used;
	last->used += size;
	return piece;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : arena_alloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t n)
{
	size_t len = strnlen(text, n);
	char *copy = arena_alloc(arena, len + 1);

	return copy ? memcpy(copy, text, len) : NULL;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	char *text = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(args);
	return text;
}
