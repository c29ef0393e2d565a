/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One thread waits for everything: input, signals (through a signalfd), deadlines. An epoll set with a
 * handler per descriptor; deadlines are absolute CLOCK_MONOTONIC times, one timer each. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;

typedef void loop_fd_fn(void *ctx, int fd, uint32_t epoll_events);
typedef void loop_signal_fn(void *ctx, int signal_number);

struct loop *loop_new(void); /* NULL when out of descriptors or memory */
void loop_free(struct loop *loop);

/* Watches fd for input, hang-up and error. 0 or -errno; regular files answer -EPERM. */
int loop_watch(struct loop *loop, int fd, loop_fd_fn *fn, void *ctx);
void loop_unwatch(struct loop *loop, int fd);

/* Blocks the n signals and delivers them to fn from loop_turn. Restores the mask on loop_free. */
int loop_signals(struct loop *loop, const int *signals, int n, loop_signal_fn *fn, void *ctx);

/* Waits until something is ready or the absolute deadline passed (0: don't wait, UINT64_MAX: no
 * deadline), then calls the handlers. returns how many were called, or -errno. */
int loop_turn(struct loop *loop, uint64_t deadline_ns);

/* Whether a terminal or pipe has something for us: 0, -EAGAIN, or -EIO when its other end is gone; input that
 * is ready but empty is its end. Never waits. */
int loop_has_input(int fd);
