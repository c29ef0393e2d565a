/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs attached to an interface: XDP in each of its modes, TCX links, and classifiers of the
 * old clsact kind, of which only a netlink dump tells. Each is tried; what this kernel doesn't know is
 * simply not there. */
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "base/tidy.h"
#include "read/kernel.h"

/* 6.6 and later; kept here so that older headers build it. source: enum bpf_attach_type */
enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };
enum { TCX_MAX = 64, REPLY_BYTES = 32768 };

struct found {
	uint32_t *ids;
	int n, max;
};

static void found_add(struct found *found, uint32_t id)
{
	for (int i = 0; i < found->n; i++)
		if (found->ids[i] == id)
			return;
	if (id && found->n < found->max)
		found->ids[found->n++] = id;
}

static int add_xdp(int ifindex, struct found *found)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, xdp);
	int r = bpf_xdp_query(ifindex, 0, &xdp);

	if (r < 0)
		return r;
	found_add(found, xdp.prog_id);
	found_add(found, xdp.drv_prog_id);
	found_add(found, xdp.skb_prog_id);
	found_add(found, xdp.hw_prog_id);
	return 0;
}

/* 0 or -EPERM: there may be some. Kernels before TCX know of none. */
static int add_tcx(int ifindex, int attach_type, struct found *found)
{
	uint32_t ids[TCX_MAX], n = TCX_MAX;

	if (bpf_prog_query(ifindex, (enum bpf_attach_type)attach_type, 0, NULL, ids, &n) < 0)
		return errno == EPERM ? -EPERM : 0;
	for (uint32_t i = 0; i < n && i < TCX_MAX; i++)
		found_add(found, ids[i]);
	return 0;
}

/* -- clsact -- */

static const struct rtattr *attribute(const struct rtattr *at, int len, unsigned short type)
{
	for (; RTA_OK(at, len); at = RTA_NEXT(at, len))
		if ((at->rta_type & NLA_TYPE_MASK) == type)
			return at;
	return NULL;
}

static void add_filter(const struct nlmsghdr *message, struct found *found)
{
	const struct tcmsg *filter = NLMSG_DATA(message);
	int len = (int)message->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*filter));
	const struct rtattr *first, *kind, *options, *id;

	if (len <= 0)
		return;
	first = (const struct rtattr *)((const char *)filter + NLMSG_ALIGN(sizeof(*filter)));
	kind = attribute(first, len, TCA_KIND);
	options = attribute(first, len, TCA_OPTIONS);
	if (!kind || !options || RTA_PAYLOAD(kind) < 4 || memcmp(RTA_DATA(kind), "bpf", 4) != 0)
		return;
	id = attribute(RTA_DATA(options), (int)RTA_PAYLOAD(options), TCA_BPF_ID);
	if (id && RTA_PAYLOAD(id) >= sizeof(uint32_t)) {
		uint32_t value;

		memcpy(&value, RTA_DATA(id), sizeof(value));
		found_add(found, value);
	}
}

/* false: the dump is over */
static bool add_reply(const char *reply, int len, struct found *found)
{
	for (const struct nlmsghdr *message = (const struct nlmsghdr *)reply;
	     NLMSG_OK(message, (unsigned)len); message = NLMSG_NEXT(message, len)) {
		if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
			return false;
		if (message->nlmsg_type == RTM_NEWTFILTER)
			add_filter(message, found);
	}
	return true;
}

static void add_filters(int netlink, int ifindex, uint32_t parent, struct found *found)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg filter;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETTFILTER,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.filter = {.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = parent},
	};
	char reply[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n = send(netlink, &request, sizeof(request), 0);

	while (n > 0) {
		n = recv(netlink, reply, sizeof(reply), 0);
		if (n > 0 && !add_reply(reply, (int)n, found))
			return;
	}
}

static void add_clsact(int ifindex, struct found *found)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (netlink < 0)
		return;
	add_filters(netlink, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), found);
	add_filters(netlink, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), found);
	close(netlink);
}

int device_programs(const char *name, uint32_t *ids, int max)
{
	struct found found = {.ids = ids, .max = max};
	int ifindex = (int)if_nametoindex(name), r;

	if (!ifindex)
		return -ENODEV;
	r = add_xdp(ifindex, &found);
	if (r < 0)
		return r;
	r = add_tcx(ifindex, TCX_INGRESS, &found);
	if (r == 0)
		r = add_tcx(ifindex, TCX_EGRESS, &found);
	add_clsact(ifindex, &found);
	return found.n ? found.n : r;
}
