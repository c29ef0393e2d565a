/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Waiting for descriptors, signals and deadlines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/tidy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

struct seen {
	struct loop *loop;
	int calls, fd, last_signal, other_fd;
	uint32_t events;
	char text[16];
};

static void on_input(void *ctx, int fd, uint32_t epoll_events)
{
	struct seen *seen = ctx;
	ssize_t n = read(fd, seen->text, sizeof(seen->text) - 1);

	seen->text[n > 0 ? n : 0] = '\0';
	seen->calls++;
	seen->fd = fd;
	seen->events = epoll_events;
}

static void on_signal(void *ctx, int signal_number)
{
	struct seen *seen = ctx;

	seen->calls++;
	seen->last_signal = signal_number;
}

static uint64_t soon(void)
{
	return clock_now_ns() + UINT64_C(60000000000); /* only a failure gets there */
}

static void input_and_hang_up(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = {0};
	int ends[2];

	(void)state;
	assert_non_null(loop);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(loop_watch(loop, ends[0], on_input, &seen), 0);
	assert_int_equal(loop_turn(loop, 0), 0);
	assert_int_equal(write(ends[1], "key", 3), 3);
	assert_int_equal(loop_turn(loop, soon()), 1);
	assert_string_equal(seen.text, "key");
	assert_int_equal(seen.fd, ends[0]);
	close(ends[1]);
	assert_int_equal(loop_turn(loop, UINT64_MAX), 1);
	assert_true(seen.events & EPOLLHUP);
	loop_unwatch(loop, ends[0]);
	assert_int_equal(loop_turn(loop, 0), 0);
	close(ends[0]);
	loop_free(loop);
	loop_free(NULL);
}

static void regular_files_are_refused(void **state)
{
	struct loop *loop = loop_new();
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_non_null(loop);
	assert_int_equal(loop_watch(loop, fd, on_input, NULL), -EPERM);
	assert_int_equal(loop_watch(loop, -1, on_input, NULL), -EBADF);
	close(fd);
	loop_free(loop);
}

/* Never before its time, also when deadlines move back and forth; one that passed does not wait. */
static void deadlines_are_absolute(void **state)
{
	struct loop *loop = loop_new();

	(void)state;
	assert_non_null(loop);
	for (int i = 0; i < 3; i++) {
		uint64_t deadline = clock_now_ns() + UINT64_C(3000000);

		assert_int_equal(loop_turn(loop, 0), 0);
		while (clock_now_ns() < deadline)
			assert_int_equal(loop_turn(loop, deadline), 0);
		assert_int_equal(loop_turn(loop, deadline), 0);
		assert_int_equal(loop_turn(loop, 1), 0);
	}
	loop_free(loop);
}

static void unwatch_other(void *ctx, int fd, uint32_t epoll_events)
{
	struct seen *seen = ctx;
	char c;

	(void)epoll_events;
	seen->calls += read(fd, &c, 1) == 1;
	loop_unwatch(seen->loop, seen->other_fd == fd ? seen->fd : seen->other_fd);
}

/* Both are ready in the same turn; whichever comes first takes the other out, and its event is stale. */
static void unwatched_in_a_turn_is_not_called(void **state)
{
	struct loop *loop = loop_new();
	int one[2], two[2];

	(void)state;
	assert_non_null(loop);
	assert_int_equal(pipe(one), 0);
	assert_int_equal(pipe(two), 0);
	struct seen seen = {.loop = loop, .fd = one[0], .other_fd = two[0]};
	loop_watch(loop, one[0], unwatch_other, &seen);
	loop_watch(loop, two[0], unwatch_other, &seen);
	assert_int_equal(write(one[1], "x", 1), 1);
	assert_int_equal(write(two[1], "x", 1), 1);
	assert_int_equal(loop_turn(loop, 0), 1);
	assert_int_equal(seen.calls, 1);
	for (int i = 0; i < 2; i++) {
		close(one[i]);
		close(two[i]);
	}
	loop_free(loop);
}

static void signals_come_in_the_turn(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = {0}, child = {0};
	sigset_t before, after;

	(void)state;
	assert_non_null(loop);
	sigprocmask(SIG_BLOCK, NULL, &before);
	assert_int_equal(loop_signals(loop, (int[]){SIGTERM, SIGWINCH}, 2, on_signal, &seen), 0);
	assert_int_equal(loop_signals(loop, (int[]){SIGUSR1}, 1, on_signal, &child), 0);
	raise(SIGTERM); /* would end the test */
	assert_int_equal(seen.calls, 0);
	assert_int_equal(loop_turn(loop, soon()), 1);
	assert_int_equal(seen.last_signal, SIGTERM);
	raise(SIGUSR1);
	raise(SIGWINCH);
	assert_int_equal(loop_turn(loop, soon()), 1);
	assert_int_equal(seen.calls, 2);
	assert_int_equal(seen.last_signal, SIGWINCH);
	assert_int_equal(child.last_signal, SIGUSR1);
	assert_int_equal(loop_signals(loop, (int[]){1000}, 1, on_signal, &seen), -EINVAL);
	loop_free(loop);
	sigprocmask(SIG_BLOCK, NULL, &after);
	for (int i = 1; i < NSIG; i++)
		assert_int_equal(sigismember(&before, i), sigismember(&after, i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_and_hang_up),
		cmocka_unit_test(regular_files_are_refused),
		cmocka_unit_test(deadlines_are_absolute),
		cmocka_unit_test(unwatched_in_a_turn_is_not_called),
		cmocka_unit_test(signals_come_in_the_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
