/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rows of one map, as they are: key, value. A row that no longer fits the kernel's buffer as a whole
 * is asked for again, so rows are never torn. */
#include "seq.h"

/* Bytes of a key, and of a value with all its copies; set before loading. */
const volatile __u32 key_bytes = 0;
const volatile __u32 value_bytes = 0;

SEC("iter/bpf_map_elem")
int elems(struct bpf_iter__bpf_map_elem *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	void *key = ctx->key, *value = ctx->value;

	if (!key || !value)
		return 0;
	bpf_seq_write(seq, key, key_bytes);
	bpf_seq_write(seq, value, value_bytes);
	return 0;
}
