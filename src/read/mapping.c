/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel maps a map's memory only through a descriptor that may write, even when all that is asked
 * for is to read. So here, and nowhere else, one is opened; it serves one mmap(PROT_READ) and is closed
 * before this file is left. The kernel refuses to make such a mapping writable afterwards. */
#include "read/mapping.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "model/map.h"
#include "read/kernel.h"

static int open_writable(const struct map *map)
{
	struct bpf_map_info info;
	int fd = map->follows_pin && map->pin ? bpf_obj_get(map->pin)
					      : bpf_map_get_fd_by_id(map->id);

	if (fd >= 0 && (kernel_info(fd, &info) < 0 || info.id != map->id)) {
		close(fd);
		return -ESTALE;
	}
	return fd;
}

int mapping_open(const struct map *map, uint64_t offset, size_t size, struct mapping *out)
{
	int fd = open_writable(map), r = 0;
	void *at;

	/* Some maps may only be read, by us or by anyone: that is no fault, only not the way. */
	if (fd == -EPERM || fd == -EACCES)
		return -EOPNOTSUPP;
	if (fd < 0)
		return fd;
	at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, (off_t)offset);
	if (at == MAP_FAILED)
		r = errno == EPERM || errno == EACCES ? -EOPNOTSUPP : -errno;
	close(fd);
	if (r == 0)
		*out = (struct mapping){at, size};
	return r;
}

void mapping_release(struct mapping *mapping)
{
	if (mapping && mapping->at)
		munmap((void *)mapping->at, mapping->size);
	if (mapping)
		*mapping = (struct mapping){0};
}
