/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel hands to iterator programs. Only the members used are declared; where they really
 * stand is settled when the program is loaded. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_map {
	__u32 id;
	enum bpf_map_type map_type;
	__s64 *elem_count; /* per CPU; NULL for types that don't count */
};

struct bpf_iter__bpf_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
};

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
};

#pragma clang attribute pop

char LICENSE[] SEC("license") = "Dual BSD/GPL";
