#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# list: groups and their sums, flags by name, counts; and what rights a run keeps.
. "$(dirname "$0")/lib.sh"
needs_bpf

for i in 1 2 3; do
	bpftool map create "$pins/m$i" type hash key 4 value 8 entries $((i * 100)) name "$me" flags 1
done
bpftool map create "$pins/other" type array key 4 value 8 entries 7 name "${me}x" flags 0x400
for i in 1 2; do
	bpftool map update pinned "$pins/m$i" key $i 0 0 0 value 1 0 0 0 0 0 0 0
done

"$BPFMAPTOP" list -o json >"$scratch/list"
"$BPFMAPTOP" list -g name -o json >"$scratch/names"
mine=".[] | select(.name == \"$me\")"
group=".[] | select(.group == \"$me\")"
same "a group has the maps of its name" 3 "$(jq "$group | .maps" "$scratch/names")"
same "its memory is their sum" "$(jq "[$mine | .memory_bytes] | add" "$scratch/list")" \
	"$(jq "$group | .memory_bytes" "$scratch/names")"
same "its entries are counted" 2 "$(jq "$group | .entries" "$scratch/names")"
same "flags by name" '["no_prealloc"]' "$(jq -c "[$mine][0].flag_names" "$scratch/list")"
same "an array is always full" 7 \
	"$(jq ".[] | select(.name == \"${me}x\") | .entries" "$scratch/list")"
"$BPFMAPTOP" list --verbose >/dev/null 2>"$scratch/err"
has "--verbose says what is loaded" "object 'counts'" "$(cat "$scratch/err")"
has "text too" "$me" "$("$BPFMAPTOP" list --group name)"
has "info names flags" "(mmapable)" "$("$BPFMAPTOP" info "$pins/other")"
"$BPFMAPTOP" list -g colour >"$scratch/out" 2>"$scratch/err"
same "what maps can't be grouped by is a usage error" 2 $?
has "and says so" "grouped by 'colour'" "$(cat "$scratch/err")"

"$BPFMAPTOP" stream -d 0.1 -o jsonl "$pins/m1" >"$scratch/stream" &
pid=$!
at_exit+=("kill $pid")
wait_for 5 test -s "$scratch/stream"
kept=$((16#$(sed -n 's/^CapEff:\t//p' "/proc/$pid/status")))
same "rights that are not needed are gone: to load modules, to boot, to be anyone" 0 \
	$((kept & (1 << 16 | 1 << 22 | 1 << 7 | 1 << 6)))
kill $pid
wait $pid 2>/dev/null
echo "1..$n"
