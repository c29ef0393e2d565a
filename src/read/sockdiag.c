/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row a kind of socket: its request, and how one of its answers is read. source: net/core/sock_diag.c,
 * net/ipv4/inet_diag.c, net/unix/diag.c, net/vmw_vsock/diag.c */
#include "read/sockdiag.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>

#include "base/tidy.h"

enum { REPLY_BYTES = 32768, ANSWER_MS = 200 };

union request {
	struct inet_diag_req_v2 inet;
	struct unix_diag_req local;
	struct vsock_diag_req vm;
};

struct kind {
	uint8_t family, protocol;
	/* Fills the request; returns its size. */
	size_t (*ask)(const struct kind *kind, union request *request);
	/* The least that an answer has. */
	size_t least_bytes;
	void (*read)(const void *message, size_t len, struct diag_socket *out);
};

static uint64_t cookie_of(const uint32_t words[2])
{
	return (uint64_t)words[1] << 32 | words[0];
}

static size_t ask_inet(const struct kind *kind, union request *request)
{
	request->inet = (struct inet_diag_req_v2){
		.sdiag_family = kind->family,
		.sdiag_protocol = kind->protocol,
		.idiag_states = ~0u,
	};
	return sizeof(request->inet);
}

static void read_inet(const void *message, size_t len, struct diag_socket *out)
{
	const struct inet_diag_msg *said = message;

	(void)len;
	out->cookie = cookie_of(said->id.idiag_cookie);
	memcpy(out->inet.source, said->id.idiag_src, sizeof(out->inet.source));
	memcpy(out->inet.dest, said->id.idiag_dst, sizeof(out->inet.dest));
	out->inet.source_port = said->id.idiag_sport;
	out->inet.dest_port = said->id.idiag_dport;
}

static size_t ask_unix(const struct kind *kind, union request *request)
{
	request->local = (struct unix_diag_req){
		.sdiag_family = kind->family,
		.udiag_states = ~0u,
		.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER,
	};
	return sizeof(request->local);
}

static void read_unix(const void *message, size_t len, struct diag_socket *out)
{
	const struct unix_diag_msg *said = message;
	const struct rtattr *part = (const struct rtattr *)(said + 1);
	unsigned left = (unsigned)(len - sizeof(*said));

	out->cookie = cookie_of(said->udiag_cookie);
	out->local.inode = said->udiag_ino;
	for (; RTA_OK(part, left); part = RTA_NEXT(part, left)) {
		if (part->rta_type == UNIX_DIAG_NAME) {
			out->local.name = RTA_DATA(part);
			out->local.name_len = (uint32_t)RTA_PAYLOAD(part);
		} else if (part->rta_type == UNIX_DIAG_PEER &&
			   RTA_PAYLOAD(part) >= sizeof(out->local.peer_inode)) {
			memcpy(&out->local.peer_inode, RTA_DATA(part),
			       sizeof(out->local.peer_inode));
		}
	}
}

static size_t ask_vsock(const struct kind *kind, union request *request)
{
	request->vm = (struct vsock_diag_req){.sdiag_family = kind->family, .vdiag_states = ~0u};
	return sizeof(request->vm);
}

static void read_vsock(const void *message, size_t len, struct diag_socket *out)
{
	const struct vsock_diag_msg *said = message;

	(void)len;
	out->cookie = cookie_of(said->vdiag_cookie);
	out->vm.source_cid = said->vdiag_src_cid;
	out->vm.source_port = said->vdiag_src_port;
	out->vm.dest_cid = said->vdiag_dst_cid;
	out->vm.dest_port = said->vdiag_dst_port;
}

#define INET(family, protocol)                                                                     \
	{                                                                                          \
		family, protocol, ask_inet, sizeof(struct inet_diag_msg), read_inet                \
	}
static const struct kind kinds[] = {
	INET(AF_INET, IPPROTO_TCP),
	INET(AF_INET, IPPROTO_UDP),
	INET(AF_INET6, IPPROTO_TCP),
	INET(AF_INET6, IPPROTO_UDP),
	{AF_UNIX, 0, ask_unix, sizeof(struct unix_diag_msg), read_unix},
	{AF_VSOCK, 0, ask_vsock, sizeof(struct vsock_diag_msg), read_vsock},
};

static const struct kind *kind_of(uint8_t family, uint8_t protocol)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].family == family && kinds[i].protocol == protocol)
			return &kinds[i];
	return NULL;
}

static int error_of(const struct nlmsghdr *message)
{
	const struct nlmsgerr *said = NLMSG_DATA(message);

	if (message->nlmsg_type != NLMSG_ERROR || message->nlmsg_len < NLMSG_LENGTH(sizeof(*said)))
		return 0;
	return said->error < 0 ? said->error : 0;
}

int sockdiag_read(uint8_t family, uint8_t protocol, const void *answer, size_t len, diag_fn *fn,
		  void *ctx)
{
	const struct kind *kind = kind_of(family, protocol);
	const struct nlmsghdr *message = answer;

	for (; kind && NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		struct diag_socket socket = {.family = family, .protocol = protocol};

		if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			return error_of(message);
		if (message->nlmsg_len < NLMSG_LENGTH(kind->least_bytes))
			continue;
		kind->read(NLMSG_DATA(message), message->nlmsg_len - NLMSG_LENGTH(0), &socket);
		if (!fn(ctx, &socket))
			return 0;
	}
	return kind != NULL;
}

/* 0, or what the kernel says against it. */
static int ask_kind(const struct kind *kind, int netlink, diag_fn *fn, void *ctx)
{
	struct {
		struct nlmsghdr header;
		union request body;
	} request = {0};
	char answer[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	size_t size = NLMSG_LENGTH(kind->ask(kind, &request.body));
	ssize_t n;
	int r = 1;

	request.header = (struct nlmsghdr){
		.nlmsg_len = (uint32_t)size,
		.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
	};
	if (send(netlink, &request, size, 0) < 0)
		return 0;
	while (r > 0) {
		n = recv(netlink, answer, sizeof(answer), 0);
		r = n > 0 ? sockdiag_read(kind->family, kind->protocol, answer, (size_t)n, fn, ctx)
			  : 0;
	}
	return r;
}

/* The kernel looks for a module of a family that it hasn't, each time that it is asked. */
static atomic_bool is_missing[ARRAY_LEN(kinds)];

void sockdiag_ask(diag_fn *fn, void *ctx)
{
	/* An answer comes at once or not at all. */
	const struct timeval patience = {.tv_usec = ANSWER_MS * 1000};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int netlink;

		if (is_missing[i])
			continue;
		netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
		if (netlink < 0)
			return;
		setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		if (ask_kind(&kinds[i], netlink, fn, ctx) == -ENOENT)
			is_missing[i] = true;
		close(netlink);
	}
}
