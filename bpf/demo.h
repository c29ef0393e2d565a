/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys and values of the demo's maps, as the XDP program (demo.bpf.c), the feeder and the simulation
 * all see them. Sizes are asserted, so that none of the three can drift. */
#pragma once

#include <linux/types.h>

/* How a field reads best, for bpfmaptop: a BTF declaration tag where the compiler makes BTF. */
#if defined(__bpf__) && defined(__has_attribute)
#if __has_attribute(btf_decl_tag)
#define SHOWN_AS(format) __attribute__((btf_decl_tag("bpfmaptop:" format)))
#endif
#endif
#ifndef SHOWN_AS
#define SHOWN_AS(format)
#endif

enum {
	DEMO_FLOWS = 4096, /* entries up to 4 CPUs, 1024 more for each CPU beyond */
	DEMO_FLOWS_PER_CPU = 1024,
	DEMO_PORTS = 4096,
	DEMO_SIZES = 16, /* packet sizes by powers of two */
	DEMO_BLOCKED_PORT = 23,
};

/* What became of a packet. Only what no host would accept is dropped, and one port that is blocked. */
enum verdict {
	pass_tcp,
	pass_udp,
	pass_icmp,
	pass_fragment, /* a later piece: no ports to see */
	pass_other,    /* not IP, or another protocol in it */
	drop_malformed,
	drop_martian, /* from an address that nobody can have */
	drop_blocked_port,
	N_VERDICTS,
};

/* The kernel wants a plain integer as an array's key; the tag says which names it has. */
typedef __u32 verdict_index SHOWN_AS("enum:verdict");

struct counts {
	__u64 packets;
	__u64 bytes;
};

/* Addresses in network order; IPv4 as ::ffff:a.b.c.d. The last byte is padding and zero. */
struct flow_key {
	__u8 saddr[16] SHOWN_AS("ip6");
	__u8 daddr[16] SHOWN_AS("ip6");
	__be16 dport SHOWN_AS("port");
	__u8 proto SHOWN_AS("proto");
};

struct flow {
	__u64 packets;
	__u64 bytes;
	__u64 first_seen SHOWN_AS("ktime"); /* since boot */
	__u64 last_seen SHOWN_AS("ktime");
};

/* The last byte is padding and zero. */
struct port_key {
	__be16 port SHOWN_AS("port");
	__u8 proto SHOWN_AS("proto");
};

/* The variables of .bss, in their order. */
struct demo_globals {
	__u64 packets_total;
	__u64 bytes_total;
	__u64 malformed_total;
	__u64 uncounted_total;
	__u32 largest_packet;
	__u8 last_source[16];
};

_Static_assert(sizeof(verdict_index) == 4, "verdicts: key");
_Static_assert(sizeof(struct counts) == 16, "verdicts, ports: value");
_Static_assert(sizeof(struct flow_key) == 36, "flows: key");
_Static_assert(sizeof(struct flow) == 32, "flows: value");
_Static_assert(sizeof(struct port_key) == 4, "ports: key");
