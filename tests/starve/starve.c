/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happens when memory runs out, everywhere: preloaded into a unit test's binary, this runs each of its
 * tests with another allocation failing, a process for each. The test may fail: what it asked for couldn't be
 * done. It must not crash, nor hang, nor lose memory: when it ends, or at the very assertion that fails, with
 * the test's own variables still in place, everything allocated since it began can be reached from a variable.
 *
 * What fails: malloc and its kin, those of aligned blocks, too, mmap, mremap, whoever calls them: our code, the test, the
 * libraries. Which of them: in a test with no more than EVERY allocations each one; in one with more, of each
 * stack of callers (DEPTH frames) the 1st, 2nd, 4th, 8th, ... time that a test of the program comes there. Cases
 * of one function, golden screens and keys say, have each one failing up to EVERY_OF_CASE. How far a process goes
 * on after its failure: fails.c.
 *
 * STARVE_TESTS=N: one in N tests. STARVE_MOST=N: of each no more than N. STARVE_TURN rotates which.
 * STARVE_NEVER="NAME ...": tests not to be run. STARVE_TEST=NAME STARVE_AT=N runs one test alone, in this process,
 * for a debugger. */
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

enum { EVERY = 5000, EVERY_OF_CASE = 100, ANEW = 100, PATIENCE_SECS = 200, MOST_TOLD = 5 };

/* -- one run of one test, in a process of its own -- */

static jmp_buf end_of_test;
static bool has_failed;

void look_for_lost(void)
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

	told->n_lost = 0;
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

static unsigned n_told;
static unsigned long one_in, most, turn;
static struct {
	unsigned tests, each; /* in how many of them each one failed */
	unsigned long made, failed;
} sums;

static bool is_well(int status)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == ENDED_WELL || WEXITSTATUS(status) == ENDED_FAILED);
}

void note_wrong(int status, uint32_t at)
{
	if (!is_well(status) && told->n_wrong++ < MOST_WRONG)
		told->wrong[told->n_wrong - 1] = (struct wrong){status, at, now.does == SPLITS};
}

static const char *what_went_wrong(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status));
	return WEXITSTATUS(status) == ENDED_LOSING ? "loses memory" : "exits";
}

static int run_failing(const struct group *group, const struct CMUnitTest *test, uint32_t at)
{
	now.does = FAILS;
	now.at = at;
	return run_child(group, test);
}

/* In the way in which it was found. */
static void run_again(const struct group *group, const struct CMUnitTest *test,
		      const struct wrong *wrong)
{
	const uint32_t chosen = told->chosen[0], n_chosen = told->n_chosen;

	if (!wrong->is_split) {
		run_failing(group, test, wrong->at);
		return;
	}
	told->chosen[0] = wrong->at;
	told->n_chosen = 1;
	told->n_failed = 0;
	now.does = SPLITS;
	run_child(group, test);
	told->chosen[0] = chosen;
	told->n_chosen = n_chosen;
}

static void tell(const struct group *group, const struct CMUnitTest *test,
		 const struct wrong *wrong)
{
	printf("# %s: %s when allocation %u fails\n", test->name, what_went_wrong(wrong->status),
	       wrong->at);
	if (n_told++ >= MOST_TOLD)
		return;
	run_again(group, test, wrong);
	now.shown_at = told->n_lost ? told->lost : UINT32_MAX;
	run_again(group, test, wrong);
	now.shown_at = 0;
}

static void choose_all(uint32_t n_all)
{
	for (uint32_t i = 0; i < n_all; i++)
		told->chosen[i] = i + 1;
	told->n_chosen = n_all;
}

/* Of what was chosen no more than `most`, spread over all of it. */
static void keep_most(void)
{
	const uint32_t stride = (uint32_t)((told->n_chosen + most - 1) / most);
	uint32_t n = 0;

	if (stride <= 1)
		return;
	for (uint32_t i = (uint32_t)(turn % stride); i < told->n_chosen; i += stride)
		told->chosen[n++] = told->chosen[i];
	told->n_chosen = n;
}

/* Few get runs of their own, and so does what the run that splits didn't come to: it may end because of what
 * its children did to files. */
static void starve_chosen(const struct group *group, const struct CMUnitTest *test)
{
	told->n_failed = told->n_wrong = 0;
	now.does = SPLITS;
	if (!told->has_threads && told->n_chosen > ANEW)
		run_child(group, test);
	for (; told->n_failed < told->n_chosen; told->n_failed++) {
		const uint32_t at = told->chosen[told->n_failed];

		note_wrong(run_failing(group, test, at), at);
	}
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

/* 0, or 1 when some run went wrong. */
static unsigned run_all(const struct group *group, const struct CMUnitTest *test, bool is_case)
{
	bool is_every;
	uint32_t n_all, n_wrong;
	int status;

	told->n_chosen = 0;
	now.does = CHOOSES;
	status = run_child(group, test);
	n_all = told->n_allocations;
	if (!is_well(status) || WEXITSTATUS(status) == ENDED_FAILED)
		return fails_anyway(group, test, status);
	is_every = n_all <= (is_case ? EVERY_OF_CASE : EVERY);
	if (is_every)
		choose_all(n_all);
	keep_most();
	starve_chosen(group, test);
	n_wrong = told->n_wrong;
	for (uint32_t i = 0; i < n_wrong && i < MOST_WRONG; i++)
		tell(group, test, &told->wrong[i]);
	printf("%s - %s: %u failed of %u allocations, %s\n", n_wrong ? "not ok" : "ok", test->name,
	       told->n_chosen, n_all,
	       told->n_chosen == n_all ? "each"
	       : is_every	       ? "some"
				       : "of each stack the 1st, 2nd, 4th, ...");
	sums.tests++;
	sums.each += told->n_chosen == n_all;
	sums.made += n_all;
	sums.failed += told->n_chosen;
	return n_wrong > 0;
}

static void run_one(const struct group *group, const struct CMUnitTest *test, uint32_t failing)
{
	now.does = FAILS;
	now.at = failing;
	run_once(group, test);
}

static unsigned long number_of(const char *variable, unsigned long unset)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 10) : unset;
}

static bool is_left_out(const char *name)
{
	const char *names = getenv("STARVE_NEVER"), *at = names;
	size_t len = strlen(name);

	for (; at && (at = strstr(at, name)); at += len)
		if ((at == names || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *const tests, const size_t n,
			    CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
	const struct group group = {tests, set_up, tear_down};
	const char *only = getenv("STARVE_TEST");
	unsigned n_wrong = 0;
	size_t first;

	(void)name;
	setvbuf(stdout, NULL, _IOLBF, 0);
	fails_prepare();
	turn = number_of("STARVE_TURN", 0);
	one_in = number_of("STARVE_TESTS", 1);
	most = number_of("STARVE_MOST", MOST_CHOSEN);
	first = strlen(tests[0].name); /* programs of one test take turns, too */
	for (size_t i = 0; i < n; i++) {
		const bool is_case = (i && tests[i].test_func == tests[i - 1].test_func) ||
				     (i + 1 < n && tests[i].test_func == tests[i + 1].test_func);

		if ((only && strcmp(only, tests[i].name) != 0) || is_left_out(tests[i].name) ||
		    (first + i) % one_in != turn % one_in)
			continue;
		if (only && getenv("STARVE_AT"))
			run_one(&group, &tests[i], (uint32_t)number_of("STARVE_AT", 1));
		else
			n_wrong += run_all(&group, &tests[i], is_case);
	}
	printf("# in all: %u tests, %lu failed of %lu allocations, each one in %u tests\n",
	       sums.tests, sums.failed, sums.made, sums.each);
	return n_wrong > 0;
}
