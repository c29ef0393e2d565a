// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Signals are blocked but while waiting, with ppoll(2), which lets them in and waits in one go. A pipe that
 * polls as writable takes PIPE_BUF bytes at least without blocking (pipe(7)), so it is never written more
 * at once; what is no pipe doesn't make one wait. */
#include "base/stop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/tidy.h"

/* Who reads the pipe may be slow: this long without taking anything is not slow any more. */
#define PATIENCE_NS 1000000000ull

static volatile sig_atomic_t n_asked;
static sigset_t waiting_mask; /* empty at first: everything comes */

static void on_signal(int number)
{
	if (n_asked++ && number == SIGINT) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

void stop_catch(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction asked = {.sa_handler = on_signal}, was;
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		/* What nohup(1) ignores stays ignored; the SIGINT that a shell's script has its jobs in
		 * the background ignore doesn't, since there it is sent on purpose. */
		if (numbers[i] == SIGHUP && sigaction(numbers[i], NULL, &was) == 0 &&
		    was.sa_handler == SIG_IGN)
			continue;
		sigaddset(&blocked, numbers[i]);
		sigaction(numbers[i], &asked, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &waiting_mask);
}

bool stop_asked(void)
{
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, &waiting_mask, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return n_asked > 0;
}

static int wait_for(struct pollfd *fds, size_t n, uint64_t at_ns)
{
	uint64_t now_ns = clock_now_ns(), left_ns = at_ns > now_ns ? at_ns - now_ns : 0;
	struct timespec left = {.tv_sec = (time_t)(left_ns / 1000000000),
				.tv_nsec = (long)(left_ns % 1000000000)};

	return ppoll(fds, n, at_ns == UINT64_MAX ? NULL : &left, &waiting_mask);
}

void stop_wait(struct pollfd *fds, size_t n, uint64_t at_ns)
{
	if (!stop_asked())
		wait_for(fds, n, at_ns);
}

/* May make whoever writes to it wait for somebody else. */
static bool may_block(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 &&
	       (S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode) || isatty(fd));
}

/* Until fd takes bytes. 0, or -EINTR. */
static int wait_writable(int fd, bool *is_asked)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	for (;;) {
		uint64_t until_ns = *is_asked ? clock_now_ns() + PATIENCE_NS : UINT64_MAX;

		if (wait_for(&ready, 1, until_ns) > 0)
			return 0;
		if (*is_asked)
			return -EINTR;
		*is_asked = stop_asked();
	}
}

int stop_write(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;
	bool is_asked = stop_asked(), blocks = may_block(fd);

	while (n > 0) {
		int r = blocks ? wait_writable(fd, &is_asked) : 0;
		ssize_t done;

		if (r < 0)
			return r;
		done = write(fd, at, blocks ? MIN_OF(n, (size_t)PIPE_BUF) : n);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		at += MAX_OF(done, 0), n -= (size_t)MAX_OF(done, 0);
	}
	return 0;
}
