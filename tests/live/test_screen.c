/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The real binary on a pseudo-terminal: it starts, moves, obeys, resizes, and gives the terminal back by
 * every road out; hostile bytes do not come through; what it leaves behind is nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <bpf/bpf.h>

#include "base/file.h"
#include "out/out.h"
#include "ptyleft.h"
#include "tests/unit/folder.h"

enum { WAIT_MS = 60000 };

static const char *program(void)
{
	const char *path = getenv("BPFMAPTOP");

	return path ? path : "build/bpfmaptop";
}

static void start(struct pty *pty, const char *word, int rows, int cols)
{
	assert_int_equal(pty_open(pty, (const char *const[]){program(), word, NULL},
				  (const char *const[]){"LC_ALL=C.UTF-8", NULL}, rows, cols),
			 0);
}

/* The state of the terminal a person left is the state they get back. */
static void ended_clean(struct pty *pty, int status)
{
	const char *left;

	assert_int_equal(pty_wait_exit(pty, WAIT_MS), status);
	left = pty_not_restored(pty);
	if (left)
		fail_msg("%s not as before", left);
	pty_close(pty);
}

static void test_first_frame_moves_and_quits(void **state)
{
	struct pty pty;

	(void)state;
	start(&pty, "sim:flows", 24, 80);
	assert_true(pty_wait_text(&pty, "lru_hash", WAIT_MS));
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	assert_true(pty.is_altscreen);
	assert_int_not_equal(pty_mode_left(&pty), 0);
	pty_send(&pty, "q");
	ended_clean(&pty, 0);
}

/* Of a map whose entries nobody can see the reason stands where its rows would, for good: a message would go. */
static void test_why_a_map_is_unread(void **state)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "unread", 4, 4, 4, NULL);
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	struct pty pty;
	char word[32];

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	snprintf(word, sizeof(word), "id:%u", info.id);
	start(&pty, word, 24, 80);
	assert_true(pty_wait_text(&pty, "   which socket a slot holds", WAIT_MS));
	assert_true(pty_wait_text(&pty, " -/4", WAIT_MS));
	assert_false(pty_wait_text(&pty, "reading...", 1));
	pty_send(&pty, "q");
	ended_clean(&pty, 0);
	close(fd);
}

static void test_count_ends_it(void **state)
{
	struct pty pty;

	(void)state;
	assert_int_equal(pty_open(&pty,
				  (const char *const[]){program(), "-d", "0.1", "-n", "2",
							"sim:flows", "sim:ports", NULL},
				  (const char *const[]){"LC_ALL=C.UTF-8", NULL}, 24, 80),
			 0);
	ended_clean(&pty, 0);
}

/* In the midst of things: the mouse is on, and something is being typed. */
static void test_signals_restore(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP,	SIGINT,	 SIGSEGV, SIGABRT,  SIGBUS,
				      SIGFPE,  SIGILL,	SIGQUIT, SIGTRAP, SIGSYS,   SIGALRM,
				      SIGUSR1, SIGUSR2, SIGXCPU, SIGIO,	  SIGVTALRM};

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		bool crashes =
			signals[i] != SIGTERM && signals[i] != SIGHUP && signals[i] != SIGINT;
		struct pty pty;
		const char *left;
		int status;

		start(&pty, "sim:flows", 24, 80);
		assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
		pty_send(&pty, "\x1bOQ/proto");
		assert_true(pty_wait_text(&pty, "/ proto", WAIT_MS));
		assert_int_not_equal(pty.mouse, VTERM_PROP_MOUSE_NONE);
		pty_kill(&pty, signals[i]);
		status = pty_wait_exit(&pty, WAIT_MS);
		if (crashes)
			assert_true(status >= 128 || status == 1);
		else
			assert_in_range(status, 0, 1);
		left = pty_not_restored(&pty);
		if (left)
			fail_msg("signal %d: %s not as before", signals[i], left);
		pty_close(&pty);
	}
}

static void test_lost_terminal_ends_it(void **state)
{
	struct pty pty;
	int status;

	(void)state;
	start(&pty, "sim:flows", 24, 80);
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	status = pty_close(&pty);
	assert_true(status == 1 || status == 0 || status == 129);
}

static void test_resize_storm(void **state)
{
	static const int sizes[][2] = {{10, 40}, {60, 200}, {1, 1},  {24, 80}, {5, 24},
				       {3, 200}, {60, 20},  {4, 23}, {2, 2},   {44, 132}};
	struct pty pty;

	(void)state;
	start(&pty, "sim:flows", 24, 80);
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			pty_resize(&pty, sizes[i][0], sizes[i][1]);
			pty_pump(&pty, 5);
		}
	pty_resize(&pty, 24, 80);
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	pty_send(&pty, "q");
	ended_clean(&pty, 0);
}

static void test_too_small_says_so_and_quits(void **state)
{
	struct pty pty;

	(void)state;
	start(&pty, "sim:flows", 4, 23);
	assert_true(pty_wait_text(&pty, "24x5", WAIT_MS));
	pty_send(&pty, "q");
	ended_clean(&pty, 0);
}

static void test_filter_as_typed(void **state)
{
	struct pty pty;

	(void)state;
	start(&pty, "sim:flows", 24, 100);
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	pty_send(&pty, "/");
	pty_send(&pty, "proto == udp");
	assert_true(pty_wait_text(&pty, "proto == udp", WAIT_MS));
	pty_send(&pty, "\r");
	assert_true(pty_wait_text(&pty, "udp", WAIT_MS));
	assert_true(pty_wait_gone(&pty, " tcp ", WAIT_MS));
	pty_send(&pty, "/");
	pty_send(&pty, " and (");
	assert_true(pty_wait_text(&pty, "proto == udp and (", WAIT_MS));
	pty_send(&pty, "\x1b");
	assert_true(pty_wait_gone(&pty, "udp and (", WAIT_MS));
	pty_send(&pty, "q");
	ended_clean(&pty, 0);
}

/* It is said once, and rung once, however many readings match. */
static void test_an_alert_rings(void **state)
{
	struct pty pty;

	(void)state;
	assert_int_equal(
		pty_open(&pty,
			 (const char *const[]){program(), "--alert", "packets > 0", "--bell", "-d",
					       "0.2", "-n", "5", "sim:flows", NULL},
			 (const char *const[]){"LC_ALL=C.UTF-8", NULL}, 24, 100),
		0);
	assert_true(pty_wait_text(&pty, "match packets > 0", WAIT_MS));
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	assert_int_equal(pty.n_bells, 1);
	pty_close(&pty);
}

/* What w writes of groups has their totals, as a dump of them has. */
static void test_groups_are_written(void **state)
{
	const char *path = in_folder("groups.csv");
	SCOPED(buf) text = {0};
	struct pty pty;
	char *total;

	(void)state;
	assert_int_equal(
		pty_open(&pty, (const char *const[]){program(), "-g", "proto", "sim:flows", NULL},
			 (const char *const[]){"LC_ALL=C.UTF-8", NULL}, 24, 100),
		0);
	assert_true(pty_wait_text(&pty, " total ", WAIT_MS));
	pty_send(&pty, "w");
	assert_true(pty_wait_text(&pty, "write", WAIT_MS));
	pty_send(&pty, "\x15"); /* what was written last is offered */
	pty_send(&pty, path);
	pty_send(&pty, "\r");
	assert_true(pty_wait_text(&pty, "wrote ", WAIT_MS));
	assert_true(file_read(path, 1 << 16, &text) >= 0);
	assert_non_null(strstr(buf_text(&text), ",total\n"));
	total = strstr(buf_text(&text), ",true\n");
	assert_non_null(total);
	assert_string_equal(total, ",true\n"); /* the last line */
	pty_send(&pty, "Q");
	ended_clean(&pty, 0);
}

/* By its ending a file is of any of the formats. */
static void test_every_format_is_written(void **state)
{
	struct pty pty;

	(void)state;
	assert_int_equal(pty_open(&pty, (const char *const[]){program(), "sim:flows", NULL},
				  (const char *const[]){"LC_ALL=C.UTF-8", NULL}, 24, 100),
			 0);
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	for (unsigned i = 0; out_at(i); i++) {
		SCOPED(buf) text = {0}, line = {0}, said = {0};
		const char *path;

		buf_addf(&said, "seen.%s", out_at(i)->name);
		path = in_folder(buf_text(&said));
		buf_addf(&line, ":write %s\r", path);
		buf_adds(&said, "'");
		pty_send(&pty, buf_text(&line));
		assert_true(pty_wait_text(&pty, buf_text(&said), WAIT_MS));
		assert_true(file_read(path, 1 << 22, &text) >= 0);
		assert_true(text.len > 0);
	}
	pty_send(&pty, "Q");
	ended_clean(&pty, 0);
}

/* No byte of the program's output may be what the hostile keys and values of sim:kinds would do: ring,
 * set the title, or move in the other direction. */
static void no_harm(const struct pty *pty)
{
	static const char *const harms[] = {"\x1b]0;", "\x1b]2;", "\x9b", "\u202e", "\u200b"};

	assert_int_equal(pty->n_bells, 0);
	for (size_t i = 0; i < sizeof(harms) / sizeof(harms[0]); i++)
		assert_null(memmem(pty->raw.at, pty->raw.len, harms[i], strlen(harms[i])));
}

static void test_hostile_bytes_are_tamed(void **state)
{
	struct pty pty;

	(void)state;
	start(&pty, "sim:kinds", 40, 200);
	assert_true(pty_wait_text(&pty, "\\u{202e}evil", WAIT_MS));
	no_harm(&pty);
	pty_send(&pty, "\r");
	assert_true(pty_wait_text(&pty, "there since", WAIT_MS));
	no_harm(&pty);
	pty_send(&pty, "h");
	assert_true(pty_wait_text(&pty, " 726f7720", WAIT_MS)); /* "row " */
	no_harm(&pty);
	pty_send(&pty, "Q");
	ended_clean(&pty, 0);
}

static void test_bad_terminals(void **state)
{
	static const struct {
		const char *term, *says;
		int status;
	} rows[] = {{"TERM=no-such-terminal", "no-such-terminal", 1}};
	struct pty pty;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(pty_open(&pty, (const char *const[]){program(), "sim:flows", NULL},
					  (const char *const[]){rows[i].term, NULL}, 24, 100),
				 0);
		assert_true(pty_wait_text(&pty, rows[i].says, WAIT_MS));
		assert_int_equal(pty_wait_exit(&pty, WAIT_MS), rows[i].status);
		pty_close(&pty);
	}
	/* A dumb one gets rows as text. */
	assert_int_equal(pty_open(&pty,
				  (const char *const[]){program(), "-n", "1", "sim:verdicts", NULL},
				  (const char *const[]){"TERM=dumb", NULL}, 24, 100),
			 0);
	assert_true(pty_wait_text(&pty, "can't show a screen", WAIT_MS));
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	pty_close(&pty);
}

/* Stopped it has given the terminal back; gone on with, it has it again, mouse and all. */
static void test_suspend_and_back(void **state)
{
	struct pty pty;
	const char *left;

	(void)state;
	assert_int_equal(
		pty_open(&pty,
			 (const char *const[]){"sh", "-mc",
					       "\"$0\" --mouse sim:flows; echo stopped; read x; "
					       "fg; echo over",
					       program(), NULL},
			 (const char *const[]){"LC_ALL=C.UTF-8", NULL}, 24, 80),
		0);
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	assert_int_not_equal(pty.mouse, VTERM_PROP_MOUSE_NONE);
	pty_send(&pty, "\x1a");
	assert_true(pty_wait_text(&pty, "stopped", WAIT_MS));
	left = pty_not_restored(&pty);
	if (left)
		fail_msg("stopped: %s not as before", left);
	pty_send(&pty, "\n");
	assert_true(pty_wait_text(&pty, "LIVE", WAIT_MS));
	assert_true(pty.is_altscreen);
	assert_int_not_equal(pty.mouse, VTERM_PROP_MOUSE_NONE);
	pty_send(&pty, "q");
	assert_true(pty_wait_text(&pty, "over", WAIT_MS));
	ended_clean(&pty, 0);
}

/* When nothing changed, nothing is written: not at a forced redraw's second time either. */
static void test_nothing_changed_nothing_written(void **state)
{
	struct pty pty;
	size_t before;

	(void)state;
	assert_int_equal(pty_open(&pty,
				  (const char *const[]){program(), "-d", "3600", "sim:empty", NULL},
				  (const char *const[]){"LC_ALL=C.UTF-8", NULL}, 24, 80),
			 0);
	assert_true(
		pty_wait_text(&pty, "the map is empty", WAIT_MS)); /* the first reading was taken */
	before = pty.raw.len;
	assert_int_equal(pty_pump(&pty, 1500), 0);
	assert_int_equal(pty.raw.len, before);
	pty_send(&pty, "q");
	ended_clean(&pty, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_frame_moves_and_quits),
		cmocka_unit_test(test_why_a_map_is_unread),
		cmocka_unit_test(test_count_ends_it),
		cmocka_unit_test(test_signals_restore),
		cmocka_unit_test(test_lost_terminal_ends_it),
		cmocka_unit_test(test_resize_storm),
		cmocka_unit_test(test_too_small_says_so_and_quits),
		cmocka_unit_test(test_filter_as_typed),
		cmocka_unit_test(test_an_alert_rings),
		cmocka_unit_test(test_groups_are_written),
		cmocka_unit_test(test_every_format_is_written),
		cmocka_unit_test(test_hostile_bytes_are_tamed),
		cmocka_unit_test(test_bad_terminals),
		cmocka_unit_test(test_suspend_and_back),
		cmocka_unit_test(test_nothing_changed_nothing_written),
	};

	/* Crashes are made on purpose here: no core files. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){0});
	return cmocka_run_group_tests(tests, NULL, NULL);
}
