/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cookies of sockets as the addresses of their ends, from the kernel's sock_diag over netlink. It can't
 * be asked for one cookie, so all sockets of this network namespace are asked for and kept sorted; a
 * cookie that isn't there makes the list be asked for again, but not more often than every few seconds,
 * and never for more sockets than MOST_SOCKETS. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/tidy.h"
#include "read/names.h"

enum { MOST_SOCKETS = 100000, REPLY_BYTES = 32768, ANSWER_MS = 200 };
static const uint64_t fresh_ns = UINT64_C(3000000000);

struct known {
	uint64_t cookie;
	struct inet_diag_sockid id;
	uint8_t family, protocol;
};

static struct {
	struct known *at; /* sorted by cookie; lives as long as the process */
	size_t n, cap;
	uint64_t asked_ns; /* 0: never */
} sockets;

static bool add(const struct inet_diag_msg *message, uint8_t protocol)
{
	if (sockets.n == sockets.cap) {
		size_t cap = MAX_OF(256, sockets.cap * 2);
		struct known *at = reallocarray(sockets.at, cap, sizeof(*at));

		if (!at || cap > MOST_SOCKETS * 2)
			return false;
		sockets.at = at;
		sockets.cap = cap;
	}
	sockets.at[sockets.n++] = (struct known){
		.cookie = (uint64_t)message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0],
		.id = message->id,
		.family = message->idiag_family,
		.protocol = protocol,
	};
	return sockets.n < MOST_SOCKETS;
}

/* false: the answer is over */
static bool add_reply(const void *reply, size_t len, uint8_t protocol)
{
	const struct nlmsghdr *message = reply;

	for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			return false;
		if (message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct inet_diag_msg)) &&
		    !add(NLMSG_DATA(message), protocol))
			return false;
	}
	return true;
}

static void ask_for(int netlink, uint8_t family, uint8_t protocol)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = ~0u},
	};
	char reply[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n = send(netlink, &request, sizeof(request), 0);

	while (n > 0) {
		n = recv(netlink, reply, sizeof(reply), 0);
		if (n > 0 && !add_reply(reply, (size_t)n, protocol))
			return;
	}
}

static int compare(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

static void ask(void)
{
	static const uint8_t families[] = {AF_INET, AF_INET6},
			     protocols[] = {IPPROTO_TCP, IPPROTO_UDP};
	/* An answer comes at once or not at all. */
	const struct timeval patience = {.tv_usec = ANSWER_MS * 1000};

	sockets.n = 0;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (size_t j = 0; j < ARRAY_LEN(protocols); j++) {
			int netlink =
				socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

			if (netlink < 0)
				return;
			setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
			ask_for(netlink, families[i], protocols[j]);
			close(netlink);
		}
	if (sockets.n)
		qsort(sockets.at, sockets.n, sizeof(*sockets.at), compare);
	sockets.asked_ns = MAX_OF(clock_now_ns(), 1);
}

static const struct known *find(uint64_t cookie)
{
	const struct known key = {.cookie = cookie};

	return sockets.n ? bsearch(&key, sockets.at, sockets.n, sizeof(key), compare) : NULL;
}

static void add_end(struct buf *out, uint8_t family, const __be32 *address, __be16 port)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(family, address, text, sizeof(text)))
		return;
	buf_addf(out, family == AF_INET6 ? " [%s]:%u" : " %s:%u", text, ntohs(port));
}

static void add_ends(struct buf *out, const struct known *known)
{
	buf_adds(out, known->protocol == IPPROTO_TCP ? "tcp" : "udp");
	add_end(out, known->family, known->id.idiag_src, known->id.idiag_sport);
	if (known->id.idiag_dport)
		add_end(out, known->family, known->id.idiag_dst, known->id.idiag_dport);
}

/* true: the list is another one now */
static bool ask_anew(void)
{
	if (sockets.asked_ns && clock_now_ns() - sockets.asked_ns <= fresh_ns)
		return false;
	ask();
	return true;
}

bool sockets_lookup(void *ctx, uint64_t cookie, struct buf *out)
{
	const struct known *known = find(cookie);

	(void)ctx;
	if (!known && ask_anew())
		known = find(cookie);
	if (known)
		add_ends(out, known);
	return known;
}

/* Texts are made one by one: somebody typed one, which nobody does often. */
bool sockets_cookie(void *ctx, const char *ends, size_t len, uint64_t *out)
{
	SCOPED(buf) text = {0};

	(void)ctx;
	ask_anew();
	for (size_t i = 0; i < sockets.n; i++) {
		buf_clear(&text);
		add_ends(&text, &sockets.at[i]);
		if (text.len != len || memcmp(buf_text(&text), ends, len) != 0)
			continue;
		*out = sockets.at[i].cookie;
		return true;
	}
	return false;
}
