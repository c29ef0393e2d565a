/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps under watch: each has its source, its table, and perhaps a reading under way. The loop gives
 * them slices of time between key presses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/table.h"
#include "read/source.h"

struct err;
struct map;
struct object;
struct remote;
struct options;
struct schema;

/* Whether a map is there, for maps that may come again under the word that named them. */
enum watch_state {
	WATCH_OPEN,
	WATCH_AWAITED,	/* what takes its place is looked for */
	WATCH_REPLACED, /* and is there */
};

struct watch {
	const char *word; /* that named it, of the command line; NULL: none did */
	enum watch_state state;
	struct source *source; /* where it was found; borrowed from the set */
	struct source *reader; /* what reads it: the same, or a fold of it, owned then */
	struct table table;
	struct read_plan how;
	struct cursor *cursor; /* the reading under way, or NULL */
	uint64_t due_ns;       /* when the next reading begins, CLOCK_MONOTONIC; 0: at once */
	uint64_t n_missed;     /* ticks that passed since the last reading began */
	uint64_t n_taken;      /* readings that were counted by who reads them one by one */
	size_t n_failures;     /* readings in a row that failed */
	struct buf why;	       /* why the last of them did; borrowed by table.why_lost */
	bool is_read;	       /* one ended and waits in table.next to be taken or dropped */
	bool is_recorded;      /* and a recording has it already, where there is one */
	bool begins_baseline;  /* the first reading is one */
	bool is_replacement;   /* the first reading is to say that another map was here before */
};

struct watch_tape {
	const char *path;      /* with the map, or `HOST:MAP`; borrowed from the command line */
	const char *map;       /* of a file: the one that is meant, a name or id; NULL: all */
	struct source *source; /* owned, unless it is remote's */
	struct remote *remote; /* owned: what brings it from another host; NULL: nothing does */
	size_t n_maps;	       /* of it that were there when it was looked at last */
	int fd;		       /* that is waited on, -1: none */
	struct table *waiting; /* owned: shown until there is a map in it; NULL: it isn't */
	struct buf words;      /* what the screen says of it meanwhile */
	bool is_over;	       /* nothing more is read of it, other than what it gave already */
	bool is_lost;	       /* the connection to the other host, which is being tried again */
	bool was_lost;	       /* once at least */
};

/* Every source that was needed, every map that was opened. */
struct watch_set {
	const struct options *options;
	struct source *kernel, *sim; /* owned; NULL until needed */
	struct watch_tape *tapes;    /* owned */
	size_t n_tapes;
	struct watch **watches; /* owned; each stays where it is */
	size_t n, cap;
	struct schema *schema; /* --schema and --btf; owned, NULL until needed */
	struct object *object;
	size_t n_described; /* maps whose layout came from one of them */
	bool is_screen;	    /* other hosts are not waited for, and ssh has no terminal to ask on */
	bool is_alone;	    /* only one other host is named: its ssh may ask */
	bool takes_two;	    /* threads for a reading: all are waited for, and soon over */
};

void watch_set_release(struct watch_set *set);

/* The source that a spec of this kind is looked up in; made when needed. NULL with a sentence. */
struct source *watch_set_kernel(struct watch_set *set, struct err *err);
struct source *watch_set_sim(struct watch_set *set, struct err *err);
/* The tape at `PATH` or `PATH:MAP` ("-": stdin; a pattern: the files of one recording), opened when it wasn't yet. text must outlive the set. */
struct source *watch_set_tape(struct watch_set *set, const char *text, struct err *err);

/* The recording that ssh brings: `HOST:MAP`; perhaps without any map, yet. */
struct source *watch_set_remote(struct watch_set *set, const char *text, struct err *err);
/* Takes away what was shown while the tape had no map. */
void watch_tape_arrived(struct watch_tape *tape);
/* Closes one of which no map is open. */
void watch_set_close_tape(struct watch_set *set, struct watch_tape *tape);
/* Opens what a tape has behind its first n_passed maps, of which some may have been closed again. 0 or
 * -errno with a sentence. */
int watch_set_open_tape(struct watch_set *set, const struct watch_tape *tape, size_t n_passed,
			struct err *err);

/* Opens every map that the word names ("flows", "prog:17", "sim:flows"), except those that are open already. The screen
 * does not wait for another host: its maps are opened later (tui_remote.h). 0, or -errno with a sentence; then nothing
 * was added. */
int watch_set_open(struct watch_set *set, const char *word, struct err *err);
/* The same for a kernel map's id. */
int watch_set_open_id(struct watch_set *set, uint32_t id, struct err *err);
/* A simulation of the demo's maps, likewise; a badge says that it is one. */
#define SIMULATED_BADGE "SIMULATED"
int watch_set_open_simulated(struct watch_set *set, struct err *err);
/* Opens every map that the options name, connecting to all hosts among them at the same time. As watch_set_open, and as
 * watch_set_check_layouts. */
int watch_set_open_words(struct watch_set *set, struct err *err);

/* The layout of a map that is about to be opened, by the first that knows: --schema, --btf, its own. Where
 * the schema folds it, map becomes the folded one and *reader what reads it so; else *reader is left. */
int watch_set_layout(struct watch_set *set, struct source *source, struct map *map,
		     struct plan *plan, struct source **reader, struct err *err);
/* Adds the layout that the kernel's map of that id would be shown in, as text. 0, or -errno with a sentence. */
int watch_set_describe(struct watch_set *set, uint32_t id, struct buf *out, struct err *err);
/* 0; -EINVAL with a sentence where --schema or --btf describe none of the maps that were opened, or --hex-width fits
 * none of them. */
int watch_set_check_layouts(const struct watch_set *set, struct err *err);

/* Closes one and gives its memory back. */
void watch_set_close(struct watch_set *set, struct watch *watch);

/* What a slice came to. */
enum watch_turn {
	WATCH_IDLE, /* nothing is due before due_ns */
	WATCH_MORE, /* a reading is under way */
	WATCH_READ, /* one ended: table.next holds it until it is taken or dropped */
	WATCH_LOST, /* could not be read; err says why; table.is_gone when the map went */
};

/* One slice, at most about 2 ms: begins a reading that is due, or goes on with one. */
enum watch_turn watch_turn(struct watch *watch, uint64_t now_ns, uint64_t interval_ns,
			   struct err *err);
/* True when the map went, and there is no way back to it as there is in a tape. */
bool watch_is_over(const struct watch *watch);
/* Takes the reading into the table, with what was missed noted. 0 or -ENOMEM. */
int watch_take(struct watch *watch);
/* The same until that moment or a little after: 1 while there is more to do. */
int watch_take_some(struct watch *watch, uint64_t until_ns);
/* Lets the reading go, also when a part of it was taken. */
void watch_drop(struct watch *watch);

/* One reading from beginning to end, and takes it. 0 or -errno with a sentence. */
int watch_read(struct watch *watch, struct err *err);
