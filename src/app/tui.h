/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The driver of the screen: one loop for keys, signals, readings and frames. */
#pragma once

#include <stdbool.h>

struct err;
struct watch_set;

/* Whether there is a terminal for the picture and, at keys_fd, for the keys. */
bool tui_is_possible(int keys_fd);

/* Runs until the person quits, a signal ends it, or the terminal goes. `badge` (or NULL) stands in the
 * header throughout, `opening` is said first (NULL: what is wrong with a tape); without any watch the picker
 * is shown.
 * returns an exit status with the sentence in err. The set stays the caller's. */
int tui_run(struct watch_set *set, const char *badge, const char *opening, struct err *err);
