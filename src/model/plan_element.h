/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Elements of arrays as fields; for plan.c and plan_find.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/plan.h"

struct buf;
struct err;

int plan_elements_open(struct plan *plan); /* 0 or -ENOMEM */
void plan_elements_release(struct plan *plan);

/* "m[1].x" as its prototype's path has it, "m[].x". false: it isn't the name of an element. */
bool plan_element_pattern(const char *name, size_t len, struct buf *pattern);

/* The element called name, whose pattern led to proto. NULL with a sentence. */
const struct field *plan_element(const struct plan *plan, const struct field *proto,
				 const char *name, size_t len, struct err *err);
