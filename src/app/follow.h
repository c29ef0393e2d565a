/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A pin that leads to another map now. */
#pragma once

#include <stdbool.h>

struct tui;
struct watch;

/* Puts next in the watch's place in the same way. The watch is gone then; false: next is. */
bool follow_to(struct tui *tui, struct watch *watch, struct watch *next);

/* Opens what the watch's pin leads to now, in its place: same filter and sort where the new layout has
 * them, and says so on the screen. The watch is gone then. false: nothing could be opened (the old one
 * stays, marked as gone). */
bool follow_pin(struct tui *tui, struct watch *watch);
