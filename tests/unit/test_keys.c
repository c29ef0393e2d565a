/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "ui/keys.h"
#include "ui/term.h"

static bool has_key(const struct key_row *row, uint32_t key)
{
	if (row->range_end)
		return key >= row->keys[0] && key <= row->range_end;
	for (int i = 0; i < KEY_ROW_KEYS && row->keys[i]; i++)
		if (row->keys[i] == key)
			return true;
	return false;
}

static void no_key_is_bound_twice(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_key_rows; i++)
		for (unsigned k = 0; k < KEY_ROW_KEYS && key_rows[i].keys[k]; k++)
			for (unsigned j = 0; j < i; j++)
				if ((key_rows[i].scopes & key_rows[j].scopes) &&
				    has_key(&key_rows[j], key_rows[i].keys[k]))
					fail_msg("'%s' and '%s' share a key", key_rows[i].shown,
						 key_rows[j].shown);
}

static void every_action_has_a_key_and_a_runner(void **state)
{
	(void)state;
	for (int action = 1; action < N_ACTIONS; action++) {
		bool is_bound = false;

		for (unsigned i = 0; i < n_key_rows; i++)
			is_bound |= key_rows[i].action == (enum action)action && key_rows[i].scopes;
		if (!is_bound || !act_rows[action].run || !act_rows[action].name)
			fail_msg("action %d (%s) can't be reached", action, act_rows[action].name);
		for (int other = 1; other < action; other++)
			assert_string_not_equal(act_rows[action].name, act_rows[other].name);
	}
}

static void rows_say_what_they_do(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_key_rows; i++) {
		const struct key_row *row = &key_rows[i];

		assert_true(row->action > ACT_NONE && row->action < N_ACTIONS);
		assert_true(row->keys[0] && row->shown[0] && row->help[0]);
		if (row->footer)
			assert_true(strchr(row->footer, ' ') && row->footer_rank > 0);
	}
}

static void keys_are_found_by_scope(void **state)
{
	(void)state;
	assert_int_equal(keys_find(SCOPE_ROWS, '7'), ACT_TAB_NUMBER);
	assert_int_equal(keys_find(SCOPE_ROWS, 'q'), ACT_QUIT);
	assert_int_equal(keys_find(SCOPE_PICKER, 'q'), ACT_NONE);
	assert_int_equal(keys_find(SCOPE_PICKER, TERM_CTRL + 'c'), ACT_QUIT_NOW);
	assert_int_equal(keys_find(SCOPE_ROWS, TERM_F12), ACT_NONE);
}

/* A printable key would never reach the search of the picker. */
static void the_picker_leaves_letters_free(void **state)
{
	(void)state;
	for (uint32_t key = '!'; key <= '~'; key++)
		assert_int_equal(keys_find(SCOPE_PICKER, key), ACT_NONE);
}

static void the_table_prints_in_three_ways(void **state)
{
	SCOPED(buf) text = {0};

	(void)state;
	keys_print(KEYS_MARKDOWN, &text);
	assert_non_null(strstr(buf_text(&text), "| `Space` | tag the row |\n"));
	buf_clear(&text);
	keys_print(KEYS_MAN, &text);
	assert_non_null(strstr(buf_text(&text), ".B / \\e F4\n"));
	buf_clear(&text);
	keys_print(KEYS_TEXT, &text);
	assert_non_null(strstr(buf_text(&text), "  p Z          freeze"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_is_bound_twice),
		cmocka_unit_test(every_action_has_a_key_and_a_runner),
		cmocka_unit_test(rows_say_what_they_do),
		cmocka_unit_test(keys_are_found_by_scope),
		cmocka_unit_test(the_picker_leaves_letters_free),
		cmocka_unit_test(the_table_prints_in_three_ways),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
