/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* C declarations of types; between the file that writes them and the one that says of what. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/plan.h"

struct buf;

struct declare {
	const struct plan *plan;
	struct buf *out;
	unsigned indent, n_pads;
};

/* Members of a struct, of a union, or of what stands for the roots of a side. */
struct group {
	const struct field *from, *end;
	uint32_t base, size; /* bytes */
	bool is_union;
};

static inline bool declare_is_group(const struct field *field)
{
	return field->kind == FIELD_STRUCT || field->kind == FIELD_UNION;
}

/* The root is the side's last. */
static inline bool declare_is_last(const struct field *root, const struct field *end)
{
	return root + root->n_below + 1 == end;
}

/* The side is one field, and not the variables of a section. */
static inline bool declare_is_one(const struct group *roots)
{
	return !roots->from->name[0] && declare_is_last(roots->from, roots->end);
}

/* Adds a name as C takes it. Names of a schema, and of hostile BTF, can be anything. */
void declare_name(struct declare *declare, const char *name);
/* Adds the side: a struct or union by its tag, anything else by a typedef, and what proves its size. */
void declare_root(struct declare *declare, const struct group *roots, const char *name);
