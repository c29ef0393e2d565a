/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From an open map to plain facts. The kernel keeps 15 bytes of a name; the BTF of its program and the
 * file name of its pin, in which any bytes can stand, may know the rest, and are believed where they begin
 * with those 15. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "model/map.h"
#include "model/maptype.h"
#include "read/kernel.h"
#include "read/shape.h"

enum { NAME_LEN = BPF_OBJ_NAME_LEN - 1, FDINFO_MAX_BYTES = 4096 };

/* -- names -- */

static const char *text_at(const struct btf *btf, uint32_t offset)
{
	const char *text = btf__name_by_offset(btf, offset);

	return text ? text : "";
}

/* The variable of section ".maps" whose name begins with prefix, when there is exactly one. */
static const char *declared_name(const struct btf *btf, const char *prefix)
{
	int32_t id = btf__find_by_name_kind(btf, ".maps", BTF_KIND_DATASEC);
	const struct btf_type *section = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const char *found = NULL;

	for (unsigned i = 0; section && i < btf_vlen(section); i++) {
		const struct btf_type *var =
			btf__type_by_id(btf, btf_var_secinfos(section)[i].type);
		const char *name = var ? text_at(btf, var->name_off) : "";

		if (strncmp(name, prefix, NAME_LEN) != 0)
			continue;
		if (found)
			return NULL;
		found = name;
	}
	return found;
}

/* ".bss" and the like when the map holds the variables of a section, else NULL.
 * source: bpf_object__init_internal_map(), libbpf */
static const char *section_name(const struct btf *btf, const struct bpf_map_info *info)
{
	const struct btf_type *type = btf__type_by_id(btf, info->btf_value_type_id);

	return type && btf_is_datasec(type) ? text_at(btf, type->name_off) : NULL;
}

static const struct btf *btf_of(struct kernel *kernel, const struct bpf_map_info *info)
{
	int error;

	return info->btf_id ? btfcache_get(&kernel->btfs, info->btf_id, &error) : NULL;
}

static bool may_be_section(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_ARRAY && info->max_entries == 1 &&
	       info->btf_value_type_id && !info->btf_key_type_id;
}

const char *kernel_btf_name(struct kernel *kernel, const struct bpf_map_info *info)
{
	const struct btf *btf;

	if (strlen(info->name) < NAME_LEN || may_be_section(info))
		return NULL;
	btf = btf_of(kernel, info);
	return btf ? declared_name(btf, info->name) : NULL;
}

/* "myprog.rod" with section ".rodata" is "myprog.rodata". */
static const char *section_map_name(struct map *map, const char *kernel_name)
{
	for (const char *dot = strchr(kernel_name, '.'); dot; dot = strchr(dot + 1, '.'))
		if (strncmp(dot, map->section, strlen(dot)) == 0)
			return arena_printf(&map->mem, "%.*s%s", (int)(dot - kernel_name),
					    kernel_name, map->section);
	return arena_strdup(&map->mem, kernel_name);
}

static const char *pin_base(const char *pin, const char *kernel_name)
{
	size_t len = strlen(kernel_name);
	const char *slash = pin ? strrchr(pin, '/') : NULL;
	const char *base = slash ? slash + 1 : pin;

	if (!base || *base == '\0' || (len > 0 && len < NAME_LEN))
		return NULL;
	return strncmp(base, kernel_name, len) == 0 ? base : NULL;
}

static int name_map(struct kernel *kernel, const struct bpf_map_info *info, struct map *map)
{
	const struct btf *btf = may_be_section(info) ? btf_of(kernel, info) : NULL;
	const char *section = btf ? section_name(btf, info) : NULL;
	const char *longer;

	if (section) {
		map->is_variables = true;
		map->section = arena_strdup(&map->mem, section);
		map->name = map->section ? section_map_name(map, info->name) : NULL;
	} else {
		longer = kernel_btf_name(kernel, info);
		if (!longer)
			longer = pin_base(map->pin, info->name);
		if (!longer)
			longer = info->name;
		map->name = utf8_tame_copy(&map->mem, longer, strlen(longer));
	}
	return map->name ? 0 : -ENOMEM;
}

/* -- memory and frozen, which only fdinfo tells. source: bpf_map_show_fdinfo() -- */

static uint64_t fdinfo_number(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static void add_fdinfo(int fd, struct map *map)
{
	SCOPED(buf) text = {0};
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	map->frozen_unknown = file_read(path, FDINFO_MAX_BYTES, &text) < 0;
	if (map->frozen_unknown)
		return;
	map->memory_bytes = fdinfo_number(buf_text(&text), "\nmemlock:");
	map->is_frozen = fdinfo_number(buf_text(&text), "\nfrozen:") != 0;
}

/* -- the whole -- */

static void copy_info(const struct bpf_map_info *info, uint32_t n_cpus, struct map *map)
{
	map->id = info->id;
	map->type = maptype_of(info->type);
	map->key_size = info->key_size;
	map->value_size = info->value_size;
	map->max_entries = info->max_entries;
	map->flags = info->map_flags;
	map->extra = info->map_extra;
	map->btf_id = info->btf_id;
	map->btf_key_type_id = info->btf_key_type_id;
	map->btf_value_type_id = info->btf_value_type_id;
	map->btf_vmlinux_value_type_id = info->btf_vmlinux_value_type_id;
	map->ifindex = info->ifindex;
	map->n_cpus = map->type->is_per_cpu ? n_cpus : 1;
	map->source = "kernel";
	shape_size_rows(map);
	/* Entries of an array are never absent. */
	map->entries_known = map->type->is_array;
	map->n_entries = map->type->is_array ? map->max_entries : 0;
}

static bool is_listed(const struct map_list *list, uint32_t id)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->maps[i].id == id)
			return true;
	return false;
}

int kernel_add(struct kernel *kernel, int fd, const char *pin, struct map_list *list)
{
	struct bpf_map_info info;
	struct map *map;
	int r = kernel_info(fd, &info);

	if (r < 0 || is_listed(list, info.id))
		return r;
	map = map_list_add(list);
	if (!map)
		return -ENOMEM;
	copy_info(&info, kernel->n_cpus, map);
	if (map->type->is_per_cpu && kernel->cpu_list)
		map->cpu_list = arena_strdup(&map->mem, kernel->cpu_list);
	if (pin)
		map->pin = arena_strdup(&map->mem, pin);
	r = pin && !map->pin ? -ENOMEM : name_map(kernel, &info, map);
	if (r < 0) { /* never leave a map without a name in the list */
		map_release(map);
		list->n--;
		return r;
	}
	add_fdinfo(fd, map);
	return 0;
}

int kernel_add_id(struct kernel *kernel, uint32_t id, struct map_list *list)
{
	int fd, r;

	if (is_listed(list, id))
		return 0;
	fd = kernel_open_id(id);
	if (fd < 0)
		return fd;
	r = kernel_add(kernel, fd, NULL, list);
	close(fd);
	return r;
}
