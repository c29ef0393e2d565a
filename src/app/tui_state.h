/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the driver of the screen holds; shared by tui.c, tui_tape.c and intents.c only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/map.h"
#include "ui/cost.h"
#include "ui/grid.h"
#include "ui/screen.h"
#include "ui/theme.h"

struct config;
struct err;
struct loop;
struct term;
struct tui_recording;
struct watch_set;

struct tui {
	struct watch_set *set;
	struct screen *screen;
	struct loop *loop;
	struct term *term;
	struct grid grid;
	struct config *config; /* NULL: out of memory for one */
	struct theme theme;
	struct map_list picked;		 /* what the picker shows; borrowed by the screen */
	struct tui_recording *recording; /* owned; NULL: none */
	const char *badge;
	char tape_badge[48];
	char host[65];
	struct buf panes; /* as they were laid out last */
	uint64_t interval_ns, last_frame_ns;
	uint64_t look_ns; /* when what takes a map's place is looked for; 0: at once */
	struct cost cost;
	bool is_dirty, is_reading, is_working, is_preparing, quits, is_ascii, has_mouse;
	bool has_saved_panes;
	bool has_started; /* what the options say of the map in front is in force */
	int status;
};
