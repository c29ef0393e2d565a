/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a map's turnover means, in one sentence, with what it rests on and how sure that is.
 *
 * A poller sees no hits and misses, only which keys are there. So: a key that is new is at least one
 * miss; a new key that had been there before is a miss that a larger map would have spared; and whatever
 * came and went between two readings was not seen. Every count is a lower bound. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct churn;
struct map;
struct table;

enum verdict_kind {
	VERDICT_NONE,	    /* keys neither come nor go */
	VERDICT_RECORDS,    /* of a ring buffer: they go when they are consumed */
	VERDICT_NOT_ENOUGH, /* not enough seen yet */
	VERDICT_FULL,	    /* no LRU map, and no room */
	VERDICT_FITS,	    /* nothing is pushed out */
	VERDICT_NATURAL,    /* entries go, but not for want of room */
	VERDICT_TOO_SMALL,  /* what is pushed out comes back */
	VERDICT_MIXED,	    /* a few come back */
	VERDICT_SCAN,	    /* what is pushed out is not wanted again */
	N_VERDICT_KINDS,
};

enum sureness { SURE_GUESS, SURE_LIKELY, SURE_YES, N_SURENESSES };

struct verdict {
	enum verdict_kind kind;
	enum sureness sure;
	unsigned caveats; /* bits, by place in the table of verdict.c */

	/* The evidence: the last readings, enough of them. */
	uint64_t window_ns;
	unsigned n_readings, n_unknown; /* n_unknown: readings whose counts are not known whole */
	size_t n_rows, max_entries, most_rows;
	size_t n_new, n_gone, n_changed, last_new;
	size_t n_followed, n_back;    /* of the new keys, looked up among those that went; found */
	double share;		      /* n_back / n_followed; NaN: none was looked up */
	double share_low, share_high; /* 95 % of such samples lie within */
	double followed;	      /* of all keys, the part that is followed */
	uint64_t absent_ns;	      /* the longest that one which returned was away */
	uint64_t remembered_ns;	      /* how long ago the oldest key remembered went; 0: none is */
	uint64_t total_gone;
	double death_age;   /* seconds that half of them did not reach; NaN unknown */
	double working_set; /* entries; NaN unknown */
	bool is_at_least; /* the working set may be larger: still filling, or past the ghosts' reach */
	bool evicts;	  /* an LRU map, full enough to push entries out */
	bool is_array, is_lru, are_records;
};

/* Of the newest reading, whichever the table shows. */
void verdict_make(const struct table *table, struct verdict *verdict_ret);

/* "too_small", "not_enough": for machines; "too small", "not enough seen yet": for people. */
const char *verdict_name(enum verdict_kind kind);
const char *verdict_word(enum verdict_kind kind);
/* "a guess", "likely", "sure" */
const char *verdict_sure(enum sureness sure);
/* The sentence: "too small: 38% of new keys had been there within the last 30s; the working set looks
 * like about 90k entries". */
void verdict_text(const struct verdict *verdict, struct buf *out);
/* The i-th caveat that holds, a clause, or NULL past the end. */
const char *verdict_caveat(const struct verdict *verdict, unsigned i);
