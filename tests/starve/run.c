/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One run of one test: in place of cmocka's runner, so that a run can end at the assertion that fails, with the
 * test's variables still in place, and in a child process, so that it may crash. */
#include "tests/starve/starve.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/starve/blocks.h"

enum { PATIENCE_SECS = 200 };

static jmp_buf end_of_test;
bool has_failed;

void look_for_lost(void)
{
	now.is_aside = true;
	now.is_counting = false;
	told->n_lost = (uint32_t)blocks_lost(1, &told->lost);
	now.is_aside = false;
}

/* Ends a test at the assertion that failed, in place of cmocka: memory is looked for before the stack of the test,
 * and with it its variables, is left. */
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

/* cmocka's own would crash on a NULL that stands for memory that was not to be had. */
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

bool run_function(int (*set_up)(void **), void (*test)(void **), void **state)
{
	if (setjmp(end_of_test) != 0)
		return false;
	if (test)
		test(state);
	else if (set_up && set_up(state) != 0)
		return false;
	return true;
}

void *shared_state;

bool run_here(const struct group *group, const struct CMUnitTest *test)
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

enum ending run_once(const struct group *group, const struct CMUnitTest *test)
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

int run_child(const struct group *group, const struct CMUnitTest *test)
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
