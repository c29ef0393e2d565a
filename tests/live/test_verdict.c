/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* LRU maps in the kernel, fed by a program with known traces and polled: the kernel's LRU is only nearly
 * one, frees entries in batches and keeps some aside for each CPU, and the verdict must be right still. */
#include "maps.h"

#include <linux/bpf.h>
#include <math.h>
#include <sched.h>

#include "base/buf.h"
#include "model/plan.h"
#include "model/table.h"
#include "model/verdict.h"
#include "tests/unit/verdict_check.h"

enum { CAPACITY = 4096, PACKET_KEYS = 256 };

#define INSN(op, dst, src, at, n)                                                                  \
	{                                                                                          \
		.code = (op), .dst_reg = (dst), .src_reg = (src), .off = (at), .imm = (n)          \
	}

/* Counts the keys that a packet is made of: looks each up, adds 1, or writes 1. */
static int load_counter(int map_fd)
{
	const struct bpf_insn code[] = {
		INSN(BPF_LDX | BPF_MEM | BPF_W, 6, 1, 0, 0), /* r6 = data */
		INSN(BPF_LDX | BPF_MEM | BPF_W, 7, 1, 4, 0), /* r7 = its end */
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 8, 0, 0, 0),
		/* 3: the next key, or out */
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, 4),
		INSN(BPF_JMP | BPF_JGT | BPF_X, 1, 7, 23, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_W, 1, 6, 0, 0),
		INSN(BPF_STX | BPF_MEM | BPF_W, 10, 1, -4, 0),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map_fd),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 1),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, 0, BPF_ADD),
		INSN(BPF_JMP | BPF_JA, 0, 0, 9, 0),
		/* 17: not there */
		INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -16, 1),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map_fd),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 3, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 3, 0, 0, -16),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, BPF_ANY),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_update_elem),
		/* 26: on */
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 6, 0, 0, 4),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 8, 0, 0, 1),
		INSN(BPF_JMP | BPF_JLT | BPF_K, 8, 0, -26, PACKET_KEYS),
		/* 29: out */
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_DROP),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	char log[4096] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = sizeof(log),
		    .log_level = 4);
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, own_name("verdict"), "GPL", code, ARRAY_LEN(code),
			       &opts);

	if (fd < 0)
		fail_msg("the program is refused: %s", log);
	return fd;
}

static void feed(int prog_fd, struct trace *trace, uint32_t n_uses)
{
	uint32_t keys[PACKET_KEYS];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = keys);

	while (n_uses) {
		uint32_t n = MIN_OF(n_uses, (uint32_t)PACKET_KEYS);

		for (uint32_t i = 0; i < n; i++)
			keys[i] = trace_next(trace);
		opts.data_size_in = n * (uint32_t)sizeof(keys[0]);
		assert_int_equal(bpf_prog_test_run_opts(prog_fd, &opts), 0);
		n_uses -= n;
	}
}

struct expected {
	struct trace trace;
	uint32_t per_poll, n_polls, flags;
	enum verdict_kind kind;
	bool has_working_set; /* n_keys is it */
};

static void open_table(int fd, struct table *table)
{
	struct map_list found = {0};
	struct err err = {0};
	SCOPED(plan) plan = {0};

	find_fd(the_source, fd, &found);
	assert_int_equal(the_source->ops->plan(the_source, &found.maps[0], &plan, &err), 0);
	assert_int_equal(table_init(table, &found.maps[0], &plan), 0);
	map_list_release(&found);
}

static void watch_trace(const struct expected *is, struct verdict *verdict)
{
	const struct read_plan how = {0};
	struct trace trace = is->trace;
	int fd = make_map(BPF_MAP_TYPE_LRU_HASH, "lru", 4, 8, CAPACITY, is->flags);
	int prog_fd = load_counter(fd);
	SCOPED(table) table = {0};

	open_table(fd, &table);
	trace.seed = trace.n_keys;
	trace_begin(&trace);
	for (uint32_t poll = 0; poll < is->n_polls; poll++) {
		feed(prog_fd, &trace, is->per_poll);
		read_clean(the_source, &table.map, &how, table.next);
		assert_int_equal(table_take(&table), 0);
	}
	trace_release(&trace);
	verdict_make(&table, verdict);
	close(prog_fd);
	close(fd);
}

static void check(const struct expected *is)
{
	struct verdict verdict;

	watch_trace(is, &verdict);
	check_verdict(&is->trace, &verdict, is->kind, is->has_working_set);
}

static void check_all(const struct expected *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&rows[i]);
}

static void test_loops(void **state)
{
	static const struct expected rows[] = {
		{{"loop below", 2800, true}, 2048, 40, 0, VERDICT_FITS, true},
		{{"loop at capacity", 4096, true}, 1024, 60, 0, VERDICT_FITS, true},
		{{"loop above", 6000, true}, 1024, 60, 0, VERDICT_TOO_SMALL, true},
		{{"loop 2x", 8192, true}, 1024, 60, 0, VERDICT_TOO_SMALL, true},
		{{"loop 4x", 16384, true}, 2048, 80, 0, VERDICT_TOO_SMALL, true},
	};

	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void test_random(void **state)
{
	static const struct expected rows[] = {
		{{"alike below", 2800}, 2048, 40, 0, VERDICT_FITS, true},
		{{"alike 2x", 8192}, 2048, 80, 0, VERDICT_TOO_SMALL, true},
		{{"zipf 0.8 below", 2800, .skew = 0.8}, 8192, 40, 0, VERDICT_FITS, true},
		{{"zipf 0.8 2x", 8192, .skew = 0.8}, 2048, 80, 0, VERDICT_TOO_SMALL, true},
		{{"zipf 1.0 2x", 8192, .skew = 1.0}, 4096, 100, 0, VERDICT_TOO_SMALL, true},
	};

	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void test_scans(void **state)
{
	static const struct expected rows[] = {
		{{"scan"}, 1024, 60, 0, VERDICT_SCAN},
		{{"loop below beside a scan", 1000, true, .scan_part = 0.1},
		 4096,
		 60,
		 0,
		 VERDICT_SCAN},
	};

	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

/* Each CPU has a part of the map to itself. */
static void test_a_list_a_cpu(void **state)
{
	static const struct expected rows[] = {
		{{"loop 2x", 8192, true}, 1024, 60, BPF_F_NO_COMMON_LRU, VERDICT_TOO_SMALL},
		{{"scan"}, 1024, 60, BPF_F_NO_COMMON_LRU, VERDICT_SCAN},
	};

	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

/* Free entries that the kernel dealt to a CPU stay there when the test moves on to another. */
static void stay_on_one_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)MAX_OF(cpu, 0), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_scans),
		cmocka_unit_test(test_a_list_a_cpu),
	};

	stay_on_one_cpu();
	return run_live(tests);
}
