/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A simulated LRU map, fed with known traces and polled as bpfmaptop polls: what is said of it must be
 * right in kind, and the working set within 25 % of what the trace uses. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tables.h"

#include "base/clock.h"
#include "model/verdict.h"
#include "tests/unit/starved.h"
#include "tests/unit/verdict_check.h"

/* -- the simulator: exact LRU, entries in slots as the kernel's nodes are -- */

struct lru {
	uint32_t *keys, *older, *younger; /* [capacity + 1]; slot 0 is both ends of the list */
	uint64_t *counts;
	uint32_t n, capacity;
	struct index index;
};

static void lru_release(struct lru *lru)
{
	free(lru->keys);
	free(lru->older);
	free(lru->younger);
	free(lru->counts);
	index_release(&lru->index);
}

static void lru_init(struct lru *lru, uint32_t capacity)
{
	*lru = (struct lru){.capacity = capacity};
	lru->keys = calloc(capacity + 1UL, sizeof(uint32_t));
	lru->older = calloc(capacity + 1UL, sizeof(uint32_t));
	lru->younger = calloc(capacity + 1UL, sizeof(uint32_t));
	lru->counts = calloc(capacity + 1UL, sizeof(uint64_t));
	assert_true(lru->keys && lru->older && lru->younger && lru->counts);
	assert_int_equal(index_reset(&lru->index, capacity + 1), 0);
}

static void unlink_slot(struct lru *lru, uint32_t slot)
{
	lru->younger[lru->older[slot]] = lru->younger[slot];
	lru->older[lru->younger[slot]] = lru->older[slot];
}

static void link_youngest(struct lru *lru, uint32_t slot)
{
	uint32_t was = lru->older[0]; /* the end that is youngest */

	lru->older[0] = slot;
	lru->younger[slot] = 0;
	lru->older[slot] = was;
	lru->younger[was] = slot;
}

static const uint8_t *lru_keys(const struct lru *lru)
{
	return (const uint8_t *)lru->keys;
}

static void lru_use(struct lru *lru, uint32_t key)
{
	uint32_t slot = index_find(&lru->index, lru_keys(lru), 4, 4, (const uint8_t *)&key);

	if (slot != INDEX_NONE) {
		unlink_slot(lru, slot);
	} else {
		slot = lru->n < lru->capacity ? ++lru->n : lru->younger[0];
		if (lru->counts[slot]) {
			unlink_slot(lru, slot);
			index_remove(&lru->index, lru_keys(lru), 4, 4,
				     (const uint8_t *)&lru->keys[slot]);
		}
		lru->keys[slot] = key;
		lru->counts[slot] = 0;
		index_add(&lru->index, lru_keys(lru), 4, 4, slot);
	}
	lru->counts[slot]++;
	link_youngest(lru, slot);
}

/* -- what is watched -- */

static void make_lru_table(struct table *table, uint32_t capacity, const char *type)
{
	struct plan plan;
	struct map map = {.name = "test",
			  .type = maptype_named(type),
			  .key_size = 4,
			  .value_size = 8,
			  .max_entries = capacity,
			  .n_cpus = 1};
	struct err err = {0};

	plan_begin(&plan, 4, 8, "test");
	open_field(&plan, IN_KEY, "", FIELD_UINT, 0, 4);
	open_field(&plan, IN_VALUE, "n", FIELD_UINT, 0, 8);
	assert_int_equal(plan_finish(&plan, &err), 0);
	assert_int_equal(table_init(table, &map, &plan), 0);
}

static void poll_lru(const struct lru *lru, struct table *table, uint64_t second)
{
	for (uint32_t slot = 1; slot <= lru->n; slot++)
		assert_int_equal(snap_add(table->next, &lru->keys[slot], &lru->counts[slot]), 0);
	take_at(table, second * SECOND);
}

/* -- traces with what must be said of them -- */

enum { CAPACITY = 4000 };

struct expected {
	struct trace trace;
	uint32_t per_poll, n_polls;
	enum verdict_kind kind;
	bool has_working_set; /* n_keys is it */
	uint32_t n_ghosts;    /* 0: the usual */
};

static void watch_trace(const struct expected *is, struct verdict *verdict)
{
	struct trace trace = is->trace;
	SCOPED(table) table = {0};
	SCOPED(lru) lru;

	lru_init(&lru, CAPACITY);
	make_lru_table(&table, CAPACITY, "lru_hash");
	if (is->n_ghosts)
		table_remember(&table, is->n_ghosts);
	trace.seed = trace.n_keys + is->per_poll;
	trace_begin(&trace);
	for (uint32_t poll = 1; poll <= is->n_polls; poll++) {
		for (uint32_t i = 0; i < is->per_poll; i++)
			lru_use(&lru, trace_next(&trace));
		poll_lru(&lru, &table, poll);
	}
	trace_release(&trace);
	verdict_make(&table, verdict);
}

static void check(const struct expected *is)
{
	struct verdict verdict;

	watch_trace(is, &verdict);
	check_verdict(&is->trace, &verdict, is->kind, is->has_working_set);
}

static const struct expected rows[] = {
	/* loops */
	{{"loop below", 3000, true}, 1000, 40, VERDICT_FITS, true},
	{{"loop at capacity", 4000, true}, 1000, 40, VERDICT_FITS, true},
	{{"loop just above", 4400, true}, 1000, 60, VERDICT_TOO_SMALL, true},
	{{"loop 2x", 8000, true}, 1000, 60, VERDICT_TOO_SMALL, true},
	{{"loop 5x", 20000, true}, 2000, 80, VERDICT_TOO_SMALL, true},
	{{"loop 2x, slow", 8000, true}, 200, 100, VERDICT_TOO_SMALL, true},
	{{"loop 2x, faster than polls", 8000, true}, 5000, 60, VERDICT_TOO_SMALL, true},
	{{"loop 2x, sampled", 8000, true}, 1000, 60, VERDICT_TOO_SMALL, true, 4096},
	/* all keys alike */
	{{"alike below", 3000}, 2000, 40, VERDICT_FITS, true},
	{{"alike at capacity", 4000}, 4000, 60, VERDICT_FITS, true},
	{{"alike 1.5x", 6000}, 2000, 60, VERDICT_TOO_SMALL, true},
	{{"alike 4x", 16000}, 2000, 80, VERDICT_TOO_SMALL, true},
	{{"alike 4x, fast", 16000}, 20000, 60, VERDICT_TOO_SMALL, true},
	{{"alike 4x, sampled", 16000}, 2000, 80, VERDICT_TOO_SMALL, true, 4096},
	/* skewed */
	{{"zipf 0.6 below", 3500, .skew = 0.6}, 4000, 60, VERDICT_FITS, true},
	{{"zipf 1.0 at capacity", 4000, .skew = 1.0}, 8000, 80, VERDICT_FITS, true},
	{{"zipf 1.2 below", 2000, .skew = 1.2}, 8000, 60, VERDICT_FITS, true},
	{{"zipf 0.6 2x", 8000, .skew = 0.6}, 2000, 80, VERDICT_TOO_SMALL, true},
	{{"zipf 0.8 2x", 8000, .skew = 0.8}, 2000, 80, VERDICT_TOO_SMALL, true},
	{{"zipf 0.8 4x", 16000, .skew = 0.8}, 2000, 120, VERDICT_TOO_SMALL, true},
	{{"zipf 1.0 2x", 8000, .skew = 1.0}, 4000, 120, VERDICT_TOO_SMALL, true},
	{{"zipf 1.0 4x", 16000, .skew = 1.0}, 4000, 120, VERDICT_TOO_SMALL, true},
	{{"zipf 1.2 2x", 8000, .skew = 1.2}, 8000, 120, VERDICT_TOO_SMALL, true},
	{{"zipf 0.8 2x, sampled", 8000, .skew = 0.8}, 2000, 80, VERDICT_TOO_SMALL, true, 4096},
	{{"zipf 0.8 2x, fast", 8000, .skew = 0.8}, 20000, 60, VERDICT_TOO_SMALL, true},
	/* scans */
	{{"scan"}, 1000, 60, VERDICT_SCAN},
	{{"scan, fast"}, 10000, 60, VERDICT_SCAN},
	{{"loop below beside a scan", 2000, true, .scan_part = 0.1}, 4000, 80, VERDICT_SCAN},
	{{"zipf 1.0 below beside a scan", 1000, .skew = 1.0, .scan_part = 0.05},
	 8000,
	 80,
	 VERDICT_SCAN},
	{{"zipf 1.0 beside a scan", 6000, .skew = 1.0, .scan_part = 0.3},
	 4000,
	 80,
	 VERDICT_TOO_SMALL},
	{{"loop 2x beside a scan", 8000, true, .scan_part = 0.1}, 4000, 80, VERDICT_TOO_SMALL},
	{{"a few alike beside a scan", 3000, .scan_part = 0.9}, 2000, 120, VERDICT_MIXED},
	/* seen too little */
	{{"loop, 3 polls", 8000, true}, 1000, 3, VERDICT_NOT_ENOUGH},
	{{"loop just filled", 8000, true}, 500, 8, VERDICT_FITS},
};

static void poll_trace(struct lru *lru, struct table *table, struct trace trace, uint32_t first)
{
	trace_begin(&trace);
	for (uint32_t poll = first; poll < first + 60; poll++) {
		for (uint32_t i = 0; i < 1000; i++)
			lru_use(lru, trace_next(&trace));
		poll_lru(lru, table, poll);
	}
	trace_release(&trace);
}

/* What was said a while ago does not hold a verdict back, nor a working set that was. */
static void test_a_verdict_follows_the_map(void **state)
{
	SCOPED(table) table = {0};
	struct verdict verdict;
	SCOPED(lru) lru;

	(void)state;
	lru_init(&lru, CAPACITY);
	make_lru_table(&table, CAPACITY, "lru_hash");
	poll_trace(&lru, &table, (struct trace){.n_keys = 20000, .is_loop = true}, 1);
	verdict_make(&table, &verdict);
	assert_int_equal(verdict.kind, VERDICT_TOO_SMALL);
	assert_true(fabs(verdict.working_set - 20000) <= 5000);
	if (is_starved()) /* readings, one like the other */
		return;
	poll_trace(&lru, &table, (struct trace){.name = "scan"}, 61);
	verdict_make(&table, &verdict);
	assert_int_equal(verdict.kind, VERDICT_SCAN);
	poll_trace(&lru, &table, (struct trace){.n_keys = 6000, .is_loop = true}, 121);
	verdict_make(&table, &verdict);
	assert_int_equal(verdict.kind, VERDICT_TOO_SMALL);
	assert_true(fabs(verdict.working_set - 6000) <= 1500);
	poll_trace(&lru, &table, (struct trace){.n_keys = 3000, .is_loop = true}, 181);
	verdict_make(&table, &verdict);
	assert_int_equal(verdict.kind, VERDICT_FITS);
}

static void test_traces(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].per_poll * rows[i].n_polls <= unless_starved(UINT_MAX, 4000))
			check(&rows[i]);
}

/* -- what is no eviction -- */

/* Keys first.. first + n are there; first moves on by `step` a reading. */
static void watch_window(const char *type, uint32_t n, uint32_t step, struct verdict *verdict)
{
	SCOPED(table) table = {0};

	make_lru_table(&table, CAPACITY, type);
	for (uint32_t poll = 1; poll <= 40; poll++) {
		for (uint32_t key = poll * step; key < poll * step + n; key++)
			add_counter(&table, key, poll);
		take_at(&table, poll * SECOND);
	}
	verdict_make(&table, verdict);
}

static void test_entries_that_are_deleted(void **state)
{
	static const struct {
		const char *type;
		uint32_t n, step;
		enum verdict_kind kind;
	} cases[] = {
		{"lru_hash", CAPACITY / 3, 100, VERDICT_NATURAL},
		{"lru_hash", CAPACITY / 3, 0, VERDICT_FITS},
		{"lru_hash", CAPACITY, 90, VERDICT_NOT_ENOUGH}, /* 3510 went */
		{"lru_hash", CAPACITY, 200, VERDICT_SCAN},
		{"hash", CAPACITY / 3, 100, VERDICT_NATURAL},
		{"hash", CAPACITY - 1, 100, VERDICT_NATURAL},
		{"hash", CAPACITY, 100, VERDICT_FULL},
		{"hash", CAPACITY, 0, VERDICT_FULL},
		{"array", CAPACITY, 0, VERDICT_NONE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i += unless_starved(1, 4)) {
		struct verdict verdict;

		watch_window(cases[i].type, cases[i].n, cases[i].step, &verdict);
		if (verdict.kind != cases[i].kind)
			fail_msg("case %zu is %s", i, verdict_name(verdict.kind));
	}
}

/* Readings that are cut short know nothing of what is new or gone, and the verdict says so. */
static void test_incomplete_readings(void **state)
{
	SCOPED(table) table = {0};
	struct verdict verdict;

	(void)state;
	make_lru_table(&table, CAPACITY, "lru_hash");
	for (uint32_t poll = 1; poll <= 40; poll++) {
		for (uint32_t key = 0; key < CAPACITY / 2; key++)
			add_counter(&table, key, 1);
		table.next->notes = poll == 20 ? SNAP_TRUNCATED : 0;
		take_at(&table, poll * SECOND);
	}
	verdict_make(&table, &verdict);
	assert_int_equal(verdict.kind, VERDICT_FITS);
	assert_int_equal(verdict.sure, SURE_LIKELY);
	assert_string_equal(verdict_caveat(&verdict, 0), "some readings were not complete");
	assert_null(verdict_caveat(&verdict, 1));
}

static void test_nothing_read(void **state)
{
	SCOPED(table) table = {0};
	SCOPED(buf) text = {0};
	struct verdict verdict;

	(void)state;
	make_lru_table(&table, CAPACITY, "lru_hash");
	verdict_make(&table, &verdict);
	verdict_text(&verdict, &text);
	assert_string_equal(buf_text(&text), "not enough seen yet: 0 of 5 readings");
	assert_int_equal(verdict.sure, SURE_GUESS);
	assert_true(isnan(verdict.working_set));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traces),
		cmocka_unit_test(test_a_verdict_follows_the_map),
		cmocka_unit_test(test_entries_that_are_deleted),
		cmocka_unit_test(test_incomplete_readings),
		cmocka_unit_test(test_nothing_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
