#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Maps of every kind and shape, dumped by us and by bpftool: the same keys and values, entry by entry.
. "$(dirname "$0")/lib.sh"
needs_bpf
live=$(dirname "$0")

compile() { # -target bpf finds no asm/ headers of its own
	clang -g -O2 -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -Wall -Werror -c -o "$scratch/shapes.o" "$live/shapes.bpf.c"
}
if ! text=$(compile 2>&1) || ! text=$("$BUILD/live/shapes" "$scratch/shapes.o" "$pins" 2>&1); then
	not_ok "the maps of every shape load" "$text"
	exit 1
fi

for pin in "$pins"/*; do
	name=$(basename "$pin")
	id=$(id_of "$pin")
	"$BPFMAPTOP" dump "id:$id" -o json >"$scratch/ours" 2>"$scratch/words"
	status=$?
	bpftool -j map dump id "$id" >"$scratch/theirs"
	if text=$(python3 "$live/dump_oracle.py" "$scratch/ours" "$scratch/theirs" 2>&1) && [ $status = 0 ]; then
		ok "$name is what bpftool dumps"
	else
		not_ok "$name is what bpftool dumps" "status $status" "$(head -3 "$scratch/words")" "$text"
	fi
done

id=$(id_of "$pins/sh_hash")
for format in json jsonl; do
	for flag in "" --formatted; do
		"$BPFMAPTOP" dump "id:$id" -o $format $flag | jq -es 'length > 0' >/dev/null &&
			ok "$format $flag parses" || not_ok "$format $flag parses"
	done
done
lines=$("$BPFMAPTOP" dump "id:$id" -o jsonl | wc -l)
same "jsonl has an entry a line" 40 "$lines"
"$BPFMAPTOP" dump "id:$id" -o jsonl | jq -cS '{key,value}' >"$scratch/lines"
"$BPFMAPTOP" dump "id:$id" -o json | jq -cS '.entries[] | {key,value}' >"$scratch/object"
cmp -s "$scratch/lines" "$scratch/object" && ok "json and jsonl agree" || not_ok "json and jsonl agree"
text=$("$BPFMAPTOP" dump "id:$id" -o csv | python3 -c '
import csv, sys
rows = list(csv.reader(sys.stdin, strict=True))
print(len(rows), len(set(map(len, rows))))')
same "csv parses into as many cells a line" "41 1" "$text"
text=$("$BPFMAPTOP" dump "id:$id" -o text | head -1)
has "text has a line of names" "u64" "$text"
