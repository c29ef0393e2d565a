/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Readings of one or more maps on their way into a tape: whole at first and every so often, differences
 * in between, files that follow each other. Who records owns it; the command and the screen do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/tape_file.h"
#include "model/snap.h"

struct buf;
struct err;

/* A map of the tape. */
struct track {
	struct tape_chunk map; /* its MAP, for each file anew */
	struct snap snaps[2];
	struct snap *last, *next;
	uint64_t number;     /* of `last` in this file; 0: none is in it yet */
	uint64_t since_full; /* readings since one was written whole */
	bool is_gone;	     /* no reading of it will come: files that follow do without it */
};

struct recorder {
	struct tape_file
		file; /* path, and how large and how many files may be, are set by the caller */
	struct tape_head
		head; /* likewise; texts are borrowed. The times and the number are each file's */
	struct tape_chunk chunk;
	struct track **tracks; /* owned */
	size_t n_tracks;
	uint64_t tick;		      /* of the last reading */
	uint64_t n_readings, n_bytes; /* of all files */
	uint64_t n_in_file;	      /* readings of this one */
	uint32_t n_maps;	      /* likewise */
	bool is_over_size; /* a reading came to be larger than a file may be, as was said */
};

/* The head of a tape that is made on this host: its name and boot are written to `text`, which must live as
 * long as the head. */
void recorder_head(struct tape_head *head, struct buf *text, uint64_t interval_ns);

/* Opens the file, which must not be there yet. 0 or -errno with a sentence. */
int recorder_begin(struct recorder *recorder, struct err *err);
/* Takes over a packed MAP: a map that readings will follow of. returns its place, or -errno with a
 * sentence: -ENOSPC when the tape has as many as it can. */
int recorder_add(struct recorder *recorder, struct tape_chunk *map, struct err *err);
/* What the map's next reading is to be read into; borrowed until it is written. */
struct snap *recorder_room(struct recorder *recorder, size_t place);
/* Writes what is in that room, as of this tick. 0 or -errno with a sentence: -EFBIG when the very first one
 * is larger than a file may be; one that comes to be so has a file of its own, and the log says it. */
int recorder_write(struct recorder *recorder, size_t place, uint64_t tick, struct err *err);
/* Says that the map went. Its room is gone, too. 0 or -errno with a sentence. */
int recorder_gone(struct recorder *recorder, size_t place, uint64_t tick, struct err *err);
/* Says that the tape ends here in order. 0 or -errno with a sentence. */
int recorder_end(struct recorder *recorder, struct err *err);

/* "12 readings in 'x.tape', 1.2MiB". */
void recorder_tell(uint64_t n_readings, uint64_t n_bytes, const char *path, struct buf *out);
/* Closes the file, and removes it when no reading came to be in it. */
void recorder_release(struct recorder *recorder);
