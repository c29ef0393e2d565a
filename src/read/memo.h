/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What reading has taught: which methods the kernel refuses for a map type, and for each map how many
 * rows one call should ask for. Features are tried, not guessed from versions, once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMO_METHODS = 16 };

struct map_memo {
	uint32_t id;
	uint32_t n_ask;	     /* rows a call; 0: not learnt */
	uint32_t refused;    /* a bit a method */
	uint64_t elem_flags; /* for every lookup */
};

struct memo {
	uint64_t refused[MEMO_METHODS]; /* a bit a map type */
	struct map_memo *maps;		/* owned */
	size_t n_maps, cap_maps;
};

void memo_release(struct memo *memo);

bool memo_is_refused(const struct memo *memo, unsigned method, uint32_t map_type);
void memo_refuse(struct memo *memo, unsigned method, uint32_t map_type);

/* The same for one map. */
bool memo_map_refuses(const struct memo *memo, uint32_t id, unsigned method);
void memo_map_refuse(struct memo *memo, uint32_t id, unsigned method);

/* What is remembered of a map, made when there is nothing yet (*is_new_ret). NULL when out of memory; borrowed until
 * the next memo_map. */
struct map_memo *memo_map(struct memo *memo, uint32_t id, bool *is_new_ret);
