/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A congestion control called NAME, for a map of struct_ops. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define TEXT_OF(name) #name
#define TEXT(name)    TEXT_OF(name)

struct sock;
struct tcp_congestion_ops {
	unsigned int (*ssthresh)(struct sock *);
	void (*cong_avoid)(struct sock *, unsigned int, unsigned int);
	unsigned int (*undo_cwnd)(struct sock *);
	char name[16];
} __attribute__((preserve_access_index));

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/ss") unsigned int BPF_PROG(ss, struct sock *sk)
{
	return 2;
}

SEC("struct_ops/un") unsigned int BPF_PROG(un, struct sock *sk)
{
	return 2;
}

SEC("struct_ops/av") void BPF_PROG(av, struct sock *sk, unsigned int a, unsigned int b)
{
}

SEC(".struct_ops")
struct tcp_congestion_ops NAME = {
	.ssthresh = (void *)ss,
	.undo_cwnd = (void *)un,
	.cong_avoid = (void *)av,
	.name = TEXT(NAME),
};
