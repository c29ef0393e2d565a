#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make.sh [FOLDER]: records the tapes of this folder anew: small ones, of every shape of map that can be
# simulated and every type of map that the running kernel lets us make and read. Needs root and bpftool.
# version_1_0.tape stays as it is: an older program made it.
# The tapes are kept, so that maps of all kinds are replayed where no BPF is.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${1:-$here}
: "${BPFMAPTOP:=$here/../../build/bpfmaptop}" "${BUILD:=$here/../../build/gcc}" # with its tests built
pins=/sys/fs/bpf/tapes$$
mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
mkdir "$pins"
trap 'rm -rf "$pins"' EXIT

record() { # NAME MAP...
	rm -f "$to/$1.tape"
	"$BPFMAPTOP" -d 0.1 -n 3 --max-rows 24 record "$to/$1.tape" "${@:2}"
}

for map in flows ports verdicts sizes globals kinds empty wide many; do
	record "sim_$map" sim:$map
done
record sim_several sim:ports sim:verdicts sim:globals

create() { # TYPE KEY VALUE ENTRIES [OPTION...]
	bpftool map create "$pins/$1" type "$1" key "$2" value "$3" entries "$4" name "$1" "${@:5}" 2>/dev/null
}
put() { # TYPE KEY... value VALUE...
	bpftool map update pinned "$pins/$1" key "${@:2}"
}

for type in hash lru_hash; do
	create $type 4 8 8
	put $type 1 0 0 0 value 1 2 3 4 5 6 7 8
	put $type 2 0 0 0 value 255 255 255 255 255 255 255 255
done
create array 4 8 4
put array 1 0 0 0 value 9 0 0 0 0 0 0 0
for type in percpu_hash lru_percpu_hash percpu_array; do
	create $type 4 8 4
	put $type 1 0 0 0 value 1 0 0 0 1 0 0 0
done
create lpm_trie 8 4 8 flags 1
put lpm_trie 24 0 0 0 10 1 2 0 value 1 0 0 0
put lpm_trie 8 0 0 0 10 0 0 0 value 2 0 0 0
for type in queue stack; do
	create $type 0 4 4
	bpftool map push pinned "$pins/$type" value 1 2 3 4
done
create stack_trace 4 1016 4
create devmap 4 4 4
create cpumap 4 4 4
create devmap_hash 4 4 4
create array_of_maps 4 4 4 inner_map pinned "$pins/array"
bpftool map update pinned "$pins/array_of_maps" key 1 0 0 0 value pinned "$pins/array"
create hash_of_maps 4 4 4 inner_map pinned "$pins/array"
create prog_array 4 4 4
create sockmap 4 8 4
create sockhash 4 8 4
create reuseport_sockarray 4 8 4
create cgroup_storage 16 8 0
create percpu_cgroup_storage 16 8 0
create ringbuf 0 0 4096
create bloom_filter 0 4 8

# One that goes while it is recorded, and another of its name.
gone() { # VALUE_SIZE BYTE...
	bpftool map create "$pins/gone" type hash key 4 value "$1" entries 8 name gone
	bpftool map update pinned "$pins/gone" key 1 0 0 0 value "${@:2}"
}
gone 4 1 2 3 4
rm -f "$to/gone.tape"
"$BPFMAPTOP" -d 0.2 -n 6 record "$to/gone.tape" name:gone 2>/dev/null &
until "$BPFMAPTOP" replay --verify "$to/gone.tape" 2>/dev/null | grep -q ': 3 '; do sleep 0.01; done
rm "$pins/gone"
until "$BPFMAPTOP" replay --verify "$to/gone.tape" 2>/dev/null | grep -q went; do sleep 0.01; done
gone 8 8 7 6 5 4 3 2 1
wait
rm "$pins/gone"

# What hangs on a process is there as long as it is.
coproc odd { "$BUILD/live/odd" "$pins"; }
read -r -u "${odd[0]}" _
ops=tape$$
clang -g -O2 -target bpf -D__TARGET_ARCH_x86 "-DNAME=$ops" -I"/usr/include/$(uname -m)-linux-gnu" \
	-c "$here/../live/ops.bpf.c" -o "/tmp/$ops.o"
if bpftool struct_ops register "/tmp/$ops.o" >/dev/null; then
	record struct_ops "name:$ops"
	bpftool struct_ops unregister name "$ops" >/dev/null
fi
rm "/tmp/$ops.o"

for pin in "$pins"/*; do
	record "$(basename "$pin")" "$pin" 2>/dev/null || echo "make.sh: $(basename "$pin") can't be recorded here" >&2
done
