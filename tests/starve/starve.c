/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happens when memory runs out, everywhere: preloaded into a unit test's binary, this runs each of its
 * tests again and again, a child process each time, with another allocation failing. The test may fail: what
 * it asked for couldn't be done. It must not crash, nor hang, nor lose memory: when it ends, or at the very
 * assertion that fails, with the test's own variables still in place, everything allocated since it began
 * can be reached from a variable.
 *
 * What fails: malloc, calloc, realloc, reallocarray, mmap, mremap, whoever calls them: our code, the test,
 * the libraries. Which of them: in a test with no more than EVERY allocations each, one run after the other.
 * In one with more, each place: what a loop allocates in the same place the second time takes the same way
 * out. A place is a distinct stack of callers, but for how often one calls itself, and no further than DEPTH
 * frames. A run fails the first allocation in a place that no run failed before; a test that gets over that
 * goes on, and after APART more allocations the next new place fails; until a run meets none.
 *
 * STARVE_TEST=NAME STARVE_AT=N runs one test alone, in this process, for a debugger. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/starve/blocks.h"

enum {
	EVERY = 100,
	APART = 20,
	DEPTH = 12,
	MOST_PLACES = 1 << 14,
	GLANCE_WORDS = 96,
	GLANCES = 1 << 14,
	PATIENCE_SECS = 30,
	MOST_TOLD = 5,
};

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);
void __libc_free(void *at);

/* What a child tells its parent. */
static struct told {
	uint32_t n_allocations, n_failed;
	uint32_t n_lost, lost; /* the number of one of those allocations */
	bool is_over, has_failed;
	uint32_t failed[MOST_PLACES];		    /* allocations */
	uint64_t n_places, places[MOST_PLACES * 2]; /* of all runs; a hash table */
	uint64_t glances[GLANCES];		    /* of all runs, too: a cache */
} * told;

static uintptr_t text_begin, text_bytes; /* of the program's own code */
static const uintptr_t *stack_end;
static bool is_aside;			    /* inside of this file: nothing counts */
static bool is_counting;		    /* a test is running */
static bool fails_new;			    /* in every new place */
static uint32_t n_made, fails_at, shown_at; /* numbers of allocations; 0: none */

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
	if (told->places[i])
		return false;
	if (++told->n_places > MOST_PLACES)
		abort();
	told->places[i] = hash;
	return true;
}

static bool is_its_turn(void)
{
	if (!fails_new)
		return n_made == fails_at;
	if (told->n_failed && n_made - told->failed[told->n_failed - 1] < APART)
		return false;
	return is_new_place();
}

static void show_stack(const char *what)
{
	void *frames[DEPTH];

	fprintf(stderr, "# allocation %u %s:\n", n_made, what);
	backtrace_symbols_fd(frames, backtrace(frames, DEPTH), STDERR_FILENO);
}

static bool must_fail(void)
{
	bool fails;

	if (is_aside || !is_counting)
		return false;
	is_aside = true;
	n_made++;
	fails = is_its_turn();
	if (n_made == shown_at)
		show_stack("is lost");
	if (fails && shown_at)
		show_stack("fails");
	if (fails)
		told->failed[told->n_failed++] = n_made;
	is_aside = false;
	if (fails)
		errno = ENOMEM;
	return fails;
}

static void *took(void *at, size_t size, bool is_mapped)
{
	if (at && !is_aside)
		blocks_add(at, size, is_counting ? n_made : 0, is_mapped);
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
		bool was_aside = is_aside;                                                         \
                                                                                                   \
		is_aside = true;                                                                   \
		result = call;                                                                     \
		is_aside = was_aside;                                                              \
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

/* -- one run of one test, in a process of its own -- */

static jmp_buf end_of_test;

static void look_for_lost(void)
{
	is_aside = true;
	is_counting = false;
	told->n_lost = (uint32_t)blocks_lost(1, &told->lost);
	is_aside = false;
}

/* In place of cmocka's: the variables of the test that ends here still hold what they hold. */
__attribute__((noreturn)) static void end_test(void)
{
	look_for_lost();
	longjmp(end_of_test, 1);
}

void _fail(const char *file, int line)
{
	(void)file;
	(void)line;
	told->has_failed = true;
	end_test();
}

void _skip(const char *file, int line)
{
	(void)file;
	(void)line;
	end_test();
}

/* cmocka's would crash on what was not to be had. */
void _assert_string_equal(const char *const a, const char *const b, const char *const file,
			  const int line)
{
	if (!a || !b || strcmp(a, b) != 0)
		_fail(file, line);
}

void _assert_memory_equal(const void *const a, const void *const b, const size_t size,
			  const char *const file, const int line)
{
	if (size && (!a || !b || memcmp(a, b, size) != 0))
		_fail(file, line);
}

/* true: the function came to its end. */
static bool run_function(int (*set_up)(void **), void (*test)(void **), void **state)
{
	if (setjmp(end_of_test) != 0)
		return false;
	if (test)
		test(state);
	else if (set_up && set_up(state) != 0)
		return false;
	return true;
}

struct group {
	const struct CMUnitTest *tests;
	CMFixtureFunction set_up, tear_down;
};

static void run_once(const struct group *group, const struct CMUnitTest *test)
{
	void *shared = NULL, *state;

	n_made = 0;
	is_counting = true;
	if (run_function(group->set_up, NULL, &shared)) {
		state = test->initial_state ? test->initial_state : shared;
		if (run_function(test->setup_func, NULL, &state)) {
			if (run_function(NULL, test->test_func, &state))
				look_for_lost();
			is_counting = false;
			run_function(test->teardown_func, NULL, &state);
		}
		told->n_allocations = n_made;
	}
	is_counting = false;
	run_function(group->tear_down, NULL, &shared);
	told->is_over = true;
}

static void crashed(int number)
{
	void *frames[DEPTH];

	fprintf(stderr, "# %s at:\n", strsignal(number));
	backtrace_symbols_fd(frames, backtrace(frames, DEPTH), STDERR_FILENO);
	_exit(1);
}

static void quieten(void)
{
	static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], shown_at ? crashed : SIG_DFL);
	if (!freopen("/dev/null", "w", stdout) || (!shown_at && !freopen("/dev/null", "w", stderr)))
		_exit(1);
	alarm(PATIENCE_SECS);
}

/* The status of the child, as wait(2) has it. */
static int run_child(const struct group *group, const struct CMUnitTest *test)
{
	int status = -1;
	pid_t pid;

	told->n_lost = told->n_failed = 0;
	told->is_over = told->has_failed = false;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		quieten();
		run_once(group, test);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	return status;
}

/* -- the runs of a test -- */

static unsigned n_told, n_runs;

static bool is_well(int status)
{
	return WIFEXITED(status) && told->is_over && told->n_lost == 0;
}

static const char *what_went_wrong(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status));
	return told->is_over ? "loses memory" : "exits";
}

static int run_alone(const struct group *group, const struct CMUnitTest *test, uint32_t n)
{
	bool was_new = fails_new;
	int status;

	fails_new = false;
	fails_at = n;
	status = run_child(group, test);
	fails_at = 0;
	fails_new = was_new;
	return status;
}

/* Says which allocation does it: of those that failed in the run the first that does it alone. */
static void tell(const struct group *group, const struct CMUnitTest *test, int status)
{
	static uint32_t failed[MOST_PLACES];
	const uint32_t n = told->n_failed;
	const char *what = what_went_wrong(status);
	uint32_t i;

	memcpy(failed, told->failed, n * sizeof(*failed));
	for (i = 0; i < n && is_well(status = run_alone(group, test, failed[i]));)
		i++;
	if (i == n) {
		printf("# %s: %s when %u allocations fail, the last of them %u, and none alone\n",
		       test->name, what, n, n ? failed[n - 1] : 0);
		return;
	}
	printf("# %s: %s when allocation %u fails\n", test->name, what_went_wrong(status),
	       failed[i]);
	if (n_told++ >= MOST_TOLD)
		return;
	shown_at = told->n_lost ? told->lost : UINT32_MAX;
	run_alone(group, test, failed[i]);
	shown_at = 0;
}

/* Fails each allocation, or each place. *n_failed_ret: how many failed; returns the runs that went wrong. */
static unsigned starve(const struct group *group, const struct CMUnitTest *test, bool is_each,
		       uint32_t n_all, uint32_t *n_failed_ret)
{
	unsigned n_wrong = 0;
	uint32_t n_failed;

	*n_failed_ret = 0;
	fails_new = !is_each;
	do {
		int status = is_each ? run_alone(group, test, *n_failed_ret + 1)
				     : run_child(group, test);

		n_failed = told->n_failed;
		*n_failed_ret += n_failed;
		n_runs++;
		if (is_well(status))
			continue;
		n_wrong++;
		tell(group, test, status);
	} while (n_failed && (!is_each || *n_failed_ret < n_all));
	fails_new = false;
	return n_wrong;
}

/* 0, or 1 when some run went wrong. */
static unsigned run_all(const struct group *group, const struct CMUnitTest *test, bool is_case)
{
	int status = run_child(group, test);
	const uint32_t n_all = told->n_allocations;
	uint32_t n_failed;
	unsigned n_wrong;

	if (!is_well(status) || told->has_failed) {
		printf("not ok - %s: %s anyway\n", test->name,
		       is_well(status) ? "fails" : what_went_wrong(status));
		shown_at = told->n_lost ? told->lost : UINT32_MAX;
		run_child(group, test);
		shown_at = 0;
		return 1;
	}
	if (!n_all)
		return 0;
	n_runs = 0;
	n_wrong = starve(group, test, !is_case && n_all <= EVERY, n_all, &n_failed);
	printf("%s - %s: %u of %u allocations failed, in %u runs\n", n_wrong ? "not ok" : "ok",
	       test->name, n_failed, n_all, n_runs);
	return n_wrong > 0;
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

static void prepare(void)
{
	void *frames[1];
	uint32_t number;

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		abort();
	dl_iterate_phdr(find_text, NULL);
	backtrace(frames, 1); /* loads a library, once */
	is_aside = true;
	stack_end = blocks_stack_end();
	blocks_lost(UINT32_MAX, &number);
	is_aside = false;
}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *const tests, const size_t n,
			    CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
	const struct group group = {tests, set_up, tear_down};
	const char *only = getenv("STARVE_TEST"), *at = getenv("STARVE_AT");
	unsigned n_wrong = 0;

	(void)name;
	setvbuf(stdout, NULL, _IOLBF, 0);
	prepare();
	for (size_t i = 0; i < n; i++) {
		if (only && strcmp(only, tests[i].name) != 0)
			continue;
		if (only && at) {
			fails_at = (uint32_t)strtoul(at, NULL, 10);
			run_once(&group, &tests[i]);
		} else {
			n_wrong += run_all(&group, &tests[i],
					   i && tests[i].test_func == tests[i - 1].test_func);
		}
	}
	return n_wrong > 0;
}
