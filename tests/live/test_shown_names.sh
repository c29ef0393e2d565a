#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the kernel keeps as a number stands by its name in every output that is for people, and a filter finds
# it by what is shown; plain JSON and metrics have the numbers.
. "$(dirname "$0")/lib.sh"
needs_bpf

bpftool map create "$pins/inner" type hash key 4 value 8 entries 4 name "${me}in"
bpftool map create "$pins/outer" type array_of_maps key 4 value 4 entries 4 name "$me" inner_map pinned "$pins/inner"
bpftool map update pinned "$pins/outer" key 3 0 0 0 value pinned "$pins/inner"
inner=$(id_of "$pins/inner")
dump() { "$BPFMAPTOP" dump "$pins/outer" "$@"; }
same "text" "3 $inner/${me}in" "$(dump -o text | tail -n 1 | xargs)"
same "csv" "3,$inner/${me}in" "$(dump -o csv | tail -n 1)"
same "a stream" "3 $inner/${me}in" "$("$BPFMAPTOP" stream "$pins/outer" -n 1 -c key,value | tail -n 1 | xargs)"
same "formatted" "$inner/${me}in" "$(dump -o json --formatted | jq -r '.entries[].value')"
same "plain JSON has the number" "$inner" "$(dump -o json | jq -c '.entries[].value')"
for filter in "${me}in" "value ~ \"/${me}in$\"" "value == $inner" "value == \"$inner/${me}in\""; do
	same "found by $filter" 3 "$(dump -o json -f "$filter" | jq '.entries[].key')"
done
same "a group" "$inner/${me}in,1" "$(dump -o csv -g value -c value,count | sed -n 2p | cut -d, -f1,2)"

# -- a cgroup, a function, a process: by any of the ways that a layout may say so --
bpftool map create "$pins/plain" type array key 4 value 16 entries 1 name "$me"
read -r address _ symbol _ < <(grep -m 1 ' T tcp_sendmsg$' /proc/kallsyms)
bytes() { printf '%016x\n' "$1" | fold -w 2 | tac | sed 's/^/0x/' | xargs; }
# shellcheck disable=SC2046
bpftool map update pinned "$pins/plain" key 0 0 0 0 value $(bytes "0x$address") $(bytes $$)
echo "{\"maps\": {\"$me\": {\"value\": [{\"name\": \"at\", \"type\": \"u64\", \"format\": \"ksym\"},
	{\"name\": \"of\", \"type\": \"u64\", \"format\": \"pid\"}]}}}" >"$scratch/schema"
if [ "${address:-0}" != 0000000000000000 ] && [ -n "${symbol:-}" ]; then
	same "a function and a process" "$symbol,$$/$(cat /proc/$$/comm)" \
		"$("$BPFMAPTOP" dump "$pins/plain" --schema "$scratch/schema" -o csv -c at,of | tail -n 1)"
else
	skip "a function and a process" "this kernel's symbols cannot be had"
fi
echo "1..$n"
