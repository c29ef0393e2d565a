#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# With less than root's rights: what still works does, what doesn't says which right is missing, and what nobody
# needs is given up.
. "$(dirname "$0")/lib.sh"
needs_bpf
command -v setpriv >/dev/null || {
	skip "$(basename "$0" .sh)" "setpriv is not installed"
	exit 0
}
only() { # CAPABILITY ARGUMENT...: as root whose only right it is
	setpriv --bounding-set="-all,+$1" --inh-caps=-all "$BPFMAPTOP" "${@:2}"
}
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$BPFMAPTOP" "$@"; }
refused() { # NAME NEEDLE COMMAND...: in one sentence
	local name=$1 needle=$2 text
	shift 2
	text=$("$@" 2>&1 >/dev/null </dev/null)
	same "$name: it fails" 1 $?
	has "$name: the right that is missing is named" "$needle" "$text"
	same "$name: in one sentence" 1 "$(printf '%s\n' "$text" | wc -l)"
}

bpftool map create "$pins/held" type hash key 4 value 8 entries 16 name "$me"
bpftool map update pinned "$pins/held" key 1 0 0 0 value 42 0 0 0 0 0 0 0
id=$(id_of "$pins/held")

# -- CAP_BPF: pins --
rows=$("$BPFMAPTOP" dump "$pins/held" -o csv)
same "with CAP_BPF a pin is read" "$rows" "$(only bpf dump "$pins/held" -o csv)"
same "and found by its map's name" "$rows" "$(only bpf dump "$me" -o csv)"
same "streamed" 2 "$(only bpf stream "$pins/held" -n 2 -d 0.1 -o jsonl | wc -l)"
only bpf record "$scratch/a.tape" "$pins/held" -n 2 -d 0.1 2>/dev/null
same "recorded" 0 $?
same "explained" "batch" "$(only bpf info "$pins/held" -o json | jq -r .method)"
text=$(only bpf list -o jsonl 2>"$scratch/err" | jq -r "select(.id == $id) | .pin")
same "and listed" "$pins/held" "$text"
only bpf list -o json >"$scratch/list" 2>"$scratch/err"
same "which is a part" 3 $?
same "programs are unknown, not none" false \
	"$(jq ".[] | select(.id == $id) | has(\"programs\")" "$scratch/list")"
has "with what isn't listed, and why" "only pinned maps are listed: the rest needs CAP_SYS_ADMIN" \
	"$(cat "$scratch/err")"
has "and which of our programs is refused" "the kernel refuses our program 'counts'" \
	"$(only bpf list -v 2>&1 >/dev/null)"
stranger() { setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+sys_admin --ambient-caps=+sys_admin "$BPFMAPTOP" "$@"; }
same "pins are unknown where not all may be looked at" false \
	"$(stranger info "id:$id" -o json 2>/dev/null | jq '.map | has("pins")')"
has "also in words" "  pin        -" "$(stranger info "id:$id" 2>&1)"
refused "an id with CAP_BPF" CAP_SYS_ADMIN only bpf dump "id:$id"
refused "a program with CAP_BPF" CAP_SYS_ADMIN only bpf dump prog:1


# -- CAP_BPF without CAP_PERFMON: what only a program of our own can read --
coproc ODD { exec "$BUILD/live/odd" "$pins" 2>&1; }
odd=$ODD_PID
while IFS= read -r -t 30 -u "${ODD[0]}" line && [ "$line" != ready ]; do :; done # what it can't make it says before
for type in arena sk_storage; do
	if [ -e "$pins/$type" ]; then
		refused "$type with CAP_BPF" "CAP_PERFMON" only bpf dump "$pins/$type"
	else
		skip "$type with CAP_BPF" "this kernel has no such map"
	fi
done
same "by its fd a process' storage is read all the same" 1 \
	"$(only bpf dump "$pins/task_storage" -o json | jq .reading.entries)"
# The directory of a process' descriptors opens for root, and what they are is refused.
only bpf list -o json >"$scratch/list" 2>/dev/null
same "owners are unknown, not none" "true false" \
	"$(jq -r ".[] | select(.pin == \"$pins/task_storage\") | \"\(has(\"pin\")) \(has(\"owners\"))\"" "$scratch/list")"
has "why a layout cannot be had" "cannot be had: that needs CAP_SYS_ADMIN" "$(only bpf info "$pins/task_storage")"
exec {ODD[1]}>&-
wait "$odd"

# -- nothing: recordings and simulations --
same "without any right a recording is replayed" "$rows" \
	"$(nobody replay - -b -n 1 -o csv <"$scratch/a.tape" | sed 's/^[^,]*,[^,]*,[^,]*,//')"
same "a simulation watched" 3 "$(nobody stream sim:flows -n 1 -l 2 -o csv | wc -l)"
same "and one recorded" 0 "$(nobody record - sim:flows -n 2 -d 0.1 2>/dev/null | nobody replay - --verify >/dev/null && echo $?)"
bpftool map create "$pins/ring" type ringbuf entries 4096 name "$me" && chmod 644 "$pins/ring"
refused "a ring whose pin may only be read" \
	"its memory is shown only to who may write to it, by the mode of its pin, or by its id with CAP_SYS_ADMIN" \
	nobody dump "$pins/ring"
chmod 666 "$pins/ring"
same "and one that may be written, which it isn't" ring "$(nobody info "$pins/ring" -o json | jq -r .method)"
rm "$pins/ring"
refused "an id" CAP_SYS_ADMIN nobody dump "id:$id"
refused "an interface" CAP_NET_ADMIN nobody dump dev:lo
refused "a list" CAP_SYS_ADMIN nobody list

# -- root gives up what reading doesn't need --
allowed=0
# dac_override dac_read_search net_admin sys_ptrace sys_admin sys_resource syslog perfmon bpf
for bit in 1 2 12 19 21 24 34 38 39; do allowed=$((allowed | 1 << bit)); done
beyond() { # PID: the sets of capabilities in which there is more than reading needs
	while read -r set bits; do
		[ $((0x$bits & ~allowed)) -eq 0 ] || printf '%s ' "$set"
	done < <(grep ^Cap "/proc/$1/status" || echo "gone ffffffffffffff")
}
runs_with() { # NAME ARGUMENT...: what may be done by what goes on reading, with a tape on stdin
	local name=$1
	shift
	coproc "$BPFMAPTOP" "$@" 2>/dev/null
	local pid=$COPROC_PID line
	head -c -1 "$scratch/a.tape" >&"${COPROC[1]}" 2>/dev/null # its end doesn't come
	if IFS= read -r -t 30 line <&"${COPROC[0]}"; then
		same "$name" "" "$(beyond "$pid")"
	else
		not_ok "$name" "it wrote nothing"
	fi
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}
has_only_reading() { [ -z "$(beyond "$1")" ]; }
check_runs_with() { # what checks a tape writes nothing before its end, which doesn't come
	coproc "$BPFMAPTOP" replay - --verify 2>/dev/null
	local pid=$COPROC_PID
	head -c -1 "$scratch/a.tape" >&"${COPROC[1]}" 2>/dev/null
	wait_for 30 has_only_reading "$pid"
	same "so has a check of a recording" "" "$(beyond "$pid")"
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}
if [ -z "$(beyond self)" ]; then
	skip "rights are given up" "there are none here to give up"
else
	runs_with "a stream has only what reading needs" stream "$pins/held" -d 0.1
	runs_with "so has a replay" replay - -b
	check_runs_with
fi
