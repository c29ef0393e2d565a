/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tape: readings of maps as they were, raw, with what it takes to decode them.
 *
 *   "bpfmaptop tape 1.1" in TAPE_MAGIC_BYTES, then chunks: a label, `length` bytes of body, their
 *   checksum. The label has a checksum of its own, so its length can be trusted and a file can be
 *   indexed by labels alone.
 *
 *   HEAD  facts of the recording, once, first
 *   MAP   a map's facts and its compiled plan, before its first reading
 *   SNAP  a reading: facts and all rows
 *   DIFF  a reading: facts and what differs from the map's reading before it in the tape
 *   GONE  the map went: no reading of it follows (since 1.1)
 *   END   the recording was ended, not torn
 *
 * Numbers of labels are little-endian, rows are as the kernel of that host had them. The plan is kept
 * instead of raw BTF: maps with a schema, of a simulation or without any layout have none, a kernel's
 * BTF is megabytes, and a plan that was read passes the same checks as one that was compiled.
 *
 * A tape of a newer major version is refused; chunks with unknown tags and facts with unknown names
 * are passed over. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/pages.h"

struct err;
struct map;
struct plan;
struct snap;

enum {
	TAPE_MAJOR = 1,
	TAPE_MINOR = 1,
	TAPE_MAGIC_BYTES = 20,
	TAPE_LABEL_BYTES = 40,
	TAPE_SUM_BYTES = 8,
	TAPE_MAX_MAPS = 4096,
	TAPE_MAX_FACT_BYTES = 1 << 22, /* of a HEAD or MAP chunk */
};

enum tape_tag {
	TAPE_HEAD = 'H' | 'E' << 8 | 'A' << 16 | 'D' << 24,
	TAPE_MAP = 'M' | 'A' << 8 | 'P' << 16 | ' ' << 24,
	TAPE_SNAP = 'S' | 'N' << 8 | 'A' << 16 | 'P' << 24,
	TAPE_DIFF = 'D' | 'I' << 8 | 'F' << 16 | 'F' << 24,
	TAPE_GONE = 'G' | 'O' << 8 | 'N' << 16 | 'E' << 24,
	TAPE_END = 'E' | 'N' << 8 | 'D' << 16 | ' ' << 24,
};

struct tape_label {
	uint32_t tag;	  /* enum tape_tag, or one of a newer program */
	uint32_t map;	  /* which MAP chunk of this tape it is about, from 0 */
	uint64_t length;  /* of the body, without its checksum */
	uint64_t tick;	  /* readings of one moment share it; 1 for the first ones */
	uint64_t time_ns; /* when the reading ended, CLOCK_MONOTONIC of that host */
};

struct tape_head {
	const char *host, *program;
	const char *boot; /* of the host's kernel: the same one gives ids the same names */
	bool is_big_endian;
	uint64_t interval_ns, wall_ns;
	uint64_t boot_ns; /* CLOCK_BOOTTIME at wall_ns */
	/* Which of the recording's files it is, from 1, and what is the same in all of them: wall_ns of the
	 * first. 0: it doesn't say. */
	uint32_t file;
	uint64_t began_ns;
	struct arena mem; /* holds the texts of one that was read */
};

void tape_head_release(struct tape_head *head);

/* -- labels -- */

/* 0, -EBADMSG when they were damaged. */
int tape_label_read(const uint8_t bytes[TAPE_LABEL_BYTES], struct tape_label *out);
/* 0; -EBADMSG for what is no tape, -EPROTONOSUPPORT for a newer one; with a sentence about `name`. */
int tape_magic_check(const uint8_t bytes[TAPE_MAGIC_BYTES], const char *name, struct err *err);
/* What the checksum of a body begins with. */
uint64_t tape_seed(const struct tape_label *label);

/* -- writing: a chunk is made first, so that its size is known before a byte is written -- */

struct tape_chunk {
	struct tape_label label;
	struct buf body;     /* owned, kept from chunk to chunk */
	const void *rows[2]; /* what follows body: keys and values, borrowed from a snap */
	size_t row_bytes[2];
};

/* Empties it for a chunk of that kind. */
void tape_chunk_clear(struct tape_chunk *chunk, enum tape_tag tag, uint32_t map, uint64_t tick);
/* Fills in the length. 0 or -ENOMEM. */
int tape_chunk_close(struct tape_chunk *chunk);

void tape_chunk_release(struct tape_chunk *chunk);
/* All that tape_chunk_write will write. */
uint64_t tape_chunk_bytes(const struct tape_chunk *chunk);

/* Fill chunk anew. 0 or -ENOMEM. */
int tape_pack_head(struct tape_chunk *chunk, const struct tape_head *head);
int tape_pack_map(struct tape_chunk *chunk, uint32_t number, const struct map *map,
		  const struct plan *plan);
int tape_pack_gone(struct tape_chunk *chunk, uint32_t map, uint64_t tick, uint64_t time_ns);
int tape_pack_end(struct tape_chunk *chunk, uint64_t tick);
/* A reading; as a DIFF from base when there is one and it is worth it, else as a SNAP. snap->number
 * counts the readings of the map in this tape; base must be the one before. Both are borrowed until
 * the chunk is written. */
int tape_pack_snap(struct tape_chunk *chunk, uint32_t map, uint64_t tick, const struct snap *snap,
		   const struct snap *base);

/* Where bytes go: all n of them, 0 or -errno. */
typedef int tape_write_fn(void *ctx, const void *bytes, size_t n);

/* Write what a tape begins with; a chunk. 0, or what write returned. */
int tape_write_magic(tape_write_fn *write, void *ctx);
int tape_chunk_write(const struct tape_chunk *chunk, tape_write_fn *write, void *ctx);

/* -- reading: one chunk after the other from a stream -- */

/* Up to n bytes: how many there were, 0 at the end, -EAGAIN when there are none yet, or -errno. */
typedef ptrdiff_t tape_read_fn(void *ctx, void *bytes, size_t n);

struct tape_reader {
	tape_read_fn *read;
	void *ctx;
	uint64_t at;		 /* where the chunk under way begins, for sentences */
	struct tape_label label; /* valid from TAPE_LABELLED on */
	uint8_t label_bytes[TAPE_LABEL_BYTES];
	struct pages body; /* label.length bytes once the chunk is whole; then their checksum */
	size_t have;	   /* bytes of the part under way */
	bool has_label, is_whole;
	struct checksum sum;
};

enum tape_read { TAPE_AGAIN = 0, TAPE_CHUNK = 1 };

void tape_reader_release(struct tape_reader *reader);
/* Forgets a chunk under way: what is read next begins a label, `at` bytes into the tape. */
void tape_reader_begin(struct tape_reader *reader, uint64_t at);
/* Reads at most about max_bytes. The memory grows with the bytes that came, not with what a label says.
 * returns TAPE_CHUNK: label and body are there, whole and checked, until the next call;
 *         TAPE_AGAIN: more is to be read; -EAGAIN: it isn't there yet;
 *         -ENODATA: the stream ended between two chunks, -EPIPE: within one;
 *         -EBADMSG: damaged; or what read returned. */
int tape_reader_step(struct tape_reader *reader, size_t max_bytes);

/* -- taking chunks apart; -EBADMSG when what is in them makes no sense, -ENOMEM -- */

int tape_unpack_head(const void *body, size_t n, struct tape_head *out);
/* Fills map and plan, which are zeroed; either may be NULL. err says what doesn't fit. */
int tape_unpack_map(const void *body, size_t n, struct map *map, struct plan *plan,
		    struct err *err);

/* The rows of a SNAP or DIFF on their way into a snap, piece by piece. Borrows the body, and base. */
struct tape_rows {
	const uint8_t *at, *end; /* what is left of the body */
	const struct snap *base; /* NULL for a SNAP */
	size_t base_row, n_rows;
	const uint8_t *keys, *values; /* of the run under way, in the body */
	uint64_t run, done;	      /* its rows, and those that are through */
	uint32_t op;
};

/* Reads the facts into out, which is cleared, and makes room for the rows. base is the reading before,
 * for a DIFF. The text of out->method goes to mem. */
int tape_rows_begin(struct tape_rows *rows, const struct tape_label *label, const void *body,
		    const struct snap *base, const struct map *map, struct snap *out,
		    struct arena *mem);
/* Adds up to about max_rows. 1: there are more, 0: done. */
int tape_rows_step(struct tape_rows *rows, struct snap *out, size_t max_rows);
