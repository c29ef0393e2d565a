/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One epoll set. An event carries the watch's place and its generation, so that a handler may unwatch
 * anything: an event already fetched for a watch that is gone, or whose place was taken anew, is dropped.
 *
 * The deadline is an absolute timerfd in the set, armed anew only when it moves: exact to the
 * nanosecond, where epoll's own timeout counts milliseconds. */
#include "base/loop.h"

#include "base/clock.h"
#include "base/tidy.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)

enum { EVENTS_A_TURN = 32, FD_FREE = -1 };

struct watch {
	int fd;
	uint32_t generation;
	loop_fd_fn *fn;
	void *ctx;
};

struct on_signal {
	loop_signal_fn *fn;
	void *ctx;
};

struct loop {
	int epoll_fd, timer_fd, signal_fd;
	uint64_t armed_ns; /* what the timer is set to; 0: disarmed */
	struct watch *watches;
	size_t n_watches;
	sigset_t caught, mask_before;
	struct on_signal on_signal[NSIG];
};

static void on_timer(void *ctx, int fd, uint32_t epoll_events)
{
	struct loop *loop = ctx;
	uint64_t expirations;

	(void)epoll_events;
	if (read(fd, &expirations, sizeof(expirations)) == sizeof(expirations))
		loop->armed_ns = 0;
}

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->signal_fd = -1;
	sigemptyset(&loop->caught);
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->epoll_fd < 0 || loop->timer_fd < 0 ||
	    loop_watch(loop, loop->timer_fd, on_timer, loop) < 0) {
		loop_free(loop);
		return NULL;
	}
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->signal_fd >= 0) {
		close(loop->signal_fd);
		pthread_sigmask(SIG_SETMASK, &loop->mask_before, NULL);
	}
	if (loop->timer_fd >= 0)
		close(loop->timer_fd);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	free(loop->watches);
	free(loop);
}

/* A free place, made if there is none; NULL when out of memory. */
static struct watch *free_watch(struct loop *loop)
{
	for (size_t i = 0; i < loop->n_watches; i++)
		if (loop->watches[i].fd == FD_FREE)
			return &loop->watches[i];
	struct watch *watches =
		reallocarray(loop->watches, loop->n_watches + 1, sizeof(*loop->watches));
	if (!watches)
		return NULL;
	loop->watches = watches;
	watches[loop->n_watches] = (struct watch){.fd = FD_FREE};
	return &watches[loop->n_watches++];
}

int loop_watch(struct loop *loop, int fd, loop_fd_fn *fn, void *ctx)
{
	struct watch *watch = free_watch(loop);

	if (!watch)
		return -ENOMEM;
	struct epoll_event event = {
		.events = EPOLLIN,
		.data.u64 = (uint64_t)(watch - loop->watches) << 32 | watch->generation,
	};
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	watch->fd = fd;
	watch->fn = fn;
	watch->ctx = ctx;
	return 0;
}

void loop_unwatch(struct loop *loop, int fd)
{
	if (fd < 0)
		return;
	for (size_t i = 0; i < loop->n_watches; i++) {
		if (loop->watches[i].fd != fd)
			continue;
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		loop->watches[i].fd = FD_FREE;
		loop->watches[i].generation++;
	}
}

static void on_signal_fd(void *ctx, int fd, uint32_t epoll_events)
{
	struct loop *loop = ctx;
	struct signalfd_siginfo info;

	(void)epoll_events;
	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		const struct on_signal *on = &loop->on_signal[info.ssi_signo];

		on->fn(on->ctx, (int)info.ssi_signo);
	}
}

int loop_signals(struct loop *loop, const int *signals, int n, loop_signal_fn *fn, void *ctx)
{
	sigset_t caught = loop->caught;

	for (int i = 0; i < n; i++)
		if (sigaddset(&caught, signals[i]) < 0)
			return -EINVAL;
	int fd = signalfd(loop->signal_fd, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (loop->signal_fd < 0) {
		int code = loop_watch(loop, fd, on_signal_fd, loop);
		if (code < 0) {
			close(fd);
			return code;
		}
		pthread_sigmask(SIG_BLOCK, NULL, &loop->mask_before);
		loop->signal_fd = fd;
	}
	for (int i = 0; i < n; i++)
		loop->on_signal[signals[i]] = (struct on_signal){.fn = fn, .ctx = ctx};
	loop->caught = caught;
	pthread_sigmask(SIG_BLOCK, &caught, NULL);
	return 0;
}

/* 0 disarms. */
static int arm(struct loop *loop, uint64_t deadline_ns)
{
	struct itimerspec at = {
		.it_value.tv_sec = (time_t)(deadline_ns / NS_PER_S),
		.it_value.tv_nsec = (long)(deadline_ns % NS_PER_S),
	};

	if (deadline_ns == loop->armed_ns)
		return 0;
	if (timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) < 0)
		return -errno;
	loop->armed_ns = deadline_ns;
	return 0;
}

/* Calls the handlers of what is still watched. The loop's own timer doesn't count. */
static int dispatch(struct loop *loop, const struct epoll_event *events, int n)
{
	int n_called = 0;

	for (int i = 0; i < n; i++) {
		struct watch watch = loop->watches[events[i].data.u64 >> 32];

		if (watch.fd == FD_FREE || watch.generation != (uint32_t)events[i].data.u64)
			continue;
		n_called += watch.fd != loop->timer_fd;
		watch.fn(watch.ctx, watch.fd, events[i].events);
	}
	return n_called;
}

int loop_turn(struct loop *loop, uint64_t deadline_ns)
{
	struct epoll_event events[EVENTS_A_TURN];

	if (deadline_ns) {
		int code = arm(loop, deadline_ns == UINT64_MAX ? 0 : deadline_ns);
		if (code < 0)
			return code;
	}
	int n = epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN, deadline_ns ? -1 : 0);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return dispatch(loop, events, n);
}

int loop_has_input(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	int waiting = 0;

	if (poll(&ready, 1, 0) < 0)
		return errno == EINTR ? -EAGAIN : -EIO;
	if (ready.revents & (POLLHUP | POLLERR | POLLNVAL))
		return -EIO;
	if (!(ready.revents & POLLIN))
		return -EAGAIN;
	return ioctl(fd, FIONREAD, &waiting) < 0 || waiting == 0 ? -EIO : 0;
}
