/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/tidy.h"
#include "read/spec.h"

static const struct {
	const char *typed;
	enum spec_kind kind;
	uint32_t id;
	const char *text;
} understood[] = {
	{"41", SPEC_ID, 41, "41"},
	{"id:41", SPEC_ID, 41, "41"},
	{"4294967295", SPEC_ID, UINT32_MAX, "4294967295"},
	{"flows", SPEC_NAME, 0, "flows"},
	{"41x", SPEC_NAME, 0, "41x"},
	{"name:41", SPEC_NAME, 0, "41"},
	{"name:list", SPEC_NAME, 0, "list"},
	{"demo.bss", SPEC_NAME, 0, "demo.bss"},
	{"/sys/fs/bpf/flows", SPEC_PIN, 0, "/sys/fs/bpf/flows"},
	{"./flows", SPEC_PIN, 0, "./flows"},
	{"/sys/fs/bpf/a:b", SPEC_PIN, 0, "/sys/fs/bpf/a:b"},
	{"pin:flows", SPEC_PIN, 0, "flows"},
	{"prog:17", SPEC_PROGRAM, 17, "17"},
	{"prog:xdp_main", SPEC_PROGRAM, 0, "xdp_main"},
	{"prog:17x", SPEC_PROGRAM, 0, "17x"},
	{"dev:eth0", SPEC_DEVICE, 0, "eth0"},
	{"dev:eth0:1", SPEC_DEVICE, 0, "eth0:1"},
	{"dev:17", SPEC_DEVICE, 0, "17"},
	{"file:x.tape", SPEC_TAPE, 0, "x.tape"},
	{"file:/tmp/x.tape", SPEC_TAPE, 0, "/tmp/x.tape"},
	{"sim:flows", SPEC_SIM, 0, "flows"},
	{"sim:", SPEC_SIM, 0, ""},
	{"ssh:web1:flows", SPEC_REMOTE, 0, "web1:flows"},
	{"ssh:me@web1:/sys/fs/bpf/flows", SPEC_REMOTE, 0, "me@web1:/sys/fs/bpf/flows"},
};

static void test_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(understood); i++) {
		struct spec spec;

		assert_int_equal(spec_parse(understood[i].typed, &spec, NULL), 0);
		assert_int_equal(spec.kind, understood[i].kind);
		assert_int_equal(spec.id, understood[i].id);
		assert_string_equal(spec.text, understood[i].text);
	}
}

static const struct {
	const char *typed, *part; /* of the sentence */
} refused[] = {
	{"", "empty"},
	{"0", "'0' is not an id"},
	{"4294967296", "from 1 to 4294967295"},
	{"99999999999999999999999", "is not an id"},
	{"id:", "'id:' names nothing"},
	{"id:flows", "'flows' is not an id"},
	{"prog:0", "'0' is not an id"},
	{"dev:", "an interface"},
	{"pni:/sys/fs/bpf/x", "unknown scheme 'pni:'"},
	{"Id:3", "id: name: pin: prog: dev: file: sim: ssh:"},
	{":3", "unknown scheme"},
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct spec spec = {.id = 7};
		struct err err = {0};

		assert_int_equal(spec_parse(refused[i].typed, &spec, &err), -EINVAL);
		assert_non_null(strstr(err.text, refused[i].part));
		assert_int_equal(spec.id, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_understood),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
