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
# -- what else the kernel says of a map, beside what bpftool was told of it --
bpftool map freeze pinned "$pins/other"
"$BPFMAPTOP" list -o json >"$scratch/list"
bpftool -j map show pinned "$pins/other" >"$scratch/theirs"
same "frozen, memory and pin as bpftool has them" \
	"$(jq -c '[.frozen == 1, .bytes_memlock]' "$scratch/theirs")" \
	"$(jq -c ".[] | select(.name == \"${me}x\") | [.frozen, .memory_bytes]" "$scratch/list")"
same "each by its pin" "$pins/m1 $pins/m2 $pins/m3" "$(jq -r "$mine | .pin" "$scratch/list" | sort | xargs)"
bpftool map pin pinned "$pins/m1" "$pins/another"
"$BPFMAPTOP" list -o json >"$scratch/list"
same "all of its pins" "[true,\"$pins/another\",\"$pins/m1\"]" \
	"$(jq -c "$mine | select(.max_entries == 100) | [.pins_complete] + (.pins | sort)" "$scratch/list")"
has "text shows one and how many more" " +1 " "$("$BPFMAPTOP" list | grep -w "$me" | grep -w 100)"
text=$("$BPFMAPTOP" info "$pins/m1")
has "info shows the one that was named" "pin        $pins/m1" "$text"
has "and the other" "pin        $pins/another" "$text"
rm "$pins/another"

# -- pins in places, and of names, that nobody expects --
deep=$pins/$(printf 'in/%.0s' {1..20})
mkdir -p "$deep" && bpftool map pin pinned "$pins/m1" "${deep}deep$me"
same "a pin far below is found" "$deep" \
	"$("$BPFMAPTOP" info "$pins/m1" -o json | jq -r '.map.pins[]' | sed -n "s/deep$me\$//p")"
same "and its map by that name" "$(id_of "$pins/m1")" \
	"$("$BPFMAPTOP" info "name:deep$me" -o json | jq .map.id)"
rm -r "$pins/in"
mkdir "$pins/over" && bpftool map pin pinned "$pins/m1" "$pins/over/hidden"
text=$(unshare -m sh -c 'mount -t tmpfs over "$1/over" && touch "$1/over/file" && "$2" info "$1/m1" -o json' - "$pins" "$BPFMAPTOP")
same "what is mounted inside of a bpffs is none" "[\"$pins/m1\"]" "$(jq -c .map.pins <<<"$text")"
rm -r "$pins/over"
twice=$(unshare -m sh -c 'mount -t bpf once "$1" && mount -t bpf again "$1" && mkdir "$1/in" && mount -t bpf inside "$1/in" &&
	bpftool map create "$1/a" type hash key 4 value 8 entries 1 name twice && bpftool map pin pinned "$1/a" "$1/b" &&
	bpftool map create "$1/in/a" type hash key 4 value 8 entries 1 name inside && bpftool map pin pinned "$1/in/a" "$1/in/b" &&
	"$2" info "$1/a" "$1/in/a" -o json' - "$scratch" "$BPFMAPTOP")
same "a place where several are mounted is looked through once, and so is one inside of another" "2 2" \
	"$(jq '.map.pins | length' <<<"$twice" | xargs)"
red=$(printf 'red\033[31m\nx') escaped='red\x1b[31m\nx'
bpftool map pin pinned "$pins/m1" "$pins/$red"
has "what would move the terminal is escaped in pins" "  pin        $pins/$escaped" "$("$BPFMAPTOP" info "$pins/m1")"
rm "$pins/$red"
bpftool map create "$pins/${me}_fifteen_$red" type hash key 4 value 8 entries 1 name "$(cut -c1-15 <<<"${me}_fifteen_")"
has "in the name of a map, of which its pin knows more" "$escaped  id " \
	"$("$BPFMAPTOP" info "$pins/${me}_fifteen_$red" | head -1)"
rm "$pins/${me}_fifteen_$red"
cat >"$scratch/hold.py" <<-'END'
	import ctypes, os, sys
	libc = ctypes.CDLL(None, use_errno=True)
	libc.prctl(15, b"red\x1b[31m\nx")
	path = ctypes.create_string_buffer(sys.argv[1].encode())
	attr = ctypes.create_string_buffer(128)
	ctypes.c_uint64.from_buffer(attr).value = ctypes.addressof(path)
	libc.syscall(int(sys.argv[2]), 7, attr, 128) # BPF_OBJ_GET
	print(flush=True)
	sys.stdin.read()
END
call=$(printf '#include <sys/syscall.h>\nSYS_bpf' | gcc -E -P - | tail -1)
coproc python3 "$scratch/hold.py" "$pins/m1" "$call"
IFS= read -r -t 20 -u "${COPROC[0]}" _
has "and in the name of a process" "  owners     $escaped($COPROC_PID)" "$("$BPFMAPTOP" info "$pins/m1")"
kill "$COPROC_PID" && wait "$COPROC_PID" 2>/dev/null

# -- where nothing is mounted that tells more --
without() { # DIRECTORY ARGUMENT...: what is said of /proc by sanitizers, which look for leaks there, is left out
	ASAN_OPTIONS=detect_leaks=0 unshare -m sh -c 'mount --make-rprivate / && { [ "$1" != /sys ] || mount --move /sys/fs/bpf /mnt; } &&
		umount -l "$1" && shift && exec "$@"' - "$1" "$BPFMAPTOP" "${@:2}" 2>&1 | grep -v '^==[0-9]*=='
}
same "without /proc a pin is opened" "$("$BPFMAPTOP" dump "$pins/m1" -o csv)" "$(without /proc dump "$pins/m1" -o csv)"
bpftool map create "$pins/ring" type ringbuf entries 4096 name "$me"
same "of any type" ringbuf "$(without /proc info "$pins/ring" -o json | jq -r .map.type)"
same "but what isn't known is not said" "false false" \
	"$(without /proc info "$pins/ring" -o json | jq -r '.map | "\(has("pins")) \(has("frozen"))"')"
rm "$pins/ring"
same "without /sys one sentence says what is missing" \
	"bpfmaptop: cannot tell how many CPUs there are, of which maps have values: there is no /sys; mount it" \
	"$(without /sys list)"
same "a reading alone asks nobody who uses the map" '[false,false,false]' \
	"$("$BPFMAPTOP" dump "$pins/m1" -o json | jq -c '.map | [has("programs"), has("owners"), has("pins")]')"
same "sorted by memory" "$pins/m3 $pins/m2 $pins/m1" \
	"$("$BPFMAPTOP" list -s memory -o json | jq -r "$mine | .pin" | xargs)"
same "either way" "$pins/m1 $pins/m2 $pins/m3" \
	"$("$BPFMAPTOP" list -s +memory -o json | jq -r "$mine | .pin" | xargs)"
same "and by what it says besides" "$pins/m3 $pins/m2 $pins/m1" \
	"$("$BPFMAPTOP" list -s -pin -o json | jq -r "$mine | .pin" | xargs)"
text=
for order in id name type entries max memory age programs pin owners; do
	"$BPFMAPTOP" list -s "$order" -o json >"$scratch/sorted" 2>"$scratch/words" || text+="$order: $(cat "$scratch/words")"
	[ "$(jq length "$scratch/sorted")" -gt 2 ] || text+=" $order: no maps"
done
same "any of its columns" "" "$text"
has "by nothing else" "list can't be sorted by '--pin': use one of id, name, type, entries, max, memory, age, programs, pin, owners" \
	"$("$BPFMAPTOP" list -s --pin 2>&1)"
line=$("$BPFMAPTOP" list | grep -w "${me}x")
has "text names flags, and what is frozen" "mmapable, frozen" "$line"

# -- who uses it: a program by its name, a process that holds it --
cat >"$scratch/user.bpf.c" <<-'END'
	#include <linux/bpf.h>
	#include <bpf/bpf_helpers.h>
	struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); }
		used_by_one_program SEC(".maps");
	SEC("socket") int one_user(void *ctx) { __u32 key = 0; return bpf_map_lookup_elem(&used_by_one_program, &key) != 0; }
	char LICENSE[] SEC("license") = "GPL";
END
clang -g -O2 -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -c -o "$scratch/user.o" "$scratch/user.bpf.c" &&
	bpftool prog load "$scratch/user.o" "$pins/one_user" pinmaps "$pins/of_program"
"$BPFMAPTOP" list -o json >"$scratch/list"
used=".[] | select(.pin == \"$pins/of_program/used_by_one_program\")"
same "a name longer than the kernel keeps, and the program" '["used_by_one_program","one_user"]' \
	"$(jq -c "$used | [.name, .programs[0].name]" "$scratch/list")"
id=$(jq "$used | .id" "$scratch/list")
rm -r "$pins/of_program" # what keeps it is the program alone
same "the name from BTF, without a pin" used_by_one_program \
	"$("$BPFMAPTOP" list -o json | jq -r ".[] | select(.id == $id) | .name")"
loaded=$(date -d "$("$BPFMAPTOP" list -o json | jq -r ".[] | select(.id == $id) | .loaded_at")" +%s)
apart=$((loaded - $(bpftool -j prog show pinned "$pins/one_user" | jq .loaded_at)))
same "there as long as its program" 0 $((apart / 2)) # each is rounded for itself
same "the same whenever one asks" "$loaded" "$(for i in 1 2 3 4 5; do
	date -d "$("$BPFMAPTOP" info "id:$id" -o json | jq -r .map.loaded_at)" +%s.%N
done | sort -u | sed 's/\.0*$//')"
has "on the screen, too" "loaded     $("$BPFMAPTOP" info "id:$id" -o json | jq -r .map.loaded_at)" "$("$BPFMAPTOP" info "id:$id")"
same "and of its group" 1 "$("$BPFMAPTOP" list -g program -o json | jq '.[] | select(.group == "one_user") | .maps')"

# -- what the kernel doesn't measure is unknown, also in a sum --
mkfifo "$scratch/stay" && mkdir "$pins/odd"
"$BUILD/live/odd" "$pins/odd" <"$scratch/stay" >"$scratch/ready" 2>&1 &
pid=$!
exec 3>"$scratch/stay"
at_exit+=("exec 3>&-" "kill $pid")
wait_for 30 grep -q ready "$scratch/ready" || not_ok "odd maps are there" "$(cat "$scratch/ready")"
if [ -e "$pins/odd/arena" ]; then
	has "an arena's process holds it" "odd($pid)" "$("$BPFMAPTOP" list | grep -F "$pins/odd/arena")"
	"$BPFMAPTOP" list -g type | awk '$1 == "arena" { print $NF }' >"$scratch/arenas"
	same "its memory is unknown in a group" - "$(cat "$scratch/arenas")"
else
	skip "an arena's memory" "this kernel has no arenas"
fi
if [ -e "$pins/odd/user_ringbuf" ]; then
	filter='bytes == "0505050505050505" and length == 8'
	same "a record has as many bytes as were written" '["0x05","0x05","0x05","0x05","0x05","0x05","0x05","0x05"]' \
		"$("$BPFMAPTOP" dump "$pins/odd/user_ringbuf" -f "$filter" -o jsonl | jq -c .value.bytes)"
else
	skip "a record's bytes" "this kernel has no user ring buffers"
fi
exec 3>&-

"$BPFMAPTOP" list --verbose >/dev/null 2>"$scratch/err"
has "--verbose says what is loaded" "object 'counts'" "$(cat "$scratch/err")"
bpftool map create "$pins/ring" type ringbuf entries 4096 name "${me}r"
same "what no map of a group says is unknown, not 0" "[1,null,1]" \
	"$("$BPFMAPTOP" list -g name -o json | jq -c ".[] | select(.group == \"${me}r\") | [.maps, .entries, .uncounted_maps]")"
rm "$pins/ring"
has "text too" "$me" "$("$BPFMAPTOP" list --group name)"
has "info names flags" "(mmapable)" "$("$BPFMAPTOP" info "$pins/other")"
"$BPFMAPTOP" list -g colour >"$scratch/out" 2>"$scratch/err"
same "what maps can't be grouped by is a usage error" 2 $?
has "and says so" "grouped by 'colour'" "$(cat "$scratch/err")"

"$BPFMAPTOP" stream -d 0.1 -o jsonl "$pins/m1" >"$scratch/stream" &
pid=$!
at_exit+=("kill $pid")
wait_for 30 test -s "$scratch/stream"
kept=$((16#$(sed -n 's/^CapEff:\t//p' "/proc/$pid/status")))
same "rights that are not needed are gone: to load modules, to boot, to be anyone" 0 \
	$((kept & (1 << 16 | 1 << 22 | 1 << 7 | 1 << 6)))
kill $pid
wait $pid 2>/dev/null
echo "1..$n"
