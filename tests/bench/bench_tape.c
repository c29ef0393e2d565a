/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What recording costs over reading alone, and how large a tape is: a map of 1M entries of 16-byte keys and
 * 64-byte values, of which a writer changes 5 % between readings. In turns in one run: a reading, and a
 * reading that is packed and written to a file, so that what else the machine does hits both; the ratio
 * of their medians counts. Every FULL_EVERY-th reading is written whole, as record does, so their mean
 * counts too. Then the tape is opened, and every place of it sought from far away: the worst is that behind
 * the most differences. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bigmap.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/plan.h"
#include "model/snap.h"
#include "model/tape.h"
#include "read/replay.h"
#include "read/source.h"
#include "read/spec.h"
#include "tests/unit/folder.h"

enum {
	ROWS = 1000000,
	KEY_SIZE = 16,
	VALUE_SIZE = 64,
	ROUNDS = 60,
	FULL_EVERY = 30,
	FILL_ROWS = 10000,
	CHANGED_ROWS = ROWS / 20,
};

struct bench {
	int fd, file;
	struct source *source;
	struct map_list maps;
	struct snap alone, snaps[2];
	struct tape_chunk chunk;
	uint8_t *keys, *values;
	uint64_t seed, n_bytes, n_raw;
};

static int put_rows(struct bench *bench, uint32_t from, uint32_t step, uint32_t n, uint64_t count)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t key = from + i * step;

		memset(bench->keys + (size_t)i * KEY_SIZE, 0, KEY_SIZE);
		memset(bench->values + (size_t)i * VALUE_SIZE, 0, VALUE_SIZE);
		memcpy(bench->keys + (size_t)i * KEY_SIZE, &key, sizeof(key));
		memcpy(bench->values + (size_t)i * VALUE_SIZE, &count, sizeof(count));
		memcpy(bench->values + (size_t)i * VALUE_SIZE + 8, &count, sizeof(count));
	}
	return bpf_map_update_batch(bench->fd, bench->keys, bench->values, &n, NULL);
}

static int fill(struct bench *bench)
{
	int r = 0;

	for (uint32_t from = 0; from < ROWS && r == 0; from += FILL_ROWS)
		r = put_rows(bench, from, 1, FILL_ROWS, 1);
	return r;
}

/* 5 % of the rows, spread over all of them. */
static int change(struct bench *bench, uint64_t count)
{
	uint32_t step = ROWS / CHANGED_ROWS;
	uint32_t first = (uint32_t)(num_random(&bench->seed) % step);
	int r = 0;

	for (uint32_t i = 0; i < CHANGED_ROWS && r == 0; i += FILL_ROWS)
		r = put_rows(bench, first + i * step, step, FILL_ROWS, count);
	return r;
}

static int write_bytes(void *ctx, const void *bytes, size_t n)
{
	struct bench *bench = ctx;

	bench->n_bytes += n;
	return file_write_all(bench->file, bytes, n);
}

static int put_chunk(struct bench *bench, int packed)
{
	return packed < 0 ? packed : tape_chunk_write(&bench->chunk, write_bytes, bench);
}

/* What stands before the readings. */
static int begin_tape(struct bench *bench)
{
	const struct map *map = &bench->maps.maps[0];
	const struct tape_head head = {.interval_ns = 1000000000};
	SCOPED(plan) plan = {0};
	int r = bench->source->ops->plan(bench->source, map, &plan, NULL);

	if (r == 0)
		r = tape_write_magic(write_bytes, bench);
	if (r == 0)
		r = put_chunk(bench, tape_pack_head(&bench->chunk, &head));
	return r < 0 ? r : put_chunk(bench, tape_pack_map(&bench->chunk, 0, map, &plan));
}

static int set_up(struct bench *bench, const char *path)
{
	struct spec spec = {.kind = SPEC_ID, .text = ""};
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	int r;

	bench->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bench->fd =
		bpf_map_create(BPF_MAP_TYPE_HASH, "bench_tape", KEY_SIZE, VALUE_SIZE, ROWS, NULL);
	if (bench->fd < 0 || bench->file < 0)
		return -errno;
	bench->keys = calloc(FILL_ROWS, KEY_SIZE);
	bench->values = calloc(FILL_ROWS, VALUE_SIZE);
	if (!bench->keys || !bench->values)
		return -ENOMEM;
	r = fill(bench);
	if (r == 0)
		r = bpf_obj_get_info_by_fd(bench->fd, &info, &size);
	spec.id = info.id;
	if (r == 0)
		r = source_kernel_new(&bench->source);
	if (r == 0)
		r = bench->source->ops->find(bench->source, &spec, &bench->maps, NULL);
	return r < 0 ? r : begin_tape(bench);
}

static int read_map(struct bench *bench, struct snap *snap)
{
	return source_read(bench->source, &bench->maps.maps[0], NULL, snap, NULL);
}

static int record(struct bench *bench, uint64_t round)
{
	struct snap *next = &bench->snaps[round % 2];
	int r = read_map(bench, next);

	next->number = round + 1;
	if (r == 0)
		r = tape_pack_snap(&bench->chunk, 0, round, next,
				   round % FULL_EVERY ? &bench->snaps[(round + 1) % 2] : NULL);
	bench->n_raw += next->n_rows * (KEY_SIZE + VALUE_SIZE);
	return put_chunk(bench, r);
}

/* To that place from 1 until its reading is there, and the one before for its rates. */
static int seek(struct source *tape, const struct map *map, size_t place, struct snap *snap)
{
	struct replay_state state;
	int r;

	replay_seek(tape, place);
	do
		r = source_read(tape, map, NULL, snap, NULL);
	while (r == 0 && tape->ops->due(tape, map) <= clock_now_ns());
	replay_state(tape, &state);
	return r < 0 ? r : state.place == place && snap->n_rows == ROWS ? 0 : -EBADMSG;
}

static int seek_all(struct bench *bench, struct source *tape)
{
	SCOPED(map_list) maps = {0};
	const struct spec spec = {.kind = SPEC_TAPE, .text = ""};
	double took_ms[ROUNDS], worst_ms = 0;
	int r = tape->ops->find(tape, &spec, &maps, NULL);

	for (size_t i = 0; r == 0 && i < ROUNDS; i++) {
		/* There and back: never the place behind the one where it is. */
		size_t place = i % 2 ? ROUNDS - i / 2 : 1 + i / 2;
		uint64_t began = clock_now_ns();

		r = seek(tape, &maps.maps[0], place, &bench->alone);
		took_ms[i] = (double)(clock_now_ns() - began) / 1e6;
		worst_ms = MAX_OF(worst_ms, took_ms[i]);
	}
	if (r < 0)
		return r;
	printf("tape: to a place of it, median      %6.1f ms\n", bigmap_median(took_ms, ROUNDS));
	printf("tape: to a place of it, worst       %6.1f ms\n", worst_ms);
	return 0;
}

static int replay(struct bench *bench, const char *path)
{
	struct source *tape;
	uint64_t began = clock_now_ns();
	int r = source_tape_new(path, &tape, NULL);

	if (r < 0)
		return r;
	printf("tape: opening one of %d readings    %6.1f ms\n", ROUNDS,
	       (double)(clock_now_ns() - began) / 1e6);
	r = seek_all(bench, tape);
	tape->ops->free(tape);
	return r;
}

static int run(struct bench *bench)
{
	double alone[ROUNDS], recorded[ROUNDS], sum_alone = 0, sum_recorded = 0;
	int r = read_map(bench, &bench->alone);

	/* The first two readings also get the memory. */
	if (r == 0)
		r = read_map(bench, &bench->snaps[0]);
	if (r == 0)
		r = read_map(bench, &bench->snaps[1]);
	for (uint64_t i = 0; r == 0 && i < ROUNDS; i++) {
		uint64_t began;

		r = change(bench, i + 2);
		began = clock_now_ns();
		if (r == 0)
			r = read_map(bench, &bench->alone);
		alone[i] = (double)(clock_now_ns() - began) / 1e6;
		began = clock_now_ns();
		if (r == 0)
			r = record(bench, i);
		recorded[i] = (double)(clock_now_ns() - began) / 1e6;
		sum_alone += alone[i], sum_recorded += recorded[i];
	}
	if (r < 0)
		return r;
	double alone_ms = bigmap_median(alone, ROUNDS);
	double recorded_ms = bigmap_median(recorded, ROUNDS);

	printf("tape: a reading alone               %6.1f ms\n", alone_ms);
	printf("tape: a reading that is recorded    %6.1f ms\n", recorded_ms);
	printf("tape: ratio of medians              %6.2f (goal: at most 1.2)\n",
	       recorded_ms / alone_ms);
	printf("tape: ratio of sums                 %6.2f\n", sum_recorded / sum_alone);
	printf("tape: size over the raw bytes       %6.3f (goal: at most 0.35)\n",
	       (double)bench->n_bytes / (double)bench->n_raw);
	return 0;
}

static void tear_down(struct bench *bench)
{
	if (bench->source)
		bench->source->ops->free(bench->source);
	map_list_release(&bench->maps);
	snap_release(&bench->alone);
	snap_release(&bench->snaps[0]);
	snap_release(&bench->snaps[1]);
	tape_chunk_release(&bench->chunk);
	free(bench->keys);
	free(bench->values);
	if (bench->fd >= 0)
		close(bench->fd);
	if (bench->file >= 0)
		close(bench->file);
}

int main(void)
{
	struct bench bench = {.fd = -1, .file = -1, .seed = 1};
	const char *path = own_folder() ? in_folder("bench.tape") : NULL;
	int r = path ? set_up(&bench, path) : -errno;

	if (r == 0)
		r = run(&bench);
	if (r == 0)
		r = replay(&bench, path);
	tear_down(&bench);
	if (r < 0)
		printf("tape: could not be measured: %s\n", err_words(r));
	return r < 0;
}
