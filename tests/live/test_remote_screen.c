/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps of other hosts on the real screen, through a real ssh and sshd: several at once, a connection that is
 * lost and comes back, a host that is down for a while, and keys that are answered all along. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/file.h"

#include "ptydrive.h"
#include "tests/unit/folder.h"

enum { PATIENCE_MS = 60000 };

static const char *folder;

static const char *program(void)
{
	const char *path = getenv("BPFMAPTOP");

	return path ? path : "build/bpfmaptop";
}

static int sshd(const char *what)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "BPFMAPTOP=%s tests/live/sshd.sh %s %s", program(), what,
		 folder);
	return system(command);
}

static int begin(void **state)
{
	char path[1024];

	(void)state;
	if (!(folder = own_folder()) || sshd("start") != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/bin:%s", folder, getenv("PATH"));
	return setenv("PATH", path, 1);
}

static int end(void **state)
{
	(void)state;
	return sshd("stop");
}

static int shell(const char *command)
{
	char text[512];

	snprintf(text, sizeof(text), "cd %s && %s", folder, command);
	return system(text);
}

/* What is recorded is of the host in front. */
static void recorded(struct pty *pty)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), ":record %s/r.tape\r", folder);
	pty_send(pty, command);
	assert_true(pty_wait_text(pty, "recording 1 map of 'web1' to '", PATIENCE_MS));
	assert_true(pty_wait_text(pty, "KiB", PATIENCE_MS));
	pty_send(pty, "R");
	snprintf(command, sizeof(command), " in '%s", folder);
	assert_true(pty_wait_text(pty, command, PATIENCE_MS));
	snprintf(command, sizeof(command),
		 "%s replay --verify %s/r.tape | grep -q '[1-9][0-9]* readings* of 1 map[ ,]'",
		 program(), folder);
	assert_int_equal(system(command), 0);
}

static void several_hosts(void **state)
{
	const char *const argv[] = {program(), "ssh:web1:sim:ports", "ssh:web2:sim:ports", NULL};
	SCOPED(buf) asked = {0};
	char path[128];
	struct pty pty;

	(void)state;
	assert_int_equal(pty_open(&pty, argv, NULL, 24, 100), 0);
	assert_true(pty_wait_text(&pty, "[1 web1:ports]", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "2 web2:ports", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "REMOTE 2", PATIENCE_MS));
	snprintf(path, sizeof(path), "%s/asked", folder);
	assert_int_equal(file_read(path, 4096, &asked), 0);
	/* Each asks at its own pace. */
	assert_non_null(strstr(buf_text(&asked), "ssh web1 bpfmaptop record - sim:ports\n"));
	assert_non_null(strstr(buf_text(&asked), "ssh web2 bpfmaptop record - sim:ports\n"));
	recorded(&pty);
	/* Both are seen, also that the other one was lost. */
	assert_true(pty_find(&pty, "2 web2:ports") >= 0);
	assert_int_equal(sshd("drop"), 0);
	assert_true(pty_wait_text(&pty, " rows LOST", PATIENCE_MS));
	assert_true(pty_wait_gone(&pty, " rows LOST", PATIENCE_MS));
	/* Where the other one comes back at the same time, only the last of the two words stays in the footer. */
	pty_send(&pty, "l");
	assert_true(pty_wait_text(&pty, "'web2:sim:ports' is back", PATIENCE_MS));
	pty_send(&pty, "l");
	assert_true(pty_wait_gone(&pty, "'web2:sim:ports' is back", PATIENCE_MS));
	pty_send(&pty, "q");
	assert_int_equal(pty_wait_exit(&pty, PATIENCE_MS), 0);
	assert_true(pty_termios_is_as_before(&pty));
	pty_close(&pty);
}

static void quit_it(struct pty *pty)
{
	pty_send(pty, "Q");
	assert_int_equal(pty_wait_exit(pty, PATIENCE_MS), 0);
	assert_true(pty_termios_is_as_before(pty));
	pty_close(pty);
}

/* Opens what the words name, once until `shows` is seen, in panes that are then kept; and again, in the same. */
static void keep_panes(const char *const *words, const char *shows, const char *panes,
		       const char *kept)
{
	const char *argv[8] = {program()};
	char keys[64];
	struct pty pty;

	for (int i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	assert_int_equal(pty_open(&pty, argv, NULL, 24, 120), 0);
	assert_true(pty_wait_text(&pty, shows, PATIENCE_MS));
	snprintf(keys, sizeof(keys), ":panes %s\r", panes);
	pty_send(&pty, keys);
	assert_true(pty_wait_text(&pty, kept, PATIENCE_MS));
	pty_send(&pty, "W");
	assert_true(pty_wait_text(&pty, "saved to '", PATIENCE_MS));
	quit_it(&pty);
	assert_int_equal(pty_open(&pty, argv, NULL, 24, 120), 0);
	assert_true(pty_wait_text(&pty, kept, PATIENCE_MS));
	quit_it(&pty);
}

/* As they were kept, which goes before a pane each: also where a word is not the name of the map, or names several,
 * of which there are none when the screen begins. */
static void kept_panes(void **state)
{
	const char *const one[] = {"ssh:web1:sim:ports", "ssh:web2:sim:ports", NULL};
	const char *const two[] = {"ssh:web1:both", "ssh:web2:sim:ports", NULL};
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/config", folder);
	setenv("XDG_CONFIG_HOME", path, 1);
	keep_panes(one, "[1 web1:ports] 2 web2:ports", "|60 1 2*", "1 web1:ports [2 web2:ports]");
	assert_int_equal(shell("mv there/bpfmaptop there/it && "
			       "printf '#!/bin/sh\\n[ \"$3\" = both ] && set -- record - sim:ports "
			       "sim:verdicts\\nexec %s/there/it \"$@\"\\n' \"$PWD\" "
			       ">there/bpfmaptop && chmod 755 there/bpfmaptop"),
			 0);
	keep_panes(two, "verdicts", "_30 2 |40 3* 1", "[2 web2:ports] 3 web1:verdicts");
	assert_int_equal(shell("mv there/it there/bpfmaptop"), 0);
	unsetenv("XDG_CONFIG_HOME");
}

static void lost_and_back(void **state)
{
	const char *const argv[] = {program(), "ssh:web1:sim:ports", NULL};
	struct pty pty;

	(void)state;
	assert_int_equal(pty_open(&pty, argv, NULL, 24, 160), 0);
	assert_true(pty_wait_text(&pty, "REMOTE 2", PATIENCE_MS));
	assert_int_equal(sshd("drop"), 0);
	assert_true(pty_wait_text(&pty, "the connection to 'web1' is lost", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "'web1:sim:ports' is back", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "REMOTE", PATIENCE_MS));
	assert_true(pty_find(&pty, "LOST") < 0);

	/* The whole host: every try is refused, with ssh's own words, and none writes over the screen. */
	assert_int_equal(sshd("stop"), 0);
	assert_true(pty_wait_text(&pty, "LOST", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "Connection refused", PATIENCE_MS));
	pty_send(&pty, "/nosuchport\r");
	assert_true(pty_wait_text(&pty, "/ nosuchport", PATIENCE_MS));
	pty_send(&pty, "\x1b");
	assert_int_equal(sshd("start"), 0);
	assert_true(pty_wait_text(&pty, "is back", PATIENCE_MS));
	pty_send(&pty, "q");
	assert_int_equal(pty_wait_exit(&pty, PATIENCE_MS), 0);
	assert_true(pty_termios_is_as_before(&pty));
	pty_close(&pty);
}

/* The screen is there at once, with a pane a host, each of which goes its own way. */
static void not_there_yet(void **state)
{
	const char *const argv[] = {program(),
				    "-f",
				    "port == 443",
				    "ssh:web1:sim:ports",
				    "ssh:web2:sim:nosuch",
				    "ssh:web3:sim:ports",
				    NULL};
	struct pty pty;

	(void)state;
	assert_int_equal(sshd("stop"), 0);
	assert_int_equal(pty_open(&pty, argv, NULL, 24, 120), 0);
	assert_true(pty_wait_text(&pty, "[1 web1:sim:ports] 2 web2:sim:nosuch  3 web3:sim:ports",
				  PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "Connection refused", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "next try in ", PATIENCE_MS));
	pty_send(&pty, "s"); /* whatever is pressed meanwhile, there is nothing to do it to */
	pty_send(&pty, "\x1b"
		       "crx|_h\r");
	pty_send(&pty, "\x1b\x1b\x1b\x1b");
	assert_int_equal(sshd("start"), 0);
	assert_true(pty_wait_text(&pty, "[1 web1:ports]", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "3 web3:ports", PATIENCE_MS));
	assert_true(pty_wait_text(&pty, "/ port == 443", PATIENCE_MS));
	pty_send(&pty, "2");
	assert_true(pty_wait_text(&pty, "no simulated map is called 'nosuch'", PATIENCE_MS));
	pty_send(&pty, "X");
	assert_true(pty_wait_text(&pty, "2 web3:ports", PATIENCE_MS));
	assert_true(pty_find(&pty, "nosuch") < 0);
	quit_it(&pty);
}

/* What stands in the way is said in the words of who found it, and tried until it is out of the way. */
static void in_the_way(void **state)
{
	static const struct {
		const char *block, *unblock, *says;
	} ways[] = {
		{"mv there/bpfmaptop there/elsewhere", "mv there/elsewhere there/bpfmaptop",
		 "not found"},
		{"cp known_hosts kept && sed -i \"s| [^ ]*$| $(cut -d' ' -f2 own_key.pub)|\" "
		 "known_hosts && sed -i 's/KeyChecking no/KeyChecking yes/' ssh_config",
		 "cp kept known_hosts", "Host key verification failed"},
		{"mv authorized nobody", "mv nobody authorized", "Permission denied"},
		{"echo 'echo Welcome >&1' >there/bpfmaptop.sh && mv there/bpfmaptop "
		 "there/elsewhere && "
		 "cp there/bpfmaptop.sh there/bpfmaptop && chmod 755 there/bpfmaptop",
		 "mv there/elsewhere there/bpfmaptop", "is not a tape"},
	};
	const char *const argv[] = {program(), "ssh:web1:sim:ports", NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct pty pty;

		assert_int_equal(shell(ways[i].block), 0);
		assert_int_equal(pty_open(&pty, argv, NULL, 24, 120), 0);
		assert_true(pty_wait_text(&pty, ways[i].says, PATIENCE_MS));
		assert_int_equal(shell(ways[i].unblock), 0);
		assert_true(pty_wait_text(&pty, "[1 web1:ports]", PATIENCE_MS));
		quit_it(&pty);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_hosts), cmocka_unit_test(kept_panes),
		cmocka_unit_test(lost_and_back), cmocka_unit_test(not_there_yet),
		cmocka_unit_test(in_the_way),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
