#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Maps that show only a part of themselves, that have no layout, that are larger than anybody's memory,
# and a host of many CPUs: a correct picture and the right exit status, or a sentence.
. "$(dirname "$0")/lib.sh"
needs_bpf

# -- a queue: what can be seen is shown, and that it is a part --
bpftool map create "$pins/queue" type queue value 4 entries 4 name "$me"
for first in 5 6; do bpftool map push pinned "$pins/queue" value $first 0 0 0; done
"$BPFMAPTOP" dump "$pins/queue" -o json >"$scratch/out" 2>"$scratch/err"
same "the head of a queue is no failure" 0 $?
same "and still a part" '[1,false,["only a part can be seen"]]' \
	"$(jq -c '[.reading.entries, .reading.complete, .reading.notes]' "$scratch/out")"
has "which is said beside the rows" "(queue): only a part can be seen" "$(cat "$scratch/err")"
"$BPFMAPTOP" stream "$pins/queue" -n 3 -d 0.1 >/dev/null 2>"$scratch/err"
same "nor in a stream" 0 $?
same "where it is said once" 1 "$(wc -l <"$scratch/err")"
"$BPFMAPTOP" export "$scratch/x.prom" "$pins/queue" -n 1 >/dev/null 2>&1
same "nor in an export" 0 $?

# -- no BTF --
bpftool map create "$pins/plain" type hash key 4 value 8 entries 8 name "$me"
for key in 1 2; do bpftool map update pinned "$pins/plain" key $key 0 0 0 value 1 0 0 0 0 0 0 0; done
"$BPFMAPTOP" dump "$pins/plain" --max-rows 1 >/dev/null 2>&1
same "rows that were left out are" 3 $?
text=$("$BPFMAPTOP" info "$pins/plain")
has "info says why bytes are bytes" "because it was made without BTF" "$text"
has "and what makes fields of them" "--schema FILE or --btf FILE gives fields, --hex-width BYTES" "$text"
same "in JSON too" "it was made without BTF" \
	"$("$BPFMAPTOP" info "$pins/plain" -o json | jq -r .layout.why_bytes)"

# -- a trie of four billion: networks by containment --
bpftool map create "$pins/trie" type lpm_trie key 8 value 4 entries 4294967295 name "$me" flags 1
for key in "8 0 0 0 10 0 0 0" "16 0 0 0 10 1 0 0" "24 0 0 0 192 168 1 0"; do
	# shellcheck disable=SC2086
	bpftool map update pinned "$pins/trie" key $key value 1 0 0 0
done
keys() { "$BPFMAPTOP" dump "$pins/trie" -f "$1" -o jsonl --formatted | jq -r .key | sort | xargs; }
same "networks within a network" "10.0.0.0/8 10.1.0.0/16" "$(keys 'key in 10.0.0.0/8')"
same "a wider one isn't within" "10.1.0.0/16" "$(keys 'key in 10.1.0.0/16')"
same "within one of several" "10.1.0.0/16 192.168.1.0/24" "$(keys 'key in (10.1.0.0/16, 192.168.0.0/16)')"

# -- 512 possible CPUs, as far as this program is told --
bpftool map create "$pins/cpus" type percpu_array key 4 value 8 entries 2 name "$me"
echo 0-511 >"$scratch/possible"
many() { # ARGUMENT...
	unshare -m sh -c 'mount --bind "$0" /sys/devices/system/cpu/possible && exec "$@"' \
		"$scratch/possible" "$BPFMAPTOP" "$@"
}
if many --version >/dev/null 2>&1; then
	has "each of 512 CPUs has a copy" "on each of 512 CPUs" "$(many info "$pins/cpus")"
	same "in every row" "512 512" \
		"$(many dump "$pins/cpus" -o json | jq -r '.entries[].values | length' | xargs)"
	same "and they add up" 2 "$(many dump "$pins/cpus" --hex-width 8 -c v0.sum -f 'v0.sum == 0' -o jsonl | wc -l)"
else
	skip "512 CPUs" "no mount namespace of its own"
fi
echo "1..$n"
