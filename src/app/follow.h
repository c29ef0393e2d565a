/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps on the screen whose place another one took. */
#pragma once

#include <stdbool.h>

struct tui;
struct watch;

/* Puts next in the watch's place in the same way. The watch is gone then; false: next is. */
bool follow_to(struct tui *tui, struct watch *watch, struct watch *next);

/* Looks, at most once an interval, for what takes the place of maps that are awaited (app/successor.h), and puts it
 * there, with the same filter and sort where the new layout has them; says so on the screen. Watches may be gone
 * then, and others behind move up. */
void follow_successors(struct tui *tui);
