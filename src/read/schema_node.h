/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A schema once it is read: a tree of fields a side, checked as far as it can be without a map. Offsets
 * count from the start of the struct or element around. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "model/plan.h"
#include "read/schema.h"

struct cJSON;
struct schema_reader;

struct schema_node {
	struct field proto;
	struct schema_node *below, *next;
};

struct schema_map {
	const struct schema *schema;
	const char *name;
	const struct schema_node *key, *value; /* NULL: not said */
	bool is_variables;		       /* the value's members are */
	bool is_folded;
	struct schema_fold fold;
	struct schema_map *next;
};

struct schema {
	const char *name; /* of the file */
	struct schema_map *maps;
	struct arena mem;
};

/* A key or value: "u32", {"type": ...}, {"fields": [...]} or the list of fields alone. */
int schema_side(struct schema_reader *reader, const struct cJSON *item,
		const struct schema_node **out);
