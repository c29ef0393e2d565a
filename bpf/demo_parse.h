/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A frame's flow and verdict. One parser for the kernel and for the simulation: plain C over two
 * pointers, every read behind a comparison with the end, as the verifier wants it. A frame stands 2
 * bytes behind a multiple of 4, as in the kernel, so that IP headers are aligned (NET_IP_ALIGN).
 *
 * Malformed is what no stack would take: headers that don't fit the frame or contradict each other
 * (RFC 791 section 3.1, RFC 8200 section 3, RFC 9293 section 3.1). */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "demo.h"

#define PARSE static inline __attribute__((always_inline))

enum { VLAN_TAGS_MAX = 2, FRAGMENT_OFFSET = 0x1fff, FRAME_ALIGN_BYTES = 2 };

struct vlan_tag {
	__be16 tci;
	__be16 proto;
};

PARSE __u16 from_be16(__be16 x)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap16(x);
#else
	return x;
#endif
}

/* Behind the Ethernet header and its VLAN tags; NULL: the frame ends before. */
PARSE const __u8 *parse_link(const __u8 *data, const __u8 *end, __u16 *proto)
{
	const struct ethhdr *eth = (const void *)data;
	const __u8 *at = data + sizeof(*eth);

	if (at > end)
		return 0;
	*proto = from_be16(eth->h_proto);
#pragma GCC unroll 2
	for (int i = 0; i < VLAN_TAGS_MAX; i++) {
		const struct vlan_tag *tag = (const void *)at;

		if (*proto != ETH_P_8021Q && *proto != ETH_P_8021AD)
			break;
		if (at + sizeof(*tag) > end)
			return 0;
		*proto = from_be16(tag->proto);
		at += sizeof(*tag);
	}
	return at;
}

PARSE enum verdict parse_tcp(const __u8 *at, const __u8 *end, __u16 blocked_port,
			     struct flow_key *key)
{
	const struct tcphdr *tcp = (const void *)at;

	if (at + sizeof(*tcp) > end || tcp->doff < 5)
		return drop_malformed;
	key->dport = tcp->dest;
	return blocked_port && from_be16(tcp->dest) == blocked_port ? drop_blocked_port : pass_tcp;
}

PARSE enum verdict parse_udp(const __u8 *at, const __u8 *end, __u16 blocked_port,
			     struct flow_key *key)
{
	const struct udphdr *udp = (const void *)at;

	if (at + sizeof(*udp) > end)
		return drop_malformed;
	key->dport = udp->dest;
	return blocked_port && from_be16(udp->dest) == blocked_port ? drop_blocked_port : pass_udp;
}

PARSE enum verdict parse_transport(const __u8 *at, const __u8 *end, __u16 blocked_port,
				   struct flow_key *key)
{
	switch (key->proto) {
	case IPPROTO_TCP:
		return parse_tcp(at, end, blocked_port, key);
	case IPPROTO_UDP:
		return parse_udp(at, end, blocked_port, key);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return pass_icmp;
	default:
		return pass_other;
	}
}

PARSE void map_ipv4(__u8 out[16], const void *address)
{
	out[10] = out[11] = 0xff;
	__builtin_memcpy(out + 12, address, 4);
}

PARSE enum verdict parse_ipv4(const __u8 *at, const __u8 *end, __u16 blocked_port,
			      struct flow_key *key)
{
	const struct iphdr *ip = (const void *)at;
	__u32 header_bytes, total_bytes;

	if (at + sizeof(*ip) > end || ip->version != 4 || ip->ihl < 5)
		return drop_malformed;
	header_bytes = ip->ihl * 4;
	total_bytes = from_be16(ip->tot_len);
	if (total_bytes < header_bytes || (__u64)(end - at) < total_bytes)
		return drop_malformed;
	map_ipv4(key->saddr, &ip->saddr);
	map_ipv4(key->daddr, &ip->daddr);
	key->proto = ip->protocol;
	/* A multicast or broadcast source: martian to every router (RFC 1812, 5.3.7). */
	if (key->saddr[12] >= 224)
		return drop_martian;
	if (from_be16(ip->frag_off) & FRAGMENT_OFFSET)
		return pass_fragment;
	return parse_transport(at + header_bytes, end, blocked_port, key);
}

PARSE enum verdict parse_ipv6(const __u8 *at, const __u8 *end, __u16 blocked_port,
			      struct flow_key *key)
{
	const struct ipv6hdr *ip = (const void *)at;

	if (at + sizeof(*ip) > end || ip->version != 6)
		return drop_malformed;
	if ((__u64)(end - at) < sizeof(*ip) + from_be16(ip->payload_len))
		return drop_malformed;
	__builtin_memcpy(key->saddr, &ip->saddr, 16);
	__builtin_memcpy(key->daddr, &ip->daddr, 16);
	key->proto = ip->nexthdr;
	if (key->saddr[0] == 0xff)
		return drop_martian;
	if (ip->nexthdr == IPPROTO_FRAGMENT)
		return pass_fragment;
	return parse_transport(at + sizeof(*ip), end, blocked_port, key);
}

/* Fills key, which must be all zero, with what there is to see before the verdict falls; proto stays
 * 0 where there is no flow. blocked_port 0: none. */
PARSE enum verdict parse_frame(const __u8 *data, const __u8 *end, __u16 blocked_port,
			       struct flow_key *key)
{
	__u16 proto = 0;
	const __u8 *at = parse_link(data, end, &proto);

	if (!at)
		return drop_malformed;
	if (proto == ETH_P_IP)
		return parse_ipv4(at, end, blocked_port, key);
	if (proto == ETH_P_IPV6)
		return parse_ipv6(at, end, blocked_port, key);
	return pass_other;
}

/* Counted as a flow: it has addresses and wasn't malformed. */
PARSE int is_flow(enum verdict verdict, const struct flow_key *key)
{
	return verdict != drop_malformed && key->proto != 0;
}

PARSE int has_ports(enum verdict verdict)
{
	return verdict == pass_tcp || verdict == pass_udp || verdict == drop_blocked_port;
}

PARSE int is_drop(enum verdict verdict)
{
	return verdict >= drop_malformed;
}

/* Floor of the base-2 logarithm, at most DEMO_SIZES - 1. */
PARSE __u32 size_bucket(__u32 bytes)
{
	__u32 bucket = 0;

#pragma GCC unroll 16
	for (__u32 i = 1; i < DEMO_SIZES; i++)
		bucket += bytes >> i != 0;
	return bucket;
}
