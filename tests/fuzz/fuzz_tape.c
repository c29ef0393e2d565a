/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hostile tapes: whatever the bytes say, what is whole is shown, the rest is refused with a sentence, and
 * the memory it takes has to do with the bytes that are there. Mutations mend the checksums most of the
 * time, or nothing but checksums would ever be tried.
 *
 *   fuzz_tape DIRECTORY   replays every file, then seeded mutations of each; prints TAP
 *   clang -fsanitize=fuzzer,address -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION ...   makes a libFuzzer
 *                         target of the same file */
#include <endian.h>
#include <fcntl.h>
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
	MAX_FILES = 4,
	MAX_PLACES = 8,
	MAX_STEPS = 16,
	MAX_TURNS = 100000,
	MAX_MEMORY_KB = 1 << 20,
};

#define NOW_NS	1000000000000ull
#define WALL_NS 1795269600000000000ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz_tape", MFD_CLOEXEC);

	if (fd < 0 || file_write_all(fd, data, size) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

/* -- all maps of a tape at once -- */

/* A map that is read a step at a time, between steps of others, as whoever shows several of them does. */
struct shown {
	struct table table;
	struct cursor *cursor; /* a reading under way, or NULL */
};

struct show {
	struct source *tape;
	struct screen *screen;
	struct shown maps[MAX_MAPS];
	size_t n;
	uint64_t seed, now_ns;
};

static size_t random_below(struct show *show, size_t n)
{
	return num_random(&show->seed) % n;
}

static bool is_due(const struct show *show, const struct shown *map)
{
	return map->cursor || show->tape->ops->due(show->tape, &map->table.map) <= show->now_ns;
}

static void end_reading(const struct show *show, struct shown *map)
{
	if (map->cursor)
		show->tape->ops->end(map->cursor, map->table.next);
	map->cursor = NULL;
}

/* Begins a reading, or goes on with one; what is refused is so with a word. */
static void step(struct show *show, struct shown *map)
{
	const struct source_ops *ops = show->tape->ops;
	bool is_begun = map->cursor;
	struct table *table = &map->table;
	struct err err = {0};
	int r = is_begun ? ops->step(map->cursor, table->next, &err)
			 : ops->begin(show->tape, &table->map, NULL, table->next, &map->cursor,
				      &err);

	if (r < 0 && !err.text[0])
		abort();
	if (!is_begun || r == STEP_MORE)
		return;
	end_reading(show, map);
	if (r == STEP_DONE && table_take(table) == 0)
		screen_took(show->screen, table);
}

/* What is due here, in whatever order, until nothing is: there must be an end to that. */
static void read_place(struct show *show)
{
	bool is_busy = true;

	for (int turn = 0; is_busy; turn++) {
		is_busy = false;
		if (turn == MAX_TURNS) {
			fputs("a reading is due for ever\n", stderr);
			abort();
		}
		for (size_t i = 0; i < show->n; i++) {
			if (!is_due(show, &show->maps[i]))
				continue;
			is_busy = true;
			if (random_below(show, 2))
				step(show, &show->maps[i]);
		}
	}
}

/* Some steps, so that readings are under way, or dropped, when the place is another one. */
static void go_elsewhere(struct show *show)
{
	for (size_t n = random_below(show, MAX_STEPS); n-- && show->n;) {
		struct shown *map = &show->maps[random_below(show, show->n)];

		if (random_below(show, 8) == 0)
			end_reading(show, map);
		else if (is_due(show, map))
			step(show, map);
	}
	if (random_below(show, 3)) {
		replay_seek(show->tape, random_below(show, 2 * MAX_PLACES));
		return;
	}
	replay_hold(show->tape, random_below(show, 2));
	replay_speed(show->tape, (double)random_below(show, 200));
	show->now_ns += random_below(show, 4 * SIM_TICK_NS);
	clock_hold(show->now_ns, WALL_NS);
}

/* By another way out each time, or by all. */
static void show_all(struct show *show, bool by_all)
{
	static const struct out_ops *const outputs[] = {&out_text, &out_json, &out_csv, &out_jsonl};

	for (size_t i = 0; i < show->n; i++) {
		struct table *table = &show->maps[i].table;
		SCOPED(buf) out = {0};

		if (by_all)
			show_outputs(table, &out);
		else
			show_as(table, outputs[random_below(show, ARRAY_LEN(outputs))],
				random_below(show, 2), &out);
		show_screen(show->screen, table, &out);
	}
}

static void play(struct show *show)
{
	struct err err = {0};

	replay_seek(show->tape, 1);
	for (int i = 0; i < MAX_PLACES; i++) {
		read_place(show);
		show_all(show, i == 0);
		if (replay_next(show->tape, &err) != 1)
			break;
	}
	for (int i = 0; i < MAX_PLACES; i++) {
		go_elsewhere(show);
		read_place(show);
	}
	show_all(show, true);
}

static void add_map(struct show *show, struct map *map)
{
	struct shown *shown = &show->maps[show->n];
	struct plan plan = {0};
	struct err err = {0};

	if (show->tape->ops->plan(show->tape, map, &plan, &err) == 0 &&
	    table_init(&shown->table, map, &plan) == 0) {
		show->n++;
		screen_add(show->screen, &shown->table, &err);
		return;
	}
	plan_release(&plan);
}

static void play_all(struct source *tape, uint64_t seed)
{
	struct show show = {
		.tape = tape, .screen = screen_new(), .seed = seed, .now_ns = clock_now_ns()};
	struct map_list found = {0};
	struct err err = {0};

	if (tape->ops->list(tape, &found, &err) == 0)
		for (size_t i = 0; i < found.n && show.n < MAX_MAPS; i++)
			add_map(&show, &found.maps[i]);
	play(&show);
	screen_free(show.screen);
	for (size_t i = 0; i < show.n; i++) {
		end_reading(&show, &show.maps[i]);
		table_release(&show.maps[i].table);
	}
	map_list_release(&found);
}

/* What came of opening one. */
static void replay_opened(int r, struct source *tape, const struct err *err, uint64_t seed)
{
	struct replay_state state;

	if (r < 0) {
		if (!err->text[0])
			abort();
		return;
	}
	play_all(tape, seed);
	replay_state(tape, &state);
	tape->ops->free(tape);
}

static void replay_fd_of(int fd, uint64_t seed)
{
	struct source *tape = NULL;
	struct err err = {0};
	int r;

	clock_hold(NOW_NS, WALL_NS);
	r = source_tape_of(fd, "hostile", &tape, &err);
	replay_opened(r, tape, &err, seed);
}

/* -- the same bytes as files that follow each other -- */

/* Where the chunk at that byte ends, as far as its length leads; its tag. */
static size_t chunk_end(const uint8_t *data, size_t size, size_t at, uint32_t *tag_ret)
{
	struct tape_label label;

	*tag_ret = 0;
	if (size - at < TAPE_LABEL_BYTES || tape_label_read(data + at, &label) < 0 ||
	    label.length > size)
		return size;
	*tag_ret = label.tag;
	at += TAPE_LABEL_BYTES + (size_t)label.length + TAPE_SUM_BYTES;
	return MIN_OF(at, size);
}

static int write_fd(void *ctx, const void *bytes, size_t n)
{
	return file_write_all(*(int *)ctx, bytes, n);
}

/* A file of a recording: it begins as each does, with the maps so far, and goes on with what is in between. */
static int part_of(const uint8_t *data, size_t from, size_t to, uint32_t number)
{
	const struct tape_head head = {.host = "",
				       .program = "",
				       .boot = "",
				       .is_big_endian = __BYTE_ORDER == __BIG_ENDIAN,
				       .file = number,
				       .began_ns = 1};
	int fd = memfd_create("fuzz_tape", MFD_CLOEXEC);
	SCOPED(tape_chunk) chunk = {0};
	uint32_t tag;

	if (fd < 0 || tape_write_magic(write_fd, &fd) < 0 || tape_pack_head(&chunk, &head) < 0 ||
	    tape_chunk_write(&chunk, write_fd, &fd) < 0)
		abort();
	for (size_t at = TAPE_MAGIC_BYTES, end; at < from; at = end) {
		end = chunk_end(data, from, at, &tag);
		if (tag == TAPE_MAP && file_write_all(fd, data + at, end - at) < 0)
			abort();
	}
	if (file_write_all(fd, data + from, to - from) < 0)
		abort();
	return fd;
}

/* Cut before some of its chunks, whatever they are: differences among them have nothing to differ from. */
static void replay_in_files(const uint8_t *data, size_t size, uint64_t seed)
{
	char names[MAX_FILES][32];
	const char *paths[MAX_FILES];
	int fds[MAX_FILES], r;
	uint32_t missing = seed / 2 % 2;
	size_t n = 0, from = TAPE_MAGIC_BYTES, to = from;
	struct source *tape = NULL;
	struct err err = {0};
	uint32_t tag;

	while (from < size && n < MAX_FILES) {
		do
			to = chunk_end(data, size, to, &tag);
		while (to < size && (n + 1 == MAX_FILES || num_random(&seed) % 4));
		/* One of them may be missing. */
		fds[n] = part_of(data, from, to, (uint32_t)n + 1 + (n > 1 ? missing : 0));
		snprintf(names[n], sizeof(names[n]), "/proc/self/fd/%d", fds[n]);
		paths[n] = names[n];
		from = to;
		n++;
	}
	if (!n)
		return;
	clock_hold(NOW_NS, WALL_NS);
	r = source_tape_join(paths, n, &tape, &err);
	replay_opened(r, tape, &err, seed);
	while (n)
		close(fds[--n]);
}

/* As it comes from another program; all of it is in the pipe, or it would never end. */
static int pipe_of(const uint8_t *data, size_t size)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0 || fcntl(fds[1], F_SETPIPE_SZ, MAX_INPUT_BYTES) < 0 ||
	    file_write_all(fds[1], data, size) < 0)
		abort();
	close(fds[1]);
	return fds[0];
}

/* Every byte of it, to the end. */
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
	uint64_t seed = checksum_of(0, data, size);

	replay_fd_of(file_of(data, size), seed);
	replay_fd_of(pipe_of(data, size), seed);
	if (seed % 2) /* it takes as long as the others together */
		replay_in_files(data, size, seed);
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
