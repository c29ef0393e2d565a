/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* SIGINT, SIGTERM and SIGHUP, for commands that write to stdout or a file. Once they are caught they are delivered
 * only while one of these functions runs, so that a reading and what is written of it end in order. A write into a
 * pipe that nobody empties can still be ended. A second SIGINT ends the program at once. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Catches the three signals from now on; a SIGHUP that is ignored (nohup) stays so. */
void stop_catch(void);
/* Whether one of them has come. */
bool stop_asked(void);
/* Waits until one of the descriptors is ready, a signal comes, or the time at_ns (CLOCK_MONOTONIC; UINT64_MAX:
 * never). Returns at once when a signal has come already. */
void stop_wait(struct pollfd *fds, size_t n, uint64_t at_ns);
/* Writes all n bytes. 0; -EINTR when a signal has come and nobody took any for a second; or -errno. */
int stop_write(int fd, const void *bytes, size_t n);
