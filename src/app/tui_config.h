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

/* Reads the configuration and sets what is not set by options. A fault in it is said on the screen; the rest holds. */
void tui_config_open(struct tui *tui);
void tui_config_close(struct tui *tui);

/* Adds a watch to the screen, looked at as it was saved. As screen_add. */
int tui_add(struct tui *tui, struct watch *watch, struct err *err);

/* Sets what was saved of a map that is on the screen already. */
void tui_set_saved(struct tui *tui, const struct table *table);
/* Saves on exit, if options or configuration ask for that. 0, or -errno with a sentence. */
int tui_config_leave(struct tui *tui, struct err *err);
/* Arranges the panes as they were saved for the set of maps that is open now. A fault is said on the screen. */
void tui_config_layout(struct tui *tui);
/* For maps that are added later: asked before, whether the panes may be rearranged, since nothing was saved for the
 * smaller set and nobody has changed the panes since; if so, called after, to arrange them as saved for the larger
 * set. */
bool tui_config_awaits_layout(const struct tui *tui);
void tui_config_layout_grown(struct tui *tui);

/* INTENT_SAVE: saves settings, panes, theme and interval, and says on the screen where to. */
void tui_config_save(struct tui *tui, const struct intent *intent);
