/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The allocations of the process, in place of the C library's, and which of them fail.
 *
 * The first run of a test fails none, and chooses. The second one splits in two (fork) at each that was chosen:
 * the child fails there and goes on, the parent waits and goes on as if nothing had been. So a failure costs what
 * lies behind it, and of that no more than AHEAD allocations or AHEAD_NS of processor time: there the child looks
 * for what it has lost, and ends. So it does where it would make, write or remove a file or read from a pipe, with
 * which its parent goes on. A file that it reads it opens anew, for a place of its own there (files.c).
 *
 * Where a test has threads, which a fork leaves behind, it is run anew for each, and to its end.
 *
 * Only the program's own thread is starved: the stacks of others can't be looked at for what they hold; nor are
 * processes that the test makes. */
#include "tests/starve/starve.h"

#include <errno.h>
#include <execinfo.h>
#include <link.h>
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
#include <time.h>
#include <unistd.h>
#include <dlfcn.h>

#include <bpf/btf.h>

#include "tests/starve/blocks.h"

enum { AHEAD = 300, GLANCE_WORDS = 96, AHEAD_NS = 5000000 };

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *at);

struct told *told;
struct starving now;

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

static struct stack *stack_here(void)
{
	uint64_t glance = stack_glance(), hash;
	struct glance *before = &told->glances[glance % GLANCES];
	uint32_t i;

	if (before->hash == glance)
		return &told->stacks[before->stack];
	hash = stack_hash();
	i = hash % (MOST_STACKS * 2);
	while (told->stacks[i].hash && told->stacks[i].hash != hash)
		i = (i + 1) % (MOST_STACKS * 2);
	if (!told->stacks[i].hash && ++told->n_stacks > MOST_STACKS)
		abort();
	told->stacks[i].hash = hash;
	*before = (struct glance){glance, i};
	return &told->stacks[i];
}

/* The 1st, 2nd, 4th, 8th, ... of its stack. */
static bool is_worth_failing(void)
{
	uint32_t n = ++stack_here()->n_met;

	return (n & (n - 1)) == 0;
}

static void choose(void)
{
	if (told->n_chosen >= MOST_CHOSEN)
		abort();
	told->chosen[told->n_chosen++] = now.n_made;
}

static uint64_t used_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

/* true in the child. */
static bool splits(void)
{
	int pid = fork();

	if (pid < 0)
		abort();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* whoever ends the first ends them all */
		now.is_counting = true;
		now.at = now.n_made;
		now.ends_at = now.n_made + AHEAD;
		now.does = GOES_ON;
		be_patient(true);
		return true;
	}
	be_patient(false);
	note_wrong(wait_for(pid), now.n_made);
	be_patient(true);
	return false;
}

void end_split(void)
{
	look_for_lost();
	_exit(told->n_lost ? ENDED_LOSING : ENDED_WELL);
}

static bool fails_here(void)
{
	switch (now.does) {
	case CHOOSES:
		if (is_worth_failing())
			choose();
		return false;
	case SPLITS:
		if (told->n_failed >= told->n_chosen || told->chosen[told->n_failed] != now.n_made)
			return false;
		told->n_failed++;
		return splits();
	case FAILS:
		return now.n_made == now.at;
	case GOES_ON:
		if (now.n_made >= now.ends_at || used_ns() > AHEAD_NS)
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

static bool must_fail(void)
{
	bool fails;

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

/* -- what libraries forget, or fall over, by themselves when they run out -- */

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

/* Under a name of its own here: the header declares the last but one as an array of n. */
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

/* libbpf's frees by a table that it has none of yet. */
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
	dl_iterate_phdr(find_text, NULL);
	backtrace(frames, 1); /* loads a library, once */
	starved = pthread_self();
	pthread_atfork(NULL, NULL, stop_counting);
	is_prepared = now.is_aside = true;
	stack_end = blocks_stack_end();
	blocks_lost(UINT32_MAX, &number);
	now.is_aside = false;
}
