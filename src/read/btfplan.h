/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From BTF to plan. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct btf;
struct err;
struct plan;

/* Compiles the types key_type and value_type (0: none; that side becomes bytes) into plan, checking
 * their sizes against the map's. A value type that is a DATASEC makes a variable plan.
 * Malformed BTF (loops, sizes that disagree, offsets outside) is -EINVAL with a sentence that names
 * both sizes and the field where they part. Depth and field counts are bounded (PLAN_MAX_*). */
int btfplan_compile(const struct btf *btf, uint32_t key_type, uint32_t value_type,
		    uint32_t key_size, uint32_t value_size, struct plan *out, struct err *err);

/* One side of it, between plan_begin and plan_finish; the key comes first. at: the byte of the key or value where
 * the type begins, size: how many there are from there on. After a failure only plan_release may follow. */
int btfplan_add(const struct btf *btf, uint32_t type, bool in_value, uint32_t at, uint32_t size,
		struct plan *plan, struct err *err);
