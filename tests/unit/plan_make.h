/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Plans by hand, for tests. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "model/plan.h"

static inline void add(struct plan *plan, bool in_value, struct field field)
{
	struct err err = {0};

	if (plan_add(plan, in_value, &field, &err) < 0)
		fail_msg("plan_add: %s", err.text);
}

static inline void finish(struct plan *plan)
{
	struct err err = {0};

	if (plan_finish(plan, &err) < 0)
		fail_msg("plan_finish: %s", err.text);
}

static inline const struct field *find(const struct plan *plan, const char *path)
{
	struct err err = {0};
	const struct field *field = plan_find(plan, path, strlen(path), &err);

	if (!field)
		fail_msg("plan_find: %s", err.text);
	return field;
}

#define LEAF(leaf_kind, leaf_type, leaf_name, at, bytes)                                           \
	(struct field)                                                                             \
	{                                                                                          \
		.kind = (leaf_kind), .type = (leaf_type), .name = (leaf_name), .offset = (at),     \
		.size = (bytes)                                                                    \
	}
#define ARRAY_OF(array_type, array_name, at, n, step)                                              \
	(struct field)                                                                             \
	{                                                                                          \
		.kind = FIELD_ARRAY, .type = (array_type), .name = (array_name), .offset = (at),   \
		.count = (n), .stride = (step)                                                     \
	}
