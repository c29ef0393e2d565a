/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One element of an array as a field of its own: "hist[3]", "flows[2].pkts", "m[1][0]". A plan has one
 * prototype of an array's element; the first time that somebody names an element, a copy of what its
 * prototype says is made with the place filled in. It stays with the plan, and the same name leads to
 * the same field again, so that columns of it are equal. */
#include "model/plan_element.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"

struct element {
	struct field field;
	struct element *next;
};

struct plan_elements {
	struct arena mem;
	struct element *first;
};

/* The places that a name has in brackets, outermost first. */
struct places {
	uint64_t at[PLAN_MAX_DEPTH];
	unsigned n;
};

int plan_elements_open(struct plan *plan)
{
	plan->elements = calloc(1, sizeof(*plan->elements));
	return plan->elements ? 0 : -ENOMEM;
}

void plan_elements_release(struct plan *plan)
{
	if (plan->elements)
		arena_release(&plan->elements->mem);
	free(plan->elements);
	plan->elements = NULL;
}

/* "m[1][0].x" is "m[][].x" and {1, 0}. false: it isn't the name of an element. */
static bool split_name(const char *name, size_t len, struct buf *pattern, struct places *places)
{
	*places = (struct places){0};
	for (size_t i = 0; i < len; i++) {
		uint64_t place = 0;

		buf_addc(pattern, name[i]);
		if (name[i] != '[')
			continue;
		if (places->n == PLAN_MAX_DEPTH || ++i == len || !isdigit((unsigned char)name[i]))
			return false;
		for (; i < len && isdigit((unsigned char)name[i]); i++)
			place = place > UINT32_MAX ? place : place * 10 + (uint64_t)(name[i] - '0');
		if (i == len || name[i] != ']')
			return false;
		buf_addc(pattern, ']');
		places->at[places->n++] = place;
	}
	return places->n > 0 && !pattern->failed;
}

bool plan_element_pattern(const char *name, size_t len, struct buf *pattern)
{
	struct places places;

	return split_name(name, len, pattern, &places);
}

/* The name with the places filled in again: of a tail, the whole path. */
static char *path_of(struct arena *mem, const struct field *proto, const struct places *places)
{
	SCOPED(buf) path = {0};
	unsigned n = 0;

	for (const char *at = proto->path; *at; at++) {
		buf_addc(&path, *at);
		if (*at == '[')
			buf_addf(&path, "%u", (unsigned)places->at[n++]);
	}
	return path.failed ? NULL : arena_strdup(mem, buf_text(&path));
}

/* From the last part of the path that is an element on. */
static const char *name_of(const char *path)
{
	const char *name = strrchr(path, '[');

	while (name > path && name[-1] != '.')
		name--;
	return name;
}

static unsigned n_arrays_around(const struct plan *plan, const struct field *proto)
{
	unsigned n = 0;

	for (uint32_t i = proto->parent; i != PLAN_NONE; i = plan->fields[i].parent)
		n += plan->fields[i].kind == FIELD_ARRAY;
	return n;
}

/* Where the element is in the key or value: the arrays around it, from the inside out. */
static int find_offset(const struct plan *plan, const struct field *proto,
		       const struct places *places, uint32_t *offset, struct err *err)
{
	unsigned n = places->n;

	if (n_arrays_around(plan, proto) != n)
		return err_set(err, -EINVAL,
			       "'%s' is inside more than one array; give all %u places",
			       proto->path, n_arrays_around(plan, proto));
	*offset = proto->offset;
	for (uint32_t i = proto->parent; i != PLAN_NONE; i = plan->fields[i].parent) {
		const struct field *array = &plan->fields[i];

		if (array->kind != FIELD_ARRAY)
			continue;
		if (places->at[--n] >= array->count)
			return err_set(err, -ENOENT, "'%s' has %u %s; the last one is [%d]",
				       array->path, array->count,
				       num_noun(array->count, "element", "elements"),
				       (int)array->count - 1);
		*offset += array->offset + (uint32_t)places->at[n] * array->stride;
	}
	return 0;
}

void plan_limit_element(const struct plan *plan, const struct field *proto, struct field *element)
{
	while (proto->in_array)
		proto = &plan->fields[proto->parent];
	element->limit_at = proto->limit_at;
	element->limit_from = proto->limit_from;
}

static struct element *make_element(const struct plan *plan, const struct field *proto,
				    const struct places *places, uint32_t offset)
{
	struct plan_elements *elements = plan->elements;
	struct element *element = arena_alloc(&elements->mem, sizeof(*element));

	if (!element)
		return NULL;
	element->field = *proto;
	element->field.path = path_of(&elements->mem, proto, places);
	if (!element->field.path)
		return NULL;
	element->field.name = name_of(element->field.path);
	element->field.offset = offset;
	element->field.in_array = false;
	plan_limit_element(plan, proto, &element->field);
	element->field.element_of = proto;
	element->next = elements->first;
	elements->first = element;
	return element;
}

const struct field *plan_element(const struct plan *plan, const struct field *proto,
				 const char *name, size_t len, struct err *err)
{
	SCOPED(buf) pattern = {0};
	struct element *element;
	struct places places;
	uint32_t offset = 0;

	if (field_is_container(proto) && field_is_nested(proto)) {
		err_set(err, -EINVAL, "'%.*s' has %s of its own; name one of them", (int)len, name,
			proto->kind == FIELD_ARRAY ? "elements" : "members");
		return NULL;
	}
	if (!split_name(name, len, &pattern, &places)) {
		err_set(err, -ENOMEM, "not enough memory for '%.*s'", (int)len, name);
		return NULL;
	}
	if (find_offset(plan, proto, &places, &offset, err) < 0)
		return NULL;
	for (element = plan->elements->first; element; element = element->next)
		if (element->field.element_of == proto && element->field.offset == offset)
			return &element->field;
	element = make_element(plan, proto, &places, offset);
	if (!element) {
		err_set(err, -ENOMEM, "not enough memory for '%.*s'", (int)len, name);
		return NULL;
	}
	return &element->field;
}
