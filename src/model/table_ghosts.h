/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows that went a moment ago, kept with their last values for the eye to see them go. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/snap.h"
#include "model/table.h"

struct ghosts {
	struct snap rows;		   /* newest first */
	uint64_t number[TABLE_MAX_GHOSTS]; /* reading in which each was first missed */
};

/* The ghosts once table->next has become current; delta is the one that leads there.
 * 0 or -ENOMEM; next's rows are the caller's either way (snap_release). */
int ghosts_follow(struct ghosts *next, const struct table *table, const struct delta *delta);
