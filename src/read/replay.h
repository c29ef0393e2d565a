/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A tape as a source, and what plays it.
 *
 * A tape in a file can be played, held, stepped and sought; readings that were made at one moment (of
 * several maps) are one place. It starts held at its first place; one that is still being written grows.
 * A tape from a pipe is live: it is where the other end is.
 *
 * `due` of the source says when a map's next reading can begin; begin reads the one at the current
 * place, and after a jump first the one before it, so that differences and rates are those that were. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct lookups;
struct map;
struct source;

/* Opens a tape: a path, or "-" for stdin. Of a pipe it waits for the first reading.
 * -EBADMSG no tape, or damaged before its first reading; -EPROTONOSUPPORT newer; -errno of open. */
int source_tape_new(const char *path, struct source **out, struct err *err);
/* The files of one recording, which `record --max-size` began one after the other, in any order: as if it
 * were in one. A file that is missing between them, or isn't whole, is a gap: see fault of replay_state.
 * As source_tape_new; -EINVAL for what is no file, another recording's, or there twice. */
int source_tape_join(const char *const *paths, size_t n_paths, struct source **out,
		     struct err *err);
/* The same of a descriptor, which it takes over even when it fails. */
int source_tape_of(int fd, const char *name, struct source **out, struct err *err);
/* Of a pipe, without waiting: there is no map in the tape, yet. */
int source_tape_live(int fd, const char *name, struct source **out, struct err *err);
/* Waits for the first reading of a pipe. 0, or as source_tape_new. */
int replay_wait_first(struct source *tape, struct err *err);
/* Reads what came of a pipe, without waiting, until there is a map in it. 0, or -errno with a sentence. */
int replay_look_for_maps(struct source *tape, struct err *err);

/* Goes on with a pipe that sends the same recording begun anew, after the one before was over; takes fd
 * over. Maps that it has again go on as they were. */
void replay_resume(struct source *tape, int fd);
/* Maps that were met so far: there may be more as it goes on. */
size_t replay_n_maps(const struct source *tape);

bool source_is_tape(const struct source *source);
/* Whether the map, one of the tape's, is not there at the tape's current place: it went before, or comes later. */
bool replay_went(struct source *tape, const struct map *map);

struct replay_state {
	size_t place, n_places; /* from 1; of a pipe both count what came */
	double speed;
	uint64_t interval_ns;  /* between readings when it was made; 0: it doesn't say */
	bool is_held, is_live; /* live: from a pipe */
	bool is_over;	       /* at the end, and nothing can follow */
	const char *host;      /* where it was recorded; "" when it doesn't say */
	const char *fault;     /* what is damaged, a sentence; NULL: nothing that was met */
};
/* Texts are borrowed until the next call of anything here. */
void replay_state(const struct source *tape, struct replay_state *out);

#define REPLAY_MIN_SPEED 0.1
#define REPLAY_MAX_SPEED 100.0

/* These do nothing to a tape from a pipe. */
void replay_hold(struct source *tape, bool is_held);
void replay_speed(struct source *tape, double speed); /* cut to MIN..MAX */
void replay_seek(struct source *tape, size_t place);  /* from 1; cut to the last one */

/* A pipe waits from here on until each reading was fetched; else those that are late are passed over. */
void replay_keep_all(struct source *tape);

/* To the next place; of a pipe: waits for the next reading. 1, 0 at the end, or -errno with a sentence
 * (what came before is good). */
int replay_next(struct source *tape, struct err *err);

/* Descriptor to wait on for a tape from a pipe that isn't over, else -1. */
int replay_fd(const struct source *tape);

/* Names as on the host and at the time of the recording: what only this system knows is left out unless
 * the tape is of this very boot. */
void replay_lookups(struct source *tape, struct lookups *out);

/* What a tape holds, after every byte of it was read and checked. */
struct replay_check {
	uint64_t n_bytes;	    /* whole ones */
	uint64_t n_readings;	    /* that decode */
	uint32_t n_maps, n_gone;    /* gone: went while they were recorded */
	uint64_t first_ns, last_ns; /* when the first and last of them ended */
	bool is_ended;		    /* its recording was ended in order */
};
/* 0, or -EBADMSG with a sentence that says where the damage is; out says what came before it. */
int replay_verify(const char *path, struct replay_check *out, struct err *err);
