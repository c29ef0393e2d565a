/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A thread that writes a tape, so that a disk that makes us wait makes no screen wait. What it is to write
 * is handed over in a slot, one a map; while it has a slot, that is its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/snap.h"
#include "model/tape.h"

struct recorder;
struct tape_writer;

/* A map of the tape, and one reading of it on its way. Zeroed at first, but for the map. */
struct tape_slot {
	struct tape_chunk map; /* its MAP */
	struct snap snap;
	uint64_t tick;
	bool is_gone; /* the map went: instead of a reading */
	/* the writer's own */
	bool is_handed_over, is_added;
	size_t place;
	struct tape_slot *behind;
};

struct tape_progress {
	uint64_t n_readings, n_bytes;
	bool is_over;	  /* it will write no more: it was told to end, or failed */
	struct err fault; /* text "": none */
};

/* Takes over a recording that has begun, all of it. 0; or -errno with a sentence, then it is the caller's
 * still. */
int tape_writer_start(struct tape_writer **out, const struct recorder *recorder, struct err *err);
/* False: the slot's last reading isn't written yet. */
bool tape_writer_has_done(struct tape_writer *writer, const struct tape_slot *slot);
/* Hands a slot over, which the writer has done with. It must live as long as the writer. */
void tape_writer_put(struct tape_writer *writer, struct tape_slot *slot);
/* How far it is. */
void tape_writer_progress(struct tape_writer *writer, struct tape_progress *out);
/* Readable when it is over. */
int tape_writer_fd(const struct tape_writer *writer);
/* What was handed over is written still, then the tape ends in order. Doesn't wait for it. */
void tape_writer_end(struct tape_writer *writer);
/* Ends it and waits until it is over. */
void tape_writer_wait(struct tape_writer *writer);
/* The same, and lets it go. NULL is fine. */
void tape_writer_free(struct tape_writer *writer);
