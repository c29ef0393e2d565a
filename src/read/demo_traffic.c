/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who talks to whom. Each CPU has a population of flows whose rank is drawn log-uniformly, which is
 * Zipf's law with exponent 1: a few heavy hitters, a long tail. A flow of a given rank lives for a
 * while and is then replaced, the tail sooner than the top. Over this lie rarer kinds of packets, a row
 * each, some of them only on at times.
 *
 * Integers only and no memory beyond the slot: the generator is seeded anew from (seed, CPU, slot), so
 * that the same slot holds the same packets on every machine, whatever was drawn before.
 * Addresses are private or for documentation (RFC 1918, RFC 5737, RFC 3849). */
#include "read/demo_traffic.h"

#include <string.h>

#include "base/num.h"
#include "base/tidy.h"
#include "bpf/demo.h"

enum {
	OCTAVES = 9, /* ranks 0..2^9-2 */
	VISITORS = 1000,
	SHARES = 1000,
	MIN_FRAME = 60,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ICMP6 = 58,
};

#define SECOND_NS 1000000000ull
#define NO_SLOT	  UINT64_MAX

/* How long a flow of ranks 2^i-1.. lives, in seconds. */
static const uint8_t life_s[] = {240, 180, 120, 90, 60, 40, 25, 15, 8};
_Static_assert(ARRAY_LEN(life_s) == OCTAVES, "a life for each octave");

struct service {
	uint16_t port;
	uint8_t protocol;
	uint8_t weight;
	uint16_t min_bytes, max_bytes;
};

static const struct service services[] = {
	{443, PROTO_TCP, 60, 90, 1514},	 {443, PROTO_UDP, 24, 120, 1392},
	{53, PROTO_UDP, 20, 86, 240},	 {80, PROTO_TCP, 14, 90, 1514},
	{22, PROTO_TCP, 8, 90, 600},	 {5432, PROTO_TCP, 7, 90, 1514},
	{6379, PROTO_TCP, 7, 90, 300},	 {9092, PROTO_TCP, 5, 200, 1514},
	{123, PROTO_UDP, 4, 90, 90},	 {3306, PROTO_TCP, 4, 90, 1200},
	{8080, PROTO_TCP, 4, 90, 1514},	 {51820, PROTO_UDP, 4, 150, 1452},
	{993, PROTO_TCP, 3, 90, 900},	 {25, PROTO_TCP, 3, 90, 1514},
	{2049, PROTO_TCP, 3, 200, 1514}, {853, PROTO_TCP, 2, 90, 300},
	{5060, PROTO_UDP, 2, 300, 900},	 {179, PROTO_TCP, 1, 90, 200},
};

/* Something that is on for length_ns of every period_ns, on one CPU after another. */
struct event {
	uint64_t first_ns, period_ns, length_ns;
};

static const struct event scans = {8 * SECOND_NS, 45 * SECOND_NS, 6 * SECOND_NS};
static const struct event bursts = {3 * SECOND_NS, 17 * SECOND_NS, 4 * SECOND_NS};

static uint64_t mixed(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t state = a ^ (b + 1) * 0x9e3779b97f4a7c15ull;

	state = num_random(&state) ^ (c + 1) * 0xd1b54a32d192ed03ull;
	return num_random(&state);
}

static uint32_t below(struct traffic *traffic, uint32_t n)
{
	return (uint32_t)((num_random(&traffic->state) >> 32) * n >> 32);
}

/* Whether it is on here and now; then which turn it is and how far into it. */
static bool event_is_on(const struct event *event, const struct traffic *traffic, uint64_t at_ns,
			uint64_t *turn_ret, uint64_t *elapsed_ret)
{
	uint64_t since_first = at_ns - event->first_ns;

	if (at_ns < event->first_ns)
		return false;
	*turn_ret = since_first / event->period_ns;
	*elapsed_ret = since_first % event->period_ns;
	return *elapsed_ret < event->length_ns &&
	       mixed(traffic->seed, *turn_ret, event->period_ns) % traffic->n_cpus == traffic->cpu;
}

/* -- addresses -- */

static void put_ipv6(uint8_t out[16], uint16_t net, uint16_t host)
{
	const uint8_t prefix[4] = {0x20, 0x01, 0x0d, 0xb8};

	memset(out, 0, 16);
	memcpy(out, prefix, sizeof(prefix));
	out[4] = (uint8_t)(net >> 8);
	out[5] = (uint8_t)net;
	out[14] = (uint8_t)(host >> 8);
	out[15] = (uint8_t)host;
}

static void put_ipv4(uint8_t out[16], uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	const uint8_t address[4] = {a, b, c, d};

	memset(out, 0, 16);
	memcpy(out, address, sizeof(address));
}

static void put_client(uint8_t out[16], bool is_ipv6, uint64_t id)
{
	if (is_ipv6)
		put_ipv6(out, (uint16_t)(id & 0x3f) + 0x10, (uint16_t)(id >> 8 & 0xfff) + 1);
	else if (id % 8 < 5)
		put_ipv4(out, 10, id >> 3 & 3, (uint8_t)(id >> 8), (uint8_t)(id >> 16));
	else if (id % 8 < 7)
		put_ipv4(out, 198, 51, 100, (uint8_t)(id >> 8));
	else
		put_ipv4(out, 203, 0, 113, (uint8_t)(id >> 8));
}

static void put_server(uint8_t out[16], bool is_ipv6, uint64_t id)
{
	if (is_ipv6)
		put_ipv6(out, 0, (uint16_t)(id % 12) + 1);
	else
		put_ipv4(out, 192, 0, 2, (uint8_t)(id % 24) + 10);
}

/* -- kinds of packets: each fills out, which is zero but for a count of 1 -- */

static const struct service *service_of(uint64_t id)
{
	const struct service *service = services;
	uint32_t total = 0, drawn;

	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		total += services[i].weight;
	drawn = (uint32_t)(id % total);
	for (; drawn >= service->weight; service++)
		drawn -= service->weight;
	return service;
}

/* A flow's packet: everything but the size follows from its id. */
static void make_flow(struct traffic *traffic, uint64_t id, struct traffic_packet *out)
{
	const struct service *service = service_of(id >> 20);

	out->is_ipv6 = id % 4 == 0;
	put_client(out->source, out->is_ipv6, id >> 4);
	put_server(out->target, out->is_ipv6, id >> 44);
	out->protocol = service->protocol;
	out->source_port = (uint16_t)(32768 + (id >> 32) % 28000);
	out->target_port = service->port;
	out->vlan = id >> 60 == 0 ? 100 : 0;
	out->bytes = (uint16_t)(service->min_bytes +
				below(traffic, service->max_bytes - service->min_bytes + 1u));
}

static bool make_popular(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	uint32_t octave = below(traffic, OCTAVES);
	uint64_t rank = (1u << octave) - 1 + below(traffic, 1u << octave);
	uint64_t life_ns = life_s[octave] * SECOND_NS;
	uint64_t who = mixed(traffic->seed, traffic->cpu, rank);
	uint64_t generation = (at_ns + who % life_ns) / life_ns;

	make_flow(traffic, mixed(who, generation, rank), out);
	/* The heavy hitters come in trains. */
	out->count = 1 + below(traffic, octave < 5 ? 32u >> octave : 1);
	return true;
}

/* One of many who come by now and then, and are forgotten in between by a map that is small. */
static bool make_visitor(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	(void)at_ns;
	make_flow(traffic, mixed(traffic->seed, traffic->cpu, 1000 + below(traffic, VISITORS)),
		  out);
	return true;
}

/* One source knocks at every well-known port of one host, telnet among them. */
static bool make_scan(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	uint64_t turn, elapsed_ns;

	if (!event_is_on(&scans, traffic, at_ns, &turn, &elapsed_ns))
		return false;
	out->protocol = PROTO_TCP;
	out->bytes = MIN_FRAME;
	put_ipv4(out->source, 203, 0, 113, (uint8_t)(66 + turn % 8));
	put_server(out->target, false, turn);
	out->source_port = 54321;
	out->target_port = (uint16_t)(1 + elapsed_ns * 1022 / scans.length_ns + below(traffic, 2));
	return true;
}

static bool make_burst(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	uint64_t turn, elapsed_ns;

	if (!event_is_on(&bursts, traffic, at_ns, &turn, &elapsed_ns))
		return false;
	make_flow(traffic, mixed(traffic->seed, turn, 7) | 1, out);
	out->protocol = PROTO_UDP;
	out->target_port = 51820;
	out->bytes = 1300;
	out->count = 20 + below(traffic, 60);
	return true;
}

static bool make_ping(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	uint64_t pair =
		mixed(traffic->seed, traffic->cpu, at_ns / (15 * SECOND_NS)) + below(traffic, 3);

	out->is_ipv6 = pair % 4 == 0;
	put_client(out->source, out->is_ipv6, pair >> 8);
	put_server(out->target, out->is_ipv6, pair >> 32);
	out->protocol = out->is_ipv6 ? PROTO_ICMP6 : PROTO_ICMP;
	out->bytes = 98;
	out->count = 1 + below(traffic, 3);
	return true;
}

/* Somebody's botnet tries the port that is blocked. */
static bool make_telnet(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	(void)at_ns;
	put_ipv4(out->source, 203, 0, 113, (uint8_t)(1 + below(traffic, 60)));
	put_server(out->target, false, below(traffic, 24));
	out->protocol = PROTO_TCP;
	out->bytes = MIN_FRAME;
	out->source_port = (uint16_t)(32768 + below(traffic, 28000));
	out->target_port = DEMO_BLOCKED_PORT;
	return true;
}

static bool make_broken(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	(void)at_ns;
	make_flow(traffic, num_random(&traffic->state), out);
	out->flaw = TRAFFIC_CUT_SHORT + below(traffic, TRAFFIC_BAD_VERSION - TRAFFIC_CUT_SHORT + 1);
	return true;
}

static bool make_fragment(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	(void)at_ns;
	make_flow(traffic, mixed(traffic->seed, traffic->cpu, below(traffic, 8)), out);
	out->flaw = TRAFFIC_FRAGMENT;
	return true;
}

static bool make_martian(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	(void)at_ns;
	make_flow(traffic, mixed(traffic->seed, traffic->cpu, 99 + below(traffic, 4)), out);
	if (out->is_ipv6)
		out->source[0] = 0xff;
	else
		put_ipv4(out->source, 239, 0, 0, (uint8_t)(1 + below(traffic, 4)));
	return true;
}

static bool make_arp(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	(void)traffic, (void)at_ns;
	out->flaw = TRAFFIC_NOT_IP;
	out->bytes = MIN_FRAME;
	return true;
}

/* A row a kind: its share of the draws, and who makes it; one that isn't on just now, and what the
 * shares leave, is popular traffic. */
static const struct kind {
	uint16_t share;
	bool (*make)(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out);
} kinds[] = {
	{120, make_scan},   {60, make_burst},	{12, make_ping},
	{8, make_telnet},   {12, make_visitor}, {3, make_broken},
	{3, make_fragment}, {2, make_martian},	{3, make_arp},
};

/* -- what the header promises -- */

void traffic_init(struct traffic *traffic, uint64_t seed, uint32_t cpu, uint32_t n_cpus)
{
	*traffic = (struct traffic){
		.seed = mixed(seed, 0, 0), .slot = NO_SLOT, .cpu = cpu, .n_cpus = n_cpus};
}

uint32_t traffic_rate(const struct traffic *traffic, uint64_t at_ns)
{
	uint64_t own = mixed(traffic->seed, traffic->cpu, 1);
	uint64_t slot = at_ns / TRAFFIC_SLOT_NS, turn, elapsed_ns;
	uint64_t base = 5000 + own % 9000;
	uint64_t period = 3000 + (own >> 16) % 4000; /* slots: 30 to 70 s, a wave of its own */
	uint64_t phase = (slot + (own >> 32)) % period;
	uint64_t wave = (phase * 2 < period ? phase : period - phase) * 2000 / period; /* 0..1000 */
	uint64_t jitter = mixed(traffic->seed, traffic->cpu, slot) % 201; /* 90..110 % */
	uint64_t rate = base * (700 + wave * 6 / 10) / 1000 * (900 + jitter) / 1000;

	if (event_is_on(&bursts, traffic, at_ns, &turn, &elapsed_ns))
		rate += 12000;
	return (uint32_t)rate;
}

uint32_t traffic_per_slot(const struct traffic *traffic, uint64_t at_ns)
{
	return (uint32_t)(traffic_rate(traffic, at_ns) * TRAFFIC_SLOT_NS / SECOND_NS);
}

void traffic_next(struct traffic *traffic, uint64_t at_ns, struct traffic_packet *out)
{
	uint64_t slot = at_ns / TRAFFIC_SLOT_NS;
	uint64_t slot_ns = slot * TRAFFIC_SLOT_NS;
	uint32_t drawn;

	if (traffic->slot != slot) {
		traffic->slot = slot;
		traffic->state = mixed(traffic->seed, traffic->cpu, slot + 2);
	}
	*out = (struct traffic_packet){.count = 1};
	drawn = below(traffic, SHARES);
	for (size_t i = 0; i < ARRAY_LEN(kinds); drawn -= kinds[i++].share)
		if (drawn < kinds[i].share) {
			if (kinds[i].make(traffic, slot_ns, out))
				return;
			break;
		}
	make_popular(traffic, slot_ns, out);
}
