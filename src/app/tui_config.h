/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The configuration on the screen: what it says is done when the screen and each map are opened, and
 * what is seen is saved when asked. */
#pragma once

#include <stdbool.h>

#include "ui/screen.h"

struct err;
struct table;
struct tui;
struct watch;

/* Reads it; a fault in it is said and not the end. Options come before it. */
void tui_config_open(struct tui *tui);
void tui_config_close(struct tui *tui);

/* Adds a watch to the screen, looked at as it was saved. As screen_add. */
int tui_add(struct tui *tui, struct watch *watch, struct err *err);

/* The latter only. */
void tui_set_saved(struct tui *tui, const struct table *table);
/* Saves where it is asked for that this be done on exit. 0, or -errno with a sentence. */
int tui_config_leave(struct tui *tui, struct err *err);
/* The panes as they were saved of the set of maps that is open now. A fault is said. */
void tui_config_layout(struct tui *tui);
/* Before maps are added that came later: nothing saved was found, and nobody changed the panes since. Then
 * what is saved of the larger set may take their place. */
bool tui_config_awaits_layout(const struct tui *tui);
void tui_config_layout_grown(struct tui *tui);

void tui_config_save(struct tui *tui, const struct intent *intent);
