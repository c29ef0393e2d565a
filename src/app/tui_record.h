/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recording from the screen: the readings that are seen, as raw as they came, into a tape. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ui/screen.h"

struct buf;
struct tui;
struct watch;

/* INTENT_RECORD: begins to record to the file that it names; one without a name ends the recording. */
void tui_record(struct tui *tui, const struct intent *intent);
/* Records the readings that are on the screen when a recording begins, a slice at each call. true: there is more to
 * do. */
bool tui_record_turn(struct tui *tui);
/* Records the reading that the watch has just made, before it is taken or dropped; a slice at each call. true: there is
 * more to do, and the reading must stay. */
bool tui_record_take(struct tui *tui, struct watch *watch);
/* Notes in the recording that the watch's map went. */
void tui_record_gone(struct tui *tui, const struct watch *watch);

/* Fills in what the header says of the recording, if there is one. */
void tui_record_facts(const struct tui *tui, struct screen_facts *facts);
/* When the header would say something else, if nothing happens. */
uint64_t tui_record_wakes_ns(const struct tui *tui);

/* Ends a recording and waits until it is written; what came of it is added to `out` as a line. */
void tui_record_close(struct tui *tui, struct buf *out);
