/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/tidy.h"
#include "base/utf8.h"
#include "ui/prompt.h"
#include "ui/term.h"

static void type(struct prompt *prompt, const char *text)
{
	for (size_t at = 0, len = strlen(text); at < len;) {
		uint32_t point;

		at += utf8_next(text + at, len - at, &point);
		prompt_key(prompt, point);
	}
}

static void what_is_selected_is_typed_over(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	assert_int_equal(prompt_open(&prompt, "0.5", NULL), 0);
	prompt_select(&prompt);
	type(&prompt, "99");
	assert_string_equal(buf_text(&prompt.text), "99");
	prompt_select(&prompt);
	assert_int_equal(prompt_key(&prompt, TERM_END), PROMPT_SAME);
	type(&prompt, "1");
	assert_string_equal(buf_text(&prompt.text), "991");
	prompt_select(&prompt);
	assert_int_equal(prompt_key(&prompt, TERM_BACKSPACE), PROMPT_EDITED);
	assert_string_equal(buf_text(&prompt.text), "");
	prompt_release(&prompt);
}

static void edits_by_characters(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	assert_int_equal(prompt_open(&prompt, "ab", NULL), 0);
	type(&prompt, "é漢");
	assert_string_equal(buf_text(&prompt.text), "abé漢");
	prompt_key(&prompt, TERM_LEFT);
	prompt_key(&prompt, TERM_LEFT);
	type(&prompt, "x");
	assert_string_equal(buf_text(&prompt.text), "abxé漢");
	assert_int_equal(prompt_key(&prompt, TERM_DELETE), PROMPT_EDITED);
	assert_string_equal(buf_text(&prompt.text), "abx漢");
	prompt_key(&prompt, TERM_END);
	prompt_key(&prompt, TERM_BACKSPACE);
	assert_string_equal(buf_text(&prompt.text), "abx");
	prompt_key(&prompt, TERM_HOME);
	assert_int_equal(prompt_key(&prompt, TERM_DELETE), PROMPT_EDITED);
	assert_int_equal(prompt_key(&prompt, TERM_LEFT), PROMPT_SAME);
	assert_string_equal(buf_text(&prompt.text), "bx");
	prompt_release(&prompt);
}

static void cuts_words_and_lines(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	assert_int_equal(prompt_open(&prompt, "proto == tcp  ", NULL), 0);
	prompt_key(&prompt, TERM_CTRL + 'w');
	assert_string_equal(buf_text(&prompt.text), "proto == ");
	prompt_key(&prompt, TERM_CTRL + 'a');
	prompt_key(&prompt, TERM_RIGHT);
	prompt_key(&prompt, TERM_CTRL + 'k');
	assert_string_equal(buf_text(&prompt.text), "p");
	prompt_key(&prompt, TERM_CTRL + 'u');
	assert_string_equal(buf_text(&prompt.text), "");
	assert_int_equal(prompt_key(&prompt, TERM_BACKSPACE), PROMPT_CANCELLED);
	prompt_release(&prompt);
}

static void what_steers_never_enters(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	assert_int_equal(prompt_open(&prompt, "", NULL), 0);
	prompt_key(&prompt, 0x202e); /* right-to-left override */
	prompt_key(&prompt, 0x200b);
	prompt_key(&prompt, TERM_F1);
	assert_string_equal(buf_text(&prompt.text), "");
	for (int i = 0; i < PROMPT_MAX_BYTES + 10; i++)
		prompt_key(&prompt, 'x');
	assert_int_equal(prompt.text.len, PROMPT_MAX_BYTES);
	prompt_release(&prompt);
}

static void history_goes_back_and_returns(void **state)
{
	struct prompt_history history = {0};
	struct prompt prompt = {0};

	(void)state;
	for (int i = 0; i < PROMPT_HISTORY + 5; i++) {
		char text[16];

		snprintf(text, sizeof(text), "line %d", i);
		prompt_open(&prompt, text, &history);
		prompt_remember(&prompt);
		prompt_remember(&prompt);
	}
	assert_int_equal(history.n, PROMPT_HISTORY);
	prompt_open(&prompt, "half typed", &history);
	assert_int_equal(prompt_key(&prompt, TERM_DOWN), PROMPT_SAME);
	prompt_key(&prompt, TERM_UP);
	assert_string_equal(buf_text(&prompt.text), "line 68");
	prompt_key(&prompt, TERM_UP);
	assert_string_equal(buf_text(&prompt.text), "line 67");
	prompt_key(&prompt, TERM_DOWN);
	prompt_key(&prompt, TERM_DOWN);
	assert_string_equal(buf_text(&prompt.text), "half typed");
	prompt_release(&prompt);
	prompt_history_release(&history);
}

static void long_text_scrolls_to_the_cursor(void **state)
{
	struct prompt prompt = {0};
	struct grid grid = {0};
	SCOPED(buf) text = {0};

	(void)state;
	prompt_open(&prompt, "abcdefghijkl", NULL);
	assert_int_equal(grid_resize(&grid, 1, 8), 0);
	assert_int_equal(prompt_draw(&prompt, "/ ", false, 9, &grid, (struct area){0, 0, 1, 8}), 4);
	grid_text(&grid, &text);
	assert_string_equal(buf_text(&text), "/ hijkl\n");
	assert_int_equal(grid.cursor_col, 7);
	prompt_release(&prompt);
	grid_release(&grid);
}

static void completion_replaces_before_the_cursor(void **state)
{
	struct prompt prompt = {0};

	(void)state;
	prompt_open(&prompt, "a and pk > 1", NULL);
	for (int i = 0; i < 4; i++)
		prompt_key(&prompt, TERM_LEFT);
	prompt_insert(&prompt, "pkts.rate", 2);
	assert_string_equal(buf_text(&prompt.text), "a and pkts.rate > 1");
	prompt_release(&prompt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_by_characters),
		cmocka_unit_test(what_is_selected_is_typed_over),
		cmocka_unit_test(cuts_words_and_lines),
		cmocka_unit_test(what_steers_never_enters),
		cmocka_unit_test(history_goes_back_and_returns),
		cmocka_unit_test(long_text_scrolls_to_the_cursor),
		cmocka_unit_test(completion_replaces_before_the_cursor),
	};

	return cmocka_run_group_tests_name("prompt", tests, NULL, NULL);
}
