/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Being told to end, by SIGINT, SIGTERM or SIGHUP, for commands that write: the signals come only where
 * these functions let them, so that what is being read and written is ended in order, and a pipe that
 * nobody empties doesn't hold us. A second SIGINT ends the program as it always does. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From here on. */
void stop_catch(void);
/* True once one came. */
bool stop_asked(void);
/* Waits until at_ns (CLOCK_MONOTONIC; UINT64_MAX: for good), for one of the descriptors, or to be told to
 * end. */
void stop_wait(struct pollfd *fds, size_t n, uint64_t at_ns);
/* Writes all n bytes. 0; -EINTR when told to end while nobody takes them; or -errno. */
int stop_write(int fd, const void *bytes, size_t n);
