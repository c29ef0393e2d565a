/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sockets that hold a value of one socket storage, and that value: struct socket_key, value. The
 * addresses are read from the socket, so nothing of it is changed, not even a cookie is made. */
#include "seq.h"

enum { FAMILY_INET = 2, FAMILY_INET6 = 10, ADDRESS_BYTES = 16, MAPPED_AT = 10, IP4_AT = 12 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
	__u8 bytes[ADDRESS_BYTES];
};

struct sock_common {
	__be32 skc_daddr, skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};

struct inode {
	unsigned long i_ino;
};

struct socket {
};

struct socket_alloc {
	struct inode vfs_inode;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	struct socket *sk_socket;
};

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	struct sock *sk;
	void *value;
};

#pragma clang attribute pop

/* As src/read/shape.h has it. */
struct socket_key {
	__u64 inode;
	__u16 family, protocol;
	__u16 source_port;
	__be16 dest_port;
	__u8 source[ADDRESS_BYTES], dest[ADDRESS_BYTES];
};

const volatile __u32 value_bytes = 0;

static void copy_ip4(__u8 to[ADDRESS_BYTES], __be32 address)
{
	to[MAPPED_AT] = to[MAPPED_AT + 1] = 0xff;
	__builtin_memcpy(to + IP4_AT, &address, sizeof(address));
}

static void copy_addresses(struct sock *sk, struct socket_key *key)
{
	if (key->family == FAMILY_INET) {
		copy_ip4(key->source, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
		copy_ip4(key->dest, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	} else if (key->family == FAMILY_INET6) {
		BPF_CORE_READ_INTO(&key->source, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&key->dest, sk, __sk_common.skc_v6_daddr);
	} else {
		return;
	}
	key->source_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	key->dest_port = BPF_CORE_READ(sk, __sk_common.skc_dport);
}

SEC("iter/bpf_sk_storage_map")
int sockets(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct socket_key key = {};
	struct sock *sk = ctx->sk;
	void *value = ctx->value;
	struct socket_alloc *socket;

	if (!sk || !value)
		return 0;
	/* a socket is the beginning of its socket_alloc */
	socket = (struct socket_alloc *)BPF_CORE_READ(sk, sk_socket);
	if (socket)
		key.inode = BPF_CORE_READ(socket, vfs_inode.i_ino);
	key.family = BPF_CORE_READ(sk, __sk_common.skc_family);
	key.protocol = BPF_CORE_READ(sk, sk_protocol);
	copy_addresses(sk, &key);
	bpf_seq_write(seq, &key, sizeof(key));
	bpf_seq_write(seq, value, value_bytes);
	return 0;
}
