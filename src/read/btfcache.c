/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A ring of the last few. Ids are not used again before 2^31 others, so an entry never goes stale;
 * failures are not kept, since permission may come later. */
#include "read/btfcache.h"

#include <errno.h>
#include <stddef.h>

#include <bpf/btf.h>

void btfcache_release(struct btfcache *cache)
{
	if (!cache)
		return;
	btf__free(cache->of_kernel);
	for (unsigned i = 0; i < BTFCACHE_SLOTS; i++)
		btf__free(cache->slots[i].btf);
	*cache = (struct btfcache){0};
}

const struct btf *btfcache_get(struct btfcache *cache, uint32_t id, int *error)
{
	struct btf *btf;

	for (unsigned i = 0; i < BTFCACHE_SLOTS; i++)
		if (id && cache->slots[i].id == id)
			return cache->slots[i].btf;
	btf = btf__load_from_kernel_by_id(id);
	if (!btf) {
		*error = errno ? -errno : -EINVAL;
		return NULL;
	}
	btf__free(cache->slots[cache->next].btf);
	cache->slots[cache->next].id = id;
	cache->slots[cache->next].btf = btf;
	cache->next = (cache->next + 1) % BTFCACHE_SLOTS;
	return btf;
}

const struct btf *btfcache_kernel(struct btfcache *cache, int *error)
{
	if (!cache->of_kernel)
		cache->of_kernel = btf__load_vmlinux_btf();
	if (!cache->of_kernel)
		*error = errno ? -errno : -ENOENT;
	return cache->of_kernel;
}
