/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recording from the screen: the readings that are seen, as raw as they came, into a tape. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ui/screen.h"

struct buf;
struct tui;
struct watch;

/* INTENT_RECORD: into that file, or, without one, no more. */
void tui_record(struct tui *tui, const struct intent *intent);
/* A slice of keeping what is on the screen when it begins: true while there is more to do. */
bool tui_record_turn(struct tui *tui);
/* The watch has a reading, or its map went. A slice of keeping it: true while there is more to do. */
bool tui_record_take(struct tui *tui, struct watch *watch);
void tui_record_gone(struct tui *tui, const struct watch *watch);

/* Says in facts that and how much is recorded. */
void tui_record_facts(const struct tui *tui, struct screen_facts *facts);
/* When what that says changes, if nothing happens. */
uint64_t tui_record_wakes_ns(const struct tui *tui);

/* Ends a recording and waits until it is written; what came of it is added to `out` as a line. */
void tui_record_close(struct tui *tui, struct buf *out);
