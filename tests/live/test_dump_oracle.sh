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
		not_ok "$name is what bpftool dumps" "status $status" "$(head -3 "$scratch/words")" "$(tail -n 3 <<<"$text")"
	fi
done

for type in hash percpu_hash array percpu_array lru_hash; do # without BTF
	bpftool map create "$pins/raw_$type" type $type key 4 value 5 entries 4 name raw_$type
	bpftool map update pinned "$pins/raw_$type" key hex 02 0 0 0 value hex 0 ff 22 5c 0
done
bpftool map create "$pins/raw_empty" type hash key 4 value 4 entries 4 name raw_empty
# Every type that can be made without a program, and read.
create() { # TYPE KEY VALUE ENTRIES [OPTION...]
	bpftool map create "$pins/t_$1" type "$1" key "$2" value "$3" entries "$4" name "t_$1" "${@:5}" 2>"$scratch/words" && return
	skip "-o bpftool is bpftool's own of t_$1" "none can be made here: $(head -n 1 "$scratch/words")"
	return 1
}
put() { # TYPE KEY... value VALUE...
	bpftool map update pinned "$pins/t_$1" key "${@:2}" 2>"$scratch/words" || not_ok "t_$1 has an entry" "$(cat "$scratch/words")"
}
create lru_percpu_hash 4 8 8 && put lru_percpu_hash 1 0 0 0 value 1 2 3 4 5 6 7 8
create lpm_trie 8 4 8 flags 1 && put lpm_trie 24 0 0 0 10 1 2 0 value 1 0 0 0 && put lpm_trie 8 0 0 0 10 0 0 0 value 2 0 0 0
create devmap 4 4 4 && put devmap 1 0 0 0 value 1 0 0 0
create devmap_hash 4 4 4 && put devmap_hash 9 0 0 0 value 1 0 0 0
create cpumap 4 4 4 && put cpumap 0 0 0 0 value 64 0 0 0 && put cpumap $(($(nproc) - 1)) 0 0 0 value 64 0 0 0
for type in array_of_maps hash_of_maps; do
	create $type 4 4 4 inner_map pinned "$pins/raw_array" && put $type 2 0 0 0 value pinned "$pins/raw_array"
done
create prog_array 4 4 4
create stack_trace 4 1016 4
create sockmap 4 8 4
create sockhash 4 8 4
create reuseport_sockarray 4 8 3
create ringbuf 0 0 4096
create user_ringbuf 0 0 4096
create cgroup_storage 16 8 0
create percpu_cgroup_storage 16 8 0
# Of these bpftool prints what looking each slot up answers, or that there is no key.
create perf_event_array 4 4 3
create cgroup_array 4 4 3
create xskmap 4 4 3
create bloom_filter 0 4 8 && bpftool map push pinned "$pins/t_bloom_filter" value 1 2 3 4
for type in queue stack; do
	create $type 0 4 4 && bpftool map push pinned "$pins/t_$type" value 1 2 3 4
done
# The same with something in them, and what bpftool can't make.
for holder in slots odd; do
	mkdir "$pins/$holder"
	mkfifo "$scratch/$holder.stay"
	"$BUILD/live/$holder" "$pins/$holder" <"$scratch/$holder.stay" >"$scratch/$holder.ready" 2>"$scratch/$holder.words" &
	[ $holder = slots ] && exec 8>"$scratch/slots.stay" || exec 9>"$scratch/odd.stay"
	wait_for 30 grep -q ready "$scratch/$holder.ready" || not_ok "$holder are there"
	while read -r words; do skip "-o bpftool is bpftool's own" "$words"; done <"$scratch/$holder.words"
done
ops=bo$$
clang -g -O2 -target bpf -D__TARGET_ARCH_x86 "-DNAME=$ops" -I"/usr/include/$(uname -m)-linux-gnu" -c "$live/ops.bpf.c" -o "$scratch/ops.o"
at_exit+=("bpftool struct_ops unregister name $ops")
if bpftool struct_ops register "$scratch/ops.o" >"$scratch/words" 2>&1; then
	ops=name:$ops
else
	skip "-o bpftool is bpftool's own of struct_ops" "$(tail -n 1 "$scratch/words")"
	ops=
fi

# The very bytes, in the order in which the kernel has the keys; and who fails there fails here.
for map in "$pins"/* "$pins"/{slots,odd}/* $ops; do
	[ -d "$map" ] && continue
	"$BPFMAPTOP" dump "$map" -o bpftool >"$scratch/ours" 2>"$scratch/words"
	status=$?
	case $map in
	name:*) bpftool -j map dump name "${map#name:}" ;;
	*) bpftool -j map dump pinned "$map" ;;
	esac >"$scratch/theirs"
	their=$?
	name=${map#"$pins/"}
	if cmp -s "$scratch/ours" "$scratch/theirs" && [ $((status == 0)) = $((their == 0)) ]; then
		ok "-o bpftool is bpftool's own of $name"
	else
		not_ok "-o bpftool is bpftool's own of $name" "status $status, theirs $their: $(cat "$scratch/words")" \
			"$(cmp "$scratch/ours" "$scratch/theirs" 2>&1)" "$(head -c 2000 "$scratch/ours")" "$(head -c 2000 "$scratch/theirs")"
	fi
done
for type in xskmap perf_event_array cgroup_array; do
	has "each slot of a $type says what the kernel answers" '"value":{"error":"' "$("$BPFMAPTOP" dump "$pins/t_$type" -o bpftool)"
done
slots() { "$BPFMAPTOP" dump "$pins/t_devmap" -o bpftool "$@" | jq -c 'map(.key[0])'; }
same "a filter is of entries, also where all match" '["0x01"] ["0x01"] []' "$(slots -f 'key < 100') $(slots -f 'key == 1') $(slots -f 'key == 2')"
text=$("$BPFMAPTOP" dump "$pins/t_xskmap" -o bpftool -f 'value == "00 00 00 00"' 2>&1)
same "no filter is checked on values that can't be had" 1 $?
has "and that is said" "the values of map 't_xskmap' (xskmap) cannot be read: leave out -f" "$text"
exec 8>&- 9>&-
wait

strict() { # stdin is JSON documents one after the other, in UTF-8, without NaN or Infinity; prints how many
	python3 -c '
import json, sys
text, at, n = sys.stdin.buffer.read().decode("utf-8", "strict"), 0, 0
decoder = json.JSONDecoder(parse_constant=lambda name: sys.exit(name))
while at < len(text):
    at = decoder.raw_decode(text, at)[1]
    n += 1
    while at < len(text) and text[at].isspace():
        at += 1
print(n)'
}

id=$(id_of "$pins/sh_hash")
entries=$(bpftool -j map dump id "$id" | jq length)
for flags in "" --formatted "-c key,value"; do
	same "json $flags is one object" 1 "$("$BPFMAPTOP" dump "id:$id" -o json $flags | strict)"
	same "jsonl $flags is an object an entry" "$entries" "$("$BPFMAPTOP" dump "id:$id" -o jsonl $flags | strict)"
done
same "jsonl has an entry a line" "$entries" "$("$BPFMAPTOP" dump "id:$id" -o jsonl | wc -l)"
"$BPFMAPTOP" dump "id:$id" -o jsonl | jq -cS '{key,value}' >"$scratch/lines"
"$BPFMAPTOP" dump "id:$id" -o json | jq -cS '.entries[] | {key,value}' >"$scratch/object"
cmp -s "$scratch/lines" "$scratch/object" && ok "json and jsonl agree" || not_ok "json and jsonl agree"
text=$("$BPFMAPTOP" dump "id:$id" -o csv | python3 -c '
import csv, sys
rows = list(csv.reader(sys.stdin, strict=True))
print(len(rows), len(set(map(len, rows))))')
same "csv parses into as many cells a line" "$((entries + 1)) 1" "$text"
text=$("$BPFMAPTOP" dump "id:$id" -o text | head -1)
has "text has a line of names" "u64" "$text"
for command in "info id:$id -o json" "list -o json"; do
	text=$("$BPFMAPTOP" $command | strict)
	[ "${text:-0}" -ge 1 ] && ok "$command is JSON" || not_ok "$command is JSON" "$text"
done
