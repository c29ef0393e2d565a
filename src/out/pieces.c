/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* By two threads: the rows are dealt out in pieces, of which the second thread takes every other one. Before the
 * one that it is done with is handed on it gets the next one, so that neither waits for whoever reads what is
 * written. A piece has so many rows that, if they are as long as those before, it is handed on as it is. */
#include "out/pieces.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "base/worker.h"
#include "out/out.h"
#include "out/walk.h"
#include "query/view.h"

enum {
	PIECE_BYTES = 8 * OUT_FLUSH_BYTES, /* take much longer than a thread takes to wake up */
	MOST_ROWS = 1 << 14,
	FIRST_ROWS = 64,
	WORTH_ROWS = 8192, /* for a thread */
};

struct piece {
	row_fn *write;
	void *ctx;
	uint32_t rows[MOST_ROWS];
	size_t n_rows;
	bool is_first; /* its first row is that of all */
	struct buf text;
};

struct pieces {
	struct worker *worker;
	struct piece mine, theirs[2]; /* theirs: the second thread's, in turns */
};

static void write_piece(void *ctx)
{
	struct piece *piece = ctx;

	for (size_t i = 0; i < piece->n_rows; i++)
		piece->write(piece->ctx, piece->rows[i], piece->is_first && i == 0, &piece->text);
}

static void deal(struct piece *piece, struct walk *walk, size_t n_rows)
{
	piece->is_first = walk->n_taken == 0;
	for (piece->n_rows = 0; piece->n_rows < n_rows && walk_next(walk); piece->n_rows++)
		piece->rows[piece->n_rows] = (uint32_t)walk->row;
}

static size_t rows_like(const struct piece *piece)
{
	size_t n = piece->n_rows * PIECE_BYTES / MAX_OF(piece->text.len, (size_t)1);

	return MIN_OF(MAX_OF(n, (size_t)1), (size_t)MOST_ROWS);
}

/* What is handed on as it is isn't copied. */
static int hand_on(struct piece *piece, const struct out_sink *sink)
{
	struct buf *out = sink->text, text = piece->text;

	if (text.failed || out->failed)
		return -ENOMEM;
	if (out->len) {
		buf_add(out, buf_text(&text), text.len);
	} else {
		piece->text = *out;
		*out = text;
	}
	buf_clear(&piece->text);
	return out_flush(sink);
}

static int write_by_two(struct pieces *pieces, struct walk *walk, const struct out_sink *sink)
{
	struct piece *mine = &pieces->mine, *theirs = pieces->theirs;
	size_t n_rows = FIRST_ROWS;
	int turn = 0, r = 0;

	deal(mine, walk, n_rows);
	deal(&theirs[turn], walk, n_rows);
	worker_give(pieces->worker, write_piece, &theirs[turn]);
	for (; !r && mine->n_rows; turn = !turn) {
		write_piece(mine);
		n_rows = rows_like(mine);
		r = hand_on(mine, sink);
		deal(mine, walk, n_rows);
		deal(&theirs[!turn], walk, n_rows);
		worker_wait(pieces->worker, UINT64_MAX);
		worker_give(pieces->worker, write_piece, &theirs[!turn]);
		if (!r)
			r = hand_on(&theirs[turn], sink);
	}
	worker_wait(pieces->worker, UINT64_MAX);
	return r;
}

static int write_alone(struct walk *walk, row_fn *write, void *writer, const struct out_sink *sink)
{
	int r = 0;

	for (bool is_first = walk->n_taken == 0; !r && walk_next(walk); is_first = false) {
		write(writer, walk->row, is_first, sink->text);
		r = out_flush(sink);
	}
	return r;
}

static void pieces_free(struct pieces *pieces)
{
	if (!pieces)
		return;
	worker_free(pieces->worker);
	buf_release(&pieces->mine.text);
	buf_release(&pieces->theirs[0].text);
	buf_release(&pieces->theirs[1].text);
	free(pieces);
}

static void piece_init(struct piece *piece, row_fn *write, void *ctx)
{
	piece->write = write;
	piece->ctx = ctx;
}

/* NULL: there is no memory, or no thread. */
static struct pieces *pieces_new(row_fn *write, void *first, void *second)
{
	struct pieces *pieces = calloc(1, sizeof(*pieces));

	if (!pieces)
		return NULL;
	piece_init(&pieces->mine, write, first);
	piece_init(&pieces->theirs[0], write, second);
	piece_init(&pieces->theirs[1], write, second);
	pieces->worker = worker_new();
	if (pieces->worker)
		return pieces;
	pieces_free(pieces);
	return NULL;
}

int pieces_write(struct walk *walk, row_fn *write, void *first, void *second,
		 const struct out_sink *sink)
{
	size_t n = walk->job->limit ? MIN_OF(walk->job->limit, walk->view->n_matched)
				    : walk->view->n_matched;
	bool is_worth = second && n >= WORTH_ROWS;
	struct pieces *pieces = is_worth ? pieces_new(write, first, second) : NULL;
	int r;

	if (pieces)
		r = write_by_two(pieces, walk, sink);
	else
		r = write_alone(walk, write, first, sink);
	pieces_free(pieces);
	return r;
}
