/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds the maps that a spec names. A row a kind of spec. Several maps may have one name: all of them
 * are found. Without CAP_SYS_ADMIN the kernel doesn't tell ids; pins can still be looked through. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/err.h"
#include "base/log.h"
#include "base/tidy.h"
#include "model/map.h"
#include "read/kernel.h"
#include "read/spec.h"

enum { NAME_LEN = BPF_OBJ_NAME_LEN - 1, DEVICE_PROGRAMS_MAX = 256 };

static int find_id(struct kernel *kernel, const struct spec *spec, struct map_list *out,
		   struct err *err)
{
	int r = kernel_add_id(kernel, spec->id, out);

	if (r == -ENOENT)
		return err_set(err, r, "there is no map with id %u", spec->id);
	if (r == -EPERM)
		return err_set(err, r,
			       "not permitted to open map %u: opening by id " KERNEL_BY_ID_NEEDS,
			       spec->id);
	if (r < 0)
		return err_set(err, r, "cannot open map %u: %s", spec->id, err_words(r));
	return 0;
}

static int find_pin(struct kernel *kernel, const struct spec *spec, struct map_list *out,
		    struct err *err)
{
	size_t n = out->n;
	int fd = kernel_open_pin(spec->text), r;

	if (fd == -ENOENT)
		return err_set(err, fd, "there is no pin '%s'", spec->text);
	if (fd == -EMEDIUMTYPE)
		return err_set(err, fd,
			       "'%s' is pinned, but it is no map; for the maps of a "
			       "program use prog:NAME",
			       spec->text);
	if (fd == -EPERM || fd == -EACCES)
		return err_set(err, fd,
			       "cannot open pin '%s': it must be a map in a bpffs that you "
			       "may read; older kernels ask for CAP_BPF too",
			       spec->text);
	if (fd < 0)
		return err_set(err, fd, "cannot open pin '%s': %s", spec->text, err_words(fd));
	r = kernel_add(kernel, fd, spec->text, out);
	close(fd);
	if (r < 0)
		return err_set(err, r, "cannot ask what pin '%s' is: %s", spec->text, err_words(r));
	if (out->n > n)
		out->maps[n].follows_pin = true;
	return 0;
}

/* -- by name -- */

struct name_search {
	struct kernel *kernel;
	const char *name;
	struct map_list *out;
	unsigned n_found;
};

/* The kernel knows 15 bytes; a longer name is checked against the BTF where that knows more. */
static bool is_called(struct kernel *kernel, const struct bpf_map_info *info, const char *name)
{
	const char *longer;

	if (strncmp(info->name, name, NAME_LEN) != 0)
		return false;
	if (strlen(name) <= NAME_LEN)
		return true;
	longer = kernel_btf_name(kernel, info);
	return !longer || strcmp(longer, name) == 0;
}

static int find_among_ids(struct name_search *search)
{
	uint32_t id = 0;
	int r;

	while ((r = bpf_map_get_next_id(id, &id)) == 0) {
		struct bpf_map_info info;
		int fd = kernel_open_id(id);

		if (fd < 0) /* gone since, or guarded */
			continue;
		if (kernel_info(fd, &info) == 0 && is_called(search->kernel, &info, search->name)) {
			r = kernel_add(search->kernel, fd, NULL, search->out);
			search->n_found++;
		}
		close(fd);
		if (r < 0)
			return r;
	}
	return r == -ENOENT ? 0 : r;
}

static int match_pin(void *ctx, const char *path, int fd)
{
	struct name_search *search = ctx;
	size_t n = search->out->n;
	struct bpf_map_info info;
	const char *slash = strrchr(path, '/');
	int r = kernel_info(fd, &info);

	if (r < 0)
		return 0;
	if (strcmp(slash ? slash + 1 : path, search->name) != 0 &&
	    !is_called(search->kernel, &info, search->name))
		return 0;
	search->n_found++;
	r = kernel_add(search->kernel, fd, path, search->out);
	if (r == 0 && search->out->n > n)
		search->out->maps[n].follows_pin = true;
	return r;
}

static int find_name(struct kernel *kernel, const struct spec *spec, struct map_list *out,
		     struct err *err)
{
	struct name_search search = {kernel, spec->text, out};
	int by_id = find_among_ids(&search), r = by_id;
	bool is_all = true;

	if (search.n_found == 0 && (by_id == 0 || by_id == -EPERM))
		r = pins_each(match_pin, &search, &is_all);
	if (r < 0)
		return err_set(err, r, "cannot look for map '%s': %s", spec->text, err_words(r));
	if (search.n_found)
		return 0;
	if (by_id == -EPERM)
		return err_set(
			err, by_id,
			"no pinned map is called '%s', and looking further " KERNEL_BY_ID_NEEDS,
			spec->text);
	return err_set(err, -ENOENT, "no map is called '%s'%s", spec->text,
		       is_all ? "" : ", nor any pin that may be looked at");
}

/* -- by program -- */

struct program_search {
	struct kernel *kernel;
	const char *name; /* NULL: any */
	struct map_list *out;
	unsigned n_programs, n_maps;
};

static int add_maps_of(void *ctx, const struct bpf_prog_info *info, const uint32_t *map_ids,
		       uint32_t n_map_ids)
{
	struct program_search *search = ctx;

	if (search->name && strncmp(info->name, search->name, NAME_LEN) != 0)
		return 0;
	search->n_programs++;
	search->n_maps += n_map_ids;
	for (uint32_t i = 0; i < n_map_ids; i++) {
		int r = kernel_add_id(search->kernel, map_ids[i], search->out);

		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

static int program_result(const struct program_search *search, int r, const char *what,
			  struct err *err)
{
	if (r == -EPERM)
		return err_set(err, r, "not permitted to look at %s: that " KERNEL_BY_ID_NEEDS,
			       what);
	if (r == -ENOENT || (r == 0 && search->n_programs == 0))
		return err_set(err, -ENOENT, "there is no %s", what);
	if (r < 0)
		return err_set(err, r, "cannot look at %s: %s", what, err_words(r));
	if (search->n_maps == 0)
		return err_set(err, -ENOENT, "%s uses no maps", what);
	return 0;
}

static int find_program(struct kernel *kernel, const struct spec *spec, struct map_list *out,
			struct err *err)
{
	struct program_search search = {kernel, spec->id ? NULL : spec->text, out};
	char what[ERR_TEXT_BYTES / 4];
	int r = spec->id ? programs_one(spec->id, add_maps_of, &search)
			 : programs_each(add_maps_of, &search);

	snprintf(what, sizeof(what), spec->id ? "program %s" : "program '%s'", spec->text);
	return program_result(&search, r, what, err);
}

static int find_device(struct kernel *kernel, const struct spec *spec, struct map_list *out,
		       struct err *err)
{
	struct program_search search = {kernel, NULL, out};
	uint32_t ids[DEVICE_PROGRAMS_MAX];
	char what[ERR_TEXT_BYTES / 4];
	int n = device_programs(spec->text, ids, DEVICE_PROGRAMS_MAX), r = 0;

	if (n == -ENODEV)
		return err_set(err, n, "there is no interface '%s' in this network namespace",
			       spec->text);
	if (n == -EPERM)
		return err_set(
			err, n,
			"not permitted to ask for the programs of interface '%s': that needs "
			"CAP_NET_ADMIN, and opening their maps CAP_SYS_ADMIN",
			spec->text);
	if (n < 0)
		return err_set(err, n, "cannot ask for the programs of interface '%s': %s",
			       spec->text, err_words(n));
	for (int i = 0; i < n && (r == 0 || r == -ENOENT); i++)
		r = programs_one(ids[i], add_maps_of, &search);
	snprintf(what, sizeof(what), "XDP or TC program on interface '%s'", spec->text);
	return program_result(&search, r, what, err);
}

typedef int find_fn(struct kernel *kernel, const struct spec *spec, struct map_list *out,
		    struct err *err);

static find_fn *const finds[] = {
	[SPEC_ID] = find_id,	     [SPEC_NAME] = find_name,
	[SPEC_PIN] = find_pin,	     [SPEC_PROGRAM] = find_program,
	[SPEC_DEVICE] = find_device, [SPEC_TAPE] = NULL, /* other sources' */
	[SPEC_SIM] = NULL,	     [SPEC_REMOTE] = NULL,
};
_Static_assert(ARRAY_LEN(finds) == SPEC_REMOTE + 1, "a kind of spec without a row");

int kernel_find(struct source *source, const struct spec *spec, struct map_list *out,
		struct err *err)
{
	if (!finds[spec->kind])
		return err_set(err, -EINVAL, "'%s' is not in the kernel", spec->text);
	return finds[spec->kind]((struct kernel *)source, spec, out, err);
}
