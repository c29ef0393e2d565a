/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Colours on a terminal: as many as it says it has, as few as its owner asks for, and what a theme says
 * in each. Every cell of the first whole frame is looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tidy.h"
#include "tests/live/ptydrive.h"

enum { WAIT_MS = 60000, N_ROWS = 24, N_COLS = 80 };

/* What the inks and papers of a screen are made of. */
struct colours {
	bool has_rgb, has_black_ink;
	int highest; /* number of a colour, -1: there is none with a number */
};

static void note(struct colours *seen, const VTermColor *colour, bool is_ink)
{
	if (is_ink ? VTERM_COLOR_IS_DEFAULT_FG(colour) : VTERM_COLOR_IS_DEFAULT_BG(colour))
		return;
	if (VTERM_COLOR_IS_RGB(colour)) {
		seen->has_rgb = true;
		return;
	}
	seen->highest = MAX_OF(seen->highest, (int)colour->indexed.idx);
	seen->has_black_ink |= is_ink && colour->indexed.idx == 0;
}

static struct colours colours_of(struct pty *pty)
{
	struct colours seen = {.highest = -1};

	for (int row = 0; row < N_ROWS; row++)
		for (int col = 0; col < N_COLS; col++) {
			VTermScreenCell cell;

			vterm_screen_get_cell(pty->screen, (VTermPos){row, col}, &cell);
			note(&seen, &cell.fg, true);
			note(&seen, &cell.bg, false);
		}
	return seen;
}

static void colours_are_those_there_are(void **state)
{
	static const struct {
		const char *theme, *term, *colorterm, *no_color;
		bool has_rgb;
		int least, most; /* of the highest number */
	} rows[] = {
		{"default", "TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=", true, -1,
		 -1},
		{"default", "TERM=xterm-256color", "COLORTERM=", "NO_COLOR=", false, 16, 255},
		{"default", "TERM=linux", "COLORTERM=", "NO_COLOR=", false, 1, 7},
		{"default", "TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=1", false, -1,
		 -1},
		{"16-colours", "TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=", false, 8,
		 15},
		{"mono", "TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=", false, -1, -1},
	};
	const char *path = getenv("BPFMAPTOP");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const argv[] = {path ? path : "build/bpfmaptop", "sim:flows", "--theme",
					    rows[i].theme, NULL};
		const char *const env[] = {rows[i].term,
					   rows[i].colorterm,
					   rows[i].no_color,
					   "LC_ALL=C.UTF-8",
					   "XDG_CONFIG_HOME=/nonexistent",
					   NULL};
		struct colours seen;
		struct pty pty;

		assert_int_equal(pty_open(&pty, argv, env, N_ROWS, N_COLS), 0);
		assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
		assert_true(pty_wait_text(&pty, "quit", WAIT_MS));
		seen = colours_of(&pty);
		pty_send(&pty, "Q");
		assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
		pty_close(&pty);
		if (seen.has_rgb != rows[i].has_rgb || seen.has_black_ink ||
		    seen.highest < rows[i].least || seen.highest > rows[i].most)
			fail_msg(
				"theme '%s' with %s %s %s: rgb %d, highest number %d, black ink %d",
				rows[i].theme, rows[i].term, rows[i].colorterm, rows[i].no_color,
				seen.has_rgb, seen.highest, seen.has_black_ink);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_are_those_there_are),
	};

	return cmocka_run_group_tests_name("colours", tests, NULL, NULL);
}
