/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A map defined as before .maps: sizes in a struct, types beside it. libbpf refuses such objects. */
#include <linux/bpf.h>
#include <linux/types.h>

struct bpf_map_def {
	__u32 type, key_size, value_size, max_entries, map_flags;
};

struct counts {
	__u64 packets, bytes;
};

struct bpf_map_def ly_legacy __attribute__((section("maps"), used)) = {
	BPF_MAP_TYPE_HASH, sizeof(__u32), sizeof(struct counts), 8, 0};
struct ____btf_map_ly_legacy {
	__u32 key;
	struct counts value;
};
struct ____btf_map_ly_legacy ____btf_map_ly_legacy
	__attribute__((section(".maps.ly_legacy"), used)) = {};
