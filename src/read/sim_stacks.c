/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A profiler's two maps, simulated: stacks of addresses by id, and how often each was met. What the
 * addresses are called stands in the layout, since no kernel has them. */
#include <string.h>

#include <linux/types.h>

#include "base/tidy.h"
#include "model/snap.h"
#include "read/sim.h"
#include "read/source.h"

enum { KEY = false, VALUE = true };
enum { MOST_FRAMES = 16, STACK_ENTRIES = 1024, SAMPLE_ENTRIES = 256 };

/* Where a function is; its return addresses are taken to be all alike. */
#define AT(function)                                                                               \
	(((function) < USER_START ? 0xffffffff81000000ull : 0x555555550000ull) +                   \
	 0x1000ull * (function))

enum function {
	ENTRY = 1,
	SYSCALL,
	SENDTO,
	SOCK_SENDMSG,
	UDP_SENDMSG,
	TCP_SENDMSG,
	TCP_WRITE,
	IP_OUTPUT,
	DEV_QUEUE_XMIT,
	RECVFROM,
	SOCK_RECVMSG,
	TCP_RECVMSG,
	COPY_TO_USER,
	READ,
	VFS_READ,
	EXT4_READ,
	PAGE_CACHE,
	IRQ,
	SOFTIRQ,
	NET_RX,
	NAPI_POLL,
	XDP_RUN,
	IP_RCV,
	TCP_RCV,
	IDLE,
	CPU_STARTUP,
	USER_START,
	USER_SERVE = USER_START,
	USER_SEND,
	USER_RECEIVE,
	USER_LOAD,
	END_OF_FUNCTIONS
};

#define NAMED(function, text) [(function)-1] = {.name = text, .value = (int64_t)AT(function)}
static const struct enum_name functions[] = {
	NAMED(ENTRY, "entry_SYSCALL_64_after_hwframe"),
	NAMED(SYSCALL, "do_syscall_64"),
	NAMED(SENDTO, "__x64_sys_sendto"),
	NAMED(SOCK_SENDMSG, "sock_sendmsg"),
	NAMED(UDP_SENDMSG, "udp_sendmsg"),
	NAMED(TCP_SENDMSG, "tcp_sendmsg"),
	NAMED(TCP_WRITE, "tcp_write_xmit"),
	NAMED(IP_OUTPUT, "ip_output"),
	NAMED(DEV_QUEUE_XMIT, "__dev_queue_xmit"),
	NAMED(RECVFROM, "__x64_sys_recvfrom"),
	NAMED(SOCK_RECVMSG, "sock_recvmsg"),
	NAMED(TCP_RECVMSG, "tcp_recvmsg"),
	NAMED(COPY_TO_USER, "_copy_to_iter"),
	NAMED(READ, "__x64_sys_read"),
	NAMED(VFS_READ, "vfs_read"),
	NAMED(EXT4_READ, "ext4_file_read_iter"),
	NAMED(PAGE_CACHE, "filemap_read"),
	NAMED(IRQ, "common_interrupt"),
	NAMED(SOFTIRQ, "handle_softirqs"),
	NAMED(NET_RX, "net_rx_action"),
	NAMED(NAPI_POLL, "napi_poll"),
	NAMED(XDP_RUN, "bpf_prog_run_xdp"),
	NAMED(IP_RCV, "ip_rcv"),
	NAMED(TCP_RCV, "tcp_v4_rcv"),
	NAMED(IDLE, "default_idle"),
	NAMED(CPU_STARTUP, "cpu_startup_entry"),
	NAMED(USER_SERVE, "serve"),
	NAMED(USER_SEND, "send_reply"),
	NAMED(USER_RECEIVE, "read_request"),
	NAMED(USER_LOAD, "load_page"),
};
_Static_assert(ARRAY_LEN(functions) == END_OF_FUNCTIONS - 1, "a name for each function");

/* Innermost first, as the kernel has them; how many samples a second of each. */
static const struct stack {
	__u32 id, per_second;
	__s32 user_id; /* the stack of user space that it was called from; negative: of none */
	enum function frames[MOST_FRAMES];
} stacks[] = {
	{17,
	 412,
	 520,
	 {DEV_QUEUE_XMIT, IP_OUTPUT, TCP_WRITE, TCP_SENDMSG, SOCK_SENDMSG, SENDTO, SYSCALL, ENTRY}},
	{93, 120, 520, {TCP_SENDMSG, SOCK_SENDMSG, SENDTO, SYSCALL, ENTRY}},
	{105, 260, 520, {IP_OUTPUT, UDP_SENDMSG, SOCK_SENDMSG, SENDTO, SYSCALL, ENTRY}},
	{230, 305, 733, {COPY_TO_USER, TCP_RECVMSG, SOCK_RECVMSG, RECVFROM, SYSCALL, ENTRY}},
	{311, 95, 801, {COPY_TO_USER, PAGE_CACHE, EXT4_READ, VFS_READ, READ, SYSCALL, ENTRY}},
	{402, 640, -14, {XDP_RUN, NAPI_POLL, NET_RX, SOFTIRQ, IRQ}},
	{477, 210, 801, {TCP_RCV, IP_RCV, NAPI_POLL, NET_RX, SOFTIRQ, IRQ}},
	{650, 35, -14, {IDLE, CPU_STARTUP}},
	{520, 0, -14, {USER_SEND, USER_SERVE}},
	{733, 0, -14, {USER_RECEIVE, USER_SERVE}},
	{801, 0, -14, {USER_LOAD, USER_SEND, USER_SERVE}},
};

static int fill_stacks(const struct sim_moment *moment, struct snap *snap)
{
	int r = 0;

	(void)moment;
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(stacks); i++) {
		__u64 value[MOST_FRAMES] = {0};

		for (size_t j = 0; j < MOST_FRAMES && stacks[i].frames[j]; j++)
			value[j] = AT(stacks[i].frames[j]);
		r = snap_add(snap, &stacks[i].id, value);
	}
	return r;
}

static const struct sim_field stacks_fields[] = {
	SIM_SCALAR(KEY, UINT, "__u32", 4),
	{.in_value = VALUE,
	 .format = "stack",
	 .field = {.name = "",
		   .type = "__u64[16]",
		   .kind = FIELD_ARRAY,
		   .size = MOST_FRAMES * sizeof(__u64),
		   .count = MOST_FRAMES,
		   .stride = sizeof(__u64),
		   .names = functions,
		   .n_names = ARRAY_LEN(functions)}},
	SIM_SCALAR(VALUE, UINT, "__u64", 8),
	SIM_CLOSE,
};

struct samples_key {
	__u32 pid;
	__s32 user_stack_id;
	__s32 kern_stack_id;
};

/* Two processes share each stack; one has samples whose stack could not be taken. */
static int fill_samples(const struct sim_moment *moment, struct snap *snap)
{
	uint64_t tenths = moment->at_ns / (SIM_TICK_NS / 10), lost = tenths * 3;
	struct samples_key no_stack = {.pid = 871, .user_stack_id = -14, .kern_stack_id = -14};
	int r = snap_add(snap, &no_stack, &lost);

	for (size_t i = 0; r == 0 && i < 2 * ARRAY_LEN(stacks); i++) {
		const struct stack *stack = &stacks[i / 2];
		struct samples_key key = {.pid = i % 2 ? 871 : 4711,
					  .user_stack_id = stack->user_id,
					  .kern_stack_id = (__s32)stack->id};
		__u64 samples = stack->per_second * tenths / 10;

		if (!stack->per_second)
			continue;
		samples = i % 2 ? samples / 4 : samples - samples / 4;
		r = snap_add(snap, &key, &samples);
	}
	return r;
}

#define STACK_ID(member)                                                                           \
	{                                                                                          \
		.in_value = KEY,                                                                   \
		.field = {                                                                         \
			.name = #member,                                                           \
			.type = "__s32",                                                           \
			.kind = FIELD_INT,                                                         \
			.is_signed = true,                                                         \
			.offset = offsetof(struct samples_key, member),                            \
			.size = 4,                                                                 \
		},                                                                                 \
	}

static const struct sim_field samples_fields[] = {
	SIM_STRUCT(KEY, samples_key),
	SIM_MEMBER(KEY, samples_key, pid, UINT, "__u32", .format = "dec"),
	STACK_ID(user_stack_id),
	STACK_ID(kern_stack_id),
	SIM_CLOSE,
	{.in_value = VALUE,
	 .field = {.name = "samples", .type = "__u64", .kind = FIELD_UINT, .size = 8}},
};

static const struct sim_map maps[] = {
	{.name = "stacks",
	 .type = "stack_trace",
	 .key_size = sizeof(__u32),
	 .value_size = MOST_FRAMES * sizeof(__u64),
	 .max_entries = STACK_ENTRIES,
	 .n_cpus = 1,
	 .fields = stacks_fields,
	 .n_fields = ARRAY_LEN(stacks_fields),
	 .fill = fill_stacks},
	{.name = "samples",
	 .type = "hash",
	 .key_size = sizeof(struct samples_key),
	 .value_size = sizeof(__u64),
	 .max_entries = SAMPLE_ENTRIES,
	 .n_cpus = 1,
	 .fields = samples_fields,
	 .n_fields = ARRAY_LEN(samples_fields),
	 .fill = fill_samples},
};

const struct sim_map *sim_stack_map(size_t i)
{
	return i < ARRAY_LEN(maps) ? &maps[i] : NULL;
}
