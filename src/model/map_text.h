/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of a map as people read them, wherever maps are listed. Each is added to out: nothing where there is nothing,
 * "-" where it isn't known. */
#pragma once

#include <stdbool.h>

struct buf;
struct map;
struct map_users;

/* "272Ki", without the B. */
void map_memory_text(const struct map *map, struct buf *out);
/* How long it has been there, as of now: as long as the first program that uses it. "3d04h" */
void map_age_text(const struct map *map, struct buf *out);
/* One path, and how many more there are: "/sys/fs/bpf/flows +1"; " +?" where there may be more. */
void map_pin_text(const struct map *map, struct buf *out);
/* "nginx,sshd" or, with their ids, "nginx(812) sshd(4711)"; " +?" behind them where there may be more, "?" for a
 * user without a name. */
void map_users_text(const struct map_users *users, bool with_ids, struct buf *out);
