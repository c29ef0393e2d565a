/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps on the screen whose place another one took. */
#pragma once

#include <stdbool.h>

struct tui;
struct watch;

/* Puts next in the watch's place on the screen (screen_replace) and closes the watch. Out of memory next is
 * closed instead. returns whether next is there. */
bool follow_to(struct tui *tui, struct watch *watch, struct watch *next);

/* Looks, at most once an interval, for what takes the place of maps that are awaited (app/successor.h), puts it
 * there, and says so on the screen. Watches that were replaced are closed; those behind them in the set move up. */
void follow_successors(struct tui *tui);
