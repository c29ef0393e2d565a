/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happens when memory runs out, everywhere: preloaded into a unit test's binary, this runs each of its
 * tests with another allocation failing, a process for each. The test may fail: what it asked for couldn't be
 * done. It must not crash, nor hang, nor lose memory: when it ends, or at the very assertion that fails, with
 * the test's own variables still in place, everything allocated since it began can be reached from a variable.
 *
 * What fails: malloc, calloc, realloc, reallocarray, mmap, mremap, whoever calls them: our code, the test, the
 * libraries. Which of them: in a test with no more than EVERY allocations each, one run after the other; in
 * one with more, each place, see fails.c.
 *
 * STARVE_MS: as long as there is time, and of the places that a test has a share, which STARVE_TURN rotates.
 * STARVE_NEVER="NAME ...": tests not to be run. STARVE_TEST=NAME STARVE_AT=N runs one test alone, in this
 * process, for a debugger. */
#include "tests/starve/starve.h"

#include <execinfo.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/tidy.h"
#include "tests/starve/blocks.h"

enum { EVERY = 100, PATIENCE_SECS = 30, MOST_TOLD = 5, PER_SHARE_NS = 2000000, MOST_SHARES = 30 };

/* -- one run of one test, in a process of its own -- */

static jmp_buf end_of_test;
static bool has_failed;

static void look_for_lost(void)
{
	now.is_aside = true;
	now.is_counting = false;
	told->n_lost = (uint32_t)blocks_lost(1, &told->lost);
	now.is_aside = false;
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
	has_failed = true;
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

static enum ending run_once(const struct group *group, const struct CMUnitTest *test)
{
	void *shared = NULL, *state;

	now.n_made = 0;
	now.is_counting = true;
	if (run_function(group->set_up, NULL, &shared)) {
		state = test->initial_state ? test->initial_state : shared;
		if (run_function(test->setup_func, NULL, &state)) {
			if (run_function(NULL, test->test_func, &state))
				look_for_lost();
			now.is_counting = false;
			run_function(test->teardown_func, NULL, &state);
		}
		told->n_allocations = now.n_made;
	}
	now.is_counting = false;
	run_function(group->tear_down, NULL, &shared);
	return told->n_lost ? ENDED_LOSING : has_failed ? ENDED_FAILED : ENDED_WELL;
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
		signal(signals[i], now.shown_at ? crashed : SIG_DFL);
	if (!freopen("/dev/null", "w", stdout) ||
	    (!now.shown_at && !freopen("/dev/null", "w", stderr)))
		_exit(1);
}

void be_patient(bool is_running)
{
	alarm(is_running ? PATIENCE_SECS : 0);
}

int wait_for(int pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		abort();
	return status;
}

/* The status of the child, as wait(2) has it. */
static int run_child(const struct group *group, const struct CMUnitTest *test)
{
	pid_t pid;

	told->n_lost = told->n_failed = told->n_tried = 0;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		quieten();
		be_patient(true);
		_exit(run_once(group, test));
	}
	if (pid < 0)
		abort();
	return wait_for(pid);
}

/* -- the runs of a test -- */

static unsigned n_told, n_runs;
static uint64_t limit_ns; /* for all tests of the program; 0: none */

static bool is_well(int status)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == ENDED_WELL || WEXITSTATUS(status) == ENDED_FAILED ||
		WEXITSTATUS(status) == ENDED_CUT);
}

bool note_wrong(int status)
{
	struct wrong *wrong = &told->wrong[told->n_wrong];

	if (is_well(status))
		return false;
	if (told->n_wrong++ >= MOST_WRONG)
		return true;
	wrong->status = status;
	wrong->n = told->n_failed;
	memcpy(wrong->failed, told->failed, wrong->n * sizeof(*wrong->failed));
	return true;
}

static const char *what_went_wrong(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status));
	return WEXITSTATUS(status) == ENDED_LOSING ? "loses memory" : "exits";
}

static int run_listed(const struct group *group, const struct CMUnitTest *test,
		      const uint32_t *listed, uint32_t n)
{
	int status;

	now.listed = listed;
	now.n_listed = n;
	status = run_child(group, test);
	now.n_listed = 0;
	return status;
}

/* Says what does it: the last of the allocations that failed, if it does it alone, or all of them. */
static void tell(const struct group *group, const struct CMUnitTest *test,
		 const struct wrong *wrong)
{
	const uint32_t *failed = wrong->failed;
	uint32_t n = wrong->n;
	int status = wrong->status;

	if (n > 1) {
		int alone = run_listed(group, test, failed + n - 1, 1);

		if (!is_well(alone)) {
			failed += n - 1;
			n = 1;
			status = alone;
		}
	}
	printf("# %s: %s when %u allocations fail, the last of them %u\n", test->name,
	       what_went_wrong(status), n, n ? failed[n - 1] : 0);
	if (n_told++ >= MOST_TOLD)
		return;
	status = run_listed(group, test, failed, n);
	now.shown_at = told->n_lost ? told->lost : UINT32_MAX;
	run_listed(group, test, failed, n);
	now.shown_at = 0;
}

static bool is_over_time(void)
{
	return now.until_ns && clock_ns() >= now.until_ns;
}

/* Fails one allocation after the other; returns how many. */
static uint32_t starve_each(const struct group *group, const struct CMUnitTest *test,
			    uint32_t n_all)
{
	uint32_t i, n = 0;

	for (i = 1 + now.turn % now.share; i <= n_all && !is_over_time(); i += now.share, n++)
		note_wrong(run_listed(group, test, &i, 1));
	told->n_cut += i <= n_all;
	n_runs += n;
	return n;
}

/* Fails each place; returns how many. */
static uint32_t starve_places(const struct group *group, const struct CMUnitTest *test)
{
	uint32_t n_failed = 0, n_new;

	now.fails_new = true;
	now.forks = !told->has_threads;
	do {
		note_wrong(run_child(group, test));
		n_new = told->n_tried;
		n_failed += n_new;
		n_runs += now.forks ? n_new : 1;
	} while (n_new && !is_over_time());
	now.fails_new = false;
	return n_failed;
}

/* In a run without failures. */
static unsigned fails_anyway(const struct group *group, const struct CMUnitTest *test, int status)
{
	printf("not ok - %s: %s anyway\n", test->name,
	       is_well(status) ? "fails" : what_went_wrong(status));
	now.shown_at = told->n_lost ? told->lost : UINT32_MAX;
	run_child(group, test);
	now.shown_at = 0;
	return 1;
}

/* 0, or 1 when some run went wrong. With a time limit: what there is time for, and of the places a share,
 * another one on another day; where the time was over before anything failed, half as much again. */
static unsigned run_all(const struct group *group, const struct CMUnitTest *test, bool is_case)
{
	int status = run_child(group, test);
	const uint32_t n_all = told->n_allocations;
	uint32_t n_failed;

	if (!is_well(status) || WEXITSTATUS(status) == ENDED_FAILED)
		return fails_anyway(group, test, status);
	if (!n_all)
		return 0;
	n_runs = told->n_wrong = told->n_cut = 0;
	now.share = now.until_ns ? (uint32_t)MIN_OF(1 + n_all / (limit_ns / PER_SHARE_NS),
						    (uint64_t)MOST_SHARES)
				 : 1;
	if (WEXITSTATUS(status) == ENDED_CUT)
		now.until_ns = clock_ns() + limit_ns / 2;
	n_failed = !is_case && n_all <= EVERY ? starve_each(group, test, n_all)
					      : starve_places(group, test);
	now.until_ns = 0;
	for (uint32_t i = 0; i < told->n_wrong && i < MOST_WRONG; i++)
		tell(group, test, &told->wrong[i]);
	printf("%s - %s: %u of %u allocations failed, %s, in %u runs\n",
	       told->n_wrong ? "not ok" : "ok", test->name, n_failed, n_all,
	       told->n_cut     ? "cut short"
	       : now.share > 1 ? "a share"
			       : "all",
	       n_runs);
	return told->n_wrong > 0;
}

static void run_one(const struct group *group, const struct CMUnitTest *test, uint32_t failing)
{
	now.listed = &failing;
	now.n_listed = 1;
	run_once(group, test);
}

static uint64_t number_of(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 10) : 0;
}

static bool is_left_out(const char *name)
{
	const char *names = getenv("STARVE_NEVER"), *at = names ? strstr(names, name) : NULL;
	size_t len = strlen(name);

	return at && (at == names || at[-1] == ' ') && (at[len] == ' ' || !at[len]);
}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *const tests, const size_t n,
			    CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
	const struct group group = {tests, set_up, tear_down};
	const char *only = getenv("STARVE_TEST");
	unsigned n_wrong = 0, n_left = 0;
	uint64_t ends_ns;

	(void)name;
	setvbuf(stdout, NULL, _IOLBF, 0);
	fails_prepare();
	now.turn = (uint32_t)number_of("STARVE_TURN");
	limit_ns = number_of("STARVE_MS") * 1000000;
	ends_ns = limit_ns ? clock_ns() + limit_ns : 0;
	for (size_t k = 0; k < n; k++) {
		const size_t i = (k + now.turn) % n;
		const bool is_case = i && tests[i].test_func == tests[i - 1].test_func;

		if ((only && strcmp(only, tests[i].name) != 0) || is_left_out(tests[i].name))
			continue;
		now.until_ns = ends_ns;
		if (only && getenv("STARVE_AT"))
			run_one(&group, &tests[i], (uint32_t)number_of("STARVE_AT"));
		else if (is_over_time())
			n_left++;
		else
			n_wrong += run_all(&group, &tests[i], is_case);
	}
	if (n_left)
		printf("# left for other days: %u tests\n", n_left);
	return n_wrong > 0;
}
