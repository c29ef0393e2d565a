#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Layouts that a map doesn't bring itself: a schema, an object file, tags; and layouts written down as a
# schema, which must read back as they were, and as C, which must compile to the same places.
. "$(dirname "$0")/lib.sh"
needs_bpf
live=$(dirname "$0")

compile() { # NAME: -target bpf finds no asm/ headers of its own
	clang -g -O2 -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -Wall -Werror \
		-c -o "$scratch/$1.o" "$live/$1.bpf.c"
}
if ! text=$(compile layouts 2>&1 && compile legacy 2>&1 &&
	bpftool prog loadall "$scratch/layouts.o" "$pins/prog" pinmaps "$pins" 2>&1); then
	not_ok "the maps load" "$text"
	exit 1
fi
dump() { "$BPFMAPTOP" dump "$@" 2>"$scratch/words"; }
layout() { "$BPFMAPTOP" info "$@" -o json | jq -cS '.layout | del(.origin)'; }
hex() { printf '%s' "$1" | sed 's/../0x& /g'; }
put() { # PIN KEY VALUE, bytes in hex
	# shellcheck disable=SC2046
	bpftool map update pinned "$1" key $(hex "$2") value $(hex "$3")
}
plain_map() { # NAME TYPE KEY VALUE ENTRIES: without BTF
	bpftool map create "$pins/$1_plain" type "$2" key "$3" value "$4" entries "$5" name "$1"
}

# -- tags of members and typedefs --
put "$pins/ly_tagged" 01000000 0a000001ffffffff0b00000007000000
text=$(dump "$pins/ly_tagged" -o csv | tr -d '\r' | tail -1)
same "declaration tags choose formats and hide" "1,10.0.0.1,0xb,7" "$text"
text=$("$BPFMAPTOP" -v info "$pins/ly_wrongly" 2>&1)
has "a tag of no format is said" "BTF tag 'bpfmaptop:nothing' names no format" "$text"
has "and one that does not fit" "the format 'mac' of the tag at 'wide' does not fit: it has 8 bytes" "$text"

# -- a schema --
plain_map ly_flows hash 8 24 8
put "$pins/ly_flows_plain" 0a00000201000000 050000000000000000000010000000000303000002000000
cat >"$scratch/flows.json" <<-'END'
	{"maps": {"ly_flows": {
	   "key": [{"name": "saddr", "type": "u32", "format": "ip4"}, {"name": "pad", "type": "u32", "hide": true}],
	   "value": [{"name": "packets", "type": "u64"}, {"name": "bytes", "type": "u64", "format": "size"},
	             {"name": "hits", "type": "u32", "mask": "0xff"}, {"name": "misses", "type": "u32", "shift": 8},
	             {"name": "verdict", "type": "u32", "values": {"PASS": 1, "DROP": 2}}]}}}
END
text=$(dump "$pins/ly_flows_plain" --schema "$scratch/flows.json" -o csv | tr -d '\r')
same "a schema gives columns" "saddr,packets,bytes,hits,misses,verdict
10.0.0.2,5,268435456,3,3,DROP" "$text"
text=$("$BPFMAPTOP" dump "$pins/ly_flows_plain" --schema "$scratch/flows.json" -o jsonl -f 'verdict == drop and saddr in 10.0.0.0/8' | jq -c .value.misses)
same "and filters" 3 "$text"

refused() { # NAME NEEDLE ARGUMENTS...
	local name=$1 needle=$2 text status
	shift 2
	text=$("$BPFMAPTOP" dump "$pins/ly_flows_plain" "$@" 2>&1 >/dev/null)
	status=$?
	has "$name" "$needle" "$text"
	[ $status = 2 ] || [ $status = 1 ] && [ "$(wc -l <<<"$text")" = 1 ] || not_ok "$name: status $status" "$text"
}
sed 's/"u64", "format": "size"/"u32", "format": "size"/' "$scratch/flows.json" >"$scratch/short.json"
refused "both sizes and where they part" "20 bytes and the map's have 24: they part behind 'verdict', byte 16" --schema "$scratch/short.json"
sed 's/ly_flows/other/' "$scratch/flows.json" >"$scratch/other.json"
refused "a schema of other maps" "says nothing of map 'ly_flows', only of: 'other'" --schema "$scratch/other.json"
refused "no schema" "no such file" --schema "$scratch/none.json"
refused "a schema that isn't one" "is not JSON" --schema /bin/sh
refused "an object that isn't one" "no BPF object" --btf "$scratch/flows.json"
refused "an object without BTF" "no BPF object" --btf /bin/true
refused "no object" "no such file" --btf "$scratch/none.o"
refused "an object of other maps" "says nothing of map" --btf "$scratch/layouts.o"

# -- an object file --
for name in ly_tagged ly_odd ly_scalar; do
	read -r key value < <(bpftool -j map show pinned "$pins/$name" | jq -r '"\(.bytes_key) \(.bytes_value)"')
	plain_map $name hash "$key" "$value" 8
	same "--btf gives $name its layout" "$(layout "$pins/$name")" \
		"$(layout "$pins/${name}_plain" --btf "$scratch/layouts.o")"
done
same "--btf knows variables" "$(layout "$pins/layouts_bss")" \
	"$(layout "$pins/layouts_bss" --btf "$scratch/layouts.o")"
bpftool map create "$pins/section" type array key 4 value "$(bpftool -j map show pinned "$pins/layouts_bss" | jq .bytes_value)" \
	entries 1 name layouts.bss
same "of a map that was loaded without BTF, too" "$(layout "$pins/layouts_bss")" \
	"$(layout "$pins/section" --btf "$scratch/layouts.o")"
for one in "alike_but_longer 4" "alike_but_long_ago 8"; do
	read -r name value <<<"$one"
	bpftool map create "$pins/cut" type hash key 4 value "$value" entries 1 name "ly_alike_but_lo"
	has "of names that begin alike the one that fits: $name" "ly_$name" \
		"$(layout "$pins/cut" --btf "$scratch/layouts.o" | jq -c '.value[0].type')"
	rm "$pins/cut"
done
plain_map ly_legacy hash 4 16 8
put "$pins/ly_legacy_plain" 07000000 01000000000000000200000000000000
text=$(dump "$pins/ly_legacy_plain" --btf "$scratch/legacy.o" -o jsonl | jq -c '[.key,.value]')
same "definitions of the old kind" '[7,{"packets":1,"bytes":2}]' "$text"
bpftool map create "$pins/small" type hash key 4 value 12 entries 1 name ly_tagged
text=$("$BPFMAPTOP" dump "$pins/small" --btf "$scratch/layouts.o" 2>&1)
has "an object that doesn't fit" "has 16 bytes and the map's values have 12: they part at 'plain', byte 12" "$text"

# One damaged with a flipped byte in one type after the other: never more than a sentence.
cat >"$scratch/damage.py" <<-'END'
	import struct, sys
	whole = open(sys.argv[1], "rb").read()
	at = whole.index(struct.pack("<HBB", 0xeb9f, 1, 0)) # the header of the BTF
	head, types, n = struct.unpack_from("<III", whole, at + 4)
	for i in range(at + head + types + 1, at + head + types + n, 28):
	    damaged = bytearray(whole)
	    damaged[i] ^= 0xff
	    open("%s.%d" % (sys.argv[1], i), "wb").write(damaged)
END
python3 "$scratch/damage.py" "$scratch/layouts.o"
n_damaged=0 crashes=
for damaged in "$scratch"/layouts.o.*; do
	n_damaged=$((n_damaged + 1))
	"$BPFMAPTOP" info "$pins/ly_tagged_plain" --btf "$damaged" >/dev/null 2>"$scratch/words"
	case $? in [0-3]) ;; *) crashes+="${damaged##*.} " ;; esac
	grep -q Sanitizer "$scratch/words" && crashes+="${damaged##*.} "
done
same "a damaged object is read or refused" "" "$crashes"
[ "$n_damaged" -gt 50 ] && ok "in many places" || not_ok "in many places" "$n_damaged"

# -- written down --
for name in ly_tagged ly_odd ly_scalar ly_named layouts_bss; do
	"$BPFMAPTOP" info "$pins/$name" --schema-out >"$scratch/out.json" 2>"$scratch/words"
	same "the layout of $name reads back" "$(layout "$pins/$name")" \
		"$(layout "$pins/$name" --schema "$scratch/out.json")"

	"$BPFMAPTOP" info "$pins/$name" -o c >"$scratch/out.h" 2>>"$scratch/words"
	"$BPFMAPTOP" info "$pins/$name" -o json | jq -r '
		.map.name as $map | .layout | {key, value} | to_entries[] | .key as $side | .value
		| select(.[0].name != "" or .[0].kind == "struct")
		| (if .[0].name == "" and (.[0].type | startswith("struct ")) then .[0].type
		   else "struct \($map)_\($side)" | gsub("[.]"; "_") end) as $type
		| .[] | select(.name != "" and .bit_size == null and (.path | contains("[]") | not))
		| "_Static_assert(offsetof(\($type), \(.path)) == \(.offset), \"\(.path)\");",
		  "_Static_assert(sizeof(((\($type) *)0)->\(.path)) == \(.size), \"\(.path)\");"' >"$scratch/asserts"
	[ "$name" = ly_scalar ] || [ -s "$scratch/asserts" ] || not_ok "there is something to assert of $name"
	printf '#include <stddef.h>\n#include "out.h"\n#include "asserts"\n' >"$scratch/out.c"
	if text=$(gcc -Wall -Wextra -Werror -c -o /dev/null "$scratch/out.c" 2>&1 &&
		clang -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -Wall -Wextra -Werror -c -o /dev/null "$scratch/out.c" 2>&1); then
		ok "$name as C has the same places"
	else
		not_ok "$name as C has the same places" "$text"
	fi
done

for one in "int:same" "long:other"; do # two maps of one type, and another type of that name
	cat >"$scratch/both.bpf.c" <<-END
		struct both { ${one%:*} x; };
		#define MAP(name) struct { int (*type)[1]; int (*max_entries)[4]; int *key; struct both *value; } name \
			__attribute__((section(".maps"), used))
		MAP(${one#*:}_a);
		MAP(${one#*:}_b);
		__attribute__((section("socket"), used)) int nothing(void *ctx) { return 0; }
		char LICENSE[] __attribute__((section("license"), used)) = "GPL";
	END
	clang -g -O2 -target bpf -c -o "$scratch/both.o" "$scratch/both.bpf.c" &&
		bpftool prog loadall "$scratch/both.o" "$pins/prog_${one#*:}" pinmaps "$pins/both_${one#*:}"
done
"$BPFMAPTOP" info "$pins"/both_*/* "$pins"/ly_* "$pins/layouts_bss" -o c >"$scratch/out.c" 2>"$scratch/words"
cat >>"$scratch/out.c" <<-'END'
	_Static_assert(sizeof(struct both) == 8 && sizeof(struct same_a_value) == 4 && sizeof(struct same_b_value) == 4, "each its own");
END
same "several maps as C have each type once" "" "$(gcc -Wall -Wextra -Werror -c -o /dev/null "$scratch/out.c" 2>&1)"
has "and say which is meant" "/* value of map 'other_b': struct both, as above */" "$(cat "$scratch/out.c")"

# -- layouts that the kernel gives to maps without BTF: what has a name, or is all there is --
named() { layout "$@" | jq -c '[.key, .value | .[] | select(.name != "" or (.kind != "struct" and .depth == 0)) | del(.depth)]'; }
for one in "lpm_trie 8 8 4 1" "cgroup_storage 8 8 0 0" "cgroup_storage 16 8 0 0" "percpu_cgroup_storage 16 8 0 0" \
	"devmap_hash 4 8 4 0" "cpumap 4 8 4 0" "stack_trace 4 80 4 0" "stack_trace 4 96 4 0x20"; do
	read -r type key value entries flags <<<"$one"
	bpftool map create "$pins/own" type "$type" key "$key" value "$value" entries "$entries" name ly_own flags "$flags"
	"$BPFMAPTOP" info "$pins/own" --schema-out >"$scratch/out.json" 2>"$scratch/words"
	same "the layout of a $type with keys of $key bytes reads back" "$(named "$pins/own")" \
		"$(named "$pins/own" --schema "$scratch/out.json")"
	# with the header that everybody has who uses such a map
	{ echo '#include <linux/bpf.h>' && "$BPFMAPTOP" info "$pins/own" -o c; } >"$scratch/out.c"
	same "as C it compiles beside what the kernel calls so" "" \
		"$(gcc -Wall -Wextra -Werror -c -o /dev/null "$scratch/out.c" 2>&1)"
	rm "$pins/own"
done

# -- records of ring buffers: what waits, behind what the kernel says of it --
bpftool map create "$pins/ly_ring" type ringbuf entries 4096 name ly_ring
has "of an empty ring it is said that it is" "  ring       empty, 4.00Ki free
" "$("$BPFMAPTOP" info "$pins/ly_ring")"
has "where its rows would be, too" "  0 entries  empty, 4.00Ki free" "$("$BPFMAPTOP" stream -n 1 "$pins/ly_ring")"
"$BPFMAPTOP" info "$pins/ly_ring" --schema-out >"$scratch/out.json" 2>"$scratch/words"
same "the layout of a ring reads back" "$(layout "$pins/ly_ring" | jq 'del(.why_bytes)')" \
	"$(layout "$pins/ly_ring" --schema "$scratch/out.json" | jq 'del(.why_bytes)')"
cat >"$scratch/ring.json" <<-'END'
	{"maps": {"ly_ring": {"value": [{"name": "pid", "type": "u32", "format": "pid"}, {"name": "path", "type": "char[6000]"}]}}}
END
"$BPFMAPTOP" info "$pins/ly_ring" --schema "$scratch/ring.json" --schema-out >"$scratch/out.json" 2>"$scratch/words"
same "records of a schema have the room they need" 6000 \
	"$(layout "$pins/ly_ring" --schema "$scratch/ring.json" | jq '.value[] | select(.path == "path") | .size')"
same "and read back" "$(layout "$pins/ly_ring" --schema "$scratch/ring.json")" \
	"$(layout "$pins/ly_ring" --schema "$scratch/out.json")"

cat >"$scratch/ring.bpf.c" <<-'END'
	struct event { unsigned int pid; char path[6000]; };
	struct long_event { char all[90000]; };
	#define RING(name, record) struct { int (*type)[27]; int (*max_entries)[4096]; struct record *value; } name \
		__attribute__((section(".maps"), used))
	RING(ly_ring, event);
	RING(ly_long, long_event);
END
clang -g -O2 -target bpf -c -o "$scratch/ring.o" "$scratch/ring.bpf.c"
place='[.value[] | select(.depth == 0 or .name != "") | [.path, .kind, .offset, .size]]'
same "an object says what records are, too" \
	'["length","uint",0,4] ["state","enum",4,4] ["value","struct",8,6004] ["pid","uint",8,4] ["path","text",12,6000]' \
	"$(layout "$pins/ly_ring" --btf "$scratch/ring.o" | jq -c "$place | .[]" | xargs -d'\n')"
same "with the names of its types" "struct event" \
	"$(layout "$pins/ly_ring" --btf "$scratch/ring.o" | jq -r '.value[] | select(.path == "value") | .type')"
c_of() { # NAME ARGUMENT...: compiled, with what must hold of it; a compiler's words, or none
	{ "$BPFMAPTOP" info "$pins/$1" -o c "${@:3}" && echo "$2"; } >"$scratch/out.c"
	gcc -Wall -Wextra -Werror -include stddef.h -c -o /dev/null "$scratch/out.c" 2>&1
}
same "its record as C is the program's own" "" "$(c_of ly_ring '_Static_assert(sizeof(struct event) == 6004 &&
	offsetof(struct event, path) == 4, "");' --btf "$scratch/ring.o")"
same "of a schema, too" "" "$(c_of ly_ring '_Static_assert(sizeof(struct ly_ring_value) == 6004 &&
	offsetof(struct ly_ring_value, path) == 4, "");' --schema "$scratch/ring.json")"
bpftool map create "$pins/ly_queue" type queue key 0 value 8 entries 4 name ly_queue
for name in ly_ring ly_queue; do
	has "a key that the map hasn't is none in C: $name" "#include" "$("$BPFMAPTOP" info "$pins/$name" -o c)"
	same "and nothing of the reader's: $name" "" "$("$BPFMAPTOP" info "$pins/$name" -o c | grep -E '_key|length|state|place')"
done
bpftool map create "$pins/ly_long" type ringbuf entries 4096 name ly_long
text=$("$BPFMAPTOP" info "$pins/ly_long" --btf "$scratch/ring.o" 2>&1)
has "longer ones than the ring has room for are refused" \
	"its records have 90000 bytes and only their first 65536 are looked at" "$text"
text=$("$BPFMAPTOP" info "$pins/ly_long" --schema <(echo '{"maps": {"ly_long": {"value": "char[4000000000]"}}}') 2>&1)
has "also of a schema" "4000000000 bytes and only their first 65536 are looked at" "$text"

# -- an array whose index is key and CPU --
folded() { # ORDER
	printf '{"maps": {"ly_fold": {"value": "u32", "fold": {"cpus": 3, "order": "%s"}}}}' "$1" >"$scratch/fold.json"
	dump "$pins/ly_fold_plain" --schema "$scratch/fold.json" -o jsonl "${@:2}" | jq -c '[.key, [.values[].value]]' | tr '\n' ' '
}
plain_map ly_fold array 4 4 6
for i in 0 1 2 3 4 5; do put "$pins/ly_fold_plain" "0${i}000000" "1${i}000000"; done
same "folded by key, then CPU" "[0,[16,17,18]] [1,[19,20,21]] " "$(folded key-cpu)"
same "folded by CPU, then key" "[0,[16,18,20]] [1,[17,19,21]] " "$(folded cpu-key)"
same "its entries are its keys" "2 2" \
	"$(dump "$pins/ly_fold_plain" --schema "$scratch/fold.json" -o json | jq -r '.map | "\(.entries) \(.max_entries)"')"
same "only whole keys of a cut reading" "[0,[16,18,20]] " "$(folded cpu-key --max-rows 1)"
"$BPFMAPTOP" info "$pins/ly_fold_plain" --schema "$scratch/fold.json" --schema-out >"$scratch/out.json"
same "the fold is part of the layout in force" "$(dump "$pins/ly_fold_plain" --schema "$scratch/fold.json" -o csv)" \
	"$(dump "$pins/ly_fold_plain" --schema "$scratch/out.json" -o csv)"
same "bpftool's own dump is of the array" "$(bpftool -j map dump pinned "$pins/ly_fold_plain")" \
	"$(dump "$pins/ly_fold_plain" --schema "$scratch/fold.json" -o bpftool)"
cpus=$(nproc --all)
plain_map ly_fold_cpus percpu_array 4 4 $((6 * cpus))
printf '{"maps": {"ly_fold_cpus": {"value": "u32", "fold": {"cpus": %d}}}}' "$cpus" >"$scratch/cpus.json"
has "what is per CPU anyway isn't folded again" "'ly_fold_cpus' can't be folded: it is percpu_array, not an array" \
	"$("$BPFMAPTOP" dump "$pins/ly_fold_cpus_plain" --schema "$scratch/cpus.json" 2>&1)"
text=$(dump "$pins/ly_fold_plain" --schema "$scratch/fold.json" -o csv -c value.sum,value.max 2>&1 | tr -d '\r' | tail -1)
same "sums over CPUs" "57,21" "$text"
sed 's/: 3/: 4/' "$scratch/fold.json" >"$scratch/fold4.json"
text=$("$BPFMAPTOP" dump "$pins/ly_fold_plain" --schema "$scratch/fold4.json" 2>&1)
has "what can't be folded" "6 entries are not a multiple of 4 CPUs" "$text"

# -- names that the running system knows, printed and typed --
plain_map ly_names hash 4 24 8
address=$(awk '$3 == "tcp_sendmsg" { print $1 }' /proc/kallsyms | head -1)
group_root=$(stat -fc '%T %n' /sys/fs/cgroup/unified /sys/fs/cgroup 2>/dev/null | sed -n 's/^cgroup2fs //p' | head -1)
cgroup=$(stat -c %i "${group_root:-/}")
little() { printf '%016x\n' "$1" | fold -w2 | tac | tr -d '\n'; } # as bytes of this host
cat >"$scratch/names.json" <<-'END'
	{"maps": {"ly_names": {"key": "u32", "value": [{"name": "at", "type": "u64", "format": "ksym"},
	    {"name": "group", "type": "u64", "format": "cgroup"}, {"name": "share", "type": "f32"}, {"name": "pid", "type": "u32"}]}}}
END
case $address in
"" | *[!0]*) ;;
*) address= ;; # not ours to see
esac
put "$pins/ly_names_plain" 01000000 "$(little $((0x${address:-1000})))$(little "$cgroup")cdcccc3d$(little $$ | cut -c-8)"
names() { "$BPFMAPTOP" dump "$pins/ly_names_plain" --schema "$scratch/names.json" "$@" 2>&1; }
same "32-bit floats are short" '0.1' "$(names -o jsonl | jq -c .value.share)"
same "and compare as they are typed" 1 "$(names -o jsonl -f 'share == 0.1' | wc -l)"
same "a process by number" 1 "$(names -o jsonl -f "pid == $$" | wc -l)"
if [ -n "$group_root" ]; then
	same "a cgroup by its path" 1 "$(names -o jsonl -f 'group == "/"' | wc -l)"
else
	skip "a cgroup by its path" "no cgroup2 is mounted"
fi
if [ -n "$address" ]; then
	same "a symbol by its name" 1 "$(names -o jsonl -f 'at == "tcp_sendmsg"' | wc -l)"
else
	skip "a symbol by its name" "the kernel shows no addresses"
fi
