/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Gives the terminal back when the program crashes or is shot. One terminal a process. */
#pragma once

#include <stddef.h>
#include <termios.h>

enum { RESCUE_BYTES = 256 };

/* From now on a crash writes these bytes to fd, sets these modes, and then takes its course. */
void rescue_arm(int fd, const char *leave, size_t n, const struct termios *modes);
void rescue_disarm(void);
