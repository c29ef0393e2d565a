/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a tape is made of: checksums, and facts that are packed and come back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/checksum.h"
#include "base/err.h"
#include "base/num.h"
#include "base/tidy.h"
#include "model/facts.h"
#include "model/format.h"
#include "model/map.h"
#include "model/maptype.h"
#include "model/plan.h"
#include "model/snap.h"
#include "model/tape.h"

/* -- checksum -- */

static void checksum_is_of_the_bytes_only(void **state)
{
	uint8_t bytes[300];
	uint64_t seed = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)num_random(&seed);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		uint64_t whole = checksum_of(1, bytes, n);
		struct checksum parts;

		checksum_init(&parts, 1);
		for (size_t at = 0; at < n;) {
			size_t part = 1 + num_random(&seed) % 70;

			part = MIN_OF(part, n - at);
			checksum_add(&parts, bytes + at, part);
			at += part;
		}
		assert_true(checksum_get(&parts) == whole);
		assert_true(n == 0 || checksum_of(1, bytes, n - 1) != whole);
		assert_true(checksum_of(2, bytes, n) != whole);
	}
}

static void checksum_sees_every_flipped_bit(void **state)
{
	uint8_t bytes[131] = {0};

	(void)state;
	for (size_t n = 1; n <= sizeof(bytes); n += 13) {
		uint64_t was = checksum_of(0, bytes, n);

		for (size_t bit = 0; bit < 8 * n; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_true(checksum_of(0, bytes, n) != was);
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

/* -- facts -- */

struct noun {
	uint8_t small;
	uint16_t middle;
	uint32_t number;
	uint64_t large;
	int code;
	bool is_so;
	const char *text;
};

static const struct fact noun_facts[] = {
	FACT(noun, "small", small, U8),	   FACT(noun, "middle", middle, U16),
	FACT(noun, "number", number, U32), FACT(noun, "large", large, U64),
	FACT(noun, "code", code, INT),	   FACT(noun, "so", is_so, BOOL),
	FACT(noun, "text", text, TEXT),
};

static void facts_come_back(void **state)
{
	static const struct noun was = {255,	65535, UINT32_MAX, UINT64_MAX,
					-12345, true,  "a\xff\"b"};
	struct noun is = {0};
	SCOPED(buf) out = {0};
	SCOPED(arena) mem = {0};
	struct packed in;

	(void)state;
	facts_pack(noun_facts, ARRAY_LEN(noun_facts), &was, &out);
	in = (struct packed){(uint8_t *)out.at, (uint8_t *)out.at + out.len, false};
	facts_unpack(noun_facts, ARRAY_LEN(noun_facts), &in, &is, &mem);
	assert_false(in.failed);
	assert_ptr_equal(in.at, in.end);
	assert_string_equal(is.text, "a\\xff\"b"); /* tame by then */
	is.text = was.text;
	assert_memory_equal(&is, &was, offsetof(struct noun, text));

	/* A program that knows fewer of them passes over the rest. */
	is = (struct noun){0};
	in = (struct packed){(uint8_t *)out.at, (uint8_t *)out.at + out.len, false};
	facts_unpack(noun_facts + 2, 1, &in, &is, &mem);
	assert_false(in.failed);
	assert_ptr_equal(in.at, in.end);
	assert_int_equal(is.number, UINT32_MAX);

	/* Cut anywhere, they fail, and nothing is read beyond them. */
	for (size_t n = 0; n < out.len; n++) {
		uint8_t *cut = malloc(n ? n : 1);

		assert_non_null(cut);
		memcpy(cut, out.at, n);
		in = (struct packed){cut, cut + n, false};
		facts_unpack(noun_facts, ARRAY_LEN(noun_facts), &in, &is, &mem);
		assert_true(in.failed);
		free(cut);
	}
}

static void facts_that_do_not_fit_fail(void **state)
{
	const struct noun was = {.large = 256};
	const struct fact large = FACT(noun, "n", large, U64), small = FACT(noun, "n", small, U8);
	struct noun is = {0};
	SCOPED(buf) out = {0};
	SCOPED(arena) mem = {0};
	struct packed in;

	(void)state;
	facts_pack(&large, 1, &was, &out);
	in = (struct packed){(uint8_t *)out.at, (uint8_t *)out.at + out.len, false};
	facts_unpack(&small, 1, &in, &is, &mem);
	assert_true(in.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksum_is_of_the_bytes_only),
		cmocka_unit_test(checksum_sees_every_flipped_bit),
		cmocka_unit_test(facts_come_back),
		cmocka_unit_test(facts_that_do_not_fit_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
