/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Live blocks stand in a hash table in memory of its own, since nothing here may allocate. What is lost is
 * found as a conservative collector finds it: any aligned word that could be an address inside of a block
 * keeps that block. */
#include "tests/starve/blocks.h"

#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { GIVEN_UP = 1 };
#define MOST_BLOCKS (1u << 17)

static atomic_flag is_busy = ATOMIC_FLAG_INIT; /* the table */
static struct block *table;
static size_t n_blocks;
static struct block **order; /* by address, while looking */
static size_t n_order, n_todo;
static struct block **todo;

static void *map_room(size_t bytes)
{
	long at = syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == -1)
		abort();
	return (void *)at;
}

static uint32_t place_of(uintptr_t at)
{
	return (uint32_t)((at * 0x9e3779b97f4a7c15u) >> 40) & (MOST_BLOCKS - 1);
}

void blocks_add(void *at, size_t size, uint32_t number, bool is_mapped)
{
	uint32_t i = place_of((uintptr_t)at);

	while (atomic_flag_test_and_set(&is_busy))
		;
	if (!table)
		table = map_room(MOST_BLOCKS * sizeof(*table));
	if (++n_blocks > MOST_BLOCKS / 4 * 3)
		abort(); /* a suite that holds so many needs a larger table */
	while (table[i].at > GIVEN_UP)
		i = (i + 1) & (MOST_BLOCKS - 1);
	table[i] = (struct block){(uintptr_t)at, size, number, is_mapped, false};
	atomic_flag_clear(&is_busy);
}

void blocks_drop(void *at)
{
	uint32_t i = place_of((uintptr_t)at), next;

	while (atomic_flag_test_and_set(&is_busy))
		;
	for (; table && table[i].at; i = (i + 1) & (MOST_BLOCKS - 1)) {
		if (table[i].at != (uintptr_t)at)
			continue;
		next = (i + 1) & (MOST_BLOCKS - 1);
		table[i].at = table[next].at ? GIVEN_UP : 0;
		n_blocks--;
		break;
	}
	atomic_flag_clear(&is_busy);
}

static int by_address(const void *a, const void *b)
{
	const struct block *const *left = a, *const *right = b;

	return ((*left)->at > (*right)->at) - ((*left)->at < (*right)->at);
}

static void put_in_order(void)
{
	if (!order) {
		order = map_room(MOST_BLOCKS * sizeof(*order));
		todo = map_room(MOST_BLOCKS * sizeof(*todo));
	}
	n_order = n_todo = 0;
	for (size_t i = 0; i < MOST_BLOCKS; i++) {
		if (table[i].at <= GIVEN_UP)
			continue;
		table[i].is_reached = false;
		order[n_order++] = &table[i];
	}
	qsort(order, n_order, sizeof(*order), by_address);
}

static struct block *block_around(uintptr_t at)
{
	size_t low = 0, high = n_order;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (order[middle]->at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	/* One past the end counts, too: a cursor that has come to the end of its array. */
	return at - order[low - 1]->at <= order[low - 1]->size ? order[low - 1] : NULL;
}

__attribute__((no_sanitize("address"))) static void reach_from(const void *from, const void *end)
{
	const uintptr_t *word = (const void *)(((uintptr_t)from + 7) & ~(uintptr_t)7);

	for (; n_order && (const void *)(word + 1) <= end; word++) {
		struct block *block;

		if (*word < order[0]->at ||
		    *word > order[n_order - 1]->at + order[n_order - 1]->size)
			continue;
		block = block_around(*word);
		if (!block || block->is_reached)
			continue;
		block->is_reached = true;
		if (!block->is_mapped)
			todo[n_todo++] = block;
	}
}

static int reach_module(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		const char *at = (const char *)info->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_LOAD && part->p_flags & PF_W)
			reach_from(at, at + part->p_memsz);
		if (part->p_type == PT_TLS && info->dlpi_tls_data)
			reach_from(info->dlpi_tls_data,
				   (const char *)info->dlpi_tls_data + part->p_memsz);
	}
	return 0;
}

const void *blocks_stack_end(void)
{
	static const void *end;
	pthread_attr_t attr;
	void *low;
	size_t size;

	if (end || pthread_getattr_np(pthread_self(), &attr) != 0)
		return end;
	if (pthread_attr_getstack(&attr, &low, &size) == 0)
		end = (const char *)low + size;
	pthread_attr_destroy(&attr);
	return end;
}

/* In a frame of its own: the registers that its caller saved lie above. */
static __attribute__((noinline)) void reach_stack(void)
{
	reach_from(__builtin_frame_address(0), blocks_stack_end());
}

size_t blocks_lost(uint32_t from, uint32_t *number_ret)
{
	size_t n = 0;

	__builtin_unwind_init(); /* registers onto the stack */
	if (!table)
		return 0;
	put_in_order();
	dl_iterate_phdr(reach_module, NULL);
	reach_stack();
	while (n_todo) {
		const struct block *block = todo[--n_todo];

		reach_from((const void *)block->at, (const char *)block->at + block->size);
	}
	for (size_t i = 0; i < n_order; i++) {
		if (order[i]->is_reached || order[i]->number < from)
			continue;
		*number_ret = order[i]->number;
		n++;
	}
	return n;
}
