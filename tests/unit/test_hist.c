/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/num.h"
#include "base/tidy.h"
#include "model/hist.h"

static void add(struct hist *hist, uint64_t key, uint64_t number, double sample)
{
	assert_int_equal(hist_add(hist, (const uint8_t *)&key, number, sample), 0);
}

static size_t get(const struct hist *hist, uint64_t key, uint64_t number, float *out, size_t n)
{
	return hist_get(hist, (const uint8_t *)&key, number, out, n);
}

static void test_samples_oldest_first(void **state)
{
	SCOPED(hist) hist = {0};
	float out[4];

	(void)state;
	assert_int_equal(get(&hist, 1, 1, out, 4), 0);
	assert_int_equal(hist_reset(&hist, sizeof(uint64_t), 8), 0);
	assert_int_equal(get(&hist, 1, 1, out, 4), 0);
	add(&hist, 1, 1, 10);
	add(&hist, 1, 2, 20);
	add(&hist, 2, 2, 99);
	assert_int_equal(get(&hist, 1, 2, out, 4), 2);
	assert_true(isnan(out[0]) && isnan(out[1]) && out[2] == 10 && out[3] == 20);
	add(&hist, 1, 4, 40); /* 3 was skipped */
	assert_int_equal(get(&hist, 1, 5, out, 4), 2);
	assert_true(out[0] == 20 && isnan(out[1]) && out[2] == 40 && isnan(out[3]));
	add(&hist, 1, 5, NAN);
	assert_int_equal(get(&hist, 1, 5, out, 2), 1);
}

static void test_ring_against_a_list(void **state)
{
	enum { READINGS = 400 };
	double samples[READINGS + 1];
	float out[HIST_SAMPLES + 8];
	uint64_t seed = 7, last = 0;
	SCOPED(hist) hist = {0};

	(void)state;
	assert_int_equal(hist_reset(&hist, sizeof(uint64_t), 2), 0);
	for (uint64_t number = 1; number <= READINGS; number++) {
		unsigned dice = num_random(&seed) % 100;

		samples[number] = NAN;
		if (dice < 70) {
			add(&hist, 5, number, samples[number] = dice);
			last = number;
		}
		get(&hist, 5, number, out, ARRAY_LEN(out));
		for (uint64_t i = 0; i < ARRAY_LEN(out); i++) {
			uint64_t at = number + 1 + i - ARRAY_LEN(out); /* wraps below 1 */
			bool is_held = at >= 1 && at <= number && at + HIST_SAMPLES > last;

			if (is_held && !isnan(samples[at]))
				assert_true(out[i] == samples[at]);
			else
				assert_true(isnan(out[i]));
		}
	}
}

static void test_the_least_recent_key_makes_room(void **state)
{
	SCOPED(hist) hist = {0};
	float out;

	(void)state;
	assert_int_equal(hist_reset(&hist, sizeof(uint64_t), 3), 0);
	add(&hist, 1, 1, 1);
	add(&hist, 2, 1, 2);
	add(&hist, 3, 1, 3);
	add(&hist, 1, 2, 1);
	add(&hist, 3, 2, 3);
	add(&hist, 4, 2, 4);
	assert_int_equal(get(&hist, 2, 1, &out, 1), 0);
	assert_int_equal(get(&hist, 1, 1, &out, 1), 1);
	assert_int_equal(get(&hist, 3, 2, &out, 1), 1);
	assert_int_equal(get(&hist, 4, 2, &out, 1), 1);
	for (uint64_t key = 0; key < 1000; key++)
		add(&hist, key, 3 + key, (double)key);
	assert_int_equal(hist.n, 3);
	assert_int_equal(get(&hist, 999, 1002, &out, 1), 1);
	assert_int_equal(get(&hist, 996, 999, &out, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples_oldest_first),
		cmocka_unit_test(test_ring_against_a_list),
		cmocka_unit_test(test_the_least_recent_key_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
