/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loading, attaching and opening iterators. An iterator's link holds its map, so it lives no longer than
 * the descriptor that is read. */
#include "read/own.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/err.h"
#include "base/log.h"
#include "model/map.h"
#include "read/libbpf.h"

#include "counts.skel.h"
#include "elems.skel.h"
#include "sockets.skel.h"

void own_release(struct own *own)
{
	if (!own)
		return;
	counts__destroy(own->counts);
	elems__destroy(own->elems);
	sockets__destroy(own->sockets);
	*own = (struct own){0};
}

static int refused(const char *what, int r, bool *is_refused)
{
	log_add(LOG_INFO, "the kernel refuses our program '%s': %s", what, err_words(r));
	*is_refused = true;
	return -EOPNOTSUPP;
}

/* map_fd -1: over no map in particular. */
static int open_iterator(const struct bpf_program *program, int map_fd)
{
	union bpf_iter_link_info info = {.map.map_fd = (uint32_t)map_fd};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link = bpf_program__attach_iter(program, map_fd < 0 ? NULL : &opts);
	int fd;

	if (!link)
		return errno == EPERM || errno == EACCES ? -EOPNOTSUPP : -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	return fd;
}

int own_counts(struct own *own)
{
	int r;

	if (own->no_counts)
		return -EOPNOTSUPP;
	if (!own->counts) {
		own->counts = counts__open();
		r = own->counts ? counts__load(own->counts) : -errno;
		if (r < 0) {
			counts__destroy(own->counts);
			own->counts = NULL;
			return refused("counts", r, &own->no_counts);
		}
	}
	return open_iterator(own->counts->progs.counts, -1);
}

static int load_elems(struct own *own, uint32_t key_bytes, uint32_t value_bytes)
{
	int r;

	elems__destroy(own->elems);
	own->elems = elems__open();
	r = own->elems ? 0 : -errno;
	if (r == 0) {
		own->elems->rodata->key_bytes = own->elems_key_bytes = key_bytes;
		own->elems->rodata->value_bytes = own->elems_value_bytes = value_bytes;
		r = elems__load(own->elems);
	}
	if (r == 0)
		return 0;
	elems__destroy(own->elems);
	own->elems = NULL;
	return refused("elems", r, &own->no_elems);
}

int own_elems(struct own *own, const struct map *map, int map_fd)
{
	uint32_t key_bytes = (uint32_t)map_key_stride(map);
	uint32_t value_bytes = (uint32_t)map_value_stride(map);
	int r = 0;

	if (own->no_elems)
		return -EOPNOTSUPP;
	if (!own->elems || own->elems_key_bytes != key_bytes ||
	    own->elems_value_bytes != value_bytes)
		r = load_elems(own, key_bytes, value_bytes);
	return r < 0 ? r : open_iterator(own->elems->progs.elems, map_fd);
}

static int load_sockets(struct own *own, uint32_t value_bytes)
{
	int r;

	sockets__destroy(own->sockets);
	own->sockets = sockets__open();
	r = own->sockets ? 0 : -errno;
	if (r == 0) {
		own->sockets->rodata->value_bytes = own->sockets_value_bytes = value_bytes;
		r = sockets__load(own->sockets);
	}
	if (r == 0)
		return 0;
	sockets__destroy(own->sockets);
	own->sockets = NULL;
	return refused("sockets", r, &own->no_sockets);
}

int own_sockets(struct own *own, const struct map *map, int map_fd)
{
	int r = 0;

	if (own->no_sockets)
		return -EOPNOTSUPP;
	if (!own->sockets || own->sockets_value_bytes != map->value_size)
		r = load_sockets(own, map->value_size);
	return r < 0 ? r : open_iterator(own->sockets->progs.sockets, map_fd);
}
