/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happens when memory runs out, everywhere: preloaded into a unit test's binary, this runs its tests one
 * after the other as ever, and before each, in processes of their own, that test with one allocation failing, for
 * every one of them. The test may fail: what it asked for couldn't be done. It must not crash, nor hang, nor lose
 * memory: when it ends, or at the very assertion that fails, with the test's own variables still in place,
 * everything allocated since it began can be reached from a variable. What sets a group of tests up is a test, too.
 *
 * What fails: malloc and its kin, those of aligned blocks, too, mmap, mremap, whoever calls them: our code, the
 * test, the libraries. How: fails.c. Whoever is run with a failure goes on to its test's end; only where that would
 * take more than TO_END_SECS (of a share: SHARE_SECS) for all of them it ends AHEAD_NS of processor time behind its failure, which is said.
 *
 * STARVE_PART=K/N: of every N tests the K-th, from 0. STARVE_TESTS=N: one in N. STARVE_MOST=N: of each no more than
 * N. STARVE_SEED draws which. STARVE_TEST=NAME: that one; with STARVE_AT=N in this process, for a debugger. */
#include "tests/starve/starve.h"

#include <errno.h>
#include <execinfo.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/starve/blocks.h"

enum {
	PATIENCE_SECS = 200,
	MOST_TOLD = 5,
	TO_END_SECS = 200,
	SHARE_SECS = 1, /* where it is but a share */
	AHEAD_NS = 20000000,
	SPLIT_NS = 400000, /* what a process costs that was split off */
	MOST_TESTS = 4096
};

#define STARVED "STARVED" /* in the environment: tests/unit/starved.h */
#define SET_UP	SIZE_MAX  /* the number of what sets a group up, among those of its tests */

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
	if (now.is_counting)
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

static void *shared_state; /* what sets the group up fills it */

struct group {
	const struct CMUnitTest *tests;
	CMFixtureFunction set_up;
};

/* The test, or without one what sets the group up. */
static bool run_here(const struct group *group, const struct CMUnitTest *test)
{
	void *state = shared_state;
	bool ends;

	if (test && test->initial_state)
		state = test->initial_state;
	if (test && !run_function(test->setup_func, NULL, &state))
		return false;
	ends = test ? run_function(NULL, test->test_func, &state)
		    : run_function(group->set_up, NULL, &shared_state);
	if (ends && now.is_counting)
		look_for_lost();
	now.is_counting = false;
	if (test)
		run_function(test->teardown_func, NULL, &state);
	return ends;
}

/* In a process of its own. */
static enum ending run_once(const struct group *group, const struct CMUnitTest *test)
{
	uint64_t began_ns = used_ns();

	told->n_lost = told->n_elsewhere = 0;
	has_failed = false;
	now.n_made = 0;
	now.is_counting = true;
	run_here(group, test);
	now.is_counting = false;
	told->n_allocations = now.n_made;
	told->used_ns = used_ns() - began_ns;
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

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
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
		if (told->changes_files || now.does == COUNTS)
			told->has_folder = folder_part();
		quieten();
		be_patient(true);
		_exit(run_once(group, test));
	}
	if (pid < 0)
		abort();
	return wait_for(pid);
}

/* -- the runs of a test -- */

static FILE *report;
static unsigned n_told, n_bad;
static unsigned long part, n_parts, one_in, most, seed;
static struct {
	unsigned tests, each,
		ended; /* in how many of them each one failed, and went on to the end */
	unsigned long made, failed, elsewhere; /* the last of them in other threads */
} sums;

static bool is_well(int status)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == ENDED_WELL || WEXITSTATUS(status) == ENDED_FAILED);
}

void note_wrong(int status, uint32_t at)
{
	if (!is_well(status) && told->n_wrong++ < MOST_WRONG)
		told->wrong[told->n_wrong - 1] = (struct wrong){status, at, now.does};
}

static const char *what_went_wrong(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status));
	return WEXITSTATUS(status) == ENDED_LOSING   ? "loses memory"
	       : WEXITSTATUS(status) == ENDED_FAILED ? "fails"
						     : "exits";
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
	now.does = wrong->does;
	now.at = now.first = wrong->at;
	now.stride = UINT32_MAX;
	run_child(group, test);
}

static void tell(const struct group *group, const struct CMUnitTest *test, const char *name,
		 const struct wrong *wrong)
{
	fprintf(report, "# %s: %s when allocation %u%s fails\n", name,
		what_went_wrong(wrong->status), wrong->at,
		wrong->does == FAILS_ELSEWHERE ? " of other threads" : "");
	if (n_told++ >= MOST_TOLD)
		return;
	run_again(group, test, wrong);
	now.shown_at = told->n_lost ? told->lost : UINT32_MAX;
	run_again(group, test, wrong);
	now.shown_at = 0;
}

/* Wrong or not. */
static uint64_t draw_lot(const char *name)
{
	uint64_t hash = seed * 0x9e3779b97f4a7c15u + 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3;
	return hash ^ hash >> 29;
}

/* How many of the allocations are to fail, no more than `most`, spread over all of them. */
static uint32_t choose(uint32_t n_all, const char *name)
{
	now.stride = (uint32_t)((n_all + most - 1) / most);
	now.stride = now.stride ? now.stride : 1;
	now.first = 1 + (uint32_t)(draw_lot(name) / one_in % now.stride);
	return n_all < now.first ? 0 : 1 + (n_all - now.first) / now.stride;
}

/* Whoever waits for what a thread makes waits for long: of a share few of them. */
static void starve_elsewhere(const struct group *group, const struct CMUnitTest *test,
			     uint32_t n_elsewhere)
{
	uint32_t stride = most == UINT32_MAX ? 1 : 10;

	now.does = FAILS_ELSEWHERE;
	for (now.at = 1 + (uint32_t)(draw_lot("") % stride); now.at <= n_elsewhere;
	     now.at += stride)
		note_wrong(run_child(group, test), now.at);
}

/* What can be split off, and then one by one what can't, and what the run that splits didn't come to. */
static void starve_chosen(const struct group *group, const struct CMUnitTest *test, uint32_t n_all)
{
	uint32_t at = now.first, n_elsewhere = told->n_elsewhere;

	if (!told->is_shared) {
		now.does = SPLITS;
		run_child(group, test);
		for (uint32_t i = 0; i < told->n_again; i++)
			note_wrong(run_failing(group, test, told->again[i]), told->again[i]);
		while (at <= told->split_to)
			at += now.stride;
	}
	for (; at <= n_all; at += now.stride)
		note_wrong(run_failing(group, test, at), at);
	starve_elsewhere(group, test, n_elsewhere);
}

/* In a run without failures. */
static void fails_anyway(const struct group *group, const struct CMUnitTest *test, const char *name,
			 int status)
{
	fprintf(report, "not ok - %s: %s anyway\n", name, what_went_wrong(status));
	now.shown_at = told->n_lost ? told->lost : UINT32_MAX;
	run_child(group, test);
	now.shown_at = 0;
	n_bad++;
}

static const struct CMUnitTest *test_at(const struct group *group, size_t i)
{
	return i == SET_UP ? NULL : &group->tests[i];
}

static const char *name_of(const struct group *group, size_t i)
{
	return i == SET_UP ? "set-up" : group->tests[i].name;
}

/* In this process, and nothing fails. */
static void run_plainly(const struct group *group, size_t i)
{
	bool ends;

	has_failed = false;
	ends = run_here(group, test_at(group, i));
	if (has_failed || (i == SET_UP && !ends)) {
		fprintf(report, "not ok - %s: fails by itself\n", name_of(group, i));
		n_bad++;
	}
}

/* How far those that fail go on, so that all of them come to an end. */
static void limit(uint32_t n_chosen)
{
	uint64_t all_ns = n_chosen * (told->used_ns / 2 + SPLIT_NS);
	uint64_t most_secs = most == UINT32_MAX ? TO_END_SECS : SHARE_SECS;

	now.ahead_ns = all_ns > most_secs * 1000000000 ? AHEAD_NS : 0;
}

static void say_result(const char *name, uint32_t n_chosen, uint32_t n_all, uint64_t run_ns)
{
	bool is_each = told->n_failed >= n_all, is_ended = !now.ahead_ns || told->is_shared;

	fprintf(report, "%s - %s: %u failed of %u allocations, %s%s, of a run of %.1f ms\n",
		told->n_wrong ? "not ok" : "ok", name, told->n_failed, n_all,
		is_each			     ? "each"
		: told->n_failed == n_chosen ? "some"
					     : "fewer than came",
		is_ended ? ", to the end" : ", a bit further", (double)run_ns / 1e6);
	sums.tests++;
	sums.each += is_each;
	sums.ended += is_each && is_ended;
	sums.made += n_all;
	sums.failed += told->n_failed;
	sums.elsewhere += told->n_failed_elsewhere;
	n_bad += told->n_wrong > 0;
}

/* All before it, whole, in this process: some look at what those have met. */
static void run_before(const struct group *group, size_t i)
{
	unsetenv(STARVED);
	for (size_t before = 0; i != SET_UP && before < i; before++)
		run_plainly(group, before);
	setenv(STARVED, "1", 1);
}

/* A run without failures; false: it fails anyway. */
static bool count(const struct group *group, const struct CMUnitTest *test, const char *name,
		  size_t i)
{
	int status;

	for (int tries = 0; tries < 2; tries++) {
		told->is_shared = told->changes_files = false;
		now.does = COUNTS;
		status = run_child(group, test);
		if (is_well(status) && WEXITSTATUS(status) != ENDED_FAILED)
			return true;
		run_before(group, i);
	}
	fails_anyway(group, test, name, status);
	return false;
}

/* false: not at all, since it fails anyway. */
static bool starve(const struct group *group, size_t i)
{
	const struct CMUnitTest *test = test_at(group, i);
	const char *name = name_of(group, i);
	uint64_t run_ns;
	uint32_t n_all, n_chosen, n_wrong;

	told->n_failed = told->n_failed_elsewhere = told->n_wrong = 0;
	told->n_again = told->split_to = 0;
	if (!count(group, test, name, i))
		return false;
	if (told->changes_files && !told->has_folder) {
		fprintf(report,
			"ok - %s # SKIP changes files, and has no mount namespace for them\n",
			name);
		return true;
	}
	run_ns = told->used_ns;
	n_all = told->n_allocations;
	n_chosen = choose(n_all, name);
	limit(n_chosen);
	starve_chosen(group, test, n_all);
	say_result(name, n_chosen, n_all, run_ns);
	n_wrong = told->n_wrong;
	for (uint32_t w = 0; w < n_wrong && w < MOST_WRONG; w++)
		tell(group, test, name, &told->wrong[w]);
	return true;
}

static unsigned long number_of(const char *variable, unsigned long unset)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 10) : unset;
}

static bool is_wanted(const char *name, size_t i)
{
	const char *only = getenv("STARVE_TEST");

	if (only)
		return strcmp(only, name) == 0;
	return (i == SET_UP ? 0 : i % n_parts) == part && draw_lot(name) % one_in == 0;
}

/* First with each allocation failing, and then in this process, as ever: so the next one finds what it would
 * find without us, caches that are full, say, which cost no memory any more. */
static void starve_and_run(const struct group *group, size_t i)
{
	if (!is_wanted(name_of(group, i), i))
		return;
	if (getenv("STARVE_AT")) {
		now.does = FAILS;
		now.at = (uint32_t)number_of("STARVE_AT", 1);
		now.shown_at = UINT32_MAX;
		exit(run_once(group, test_at(group, i)));
	}
	if (starve(group, i))
		run_plainly(group, i);
}

/* Before the program's own preparations. */
__attribute__((constructor)) static void say_starved(void)
{
	setenv(STARVED, "1", 1);
}

static void set_up(void)
{
	const char *parts = getenv("STARVE_PART");

	fails_prepare();
	report = fdopen(dup(STDOUT_FILENO), "w");
	if (!report || !freopen("/dev/null", "w", stdout))
		abort();
	setvbuf(report, NULL, _IOLBF, 0);
	n_parts = 1;
	if (parts && sscanf(parts, "%lu/%lu", &part, &n_parts) != 2)
		abort();
	seed = number_of("STARVE_SEED", 0);
	one_in = number_of("STARVE_TESTS", 1);
	most = number_of("STARVE_MOST", UINT32_MAX);
}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *const tests, const size_t n,
			    CMFixtureFunction set_up_group, CMFixtureFunction tear_down)
{
	const struct group group = {tests, set_up_group};

	(void)name;
	set_up();
	if (set_up_group) {
		starve_and_run(&group, SET_UP);
		if (!is_wanted(name_of(&group, SET_UP), SET_UP))
			run_plainly(&group, SET_UP);
	}
	for (size_t i = 0; i < n; i++)
		starve_and_run(&group, i);
	run_function(tear_down, NULL, &shared_state);
	fprintf(report,
		"# in all: %u tests, %lu failed of %lu allocations, each one in %u tests, to the "
		"end in %u, and %lu of other threads\n",
		sums.tests, sums.failed, sums.made, sums.each, sums.ended, sums.elsewhere);
	return n_bad > 0;
}
