/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel as a source of maps. Nothing stays open between calls: each reading opens the map, makes
 * sure that it is the same one, and closes it, so that watching never keeps a dead map alive. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "read/cursor.h"
#include "read/kernel.h"
#include "read/libbpf.h"

enum { KERNEL_ENOTSUPP = 524 };

int kernel_open_id(uint32_t id)
{
	LIBBPF_OPTS(bpf_get_fd_by_id_opts, opts, .open_flags = BPF_F_RDONLY);

	return bpf_map_get_fd_by_id_opts(id, &opts);
}

/* Where there is no /proc: a lookup of no entries at all is done, or not supported by the type, and is
 * refused of what is no map. source: generic_map_lookup_batch(), kernel/bpf/syscall.c */
static bool answers_as_map(int fd)
{
	char none[8];
	uint32_t count = 0;
	int r = bpf_map_lookup_batch(fd, NULL, none, none, none, &count, NULL);

	return r == 0 || r == -KERNEL_ENOTSUPP;
}

int kernel_open_pin(const char *path)
{
	static const char map_link[] = "anon_inode:bpf-map";
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = BPF_F_RDONLY);
	int fd = bpf_obj_get_opts(path, &opts);
	char self[64], link[sizeof(map_link)];
	ssize_t n;

	if (fd < 0) /* a pinned link can't be opened read-only */
		return fd == -EINVAL ? -EMEDIUMTYPE : fd;
	/* Programs answer here as well, and their info would be read as a map's. */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	n = readlink(self, link, sizeof(link));
	if (n < 0 ? answers_as_map(fd)
		  : n == sizeof(map_link) - 1 && memcmp(link, map_link, (size_t)n) == 0)
		return fd;
	close(fd);
	return -EMEDIUMTYPE;
}

int kernel_info(int fd, struct bpf_map_info *out)
{
	uint32_t size = sizeof(*out);

	memset(out, 0, sizeof(*out));
	return bpf_obj_get_info_by_fd(fd, out, &size);
}

static int gone(const struct map *map, struct err *err)
{
	return err_set(err, -ENOENT, "map '%s' (id %u) is gone", map->name, map->id);
}

static int open_by_id(const struct map *map, struct err *err)
{
	int fd = kernel_open_id(map->id);

	if (fd == -ENOENT)
		return gone(map, err);
	if (fd == -EPERM)
		return err_set(
			err, fd,
			"not permitted to open map '%s' (id %u): opening by id " KERNEL_BY_ID_NEEDS,
			map->name, map->id);
	if (fd < 0)
		return err_set(err, fd, "cannot open map '%s' (id %u): %s", map->name, map->id,
			       err_words(fd));
	return fd;
}

/* A pin that was taken away doesn't end the map: by its id it may still be had. */
static int open_unpinned(const struct map *map, struct err *err)
{
	int fd = kernel_open_id(map->id);

	if (fd >= 0)
		return fd;
	return err_set(err, -ENOENT, "the pin '%s' of map '%s' (id %u) is gone", map->pin,
		       map->name, map->id);
}

static int open_by_pin(const struct map *map, struct err *err)
{
	struct bpf_map_info info;
	int fd = kernel_open_pin(map->pin), r;

	if (fd == -ENOENT)
		return open_unpinned(map, err);
	if (fd < 0)
		return err_set(err, fd, "cannot open pin '%s': %s", map->pin, err_words(fd));
	r = kernel_info(fd, &info);
	if (r == 0 && info.id == map->id)
		return fd;
	close(fd);
	if (r < 0)
		return err_set(err, r, "cannot ask what pin '%s' is: %s", map->pin, err_words(r));
	return err_set(err, -ESTALE, "pin '%s' leads to map %u now, no longer to map %u", map->pin,
		       info.id, map->id);
}

int kernel_open_map(const struct map *map, struct err *err)
{
	return map->follows_pin && map->pin ? open_by_pin(map, err) : open_by_id(map, err);
}

const char *kernel_reason_against(const struct map *map)
{
	switch (map->type->number) {
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
	case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
		if (map->value_size != sizeof(uint64_t))
			return "the kernel says which sockets it holds only when its values have 8 "
			       "bytes";
		break;
	}
	return map->type->reading == READS_NOTHING ? map->type->why_not : NULL;
}

static int kernel_begin(struct source *source, const struct map *map, const struct read_plan *how,
			struct snap *snap, struct cursor **cursor_ret, struct err *err)
{
	const char *why_not = kernel_reason_against(map);
	int fd;

	if (why_not && !(how && how->keys_suffice))
		return err_set(err, -EOPNOTSUPP, "the entries of map '%s' (%s) cannot be read: %s",
			       map->name, map->type->name, why_not);
	fd = kernel_open_map(map, err);
	if (fd < 0)
		return fd;
	return cursor_new((struct kernel *)source, fd, map, how, snap, cursor_ret, err);
}

static void kernel_free(struct source *source)
{
	struct kernel *kernel = (struct kernel *)source;

	btfcache_release(&kernel->btfs);
	memo_release(&kernel->memo);
	own_release(&kernel->own);
	free(kernel->cpu_list);
	free(kernel);
}

static const struct source_ops kernel_ops = {
	.name = "kernel",
	.find = kernel_find,
	.list = kernel_list,
	.users = kernel_users,
	.count = kernel_count,
	.plan = kernel_plan,
	.begin = kernel_begin,
	.step = cursor_step,
	.end = cursor_end,
	.free = kernel_free,
};

/* Numbers of CPUs usually have no holes, and then need no list. false: out of memory. */
static bool read_cpu_list(struct kernel *kernel)
{
	enum { LIST_MAX_BYTES = 4096 };
	SCOPED(buf) text = {0};
	char plain[32];

	if (file_read("/sys/devices/system/cpu/possible", LIST_MAX_BYTES, &text) < 0)
		return true;
	buf_cut(&text, strcspn(buf_text(&text), "\n"));
	snprintf(plain, sizeof(plain), kernel->n_cpus > 1 ? "0-%u" : "0", kernel->n_cpus - 1);
	if (strcmp(plain, buf_text(&text)) == 0)
		return true;
	kernel->cpu_list = strdup(buf_text(&text));
	return kernel->cpu_list;
}

int source_kernel_new(struct source **out)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int n_cpus;

	libbpf_to_log();
	n_cpus = libbpf_num_possible_cpus();
	if (!kernel)
		return -ENOMEM;
	/* Without it per-CPU values have no size, and a guess would let the kernel write past them. */
	if (n_cpus < 1) {
		free(kernel);
		return n_cpus < 0 ? n_cpus : -EIO;
	}
	kernel->source.ops = &kernel_ops;
	kernel->n_cpus = (uint32_t)n_cpus;
	if (!read_cpu_list(kernel)) {
		free(kernel);
		return -ENOMEM;
	}
	*out = &kernel->source;
	return 0;
}
