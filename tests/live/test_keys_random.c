/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whoever leans on the keyboard of the real binary: seeded bytes, sequences and sizes. It lives until it is
 * told to end, ends in order, and leaves the terminal as it was. KEYS_SECONDS=60 goes on for that long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "ptyleft.h"
#include "tests/unit/folder.h"

enum { SEEDS = 3, STEPS = 200, WAIT_MS = 60000, PIECE_MS = 2, AFTER_MS = 1000 };

static const char *folder; /* what w and R write goes there */

/* On a terminal where ^C is a key and never a signal, before and after, too: it may come at any time. */
static void start(struct pty *pty)
{
	const char *path = getenv("BPFMAPTOP");
	char command[1024];

	snprintf(command, sizeof(command),
		 "stty -isig; echo ready; read x; cd %s && "
		 "exec '%s' -d 0.1 sim:ports sim:flows sim:kinds sim:sizes",
		 folder, path ? path : "build/bpfmaptop");
	assert_int_equal(pty_open(pty, (const char *const[]){"sh", "-c", command, NULL},
				  (const char *const[]){"LC_ALL=C.UTF-8", NULL}, 24, 80),
			 0);
	assert_true(pty_wait_text(pty, "ready", WAIT_MS));
	assert_int_equal(tcgetattr(pty->fd, &pty->before), 0);
	pty_send(pty, "\n");
	assert_true(pty_wait_text(pty, "rows 1-", WAIT_MS));
}

/* No o: the maps of this host are another test's; no ^Z: nobody would wake it. */
static void press_any(struct pty *pty, uint64_t *random)
{
	static const char *const keys[] = {"\r",
					   "\t",
					   " ",
					   "\033",
					   "\177",
					   "\033[A",
					   "\033[B",
					   "\033OA",
					   "\033OB",
					   "\033OC",
					   "\033OD",
					   "\033[5~",
					   "\033[6~",
					   "\033OQ",
					   "\033OR",
					   "\033[Z",
					   "\002",
					   "\004",
					   "\006",
					   "\014",
					   "\025",
					   "\027",
					   "\303\251",
					   "\346\274\242",
					   "\346",
					   "\360\237\230\200",
					   "\314\201",
					   "\033[<0;9;9M",
					   "\033[<65;9;9M",
					   "\033[999~",
					   "/udp\r",
					   "bbproto\r",
					   ":sort -key\r",
					   "p[[]",
					   "|m",
					   "_C",
					   "T\r",
					   "c \r",
					   "e*",
					   "3H"};
	static const char letters[] = "abcdefghijklmnprstuvxyzABCDEFGHIJKLMNSTUXYZ0123456789"
				      "/\\<>[](){}|_+-=*:.\"'~";
	char letter[2] = "";

	letter[0] = letters[num_random(random) % (sizeof(letters) - 1)];
	pty_send(pty, num_random(random) % 2 ? letter : keys[num_random(random) % ARRAY_LEN(keys)]);
}

static void resize_any(struct pty *pty, uint64_t *random)
{
	pty_resize(pty, 1 + (int)(num_random(random) % 60), 1 + (int)(num_random(random) % 200));
}

/* Reads on for a while; true: nobody has the terminal any more. */
static bool is_over(struct pty *pty)
{
	uint64_t deadline = pty_deadline(AFTER_MS);

	while (pty_ms_until(deadline) > 0)
		if (pty_pump(pty, pty_ms_until(deadline)) < 0)
			return true;
	return false;
}

/* Out of whatever was begun: Esc leaves prompts and lists, one level at a time. */
static void end(struct pty *pty, uint64_t seed)
{
	uint64_t deadline = pty_deadline(WAIT_MS);
	const char *left, *at;
	int status;

	do {
		pty_send(pty, "\033");
		while (pty_pump(pty, PIECE_MS * 20) > 0 && pty_ms_until(deadline) > 0)
			continue;
		pty_send(pty, "\003");
	} while (!is_over(pty) && pty_ms_until(deadline) > 0);
	status = pty_wait_exit(pty, WAIT_MS);
	at = strstr(buf_text(&pty->raw), "bpfmaptop: ");
	if (status != 0)
		fail_msg("seed %llu: ended with %d: %.200s", (unsigned long long)seed, status,
			 at ? at : "no word why");
	left = pty_not_restored(pty);
	if (left)
		fail_msg("seed %llu: %s not as before", (unsigned long long)seed, left);
	pty_close(pty);
}

static void run(uint64_t seed)
{
	uint64_t random = seed;
	struct pty pty;

	start(&pty);
	for (int i = 0; i < STEPS; i++) {
		if (num_random(&random) % 12 == 0)
			resize_any(&pty, &random);
		else
			press_any(&pty, &random);
		if (pty_pump(&pty, PIECE_MS) < 0)
			break;
	}
	end(&pty, seed);
}

static void it_lives_and_ends_in_order(void **state)
{
	const char *seconds = getenv("KEYS_SECONDS"), *first = getenv("RANDOM_SEED");
	uint64_t until = pty_deadline(seconds ? atoi(seconds) * 1000 : 0), n = 0;

	(void)state;
	while (n < SEEDS || pty_ms_until(until) > 0)
		run((first ? strtoull(first, NULL, 10) : 1) + n++);
}

static int begin_folder(void **state)
{
	(void)state;
	folder = own_folder();
	return folder ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_lives_and_ends_in_order),
	};

	return cmocka_run_group_tests_name("keys_random", tests, begin_folder, NULL);
}
