/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* list --group: a line for each name, type or program instead of each map. */
#pragma once

#include <stdbool.h>

struct buf;
struct err;
struct map_list;

/* 0 or -EINVAL with a sentence: maps can't be grouped by that. */
int list_group_check(const char *by, struct err *err);

/* Largest memory first. 0 or -ENOMEM. */
int list_group_text(const struct map_list *maps, const char *by, struct buf *out);
int list_group_json(const struct map_list *maps, const char *by, bool is_lines, struct buf *out);
