/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writers that insert, update and delete as fast as they can beside the reader. Each map has one, which
 * writes for all of SOAK_SECONDS, and the reader goes round the ways to read all that time, one reading of
 * each. So every way has met its writer for the whole time, at the price of one: side by side they take
 * turns on the processors, but then not even a lone writer is always at it while a reading is made.
 * tests/run.sh lets it run beside the other tests, and SOAK_SECONDS=N makes it longer. */
#include "maps.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SECONDS = 30, STEADY = 2000, MOVING = 2000, KEY_MAX_BYTES = 8, CPUS_MAX = 1024 };

/* What the kernel grants each walk. Under the bucket's lock every key is met, and the reading must say
 * that it is whole. Without it an update can move a key behind the walk, and the reading must not say
 * so. A trie's walk can pass over a branch when a node of it is replaced at that very moment, for which
 * there is no sign, so that a reading has to find out: trie_get_next_key(), kernel/bpf/lpm_trie.c.
 * Whichever: a reading that says that it is whole has every key that was there throughout. */
enum grant { ALL_MET, SAYS_NOT_ALL, FINDS_OUT };

enum { HASHES, CPU_HASHES, TRIES, STEADY_TRIES, N_WRITERS };

static struct writer {
	enum bpf_map_type type;
	uint32_t n_moving; /* keys that come and go */
	bool is_trie;
	int fd;
	atomic_bool is_over;
	uint64_t n_writes;
	pthread_t thread;
	const struct map *map;
	struct map_list list;
} writers[N_WRITERS] = {
	[HASHES] = {BPF_MAP_TYPE_HASH, MOVING},
	[CPU_HASHES] = {BPF_MAP_TYPE_PERCPU_HASH, MOVING},
	[TRIES] = {BPF_MAP_TYPE_LPM_TRIE, MOVING, true},
	[STEADY_TRIES] = {BPF_MAP_TYPE_LPM_TRIE, 0, true},
};

static struct way {
	int writer;
	const char *method;
	enum grant grant;
	unsigned n_readings, n_whole;
	char fault[ERR_TEXT_BYTES]; /* the first */
} ways[] = {
	{HASHES, "batch", ALL_MET},	{CPU_HASHES, "batch", ALL_MET},
	{HASHES, "iter", SAYS_NOT_ALL}, {HASHES, "next-key", SAYS_NOT_ALL},
	{TRIES, "batch", FINDS_OUT},	{STEADY_TRIES, "batch", FINDS_OUT},
	{TRIES, "next-key", FINDS_OUT},
};

/* A trie's key is a prefix of 32 bits and then the number. */
static void make_key(const struct writer *writer, uint32_t number, uint32_t key[2])
{
	key[0] = writer->is_trie ? 32 : number;
	key[1] = number;
}

/* Keys below STEADY stay and change; those above come and go all the time. */
static void *write_on(void *ctx)
{
	struct writer *writer = ctx;
	uint64_t random = 1, values[CPUS_MAX] = {0};

	while (!atomic_load(&writer->is_over)) {
		uint32_t key[2];

		values[0] = random = random * 6364136223846793005u + 1442695040888963407u;
		make_key(writer, (uint32_t)(random >> 33) % (STEADY + writer->n_moving), key);
		if (key[1] < STEADY || bpf_map_delete_elem(writer->fd, key) < 0)
			bpf_map_update_elem(writer->fd, key, values, BPF_ANY);
		writer->n_writes++;
	}
	return NULL;
}

static bool has_its_keys(struct way *way, const struct snap *snap)
{
	const struct writer *writer = &writers[way->writer];
	static uint8_t n_seen[STEADY + MOVING];

	memset(n_seen, 0, sizeof(n_seen));
	for (size_t row = 0; row < snap->n_rows; row++) {
		uint32_t number;

		memcpy(&number, snap_key(snap, row) + (writer->is_trie ? 4 : 0), sizeof(number));
		if (number >= STEADY + MOVING) {
			snprintf(way->fault, sizeof(way->fault), "key %u was never written",
				 number);
			return false;
		}
		n_seen[number]++;
	}
	for (uint32_t number = 0; number < STEADY + MOVING; number++)
		if (n_seen[number] > 1 ||
		    (n_seen[number] == 0 && number < STEADY && snap_is_complete(snap))) {
			snprintf(way->fault, sizeof(way->fault), "key %u: %u times", number,
				 n_seen[number]);
			return false;
		}
	return true;
}

static void read_once(struct way *way, struct snap *snap)
{
	const struct read_plan how = {.method = way->method};
	struct err err = {0};

	if (source_read(the_source, writers[way->writer].map, &how, snap, &err) != 0)
		snprintf(way->fault, sizeof(way->fault), "%s", err.text);
	else if (strcmp(snap->method, way->method) != 0)
		snprintf(way->fault, sizeof(way->fault), "was read by %s", snap->method);
	else if (snap->n_calls > 4 * (2 * (STEADY + MOVING) + 4096))
		snprintf(way->fault, sizeof(way->fault), "%llu calls",
			 (unsigned long long)snap->n_calls);
	else if (has_its_keys(way, snap))
		way->n_whole += snap_is_complete(snap);
	way->n_readings++;
}

static void start(struct writer *writer)
{
	uint64_t values[CPUS_MAX] = {0};
	uint32_t key[2];

	writer->fd = make_map(writer->type, "soak", writer->is_trie ? KEY_MAX_BYTES : 4, 8,
			      STEADY + MOVING, writer->is_trie ? BPF_F_NO_PREALLOC : 0);
	for (uint32_t number = 0; number < STEADY; number++) {
		make_key(writer, number, key);
		assert_int_equal(bpf_map_update_elem(writer->fd, key, values, BPF_ANY), 0);
	}
	writer->map = find_fd(the_source, writer->fd, &writer->list);
	assert_int_equal(pthread_create(&writer->thread, NULL, write_on, writer), 0);
}

static void stop(struct writer *writer)
{
	atomic_store(&writer->is_over, true);
	pthread_join(writer->thread, NULL);
	map_list_release(&writer->list);
	close(writer->fd);
}

static void test_writers_write(void **state)
{
	const char *seconds = getenv("SOAK_SECONDS");
	const uint64_t until_ns =
		clock_now_ns() +
		(seconds ? strtoull(seconds, NULL, 10) : SECONDS) * UINT64_C(1000000000);
	SCOPED(snap) snap = {0};

	(void)state;
	assert_true(libbpf_num_possible_cpus() <= CPUS_MAX);
	for (int i = 0; i < N_WRITERS; i++)
		start(&writers[i]);
	while (clock_now_ns() < until_ns)
		for (size_t i = 0; i < ARRAY_LEN(ways); i++)
			if (!ways[i].fault[0])
				read_once(&ways[i], &snap);
	for (int i = 0; i < N_WRITERS; i++) {
		stop(&writers[i]);
		assert_true(writers[i].n_writes > 0);
	}
}

static void test_way(void **state)
{
	const struct way *way = *state;
	const struct writer *writer = &writers[way->writer];

	print_message("# %s by %s: %u readings, %u complete, %llu writes\n",
		      libbpf_bpf_map_type_str(writer->type), way->method, way->n_readings,
		      way->n_whole, (unsigned long long)writer->n_writes);
	if (way->fault[0])
		fail_msg("reading %u: %s", way->n_readings, way->fault);
	assert_true(way->n_readings > 0);
	if (way->grant != FINDS_OUT)
		assert_int_equal(way->n_whole, way->grant == ALL_MET ? way->n_readings : 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writers_write),
		cmocka_unit_test_prestate(test_way, &ways[0]),
		cmocka_unit_test_prestate(test_way, &ways[1]),
		cmocka_unit_test_prestate(test_way, &ways[2]),
		cmocka_unit_test_prestate(test_way, &ways[3]),
		cmocka_unit_test_prestate(test_way, &ways[4]),
		cmocka_unit_test_prestate(test_way, &ways[5]),
		cmocka_unit_test_prestate(test_way, &ways[6]),
	};
	_Static_assert(ARRAY_LEN(tests) == 1 + ARRAY_LEN(ways), "a way that nobody looks at");

	return run_live(tests);
}
