/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The demo's traffic: a changing, plausible mix (IPv4 and IPv6; TCP, UDP, ICMP; heavy hitters, scans,
 * bursts; each CPU a different load), from a seed. The live demo makes packets of it, the simulation
 * counts it straight into the same maps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRAFFIC_MAX_FRAME = 1514 };

/* Time goes in slots: what is sent in one depends on the seed, the CPU and the slot's number alone. */
#define TRAFFIC_SLOT_NS 10000000ull

/* What is wrong, or odd, with a packet. */
enum traffic_flaw {
	TRAFFIC_FINE,
	TRAFFIC_CUT_SHORT,   /* the frame ends within the IP header */
	TRAFFIC_LONG_LENGTH, /* the IP header claims more than there is */
	TRAFFIC_BAD_VERSION,
	TRAFFIC_FRAGMENT, /* a later fragment */
	TRAFFIC_NOT_IP,
};

struct traffic_packet {
	bool is_ipv6;
	uint8_t protocol;		   /* 6, 17, 1, 58 */
	uint8_t source[16], target[16];	   /* network order; IPv4 in the first 4 bytes */
	uint16_t source_port, target_port; /* host order; 0 for ICMP */
	uint16_t bytes;			   /* on the wire, 60..1514 */
	uint16_t vlan;			   /* 0: untagged */
	enum traffic_flaw flaw;
	uint32_t count; /* how many alike come in a row, at least 1 */
};

struct traffic {
	uint64_t seed, state;
	uint64_t slot;	 /* that state belongs to */
	uint32_t cpu;	 /* which CPU's load it makes */
	uint32_t n_cpus; /* that share scans and bursts */
};

void traffic_init(struct traffic *traffic, uint64_t seed, uint32_t cpu, uint32_t n_cpus);
/* Packets per second that this CPU should see at this time since the start. */
uint32_t traffic_rate(const struct traffic *traffic, uint64_t at_ns);
/* Its share for the slot that holds at_ns. */
uint32_t traffic_per_slot(const struct traffic *traffic, uint64_t at_ns);
/* The next packets at this time since the start. */
void traffic_next(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out);
/* The packet as an Ethernet frame: writes the headers, right but for checksums, which are zero; the
 * payload stays what the buffer held. returns the frame's length. */
size_t traffic_frame(const struct traffic_packet *packet, uint8_t frame[TRAFFIC_MAX_FRAME]);
