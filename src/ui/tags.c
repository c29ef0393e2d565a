/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys stand without holes; when one is taken out, the last one takes its place. */
#include "ui/tags.h"

#include <errno.h>
#include <string.h>

#include "base/tidy.h"

void tags_init(struct tags *tags, size_t key_size)
{
	*tags = (struct tags){.key_size = MAX_OF(key_size, (size_t)1)};
}

void tags_release(struct tags *tags)
{
	pages_release(&tags->keys);
	index_release(&tags->index);
	tags->n = 0;
}

void tags_clear(struct tags *tags)
{
	index_release(&tags->index);
	tags->n = 0;
}

bool tags_has(const struct tags *tags, const uint8_t *key)
{
	return tags->n && index_find(&tags->index, tags->keys.at, tags->key_size, tags->key_size,
				     key) != INDEX_NONE;
}

static void take_out(struct tags *tags, const uint8_t *key)
{
	size_t size = tags->key_size, last = tags->n - 1;
	uint8_t *keys = tags->keys.at;
	uint32_t row = index_remove(&tags->index, keys, size, size, key);

	if (row != last) {
		index_remove(&tags->index, keys, size, size, keys + last * size);
		memcpy(keys + row * size, keys + last * size, size);
		index_add(&tags->index, keys, size, size, row);
	}
	tags->n = last;
}

int tags_toggle(struct tags *tags, const uint8_t *key)
{
	size_t size = tags->key_size;

	if (tags_has(tags, key)) {
		take_out(tags, key);
		return 0;
	}
	if (pages_reserve(&tags->keys, (tags->n + 1) * size) < 0)
		return -ENOMEM;
	if (tags->n == 0 && index_reset(&tags->index, 16) < 0)
		return -ENOMEM;
	memcpy(tags->keys.at + tags->n * size, key, size);
	if (index_add(&tags->index, tags->keys.at, size, size, (uint32_t)tags->n) == INDEX_NONE)
		return -ENOMEM;
	tags->n++;
	return 0;
}
