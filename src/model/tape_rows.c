/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From runs back to rows, a bounded number at a time. What a run says is checked before its first row is
 * touched: its rows are there in the base or in the body, and fit what the facts promised.
 *
 * Invariant: room for rows is made once, and only for as many as base and body can give. */
#include <errno.h>
#include <string.h>

#include "base/tidy.h"
#include "model/facts.h"
#include "model/map.h"
#include "model/snap.h"
#include "model/tape.h"
#include "model/tape_run.h"

/* Whether what is left can give that many rows; one without any bytes counts as a byte. */
static bool rows_are_possible(const struct tape_rows *rows, const struct snap *out)
{
	uint64_t row_bytes = (uint64_t)out->key_stride + out->val_stride;
	uint64_t n_base = rows->base ? rows->base->n_rows : 0;
	uint64_t n_body = (uint64_t)(rows->end - rows->at) / MAX_OF(row_bytes, UINT64_C(1));

	return rows->n_rows < UINT32_MAX && rows->n_rows <= n_base + n_body;
}

int tape_rows_begin(struct tape_rows *rows, const struct tape_label *label, const void *body,
		    const struct snap *base, const struct map *map, struct snap *out,
		    struct arena *mem)
{
	struct packed in = {.at = body, .end = (const uint8_t *)body + label->length};

	snap_clear(out, map);
	facts_unpack(snap_facts, n_snap_facts, &in, out, mem);
	*rows = (struct tape_rows){
		.at = in.at,
		.end = in.end,
		.base = label->tag == TAPE_DIFF ? base : NULL,
		.n_rows = out->n_rows,
	};
	out->n_rows = 0;
	if (in.no_memory)
		return -ENOMEM;
	if (in.failed || !out->number || !rows_are_possible(rows, out))
		return -EBADMSG;
	if (label->tag == TAPE_DIFF && (!base || base->number + 1 != out->number))
		return -EBADMSG;
	return snap_reserve(out, rows->n_rows);
}

/* The next run, checked. */
static int next_run(struct tape_rows *rows, const struct snap *out)
{
	struct packed in = {.at = rows->at, .end = rows->end};
	uint64_t number = unpack_number(&in);
	size_t n_left = rows->n_rows - out->n_rows;

	rows->op = number & ((1 << RUN_BITS) - 1);
	rows->run = number >> RUN_BITS;
	rows->done = 0;
	if (in.failed || !rows->run || (rows->op != RUN_GONE && rows->run > n_left))
		return -EBADMSG;
	if (rows->op != RUN_ADDED &&
	    (!rows->base || rows->run > rows->base->n_rows - rows->base_row))
		return -EBADMSG;
	if (rows->op == RUN_ADDED) {
		rows->keys = unpack_bytes(&in, rows->run * out->key_stride);
		rows->values = unpack_bytes(&in, rows->run * out->val_stride);
	}
	rows->at = in.at;
	return in.failed ? -EBADMSG : 0;
}

static void put_rows(struct snap *out, const uint8_t *keys, const uint8_t *values, size_t n)
{
	if (out->key_stride)
		memcpy(out->keys.at + out->n_rows * out->key_stride, keys, n * out->key_stride);
	if (out->val_stride)
		memcpy(out->vals.at + out->n_rows * out->val_stride, values, n * out->val_stride);
	out->n_rows += n;
}

/* One row of the base with some words of its value replaced. */
static int put_changed(struct tape_rows *rows, struct snap *out)
{
	size_t size = out->val_stride, n_words = (size + RUN_WORD - 1) / RUN_WORD;
	uint8_t *value = out->vals.at + out->n_rows * size;
	struct packed in = {.at = rows->at, .end = rows->end};
	const uint8_t *mask = unpack_bytes(&in, (n_words + 7) / 8);

	if (!mask)
		return -EBADMSG;
	put_rows(out, snap_key(rows->base, rows->base_row), snap_value(rows->base, rows->base_row),
		 1);
	for (size_t i = 0; i < n_words; i++) {
		size_t at = i * RUN_WORD, word = MIN_OF(size - at, (size_t)RUN_WORD);
		const uint8_t *from;

		if (!(mask[i / 8] >> i % 8 & 1))
			continue;
		from = unpack_bytes(&in, word);
		if (!from)
			return -EBADMSG;
		memcpy(value + at, from, word);
	}
	rows->at = in.at;
	return 0;
}

/* The next n rows of the run under way. */
static int put_run(struct tape_rows *rows, struct snap *out, size_t n)
{
	int r = 0;

	switch (rows->op) {
	case RUN_SAME:
		put_rows(out, snap_key(rows->base, rows->base_row),
			 snap_value(rows->base, rows->base_row), n);
		break;
	case RUN_ADDED:
		put_rows(out, rows->keys + rows->done * out->key_stride,
			 rows->values + rows->done * out->val_stride, n);
		break;
	case RUN_CHANGED:
		for (size_t i = 0; r == 0 && i < n; i++, rows->base_row++)
			r = put_changed(rows, out);
		break;
	}
	if (rows->op == RUN_SAME || rows->op == RUN_GONE)
		rows->base_row += n;
	rows->done += n;
	return r;
}

int tape_rows_step(struct tape_rows *rows, struct snap *out, size_t max_rows)
{
	int r = 0;

	while (r == 0 && max_rows) {
		size_t n;

		if (rows->done == rows->run) {
			if (rows->at == rows->end)
				return out->n_rows == rows->n_rows ? 0 : -EBADMSG;
			r = next_run(rows, out);
			if (r < 0)
				return r;
		}
		n = (size_t)MIN_OF(rows->run - rows->done, (uint64_t)max_rows);
		r = put_run(rows, out, n);
		max_rows -= n;
	}
	return r < 0 ? r : 1;
}
