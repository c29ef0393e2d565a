/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many entries each map has, without reading any: a record of {id, count} for every map that keeps
 * count. source: bpf_map_sum_elem_count(), kernel/bpf/map_iter.c (6.6) */
#include "seq.h"

extern __s64 bpf_map_sum_elem_count(const struct bpf_map *map) __ksym;

SEC("iter/bpf_map")
int counts(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;
	struct {
		__u64 id;
		__s64 count;
	} record;

	if (!map || !map->elem_count)
		return 0;
	record.id = map->id;
	record.count = bpf_map_sum_elem_count(map);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
