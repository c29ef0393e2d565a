/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many entries each map has, without reading any: a record of {id, count} for every map that keeps
 * count. source: bpf_map_sum_elem_count(), kernel/bpf/map_iter.c (6.6); of the types that it leaves out,
 * struct lpm_trie, struct bpf_dtab, struct bpf_shtab, struct bpf_queue_stack */
#include "seq.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct lpm_trie {
	struct bpf_map map;
	__u64 n_entries;
};

struct bpf_dtab {
	struct bpf_map map;
	__u32 items;
};

struct bpf_shtab {
	struct bpf_map map;
	struct {
		int counter;
	} count;
};

struct bpf_queue_stack {
	struct bpf_map map;
	__u32 head, tail, size; /* one place is always free */
};

#pragma clang attribute pop

extern __s64 bpf_map_sum_elem_count(const struct bpf_map *map) __ksym;

static __s64 queue_count(struct bpf_queue_stack *queue)
{
	__u32 head = BPF_CORE_READ(queue, head), tail = BPF_CORE_READ(queue, tail);

	return head >= tail ? head - tail : (__s64)BPF_CORE_READ(queue, size) - tail + head;
}

/* -1: it doesn't keep count. */
static __s64 count_of(struct bpf_map *map)
{
	switch ((__u32)map->map_type) {
	case BPF_MAP_TYPE_LPM_TRIE:
		if (!bpf_core_field_exists(struct lpm_trie, n_entries))
			return -1;
		return (__s64)BPF_CORE_READ((struct lpm_trie *)map, n_entries);
	case BPF_MAP_TYPE_DEVMAP_HASH:
		if (!bpf_core_field_exists(struct bpf_dtab, items))
			return -1;
		return BPF_CORE_READ((struct bpf_dtab *)map, items);
	case BPF_MAP_TYPE_SOCKHASH:
		if (!bpf_core_field_exists(struct bpf_shtab, count))
			return -1;
		return BPF_CORE_READ((struct bpf_shtab *)map, count.counter);
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		if (!bpf_core_field_exists(struct bpf_queue_stack, size))
			return -1;
		return queue_count((struct bpf_queue_stack *)map);
	}
	return map->elem_count ? bpf_map_sum_elem_count(map) : -1;
}

SEC("iter/bpf_map")
int counts(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;
	struct {
		__u64 id;
		__s64 count;
	} record;

	if (!map)
		return 0;
	record.id = map->id;
	record.count = count_of(map);
	if (record.count >= 0)
		bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
