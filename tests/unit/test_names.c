/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/tidy.h"
#include "model/format.h"
#include "read/later.h"
#include "read/source.h"
#include "tests/unit/starved.h"

static void check_process(const char *name)
{
	const struct lookups *lookups = source_lookups();
	SCOPED(buf) out = {0};

	assert_true(lookups->process(lookups->ctx, (uint32_t)getpid(), &out));
	assert_string_equal(buf_text(&out), name);
}

/* Kept for a while, then asked for again. */
static void test_process(void **state)
{
	const struct lookups *lookups = source_lookups();
	SCOPED(buf) out = {0};

	(void)state;
	clock_hold(UINT64_C(1000000000), 0);
	prctl(PR_SET_NAME, "first name");
	check_process("first name");
	prctl(PR_SET_NAME, "second");
	check_process("first name");
	clock_hold(UINT64_C(60000000000), 0);
	check_process("second");
	assert_false(lookups->process(lookups->ctx, UINT32_MAX, &out));
	assert_false(lookups->process(lookups->ctx, 0, &out));
	assert_int_equal(out.len, 0);
	clock_free_run();
}

static void test_interface(void **state)
{
	const struct lookups *lookups = source_lookups();
	uint32_t ifindex = 0;
	SCOPED(buf) out = {0};

	(void)state;
	if (!lookups->ifindex(lookups->ctx, "lo and more", 2, &ifindex))
		skip();
	assert_int_equal(ifindex, if_nametoindex("lo"));
	assert_true(lookups->ifname(lookups->ctx, ifindex, &out));
	assert_string_equal(buf_text(&out), "lo");
	assert_false(lookups->ifname(lookups->ctx, INT32_MAX, &out));
	assert_false(lookups->ifname(lookups->ctx, 0, &out));
	assert_false(lookups->ifindex(lookups->ctx, "", 0, &ifindex));
	assert_false(lookups->ifindex(lookups->ctx, "a_name_that_is_too_long", 23, &ifindex));
}

static void test_cgroup(void **state)
{
	const struct lookups *lookups = source_lookups();
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + sizeof(uint64_t)];
	} root = {.handle.handle_bytes = sizeof(uint64_t)};
	int mount_id;
	uint64_t id;
	SCOPED(buf) out = {0};

	(void)state;
	if (name_to_handle_at(AT_FDCWD, "/sys/fs/cgroup/unified", &root.handle, &mount_id, 0) < 0 &&
	    name_to_handle_at(AT_FDCWD, "/sys/fs/cgroup", &root.handle, &mount_id, 0) < 0)
		skip();
	if (root.handle.handle_bytes != sizeof(id))
		skip();
	memcpy(&id, root.handle.f_handle, sizeof(id));
	if (!lookups->cgroup(lookups->ctx, id, &out))
		skip(); /* needs CAP_DAC_READ_SEARCH */
	assert_string_equal(buf_text(&out), "/");
	assert_false(lookups->cgroup(lookups->ctx, UINT64_MAX, &out));
}

static bool kernel_shows_addresses(void)
{
	char first[16] = "";
	int fd = open("/proc/kallsyms", O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, first, sizeof(first));

	if (fd >= 0)
		close(fd);
	return n == sizeof(first) && memcmp(first, "ffff", 4) == 0;
}

/* The thread's table comes by itself while nobody waits; a name that is asked for leads back. */
static void test_symbol(void **state)
{
	const struct lookups *lookups = source_lookups();
	const uint64_t until_ns = clock_now_ns() + unless_starved(20, 2) * UINT64_C(1000000000);
	const char name[] = "schedule";
	uint64_t address = 0;
	SCOPED(buf) out = {0};

	(void)state;
	if (!kernel_shows_addresses())
		skip();
	source_lookups_wait(false);
	while (!lookups->symbol_address(lookups->ctx, name, strlen(name), &address) &&
	       clock_now_ns() < until_ns)
		;
	source_lookups_wait(true);
	assert_true(lookups->symbol(lookups->ctx, address, &out));
	assert_true(lookups->symbol(lookups->ctx, address + 1, &out));
	assert_string_equal(buf_text(&out), "scheduleschedule+0x1");
	assert_false(lookups->symbol(lookups->ctx, 0x1000, &out));
	assert_false(lookups->symbol_address(lookups->ctx, "no such symbol", 14, &address));
}

static void *load_mask(const void *ctx)
{
	sigset_t *mask = malloc(sizeof(*mask));

	(void)ctx;
	if (mask)
		pthread_sigmask(SIG_BLOCK, NULL, mask);
	return mask;
}

/* A signal that such a thread took would end the program, with the terminal as the screen left it. */
static void test_a_loading_thread_takes_no_signals(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGWINCH, SIGTSTP};
	struct later later = {.load = load_mask, .free = free};
	const sigset_t *mask = later_table(&later, true);

	(void)state;
	assert_non_null(mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		assert_int_equal(sigismember(mask, signals[i]), 1);
	free(later.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_cgroup),
		cmocka_unit_test(test_symbol),
		cmocka_unit_test(test_a_loading_thread_takes_no_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
