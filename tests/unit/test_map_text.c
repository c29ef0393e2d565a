/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Facts of a map in words: there, not there, not known, and partly known are four things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/tidy.h"
#include "model/map.h"
#include "model/map_text.h"

static const struct map_user users[] = {{7, "nginx"}, {9, NULL}};

static void users_are_named_and_doubted(void **state)
{
	static const struct {
		struct map_users users;
		const char *names, *with_ids;
	} rows[] = {
		{{users, 2, true}, "nginx,?", "nginx(7) ?(9)"},
		{{users, 1, false}, "nginx +?", "nginx(7) +?"},
		{{NULL, 0, true}, "", ""},
		{{NULL, 0, false}, "-", "-"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		SCOPED(buf) names = {0};
		SCOPED(buf) with_ids = {0};

		map_users_text(&rows[i].users, false, &names);
		map_users_text(&rows[i].users, true, &with_ids);
		assert_string_equal(buf_text(&names), rows[i].names);
		assert_string_equal(buf_text(&with_ids), rows[i].with_ids);
	}
}

static void of_pins_one_is_shown(void **state)
{
	static const struct {
		struct map map;
		const char *text;
	} rows[] = {
		{{.pin = "/a", .other_pins = {users, 2, true}}, "/a +2"},
		{{.pin = "/a", .other_pins = {users, 1, false}}, "/a +1 +?"},
		{{.pin = "/a", .other_pins = {NULL, 0, true}}, "/a"},
		{{.pin = "/a"}, "/a +?"},
		{{.other_pins.is_whole = true}, ""},
		{{0}, "-"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		SCOPED(buf) text = {0};

		map_pin_text(&rows[i].map, &text);
		assert_string_equal(buf_text(&text), rows[i].text);
	}
}

static void an_age_is_as_of_now(void **state)
{
	static const struct {
		uint64_t loaded_ns;
		const char *text;
	} rows[] = {{1000000000, "4.0s"}, {5000000000, "0"}, {5000000001, "-"}, {0, "-"}};

	(void)state;
	clock_hold(1, 5000000000);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct map map = {.loaded_ns = rows[i].loaded_ns};
		SCOPED(buf) text = {0};

		map_age_text(&map, &text);
		assert_string_equal(buf_text(&text), rows[i].text);
	}
	clock_free_run();
}

static void memory_is_short(void **state)
{
	const struct map known = {.memory_bytes = 278528}, unknown = {0};
	SCOPED(buf) text = {0};

	(void)state;
	map_memory_text(&known, &text);
	map_memory_text(&unknown, &text);
	assert_string_equal(buf_text(&text), "272Ki-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_are_named_and_doubted),
		cmocka_unit_test(of_pins_one_is_shown),
		cmocka_unit_test(an_age_is_as_of_now),
		cmocka_unit_test(memory_is_short),
	};

	return cmocka_run_group_tests_name("map_text", tests, NULL, NULL);
}
