/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The allocations of the process, in place of the C library's, and which of them fail.
 *
 * A place is a distinct stack of callers, but for how often one calls itself, and no further than DEPTH frames:
 * what a loop allocates in the same place the second time takes the same way out. Where a place is met for the
 * first time the process splits in two (fork): the child fails there and runs on. When it came to the test's
 * end nevertheless, it has met what lay ahead, and its parent, which waited, ends, too. Otherwise the parent goes
 * on as if nothing had been. So all places together cost little more than the test itself, and what could
 * do without one allocation meets the failure of others as well.
 *
 * Where a test has threads, which a fork leaves behind, the first new place just fails, and after APART
 * more allocations the next one: it takes as many runs as it takes.
 *
 * Only the program's own thread is starved: the stacks of others can't be looked at for what they hold. */
#include "tests/starve/starve.h"

#include <errno.h>
#include <execinfo.h>
#include <link.h>
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

#include "tests/starve/blocks.h"

enum { APART = 20, GLANCE_WORDS = 96 };

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);
void __libc_free(void *at);

struct told *told;
struct starving now = {.share = 1};

static uintptr_t text_begin, text_bytes; /* of the program's own code */
static const uintptr_t *stack_end;
static pthread_t starved; /* the thread */
static bool is_prepared;

/* -- allocations -- */

static uint64_t stack_hash(void)
{
	void *frames[DEPTH], *before = NULL;
	uint64_t hash = 0xcbf29ce484222325;
	int n = backtrace(frames, DEPTH);

	for (int i = 0; i < n; i++) {
		if (frames[i] == before)
			continue;
		before = frames[i];
		hash = (hash ^ (uintptr_t)before) * 0x100000001b3;
		hash ^= hash >> 29;
	}
	return hash ? hash : 1;
}

/* The next words of the stack that could be return addresses into the program: told apart a hundred times
 * faster than by unwinding. Where they are the same as once before, so is the stack. */
static uint64_t stack_glance(void)
{
	const uintptr_t *word = __builtin_frame_address(0);
	uint64_t hash = 0xcbf29ce484222325;

	for (unsigned i = 0; i < GLANCE_WORDS && word + i < stack_end; i++)
		if (word[i] - text_begin < text_bytes)
			hash = (hash ^ word[i] ^ i) * 0x100000001b3;
	return hash ? hash : 1;
}

static bool is_new_place(void)
{
	uint64_t glance = stack_glance(), hash;
	size_t i = glance % GLANCES;

	if (told->glances[i] == glance)
		return false;
	told->glances[i] = glance;
	hash = stack_hash();
	i = hash % (MOST_PLACES * 2);
	while (told->places[i] && told->places[i] != hash)
		i = (i + 1) % (MOST_PLACES * 2);
	if (told->places[i] || hash % now.share != now.turn % now.share)
		return false;
	if (++told->n_places > MOST_PLACES)
		abort();
	told->places[i] = hash;
	return true;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* true in the child. In the parent, which goes on if it returns: false. */
static bool splits(void)
{
	const uint32_t n = told->n_failed;
	int status, pid;

	pid = fork();
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* whoever ends the first ends them all */
	if (pid <= 0)
		return true; /* where no process is to be had this one is starved itself */
	be_patient(false);
	status = wait_for(pid);
	if (!note_wrong(status) && WEXITSTATUS(status) != ENDED_FAILED)
		_exit(WEXITSTATUS(status));
	be_patient(true);
	told->n_failed = n;
	return false;
}

static bool is_listed(void)
{
	return now.n_listed &&
	       bsearch(&now.n_made, now.listed, now.n_listed, sizeof(*now.listed), by_number);
}

static bool fails_here(void)
{
	if (!now.fails_new)
		return is_listed();
	if (!now.forks && told->n_failed && now.n_made - told->failed[told->n_failed - 1] < APART)
		return false;
	if (!is_new_place())
		return false;
	told->n_tried++;
	return !now.forks || splits();
}

static void show_stack(const char *what)
{
	void *frames[DEPTH];

	fprintf(stderr, "# allocation %u %s:\n", now.n_made, what);
	backtrace_symbols_fd(frames, backtrace(frames, DEPTH), STDERR_FILENO);
}

uint64_t clock_ns(void)
{
	struct timespec is;

	clock_gettime(CLOCK_MONOTONIC, &is);
	return (uint64_t)is.tv_sec * 1000000000 + (uint64_t)is.tv_nsec;
}

/* Reading a clock costs more than most allocations. */
static void cut_when_due(void)
{
	if (!now.until_ns || now.n_made % 64 || clock_ns() < now.until_ns)
		return;
	told->n_cut++;
	told->n_allocations = now.n_made;
	_exit(ENDED_CUT);
}

static bool is_starved(void)
{
	return !now.is_aside && is_prepared && pthread_equal(pthread_self(), starved);
}

static bool must_fail(void)
{
	bool fails;

	if (!now.is_counting || !is_starved())
		return false;
	now.is_aside = true;
	now.n_made++;
	cut_when_due();
	fails = fails_here();
	if (now.n_made == now.shown_at)
		show_stack("is lost");
	if (fails && now.shown_at && now.n_made == now.listed[now.n_listed - 1])
		show_stack("fails");
	if (fails)
		told->failed[told->n_failed++] = now.n_made;
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

/* -- what the C library forgets by itself when it runs out -- */

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

/* A thread's own room is the library's; its stack stays mapped for the next one. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *ctx)
{
	static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	int r;

	if (!real)
		real = dlsym(RTLD_NEXT, "pthread_create");
	if (told)
		told->has_threads = true;
	ASIDE(r, real(thread, attr, run, ctx));
	return r;
}

/* The program comes first of all modules. */
static int find_text(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
			text_begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			text_bytes = info->dlpi_phdr[i].p_memsz;
		}
	return 1;
}

void fails_prepare(void)
{
	void *frames[1];
	uint32_t number;

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		abort();
	dl_iterate_phdr(find_text, NULL);
	backtrace(frames, 1); /* loads a library, once */
	starved = pthread_self();
	is_prepared = now.is_aside = true;
	stack_end = blocks_stack_end();
	blocks_lost(UINT32_MAX, &number);
	now.is_aside = false;
}
