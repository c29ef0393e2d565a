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

# On the screen of a pipe's other end the new one takes the old one's place.
if command -v tmux >/dev/null; then
	at_exit+=("tmux -L $me kill-server")
	sees() { tmux -L "$me" capture-pane -p -t s 2>/dev/null | grep -qF "$1"; }
	make_map 33 8
	tmux -L "$me" -f /dev/null new-session -d -s s -x 100 -y 24 \
		"LC_ALL=C.UTF-8 sh -c '$BPFMAPTOP -d 0.1 record - $pins/m | $BPFMAPTOP replay -'"
	wait_for 10 sees "33 00 00 00" && ok "a pipe is watched" || not_ok "a pipe is watched"
	rm "$pins/m"
	make_map 44 16
	wait_for 10 sees "44 00 00 00" && ok "what replaced its map is shown" || not_ok "what replaced its map is shown" "$(tmux -L "$me" capture-pane -p -t s)"
	sees "the recording goes on with map" && ok "and that is said" || not_ok "and that is said"
	tmux -L "$me" send-keys -t s Q
	wait_for 10 eval "! tmux -L $me has-session -t s 2>/dev/null" && ok "and it ends" || not_ok "and it ends"
	rm "$pins/m"
else
	skip "a pipe on the screen" "tmux is not installed"
fi
echo "1..$n"
