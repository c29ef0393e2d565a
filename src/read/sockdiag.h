/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sockets of this thread's network namespace, as the kernel's sock_diag tells them over netlink. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag_socket {
	uint64_t cookie;
	uint8_t family;	  /* AF_INET, AF_INET6, AF_UNIX, AF_VSOCK */
	uint8_t protocol; /* of the first two: IPPROTO_TCP, IPPROTO_UDP */
	union {
		struct {
			uint32_t source[4], dest[4];	 /* network order; the first of IPv4 */
			uint16_t source_port, dest_port; /* network order; dest_port 0: none */
		} inet;
		struct {
			uint32_t inode, peer_inode; /* peer_inode 0: it is connected to none */
			uint32_t name_len;
			const char *name; /* borrowed during the call; NUL first: abstract */
		} local;
		struct {
			uint32_t source_cid, source_port, dest_cid, dest_port;
		} vm;
	};
};

/* false: it wants no more */
typedef bool diag_fn(void *ctx, const struct diag_socket *socket);

/* Calls fn for each one, of every family that the kernel has; a family that it hasn't is not asked for again. */
void sockdiag_ask(diag_fn *fn, void *ctx);

/* Calls fn for each of the len bytes of an answer about sockets of that family and protocol. Nothing is taken on
 * trust. 1: more may follow; 0: it is over; -errno, as the kernel says it. */
int sockdiag_read(uint8_t family, uint8_t protocol, const void *answer, size_t len, diag_fn *fn,
		  void *ctx);
