/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where configurations lie, and what their text is before it is JSON. */
#pragma once

#include <stdbool.h>

struct buf;
struct err;

/* By XDG: $XDG_CONFIG_HOME, else ~/.config; nothing when neither is known. */
void config_user_path(struct buf *out);
void config_system_path(struct buf *out);
/* Likewise of what is kept from run to run: $XDG_STATE_HOME, else ~/.local/state. */
void config_state_path(const char *name, struct buf *out);

/* Turns comments outside of texts into blanks, keeping line ends. Says whether there were any. */
bool config_blank_comments(struct buf *text);

/* Makes the folders above path. Refused where they would lie in another user's home: as root in the
 * home that sudo left us, the file would be theirs and not theirs. 0 or -errno with a sentence. */
int config_make_room(const char *path, struct err *err);
