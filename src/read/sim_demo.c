/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs the traffic of each CPU slot by slot through the parser of the XDP program and counts as that
 * program does, into the same structs. A train of n like packets is counted as n at once, which no map
 * can tell from n times one. Integers only: the same seed and time give the same bytes everywhere. */
#include "read/sim_demo.h"

#include <errno.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#include "base/tidy.h"
#include "bpf/demo.h"
#include "bpf/demo_parse.h"
#include "model/snap.h"
#include "read/demo_traffic.h"
#include "read/sim.h"
#include "read/sim_hash.h"

struct sim_demo {
	uint64_t seed, boot_ns;
	uint64_t n_slots; /* counted or skipped */
	bool is_stale;	  /* must start again */
	struct traffic traffic[SIM_CPUS];
	struct sim_hash flows, ports; /* flow_key: flow; port_key: counts[SIM_CPUS] */
	struct counts verdicts[N_VERDICTS][SIM_CPUS];
	__u64 sizes[DEMO_SIZES][SIM_CPUS];
	struct demo_globals globals;
	_Alignas(4) uint8_t room[FRAME_ALIGN_BYTES + TRAFFIC_MAX_FRAME]; /* of a frame */
};

/* What the program knows of a packet while it counts it. */
struct sim_packet {
	struct flow_key key;
	enum verdict verdict;
	uint32_t cpu, count, bytes;
	uint64_t now_ns;
};

/* -- counting -- */

static void count(__u64 *packets, __u64 *bytes, const struct sim_packet *packet)
{
	*packets += packet->count;
	*bytes += (uint64_t)packet->count * packet->bytes;
}

static void count_totals(struct sim_demo *demo, const struct sim_packet *packet)
{
	struct demo_globals *globals = &demo->globals;
	struct counts *verdict = &demo->verdicts[packet->verdict][packet->cpu];

	count(&verdict->packets, &verdict->bytes, packet);
	count(&globals->packets_total, &globals->bytes_total, packet);
	if (packet->verdict == drop_malformed)
		globals->malformed_total += packet->count;
	globals->largest_packet = MAX_OF(globals->largest_packet, packet->bytes);
	demo->sizes[size_bucket(packet->bytes)][packet->cpu] += packet->count;
}

static void count_flow(struct sim_demo *demo, const struct sim_packet *packet)
{
	bool is_new;
	struct flow *flow = sim_hash_entry(&demo->flows, &packet->key, &is_new);

	memcpy(demo->globals.last_source, packet->key.saddr, sizeof(packet->key.saddr));
	if (!flow) {
		demo->globals.uncounted_total += packet->count;
		return;
	}
	if (is_new)
		flow->first_seen = packet->now_ns;
	flow->last_seen = packet->now_ns;
	count(&flow->packets, &flow->bytes, packet);
}

static void count_port(struct sim_demo *demo, const struct sim_packet *packet)
{
	struct port_key key;
	struct counts *counts;
	bool is_new;

	memset(&key, 0, sizeof(key));
	key.port = packet->key.dport;
	key.proto = packet->key.proto;
	counts = sim_hash_entry(&demo->ports, &key, &is_new);
	if (!counts) {
		demo->globals.uncounted_total += packet->count;
		return;
	}
	counts += packet->cpu;
	count(&counts->packets, &counts->bytes, packet);
}

static void count_packet(struct sim_demo *demo, struct sim_packet *packet)
{
	const uint8_t *frame = demo->room + FRAME_ALIGN_BYTES;

	memset(&packet->key, 0, sizeof(packet->key));
	packet->verdict =
		parse_frame(frame, frame + packet->bytes, DEMO_BLOCKED_PORT, &packet->key);
	count_totals(demo, packet);
	if (is_flow(packet->verdict, &packet->key))
		count_flow(demo, packet);
	if (has_ports(packet->verdict))
		count_port(demo, packet);
}

/* -- time -- */

static void run_slot(struct sim_demo *demo, uint32_t cpu)
{
	struct traffic *traffic = &demo->traffic[cpu];
	uint64_t at_ns = demo->n_slots * TRAFFIC_SLOT_NS;
	struct sim_packet packet = {.cpu = cpu, .now_ns = demo->boot_ns + at_ns};
	uint32_t n_left = traffic_per_slot(traffic, at_ns);
	struct traffic_packet next;

	for (; n_left > 0; n_left -= packet.count) {
		traffic_next(traffic, at_ns, &next);
		packet.count = MIN_OF(next.count, n_left);
		packet.bytes = (uint32_t)traffic_frame(&next, demo->room + FRAME_ALIGN_BYTES);
		count_packet(demo, &packet);
	}
}

static int restart(struct sim_demo *demo)
{
	int r = sim_hash_reset(&demo->flows, sizeof(struct flow_key), sizeof(struct flow),
			       DEMO_FLOWS, true);

	if (r == 0)
		r = sim_hash_reset(&demo->ports, sizeof(struct port_key),
				   sizeof(struct counts) * SIM_CPUS, DEMO_PORTS, false);
	for (uint32_t cpu = 0; cpu < SIM_CPUS; cpu++)
		traffic_init(&demo->traffic[cpu], demo->seed, cpu, SIM_CPUS);
	memset(demo->verdicts, 0, sizeof(demo->verdicts));
	memset(demo->sizes, 0, sizeof(demo->sizes));
	memset(&demo->globals, 0, sizeof(demo->globals));
	demo->n_slots = 0;
	return r;
}

struct sim_demo *sim_demo_new(uint64_t seed, uint64_t boot_ns)
{
	struct sim_demo *demo = calloc(1, sizeof(*demo));

	if (!demo)
		return NULL;
	demo->seed = seed;
	demo->boot_ns = boot_ns;
	if (restart(demo) < 0) {
		sim_demo_free(demo);
		return NULL;
	}
	return demo;
}

void sim_demo_free(struct sim_demo *demo)
{
	if (!demo)
		return;
	sim_hash_release(&demo->flows);
	sim_hash_release(&demo->ports);
	free(demo);
}

void sim_demo_set_boot(struct sim_demo *demo, uint64_t boot_ns)
{
	demo->boot_ns = boot_ns;
	demo->is_stale = true;
}

int sim_demo_run(struct sim_demo *demo, uint64_t until_ns)
{
	uint64_t until = until_ns / TRAFFIC_SLOT_NS;
	int r = demo->is_stale || until < demo->n_slots ? restart(demo) : 0;

	demo->is_stale = r < 0;
	for (; r == 0 && demo->n_slots < until; demo->n_slots++)
		for (uint32_t cpu = 0; cpu < SIM_CPUS; cpu++)
			run_slot(demo, cpu);
	return r;
}

void sim_demo_skip(struct sim_demo *demo, uint64_t until_ns)
{
	demo->n_slots = MAX_OF(demo->n_slots, until_ns / TRAFFIC_SLOT_NS);
}

uint64_t sim_demo_at_ns(const struct sim_demo *demo)
{
	return demo->n_slots * TRAFFIC_SLOT_NS;
}

/* -- the maps -- */

static int fill_hash(const struct sim_hash *hash, struct snap *snap)
{
	int r = snap_reserve(snap, hash->n);

	for (size_t i = 0; r == 0 && i < hash->n; i++)
		r = snap_add(snap, hash->keys + i * hash->key_size,
			     hash->values + i * hash->value_stride);
	return r;
}

static int fill_flows(const struct sim_moment *moment, struct snap *snap)
{
	return fill_hash(&moment->demo->flows, snap);
}

static int fill_ports(const struct sim_moment *moment, struct snap *snap)
{
	return fill_hash(&moment->demo->ports, snap);
}

static int fill_verdicts(const struct sim_moment *moment, struct snap *snap)
{
	int r = 0;

	for (uint32_t key = 0; r == 0 && key < N_VERDICTS; key++)
		r = snap_add(snap, &key, moment->demo->verdicts[key]);
	return r;
}

static int fill_sizes(const struct sim_moment *moment, struct snap *snap)
{
	int r = 0;

	for (uint32_t key = 0; r == 0 && key < DEMO_SIZES; key++)
		r = snap_add(snap, &key, moment->demo->sizes[key]);
	return r;
}

static int fill_globals(const struct sim_moment *moment, struct snap *snap)
{
	return snap_add(snap, &(uint32_t){0}, &moment->demo->globals);
}

enum { KEY = false, VALUE = true };

/* __u8 member[16]: an array, shown as an address. */
#define ADDRESS(side, owner, member)                                                               \
	{                                                                                          \
		.in_value = side,                                                                  \
		.format = "ip6",                                                                   \
		.field = {.name = #member,                                                         \
			  .type = "__u8[16]",                                                      \
			  .kind = FIELD_ARRAY,                                                     \
			  .offset = offsetof(struct owner, member),                                \
			  .size = 16,                                                              \
			  .count = 16,                                                             \
			  .stride = 1},                                                            \
	},                                                                                         \
		SIM_SCALAR(side, UINT, "__u8", 1), SIM_CLOSE
#define COUNTER(owner, member) SIM_MEMBER(VALUE, owner, member, UINT, "__u64")
#define TIME(owner, member)    SIM_MEMBER(VALUE, owner, member, UINT, "__u64", .format = "ktime")

static const struct sim_field flows_fields[] = {
	SIM_STRUCT(KEY, flow_key),
	ADDRESS(KEY, flow_key, saddr),
	ADDRESS(KEY, flow_key, daddr),
	SIM_MEMBER(KEY, flow_key, dport, UINT, "__be16", .format = "port"),
	SIM_MEMBER(KEY, flow_key, proto, UINT, "__u8", .format = "proto"),
	SIM_CLOSE,
	SIM_STRUCT(VALUE, flow),
	COUNTER(flow, packets),
	COUNTER(flow, bytes),
	TIME(flow, first_seen),
	TIME(flow, last_seen),
	SIM_CLOSE,
};

static const struct sim_field ports_fields[] = {
	SIM_STRUCT(KEY, port_key),
	SIM_MEMBER(KEY, port_key, port, UINT, "__be16", .format = "port"),
	SIM_MEMBER(KEY, port_key, proto, UINT, "__u8", .format = "proto"),
	SIM_CLOSE,
	SIM_STRUCT(VALUE, counts),
	COUNTER(counts, packets),
	COUNTER(counts, bytes),
	SIM_CLOSE,
};

#define NAMED(verdict)                                                                             \
	{                                                                                          \
#verdict, verdict                                                                  \
	}
static const struct enum_name verdict_names[] = {
	NAMED(pass_tcp),      NAMED(pass_udp),		NAMED(pass_icmp),
	NAMED(pass_fragment), NAMED(pass_other),	NAMED(drop_malformed),
	NAMED(drop_martian),  NAMED(drop_blocked_port), NAMED(N_VERDICTS),
};
_Static_assert(ARRAY_LEN(verdict_names) == N_VERDICTS + 1, "a name for each verdict");

static const struct sim_field verdicts_fields[] = {
	{.field = {.name = "",
		   .type = "verdict_index",
		   .kind = FIELD_ENUM,
		   .size = sizeof(verdict_index),
		   .names = verdict_names,
		   .n_names = ARRAY_LEN(verdict_names)}},
	SIM_STRUCT(VALUE, counts),
	COUNTER(counts, packets),
	COUNTER(counts, bytes),
	SIM_CLOSE,
};

static const struct sim_field sizes_fields[] = {
	SIM_SCALAR(KEY, UINT, "__u32", 4),
	SIM_SCALAR(VALUE, UINT, "__u64", 8),
};

static const struct sim_field globals_fields[] = {
	SIM_SCALAR(KEY, BYTES, "", 4),
	COUNTER(demo_globals, packets_total),
	COUNTER(demo_globals, bytes_total),
	COUNTER(demo_globals, malformed_total),
	COUNTER(demo_globals, uncounted_total),
	SIM_MEMBER(VALUE, demo_globals, largest_packet, UINT, "__u32"),
	ADDRESS(VALUE, demo_globals, last_source),
};

#define FIELDS(name) .fields = name##_fields, .n_fields = ARRAY_LEN(name##_fields)

static const struct sim_map maps[] = {
	{.name = "flows",
	 .type = "lru_hash",
	 .key_size = sizeof(struct flow_key),
	 .value_size = sizeof(struct flow),
	 .max_entries = DEMO_FLOWS,
	 .n_cpus = 1,
	 .is_demo = true,
	 FIELDS(flows),
	 .fill = fill_flows},
	{.name = "ports",
	 .type = "percpu_hash",
	 .key_size = sizeof(struct port_key),
	 .value_size = sizeof(struct counts),
	 .max_entries = DEMO_PORTS,
	 .n_cpus = SIM_CPUS,
	 .is_demo = true,
	 FIELDS(ports),
	 .fill = fill_ports},
	{.name = "verdicts",
	 .type = "percpu_array",
	 .key_size = sizeof(verdict_index),
	 .value_size = sizeof(struct counts),
	 .max_entries = N_VERDICTS,
	 .n_cpus = SIM_CPUS,
	 .is_demo = true,
	 FIELDS(verdicts),
	 .fill = fill_verdicts},
	{.name = "sizes",
	 .type = "percpu_array",
	 .key_size = sizeof(__u32),
	 .value_size = sizeof(__u64),
	 .max_entries = DEMO_SIZES,
	 .n_cpus = SIM_CPUS,
	 .is_demo = true,
	 FIELDS(sizes),
	 .fill = fill_sizes},
	{.name = "globals",
	 .type = "array",
	 .section = ".bss",
	 .key_size = sizeof(__u32),
	 .value_size = offsetof(struct demo_globals, last_source) + 16,
	 .max_entries = 1,
	 .n_cpus = 1,
	 .is_demo = true,
	 FIELDS(globals),
	 .fill = fill_globals},
};

const struct sim_map *sim_demo_map(size_t i)
{
	return i < ARRAY_LEN(maps) ? &maps[i] : NULL;
}
