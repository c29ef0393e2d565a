/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <math.h>

#include "tests/unit/tables.h"

#include "model/churn.h"
#include "model/ring.h"

/* A reading of n_rows rows in which so many were counted. */
static void add(struct churn *churn, size_t n_rows, size_t n_new, size_t n_gone, uint64_t dt_ns)
{
	const struct snap snap = {.number = 2, .n_rows = n_rows};
	const struct delta delta = {.n_new = n_new,
				    .n_gone = n_gone,
				    .dt_ns = dt_ns,
				    .knows_new = true,
				    .knows_gone = true};

	churn_add(churn, &snap, &(struct snap){0}, &delta, (struct returned){0});
}

static void test_nothing_is_known_at_first(void **state)
{
	struct churn churn = {0};

	(void)state;
	assert_null(churn_point(&churn, 0));
	assert_true(isnan(churn_turnover(&churn)));
	assert_true(isnan(churn_mean_life(&churn)));
	churn_add(&churn, &(struct snap){.number = 1, .n_rows = 9}, &(struct snap){0},
		  &(struct delta){0}, (struct returned){0});
	assert_true(isnan(churn_point(&churn, 0)->new_rate));
	assert_true(isnan(churn_point(&churn, 0)->changed_rate));
	assert_true(isnan(churn_turnover(&churn)));
	assert_true(isnan(churn_mean_life(&churn)));
	assert_int_equal(churn_point(&churn, 0)->n_rows, 9);
}

static void test_rates_over_measured_time(void **state)
{
	struct churn churn = {0};

	(void)state;
	add(&churn, 1000, 100, 50, SECOND / 2);
	assert_true(churn_point(&churn, 0)->new_rate == 200);
	assert_true(churn_point(&churn, 0)->gone_rate == 100);
	/* of what came, half only filled up */
	assert_true(churn_turnover(&churn) == 0.1);
	assert_true(churn_mean_life(&churn) == 10);
	assert_int_equal(churn.total_new, 100);
	assert_int_equal(churn.watched_ns, SECOND / 2);
}

static void test_mean_life_over_the_last_readings(void **state)
{
	struct churn churn = {0};

	(void)state;
	add(&churn, 100, 100, 100, SECOND);
	for (int i = 0; i < 10; i++)
		add(&churn, 100, 10, i % 2 ? 20 : 0, SECOND);
	assert_true(churn_mean_life(&churn) == 10);
	for (int i = 0; i < 10; i++)
		add(&churn, 100, 10, 0, SECOND);
	assert_true(isinf(churn_mean_life(&churn)));
}

static void test_history_is_a_ring(void **state)
{
	struct churn churn = {0};

	(void)state;
	for (size_t i = 0; i < CHURN_HISTORY + 7; i++)
		add(&churn, i, 0, 0, SECOND);
	assert_int_equal(churn_point(&churn, 0)->n_rows, CHURN_HISTORY + 6);
	assert_int_equal(churn_point(&churn, CHURN_HISTORY - 1)->n_rows, 7);
	assert_null(churn_point(&churn, CHURN_HISTORY));
	churn_clear(&churn);
	assert_null(churn_point(&churn, 0));
}

static void test_fill(void **state)
{
	struct map map = {.max_entries = 200, .type = maptype_named("hash")};
	struct snap snap = {.number = 1, .n_rows = 50};

	(void)state;
	assert_true(churn_fill(&map, &snap) == 0.25);
	snap.notes = SNAP_TRUNCATED;
	assert_true(isnan(churn_fill(&map, &snap)));
	snap = (struct snap){.n_rows = 50};
	assert_true(isnan(churn_fill(&map, &snap)));
	snap.number = 1;
	map.type = maptype_named("array");
	assert_true(isnan(churn_fill(&map, &snap)));
}

static void test_returns_and_deaths(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1);
	read_keys_at(&table, 1, 0, 100);
	read_keys_at(&table, 2, 10, 110); /* 0..10 go, 100..110 are new */
	read_keys_at(&table, 5, 10, 100); /* those go again, 3 s old */
	read_keys_at(&table, 40, 5, 105); /* 5..10 and 100..105 are back */
	read_keys_at(&table, 41, 5, 105);
	assert_true(churn_point(&table.churn, 1)->return_rate == 10 / 35.0);
	assert_true(churn_point(&table.churn, 0)->return_rate == 0);
	assert_int_equal(table.churn.returned.n_back, 10);
	assert_true(churn_return_share(&table.churn) == 1); /* of 10: 10 came before any had gone */
	assert_int_equal(table.churn.deaths_unknown, 10);
	assert_int_equal(table.churn.deaths[2], 10);
	read_keys_at(&table, 42, 0, 5); /* the others that went at first are remembered still */
	assert_int_equal(table.churn.returned.n_back, 15);
	assert_true(churn_death_age(&table.churn, 0.5) == 4);
	assert_true(returns_since_ns(&table.returns) == 5 * SECOND);
}

/* More keys go than are remembered, over and over: the newest are the ones that count. */
static void test_returns_are_bounded(void **state)
{
	SCOPED(table) table = {0};
	uint32_t most, many;
	size_t n_back;

	(void)state;
	make_counters(&table, 1);
	table_remember(&table, RETURNS_LEAST);
	table.returns.highest = UINT64_MAX;
	most = table.returns.n_places;
	many = 3 * most;
	assert_int_equal(most, RETURNS_LEAST);
	read_keys_at(&table, 1, 0, many);
	read_keys_at(&table, 2, 0, 0);
	read_keys_at(&table, 3, 0, many);
	n_back = table.churn.returned.n_back;
	assert_in_range(n_back, most - most / 4, most);
	read_keys_at(&table, 4, 0, 0);
	read_keys_at(&table, 5, many - 5, many + 5);
	assert_int_equal(table.churn.returned.n_back, n_back + 5);
	assert_int_equal(table.returns.n_places, most);
}

/* A key that returns stands as deep as the keys used since it was used last. */
static void test_returns_from_how_far(void **state)
{
	SCOPED(table) table = {0};

	(void)state;
	make_counters(&table, 1); /* of 1000 entries */
	read_keys_at(&table, 1, 0, 1000);
	assert_true(isnan(returns_size_for(&table.returns, 1)));
	for (uint32_t i = 1; i <= 20; i++)
		read_keys_at(&table, 1 + i, i * 100, 1000 + i * 100);
	/* 0..2000 went; 900 is 1100 keys below the youngest ghost, and 1000 entries lie above that. */
	add_counter(&table, 900, 1);
	take_at(&table, 30 * SECOND);
	assert_in_range((int)returns_size_for(&table.returns, 1), 2000, 2200);
}

/* -- ring buffers -- */

/* A ring of 1,000 bytes so many seconds after the start. */
static struct snap ring_at(uint64_t seconds, uint64_t produced, uint64_t consumed)
{
	return (struct snap){.number = 1 + seconds,
			     .ended_ns = (1 + seconds) * SECOND,
			     .ring = {.size_bytes = 1000,
				      .produced_bytes = produced,
				      .consumed_bytes = consumed}};
}

static void test_what_the_speeds_of_a_ring_lead_to(void **state)
{
	const struct snap filled = ring_at(0, 5600, 5200), empty = ring_at(0, 5200, 5200);
	const struct snap full = ring_at(0, 5800, 4800);

	(void)state;
	assert_true(isnan(ring_full_after(&filled, NAN, 1)) &&
		    isnan(ring_empty_after(&filled, 1, NAN)));
	/* 600 bytes are free, 400 wait */
	assert_true(ring_full_after(&filled, 300, 200) == 6);
	assert_true(isinf(ring_empty_after(&filled, 300, 200)));
	assert_true(ring_empty_after(&filled, 100, 300) == 2);
	assert_true(isinf(ring_full_after(&filled, 100, 300)));
	assert_true(isinf(ring_full_after(&filled, 9, 9)) &&
		    isinf(ring_empty_after(&filled, 9, 9)));
	assert_true(ring_empty_after(&empty, 100, 100) == 0);
	assert_true(ring_full_after(&full, 100, 0) == 0);
}

/* Positions that went back are those of another ring. */
static void test_speeds_of_a_ring(void **state)
{
	const struct snap none = {0}, was = ring_at(0, 5000, 4800), is = ring_at(2, 5600, 5200);
	const struct snap back = ring_at(2, 100, 0);

	(void)state;
	assert_true(isnan(ring_produced_rate(&is, &none)) && isnan(ring_consumed_rate(&is, &none)));
	assert_true(isnan(ring_produced_rate(&back, &was)) &&
		    isnan(ring_consumed_rate(&back, &was)));
	assert_true(ring_produced_rate(&is, &was) == 300 && ring_consumed_rate(&is, &was) == 200);
}

static void test_a_ring_has_its_history(void **state)
{
	const struct snap was = ring_at(0, 5000, 4800), is = ring_at(2, 5600, 5200);
	const struct delta delta = {0};
	struct churn churn = {0};

	(void)state;
	churn_add(&churn, &was, &(struct snap){0}, &delta, (struct returned){0});
	assert_true(isnan(churn_point(&churn, 0)->produced_rate));
	assert_true(churn_point(&churn, 0)->waiting_bytes == 200);
	churn_add(&churn, &is, &was, &delta, (struct returned){0});
	assert_true(churn_point(&churn, 0)->produced_rate == 300);
	assert_true(churn_point(&churn, 0)->consumed_rate == 200);
	assert_true(churn_point(&churn, 0)->waiting_bytes == 400);
	churn_add(&churn, &(struct snap){.number = 4}, &(struct snap){.number = 3}, &delta,
		  (struct returned){0});
	assert_true(isnan(churn_point(&churn, 0)->waiting_bytes));
	assert_true(isnan(churn_point(&churn, 0)->consumed_rate));
}

/* A burst every third reading: neither the burst nor what lies between is how fast it is. */
static void test_means_of_the_speeds_of_a_ring(void **state)
{
	const struct delta second = {.dt_ns = SECOND}, two = {.dt_ns = 2 * SECOND};
	const struct snap readings[] = {ring_at(0, 0, 0), ring_at(1, 100, 0), ring_at(2, 200, 0),
					ring_at(4, 400, 400)};
	struct churn churn = {0};
	struct ring_speeds speeds = churn_ring_speeds(&churn, 0, 10);

	(void)state;
	assert_true(speeds.n == 0 && isnan(speeds.produced) && isnan(speeds.consumed));
	churn_add(&churn, &readings[0], &(struct snap){0}, &(struct delta){0},
		  (struct returned){0});
	assert_true(isnan(churn_ring_speeds(&churn, 0, 10).produced));
	for (size_t i = 1; i < ARRAY_LEN(readings); i++)
		churn_add(&churn, &readings[i], &readings[i - 1], i < 3 ? &second : &two,
			  (struct returned){0});
	speeds = churn_ring_speeds(&churn, 0, 10);
	assert_int_equal(speeds.n, 3); /* the first reading has none */
	assert_true(speeds.produced == 100 && speeds.consumed == 100);
	speeds = churn_ring_speeds(&churn, 0, 1);
	assert_true(speeds.n == 1 && speeds.consumed == 200);
	speeds = churn_ring_speeds(&churn, 1, 10);
	assert_true(speeds.n == 2 && speeds.produced == 100 && speeds.consumed == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_speeds_of_a_ring_lead_to),
		cmocka_unit_test(test_speeds_of_a_ring),
		cmocka_unit_test(test_a_ring_has_its_history),
		cmocka_unit_test(test_means_of_the_speeds_of_a_ring),
		cmocka_unit_test(test_nothing_is_known_at_first),
		cmocka_unit_test(test_rates_over_measured_time),
		cmocka_unit_test(test_mean_life_over_the_last_readings),
		cmocka_unit_test(test_history_is_a_ring),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_returns_and_deaths),
		cmocka_unit_test(test_returns_are_bounded),
		cmocka_unit_test(test_returns_from_how_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
