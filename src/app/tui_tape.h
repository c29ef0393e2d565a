/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recordings on the screen: what the header says of one, the keys that play it, and waking when a pipe
 * brings more. */
#pragma once

#include "ui/screen.h"

struct source;
struct tui;
struct watch_tape;

/* Says of the table in front whose recording it is, and where in it. */
void tui_tape_facts(struct tui *tui, struct screen_facts *facts);
/* The recording that the table in front is from, or NULL. */
struct source *tui_tape_front(const struct tui *tui);
/* Lets the tapes play, and wakes the loop for those that come through pipes. 0 or -errno. */
int tui_tape_start(struct tui *tui);

/* Waits on what the tape has to be waited on now. 0 or -errno. */
int tui_tape_await(struct tui *tui, struct watch_tape *tape);
/* Looks after connections and opens maps that a recording has by now. */
void tui_tape_turn(struct tui *tui);
/* When that has to be done again, if nothing happens. */
uint64_t tui_tape_wakes_ns(const struct tui *tui);

/* Intents of the recording in front; nothing without one. Hold turns around; step goes so many readings, skip so many
 * tenths of all, seek to the reading of that number (from 1), and hold it; speed is the next faster (> 0) or slower. */
void tui_tape_hold(struct tui *tui, const struct intent *intent);
void tui_tape_step(struct tui *tui, const struct intent *intent);
void tui_tape_skip(struct tui *tui, const struct intent *intent);
void tui_tape_seek(struct tui *tui, const struct intent *intent);
void tui_tape_speed(struct tui *tui, const struct intent *intent);
