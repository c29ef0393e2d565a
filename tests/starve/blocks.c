/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The blocks are in a hash table whose memory is mapped directly, since nothing here may allocate. It is kept
 * small, since each forked process copies the pages of it that it touches. Lost blocks are found as a conservative
 * garbage collector does: any aligned word that could be an address inside a block keeps that block. */
#include "tests/starve/blocks.h"

#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { GIVEN_UP = 1, FIRST_PLACES = 1 << 11, LARGE_BYTES = 1 << 14 };

static atomic_flag is_busy = ATOMIC_FLAG_INIT; /* the table */
static struct block *table;
static size_t n_places, n_taken; /* a power of two; those that are not free */

/* Scratch of blocks_lost. */
struct met {
	const struct block *block;
	bool is_reached;
};
static struct met *order; /* by address */
static size_t n_order;
static const struct block **todo; /* reached, but not looked into yet: from its end on large ones */
static size_t n_todo, n_large;

static void *map_room(size_t bytes)
{
	long at = syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == -1)
		abort();
	return (void *)at;
}

static void drop_room(void *at, size_t bytes)
{
	syscall(SYS_munmap, at, bytes);
}

static size_t place_of(uintptr_t at)
{
	return (size_t)((at * 0x9e3779b97f4a7c15u) >> 32) & (n_places - 1);
}

static void put(const struct block *block)
{
	size_t i = place_of(block->at);

	while (table[i].at > GIVEN_UP)
		i = (i + 1) & (n_places - 1);
	n_taken += !table[i].at;
	table[i] = *block;
}

/* Room for another one: a table at least as large again as what it holds. */
static void make_room(void)
{
	struct block *before = table;
	size_t n_before = n_places, n_live = 0;

	if (n_taken < n_places / 2)
		return;
	for (size_t i = 0; i < n_before; i++)
		n_live += before[i].at > GIVEN_UP;
	n_places = FIRST_PLACES;
	while (n_places < 4 * n_live)
		n_places *= 2;
	table = map_room(n_places * sizeof(*table));
	n_taken = 0;
	for (size_t i = 0; i < n_before; i++)
		if (before[i].at > GIVEN_UP)
			put(&before[i]);
	if (before)
		drop_room(before, n_before * sizeof(*before));
}

void blocks_add(void *at, size_t size, uint32_t number, bool is_mapped)
{
	while (atomic_flag_test_and_set(&is_busy))
		;
	make_room();
	put(&(struct block){(uintptr_t)at, size, number, is_mapped});
	atomic_flag_clear(&is_busy);
}

void blocks_drop(void *at)
{
	while (atomic_flag_test_and_set(&is_busy))
		;
	for (size_t i = place_of((uintptr_t)at); table && table[i].at;
	     i = (i + 1) & (n_places - 1)) {
		if (table[i].at != (uintptr_t)at)
			continue;
		table[i].at = table[(i + 1) & (n_places - 1)].at ? GIVEN_UP : 0;
		n_taken -= !table[i].at;
		break;
	}
	atomic_flag_clear(&is_busy);
}

static int by_address(const void *a, const void *b)
{
	const struct met *left = a, *right = b;

	return (left->block->at > right->block->at) - (left->block->at < right->block->at);
}

static void put_in_order(void)
{
	order = map_room(n_places * sizeof(*order));
	todo = map_room(n_places * sizeof(*todo));
	n_order = n_todo = n_large = 0;
	for (size_t i = 0; i < n_places; i++)
		if (table[i].at > GIVEN_UP)
			order[n_order++].block = &table[i];
	qsort(order, n_order, sizeof(*order), by_address);
}

static uintptr_t end_of(const struct met *met)
{
	return met->block->at + met->block->size;
}

static struct met *block_around(uintptr_t at)
{
	size_t low = 0, high = n_order;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (order[middle].block->at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	/* One past the end counts, too: a cursor that has come to the end of its array. */
	return low && at <= end_of(&order[low - 1]) ? &order[low - 1] : NULL;
}

__attribute__((no_sanitize("address"))) static void reach_from(const void *from, const void *end)
{
	const uintptr_t *word = (const void *)(((uintptr_t)from + 7) & ~(uintptr_t)7);
	const uintptr_t least = order[0].block->at, bytes = end_of(&order[n_order - 1]) - least;

	for (; (const void *)(word + 1) <= end; word++) {
		struct met *met;

		if (*word - least > bytes)
			continue;
		met = block_around(*word);
		if (!met || met->is_reached)
			continue;
		met->is_reached = true;
		if (met->block->is_mapped)
			continue;
		todo[met->block->size > LARGE_BYTES ? n_places - ++n_large : n_todo++] = met->block;
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

static void reach_from_block(const struct block *block)
{
	reach_from((const void *)block->at, (const char *)block->at + block->size);
}

static void reach_by_todo(void)
{
	while (n_todo)
		reach_from_block(todo[--n_todo]);
}

static size_t count_lost(uint32_t from, uint32_t *number_ret)
{
	size_t n = 0;

	for (size_t i = 0; i < n_order; i++) {
		if (order[i].is_reached || order[i].block->number < from)
			continue;
		*number_ret = order[i].block->number;
		n++;
	}
	return n;
}

/* Large blocks, mostly of rows and cells, are looked into only while something seems to be lost. */
size_t blocks_lost(uint32_t from, uint32_t *number_ret)
{
	size_t n;

	__builtin_unwind_init(); /* registers onto the stack */
	put_in_order();
	if (n_order) {
		dl_iterate_phdr(reach_module, NULL);
		reach_stack();
	}
	reach_by_todo();
	while ((n = count_lost(from, number_ret)) && n_large) {
		reach_from_block(todo[n_places - n_large--]);
		reach_by_todo();
	}
	drop_room(order, n_places * sizeof(*order));
	drop_room(todo, n_places * sizeof(*todo));
	return n;
}
