/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/cost.h"

enum { MS = 1000000 };

static void frames_are_told_apart(void **state)
{
	struct cost cost = {0};

	(void)state;
	assert_true(isnan(cost_bytes_per_s(&cost, 7)));
	cost_add(&cost, 1000, 1300, 500);
	cost_add(&cost, 2000, 2900, -EAGAIN);
	cost_add(&cost, 3000, 3100, 0);
	cost_add(&cost, 4000, 4200, 70);
	assert_int_equal(cost.n_frames, 2);
	assert_int_equal(cost.n_dropped, 1);
	assert_int_equal(cost.n_same, 1);
	assert_int_equal(cost.n_bytes, 570);
	assert_int_equal(cost.last_bytes, 70);
	assert_int_equal(cost.drew_ns, 200);
	assert_int_equal(cost.drew_most_ns, 900);
}

/* 1,000 bytes each 100 ms, then 100: within two windows the rate is that of now. */
static void the_rate_follows(void **state)
{
	struct cost cost = {0};
	uint64_t now = 1;

	(void)state;
	for (int i = 0; i < 200; i++, now += 100 * MS)
		cost_add(&cost, now, now, 1000);
	assert_int_equal(lround(cost_bytes_per_s(&cost, now) / 100), 100);
	for (int i = 0; i < 2 * COST_WINDOW_S * 10 + 1; i++, now += 100 * MS)
		cost_add(&cost, now, now, 100);
	assert_int_equal(lround(cost_bytes_per_s(&cost, now) / 100), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_told_apart),
		cmocka_unit_test(the_rate_follows),
	};

	return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
