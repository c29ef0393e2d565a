/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The n-th allocation fails, for every n until none does: what malloc and its kin hand out, ours and that of
 * every library in the process, and mappings. What is handed out and not given back is counted. Sanitizers
 * bring allocators of their own; under them there is nothing to try. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define CAN_FAIL_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAN_FAIL_ALLOCATIONS 0
#endif
#endif
#ifndef CAN_FAIL_ALLOCATIONS
#define CAN_FAIL_ALLOCATIONS 1
#endif

#if CAN_FAIL_ALLOCATIONS
static long allocations_left = -1; /* until one fails; -1: none does */
static long allocations_live;	   /* not given back; mappings count too */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *at);

static bool allocation_fails(void)
{
	if (allocations_left < 0 || allocations_left-- > 0)
		return false;
	allocations_left = -1;
	errno = ENOMEM;
	return true;
}

static void *counted(void *at)
{
	allocations_live += at != NULL;
	return at;
}

void *malloc(size_t size)
{
	return allocation_fails() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return allocation_fails() ? NULL : counted(__libc_calloc(n, size));
}

void *realloc(void *at, size_t size)
{
	if (allocation_fails())
		return NULL;
	return at ? __libc_realloc(at, size) : counted(__libc_realloc(NULL, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return allocation_fails() ? NULL : counted(__libc_memalign(alignment, size));
}

void *reallocarray(void *at, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return realloc(at, bytes);
}

void free(void *at)
{
	allocations_live -= at != NULL;
	__libc_free(at);
}

void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	void *mapped = MAP_FAILED;

	if (!allocation_fails())
		mapped = (void *)syscall(SYS_mmap, at, len, prot, flags, fd, offset);
	allocations_live += mapped != MAP_FAILED;
	return mapped;
}

void *mremap(void *at, size_t old_len, size_t len, int flags, ...)
{
	if (allocation_fails())
		return MAP_FAILED;
	return (void *)syscall(SYS_mremap, at, old_len, len, flags, NULL);
}

int munmap(void *at, size_t len)
{
	allocations_live--;
	return (int)syscall(SYS_munmap, at, len);
}
#endif
