#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The map under a pin is replaced while it is recorded, as when its owner is restarted: the tape goes on with
# the new one.
. "$(dirname "$0")/lib.sh"
needs_bpf
cd "$scratch" || exit 1

make_map() { # BYTE VALUE_SIZE
	bpftool map create "$pins/m" type hash key 4 value "$2" entries 16 name "$me"
	bpftool map update pinned "$pins/m" key hex "$1" 0 0 0 value hex 7 $(printf ' 0%.0s' $(seq 2 "$2"))
}
maps() { "$BPFMAPTOP" replay --verify a.tape 2>/dev/null | grep -o '[0-9]* maps' | cut -d' ' -f1; }
has_reading() { "$BPFMAPTOP" replay -o jsonl a.tape 2>/dev/null | grep -q "$1"; }

make_map 11 8
first=$(id_of "$pins/m")
"$BPFMAPTOP" -d 0.1 record a.tape "$pins/m" 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 10 has_reading "\"id\":$first," && ok "the first is recorded" || not_ok "the first is recorded" "$(cat said)"
rm "$pins/m"
make_map 22 16
second=$(id_of "$pins/m")
wait_for 10 has_reading "\"id\":$second," && ok "then the second" || not_ok "then the second" "$(cat said)"
kill -INT $pid
wait $pid
same "the recording ends as one that missed nothing" "0 " "$? $(cat said)"
"$BPFMAPTOP" replay --verify a.tape >/dev/null
same "its tape is whole" 0 $?
same "and holds both" 2 "$(maps)"

# What is gone for good ends the recording.
"$BPFMAPTOP" -d 0.1 record b.tape "$pins/m" 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 10 test -s b.tape
rm "$pins/m"
wait $pid
same "a pin that leads nowhere for long ends it" 3 $?
echo "1..$n"
