/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where an object says what its maps hold:
 *   section .maps     a variable a map, a struct whose members "key" and "value" are pointers to the types
 *                     (tools/lib/bpf/libbpf.c, parse_btf_map_def)
 *   ____btf_map_NAME  a struct with members "key" and "value", beside definitions of the old kind
 *                     (BPF_ANNOTATE_KV_PAIR)
 *   .bss .data ...    a DATASEC a map of global variables
 * Compilers leave the size of a DATASEC and the places of its global variables to who loads it: the ELF symbols
 * say them. Only the file's BTF is taken from libbpf; its bpf_object__open() trusts the rest of the file, and
 * crashes where that is damaged. source: btf_fixup_datasec(), libbpf */
#include "read/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "read/btftype.h"
#include "read/called.h"
#include "read/elffile.h"
#include "read/kernel_plan.h"
#include "read/libbpf.h"
#include "read/shape.h"

struct object {
	char *path;
	struct btf *btf;
};

struct definition {
	uint32_t key_type, value_type; /* 0: not said */
};

/* -- where variables stand -- */

/* A vmlinux has hundreds of thousands of types and of symbols, and a section or two. */
struct sections {
	struct btf *btf;
	struct buf *ids; /* of the DATASECs, uint32_t each */
};

static int find_sections(struct sections *sections)
{
	for (uint32_t id = 1; id < btf__type_cnt(sections->btf); id++) {
		const struct btf_type *t = btf__type_by_id(sections->btf, id);

		if (t && btf_is_datasec(t))
			buf_add(sections->ids, &id, sizeof(id));
	}
	return sections->ids->failed ? -ENOMEM : 0;
}

/* NULL: there are no more. */
static struct btf_type *section_at(const struct sections *sections, size_t i)
{
	uint32_t id;

	if ((i + 1) * sizeof(id) > sections->ids->len)
		return NULL;
	memcpy(&id, sections->ids->at + i * sizeof(id), sizeof(id));
	return (struct btf_type *)btf__type_by_id(sections->btf, id);
}

static struct btf_type *section_of(const struct sections *sections, const char *name)
{
	struct btf_type *t;

	for (size_t i = 0; (t = section_at(sections, i)); i++)
		if (strcmp(btftype_name(sections->btf, t->name_off), name) == 0)
			return t;
	return NULL;
}

static void place_variable(void *ctx, const struct elf_variable *variable)
{
	const struct sections *sections = ctx;
	struct btf_type *section = section_of(sections, variable->section);

	if (!section || variable->section_size > UINT32_MAX ||
	    variable->offset > variable->section_size)
		return;
	section->size = (uint32_t)variable->section_size;
	for (unsigned i = 0; i < btf_vlen(section); i++) {
		struct btf_var_secinfo *info = &btf_var_secinfos(section)[i];
		const struct btf_type *var = btf__type_by_id(sections->btf, info->type);

		if (var && btf_is_var(var) && btf_var(var)->linkage != BTF_VAR_STATIC &&
		    strcmp(btftype_name(sections->btf, var->name_off), variable->name) == 0)
			info->offset = (uint32_t)variable->offset;
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct btf_var_secinfo *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* 0 or -ENOMEM. */
static int place_variables(const struct object *object)
{
	SCOPED(buf) ids = {0};
	struct sections sections = {object->btf, &ids};
	struct btf_type *t;
	int r = find_sections(&sections);

	if (r < 0)
		return r;
	elf_each_variable(object->path, place_variable, &sections);
	for (size_t i = 0; (t = section_at(&sections, i)); i++)
		qsort(btf_var_secinfos(t), btf_vlen(t), sizeof(struct btf_var_secinfo), by_offset);
	return 0;
}

static int load(struct object *object, const char *path, struct err *err)
{
	int r;

	if (access(path, R_OK) < 0)
		return err_set(err, -errno, "cannot read object '%s': %s", path, err_words(-errno));
	libbpf_to_log();
	object->btf = btf__parse(path, NULL);
	r = object->btf ? 0 : -errno;
	if (r == -ENOMEM)
		return err_set(err, r, "out of memory for object '%s'", path);
	if (r < 0)
		return err_set(err, -EINVAL,
			       "'%s' is no BPF object with BTF in it; clang -g puts it there",
			       path);
	r = place_variables(object);
	return r < 0 ? err_set(err, r, "out of memory for object '%s'", path) : 0;
}

int object_load(const char *path, struct object **out, struct err *err)
{
	struct object *object = calloc(1, sizeof(*object));
	int r = -ENOMEM;

	if (object)
		object->path = strdup(path);
	if (object && object->path)
		r = load(object, path, err);
	else
		err_set(err, r, "out of memory for object '%s'", path);
	if (r < 0)
		object_free(object);
	else
		*out = object;
	return r;
}

void object_free(struct object *object)
{
	if (!object)
		return;
	btf__free(object->btf);
	free(object->path);
	free(object);
}

/* The types of members "key" and "value"; is_new: the members are pointers to them. */
static struct definition read_members(const struct btf *btf, const struct btf_type *t, bool is_new)
{
	struct definition definition = {0};

	for (unsigned i = 0; t && btf_is_struct(t) && i < btf_vlen(t); i++) {
		const struct btf_member *member = &btf_members(t)[i];
		const char *name = btftype_name(btf, member->name_off);
		const struct btf_type *pointer = btf__type_by_id(btf, member->type);
		uint32_t type = member->type;

		if (is_new) {
			if (!pointer || !btf_is_ptr(pointer))
				continue;
			type = pointer->type;
		}
		if (strcmp(name, "key") == 0)
			definition.key_type = type;
		else if (strcmp(name, "value") == 0)
			definition.value_type = type;
	}
	return definition;
}

/* t: a variable of section .maps, or an annotation. */
static struct definition definition_of(const struct btf *btf, const struct btf_type *t)
{
	int64_t id;

	if (!btf_is_var(t))
		return read_members(btf, t, false);
	id = btftype_resolve(btf, t->type);
	return read_members(btf, id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id), true);
}

static bool has_size(const struct btf *btf, uint32_t type, uint32_t size)
{
	return type == 0 || btf__resolve_size(btf, type) == (int64_t)size;
}

static void meet(const struct btf *btf, const struct btf_type *t, const char *name,
		 struct called *called)
{
	struct definition definition = definition_of(btf, t);

	called_meet(called, name,
		    has_size(btf, definition.key_type, called->map->key_size) &&
			    has_size(btf, definition.value_type, called->map->value_size),
		    t);
}

static void meet_variables(const struct btf *btf, const struct btf_type *section,
			   struct called *called)
{
	for (unsigned i = 0; i < btf_vlen(section); i++) {
		const struct btf_type *var =
			btf__type_by_id(btf, btf_var_secinfos(section)[i].type);

		if (var && btf_is_var(var))
			meet(btf, var, btftype_name(btf, var->name_off), called);
	}
}

/* A map that was loaded without BTF doesn't say which section it holds, and its name is cut: "prog.rod".
 * source: internal_map_name(), libbpf */
static bool is_section(const struct btf_type *t, const char *name, const struct map *map)
{
	if (t->size == 0) /* .kconfig, which is laid out when it is loaded */
		return false;
	if (map->section)
		return strcmp(name, map->section) == 0;
	if (!map->type->is_array || map->max_entries != 1 || map->btf_id ||
	    t->size != map->value_size)
		return false;
	for (const char *dot = strchr(map->name, '.'); dot; dot = strchr(dot + 1, '.'))
		if (strlen(dot) > 1 && strncmp(name, dot, strlen(dot)) == 0)
			return true;
	return false;
}

static int find_definition(const struct object *object, const struct map *map,
			   struct definition *out, struct err *err)
{
	static const char annotated[] = "____btf_map_";
	const struct btf *btf = object->btf;
	struct called called = {.map = map};
	SCOPED(buf) what = {0};
	const void *found = NULL;
	int r;

	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = t ? btftype_name(btf, t->name_off) : "";

		if (t && btf_is_datasec(t) && strcmp(name, ".maps") == 0) {
			meet_variables(btf, t, &called);
		} else if (t && btf_is_datasec(t) && is_section(t, name, map)) {
			*out = (struct definition){.value_type = id};
			return 0;
		} else if (t && btf_is_struct(t) &&
			   strncmp(name, annotated, sizeof(annotated) - 1) == 0) {
			meet(btf, t, name + sizeof(annotated) - 1, &called);
		}
	}
	buf_addf(&what, "object '%s'", object->path);
	r = called_pick(&called, buf_text(&what), &found, err);
	if (r == 0 && !found)
		return err_set(err, -ENOENT, "object '%s' defines no map '%s'", object->path,
			       map->name);
	if (r == 0)
		*out = definition_of(btf, found);
	return r;
}

void object_size_rows(const struct object *object, struct map *map)
{
	struct definition found = {0};
	struct err unsaid = {0};
	int64_t size = -ENOENT;

	if (find_definition(object, map, &found, &unsaid) == 0 && found.value_type)
		size = btf__resolve_size(object->btf, found.value_type);
	if (size > 0)
		shape_size_records(map, (uint64_t)size);
}

int object_plan(const struct object *object, const struct map *map, struct plan *out,
		struct err *err)
{
	struct definition found = {0};
	struct err why = {0};
	int r = find_definition(object, map, &found, err);

	if (r < 0)
		return r;
	if (!found.key_type && !found.value_type)
		return err_set(err, -ENOENT,
			       "object '%s' does not say what the keys and values of map '%s' are",
			       object->path, map->name);
	r = plan_from_btf(object->btf, found.key_type, found.value_type, map, "object", out, &why);
	if (r < 0)
		err_set(err, r, "object '%s', map '%s': %s", object->path, map->name, why.text);
	return r;
}
