/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tests what the program does when memory runs out.
 *
 * This is preloaded into the binary of a unit test, where it takes the place of cmocka's runner. Before each test
 * is run as usual, it is run many times in child processes, and in each of these runs one allocation fails: the
 * first, then the second, up to the last one that the test makes. A function that sets a group of tests up counts
 * as a test.
 *
 * A test whose allocation fails may fail itself, since what it asked for could not be done. It must not crash,
 * hang or lose memory. Memory is lost when a block that was allocated since the test began can't be reached from
 * any variable. This is looked for at the end of the test or, where an assertion fails, right there: the test's own
 * variables are still in place then.
 *
 * What is made to fail: malloc and its kin (aligned blocks too), mmap and mremap, whether our code calls them, the
 * test, or a library. How this is done, and how most runs share their beginning, says fails.c.
 *
 * After its failure a run goes on to the end of the test. Where that would take more than TO_END_SECS for all runs
 * of one test (SHARE_SECS when only some allocations are to fail), each of them ends AHEAD_NS of processor time
 * after its failure instead, and the test's line says "a bit further" in place of "to the end".
 *
 * Variables of the environment:
 *   STARVE_PART=K/N   of every N tests only the K-th, counted from 0
 *   STARVE_TESTS=N    about one test in N
 *   STARVE_MOST=N     at most N allocations of each test
 *   STARVE_SEED=N     which tests and allocations these are
 *   STARVE_TEST=NAME  this test alone
 *   STARVE_AT=N       with STARVE_TEST: allocation N fails in this very process, for a debugger */
#include "tests/starve/starve.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MOST_TOLD = 5,
	TO_END_SECS = 200,
	SHARE_SECS = 1, /* the same where only some allocations fail */
	AHEAD_NS = 20000000,
	SPLIT_NS = 400000, /* about what a fork costs */
};

#define STARVED "STARVED" /* in the environment: tests/unit/starved.h */
#define SET_UP	SIZE_MAX  /* the number of what sets a group up, among those of its tests */

static FILE *report;
static unsigned n_told, n_bad;
static unsigned long part, n_parts, one_in, most, seed;
static struct {
	unsigned tests;
	unsigned each;	/* tests of which every allocation failed once, */
	unsigned ended; /* and of these, those that went on to their end each time */
	unsigned long made, failed, elsewhere; /* allocations; elsewhere: failed in other threads */
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

/* Runs the test with the failure that was found wrong, made to fail in the same way. */
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

/* A number that depends on the name and STARVE_SEED alone. */
static uint64_t draw_lot(const char *name)
{
	uint64_t hash = seed * 0x9e3779b97f4a7c15u + 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3;
	return hash ^ hash >> 29;
}

/* Chooses which of n_all allocations are to fail: every now.stride-th from now.first on, so that they are spread
 * over all of them and are at most `most`. returns how many. */
static uint32_t choose(uint32_t n_all, const char *name)
{
	now.stride = (uint32_t)((n_all + most - 1) / most);
	now.stride = now.stride ? now.stride : 1;
	now.first = 1 + (uint32_t)(draw_lot(name) / one_in % now.stride);
	return n_all < now.first ? 0 : 1 + (n_all - now.first) / now.stride;
}

/* The same for allocations of other threads, each in a run of its own. A test that waits for a thread that ran out
 * of memory waits long, so only each tenth is tried where only some allocations are to fail. */
static void starve_elsewhere(const struct group *group, const struct CMUnitTest *test,
			     uint32_t n_elsewhere)
{
	uint32_t stride = most == UINT32_MAX ? 1 : 10;

	now.does = FAILS_ELSEWHERE;
	for (now.at = 1 + (uint32_t)(draw_lot("") % stride); now.at <= n_elsewhere;
	     now.at += stride)
		note_wrong(run_child(group, test), now.at);
}

/* Makes the chosen allocations fail. One run forks at each of them; those whose child met something that processes
 * share (told->again), and those that this run did not come to, are then tried in a run of their own. */
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

/* Reports a test that is wrong although nothing was made to fail. */
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

/* Runs the test in this process, with nothing made to fail. */
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

/* Decides how far each run goes on after its failure: see the head of this file. */
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

/* Runs all tests before the i-th in this process: some rely on what an earlier one left behind. */
static void run_before(const struct group *group, size_t i)
{
	unsetenv(STARVED);
	for (size_t before = 0; i != SET_UP && before < i; before++)
		run_plainly(group, before);
	setenv(STARVED, "1", 1);
}

/* Runs the test with nothing made to fail, to count its allocations. Where it fails, it is tried once more after
 * the tests before it. false: it fails by itself, which is reported. */
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

/* Runs the test with each chosen allocation failing, and reports. false: it was not, since it fails by itself. */
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

/* The run in this process comes last, so that the next test finds what it would find without us: caches that are
 * filled already, say. */
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

/* Before main(), and before what the test's own constructors do. */
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
