/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The driver of the live screen tests, against sh and stty. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "ptydrive.h"

enum { WAIT_MS = 60000 };

static void open_sh(struct pty *pty, const char *script)
{
	const char *argv[] = {"sh", "-c", script, NULL};

	assert_int_equal(pty_open(pty, argv, (const char *[]){"GREETING=hello", NULL}, 6, 40), 0);
}

static void shows_text_where_it_stands(void **state)
{
	struct pty pty;

	(void)state;
	open_sh(&pty, "printf '\\033[3;5H日本 %s\\033[1;1H' $GREETING; exit 7");
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 7);
	assert_int_equal(pty_find(&pty, "hello"), 2);
	assert_int_equal(pty_find_col(&pty, 2, "hello"), 9);
	assert_string_equal(pty_screen_line(&pty, 2), "    日本 hello");
	assert_string_equal(pty_screen_line(&pty, 0), "");
	assert_int_equal(pty.cursor.row, 0);
	assert_true(pty.n_reads >= 1);
	assert_non_null(strstr(buf_text(&pty.raw), "hello"));
	assert_int_equal(pty_close(&pty), 7);
}

static void knows_attributes_and_modes(void **state)
{
	struct pty pty;

	(void)state;
	open_sh(&pty, "printf "
		      "'\\033[?1049h\\033[?25l\\033[?1000h\\033[1;4;31;44mX\\033[0;7mY\\033[m.\\a';"
		      "read x; printf '\\033[?1000l\\033[?25h\\033[?1049lbye'");
	assert_true(pty_wait_text(&pty, "XY.", WAIT_MS));
	assert_true(pty.is_altscreen);
	assert_false(pty.is_cursor_visible);
	assert_int_equal(pty.mouse, VTERM_PROP_MOUSE_CLICK);
	VTermScreenCell x = pty_cell(&pty, 0, 0), y = pty_cell(&pty, 0, 1);
	assert_true(x.attrs.bold && x.attrs.underline && !x.attrs.reverse);
	assert_int_equal(pty_color_index(x.fg), 1);
	assert_int_equal(pty_color_index(x.bg), 4);
	assert_true(y.attrs.reverse && !y.attrs.bold);
	assert_int_equal(pty_color_index(y.fg), -1);
	pty_send(&pty, "\r");
	assert_true(pty_wait_gone(&pty, "XY.", WAIT_MS));
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	assert_true(!pty.is_altscreen && pty.is_cursor_visible);
	assert_int_equal(pty.mouse, VTERM_PROP_MOUSE_NONE);
	assert_int_equal(pty.n_bells, 1);
	assert_true(pty_find(&pty, "bye") >= 0);
	pty_close(&pty);
}

static void sends_keys_and_answers_queries(void **state)
{
	struct pty pty;

	(void)state;
	open_sh(&pty, "stty raw -echo; printf '\\033[5;7H\\033[6nready';"
		      "dd bs=1 count=6 2>/dev/null | od -An -c; printf '\\r'; dd bs=1 count=3 "
		      "2>/dev/null | od -An -c;"
		      "stty sane");
	assert_true(pty_wait_text(&pty, "ready", WAIT_MS));
	assert_true(pty_wait_text(&pty, "033   [   5   ;   7   R", WAIT_MS));
	pty_key(&pty, VTERM_KEY_DOWN);
	assert_true(pty_wait_text(&pty, "033   [   B", WAIT_MS));
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	pty_close(&pty);
}

static void resizes_with_a_signal(void **state)
{
	struct pty pty;

	(void)state;
	open_sh(&pty, "trap 'stty size; exit 3' WINCH; stty size; while :; do read x; done");
	assert_true(pty_wait_text(&pty, "6 40", WAIT_MS));
	pty_resize(&pty, 9, 60);
	/* A shell that looked for signals just before it came, and reads only now, would not hear of it. */
	pty_send(&pty, "\n");
	assert_true(pty_wait_text(&pty, "9 60", WAIT_MS));
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 3);
	pty_close(&pty);
}

static void sees_a_terminal_left_raw(void **state)
{
	struct pty pty;

	(void)state;
	open_sh(&pty, "stty raw -echo; printf raw");
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	assert_false(pty_termios_is_as_before(&pty));
	pty_close(&pty);
	open_sh(&pty, "saved=$(stty -g); stty raw -echo; stty \"$saved\"");
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	assert_true(pty_termios_is_as_before(&pty));
	pty_close(&pty);
}

static void ends_by_signal_and_by_hanging_up(void **state)
{
	struct pty pty;

	(void)state;
	open_sh(&pty, "printf up; read x");
	assert_true(pty_wait_text(&pty, "up", WAIT_MS));
	assert_false(pty_wait_text(&pty, "never", 1));
	assert_int_equal(pty_wait_exit(&pty, 1), PTY_RUNNING);
	pty_kill(&pty, SIGTERM);
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 128 + SIGTERM);
	pty_close(&pty);
	/* Not one that reads: it would be woken by the end of its terminal just before the signal. */
	open_sh(&pty, "printf up; exec sleep 60");
	assert_true(pty_wait_text(&pty, "up", WAIT_MS));
	assert_int_equal(pty_close(&pty), 128 + SIGHUP);
	assert_int_equal(pty_open(&pty, (const char *[]){"/no/such/command", NULL}, NULL, 5, 20),
			 0);
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 127);
	pty_close(&pty);
}

static void output_larger_than_the_pipe(void **state)
{
	struct pty pty;

	(void)state;
	open_sh(&pty, "seq 1 20000; printf done");
	assert_true(pty_wait_text(&pty, "done", WAIT_MS));
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	assert_int_equal(pty.raw.len, 108894 + 20000 + 4); /* a CR each beside the digits and LF */
	assert_true(pty.n_reads > 1);
	pty_close(&pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_text_where_it_stands),
		cmocka_unit_test(knows_attributes_and_modes),
		cmocka_unit_test(sends_keys_and_answers_queries),
		cmocka_unit_test(resizes_with_a_signal),
		cmocka_unit_test(sees_a_terminal_left_raw),
		cmocka_unit_test(ends_by_signal_and_by_hanging_up),
		cmocka_unit_test(output_larger_than_the_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
