/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Formats that ask a system for its names: interfaces, processes, symbols, cgroups. */
#include "tests/unit/format_make.h"

static bool one_symbol(void *ctx, const char *name, size_t len, uint64_t *out)
{
	(void)ctx;
	*out = UINT64_C(0xffffffff81000000);
	return len == 5 && memcmp(name, "_text", len) == 0;
}

static bool one_cgroup(void *ctx, const char *path, size_t len, uint64_t *out)
{
	(void)ctx;
	*out = 77;
	return len == 2 && memcmp(path, "/a", len) == 0;
}

static void names_of_the_system_are_read(void **state)
{
	static const struct {
		const char *format, *text;
		uint64_t value;
	} cases[] = {
		{"ksym", "_text", UINT64_C(0xffffffff81000000)},
		{"ksym", "_text+0x1b", UINT64_C(0xffffffff8100001b)},
		{"ksym", "0xffffffff81000000", UINT64_C(0xffffffff81000000)},
		{"cgroup", "/a", 77},
		{"cgroup", "78", 78},
		{"syscall", "openat", SYS_openat},
		{"syscall", "READ", SYS_read},
	};
	const struct lookups lookups = {.symbol_address = one_symbol, .cgroup_id = one_cgroup};
	SCOPED(arena) mem = {0};
	SCOPED(buf) text = {0};
	struct field field = U(8);
	struct err err = {0};
	struct val val;

	(void)state;
	field.path = "x";
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		field.format = named(cases[i].format);
		if (format_parse(&field, cases[i].text, strlen(cases[i].text), &lookups, &mem, &val,
				 &err) < 0)
			fail_msg("%s", err.text);
		assert_true(val.kind == VAL_UINT && val.u == cases[i].value);
	}
	field.format = named("ksym");
	assert_int_equal(format_parse(&field, "_txt", 4, &lookups, &mem, &val, &err), -EINVAL);
	assert_int_equal(format_parse(&field, "_text+x", 7, &lookups, &mem, &val, &err), -EINVAL);
	field.format = named("syscall");
	print(&field, &(uint64_t){SYS_openat}, PRINT_EXACT, NULL, &text);
	assert_string_equal(buf_text(&text), "openat");
}

static bool lo_is_7(void *ctx, uint32_t ifindex, struct buf *out)
{
	(void)ctx;
	if (ifindex == 7)
		buf_adds(out, "lo");
	return ifindex == 7;
}

static bool seven_is_lo(void *ctx, const char *name, size_t len, uint32_t *out)
{
	(void)ctx;
	*out = 7;
	return len == 2 && memcmp(name, "lo", 2) == 0;
}

static bool pid_name(void *ctx, uint32_t pid, struct buf *out)
{
	(void)ctx;
	buf_adds(out, "x"); /* half a name is taken back */
	return pid == 1;
}

static void names_of_the_system(void **state)
{
	const struct lookups lookups = {
		.ifname = lo_is_7, .ifindex = seven_is_lo, .process = pid_name};
	struct field field = U(4);
	SCOPED(buf) text = {0};
	SCOPED(arena) mem = {0};
	struct val val;
	uint32_t seven = 7, one = 1;

	(void)state;
	field.path = "x";
	field.format = named("ifname");
	print(&field, &seven, PRINT_SHORT, &lookups, &text);
	assert_string_equal(buf_text(&text), "lo");
	assert_int_equal(format_parse(&field, "lo", 2, &lookups, &mem, &val, NULL), 0);
	assert_true(val.u == 7);
	assert_int_equal(format_parse(&field, "9", 1, &lookups, &mem, &val, NULL), 0);
	assert_true(val.u == 9);
	field.format = named("pid");
	print(&field, &one, PRINT_SHORT, &lookups, &text);
	assert_string_equal(buf_text(&text), "1/x");
	print(&field, &seven, PRINT_SHORT, &lookups, &text);
	assert_string_equal(buf_text(&text), "7");
	print(&field, &one, PRINT_NAMED, &lookups, &text);
	assert_string_equal(buf_text(&text), "1/x");
	print(&field, &one, PRINT_EXACT, &lookups, &text);
	assert_string_equal(buf_text(&text), "1");
}

/* -- a system that has a name for everything -- */

static bool name_of_id(void *ctx, uint32_t id, struct buf *out)
{
	buf_addf(out, "%s%u", (const char *)ctx, id);
	return true;
}

static bool name_of_number(void *ctx, uint64_t number, struct buf *out)
{
	buf_addf(out, "%s%llu", (const char *)ctx, (unsigned long long)number);
	return true;
}

static bool number_of_name(void *ctx, const char *name, size_t len, uint64_t *out)
{
	SCOPED(buf) text = {0};

	buf_add(&text, name, len);
	return sscanf(buf_text(&text), "eth%llu", (unsigned long long *)out) == 1 && ctx;
}

static bool id_of_name(void *ctx, const char *name, size_t len, uint32_t *out)
{
	uint64_t number;
	bool is_known = number_of_name(ctx, name, len, &number);

	*out = is_known ? (uint32_t)number : 0;
	return is_known;
}

/* What stands in a column by the system's names can be typed, and means the same. */
static void names_that_are_shown_can_be_typed(void **state)
{
	static const char *const formats[] = {"ifname", "pid",	  "progid", "mapid",
					      "cgroup", "socket", "ksym"};
	char stem[] = "eth";
	const struct lookups lookups = {.ifname = name_of_id,
					.ifindex = id_of_name,
					.process = name_of_id,
					.cgroup = name_of_number,
					.cgroup_id = number_of_name,
					.symbol = name_of_number,
					.symbol_address = number_of_name,
					.program = name_of_id,
					.map = name_of_id,
					.socket = name_of_number,
					.socket_cookie = number_of_name,
					.ctx = stem};
	uint64_t seed = 13;
	SCOPED(buf) text = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		const struct field narrow = U(4), wide = U(8);
		struct field field = named(formats[i])->fits(&narrow) ? narrow : wide;
		uint64_t number = num_random(&seed);

		field.path = "x";
		field.format = named(formats[i]);
		print(&field, &number, PRINT_SHORT, &lookups, &text);
		if (!strstr(buf_text(&text), stem))
			fail_msg("%s shows no name: %s", formats[i], buf_text(&text));
		reads_back_as(&field, (const uint8_t *)&number, PRINT_SHORT, &lookups);
		print(&field, &number, PRINT_NAMED, &lookups, &text);
		if (!strstr(buf_text(&text), stem))
			fail_msg("%s has no name: %s", formats[i], buf_text(&text));
		reads_back_as(&field, (const uint8_t *)&number, PRINT_NAMED, &lookups);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_the_system_are_read),
		cmocka_unit_test(names_of_the_system),
		cmocka_unit_test(names_that_are_shown_can_be_typed),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
