/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All blocks of memory that the process has allocated, by address, and which of them are lost: nothing points to
 * them any more. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block {
	uintptr_t at; /* 0: a free place of the table; 1: one whose block was freed */
	size_t size;
	uint32_t number; /* of the allocation that made it, from 1 */
	bool is_mapped;	 /* from mmap: such blocks hold plain data, never pointers to others */
};

void blocks_add(void *at, size_t size, uint32_t number, bool is_mapped);
void blocks_drop(void *at);

/* Blocks made by allocation `from` or a later one that can't be reached from the stack (of this call's
 * caller upwards), registers, variables or another block that can. How many; *number_ret: the allocation
 * of one of them. */
size_t blocks_lost(uint32_t from, uint32_t *number_ret);

/* Where this thread's stack ends. */
const void *blocks_stack_end(void);
