/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "ui/theme.h"

static void missing_roles_inherit(void **state)
{
	struct theme theme;
	struct err err = {0};

	(void)state;
	assert_int_equal(theme_parse(&theme,
				     "{\"palette\":{\"sea\":[\"#102030\",99,3]},\"roles\":{"
				     "\"title\":{\"ink\":\"sea\",\"is\":[\"bold\"]},"
				     "\"prompt\":{\"paper\":\"#ffffff\"}}}",
				     &err),
			 0);
	/* live inherits from title, prompt overrides only its paper */
	assert_int_equal(theme.looks[ROLE_LIVE].ink.index256, 99);
	assert_int_equal(theme.looks[ROLE_LIVE].ink.index16, 3);
	assert_int_equal(theme.looks[ROLE_LIVE].attrs, ATTR_BOLD);
	assert_int_equal(theme.looks[ROLE_PROMPT].ink.r, 0x10);
	assert_int_equal(theme.looks[ROLE_PROMPT].paper.index256, 231);
	assert_false(theme.looks[ROLE_TEXT].ink.is_set);
}

static void a_theme_inherits_role_by_role(void **state)
{
	struct theme plain, theme;
	struct err err = {0};

	(void)state;
	theme_default(&plain);
	assert_int_equal(theme_parse(&theme,
				     "{\"inherits\":\"default\",\"palette\":{\"blue\":\"#0000ff\"},"
				     "\"roles\":{\"warn\":{\"ink\":\"#123456\"}}}",
				     &err),
			 0);
	assert_int_equal(theme.looks[ROLE_TITLE].ink.b, 0xff);
	assert_int_equal(theme.looks[ROLE_WARN].ink.g, 0x34);
	assert_int_equal(theme.looks[ROLE_LIVE].ink.g, plain.looks[ROLE_LIVE].ink.g);
}

static void faults_name_their_place(void **state)
{
	static const struct {
		const char *json, *says;
	} rows[] = {
		{"{\"roles\":{\"titel\":{}}}", "no role 'titel'"},
		{"{\"roles\":{\"title\":{\"ink\":\"bluish\"}}}",
		 "role 'title' of the theme has no colour"},
		{"{\"roles\":{\"title\":{\"is\":[\"loud\"]}}}", "'loud'"},
		{"{\"roles\":{\"title\":{\"inc\":\"none\"}}}", "no 'inc'"},
		{"{\"roles\":{\"title\":7}}", "must be an object"},
		{"{\n  \"roles\": ]\n}", "line 2, column 12"},
		{"", "line 1, column 1"},
		{"{\"inherits\":\"nowhere\"}", "no theme is called 'nowhere'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct theme theme = {.name = "kept"};
		struct err err = {0};

		assert_true(theme_parse(&theme, rows[i].json, &err) < 0);
		if (!strstr(err.text, rows[i].says))
			fail_msg("'%s' gives '%s'", rows[i].json, err.text);
		assert_string_equal(theme.name, "kept");
	}
}

/* What must be told apart without colour: the cursor, the column line, faults. */
static void every_shipped_theme_parses(void **state)
{
	const char *name;

	(void)state;
	assert_string_equal(theme_name_at(0), "default");
	for (unsigned i = 0; (name = theme_name_at(i)); i++) {
		struct theme theme;
		struct err err = {0};

		if (theme_load(&theme, name, &err) < 0)
			fail_msg("%s: %s", name, err.text);
		assert_string_equal(theme.name, name);
		assert_true(theme.looks[ROLE_CURSOR].mono & ATTR_REVERSE);
		assert_true(theme.looks[ROLE_COLUMN].mono & ATTR_REVERSE);
		assert_true(theme.looks[ROLE_PROMPT_BAD].mono != 0);
		assert_false(theme.looks[ROLE_TEXT].paper.is_set);
	}
}

static void nearest_colours(void **state)
{
	(void)state;
	assert_int_equal(theme_nearest256(255, 0, 0), 196);
	assert_int_equal(theme_nearest256(8, 8, 8), 232);
	assert_int_equal(theme_nearest256(95, 135, 175), 67);
	assert_int_equal(theme_nearest16(250, 250, 250), 15);
	assert_int_equal(theme_nearest16(200, 10, 10), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_roles_inherit),
		cmocka_unit_test(a_theme_inherits_role_by_role),
		cmocka_unit_test(faults_name_their_place),
		cmocka_unit_test(every_shipped_theme_parses),
		cmocka_unit_test(nearest_colours),
	};

	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
