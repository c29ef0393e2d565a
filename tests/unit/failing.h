/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The n-th allocation fails, for every n until none does. Sanitizers bring allocators of their own; under
 * them there is nothing to try. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

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

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);

static bool allocation_fails(void)
{
	if (allocations_left < 0 || allocations_left-- > 0)
		return false;
	allocations_left = -1;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return allocation_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return allocation_fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *at, size_t size)
{
	return allocation_fails() ? NULL : __libc_realloc(at, size);
}

void *reallocarray(void *at, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return realloc(at, bytes);
}
#endif
