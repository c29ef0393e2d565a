/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Other hosts on the screen: a pane each from the start, which says how the connection stands until there is
 * a map to show. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct screen_facts;
struct table;
struct tui;
struct watch_tape;

/* Shows hosts that have no map, yet. 0 or -errno with a sentence. */
int tui_remote_start(struct tui *tui, struct err *err);
/* Looks after a connection. */
void tui_remote_turn(struct tui *tui, struct watch_tape *tape, uint64_t now_ns);
/* The first maps of a host are there: they take the place of what was shown. 0 or -errno with a sentence. */
int tui_remote_arrived(struct tui *tui, struct watch_tape *tape, struct err *err);
/* Gives a host up that has no map, yet; false: the table stands for none. */
bool tui_remote_close(struct tui *tui, struct table *table);
/* Says of a host in front that has no map, yet, which one it is; false: there is none in front. */
bool tui_remote_facts(const struct tui *tui, struct screen_facts *facts);
