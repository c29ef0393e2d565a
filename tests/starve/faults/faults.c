/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tests that are wrong when memory runs out, each in another way, and one that isn't: whoever starves tests must
 * find just those (found.txt). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/folder.h"

enum { BYTES = 24, FURTHER = 2000 };

static void *volatile kept; /* nothing is optimised away */

static void takes(void)
{
	kept = malloc(BYTES);
	*(volatile char *)kept = 1;
	free(kept);
}

static void crashes(void **state)
{
	(void)state;
	takes();
}

static void goes_without(void **state)
{
	volatile char *one = malloc(BYTES);

	(void)state;
	if (one)
		*one = 1;
	free((void *)one);
}

/* The first one, when there is no second. */
static void loses(void **state)
{
	void *volatile one = malloc(BYTES);

	(void)state;
	if (!one)
		return;
	kept = malloc(BYTES);
	if (kept)
		free(one);
	one = NULL;
	free(kept);
	kept = NULL;
}

static void crashes_much_later(void **state)
{
	volatile char *one = malloc(BYTES);

	(void)state;
	for (int i = 0; i < FURTHER; i++)
		free(malloc(BYTES));
	*one = 1;
	free((void *)one);
}

static void crashes_behind_a_file(void **state)
{
	const char *path = in_folder("a");
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a", 1), 1);
	close(fd);
	takes();
	unlink(path);
}

static void *run(void *ctx)
{
	takes();
	return ctx;
}

static void crashes_in_a_thread(void **state)
{
	pthread_t thread;

	(void)state;
	if (pthread_create(&thread, NULL, run, NULL) == 0)
		pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crashes),
		cmocka_unit_test(goes_without),
		cmocka_unit_test(loses),
		cmocka_unit_test(crashes_much_later),
		cmocka_unit_test(crashes_behind_a_file),
		cmocka_unit_test(crashes_in_a_thread),
	};

	if (!own_folder())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
