/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a group is made of; between the files that read the list, fold the rows and lead back to them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/index.h"
#include "base/pages.h"
#include "model/table.h"
#include "query/group.h"

struct query;

/* How a part of a group's key is made of a row. */
enum part_kind {
	PART_BYTES,   /* the field's own bytes */
	PART_TEXT,    /* up to the first NUL */
	PART_INTEGER, /* a bitfield, widened to 8 bytes */
	PART_NETWORK, /* u32 of prefix bits, and the address without the others */
	PART_RANGE,   /* the low bound of its range, of an integer field */
	PART_CELL,    /* the same of any number that table_cell knows */
	PART_STATE,   /* of the row, as text */
};

struct part {
	enum part_kind kind;
	struct column column; /* of base */
	uint32_t prefix;      /* PART_NETWORK */
	uint64_t width;	      /* ranges; 0: powers of two */
	uint32_t at, size;    /* in the group's key */
	/* Not every row has the field: before `at` stands a u32, how many bytes of it there are. */
	bool is_limited;
};

enum { GROUP_LENGTH_BYTES = sizeof(uint32_t) };

/* What the sums were of the same rows in an earlier reading, and for which of them that is known. */
struct past_sums {
	struct pages sums; /* laid out like the values of the groups; counts stay 0 */
	struct pages
		known; /* u32 a group: a bit a sum, and PAST_WAS_THERE; then where its past stands */
};

/* Some of the group's rows were there. */
#define PAST_WAS_THERE (UINT32_C(1) << GROUP_MAX_SUMS)

struct block;

struct group {
	struct table *base; /* borrowed */
	struct table table;
	struct buf by, filter_text;
	struct query *filter; /* NULL: all rows */
	struct part parts[GROUP_MAX_PARTS];
	unsigned n_parts;
	uint32_t key_size;
	const struct field *sums[GROUP_MAX_SUMS]; /* of base; sum i is word 1 + i of a copy */
	unsigned n_sums;
	size_t copy_words; /* from one CPU's copy of a value to the next */
	/* Word 1 + n_sums + i of a copy: how many bytes of sum i are known, all or none. Of records, where a
	 * group may have no row that has the field; the others have no such words. */
	bool has_limits;
	/* Byte of a value where the i16 begin that say by how many times 2^64 the count and each sum are
	 * more, or that they are not known; 0: there are none, sums over CPUs are modulo 2^64. */
	uint32_t carries_at;
	bool *carries;	   /* of the groups, a field of table.plan each: some of them do */
	double *totals;	   /* of the groups, a field of table.plan each; what f.share is of */
	struct pages then; /* of the groups, what table.delta.values is */

	/* Of the reading under way. */
	struct past_sums before, at_base; /* in the reading before; at the baseline */
	struct pages bits;		  /* matching rows of base */
	struct pages zeros;		  /* a row's value that was not there */
	struct index index;
	struct pages base_keys;	      /* of the groups, for the baseline */
	double (*adding)[TABLE_SUMS]; /* what totals are being made of */
	struct block *block;	      /* owned: a folding under way */
	size_t n_past; /* of what was folded, so many groups have their past, or are turned back */
	bool has_before;      /* of two readings to begin with, the first is taken */
	bool is_turned_back;  /* what was folded is of that first one now, */
	size_t n_turned_back; /* in which there are so many */
};

/* Of the count (0) or a sum (1 + i), in a value. */
static inline uint32_t group_carry_at(const struct group *group, unsigned word)
{
	return group->carries_at ? group->carries_at + word * (uint32_t)sizeof(int16_t) : 0;
}

/* Reads the list into parts. */
int group_read_parts(struct group *group, const char *by, struct err *err);
/* The plan of the groups. */
int group_make_plan(struct group *group, struct plan *plan, struct err *err);
/* The groups' keys [n × key_size] of rows of base. */
void group_keys(const struct group *group, const uint32_t *rows, size_t n, uint8_t *out);
/* Folds about n_rows more rows of base into table.next and the two pasts: 1 while there are more, 0 from
 * then on until it is dropped; an error drops it. */
int group_fold(struct group *group, size_t n_rows);
/* Of what was folded, once table_take_ahead is through: gives n_rows more groups their past, and adds them up. 1 while there
 * are more, 0, -ENOMEM. */
int group_past_step(struct group *group, size_t n_rows);
/* After the last slice of the taking: the groups are seen with their past from here on. */
void group_past_commit(struct group *group);
/* Makes of n_rows more folded groups what they were in the reading before: 1 while there are more, then 0. */
int group_turn_back(struct group *group, size_t n_rows);
/* Ends what is under way, taking it included. */
void group_fold_drop(struct group *group);
/* What was folded so far is of another reading, or since another baseline. */
bool group_fold_is_overtaken(const struct group *group);
double group_fold_progress(const struct group *group); /* 0 to 1 */
