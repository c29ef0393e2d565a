/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is saved comes back, what is wrong is named with its place, nobody else's file is touched. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/config.h"
#include "app/options.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/tidy.h"
#include "ui/keys.h"
#include "ui/term.h"
#include "tests/unit/folder.h"

static const char *folder;

static void path_of(const char *name, struct buf *out)
{
	buf_addf(out, "%s/bpfmaptop/%s", folder, name);
}

static void write_config(const char *text)
{
	SCOPED(buf) path = {0};
	SCOPED(buf) above = {0};

	buf_addf(&above, "%s/bpfmaptop", folder);
	mkdir(buf_text(&above), 0700);
	path_of("config.json", &path);
	assert_int_equal(file_replace(buf_text(&path), text, strlen(text), NULL), 0);
}

/* A line each. */
static void note_fault(void *ctx, const struct err *fault)
{
	buf_addf(ctx, "%s\n", fault->text);
}

static struct config *load(const char *text)
{
	struct config *config = NULL;
	SCOPED(buf) faults = {0};

	if (text)
		write_config(text);
	if (config_load(&config, note_fault, &faults) > 0)
		fail_msg("%s", buf_text(&faults));
	return config;
}

static struct config *load_with_faults(const char *text, unsigned n_expected, struct buf *faults)
{
	struct config *config = NULL;

	write_config(text);
	assert_int_equal(config_load(&config, note_fault, faults), n_expected);
	assert_non_null(config);
	return config;
}

static void assert_has(const struct buf *text, const char *expected)
{
	if (!strstr(buf_text(text), expected))
		fail_msg("'%s' has not '%s'", buf_text(text), expected);
}

static void assert_fault(const char *text, const char *expected)
{
	SCOPED(buf) faults = {0};

	config_free(load_with_faults(text, 1, &faults));
	assert_has(&faults, expected);
}

static void what_is_written_is_read(void **state)
{
	struct config *config =
		load("// mine\n"
		     "{\"theme\": \"a b\", /* two\n lines */ \"interval\": 0.5,\n"
		     "\"ascii\": true, \"maps\": {\"flows\": {\"sort\": \"a // b\"}}}\n");

	(void)state;
	assert_string_equal(config_theme(config), "a b");
	assert_int_equal(config_interval_ns(config), 500000000);
	assert_true(config_is_ascii(config));
	assert_string_equal(config_setting(config, "flows", "sort"), "a // b");
	assert_null(config_setting(config, "flows", "filter"));
	assert_null(config_setting(config, "ports", "sort"));
	config_free(config);
}

static void faults_are_named_with_their_place(void **state)
{
	(void)state;
	assert_fault("{\n\"theme\": \"x\",\n}", "this is not JSON: line 3 of '");
	assert_fault("[]", "the configuration is not an object: line 1 of '");
	assert_fault("{\"theme\": \"x\", // mine\n\"colour\": 1}",
		     "\"colour\" means nothing: line 2 of '");
	assert_fault("{\"colour\": 1}", "config.json'; there are theme, interval, ascii, mouse, "
					"save_on_exit, keys, maps, layouts");
	assert_fault("{\"interval\": 0}", "\"interval\" is not a number of seconds");
	assert_fault("{\"maps\": {\"sort\": {}, \"flows\": {\n\"colums\": \"a\"}}}",
		     "maps.flows has \"colums\", which means nothing: line 2 of '");
	assert_fault("{\"maps\": {\"sort\": {\"sort\": \"sort\"}, \"flows\":\n\n{\"sort\" : 1}}}",
		     "maps.flows.sort is not a text: line 3 of '");
	assert_fault("{\"keys\": {\"fly\": \"x\"}}", "keys has \"fly\"");
	assert_fault("{\"layouts\": [1]}", "\"layouts\" is not an object");
	assert_fault("{\"layouts\": {\"a,b\": {}}}", "layouts.a,b is not a text");
	assert_fault("{\"save_on_exit\": 1}", "\"save_on_exit\" is neither true nor false");
	assert_fault("{\n\"theme\": \"a\",\n\"theme\": \"b\"}",
		     "\"theme\" stands there twice, the first one holds: line 2 of '");
	assert_fault("{\"keys\": {\"pause\": \"p\",\n\"sort\": \"F6 Strg\"}}",
		     "keys of 'sort': 'Strg' is no key: line 2 of '");
	assert_fault(
		"{\"keys\": {\"quit\": \"X\", \"pause\": \"x Space\",\n\"sort\": \"y Space\"}}",
		"'pause' and 'sort' are both to have Space: line 2 of '");
}

/* What is good holds, whatever stands beside it; each fault is told with its line. */
static void faults_leave_the_rest_in_force(void **state)
{
	SCOPED(buf) faults = {0}, where = {0};
	bool has_backup;
	struct config *config = load_with_faults("{\"colour\": 1, \"theme\": \"mono\",\n"
						 "\"interval\": \"2\", \"ascii\": true,\n"
						 "\"keys\": {\"fly\": \"x\",\n"
						 "\"pause\": \"x\", \"sort\": \"x\"},\n"
						 "\"maps\": {\"flows\": {\"colums\": \"a\",\n"
						 "\"sort\": \"n\"}, \"ports\": 1},\n"
						 "\"layouts\": {\"a\": 1, \"b\": \"1\"}}",
						 7, &faults);

	(void)state;
	assert_has(&faults, "\"colour\" means nothing: line 1 of '");
	assert_has(&faults, "\"interval\" is not a number of seconds from 0.1 to 3600: line 2");
	assert_has(&faults, "keys has \"fly\", which means nothing: line 3 of '");
	assert_has(&faults, "'pause' and 'sort' are both to have x: line 4 of '");
	assert_has(&faults, "maps.flows has \"colums\", which means nothing: line 5 of '");
	assert_has(&faults, "\"maps.ports\" is not an object: line 6 of '");
	assert_has(&faults, "layouts.a is not a text: line 7 of '");
	assert_string_equal(config_theme(config), "mono");
	assert_int_equal(config_interval_ns(config), 0);
	assert_true(config_is_ascii(config));
	assert_string_equal(config_setting(config, "flows", "sort"), "n");
	assert_null(config_setting(config, "flows", "colums"));
	assert_null(config_layout(config, "a"));
	assert_string_equal(config_layout(config, "b"), "1");
	config_bind_keys(config, note_fault, &faults);
	assert_int_equal(keys_find(SCOPE_ROWS, 'x'), ACT_PAUSE);
	assert_int_equal(keys_find(SCOPE_ROWS, 's'), ACT_SORT_MENU);
	keys_reset();
	/* What was not understood would be lost. */
	assert_true(config_save(config, &where, &has_backup, NULL) < 0);
	config_free(config);
}

/* Once, unless it was asked for. */
static void a_key_that_was_the_last_is_missed(void **state)
{
	SCOPED(buf) faults = {0};
	struct config *config = load("{\"keys\": {\"pause\": \"x p\", \"columns\": \"/\"}}");

	(void)state;
	config_bind_keys(config, note_fault, &faults);
	assert_string_equal(buf_text(&faults), "'cpus' has no key any more: x is for 'pause'\n");
	config_free(config);
	keys_reset();
	buf_clear(&faults);
	config = load("{\"keys\": {\"pause\": \"x\", \"cpus\": \"\", \"mouse\": \" \"}}");
	config_bind_keys(config, note_fault, &faults);
	assert_string_equal(buf_text(&faults), "");
	config_free(config);
	keys_reset();
}

static void what_is_saved_comes_back(void **state)
{
	struct config *config = load("{\"theme\": \"mono\", \"maps\": {\"a\": {\"sort\": \"x\"}, "
				     "\"b\": {\"raw\": \"on\"}}}");
	SCOPED(buf) where = {0};
	SCOPED(buf) path = {0};
	bool has_backup = true;

	(void)state;
	assert_int_equal(config_set_setting(config, "a", "sort", ""), 0);
	assert_int_equal(config_set_setting(config, "a", "filter", "n > \"1\""), 0);
	assert_int_equal(config_set_setting(config, "c", "columns", "k"), 0);
	assert_int_equal(config_set_layout(config, "a,b", "|50 1* 2"), 0);
	assert_int_equal(config_set_layout(config, "a,c", "2"), 0);
	assert_int_equal(config_set_layout(config, "a,c", ""), 0);
	assert_int_equal(config_set_theme(config, "nord"), 0);
	assert_int_equal(config_set_interval(config, 2500000000), 0);
	assert_int_equal(config_save(config, &where, &has_backup, NULL), 0);
	path_of("config.json", &path);
	assert_string_equal(buf_text(&where), buf_text(&path));
	assert_false(has_backup);
	config_free(config);
	config = load(NULL);
	assert_null(config_setting(config, "a", "sort"));
	assert_string_equal(config_setting(config, "a", "filter"), "n > \"1\"");
	assert_string_equal(config_setting(config, "b", "raw"), "on");
	assert_string_equal(config_setting(config, "c", "columns"), "k");
	assert_string_equal(config_layout(config, "a,b"), "|50 1* 2");
	assert_null(config_layout(config, "a,c"));
	assert_false(config_saves_on_exit(config));
	assert_string_equal(config_theme(config), "nord");
	assert_int_equal(config_interval_ns(config), 2500000000);
	config_free(config);
}

static void comments_are_kept_beside(void **state)
{
	static const char text[] = "{} // mine\n";
	struct config *config = load(text);
	SCOPED(buf) where = {0};
	SCOPED(buf) beside = {0};
	SCOPED(buf) kept = {0};
	bool has_backup = false;

	(void)state;
	assert_int_equal(config_save(config, &where, &has_backup, NULL), 0);
	assert_true(has_backup);
	path_of("config.json~", &beside);
	assert_int_equal(file_read(buf_text(&beside), 4096, &kept), 0);
	assert_string_equal(buf_text(&kept), text);
	config_free(config);
}

static void a_broken_file_is_left_alone(void **state)
{
	struct config *config = NULL;
	SCOPED(buf) where = {0};
	SCOPED(buf) path = {0};
	SCOPED(buf) is = {0};
	SCOPED(buf) faults = {0};
	struct err err = {0};
	bool has_backup;

	(void)state;
	config = load_with_faults("{ broken", 1, &faults);
	assert_true(config_save(config, &where, &has_backup, &err) < 0);
	path_of("config.json", &path);
	assert_int_equal(file_read(buf_text(&path), 4096, &is), 0);
	assert_string_equal(buf_text(&is), "{ broken");
	config_free(config);
}

static void another_users_home_is_left_alone(void **state)
{
	struct config *config = NULL;
	SCOPED(buf) where = {0};
	struct err err = {0};
	char theirs[PATH_MAX];
	bool has_backup;

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(theirs, sizeof(theirs), "%s/theirs", folder);
	assert_int_equal(mkdir(theirs, 0777), 0);
	assert_int_equal(chown(theirs, 12345, 12345), 0);
	setenv("XDG_CONFIG_HOME", theirs, 1);
	config = load(NULL);
	assert_int_equal(config_save(config, &where, &has_backup, &err), -EPERM);
	assert_non_null(strstr(err.text, "belongs to another user"));
	setenv("XDG_CONFIG_HOME", folder, 1);
	assert_int_equal(rmdir(theirs), 0); /* nothing was made in it */
	config_free(config);
}

/* No room for a single byte: what was there stays whole, and a sentence says why. */
static void a_full_disk_leaves_the_old_file(void **state)
{
	struct config *config = load("{\"theme\": \"mono\"}");
	struct rlimit was, none;
	SCOPED(buf) where = {0};
	SCOPED(buf) path = {0};
	SCOPED(buf) text = {0};
	struct err err = {0};
	bool has_backup;
	int r;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	none = (struct rlimit){0, was.rlim_max};
	assert_int_equal(config_set_theme(config, "nord"), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	r = config_save(config, &where, &has_backup, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(r, -EFBIG);
	assert_non_null(strstr(err.text, "cannot write"));
	path_of("config.json", &path);
	assert_int_equal(file_read(buf_text(&path), 1 << 20, &text), 0);
	assert_string_equal(buf_text(&text), "{\"theme\": \"mono\"}");
	config_free(config);
}

static void keys_are_bound_anew(void **state)
{
	struct config *config = load("{\"keys\": {\"pause\": \"x ^X\", \"help\": \"F2 ?\"}}");
	SCOPED(buf) faults = {0};

	(void)state;
	config_bind_keys(config, note_fault, &faults);
	assert_int_equal(keys_find(SCOPE_ROWS, 'x'), ACT_PAUSE);
	assert_int_equal(keys_find(SCOPE_ROWS, TERM_CTRL + 'x'), ACT_PAUSE);
	assert_int_equal(keys_find(SCOPE_ROWS, 'p'), ACT_NONE);
	assert_int_equal(keys_find(SCOPE_ROWS, TERM_F1 + 1), ACT_HELP);
	for (unsigned i = 0; i < n_key_rows; i++) {
		if (key_rows[i].action == ACT_PAUSE) {
			assert_string_equal(key_rows[i].shown, "x ^X");
			assert_string_equal(key_rows[i].footer, "x pause");
		}
		if (key_rows[i].action == ACT_CPUS)
			assert_string_equal(key_rows[i].shown, "(none)");
	}
	keys_reset();
	assert_int_equal(keys_find(SCOPE_ROWS, 'x'), ACT_CPUS);
	assert_true(keys_bind("pause", "5", NULL) < 0); /* 1-9 are the maps */
	assert_true(keys_bind("pause", "Strg", NULL) < 0);
	assert_true(keys_bind("map-number", "x", NULL) < 0);
	config_free(config);
}

/* What is printed means the same when it is read. */
static void what_is_in_force_can_be_read(void **state)
{
	static const struct options options = {.interval_ns = 1500000000, .has_mouse = true};
	struct config *config = load("{\"keys\": {\"pause\": \"x ^X\"}, \"ascii\": true, "
				     "\"maps\": {\"flows\": {\"sort\": \"a\"}}}");
	SCOPED(buf) printed = {0}, again = {0}, faults = {0};

	(void)state;
	config_bind_keys(config, note_fault, &faults);
	assert_int_equal(config_print(config, &options, &printed), 0);
	config_free(config);
	keys_reset();
	assert_has(&printed, "\"theme\":\t\"default\"");
	assert_has(&printed, "\"filter\":\t\"/ \\\\ F4\"");
	assert_has(&printed, "\"cpus\":\t\"\"");
	config = load(buf_text(&printed));
	assert_int_equal(config_interval_ns(config), 1500000000);
	assert_true(config_is_ascii(config) && config_has_mouse(config));
	assert_false(config_saves_on_exit(config));
	assert_string_equal(config_theme(config), "default");
	assert_string_equal(config_setting(config, "flows", "sort"), "a");
	config_bind_keys(config, note_fault, &faults);
	assert_int_equal(keys_find(SCOPE_ROWS, TERM_CTRL + 'x'), ACT_PAUSE);
	assert_int_equal(config_print(config, &options, &again), 0);
	assert_string_equal(buf_text(&printed), buf_text(&again));
	assert_string_equal(buf_text(&faults), "'cpus' has no key any more: x is for 'pause'\n");
	config_free(config);
	keys_reset();
}

static void every_key_has_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_key_rows; i++)
		for (unsigned k = 0; k < KEY_ROW_KEYS && key_rows[i].keys[k]; k++) {
			SCOPED(buf) name = {0};

			key_spell(key_rows[i].keys[k], &name);
			assert_int_equal(key_named(buf_text(&name), name.len), key_rows[i].keys[k]);
		}
}

static int set_up(void **state)
{
	(void)state;
	if (!(folder = own_folder()))
		return -1;
	return setenv("XDG_CONFIG_HOME", folder, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(faults_are_named_with_their_place),
		cmocka_unit_test(faults_leave_the_rest_in_force),
		cmocka_unit_test(a_key_that_was_the_last_is_missed),
		cmocka_unit_test(what_is_saved_comes_back),
		cmocka_unit_test(comments_are_kept_beside),
		cmocka_unit_test(a_broken_file_is_left_alone),
		cmocka_unit_test(another_users_home_is_left_alone),
		cmocka_unit_test(a_full_disk_leaves_the_old_file),
		cmocka_unit_test(keys_are_bound_anew),
		cmocka_unit_test(what_is_in_force_can_be_read),
		cmocka_unit_test(every_key_has_a_name),
	};

	return cmocka_run_group_tests_name("config", tests, set_up, NULL);
}
