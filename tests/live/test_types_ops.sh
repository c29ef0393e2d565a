#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A map of struct_ops: its layout comes from the kernel's own BTF, pointers to functions are programs.
. "$(dirname "$0")/lib.sh"
needs_bpf

name=ca$$
clang -g -O2 -target bpf -D__TARGET_ARCH_x86 "-DNAME=$name" -I"/usr/include/$(uname -m)-linux-gnu" \
	-c "$(dirname "$0")/ops.bpf.c" -o "$scratch/ops.bpf.o"
at_exit+=("bpftool struct_ops unregister name $name")
if ! bpftool struct_ops register "$scratch/ops.bpf.o" >"$scratch/log" 2>&1; then
	skip "struct_ops" "this kernel takes no congestion control from BPF: $(tail -n 1 "$scratch/log")"
	echo "1..$n"
	exit
fi

"$BPFMAPTOP" dump -o json "name:$name" >"$scratch/ours"
bpftool -j struct_ops dump name "$name" >"$scratch/theirs"
same "one row" 1 "$(jq '.entries | length' "$scratch/ours")"
same "text as it was written" "$name" "$(jq -r '.entries[0].value.data.name' "$scratch/ours")"
same "the state as bpftool has it" "$(jq -r '.[1][].common.state' "$scratch/theirs")" \
	"$(jq -r '.entries[0].value.common.state' "$scratch/ours")"
same "functions are ids of programs" \
	"$(jq -r '.[1][].data.ssthresh' "$scratch/theirs" | sed 's/.*prog_id://')" \
	"$(jq -r '.entries[0].value.data.ssthresh' "$scratch/ours")"
echo "1..$n"
