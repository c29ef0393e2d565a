/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A writer that inserts, updates and deletes as fast as it can beside the reader, for SOAK_SECONDS over
 * every type and way to read below. tests/run.sh lets it run beside the other tests. */
#include "maps.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SOAK_SECONDS = 30, STEADY = 2000, MOVING = 2000, KEY_MAX_BYTES = 8, CPUS_MAX = 1024 };

/* What the kernel grants each walk. Under the bucket's lock every key is met, and the reading must say
 * that it is whole. Without it an update can move a key behind the walk, and the reading must not say
 * so. A trie's walk can pass over a branch when a node of it is replaced at that very moment, for which
 * there is no sign, so that a reading has to find out: trie_get_next_key(), kernel/bpf/lpm_trie.c.
 * Whichever: a reading that says that it is whole has every key that was there throughout. */
enum grant { ALL_MET, SAYS_NOT_ALL, FINDS_OUT };

static const struct soak_kind {
	enum bpf_map_type type;
	const char *method;
	enum grant grant;
	uint32_t n_moving; /* keys that come and go */
} kinds[] = {
	{BPF_MAP_TYPE_HASH, "batch", ALL_MET, MOVING},
	{BPF_MAP_TYPE_PERCPU_HASH, "batch", ALL_MET, MOVING},
	{BPF_MAP_TYPE_HASH, "iter", SAYS_NOT_ALL, MOVING},
	{BPF_MAP_TYPE_HASH, "next-key", SAYS_NOT_ALL, MOVING},
	{BPF_MAP_TYPE_LPM_TRIE, "batch", FINDS_OUT, MOVING},
	{BPF_MAP_TYPE_LPM_TRIE, "batch", FINDS_OUT, 0},
	{BPF_MAP_TYPE_LPM_TRIE, "next-key", FINDS_OUT, MOVING},
};

struct writer {
	int fd;
	bool is_trie;
	uint32_t n_moving;
	atomic_bool is_over;
	uint64_t n_writes;
	pthread_t thread;
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

static void check_keys(const struct writer *writer, const struct snap *snap)
{
	static uint8_t n_seen[STEADY + MOVING];

	memset(n_seen, 0, sizeof(n_seen));
	for (size_t row = 0; row < snap->n_rows; row++) {
		uint32_t number;

		memcpy(&number, snap_key(snap, row) + (writer->is_trie ? 4 : 0), sizeof(number));
		assert_true(number < STEADY + MOVING);
		n_seen[number]++;
	}
	for (uint32_t number = 0; number < STEADY + MOVING; number++)
		if (n_seen[number] > 1 ||
		    (n_seen[number] == 0 && number < STEADY && snap_is_complete(snap)))
			fail_msg("key %u: %u times", number, n_seen[number]);
}

static void read_beside(struct writer *writer, const struct soak_kind *kind, const struct map *map)
{
	const uint64_t until_ns =
		clock_now_ns() + SOAK_SECONDS * UINT64_C(1000000000) / ARRAY_LEN(kinds);
	const struct read_plan how = {.method = kind->method};
	unsigned n_readings = 0, n_whole = 0;
	SCOPED(snap) snap = {0};

	while (clock_now_ns() < until_ns) {
		assert_int_equal(source_read(the_source, map, &how, &snap, NULL), 0);
		assert_string_equal(snap.method, kind->method);
		assert_true(snap.n_calls <= 4 * (2 * (STEADY + MOVING) + 4096));
		check_keys(writer, &snap);
		n_whole += snap_is_complete(&snap);
		n_readings++;
	}
	print_message("# %s by %s: %u readings, %u complete, %llu writes\n", map->type->name,
		      kind->method, n_readings, n_whole, (unsigned long long)writer->n_writes);
	assert_true(n_readings > 0);
	if (kind->grant != FINDS_OUT)
		assert_int_equal(n_whole, kind->grant == ALL_MET ? n_readings : 0);
}

static void test_soak(void **state)
{
	const struct soak_kind *kind = *state;
	struct writer writer = {.is_trie = kind->type == BPF_MAP_TYPE_LPM_TRIE,
				.n_moving = kind->n_moving};
	uint64_t values[CPUS_MAX] = {0};
	struct map_list list = {0};
	uint32_t key[2];

	assert_true(libbpf_num_possible_cpus() <= CPUS_MAX);
	writer.fd = make_map(kind->type, "soak", writer.is_trie ? KEY_MAX_BYTES : 4, 8,
			     STEADY + MOVING, writer.is_trie ? BPF_F_NO_PREALLOC : 0);
	for (uint32_t number = 0; number < STEADY; number++) {
		make_key(&writer, number, key);
		assert_int_equal(bpf_map_update_elem(writer.fd, key, values, BPF_ANY), 0);
	}
	assert_int_equal(pthread_create(&writer.thread, NULL, write_on, &writer), 0);
	read_beside(&writer, kind, find_fd(the_source, writer.fd, &list));
	atomic_store(&writer.is_over, true);
	pthread_join(writer.thread, NULL);
	map_list_release(&list);
	close(writer.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_soak, (void *)&kinds[0]),
		cmocka_unit_test_prestate(test_soak, (void *)&kinds[1]),
		cmocka_unit_test_prestate(test_soak, (void *)&kinds[2]),
		cmocka_unit_test_prestate(test_soak, (void *)&kinds[3]),
		cmocka_unit_test_prestate(test_soak, (void *)&kinds[4]),
		cmocka_unit_test_prestate(test_soak, (void *)&kinds[5]),
		cmocka_unit_test_prestate(test_soak, (void *)&kinds[6]),
	};
	_Static_assert(ARRAY_LEN(tests) == ARRAY_LEN(kinds), "a kind that nobody soaks");

	return run_live(tests);
}
