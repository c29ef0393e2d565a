/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happens to a map between and during readings: a key that goes, eviction, owners that go, pins
 * that lead elsewhere. */
#include "maps.h"

#include <sched.h>

#include "base/buf.h"

static void fill(int fd, uint32_t from, uint32_t until)
{
	for (uint32_t key = from; key < until; key++) {
		uint64_t value = key;

		assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	}
}

/* Reading holds nothing: no descriptor stays, and the map goes with its owner. */
static void test_owner_goes(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "goes", 4, 8, 100, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};
	struct err err = {0};
	unsigned n_fds = n_entries_of("/proc/self/fd");

	(void)state;
	fill(fd, 0, 100);
	for (int i = 0; i < 10; i++)
		read_clean(the_source, map, NULL, &snap);
	assert_int_equal(n_entries_of("/proc/self/fd"), n_fds);
	close(fd);
	assert_true(wait_gone(map->id));
	assert_int_equal(source_read(the_source, map, NULL, &snap, &err), -ENOENT);
	assert_non_null(strstr(err.text, "is gone"));
	assert_non_null(strstr(err.text, map->name));
	map_list_release(&list);
}

/* A reading given up half-way closes what it had opened and says that it is a part. */
static void test_given_up(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "givenup", 4, 8, 5000, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	const struct read_plan how = {.first_rows = 64};
	SCOPED(snap) snap = {0};
	struct cursor *cursor;
	unsigned n_fds = n_entries_of("/proc/self/fd");

	(void)state;
	fill(fd, 0, 5000);
	assert_int_equal(the_source->ops->begin(the_source, map, &how, &snap, &cursor, NULL), 0);
	assert_int_equal(n_entries_of("/proc/self/fd"), n_fds + 1);
	assert_int_equal(the_source->ops->step(cursor, &snap, NULL), STEP_MORE);
	the_source->ops->end(cursor, &snap);
	assert_int_equal(n_entries_of("/proc/self/fd"), n_fds);
	assert_in_range(snap.n_rows, 1, 64);
	assert_int_equal(snap.notes, SNAP_PARTIAL);
	assert_false(snap_is_complete(&snap));
	map_list_release(&list);
	close(fd);
}

/* -- pins -- */

static char pin_path[64];

static void unpin(void)
{
	unlink(pin_path);
}

static void set_pin(int fd)
{
	snprintf(pin_path, sizeof(pin_path), "/sys/fs/bpf/change_%d", (int)getpid());
	unpin();
	if (bpf_obj_pin(fd, pin_path) < 0)
		skip();
	atexit(unpin);
}

static void test_pin_replaced(void **state)
{
	int was = make_map(BPF_MAP_TYPE_HASH, "pinwas", 4, 8, 10, 0);
	int is = make_map(BPF_MAP_TYPE_HASH, "pinis", 4, 8, 10, 0);
	uint32_t was_id = id_of(was);
	struct map_list list = {0};
	SCOPED(snap) snap = {0};
	struct err err = {0};
	const struct map *map;
	char words[64];

	(void)state;
	set_pin(was);
	map = find_one(the_source, pin_path, &list);
	assert_int_equal(map->id, was_id);
	assert_string_equal(map->pin, pin_path);
	read_clean(the_source, map, NULL, &snap);
	set_pin(is);
	assert_int_equal(source_read(the_source, map, NULL, &snap, &err), -ESTALE);
	snprintf(words, sizeof(words), "leads to map %u now, no longer to map %u", id_of(is),
		 was_id);
	assert_non_null(strstr(err.text, words));
	/* Taken away, the pin doesn't end a map that lives on; its owner's end does. */
	unpin();
	read_clean(the_source, map, NULL, &snap);
	close(was);
	assert_true(wait_gone(was_id));
	assert_int_equal(source_read(the_source, map, NULL, &snap, &err), -ENOENT);
	assert_non_null(strstr(err.text, pin_path));
	map_list_release(&list);
	close(is);
}

/* -- a walk sent back -- */

/* The key stood on is deleted before the next step: the walk is sent back, says so, and still has every
 * key once. A short step is forced by many keys: a step never covers 5000. */
static void test_restart(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "restart", 4, 8, 5000, 0);
	const struct read_plan how = {.method = "next-key"};
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};
	struct cursor *cursor;
	uint32_t deleted;
	int r;

	(void)state;
	fill(fd, 0, 5000);
	assert_int_equal(the_source->ops->begin(the_source, map, &how, &snap, &cursor, NULL), 0);
	assert_int_equal(the_source->ops->step(cursor, &snap, NULL), STEP_MORE);
	memcpy(&deleted, snap_key(&snap, snap.n_rows - 1), sizeof(deleted));
	assert_int_equal(bpf_map_delete_elem(fd, &deleted), 0);
	do
		r = the_source->ops->step(cursor, &snap, NULL);
	while (r == STEP_MORE);
	the_source->ops->end(cursor, &snap);
	assert_int_equal(r, STEP_DONE);
	assert_int_equal(snap.n_rows, 5000); /* the deleted one was read while it was there */
	assert_int_equal(snap.notes, SNAP_RESTARTED | SNAP_DUPLICATES | SNAP_UNLOCKED);
	assert_true(snap.n_dropped > 0 && !snap_is_cut(&snap));
	map_list_release(&list);
	close(fd);
}

/* A writer that takes away each key that a step ends on, and puts it back after the next: the walk begins
 * again with every step, and would for ever. It ends, and says why. */
static void test_sent_back_for_ever(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "forever", 4, 8, 5000, 0);
	const struct read_plan how = {.method = "next-key"};
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};
	SCOPED(buf) notes = {0};
	struct cursor *cursor;
	uint32_t key = 0;
	int r = STEP_MORE;

	(void)state;
	fill(fd, 0, 5000);
	assert_int_equal(the_source->ops->begin(the_source, map, &how, &snap, &cursor, NULL), 0);
	for (unsigned n_steps = 0; r == STEP_MORE; n_steps++) {
		assert_true(n_steps < 20000);
		r = the_source->ops->step(cursor, &snap, NULL);
		fill(fd, key, key + 1);
		if (r != STEP_MORE)
			break;
		memcpy(&key, snap_key(&snap, snap.n_rows - 1), sizeof(key));
		assert_int_equal(bpf_map_delete_elem(fd, &key), 0);
	}
	the_source->ops->end(cursor, &snap);
	assert_int_equal(r, STEP_DONE);
	assert_true(snap.notes & SNAP_OUTRUN);
	assert_true(snap_is_cut(&snap) && snap.n_rows <= 5000 && snap.n_dropped > 0);
	snap_notes(&snap, &notes);
	assert_non_null(strstr(buf_text(&notes), "writers were faster than the reading"));
	map_list_release(&list);
	close(fd);
}

/* -- eviction -- */

enum { LRU_ROWS = 2048 };

/* On one CPU and with lists of its own, which keys survive is decided by order of use alone. */
static int make_lru(void)
{
	int fd = make_map(BPF_MAP_TYPE_LRU_HASH, "lru", 4, 8, LRU_ROWS, BPF_F_NO_COMMON_LRU);

	fill(fd, 0, LRU_ROWS * 5 / 4);
	return fd;
}

static void test_eviction_unmoved(void **state)
{
	static const char *const methods[] = {"batch", "next-key"};
	cpu_set_t here, all;
	SCOPED(snap) read = {0};
	SCOPED(snap) unread = {0};

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	assert_int_equal(sched_setaffinity(0, sizeof(here), &here), 0);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		int fds[2] = {make_lru(), make_lru()};
		struct map_list watched = {0}, other = {0};
		const struct map *map = find_fd(the_source, fds[0], &watched);

		for (int reading = 0; reading < 3; reading++)
			read_clean(the_source, map, &(struct read_plan){.method = methods[i]},
				   &read);
		for (int j = 0; j < 2; j++)
			fill(fds[j], LRU_ROWS * 2, LRU_ROWS * 5 / 2);
		read_clean(the_source, map, NULL, &read);
		read_clean(the_source, find_fd(the_source, fds[1], &other), NULL, &unread);
		assert_int_equal(read.n_rows, unread.n_rows);
		for (size_t row = 0; row < read.n_rows; row++)
			assert_non_null(row_of(&unread, snap_key(&read, row)));
		map_list_release(&watched);
		map_list_release(&other);
		close(fds[0]);
		close(fds[1]);
	}
	sched_setaffinity(0, sizeof(all), &all);
}

/* Rows that were pushed out before the last one was read: every row is true, but never were all of them
 * there at once. */
static void test_turned_over(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_LRU_HASH, "turns", 4, 8, LRU_ROWS, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};
	SCOPED(buf) notes = {0};
	struct cursor *cursor;
	char words[80];
	int r;

	(void)state;
	fill(fd, 0, LRU_ROWS * 2);
	read_clean(the_source, map, NULL, &snap);
	assert_int_equal(snap.notes, 0);
	assert_int_equal(the_source->ops->begin(the_source, map,
						&(struct read_plan){.first_rows = 256}, &snap,
						&cursor, NULL),
			 0);
	assert_int_equal(the_source->ops->step(cursor, &snap, NULL), STEP_MORE);
	fill(fd, LRU_ROWS * 2, LRU_ROWS * 6);
	do
		r = the_source->ops->step(cursor, &snap, NULL);
	while (r == STEP_MORE);
	the_source->ops->end(cursor, &snap);
	assert_int_equal(r, STEP_DONE);
	assert_int_equal(snap.notes, SNAP_EVICTED);
	assert_true(snap.n_evicted > 0 && snap.n_evicted < snap.n_looked_again);
	assert_true(snap_is_complete(&snap));
	snap_notes(&snap, &notes);
	snprintf(words, sizeof(words), "turned over: %zu of %zu rows gone by the end",
		 snap.n_evicted, snap.n_looked_again);
	assert_string_equal(buf_text(&notes), words);
	map_list_release(&list);
	close(fd);
}

/* -- growth -- */

/* How much a writer adds, or takes, while the reading is under way. */
static void test_grew(void **state)
{
	enum { N_BEFORE = 100000, N_EARLY = 8192 }; /* more than one step reads */
	static const struct {
		uint32_t n_after;
		uint32_t notes;
	} kinds[] = {{N_BEFORE, 0}, {N_BEFORE + 200, 0}, {2 * N_BEFORE, SNAP_GREW}};

	(void)state;
	if (!kernel_counts())
		skip();
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int fd = make_map(BPF_MAP_TYPE_HASH, "grows", 4, 8, 3 * N_BEFORE, 0);
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fd, &list);
		SCOPED(snap) snap = {0};
		SCOPED(buf) notes = {0};
		struct cursor *cursor;
		int r = STEP_MORE;

		fill(fd, 0, N_BEFORE);
		assert_int_equal(
			the_source->ops->begin(the_source, map, NULL, &snap, &cursor, NULL), 0);
		while (snap.n_rows < N_EARLY)
			assert_int_equal(the_source->ops->step(cursor, &snap, NULL), STEP_MORE);
		fill(fd, N_BEFORE, kinds[i].n_after);
		while (r == STEP_MORE)
			r = the_source->ops->step(cursor, &snap, NULL);
		the_source->ops->end(cursor, &snap);
		assert_int_equal(r, STEP_DONE);
		assert_int_equal(snap.notes, kinds[i].notes);
		assert_true(snap_is_complete(&snap) && snap.n_rows >= N_BEFORE);
		snap_notes(&snap, &notes);
		assert_string_equal(buf_text(&notes),
				    kinds[i].notes ? "grew while it was read, to 200000 entries"
						   : "");
		map_list_release(&list);
		close(fd);
	}
}

/* -- walks that can pass over a key -- */

/* Once the last row is there, the step that walks the keys again sees what a writer did meanwhile. */
static void test_walks_disagree(void **state)
{
	static const struct {
		uint32_t deleted, added;
	} kinds[] = {{0, 0}, {7, 0}, {0, 700}, {7, 700}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int fd = make_map(BPF_MAP_TYPE_LPM_TRIE, "twice", 8, 8, 1000, BPF_F_NO_PREALLOC);
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fd, &list);
		SCOPED(snap) snap = {0};
		struct cursor *cursor;
		uint32_t key[2] = {32, 0};
		uint64_t value = 0;
		int r;

		for (key[1] = 1; key[1] <= 100; key[1]++)
			assert_int_equal(bpf_map_update_elem(fd, key, &value, BPF_ANY), 0);
		assert_int_equal(
			the_source->ops->begin(the_source, map, NULL, &snap, &cursor, NULL), 0);
		while (snap.n_rows < 100)
			assert_int_equal(the_source->ops->step(cursor, &snap, NULL), STEP_MORE);
		key[1] = kinds[i].deleted;
		assert_true(!key[1] || bpf_map_delete_elem(fd, key) == 0);
		key[1] = kinds[i].added;
		assert_true(!key[1] || bpf_map_update_elem(fd, key, &value, BPF_ANY) == 0);
		do /* more than one, where others take the CPU */
			r = the_source->ops->step(cursor, &snap, NULL);
		while (r == STEP_MORE);
		assert_int_equal(r, STEP_DONE);
		the_source->ops->end(cursor, &snap);
		assert_int_equal(snap.notes,
				 kinds[i].deleted || kinds[i].added ? SNAP_UNLOCKED : 0);
		assert_int_equal(snap_is_complete(&snap), snap.notes == 0);
		map_list_release(&list);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner_goes),	   cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_pin_replaced),	   cmocka_unit_test(test_restart),
		cmocka_unit_test(test_sent_back_for_ever), cmocka_unit_test(test_eviction_unmoved),
		cmocka_unit_test(test_turned_over),	   cmocka_unit_test(test_grew),
		cmocka_unit_test(test_walks_disagree),
	};

	return run_live(tests);
}
