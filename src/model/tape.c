/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Chunks: labels and bodies, written and read. A label ends with the checksum of itself; the checksum of
 * the body starts from that one, so that a body under another label is no good either. */
#include "model/tape.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/tidy.h"

static const char magic_words[] = "bpfmaptop tape ";

enum { LABEL_SUM_AT = TAPE_LABEL_BYTES - 8, BODY_GROWTH = 1 << 20 };

static void put_u64(uint8_t *at, uint64_t n)
{
	n = htole64(n);
	memcpy(at, &n, sizeof(n));
}

static uint64_t get_u64(const uint8_t *at)
{
	uint64_t n;

	memcpy(&n, at, sizeof(n));
	return le64toh(n);
}

/* -- labels -- */

static void label_bytes(const struct tape_label *label, uint8_t *out)
{
	put_u64(out, label->tag | (uint64_t)label->map << 32);
	put_u64(out + 8, label->length);
	put_u64(out + 16, label->tick);
	put_u64(out + 24, label->time_ns);
	put_u64(out + LABEL_SUM_AT, checksum_of(0, out, LABEL_SUM_AT));
}

int tape_label_read(const uint8_t bytes[TAPE_LABEL_BYTES], struct tape_label *out)
{
	if (get_u64(bytes + LABEL_SUM_AT) != checksum_of(0, bytes, LABEL_SUM_AT))
		return -EBADMSG;
	*out = (struct tape_label){
		.tag = (uint32_t)get_u64(bytes),
		.map = (uint32_t)(get_u64(bytes) >> 32),
		.length = get_u64(bytes + 8),
		.tick = get_u64(bytes + 16),
		.time_ns = get_u64(bytes + 24),
	};
	/* Nothing can be that long; and sums of lengths and places don't overflow. */
	return out->length > UINT64_MAX / 4 ? -EBADMSG : 0;
}

uint64_t tape_seed(const struct tape_label *label)
{
	uint8_t bytes[TAPE_LABEL_BYTES];

	label_bytes(label, bytes);
	return get_u64(bytes + LABEL_SUM_AT);
}

int tape_magic_check(const uint8_t bytes[TAPE_MAGIC_BYTES], const char *name, struct err *err)
{
	char text[TAPE_MAGIC_BYTES + 1] = {0};
	size_t n = strlen(magic_words);
	unsigned long major, minor;
	char *end;

	memcpy(text, bytes, TAPE_MAGIC_BYTES);
	if (memcmp(text, magic_words, n) != 0)
		return err_set(err, -EBADMSG, "'%s' is not a tape: it does not begin like one",
			       name);
	major = strtoul(text + n, &end, 10);
	minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	if (major > TAPE_MAJOR)
		return err_set(err, -EPROTONOSUPPORT,
			       "tape '%s' is of version %lu.%lu, newer than the %u this program "
			       "reads; a newer bpfmaptop reads it",
			       name, major, minor, TAPE_MAJOR);
	if (major == 0)
		return err_set(err, -EBADMSG, "'%s' is not a tape: its version is damaged", name);
	return 0;
}

void tape_head_release(struct tape_head *head)
{
	if (!head)
		return;
	arena_release(&head->mem);
	*head = (struct tape_head){0};
}

/* -- writing -- */

void tape_chunk_release(struct tape_chunk *chunk)
{
	if (!chunk)
		return;
	buf_release(&chunk->body);
	*chunk = (struct tape_chunk){0};
}

void tape_chunk_clear(struct tape_chunk *chunk, enum tape_tag tag, uint32_t map, uint64_t tick)
{
	buf_clear(&chunk->body);
	chunk->label = (struct tape_label){.tag = tag, .map = map, .tick = tick};
	memset(chunk->row_bytes, 0, sizeof(chunk->row_bytes));
}

int tape_chunk_close(struct tape_chunk *chunk)
{
	chunk->label.length = chunk->body.len;
	for (size_t i = 0; i < ARRAY_LEN(chunk->row_bytes); i++)
		chunk->label.length += chunk->row_bytes[i];
	return chunk->body.failed ? -ENOMEM : 0;
}

uint64_t tape_chunk_bytes(const struct tape_chunk *chunk)
{
	return TAPE_LABEL_BYTES + chunk->label.length + TAPE_SUM_BYTES;
}

int tape_write_magic(tape_write_fn *write, void *ctx)
{
	char bytes[TAPE_MAGIC_BYTES + 1], words[TAPE_MAGIC_BYTES];

	snprintf(words, sizeof(words), "%s%u.%u", magic_words, TAPE_MAJOR, TAPE_MINOR);
	snprintf(bytes, sizeof(bytes), "%-*s\n", TAPE_MAGIC_BYTES - 1, words);
	return write(ctx, bytes, TAPE_MAGIC_BYTES);
}

int tape_chunk_write(const struct tape_chunk *chunk, tape_write_fn *write, void *ctx)
{
	uint8_t label[TAPE_LABEL_BYTES], bytes[TAPE_SUM_BYTES];
	struct checksum sum;
	int r;

	label_bytes(&chunk->label, label);
	checksum_init(&sum, get_u64(label + LABEL_SUM_AT));
	checksum_add(&sum, chunk->body.at, chunk->body.len);
	r = write(ctx, label, sizeof(label));
	if (r == 0 && chunk->body.len)
		r = write(ctx, chunk->body.at, chunk->body.len);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(chunk->rows); i++) {
		if (!chunk->row_bytes[i])
			continue;
		checksum_add(&sum, chunk->rows[i], chunk->row_bytes[i]);
		r = write(ctx, chunk->rows[i], chunk->row_bytes[i]);
	}
	put_u64(bytes, checksum_get(&sum));
	return r < 0 ? r : write(ctx, bytes, sizeof(bytes));
}

/* -- reading -- */

void tape_reader_release(struct tape_reader *reader)
{
	if (!reader)
		return;
	pages_release(&reader->body);
	*reader = (struct tape_reader){0};
}

void tape_reader_begin(struct tape_reader *reader, uint64_t at)
{
	reader->at = at;
	reader->has_label = reader->is_whole = false;
	reader->have = 0;
}

static int read_label(struct tape_reader *reader)
{
	ptrdiff_t n = reader->read(reader->ctx, reader->label_bytes + reader->have,
				   TAPE_LABEL_BYTES - reader->have);

	if (n < 0)
		return (int)n;
	if (n == 0)
		return reader->have ? -EPIPE : -ENODATA;
	reader->have += (size_t)n;
	if (reader->have < TAPE_LABEL_BYTES)
		return TAPE_AGAIN;
	reader->have = 0;
	reader->has_label = true;
	checksum_init(&reader->sum, get_u64(reader->label_bytes + LABEL_SUM_AT));
	return tape_label_read(reader->label_bytes, &reader->label);
}

/* The body and its checksum are one run of bytes. */
static int read_body(struct tape_reader *reader, size_t max_bytes)
{
	size_t length = (size_t)reader->label.length, all = length + TAPE_SUM_BYTES;
	size_t n_ask = MIN_OF(all - reader->have, MAX_OF(max_bytes, (size_t)1));
	ptrdiff_t n;

	if (reader->have + n_ask > reader->body.cap &&
	    pages_reserve(&reader->body,
			  reader->have + MIN_OF(all - reader->have, (size_t)BODY_GROWTH)) < 0)
		return -ENOMEM;
	n_ask = MIN_OF(n_ask, reader->body.cap - reader->have);
	n = reader->read(reader->ctx, reader->body.at + reader->have, n_ask);
	if (n <= 0)
		return n ? (int)n : -EPIPE;
	if (reader->have < length)
		checksum_add(&reader->sum, reader->body.at + reader->have,
			     MIN_OF((size_t)n, length - reader->have));
	reader->have += (size_t)n;
	if (reader->have < all)
		return TAPE_AGAIN;
	if (get_u64(reader->body.at + length) != checksum_get(&reader->sum))
		return -EBADMSG;
	reader->is_whole = true;
	return TAPE_CHUNK;
}

int tape_reader_step(struct tape_reader *reader, size_t max_bytes)
{
	if (reader->is_whole)
		tape_reader_begin(reader, reader->at + TAPE_LABEL_BYTES + reader->label.length +
						  TAPE_SUM_BYTES);
	return reader->has_label ? read_body(reader, max_bytes) : read_label(reader);
}
