/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Layouts of maps from BTF, with what their type fixes. */
#pragma once

#include <stdint.h>

struct btf;
struct err;
struct map;
struct plan;

/* For each side the first that knows: what the map's type fixes, the BTF type (0: none), what the map's
 * type usually is, plain bytes. 0 or -errno with a sentence; then *out is empty. */
int plan_from_btf(const struct btf *btf, uint32_t key_type, uint32_t value_type,
		  const struct map *map, const char *origin, struct plan *out, struct err *err);
