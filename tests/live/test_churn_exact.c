/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a table says of real maps is what was done to them: a known script of inserts, updates and deletes
 * between two readings gives exact counts and states; on a full LRU hash, whatever the kernel evicted, the
 * table agrees with the two sets of keys that were really there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "maps.h"
#include "model/table.h"

enum { ROWS = 3000, ROUNDS = 20, LRU_ROWS = 1024 };

static void open_table(struct table *table, int fd)
{
	struct map_list list = {0};
	struct err err = {0};
	struct map map;
	struct plan plan = {0};

	find_fd(the_source, fd, &list);
	map = list.maps[0];
	list.maps[0] = (struct map){0};
	assert_int_equal(the_source->ops->plan(the_source, &map, &plan, &err), 0);
	assert_int_equal(table_init(table, &map, &plan), 0);
	map_list_release(&list);
}

static void take(struct table *table)
{
	struct err err = {0};

	assert_int_equal(source_read(the_source, &table->map, NULL, table->next, &err), STEP_DONE);
	assert_int_equal(table_take(table), 0);
}

static void put(int fd, uint32_t key, uint64_t value)
{
	assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
}

/* What was done to each key since the last reading. */
enum done { NOTHING, INSERTED, UPDATED, DELETED, N_DONE };

struct script {
	uint64_t state;
	bool is_there[ROWS];
	uint64_t value[ROWS];
	enum done done[ROWS];
	size_t n[N_DONE], n_there;
};

static void play(struct script *script, int fd)
{
	memset(script->n, 0, sizeof(script->n));
	script->n_there = 0;
	for (uint32_t key = 0; key < ROWS; key++) {
		uint64_t dice = num_random(&script->state) % 10;
		enum done done = NOTHING;

		if (!script->is_there[key] && dice < 3) {
			put(fd, key, script->value[key]);
			done = INSERTED;
		} else if (script->is_there[key] && dice < 2) {
			assert_int_equal(bpf_map_delete_elem(fd, &key), 0);
			done = DELETED;
		} else if (script->is_there[key] && dice < 6) {
			put(fd, key, script->value[key] += 1 + dice);
			done = UPDATED;
		}
		script->is_there[key] ^= done == INSERTED || done == DELETED;
		script->n_there += script->is_there[key];
		script->done[key] = done;
		script->n[done]++;
	}
}

static void check(const struct table *table, const struct script *script)
{
	static const enum row_state states[] = {[NOTHING] = ROW_KEPT,
						[INSERTED] = ROW_NEW,
						[UPDATED] = ROW_CHANGED,
						[DELETED] = ROW_GONE};

	assert_int_equal(table_n_live(table), script->n_there);
	assert_int_equal(table->delta.n_new, script->n[INSERTED]);
	assert_int_equal(table->delta.n_gone, script->n[DELETED]);
	assert_int_equal(table->delta.n_changed, script->n[UPDATED]);
	assert_int_equal(table->delta.n_kept, script->n_there - script->n[INSERTED]);
	for (uint32_t key = 0; key < ROWS; key++) {
		ptrdiff_t row = table_find(table, (const uint8_t *)&key, sizeof(key));

		if (script->done[key] == NOTHING && !script->is_there[key])
			continue;
		assert_true(row >= 0);
		assert_int_equal(table_state(table, (size_t)row), states[script->done[key]]);
	}
}

static void exact(enum bpf_map_type type)
{
	int fd = make_map(type, "script", 4, 8, ROWS,
			  type == BPF_MAP_TYPE_HASH ? BPF_F_NO_PREALLOC : 0);
	struct script *script = calloc(1, sizeof(*script));
	struct table *table = calloc(1, sizeof(*table));

	script->state = 42;
	open_table(table, fd);
	play(script, fd);
	take(table);
	for (int round = 0; round < ROUNDS; round++) {
		play(script, fd);
		take(table);
		check(table, script);
	}
	table_release(table);
	free(table);
	free(script);
	close(fd);
}

static void test_hash_is_exact(void **state)
{
	(void)state;
	exact(BPF_MAP_TYPE_HASH);
}

/* Fewer keys than the LRU map holds: nothing is evicted, so the script rules here too. */
static void test_roomy_lru_is_exact(void **state)
{
	int fd = make_map(BPF_MAP_TYPE_LRU_HASH, "roomy", 4, 8, 65536, 0);
	struct table *table = calloc(1, sizeof(*table));

	(void)state;
	open_table(table, fd);
	for (uint32_t key = 0; key < 500; key++)
		put(fd, key, key);
	take(table);
	for (uint32_t key = 400; key < 700; key++)
		put(fd, key, key + (key < 450));
	take(table);
	assert_int_equal(table->delta.n_new, 200);
	assert_int_equal(table->delta.n_gone, 0);
	assert_int_equal(table->delta.n_changed, 50);
	assert_int_equal(table->delta.n_kept, 500);
	table_release(table);
	free(table);
	close(fd);
}

enum { LRU_KEYS = 8 * LRU_ROWS };

static void keys_there(int fd, bool *there)
{
	for (uint32_t key = 0; key < LRU_KEYS; key++) {
		uint64_t value;

		there[key] = bpf_map_lookup_elem(fd, &key, &value) == 0;
	}
}

/* Nobody writes between the look at the keys and the reading, so the two must agree to the last key. */
static void test_full_lru_invents_nothing(void **state)
{
	static bool before[LRU_KEYS], after[LRU_KEYS];
	int fd = make_map(BPF_MAP_TYPE_LRU_HASH, "full", 4, 8, LRU_ROWS, 0);
	struct table *table = calloc(1, sizeof(*table));
	uint64_t seed = 7;

	(void)state;
	open_table(table, fd);
	for (int round = 0; round < ROUNDS; round++) {
		size_t n_new = 0, n_gone = 0;

		for (int i = 0; i < LRU_ROWS; i++)
			put(fd, (uint32_t)(num_random(&seed) % LRU_KEYS), (uint64_t)round);
		memcpy(before, after, sizeof(before));
		keys_there(fd, after);
		take(table);
		for (uint32_t key = 0; key < LRU_KEYS; key++) {
			n_new += after[key] && !before[key];
			n_gone += before[key] && !after[key];
		}
		if (round == 0)
			continue;
		assert_int_equal(table->delta.n_new, n_new);
		assert_int_equal(table->delta.n_gone, n_gone);
		assert_true(n_gone > 0);
	}
	table_release(table);
	free(table);
	close(fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash_is_exact),
		cmocka_unit_test(test_roomy_lru_is_exact),
		cmocka_unit_test(test_full_lru_invents_nothing),
	};

	if (!bpf_is_permitted()) {
		printf("ok 1 - churn # SKIP BPF is not permitted here\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, open_source, close_source);
}
