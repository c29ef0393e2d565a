/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Panes of the real binary on a pseudo-terminal: W keeps them for the set of maps that is open, the next
 * run has them again, also where it is told to save when it ends; what somebody wrote there by hand and
 * got wrong is told and changes nothing; a click on a tab goes to its map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/tidy.h"
#include "ptydrive.h"
#include "tests/unit/folder.h"

enum { WAIT_MS = 60000, MAX_BYTES = 1 << 16 };

static const char *folder;
static char place[PATH_MAX], file[PATH_MAX];

static void start_on(struct pty *pty, const char *term, const char *a, const char *b)
{
	const char *path = getenv("BPFMAPTOP");
	char config[PATH_MAX], kind[64];

	snprintf(kind, sizeof(kind), "TERM=%s", term);
	snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s", folder);
	assert_int_equal(pty_open(pty,
				  (const char *const[]){path ? path : "build/bpfmaptop", "--mouse",
							a, b, NULL},
				  (const char *const[]){"LC_ALL=C.UTF-8", config, kind, NULL}, 24,
				  120),
			 0);
	assert_true(pty_wait_text(pty, "1 ", WAIT_MS));
	assert_true(pty_wait_text(pty, "LIVE", WAIT_MS));
}

static void start(struct pty *pty, const char *a, const char *b)
{
	start_on(pty, "xterm-256color", a, b);
}

static void quit(struct pty *pty)
{
	pty_send(pty, "Q");
	assert_int_equal(pty_wait_exit(pty, WAIT_MS), 0);
	assert_true(pty_termios_is_as_before(pty));
	pty_close(pty);
}

static void write_config(const char *text)
{
	mkdir(place, 0700);
	assert_int_equal(file_replace(file, text, strlen(text), NULL), 0);
}

static void assert_config_has(const char *text)
{
	SCOPED(buf) is = {0};

	assert_int_equal(file_read(file, MAX_BYTES, &is), 0);
	if (!strstr(buf_text(&is), text))
		fail_msg("no '%s' in:\n%s", text, buf_text(&is));
}

static void what_W_keeps_is_there_again(void **state)
{
	struct pty pty;

	(void)state;
	start(&pty, "sim:flows", "sim:ports");
	pty_send(&pty, "|");
	assert_true(pty_wait_text(&pty, "─[1 flows]", WAIT_MS));
	pty_send(&pty, "\x17w");
	assert_true(pty_wait_text(&pty, "─[2 ports]", WAIT_MS));
	pty_send(&pty, "W");
	assert_true(pty_wait_text(&pty, "saved to", WAIT_MS));
	quit(&pty);
	assert_config_has("\"flows,ports\":\t\"|50 1 2*\"");
	start(&pty, "sim:ports", "sim:flows");
	assert_true(pty_wait_text(&pty, "┬─[1 ports]", WAIT_MS));
	assert_true(pty_wait_text(&pty, "─ 2 flows", WAIT_MS));
	quit(&pty);
	/* another set has not been arranged */
	start(&pty, "sim:ports", "sim:sizes");
	assert_true(pty_shows_not(&pty, "─[1 ports]"));
	quit(&pty);
}

static void a_run_may_save_when_it_ends(void **state)
{
	struct pty pty;

	(void)state;
	write_config("{\"save_on_exit\": true}");
	start(&pty, "sim:flows", "sim:ports");
	pty_send(&pty, "_\x17+");
	assert_true(pty_wait_text(&pty, "─ 2 ports", WAIT_MS));
	quit(&pty);
	assert_config_has("\"_60 1* 2\"");
	start(&pty, "sim:flows", "sim:ports");
	assert_true(pty_wait_text(&pty, "─[1 flows]", WAIT_MS));
	quit(&pty);
}

static void what_is_wrong_is_told(void **state)
{
	struct pty pty;

	(void)state;
	write_config("{\"layouts\": {\"flows,ports\": \"|50 1 7\"}}");
	start(&pty, "sim:flows", "sim:ports");
	assert_true(pty_wait_text(&pty, "the saved layout of 'flows,ports' doesn't fit", WAIT_MS));
	assert_true(pty_shows_not(&pty, "─[1 flows]"));
	quit(&pty);
}

/* As a terminal in SGR mode 1006 says it, whose terminfo knows how that begins or doesn't. */
static void a_click_on_a_tab_goes_there(void **state)
{
	static const char *const terms[] = {"xterm-256color", "screen-256color", "linux"};

	(void)state;
	write_config("{}");
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct pty pty;
		char click[32];
		int row, col;

		start_on(&pty, terms[i], "sim:flows", "sim:ports");
		assert_true(pty_wait_text(&pty, "[1 flows] 2 ports", WAIT_MS));
		row = pty_find(&pty, "[1 flows] 2 ports");
		col = pty_find_col(&pty, row, "2 ports");
		snprintf(click, sizeof(click), "\x1b[<0;%d;%dM", col + 1, row + 1);
		pty_send(&pty, click);
		assert_true(pty_wait_text(&pty, "1 flows [2 ports]", WAIT_MS));
		quit(&pty);
	}
}

/* What went to this terminal is what is said. */
static void metrics_count_what_is_written(void **state)
{
	struct pty pty;
	const char *line;
	double rate = 0;

	(void)state;
	start(&pty, "sim:flows", "sim:ports");
	pty_send(&pty, "m");
	assert_true(pty_wait_text(&pty, " KB/s", WAIT_MS));
	line = strstr(pty_screen_line(&pty, pty_find(&pty, " KB/s")), "to the terminal");
	assert_non_null(line);
	assert_int_equal(sscanf(line, "to the terminal %lf", &rate), 1);
	assert_true(rate > 0);
	assert_true(pty_wait_text(&pty, "frames, one write each", WAIT_MS));
	pty_send(&pty, "m");
	assert_true(pty_wait_gone(&pty, " KB/s", WAIT_MS));
	quit(&pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_W_keeps_is_there_again),
		cmocka_unit_test(a_run_may_save_when_it_ends),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(a_click_on_a_tab_goes_there),
		cmocka_unit_test(metrics_count_what_is_written),
	};
	if (!(folder = own_folder()))
		return 1;
	snprintf(place, sizeof(place), "%s", in_folder("bpfmaptop"));
	snprintf(file, sizeof(file), "%s", in_folder("bpfmaptop/config.json"));
	return cmocka_run_group_tests_name("panes", tests, NULL, NULL);
}
