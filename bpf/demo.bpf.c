/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The demo: counts every packet by what became of it, by port, by flow and by size.
 *
 * Counts are exact: per-CPU maps are written by their own CPU only, shared ones with atomic adds; an
 * entry that isn't there is made empty first and looked up again, so that two CPUs that meet a new key
 * at once both count into the one that won. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "demo.h"
#include "demo_parse.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, DEMO_FLOWS);
	__type(key, struct flow_key);
	__type(value, struct flow);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, DEMO_PORTS);
	__type(key, struct port_key);
	__type(value, struct counts);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, N_VERDICTS);
	__type(key, verdict_index);
	__type(value, struct counts);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DEMO_SIZES);
	__type(key, __u32);
	__type(value, __u64);
} sizes SEC(".maps");

const volatile __u16 blocked_port = DEMO_BLOCKED_PORT;
/* What becomes of its packets. A variable of the enum's type also keeps the names in the BTF. */
const volatile enum verdict blocked_verdict = drop_blocked_port;

/* In the order of struct demo_globals: with initialisers the compiler keeps to it. */
__u64 packets_total = 0;
__u64 bytes_total = 0;
__u64 malformed_total = 0;
__u64 uncounted_total = 0; /* no room for the key in a full map */
__u32 largest_packet = 0;
__u8 last_source[16] SHOWN_AS("ip6") = {};

char _license[] SEC("license") = "Dual BSD/GPL";

static __always_inline void *entry(void *map, const void *key, const void *empty)
{
	void *value = bpf_map_lookup_elem(map, key);

	if (value)
		return value;
	bpf_map_update_elem(map, key, empty, BPF_NOEXIST);
	value = bpf_map_lookup_elem(map, key);
	if (!value)
		__sync_fetch_and_add(&uncounted_total, 1);
	return value;
}

/* Into this CPU's copy. */
static __always_inline void count(void *map, const void *key, __u32 bytes)
{
	const struct counts none = {};
	struct counts *counts = entry(map, key, &none);

	if (counts) {
		counts->packets++;
		counts->bytes += bytes;
	}
}

static __always_inline void count_size(__u32 bytes)
{
	__u32 bucket = size_bucket(bytes);
	__u64 *packets = bpf_map_lookup_elem(&sizes, &bucket);

	if (packets)
		(*packets)++;
}

static __always_inline void count_flow(const struct flow_key *key, __u32 bytes, __u64 now)
{
	const struct flow none = {.first_seen = now};
	struct flow *flow = entry(&flows, key, &none);

	if (flow) {
		__sync_fetch_and_add(&flow->packets, 1);
		__sync_fetch_and_add(&flow->bytes, bytes);
		flow->last_seen = now;
	}
}

static __always_inline void count_port(const struct flow_key *flow, __u32 bytes)
{
	struct port_key key;

	__builtin_memset(&key, 0, sizeof(key));
	key.port = flow->dport;
	key.proto = flow->proto;
	count(&ports, &key, bytes);
}

static __always_inline void count_totals(enum verdict verdict, __u32 bytes)
{
	__sync_fetch_and_add(&packets_total, 1);
	__sync_fetch_and_add(&bytes_total, bytes);
	if (verdict == drop_malformed)
		__sync_fetch_and_add(&malformed_total, 1);
	/* Two CPUs may race here and the smaller one win: the next large packet mends it. */
	if (bytes > largest_packet)
		largest_packet = bytes;
}

SEC("xdp")
int count_packets(struct xdp_md *ctx)
{
	const __u8 *data = (const __u8 *)(long)ctx->data, *end = (const __u8 *)(long)ctx->data_end;
	__u64 now = bpf_ktime_get_boot_ns();
	__u32 bytes = end - data;
	struct flow_key key;
	enum verdict verdict;

	__builtin_memset(&key, 0, sizeof(key));
	verdict = parse_frame(data, end, blocked_port, &key);
	if (verdict == drop_blocked_port)
		verdict = blocked_verdict;
	count(&verdicts, &verdict, bytes);
	count_totals(verdict, bytes);
	count_size(bytes);
	if (is_flow(verdict, &key)) {
		__builtin_memcpy(last_source, key.saddr, sizeof(last_source));
		count_flow(&key, bytes, now);
	}
	if (has_ports(verdict))
		count_port(&key, bytes);
	return is_drop(verdict) ? XDP_DROP : XDP_PASS;
}
