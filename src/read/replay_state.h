/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the replay share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/pages.h"
#include "model/map.h"
#include "model/snap.h"
#include "model/tape.h"
#include "read/source.h"

enum {
	REPLAY_NONE = UINT32_MAX, /* no reading */
	/* What a step may do: about a millisecond's work. */
	REPLAY_STEP_BYTES = 1 << 20,
	REPLAY_METHODS = 16,
	REPLAY_GROWS_NS = 250000000, /* how often a file that grows is looked at */
};

/* Where a reading is in the file. */
struct replay_entry {
	uint64_t at; /* of its label */
	struct tape_label label;
	uint32_t previous, next; /* of the same map, or REPLAY_NONE */
};

/* Readings of one moment: entries from first up to the next place's first. */
struct replay_place {
	uint32_t first;
	uint64_t tick, time_ns;
};

/* A file of the recording; the only one, or one of those that follow each other. A pipe is one, too. */
struct replay_file {
	int fd;
	char *name;	 /* owned */
	uint32_t first;	 /* of several: the first entry that may be its, once it is looked at */
	uint32_t number; /* of several: which file of the recording it is, from 1 */
};

struct replay_map {
	struct replay *replay;
	struct map facts;
	struct buf body;	   /* of its MAP chunk, from which each plan is made */
	struct tape_reader reader; /* of files: of this map's readings */
	int read_fd;
	uint64_t read_at;
	struct snap snaps[2]; /* the last reading that was decoded, and the next one's room */
	struct snap *now, *fresh;
	uint32_t now_entry;   /* which reading `now` is */
	uint32_t given_entry; /* the one that was handed out last */
	uint32_t last_entry;  /* the last one known */
	uint32_t gone_place;  /* of files: from there on it isn't there any more, or REPLAY_NONE */
	bool is_gone;	      /* of pipes: it isn't by now */
	bool is_gone_told;
	bool is_ahead; /* what was handed out last is only what comes before the place's own */
	bool is_lent;  /* `now` is being handed out */
};

struct replay {
	struct source source;
	bool is_file;
	struct replay_file *files; /* owned; in the order of the recording, one at least */
	uint32_t n_files;
	const char *name;	  /* of the last of them */
	struct tape_head head;	  /* of the first */
	struct replay_map **maps; /* owned, each stays where it is */
	uint32_t n_maps, cap_maps;
	uint32_t *numbers; /* owned: which of maps the tape's own numbers mean */
	uint32_t n_numbers;
	struct err fault; /* text "": none */
	bool is_ended; /* an END was seen, or nothing can follow; of several files: in the last one */
	const char *methods[REPLAY_METHODS]; /* in mem */
	unsigned n_methods;
	struct arena mem;
	bool is_same_boot; /* recorded here, since this system was started */

	/* of a file */
	struct pages entries, places; /* struct replay_entry, struct replay_place */
	uint32_t n_entries, n_places;
	uint32_t file;		/* which one is looked at; those before it are through */
	uint64_t indexed_bytes; /* of it: labels up to here are in the index */
	uint64_t looked_ns;	/* when the file was last looked at for more */
	uint64_t n_torn;	/* bytes behind those that are no whole chunk, yet */
	struct err torn;

	/* of a pipe */
	uint8_t magic[TAPE_MAGIC_BYTES];
	size_t n_magic; /* of them that came */
	struct tape_reader reader;
	struct replay_map *decoding; /* its reading is whole, its rows are on their way */
	struct tape_rows rows;
	uint32_t n_came; /* readings so far */
	bool keeps_all;	 /* no reading is passed over */
	bool has_end;	 /* the recording was ended in order: nothing may follow */
	uint64_t last_tick;
	/* owned: what a person calls the host at the other end, and the word it was asked for; NULL: what it
	 * says itself */
	char *host, *asked;

	/* the player */
	uint32_t place; /* from 0 */
	bool is_held;
	double speed;
	uint64_t anchor_clock_ns,
		anchor_tape_ns; /* the clock showed this at that time of the tape */
};

static inline struct replay *replay_of(const struct source *source)
{
	return (struct replay *)((char *)source - offsetof(struct replay, source));
}

static inline struct replay_entry *replay_entry(const struct replay *replay, uint32_t i)
{
	return (struct replay_entry *)replay->entries.at + i;
}

static inline struct replay_place *replay_place(const struct replay *replay, uint32_t i)
{
	return (struct replay_place *)replay->places.at + i;
}

/* -- replay.c -- */

/* Without any file, yet. NULL: no memory. */
struct replay *replay_new(bool is_file);
/* Takes fd over, even when it fails. 0 or -ENOMEM with a sentence. */
int replay_add_file(struct replay *replay, int fd, const char *name, struct err *err);
/* A descriptor of the tape, "-" is stdin; -errno with a sentence. */
int replay_open(const char *path, struct err *err);
/* Makes the index of a tape in files, and begins at its first place. 0, or -errno with a sentence. */
int replay_begin_files(struct replay *replay, struct err *err);

/* -- replay_index.c -- */

/* A whole chunk that is no reading, from the file's byte `at` on, into the reader's body. 0, -EBADMSG,
 * -ENOMEM, or -errno of read. */
int replay_read_facts(int fd, uint64_t at, const struct tape_label *label,
		      struct tape_reader *reader);

/* Up to n bytes of the file from *at on, which moves along. */
ptrdiff_t replay_pread(int fd, uint64_t *at, void *bytes, size_t n);
/* Takes the labels of the file that aren't in the index yet. 0 or -ENOMEM, -errno of read. What is
 * damaged ends the tape there: see fault. */
int replay_look(struct replay *replay);
/* The map's reading at the current place, or the last one before; REPLAY_NONE. */
uint32_t replay_target(const struct replay *replay, const struct replay_map *map);
/* At the current place the map isn't there any more. */
bool replay_is_gone(const struct replay *replay, const struct replay_map *map);
/* What isn't good at that byte of the file of that name, in words; returns -EBADMSG. */
int replay_fault(struct replay *replay, const char *name, uint64_t at, const char *what,
		 struct err *err);
/* Something stands behind the tape's end, at that byte; likewise. */
int replay_goes_on(struct replay *replay, const char *name, uint64_t at, struct err *err);

/* -- replay_cut.c -- */

/* The file ends before this reading, which can't be decoded: those in it that follow are none any more. */
void replay_cut(struct replay *replay, uint32_t entry);
bool replay_is_cut(const struct replay *replay, uint32_t entry);
/* The file that the reading is in. */
const struct replay_file *replay_file_of(const struct replay *replay, uint32_t entry);

/* -- replay_maps.c -- */

/* Takes a MAP chunk in. 0, -EBADMSG or -ENOMEM. */
int replay_add_map(struct replay *replay, const struct tape_label *label, const void *body,
		   struct err *err);
/* Takes HEAD in, and checks that its rows can be read here. */
int replay_take_head(struct replay *replay, const void *body, size_t n, struct err *err);
void replay_map_free(struct replay_map *map);
/* The map that a label of this tape is about, or NULL. */
struct replay_map *replay_map_at(const struct replay *replay, uint32_t number);
/* The map of the tape that these facts are a copy of, or NULL. */
struct replay_map *replay_map_of(struct replay *replay, const struct map *facts);
/* A copy of the text that lives as long as the tape. */
const char *replay_method(struct replay *replay, const char *method);

/* Begins to decode a reading whose chunk was read into map->fresh. */
int replay_decode(struct replay *replay, struct replay_map *map, const struct tape_reader *reader,
		  const struct snap *base, struct tape_rows *rows);
/* The decoded reading becomes `now`. */
void replay_decoded(struct replay_map *map, uint32_t entry);

/* -- replay_pipe.c -- */

/* Reads on from a pipe without waiting, at most until a reading is complete: 1, 0 when there is nothing
 * yet, -ENODATA at the end, -EAGAIN: busy, call again; or -errno with a sentence. */
int replay_pump(struct replay *replay, struct err *err);
/* The same, but waits for it. */
int replay_await(struct replay *replay, struct err *err);

/* -- replay_play.c -- */

/* Moves on to the place that the clock has come to. */
void replay_advance(struct replay *replay);
/* When the next place comes; UINT64_MAX: never, as far as is known. */
uint64_t replay_next_ns(const struct replay *replay);
void replay_anchor(struct replay *replay);

/* -- replay_cursor.c -- */

int replay_begin(struct source *source, const struct map *map, const struct read_plan *how,
		 struct snap *snap, struct cursor **cursor_ret, struct err *err);
int replay_step(struct cursor *cursor, struct snap *snap, struct err *err);
void replay_end(struct cursor *cursor, struct snap *snap);
