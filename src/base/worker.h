/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A thread that does pieces of work for its owner, one after the other, while the owner does something else. Nothing
 * is shared: what a piece of work touches belongs to the worker from worker_give until worker_wait says that it is
 * done. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct worker;

/* NULL when no thread can be made, or there is no second CPU for it to run on. */
struct worker *worker_new(void);
/* Waits until its work is done. NULL is fine. */
void worker_free(struct worker *worker);

/* Begins work(ctx). What was given before must be done. */
void worker_give(struct worker *worker, void (*work)(void *ctx), void *ctx);
/* True when what was given is done; false: until_ns (CLOCK_MONOTONIC; UINT64_MAX: never) came before. */
bool worker_wait(struct worker *worker, uint64_t until_ns);

/* pthread_create with all signals blocked: they are for the thread that waits for them. 0 or -errno. */
int worker_thread(pthread_t *thread_ret, void *(*run)(void *ctx), void *ctx);
