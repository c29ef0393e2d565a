/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording on the real screen: held, stepped, sought and played to its end; and one that comes through
 * a pipe while it is made. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "ptydrive.h"
#include "tests/unit/folder.h"

enum { PATIENCE_MS = 20000 };

static const char *folder;
static char tape[PATH_MAX];

static const char *program(void)
{
	const char *path = getenv("BPFMAPTOP");

	return path ? path : "build/bpfmaptop";
}

static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int make_tape(void **state)
{
	char command[2 * PATH_MAX];

	(void)state;
	if (!(folder = own_folder()))
		return -1;
	snprintf(tape, sizeof(tape), "%s/ports.tape", folder);
	snprintf(command, sizeof(command), "%s -d 0.1 -n 12 record %s sim:ports sim:kinds",
		 program(), tape);
	return run(command);
}

static void held_stepped_and_sought(void **state)
{
	struct pty pty;
	const char *const argv[] = {program(), "replay", tape, "--at", "3", NULL};

	(void)state;
	assert_int_equal(pty_open(&pty, argv, NULL, 24, 80), 0);
	assert_true(pty_wait_text(&pty, "REPLAY", PATIENCE_MS));
	pty_send(&pty, "p");
	assert_true(pty_wait_text(&pty, "held", PATIENCE_MS));
	pty_send(&pty, "((((((((((((");
	assert_true(pty_wait_text(&pty, "REPLAY 1/12 x1 held", PATIENCE_MS));
	assert_true(pty_find(&pty, "sim:ports") >= 0 || pty_find(&pty, "ports") >= 0);
	pty_send(&pty, "]]");
	assert_true(pty_wait_text(&pty, "REPLAY 3/12 x1 held", PATIENCE_MS));
	pty_send(&pty, "[");
	assert_true(pty_wait_text(&pty, "REPLAY 2/12 x1 held", PATIENCE_MS));
	pty_send(&pty, "}}}}}}}}}}}}");
	assert_true(pty_wait_text(&pty, "REPLAY 2/12 x100 held", PATIENCE_MS));
	pty_send(&pty, "{{{{{{{{{{{{{");
	assert_true(pty_wait_text(&pty, "REPLAY 2/12 x0.1 held", PATIENCE_MS));
	pty_send(&pty, "}}}");
	assert_true(pty_wait_text(&pty, "REPLAY 2/12 x1 held", PATIENCE_MS));
	/* To a reading by its number; as it may go on while it is typed, Enter judges it. */
	pty_send(&pty, ":at 9\r");
	assert_true(pty_wait_text(&pty, "REPLAY 9/12 x1 held", PATIENCE_MS));
	pty_send(&pty, ":at 99\r");
	assert_true(pty_wait_text(&pty, "no reading 99, only 12", PATIENCE_MS));
	pty_send(&pty, ":at 0\r");
	assert_true(pty_wait_text(&pty, "a number from 1", PATIENCE_MS));
	pty_send(&pty, "\x1b");
	pty_send(&pty, ":at 2\r");
	assert_true(pty_wait_text(&pty, "REPLAY 2/12 x1 held", PATIENCE_MS));
	pty_send(&pty, "}}{");
	assert_true(pty_wait_text(&pty, "REPLAY 2/12 x2 held", PATIENCE_MS));
	pty_send(&pty, "p");
	assert_true(pty_wait_text(&pty, "REPLAY 12/12 x2", PATIENCE_MS));
	/* The other map of the tape stands at the same place. */
	pty_send(&pty, "\t");
	assert_true(pty_wait_text(&pty, "row a", PATIENCE_MS));
	assert_true(pty_find(&pty, "REPLAY 12/12") >= 0);
	pty_send(&pty, "q");
	assert_int_equal(pty_wait_exit(&pty, PATIENCE_MS), 0);
	assert_true(pty_termios_is_as_before(&pty));
	pty_close(&pty);
}

static void through_a_pipe(void **state)
{
	char command[2 * PATH_MAX];
	const char *const argv[] = {"sh", "-c", command, NULL};
	struct pty pty;

	(void)state;
	snprintf(command, sizeof(command), "%s -d 0.1 -n 30 record - sim:ports | %s replay -",
		 program(), program());
	assert_int_equal(pty_open(&pty, argv, NULL, 24, 80), 0);
	assert_true(pty_wait_text(&pty, "REMOTE", PATIENCE_MS));
	/* Keys come from the terminal, not from the pipe. */
	pty_send(&pty, "}");
	assert_true(pty_wait_text(&pty, "only a recording in a file has a speed", PATIENCE_MS));
	pty_send(&pty, ":at 2\r");
	assert_true(pty_wait_text(&pty, "only a recording in a file has readings to go to",
				  PATIENCE_MS));
	pty_send(&pty, "\x1b");
	assert_true(pty_wait_text(&pty, "REMOTE 30 ended", PATIENCE_MS));
	pty_send(&pty, "q");
	assert_int_equal(pty_wait_exit(&pty, PATIENCE_MS), 0);
	assert_true(pty_termios_is_as_before(&pty));
	pty_close(&pty);
}

/* A recording in several files: from one to the next like within one. One of them is missing then, which is said
 * whichever way the others are named. */
static void in_several_files(void **state)
{
	char command[3 * PATH_MAX], pattern[PATH_MAX];
	const char *const of_command[] = {"sh", "-c", command, NULL};
	const char *const of_word[] = {program(), pattern, NULL};
	struct pty pty;

	(void)state;
	snprintf(command, sizeof(command),
		 "%s -d 0.1 -n 30 --max-size 10k --max-files 30 record %s/row.tape sim:ports && "
		 "test -e "
		 "%s/row.tape.4",
		 program(), folder, folder);
	assert_int_equal(run(command), 0);
	snprintf(command, sizeof(command), "exec %s replay %s/row.tape*", program(), folder);
	assert_int_equal(pty_open(&pty, of_command, NULL, 24, 200), 0);
	assert_true(pty_wait_text(&pty, "REPLAY", PATIENCE_MS));
	pty_send(&pty, "p:at 1\r");
	assert_true(pty_wait_text(&pty, "REPLAY 1/30 x1 held", PATIENCE_MS));
	for (int i = 0; i < 20; i++)
		pty_send(&pty, "]");
	assert_true(pty_wait_text(&pty, "REPLAY 21/30 x1 held", PATIENCE_MS));
	pty_send(&pty, "pq");
	assert_int_equal(pty_wait_exit(&pty, PATIENCE_MS), 0);
	pty_close(&pty);
	snprintf(pattern, sizeof(pattern), "%s/row.tape.2", folder);
	assert_int_equal(unlink(pattern), 0);
	snprintf(pattern, sizeof(pattern), "file:%s/row.tape*:ports", folder);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(pty_open(&pty, i ? of_word : of_command, NULL, 24, 200), 0);
		assert_true(pty_wait_text(&pty, "1 file of the recording is missing", PATIENCE_MS));
		pty_send(&pty, "q");
		assert_int_equal(pty_wait_exit(&pty, PATIENCE_MS), 0);
		pty_close(&pty);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_stepped_and_sought),
		cmocka_unit_test(through_a_pipe),
		cmocka_unit_test(in_several_files),
	};

	return cmocka_run_group_tests(tests, make_tape, NULL);
}
