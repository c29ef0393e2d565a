/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs of this host and the maps they use. Programs come and go under the walk: one that went
 * is passed over. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/tidy.h"
#include "read/kernel.h"

enum { USUAL_MAPS = 64 }; /* MAX_USED_MAPS; BPF_PROG_BIND_MAP can add more */

static int ask(int fd, struct bpf_prog_info *info, uint32_t *map_ids, uint32_t cap)
{
	uint32_t size = sizeof(*info);

	*info = (struct bpf_prog_info){.map_ids = (uintptr_t)map_ids, .nr_map_ids = cap};
	return bpf_obj_get_info_by_fd(fd, info, &size);
}

/* n in info is how many there are, also where fewer fitted. */
static int ask_many(int fd, struct bpf_prog_info *info, program_fn *fn, void *ctx)
{
	uint32_t cap = info->nr_map_ids;
	uint32_t *map_ids = calloc(cap, sizeof(*map_ids));
	int r = map_ids ? ask(fd, info, map_ids, cap) : -ENOMEM;

	if (r == 0)
		r = fn(ctx, info, map_ids, MIN_OF(info->nr_map_ids, cap));
	free(map_ids);
	return r;
}

int programs_one(uint32_t id, program_fn *fn, void *ctx)
{
	uint32_t map_ids[USUAL_MAPS];
	struct bpf_prog_info info;
	int fd = bpf_prog_get_fd_by_id(id), r;

	if (fd < 0)
		return fd;
	r = ask(fd, &info, map_ids, USUAL_MAPS);
	if (r == 0 && info.nr_map_ids > USUAL_MAPS)
		r = ask_many(fd, &info, fn, ctx);
	else if (r == 0)
		r = fn(ctx, &info, map_ids, info.nr_map_ids);
	close(fd);
	return r;
}

int programs_each(program_fn *fn, void *ctx)
{
	uint32_t id = 0;
	int r;

	while ((r = bpf_prog_get_next_id(id, &id)) == 0) {
		r = programs_one(id, fn, ctx);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return r == -ENOENT ? 0 : r;
}
