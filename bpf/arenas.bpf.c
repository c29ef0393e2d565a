/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The pages in use of one arena. A mapping of our own would make a page of every one that is looked at;
 * here the kernel's own mapping is probed, which a missing page only makes fail.
 * source: arena_vm_fault(), bpf_arena_get_kern_vm_start(), kernel/bpf/arena.c */
#include "seq.h"

#include "arenas.h"

enum { GUARD_BYTES = 1 << 16 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct vm_struct {
	void *addr;
};

struct bpf_arena {
	__u64 user_vm_start;
	struct vm_struct *kern_vm;
};

#pragma clang attribute pop

/* Asked: which arena, its size and from which page on. */
__u32 wanted_id = 0;
__u64 first_page = 0, end_page = 0;
/* Answered: where to go on from, and what was found. */
__u64 next_page = 0;
__u32 n_found = 0;
__u64 addresses[PAGES_FOUND_A_RUN] = {};
__u8 contents[PAGES_FOUND_A_RUN][PAGE_BYTES] = {};

struct walk {
	__u64 user, kernel; /* where the arena begins */
};

static long probe(__u32 i, struct walk *walk)
{
	__u64 page = first_page + i, address, word;
	__u32 place = n_found;
	const void *at;

	if (page >= end_page || place >= PAGES_FOUND_A_RUN)
		return 1;
	next_page = page + 1;
	address = walk->user + page * PAGE_BYTES;
	at = (const void *)(walk->kernel + (__u32)address);
	if (bpf_probe_read_kernel(&word, sizeof(word), at) < 0)
		return 0;
	if (bpf_probe_read_kernel(contents[place], PAGE_BYTES, at) < 0)
		return 0;
	addresses[place] = address;
	n_found = place + 1;
	return 0;
}

SEC("iter/bpf_map")
int arenas(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;
	struct bpf_arena *arena = (struct bpf_arena *)map;
	struct walk walk;

	if (!map || map->id != wanted_id)
		return 0;
	walk.user = BPF_CORE_READ(arena, user_vm_start);
	walk.kernel = (__u64)BPF_CORE_READ(arena, kern_vm, addr) + GUARD_BYTES / 2;
	n_found = 0;
	next_page = walk.user ? first_page : end_page;
	if (walk.user)
		bpf_loop(PAGES_A_RUN, probe, &walk, 0);
	return 0;
}
