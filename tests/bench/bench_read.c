/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a reading costs over the bare system calls: 1M entries of 16-byte keys and 64-byte values, read
 * through the source and by a loop of bpf_map_lookup_batch into one buffer that is used over and
 * over. Both in turns in one run, so that what else the machine does hits both; the ratio of their
 * medians counts. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bigmap.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/snap.h"
#include "read/source.h"
#include "read/spec.h"

enum { ROWS = 1000000, KEY_SIZE = 16, VALUE_SIZE = 64, ROUNDS = 9, FILL_ROWS = 10000 };

static const uint32_t rows_a_call[] = {4096, 8192, 16384};

struct bench {
	int fd;
	struct source *source;
	struct map_list maps;
	struct snap snap;
	uint8_t *keys, *values; /* of the bare loop */
};

static int fill(int fd)
{
	uint8_t *keys = calloc(FILL_ROWS, KEY_SIZE), *values = calloc(FILL_ROWS, VALUE_SIZE);
	int r = keys && values ? 0 : -ENOMEM;

	for (uint32_t from = 0; from < ROWS && r == 0; from += FILL_ROWS) {
		uint32_t n = FILL_ROWS;

		for (uint32_t i = 0; i < n; i++) {
			uint32_t key = from + i;

			memcpy(keys + (size_t)i * KEY_SIZE, &key, sizeof(key));
			memcpy(values + (size_t)i * VALUE_SIZE, &key, sizeof(key));
		}
		r = bpf_map_update_batch(fd, keys, values, &n, NULL);
	}
	free(keys);
	free(values);
	return r;
}

static int set_up(struct bench *bench)
{
	struct spec spec = {.kind = SPEC_ID, .text = ""};
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	int r;

	bench->fd =
		bpf_map_create(BPF_MAP_TYPE_HASH, "bench_read", KEY_SIZE, VALUE_SIZE, ROWS, NULL);
	if (bench->fd < 0)
		return bench->fd;
	bench->keys = calloc(16384, KEY_SIZE);
	bench->values = calloc(16384, VALUE_SIZE);
	if (!bench->keys || !bench->values)
		return -ENOMEM;
	r = fill(bench->fd);
	if (r == 0)
		r = bpf_obj_get_info_by_fd(bench->fd, &info, &size);
	spec.id = info.id;
	if (r == 0)
		r = source_kernel_new(&bench->source);
	return r < 0 ? r : bench->source->ops->find(bench->source, &spec, &bench->maps, NULL);
}

/* ns an entry, or 0 when it failed */
static double through_source(struct bench *bench)
{
	uint64_t began = clock_now_ns();

	if (source_read(bench->source, &bench->maps.maps[0], NULL, &bench->snap, NULL) < 0 ||
	    bench->snap.n_rows != ROWS)
		return 0;
	return (double)(clock_now_ns() - began) / ROWS;
}

static double bare(struct bench *bench, uint32_t n_ask)
{
	uint64_t began = clock_now_ns();
	uint32_t place[4], count;
	size_t n_rows = 0;
	bool is_first = true;
	int r;

	do {
		count = n_ask;
		r = bpf_map_lookup_batch(bench->fd, is_first ? NULL : place, place, bench->keys,
					 bench->values, &count, NULL);
		n_rows += r == 0 || r == -ENOENT ? count : 0;
		is_first = false;
	} while (r == 0);
	return n_rows == ROWS ? (double)(clock_now_ns() - began) / ROWS : 0;
}

static int run(struct bench *bench)
{
	double ours[ROUNDS], theirs[ARRAY_LEN(rows_a_call)][ROUNDS];
	double best = 0, mine;

	through_source(bench); /* the first reading also gets the memory */
	for (int round = 0; round < ROUNDS; round++) {
		ours[round] = through_source(bench);
		for (size_t i = 0; i < ARRAY_LEN(rows_a_call); i++)
			theirs[i][round] = bare(bench, rows_a_call[i]);
	}
	mine = bigmap_median(ours, ROUNDS);
	for (size_t i = 0; i < ARRAY_LEN(rows_a_call); i++) {
		double ns = bigmap_median(theirs[i], ROUNDS);

		printf("read: bare loop, %5u rows a call   %6.1f ns an entry\n", rows_a_call[i],
		       ns);
		best = best == 0 || ns < best ? ns : best;
	}
	if (mine == 0 || best == 0)
		return -EIO;
	printf("read: through the source            %6.1f ns an entry\n", mine);
	printf("read: ratio to the best bare loop   %6.2f (goal: at most 1.3)\n", mine / best);
	return 0;
}

static void tear_down(struct bench *bench)
{
	if (bench->source)
		bench->source->ops->free(bench->source);
	map_list_release(&bench->maps);
	snap_release(&bench->snap);
	free(bench->keys);
	free(bench->values);
	if (bench->fd >= 0)
		close(bench->fd);
}

int main(void)
{
	struct bench bench = {.fd = -1};
	int r = set_up(&bench);

	if (r == 0)
		r = run(&bench);
	tear_down(&bench);
	if (r < 0)
		printf("read: could not be measured: %s\n", err_words(r));
	return r < 0;
}
