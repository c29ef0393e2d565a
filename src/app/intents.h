/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the screen asks for and can't do itself. */
#pragma once

#include "ui/screen.h"

struct err;
struct tui;

/* Does it; what goes wrong is said on the screen. */
void intent_run(struct tui *tui, struct intent intent);

/* Filter, sort and columns of the command line, on every tab. 0, or -EINVAL with a sentence. */
int tui_start_state(struct tui *tui, struct err *err);
