/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Under the lock: what is to be done, and whether to end. Work stands there from when it is given until it is
 * done. */
#include "base/worker.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void (*work)(void *ctx); /* NULL: there is none */
	void *ctx;
	bool ends;
};

int worker_thread(pthread_t *thread_ret, void *(*run)(void *ctx), void *ctx)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	r = -pthread_create(thread_ret, NULL, run, ctx);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

static void *run(void *ctx)
{
	struct worker *worker = ctx;

	pthread_mutex_lock(&worker->lock);
	for (;;) {
		while (!worker->work && !worker->ends)
			pthread_cond_wait(&worker->changed, &worker->lock);
		if (!worker->work)
			break;
		pthread_mutex_unlock(&worker->lock);
		worker->work(worker->ctx);
		pthread_mutex_lock(&worker->lock);
		worker->work = NULL;
		pthread_cond_signal(&worker->changed);
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* Where there are more CPUs than the set has room for, there is a second one. */
static bool has_one_cpu(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof(cpus), &cpus) == 0 && CPU_COUNT(&cpus) < 2;
}

static void init_changed(struct worker *worker)
{
	pthread_condattr_t how;

	pthread_condattr_init(&how);
	pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &how);
	pthread_condattr_destroy(&how);
}

static void destroy(struct worker *worker)
{
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

struct worker *worker_new(void)
{
	struct worker *worker = has_one_cpu() ? NULL : calloc(1, sizeof(*worker));

	if (!worker)
		return NULL;
	pthread_mutex_init(&worker->lock, NULL);
	init_changed(worker);
	if (worker_thread(&worker->thread, run, worker) == 0)
		return worker;
	destroy(worker);
	return NULL;
}

void worker_give(struct worker *worker, void (*work)(void *ctx), void *ctx)
{
	pthread_mutex_lock(&worker->lock);
	worker->work = work;
	worker->ctx = ctx;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

bool worker_wait(struct worker *worker, uint64_t until_ns)
{
	const struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000),
				       .tv_nsec = (long)(until_ns % 1000000000)};
	bool is_done;
	int r = 0;

	pthread_mutex_lock(&worker->lock);
	while (worker->work && r == 0)
		r = pthread_cond_timedwait(&worker->changed, &worker->lock, &until);
	is_done = !worker->work;
	pthread_mutex_unlock(&worker->lock);
	return is_done;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	pthread_mutex_lock(&worker->lock);
	worker->ends = true;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	destroy(worker);
}
