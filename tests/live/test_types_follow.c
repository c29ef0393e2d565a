/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* On the screen, Enter on a row that names a map or a program leads to that map, or to its maps. */
#include "shown.h"

#include "ptydrive.h"

enum { WAIT_MS = 60000, ROWS = 24, COLS = 100 };

static void open_screen(struct pty *pty, int fd)
{
	const char *binary = getenv("BPFMAPTOP");
	char typed[32];
	const char *const argv[] = {binary ? binary : "build/bpfmaptop", typed, NULL};

	snprintf(typed, sizeof(typed), "id:%u", id_of(fd));
	assert_int_equal(
		pty_open(pty, argv, (const char *[]){"TERM=xterm-256color", NULL}, ROWS, COLS), 0);
}

/* Waits for the row, presses Enter, and waits for the map it leads to. */
static void follow(int fd, const char *row, uint32_t id)
{
	struct pty pty;
	char header[32];

	open_screen(&pty, fd);
	assert_true(pty_wait_text(&pty, row, WAIT_MS));
	pty_send(&pty, "\r");
	snprintf(header, sizeof(header), "#%u", id);
	if (!pty_wait_text(&pty, header, WAIT_MS)) {
		SCOPED(buf) text = {0};

		pty_screen_text(&pty, &text);
		fail_msg("no %s on\n%s", header, buf_text(&text));
	}
	pty_send(&pty, "q");
	assert_int_equal(pty_wait_exit(&pty, WAIT_MS), 0);
	pty_close(&pty);
}

static void test_inner_map(void **state)
{
	int inner = make_map(BPF_MAP_TYPE_ARRAY, "inside", 4, 8, 4, 0), fd;
	LIBBPF_OPTS(bpf_map_create_opts, opts, .inner_map_fd = (uint32_t)inner);
	const uint32_t key = 1;

	(void)state;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, own_name("outside"), 4, 4, 4, &opts);
	assert_true(fd >= 0);
	assert_int_equal(bpf_map_update_elem(fd, &key, &inner, BPF_ANY), 0);
	follow(fd, own_name("inside"), id_of(inner));
	close(inner);
	close(fd);
}

static void test_maps_of_program(void **state)
{
	int used = make_map(BPF_MAP_TYPE_ARRAY, "used", 4, 8, 4, 0);
	int fd = make_map(BPF_MAP_TYPE_PROG_ARRAY, "jumps", 4, 4, 4, 0), prog;
	const struct bpf_insn code[] = {
		{.code = BPF_LD | BPF_IMM | BPF_DW,
		 .dst_reg = 1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = used},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 2},
		{.code = BPF_JMP | BPF_EXIT},
	};
	const uint32_t key = 0;

	(void)state;
	prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "jumped_to", "GPL", code, ARRAY_LEN(code), NULL);
	assert_true(prog >= 0);
	assert_int_equal(bpf_map_update_elem(fd, &key, &prog, BPF_ANY), 0);
	follow(fd, "jumped_to", id_of(used));
	close(prog);
	close(used);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inner_map),
		cmocka_unit_test(test_maps_of_program),
	};

	return run_live(tests);
}
