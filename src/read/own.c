/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loading, attaching and opening iterators. An iterator's link holds its map, so it lives no longer than
 * the descriptor that is read. */
#include "read/own.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "model/map.h"
#include "read/libbpf.h"

#include "bpf/arenas.h"
#include "counts.skel.h"
#include "elems.skel.h"
#include "arenas.skel.h"
#include "owners.skel.h"
#include "sockets.skel.h"

enum { READ_BYTES = 32 << 10 };

void own_release(struct own *own)
{
	if (!own)
		return;
	counts__destroy(own->counts);
	elems__destroy(own->elems);
	sockets__destroy(own->sockets);
	arenas__destroy(own->arenas);
	owners__destroy(own->owners);
	*own = (struct own){0};
}

static bool is_right_missing(int code)
{
	return code == -EPERM || code == -EACCES;
}

/* The end of each loading; NULL: it could not even be opened. */
static int load(struct own *own, struct bpf_object_skeleton *skeleton, const char *what,
		bool *is_refused)
{
	int r = skeleton ? bpf_object__load_skeleton(skeleton) : -errno;

	if (r == 0)
		return 0;
	/* The verifier answers EACCES, too, but to nobody who may not ask it. */
	own->lacks_rights |= r == -EPERM;
	log_add(LOG_INFO, "the kernel refuses our program '%s': %s", what, err_words(r));
	*is_refused = true;
	return -EOPNOTSUPP;
}

/* map_fd -1: over no map in particular. */
static int open_iterator(struct own *own, const struct bpf_program *program, int map_fd)
{
	union bpf_iter_link_info info = {.map.map_fd = (uint32_t)map_fd};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link = bpf_program__attach_iter(program, map_fd < 0 ? NULL : &opts);
	int fd;

	if (!link && is_right_missing(-errno)) {
		own->lacks_rights = true;
		return -EOPNOTSUPP;
	}
	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	return fd;
}

int own_read(int fd, struct buf *out)
{
	ssize_t n;

	if (fd < 0)
		return fd;
	do {
		if (buf_reserve(out, READ_BYTES) < 0) {
			close(fd);
			return -ENOMEM;
		}
		n = read(fd, out->at + out->len, READ_BYTES);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	n = n < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}

static int load_counts(struct own *own)
{
	int r;

	own->counts = counts__open();
	r = load(own, own->counts ? own->counts->skeleton : NULL, "counts", &own->no_counts);
	if (r < 0) {
		counts__destroy(own->counts);
		own->counts = NULL;
	}
	return r;
}

int own_counts(struct own *own)
{
	int r = own->no_counts ? -EOPNOTSUPP : 0;

	if (r == 0 && !own->counts)
		r = load_counts(own);
	return r < 0 ? r : open_iterator(own, own->counts->progs.counts, -1);
}

static int load_owners(struct own *own)
{
	int r;

	own->owners = owners__open();
	r = load(own, own->owners ? own->owners->skeleton : NULL, "owners", &own->no_owners);
	if (r < 0) {
		owners__destroy(own->owners);
		own->owners = NULL;
	}
	return r;
}

int own_owners(struct own *own)
{
	int r = own->no_owners ? -EOPNOTSUPP : 0;

	if (r == 0 && !own->owners)
		r = load_owners(own);
	return r < 0 ? r : open_iterator(own, own->owners->progs.owners, -1);
}

static int load_elems(struct own *own, uint32_t key_bytes, uint32_t value_bytes)
{
	int r;

	elems__destroy(own->elems);
	own->elems = elems__open();
	if (own->elems) {
		own->elems->rodata->key_bytes = key_bytes;
		own->elems->rodata->value_bytes = value_bytes;
	}
	r = load(own, own->elems ? own->elems->skeleton : NULL, "elems", &own->no_elems);
	if (r < 0) {
		elems__destroy(own->elems);
		own->elems = NULL;
	}
	return r;
}

int own_elems(struct own *own, const struct map *map, int map_fd)
{
	uint32_t key_bytes = (uint32_t)map_key_stride(map);
	uint32_t value_bytes = (uint32_t)map_value_stride(map);
	int r = own->no_elems ? -EOPNOTSUPP : 0;

	if (r == 0 && (!own->elems || own->elems->rodata->key_bytes != key_bytes ||
		       own->elems->rodata->value_bytes != value_bytes))
		r = load_elems(own, key_bytes, value_bytes);
	return r < 0 ? r : open_iterator(own, own->elems->progs.elems, map_fd);
}

static int load_sockets(struct own *own, uint32_t value_bytes)
{
	int r;

	sockets__destroy(own->sockets);
	own->sockets = sockets__open();
	if (own->sockets)
		own->sockets->rodata->value_bytes = value_bytes;
	r = load(own, own->sockets ? own->sockets->skeleton : NULL, "sockets", &own->no_sockets);
	if (r < 0) {
		sockets__destroy(own->sockets);
		own->sockets = NULL;
	}
	return r;
}

int own_sockets(struct own *own, const struct map *map, int map_fd)
{
	int r = own->no_sockets ? -EOPNOTSUPP : 0;

	if (r == 0 && (!own->sockets || own->sockets->rodata->value_bytes != map->value_size))
		r = load_sockets(own, map->value_size);
	return r < 0 ? r : open_iterator(own, own->sockets->progs.sockets, map_fd);
}

static int load_arenas(struct own *own)
{
	int r;

	own->arenas = arenas__open();
	r = load(own, own->arenas ? own->arenas->skeleton : NULL, "arenas", &own->no_arenas);
	if (r < 0) {
		arenas__destroy(own->arenas);
		own->arenas = NULL;
	}
	return r;
}

int own_pages(struct own *own, const struct map *map, uint64_t *page, struct own_pages *out)
{
	int r = own->no_arenas ? -EOPNOTSUPP : 0, fd;
	ssize_t n;
	char none;

	if (r == 0 && !own->arenas)
		r = load_arenas(own);
	if (r < 0)
		return r;
	own->arenas->bss->wanted_id = map->id;
	own->arenas->bss->first_page = own->arenas->bss->next_page = *page;
	own->arenas->bss->end_page = map->max_entries;
	own->arenas->bss->n_found = 0;
	fd = open_iterator(own, own->arenas->progs.arenas, -1);
	if (fd < 0)
		return fd;
	do
		n = read(fd, &none, sizeof(none));
	while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	r = n < 0 ? -errno : 0;
	close(fd);
	/* The program never met the arena: it went. */
	if (r == 0 && own->arenas->bss->next_page == *page && *page < map->max_entries)
		r = -ENOENT;
	*page = own->arenas->bss->next_page;
	*out = (struct own_pages){
		.n = own->arenas->bss->n_found,
		.addresses = (const uint64_t *)(const void *)own->arenas->bss->addresses,
		.contents = own->arenas->bss->contents[0],
	};
	return r;
}
