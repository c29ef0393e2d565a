/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hostile tapes: whatever the bytes say, what is whole is shown, the rest is refused with a sentence, and
 * the memory it takes has to do with the bytes that are there. Mutations mend the checksums most of the
 * time, or nothing but checksums would ever be tried.
 *
 *   fuzz_tape DIRECTORY   replays every file, then seeded mutations of each; prints TAP
 *   clang -fsanitize=fuzzer,address -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION ...   makes a libFuzzer
 *                         target of the same file */
#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/num.h"
#include "read/replay.h"
#include "read/source.h"
#include "tests/unit/tape_make.h"
#include "corpus.h"

enum {
	N_MUTATIONS = 80,
	MAX_INPUT_BYTES = 1 << 20,
	MAX_MAPS = 4,
	MAX_PLACES = 8,
	MAX_MEMORY_KB = 1 << 20,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz_tape", MFD_CLOEXEC);

	if (fd < 0 || file_write_all(fd, data, size) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

/* Reads what is due of a map and shows it by every way out. */
static void show_map(struct source *tape, struct table *table, struct screen *screen)
{
	struct err err = {0};
	SCOPED(buf) out = {0};

	for (int i = 0; i < 3 && tape->ops->due(tape, &table->map) == 0; i++) {
		int r = source_read(tape, &table->map, NULL, table->next, &err);

		if (r < 0 && !err.text[0])
			abort(); /* refused without a word */
		if (r < 0)
			return;
		if (table_take(table) < 0)
			return;
		screen_took(screen, table);
	}
	show_outputs(table, &out);
	show_screen(screen, table, &out);
}

static void play(struct source *tape, struct map *map)
{
	struct screen *screen = screen_new();
	struct plan plan = {0};
	struct table table;
	struct err err = {0};

	if (tape->ops->plan(tape, map, &plan, &err) == 0 && table_init(&table, map, &plan) == 0) {
		screen_add(screen, &table, &err);
		replay_seek(tape, 1);
		for (int i = 0; i < MAX_PLACES; i++) {
			show_map(tape, &table, screen);
			if (replay_next(tape, &err) != 1)
				break;
		}
		replay_seek(tape, 2);
		show_map(tape, &table, screen);
		screen_free(screen);
		table_release(&table);
		return;
	}
	screen_free(screen);
	plan_release(&plan);
}

static void replay_file(const uint8_t *data, size_t size)
{
	struct map_list found = {0};
	struct replay_state state;
	struct source *tape;
	struct err err = {0};

	if (source_tape_of(file_of(data, size), "hostile", &tape, &err) < 0) {
		if (!err.text[0])
			abort();
		return;
	}
	if (tape->ops->list(tape, &found, &err) == 0)
		for (size_t i = 0; i < found.n && i < MAX_MAPS; i++)
			play(tape, &found.maps[i]);
	replay_state(tape, &state);
	map_list_release(&found);
	tape->ops->free(tape);
}

/* The way through a pipe, to the end. */
static void verify(const uint8_t *data, size_t size)
{
	int fd = file_of(data, size);
	struct replay_check check;
	struct err err = {0};
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (replay_verify(path, &check, &err) < 0 && !err.text[0])
		abort();
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	clock_hold(1000000000000, 1795269600000000000);
	replay_file(data, size);
	verify(data, size);
	return 0;
}

#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION

static void put_sum(uint8_t *at, uint64_t sum)
{
	sum = htole64(sum);
	memcpy(at, &sum, sizeof(sum));
}

/* Makes every checksum fit again, as far as the lengths lead. */
static void mend(uint8_t *data, size_t size)
{
	size_t at = TAPE_MAGIC_BYTES;

	while (at + TAPE_LABEL_BYTES <= size) {
		uint8_t *label = data + at;
		struct tape_label read;
		size_t left = size - at - TAPE_LABEL_BYTES;

		put_sum(label + TAPE_LABEL_BYTES - 8, checksum_of(0, label, TAPE_LABEL_BYTES - 8));
		if (tape_label_read(label, &read) < 0 || left < TAPE_SUM_BYTES ||
		    read.length > left - TAPE_SUM_BYTES)
			return;
		put_sum(label + TAPE_LABEL_BYTES + read.length,
			checksum_of(tape_seed(&read), label + TAPE_LABEL_BYTES,
				    (size_t)read.length));
		at += TAPE_LABEL_BYTES + (size_t)read.length + TAPE_SUM_BYTES;
	}
}

static size_t mutate(uint8_t *data, size_t size, uint64_t *seed)
{
	unsigned n = 1 + num_random(seed) % 3;

	for (unsigned i = 0; i < n; i++) {
		uint8_t *byte = &data[num_random(seed) % size];

		switch (num_random(seed) % 4) {
		case 0:
			*byte ^= (uint8_t)(1u << num_random(seed) % 8);
			break;
		case 1:
			*byte = (uint8_t)(num_random(seed) % 16);
			break;
		case 2:
			*byte = 0xff;
			break;
		default:
			*byte = (uint8_t)num_random(seed);
			break;
		}
	}
	if (num_random(seed) % 16 == 0)
		size = 1 + num_random(seed) % size;
	if (num_random(seed) % 8)
		mend(data, size);
	return size;
}

static void replay(const struct buf *file, const char *name, int *n_tests)
{
	uint8_t *data = malloc(file->len);
	uint64_t seed = file->len;

	LLVMFuzzerTestOneInput((const uint8_t *)file->at, file->len);
	for (int i = 0; i < N_MUTATIONS; i++) {
		size_t size;

		memcpy(data, file->at, file->len);
		size = mutate(data, file->len, &seed);
		LLVMFuzzerTestOneInput(data, size);
	}
	free(data);
	printf("ok %d - %s and %d mutations\n", ++*n_tests, name, N_MUTATIONS);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int n_tests = corpus_replay(argc > 1 ? argv[1] : NULL, MAX_INPUT_BYTES, replay);
	struct rusage usage;

	if (!n_tests)
		return 1;
	getrusage(RUSAGE_SELF, &usage);
	printf("%s %d - no more memory than a gigabyte\n",
	       usage.ru_maxrss < MAX_MEMORY_KB ? "ok" : "not ok", ++n_tests);
	printf("1..%d\n", n_tests);
	return usage.ru_maxrss < MAX_MEMORY_KB ? 0 : 1;
}

#endif
