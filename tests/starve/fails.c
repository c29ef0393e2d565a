/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The allocation functions of the process, in place of the C library's, and which of their calls fail.
 *
 * The first run of a test only counts its allocations. In the second one the process forks at each allocation that
 * is chosen: the child sees it fail and goes on to the end of the test; the parent waits for the child, and then goes
 * on as if nothing had been. So the part of the test before a failure is not repeated for it. A file that is open
 * at the fork shares its position with the parent; the child opens it anew before it reads (files.c).
 *
 * That does not work for a test that has threads (a fork leaves them behind), makes processes, changes files or uses
 * pipes. Such a test is run from its start for each failure, with files of its own (folder.c). The same goes for a
 * single failure that leads the test to files or pipes which it does not use otherwise.
 *
 * Allocations of other threads come last, each in a run from the start. These runs must not crash or hang; lost
 * memory is not looked for, since the stacks of those threads, which may point to it, are not known. Processes that
 * the test makes are left alone. */
#include "tests/starve/starve.h"

#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <dlfcn.h>

#include <bpf/btf.h>

#include "tests/starve/blocks.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *at);

struct told *told;
struct starving now;

static pthread_t starved; /* the thread */
static bool is_prepared;

/* -- allocations -- */

uint64_t used_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static void note_end(int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != ENDED_SHARING)
		note_wrong(status, now.n_made);
	else if (told->n_again < MOST_AGAIN)
		told->again[told->n_again++] = now.n_made;
	else
		abort();
}

/* true in the child. */
static bool splits(void)
{
	int pid = fork();

	/* No process to be had is no fault of the test: what is left gets a run each. */
	if (pid < 0) {
		told->n_failed--;
		told->split_to--;
		_exit(1);
	}
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* whoever ends the first ends them all */
		now.is_counting = true;
		now.at = now.n_made;
		now.does = GOES_ON;
		be_patient(true);
		return true;
	}
	be_patient(false);
	note_end(wait_for(pid));
	be_patient(true);
	return false;
}

void end_split(void)
{
	look_for_lost();
	_exit(told->n_lost ? ENDED_LOSING : ENDED_WELL);
}

void end_sharing(void)
{
	told->n_failed--;
	_exit(ENDED_SHARING);
}

static bool is_chosen(uint32_t number)
{
	return number >= now.first && (number - now.first) % now.stride == 0;
}

static bool fails_here(void)
{
	switch (now.does) {
	case COUNTS:
	case FAILS_ELSEWHERE:
		return false;
	case SPLITS:
		if (!is_chosen(now.n_made))
			return false;
		told->n_failed++;
		told->split_to = now.n_made;
		return splits();
	case FAILS:
		told->n_failed += now.n_made == now.at;
		return now.n_made == now.at;
	case GOES_ON:
		if (now.ahead_ns && used_ns() > now.ahead_ns)
			end_split();
		return false;
	}
	return false;
}

static void show_stack(const char *what)
{
	void *frames[DEPTH];

	fprintf(stderr, "# allocation %u %s:\n", now.n_made, what);
	backtrace_symbols_fd(frames, backtrace(frames, DEPTH), STDERR_FILENO);
}

bool is_starved(void)
{
	return !now.is_aside && is_prepared && pthread_equal(pthread_self(), starved);
}

/* An allocation of another thread. */
static bool fails_elsewhere(void)
{
	uint32_t number = __atomic_add_fetch(&told->n_elsewhere, 1, __ATOMIC_RELAXED);

	if (now.does != FAILS_ELSEWHERE || number != now.at)
		return false;
	told->n_failed_elsewhere++;
	errno = ENOMEM;
	return true;
}

static bool must_fail(void)
{
	bool fails;

	if (now.is_counting && !pthread_equal(pthread_self(), starved))
		return fails_elsewhere();
	if (!now.is_counting || !is_starved())
		return false;
	now.is_aside = true;
	now.n_made++;
	fails = fails_here();
	if (now.n_made == now.shown_at)
		show_stack("is lost");
	if (fails && now.shown_at)
		show_stack("fails");
	now.is_aside = false;
	if (fails)
		errno = ENOMEM;
	return fails;
}

static void *took(void *at, size_t size, bool is_mapped)
{
	if (at && (is_starved() || !is_prepared))
		blocks_add(at, size, now.is_counting ? now.n_made : 0, is_mapped);
	return at;
}

void *malloc(size_t size)
{
	return must_fail() ? NULL : took(__libc_malloc(size), size, false);
}

void *calloc(size_t n, size_t size)
{
	return must_fail() ? NULL : took(__libc_calloc(n, size), n * size, false);
}

void *realloc(void *at, size_t size)
{
	void *moved;

	if (must_fail())
		return NULL;
	moved = __libc_realloc(at, size);
	if (moved || !size)
		blocks_drop(at);
	return took(moved, size, false);
}

void *reallocarray(void *at, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(at, bytes);
}

void *memalign(size_t alignment, size_t size)
{
	return must_fail() ? NULL : took(__libc_memalign(alignment, size), size, false);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **at_ret, size_t alignment, size_t size)
{
	void *at = memalign(alignment, size);

	if (!at)
		return ENOMEM;
	*at_ret = at;
	return 0;
}

void free(void *at)
{
	if (at)
		blocks_drop(at);
	__libc_free(at);
}

void *mmap(void *at, size_t bytes, int prot, int flags, int fd, off_t offset)
{
	void *mapped;

	if (must_fail())
		return MAP_FAILED;
	mapped = (void *)syscall(SYS_mmap, at, bytes, prot, flags, fd, offset);
	if (mapped != MAP_FAILED)
		took(mapped, bytes, true);
	return mapped;
}

void *mremap(void *at, size_t was_bytes, size_t bytes, int flags, ...)
{
	void *moved;

	if (must_fail())
		return MAP_FAILED;
	moved = (void *)syscall(SYS_mremap, at, was_bytes, bytes, flags, NULL);
	if (moved != MAP_FAILED) {
		blocks_drop(at);
		took(moved, bytes, true);
	}
	return moved;
}

int munmap(void *at, size_t bytes)
{
	blocks_drop(at);
	return (int)syscall(SYS_munmap, at, bytes);
}

/* -- calls of libraries that lose memory or crash by themselves when they run out: nothing fails inside them -- */

#define ASIDE(result, call)                                                                        \
	do {                                                                                       \
		bool was_aside = now.is_aside;                                                     \
                                                                                                   \
		now.is_aside = true;                                                               \
		result = call;                                                                     \
		now.is_aside = was_aside;                                                          \
	} while (0)

int setenv(const char *name, const char *value, int replaces)
{
	static int (*real)(const char *, const char *, int);
	int r;

	if (!real)
		real = dlsym(RTLD_NEXT, "setenv");
	ASIDE(r, real(name, value, replaces));
	return r;
}

int regcomp(regex_t *regex, const char *pattern, int flags)
{
	static int (*real)(regex_t *, const char *, int);
	int r;

	if (!real)
		real = dlsym(RTLD_NEXT, "regcomp");
	ASIDE(r, real(regex, pattern, flags));
	return r;
}

/* regexec, defined under another name: glibc's header declares `found` as an array of n, which we can't repeat. */
int match_aside(const regex_t *regex, const char *text, size_t n, regmatch_t *found,
		int flags) __asm__("regexec");
int match_aside(const regex_t *regex, const char *text, size_t n, regmatch_t *found, int flags)
{
	static int (*real)(const regex_t *, const char *, size_t, regmatch_t *, int);
	int r;

	if (!real)
		real = dlsym(RTLD_NEXT, "regexec");
	ASIDE(r, real(regex, text, n, found, flags));
	return r;
}

/* libbpf's, out of memory, frees what is in a table that it has not made yet. */
struct btf_dump *btf_dump__new(const struct btf *btf, btf_dump_printf_fn_t print, void *ctx,
			       const struct btf_dump_opts *opts)
{
	static struct btf_dump *(*real)(const struct btf *, btf_dump_printf_fn_t, void *,
					const struct btf_dump_opts *);
	struct btf_dump *dump;

	if (!real)
		real = dlsym(RTLD_NEXT, "btf_dump__new");
	ASIDE(dump, real(btf, print, ctx, opts));
	return dump;
}

/* Counts as one allocation. What it allocates inside does not: glibc keeps a thread's stack for the next one. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *ctx)
{
	static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	int r;

	if (!real)
		real = dlsym(RTLD_NEXT, "pthread_create");
	told->is_shared |= now.is_counting;
	if (must_fail())
		return EAGAIN;
	ASIDE(r, real(thread, attr, run, ctx));
	return r;
}

static void note_fork(void)
{
	if (!now.is_aside)
		told->is_shared |= now.is_counting;
}

static void stop_counting(void)
{
	now.is_counting = false;
}

void fails_prepare(void)
{
	void *frames[1];
	uint32_t number;

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		abort();
	backtrace(frames, 1); /* loads a library, once */
	starved = pthread_self();
	pthread_atfork(note_fork, NULL, stop_counting);
	is_prepared = now.is_aside = true;
	blocks_lost(UINT32_MAX, &number);
	now.is_aside = false;
}
