/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A hash that is read by two threads: the rows are those that one reads, in the same order. */
#include "maps.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/buf.h"

enum {
	ROWS = 120000,
	MOST_ENTRIES = 200000,
	GUESSED_ENTRIES = 400000, /* so many that what is left of them is worth a thread */
	CHUNK = 10000,
};

static unsigned n_threads_before; /* those of a sanitizer */

static unsigned n_threads(void)
{
	return n_entries_of("/proc/self/task") - n_threads_before + 1;
}

/* One that was joined is on its way out of /proc for a moment. */
static void assert_alone(void)
{
	uint64_t until = clock_now_ns() + 60000000000;

	while (n_threads() > 1 && clock_now_ns() < until)
		sched_yield();
	assert_int_equal(n_threads(), 1);
}

static unsigned n_cpus(void)
{
	cpu_set_t cpus;

	assert_int_equal(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	return (unsigned)CPU_COUNT(&cpus);
}

static void skip_on_one_cpu(void)
{
	if (n_cpus() < 2)
		skip();
}

/* Keys [from, until), each value as its key, on every CPU. */
static void fill(int fd, const struct map *map, uint32_t from, uint32_t until)
{
	size_t stride = map_value_stride(map);
	uint8_t *values = test_calloc(CHUNK, stride), *keys = test_calloc(CHUNK, map->key_size);

	while (from < until) {
		uint32_t n = MIN_OF(until - from, (uint32_t)CHUNK);

		for (uint32_t i = 0; i < n; i++) {
			uint32_t key = from + i;

			memcpy(keys + (size_t)i * map->key_size, &key, sizeof(key));
			for (size_t at = 0; at < stride; at += 8)
				memcpy(values + i * stride + at, &key, sizeof(key));
		}
		from += n;
		assert_int_equal(bpf_map_update_batch(fd, keys, values, &n, NULL), 0);
	}
	test_free(values);
	test_free(keys);
}

struct course {
	unsigned most_threads;
	bool was_left; /* the second thread ended before three eighths of all that the map can hold were there */
};

static void read_by_two(const struct map *map, struct read_plan how, struct snap *snap,
			struct course *course)
{
	struct cursor *cursor;
	struct err err = {0};
	int r = STEP_MORE;

	*course = (struct course){0};
	how.takes_two = true;
	assert_int_equal(the_source->ops->begin(the_source, map, &how, snap, &cursor, &err), 0);
	while (r == STEP_MORE) {
		unsigned n;

		r = the_source->ops->step(cursor, snap, &err);
		n = n_threads();
		course->most_threads = MAX_OF(course->most_threads, n);
		course->was_left |=
			n < course->most_threads && snap->n_rows < map->max_entries / 8 * 3;
	}
	the_source->ops->end(cursor, snap);
	if (r < 0)
		fail_msg("%s", err.text);
	assert_alone();
}

static void assert_same_rows(const struct snap *a, const struct snap *b)
{
	assert_int_equal(a->n_rows, b->n_rows);
	assert_int_equal(a->notes, b->notes);
	assert_memory_equal(a->keys.at, b->keys.at, a->n_rows * a->key_stride);
	assert_memory_equal(a->vals.at, b->vals.at, a->n_rows * a->val_stride);
}

/* Reads it by one and by two; the rows of one are left in *one. */
static void check_by_two(const struct map *map, const struct read_plan *how, struct snap *one,
			 struct course *course)
{
	SCOPED(snap) two = {0};

	assert_int_equal(source_read(the_source, map, how, one, NULL), 0);
	read_by_two(map, *how, &two, course);
	assert_same_rows(one, &two);
}

static void test_same_rows(void **state)
{
	static const struct {
		enum bpf_map_type type;
		uint32_t key_size, flags;
	} kinds[] = {
		{BPF_MAP_TYPE_HASH, 4},
		{BPF_MAP_TYPE_HASH, 16, BPF_F_NO_PREALLOC},
		{BPF_MAP_TYPE_LRU_HASH, 8},
		{BPF_MAP_TYPE_PERCPU_HASH, 4},
	};

	(void)state;
	skip_on_one_cpu();
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int fd = make_map(kinds[i].type, "ahead", kinds[i].key_size, 8, MOST_ENTRIES,
				  kinds[i].flags);
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fd, &list);
		SCOPED(snap) snap = {0};
		SCOPED(snap) two = {0};
		struct course course;

		fill(fd, map, 0, ROWS);
		check_by_two(map, &(struct read_plan){0}, &snap, &course);
		/* Into arrays of a reading before. */
		read_by_two(map, (struct read_plan){0}, &two, &course);
		read_by_two(map, (struct read_plan){0}, &two, &course);
		assert_same_rows(&snap, &two);
		assert_int_equal(snap.notes, 0);
		assert_int_equal(snap.n_rows, ROWS);
		assert_int_equal(course.most_threads, 2);
		map_list_release(&list);
		close(fd);
	}
}

/* Of rows in the order of their buckets keeps one in n_th of those in [from, until) percent. */
static void thin_out(int fd, const struct snap *snap, unsigned from, unsigned until, unsigned n_th)
{
	for (size_t row = snap->n_rows * from / 100; row < snap->n_rows * until / 100; row++)
		if (row % n_th)
			assert_int_equal(bpf_map_delete_elem(fd, snap_key(snap, row)), 0);
}

/* How many rows there are is guessed from the first buckets, and here these are not like the others. */
static void test_wrong_guesses(void **state)
{
	static const struct {
		const char *what;
		unsigned from, until, n_th;
		bool was_left;
	} cases[] = {
		{"fewer follow", 30, 100, 50, false},
		{"none follow in the first half", 10, 50, 100000, false},
		{"more than there is room for in the first half", 0, 20, 4, true},
		{"more than there is room for in the second half", 0, 48, 3, false},
	};

	(void)state;
	skip_on_one_cpu();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fd = make_map(BPF_MAP_TYPE_HASH, "guess", 4, 8, GUESSED_ENTRIES, 0);
		struct map_list list = {0};
		const struct map *map = find_fd(the_source, fd, &list);
		SCOPED(snap) snap = {0};
		struct course course;

		fill(fd, map, 0, GUESSED_ENTRIES);
		read_clean(the_source, map, NULL, &snap);
		thin_out(fd, &snap, cases[i].from, cases[i].until, cases[i].n_th);
		check_by_two(map, &(struct read_plan){0}, &snap, &course);
		print_message("# %s: %zu rows\n", cases[i].what, snap.n_rows);
		assert_int_equal(course.most_threads, 2);
		if (cases[i].was_left)
			assert_true(course.was_left);
		map_list_release(&list);
		close(fd);
	}
}

/* What two threads are not worth, or not asked for. */
static void test_one_reads(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "alone", 4, 8, MOST_ENTRIES, 0);
	static const struct read_plan plans[] = {{.max_rows = 20000},
						 {.method = "next-key"},

						 {.first_bucket = 1 << 10}};
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};
	struct course course;
	cpu_set_t all, here;

	(void)state;
	fill(fd, map, 0, 10000);
	check_by_two(map, &(struct read_plan){0}, &snap, &course);
	assert_int_equal(course.most_threads, 1);
	fill(fd, map, 10000, ROWS);
	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		check_by_two(map, &plans[i], &snap, &course);
		assert_int_equal(course.most_threads, 1);
	}
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	assert_int_equal(sched_setaffinity(0, sizeof(here), &here), 0);
	check_by_two(map, &(struct read_plan){0}, &snap, &course);
	sched_setaffinity(0, sizeof(all), &all);
	assert_int_equal(course.most_threads, 1);
	assert_int_equal(snap.n_rows, ROWS);
	map_list_release(&list);
	close(fd);
}

/* Calls that are so small at first that buckets are larger than what was asked for; and a limit that only the
 * second thread comes to. */
static void test_plans(void **state)
{
	static const struct read_plan plans[] = {
		{.first_rows = 1}, {.max_rows = ROWS}, {.max_rows = ROWS - ROWS / 50}};
	int fd = make_map(BPF_MAP_TYPE_HASH, "plans", 4, 8, MOST_ENTRIES, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) snap = {0};
	struct course course;

	(void)state;
	fill(fd, map, 0, ROWS);
	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		check_by_two(map, &plans[i], &snap, &course);
		assert_int_equal(snap.notes & SNAP_TRUNCATED, i == 2 ? SNAP_TRUNCATED : 0);
	}
	map_list_release(&list);
	close(fd);
}

/* At any moment: the thread is gone, the map's descriptor closed, and the rows so far are the first ones. */
static void test_given_up(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, "givenup", 4, 8, MOST_ENTRIES, 0);
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, fd, &list);
	SCOPED(snap) whole = {0};
	SCOPED(snap) snap = {0};
	unsigned n_fds = n_entries_of("/proc/self/fd"), most = 0;

	(void)state;
	skip_on_one_cpu();
	fill(fd, map, 0, ROWS);
	read_clean(the_source, map, NULL, &whole);
	for (size_t percent = 0; percent < 90; percent += 7) {
		struct cursor *cursor;

		assert_int_equal(the_source->ops->begin(the_source, map,
							&(struct read_plan){.takes_two = true},
							&snap, &cursor, NULL),
				 0);
		while (snap.n_rows <= ROWS * percent / 100)
			assert_int_equal(the_source->ops->step(cursor, &snap, NULL), STEP_MORE);
		most = MAX_OF(most, n_threads());
		the_source->ops->end(cursor, &snap);
		assert_alone();
		assert_int_equal(n_entries_of("/proc/self/fd"), n_fds);
		assert_int_equal(snap.notes, SNAP_PARTIAL);
		assert_memory_equal(snap.keys.at, whole.keys.at, snap.n_rows * snap.key_stride);
		assert_memory_equal(snap.vals.at, whole.vals.at, snap.n_rows * snap.val_stride);
	}
	assert_int_equal(most, 2);
	map_list_release(&list);
	close(fd);
}

/* -- writers beside it -- */

struct writer {
	int fd;
	atomic_bool ends;
};

/* Keys from ROWS on come and go, those below change and stay. */
static void *write_on(void *ctx)
{
	struct writer *writer = ctx;

	for (uint32_t i = 0; !atomic_load(&writer->ends); i++) {
		uint32_t moving = ROWS + i % 50000, staying = i * 7919 % ROWS;
		uint64_t value = staying + ((uint64_t)i << 32);

		bpf_map_update_elem(writer->fd, &staying, &value, BPF_ANY);
		bpf_map_update_elem(writer->fd, &moving, &value, BPF_ANY);
		moving = ROWS + (i + 25000) % 50000;
		bpf_map_delete_elem(writer->fd, &moving);
	}
	return NULL;
}

static void test_writers(void **state)
{
	struct writer writer = {make_map(BPF_MAP_TYPE_HASH, "writers", 4, 8, MOST_ENTRIES, 0)};
	struct map_list list = {0};
	const struct map *map = find_fd(the_source, writer.fd, &list);
	SCOPED(snap) snap = {0};
	uint8_t *n_seen = test_calloc(MOST_ENTRIES, 1);
	pthread_t thread;

	(void)state;
	fill(writer.fd, map, 0, ROWS);
	assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
	for (int reading = 0; reading < 5; reading++) {
		const struct read_plan how = {.takes_two = true};

		assert_int_equal(source_read(the_source, map, &how, &snap, NULL), 0);
		memset(n_seen, 0, MOST_ENTRIES);
		for (size_t row = 0; row < snap.n_rows; row++) {
			uint32_t key, value;

			memcpy(&key, snap_key(&snap, row), sizeof(key));
			memcpy(&value, snap_value(&snap, row), sizeof(value));
			assert_true(key < MOST_ENTRIES && !n_seen[key]++);
			assert_true(key >= ROWS || value == key);
		}
		for (uint32_t key = 0; key < ROWS; key++)
			assert_int_equal(n_seen[key], 1);
	}
	atomic_store(&writer.ends, true);
	pthread_join(thread, NULL);
	test_free(n_seen);
	map_list_release(&list);
	close(writer.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_rows), cmocka_unit_test(test_wrong_guesses),
		cmocka_unit_test(test_one_reads), cmocka_unit_test(test_plans),
		cmocka_unit_test(test_given_up),  cmocka_unit_test(test_writers),
	};

	struct writer idle = {.ends = true};
	pthread_t thread;

	/* A sanitizer's own thread begins with the first of ours. */
	if (pthread_create(&thread, NULL, write_on, &idle) == 0)
		pthread_join(thread, NULL);
	n_threads_before = n_entries_of("/proc/self/task");
	return run_live(tests);
}
