/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "ui/theme.h"
#include "tests/unit/folder.h"

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
	assert_int_equal(theme.looks[ROLE_PROMPT].ink.rgb.r, 0x10);
	assert_int_equal(theme.looks[ROLE_PROMPT].paper.index256, 231);
	assert_false(theme.looks[ROLE_TEXT].ink.is_set);
}

static void a_theme_inherits_role_by_role(void **state)
{
	struct theme plain, theme;
	struct err err = {0};

	(void)state;
	theme_default(&plain);
	assert_int_equal(
		theme_parse(&theme,
			    "{\"inherits\":\"default\",\"palette\":{\"accent\":\"#0000ff\"},"
			    "\"roles\":{\"warn\":{\"ink\":\"#123456\"}}}",
			    &err),
		0);
	assert_int_equal(theme.looks[ROLE_TITLE].ink.rgb.b, 0xff);
	assert_int_equal(theme.looks[ROLE_WARN].ink.rgb.g, 0x34);
	assert_int_equal(theme.looks[ROLE_LIVE].ink.rgb.g, plain.looks[ROLE_LIVE].ink.rgb.g);
}

static void faults_name_their_place(void **state)
{
	static const struct {
		const char *json, *says;
	} rows[] = {
		{"{\n \"palette\":{\"titel\":1},\"roles\":{\n  \"titel\":{}}}",
		 "no role 'titel' to give a look to (line 3, column 3)"},
		{"{\"roles\":{\"title\":{\"ink\":\"bluish\"}}}",
		 "role 'title' of the theme has no colour"},
		{"{\"roles\":{\"title\":{\"is\":[\"loud\"]}}}", "'loud'"},
		{"{\"roles\":{\"title\":{\"inc\":\"none\"}}}", "no 'inc'"},
		{"{\"roles\":{\"title\":7}}", "must be an object (line 1, column 11)"},
		{"{\"name\":\"colors\",\n\"colors\":{}}",
		 "'colors' means nothing in a theme (line 2, column 1)"},
		{"{\"glyphs\":\"runes\"}",
		 "must be 'ascii', 'blocks' or 'braille' (line 1, column 2)"},
		{"{\"made_for\":[\"dusk\"]}", "'made_for' of the theme must be a list"},
		{"{\"made_for\":[\"#000000\",\"#000001\",\"#000002\",\"#000003\",\"#000004\"]}",
		 "'made_for' of the theme must be a list of up to 4"},
		{"{\"roles\":{\"title\":{\"ink\":256}}}", "no colour 256"},
		{"{\"roles\":{\"title\":{\"ink\":1.5}}}", "no colour 1.5"},
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
		assert_true(theme.about[0]);
		assert_true(theme.looks[ROLE_CURSOR].mono & ATTR_REVERSE);
		assert_true(theme.looks[ROLE_COLUMN].mono & ATTR_REVERSE);
		assert_true(theme.looks[ROLE_PROMPT_BAD].mono != 0);
		assert_false(theme.looks[ROLE_TEXT].paper.is_set);
	}
}

/* A number is the terminal's own colour at every depth. */
static void numbers_are_the_terminals_colours(void **state)
{
	struct theme theme;
	struct err err = {0};

	(void)state;
	assert_int_equal(
		theme_parse(&theme,
			    "{\"palette\":{\"sea\":6},\"roles\":{\"title\":{\"ink\":\"sea\"},"
			    "\"warn\":{\"ink\":214},\"key\":{\"ink\":\"#00cdcd\"}}}",
			    &err),
		0);
	assert_true(theme.looks[ROLE_TITLE].ink.is_index);
	assert_int_equal(theme.looks[ROLE_TITLE].ink.index256, 6);
	assert_int_equal(theme.looks[ROLE_TITLE].ink.index16, 6);
	assert_int_equal(theme.looks[ROLE_WARN].ink.index256, 214);
	assert_int_equal(theme.looks[ROLE_WARN].ink.index16, 3);
	assert_false(theme.looks[ROLE_KEY].ink.is_index);
}

static void a_theme_may_do_without_colours(void **state)
{
	struct theme plain, theme;

	(void)state;
	theme_default(&plain);
	assert_int_equal(theme_load(&theme, "mono", NULL), 0);
	for (int i = 0; i < N_ROLES; i++) {
		assert_false(theme.looks[i].ink.is_set || theme.looks[i].paper.is_set);
		assert_int_equal(theme.looks[i].attrs, plain.looks[i].mono);
		assert_int_equal(theme.looks[i].mono, plain.looks[i].mono);
	}
}

/* One of the user's own goes before a built-in one of that name, and is called as its file is. */
static void the_users_own_come_first(void **state)
{
	const char *folder = own_folder();
	char at[PATH_MAX];
	struct theme theme;
	FILE *file;

	(void)state;
	assert_non_null(folder);
	snprintf(at, sizeof(at), "mkdir -p %s/bpfmaptop/themes", folder);
	assert_int_equal(system(at), 0);
	snprintf(at, sizeof(at), "%s/bpfmaptop/themes/nord.json", folder);
	file = fopen(at, "w");
	assert_non_null(file);
	fputs("{\"inherits\":\"light\",\"glyphs\":\"braille\",\"palette\":{\"accent\":\"#010203\"}"
	      "}",
	      file);
	fclose(file);
	setenv("XDG_CONFIG_HOME", folder, 1);
	assert_int_equal(theme_load(&theme, "nord", NULL), 0);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	assert_string_equal(theme.name, "nord");
	assert_string_equal(theme.about, "");
	assert_string_equal(theme.glyphs, "braille");
	assert_int_equal(theme.looks[ROLE_TITLE].ink.rgb.g, 2);
	assert_int_equal(theme.made_for[0].r, 255);
	snprintf(at, sizeof(at), "rm -r %s/bpfmaptop", folder);
	assert_int_equal(system(at), 0);
}

static void write_theme(const char *folder, const char *name, const char *json)
{
	char at[PATH_MAX];
	FILE *file;

	snprintf(at, sizeof(at), "mkdir -p %s/bpfmaptop/themes", folder);
	assert_int_equal(system(at), 0);
	snprintf(at, sizeof(at), "%s/bpfmaptop/themes/%s", folder, name);
	file = fopen(at, "w");
	assert_non_null(file);
	fputs(json, file);
	fclose(file);
}

static bool is_listed(const char *name)
{
	for (unsigned i = 0; theme_name_at(i); i++)
		if (strcmp(theme_name_at(i), name) == 0)
			return true;
	return false;
}

/* Own themes stand behind the others in the list; what is wrong with one is told with its file and line,
 * and that of one that inherits from it with the file that has the fault. */
static void own_themes_are_listed_and_their_faults_told(void **state)
{
	const char *folder = own_folder();
	char at[PATH_MAX], here[PATH_MAX];
	struct theme theme = {.name = "kept"};
	struct err err = {0};

	(void)state;
	assert_non_null(folder);
	write_theme(folder, "dusk.json", "{\"name\":\"other\",\"inherits\":\"dark\"}");
	write_theme(folder, "nord.json", "{\"inherits\":\"dark\"}");
	write_theme(folder, "torn.json", "{\n\n \"rolls\": {}}");
	write_theme(folder, "child.json", "{\"inherits\":\"torn\"}");
	write_theme(folder, "notes.txt", "no theme");
	assert_false(is_listed("dusk"));
	setenv("XDG_CONFIG_HOME", folder, 1);
	theme_list_read();
	assert_true(is_listed("dusk") && is_listed("torn") && is_listed("child"));
	assert_false(is_listed("notes") || is_listed("notes.txt"));
	assert_true(theme_is_own("nord") && theme_is_own("dusk") && !theme_is_own("dark"));
	assert_true(theme_load(&theme, "torn", &err) < 0);
	snprintf(at, sizeof(at),
		 "'rolls' means nothing in a theme (line 3, column 2), in "
		 "'%s/bpfmaptop/themes/torn.json'",
		 folder);
	assert_string_equal(err.text, at);
	assert_true(theme_load(&theme, "/nonexistent/x.json", &err) < 0);
	assert_string_equal(err.text,
			    "cannot read theme '/nonexistent/x.json': no such file or directory");
	assert_true(theme_load(&theme, "child", &err) < 0);
	assert_string_equal(err.text, at);
	assert_string_equal(theme.name, "kept");
	assert_int_equal(theme_load(&theme, "dusk", &err), 0);
	assert_string_equal(theme.name, "dusk");
	/* A relative folder is none. */
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(folder), 0);
	setenv("XDG_CONFIG_HOME", ".", 1);
	theme_list_read();
	assert_false(is_listed("dusk"));
	assert_int_equal(chdir(here), 0);
	setenv("XDG_CONFIG_HOME", folder, 1);
	snprintf(at, sizeof(at), "rm -r %s/bpfmaptop", folder);
	assert_int_equal(system(at), 0);
	theme_list_read();
	assert_false(is_listed("dusk") || theme_is_own("nord"));
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
}

/* The last of the 16 is a dark blue, that squares of RGB take for black. */
static void nearest_colours(void **state)
{
	(void)state;
	assert_int_equal(colour_nearest256((struct rgb){255, 0, 0}), 196);
	assert_int_equal(colour_nearest256((struct rgb){8, 8, 8}), 232);
	assert_int_equal(colour_nearest256((struct rgb){95, 135, 175}), 67);
	assert_int_equal(colour_nearest16((struct rgb){250, 250, 250}), 15);
	assert_int_equal(colour_nearest16((struct rgb){200, 10, 10}), 1);
	assert_int_equal(colour_nearest16((struct rgb){0x22, 0x3a, 0x55}), 4);
	assert_true(colour_distance((struct rgb){0, 0, 0}, (struct rgb){255, 255, 255}) > 0.999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_roles_inherit),
		cmocka_unit_test(a_theme_inherits_role_by_role),
		cmocka_unit_test(faults_name_their_place),
		cmocka_unit_test(every_shipped_theme_parses),
		cmocka_unit_test(numbers_are_the_terminals_colours),
		cmocka_unit_test(a_theme_may_do_without_colours),
		cmocka_unit_test(the_users_own_come_first),
		cmocka_unit_test(own_themes_are_listed_and_their_faults_told),
		cmocka_unit_test(nearest_colours),
	};

	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
