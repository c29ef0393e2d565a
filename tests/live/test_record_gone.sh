#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Maps go while they are recorded, and others take their place, as when their owner is restarted: what was
# named is what is followed, and the tape says what went.
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
same "the recording ends as one that missed nothing" 0 $?
same "and said what it followed" "bpfmaptop: map $first, '$me', went; waiting for what takes its place
bpfmaptop: map $second, '$me', took its place" "$(cat said)"
"$BPFMAPTOP" replay --verify a.tape >/dev/null
same "its tape is whole" 0 $?
same "and holds both" 2 "$(maps)"

# A pin that leads nowhere is waited for.
"$BPFMAPTOP" -d 0.1 record b.tape "$pins/m" 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 10 test -s b.tape
rm "$pins/m"
wait_for 10 grep -q "$second, .* went" said && ok "that a pin leads nowhere is said" || not_ok "that a pin leads nowhere is said" "$(cat said)"
kill -INT $pid
wait $pid
same "a recording that ends while it does is partly" 3 $?
has "what went stands in the tape" "1 of them went" "$("$BPFMAPTOP" replay --verify b.tape)"

# By name: so is what is called so.
new_map() { # PIN BYTE NAME
	bpftool map create "$pins/$1" type hash key 4 value 8 entries 16 name "$3"
	bpftool map update pinned "$pins/$1" key hex "$2" 0 0 0 value hex 7 0 0 0 0 0 0 0
}
has_key() { "$BPFMAPTOP" replay -o jsonl "$1" 2>/dev/null | grep -q "\"key\":\[\"0x$2\""; }
new_map n 51 ${me}n
new_map stays 52 ${me}s
"$BPFMAPTOP" -d 0.1 record c.tape ${me}n ${me}s 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 10 has_key c.tape 51 && wait_for 10 has_key c.tape 52 && ok "two are recorded by name" || not_ok "two are recorded by name" "$(cat said)"
rm "$pins/n"
wait_for 10 grep -q "went" said
new_map n 53 ${me}n
wait_for 10 has_key c.tape 53 && ok "a map of the same name is recorded in its place" || not_ok "a map of the same name is recorded in its place" "$(cat said)"
kill -INT $pid
wait $pid
same "with nothing missed" 0 $?
has "the tape has all three" "of 3 maps, 1 of them went," "$("$BPFMAPTOP" replay --verify c.tape)"

# An id can't come back: the others go on, and when all are gone it ends.
one=$(id_of "$pins/n") two=$(id_of "$pins/stays")
"$BPFMAPTOP" -d 0.1 record d.tape "$one" "id:$two" 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 10 has_key d.tape 53 && wait_for 10 has_key d.tape 52 || not_ok "two are recorded by id" "$(cat said)"
rm "$pins/n"
had() { "$BPFMAPTOP" replay --verify d.tape 2>/dev/null | grep -o '^[^:]*: [0-9]*' | grep -o '[0-9]*$'; }
has_more() { [ "$(had)" -ge "$1" ]; }
wait_for 10 eval '"$BPFMAPTOP" replay --verify d.tape 2>/dev/null | grep -q went'
wait_for 10 has_more $(($(had) + 3)) && ok "one goes, the other one goes on" || not_ok "one goes, the other one goes on"
rm "$pins/stays"
wait $pid
same "all gone is the end, and partly" 3 $?
has "with a sentence" "map '${me}s' (id $two) is gone" "$(cat said)"
"$BPFMAPTOP" replay --verify d.tape >verified
same "of a whole tape" 0 $?
grep -q "not ended" verified && not_ok "with an end" || ok "with an end"

# An array that a schema folds is recorded as what it shows.
bpftool map create "$pins/folded" type array key 4 value 8 entries 8 name ${me}f
bpftool map update pinned "$pins/folded" key 5 0 0 0 value 9 0 0 0 0 0 0 0
echo "{\"maps\":{\"${me}f\":{\"key\":\"u32\",\"value\":\"u64\",\"fold\":{\"cpus\":4,\"order\":\"key-cpu\"}}}}" >fold.json
"$BPFMAPTOP" --schema fold.json -n 1 record e.tape "$pins/folded"
same "a folded array is recorded as it is shown" "$("$BPFMAPTOP" --schema fold.json dump -o jsonl "$pins/folded")" \
	"$("$BPFMAPTOP" dump -o jsonl file:e.tape)"
has "CPU by CPU" '"cpu":1,"value":9' "$("$BPFMAPTOP" dump -o jsonl file:e.tape)"
rm "$pins/folded"

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
	rm "$pins/m"
	wait_for 10 sees "MAP GONE" && ok "one that went is marked" || not_ok "one that went is marked" "$(tmux -L "$me" capture-pane -p -t s)"
	make_map 55 8
	wait_for 10 sees "55 00 00 00" && ok "until there is another" || not_ok "until there is another" "$(tmux -L "$me" capture-pane -p -t s)"
	at_exit+=("tmux -L ${me}f kill-server")
	tmux -L "$me" send-keys -t s Q
	wait_for 10 eval "! tmux -L $me has-session -t s 2>/dev/null" && ok "and it ends" || not_ok "and it ends"
	sees() { tmux -L "${me}f" capture-pane -p -t s 2>/dev/null | grep -qF "$1"; }
	tmux -L "${me}f" -f /dev/null new-session -d -s s -x 100 -y 24 \
		"LC_ALL=C.UTF-8 $BPFMAPTOP replay c.tape"
	wait_for 10 sees "51 00 00 00" && wait_for 20 sees "MAP GONE" && ok "in a file, too, where it went" || not_ok "in a file, too, where it went" "$(tmux -L "${me}f" capture-pane -p -t s)"
	tmux -L "${me}f" send-keys -t s '(((((((((((('
	wait_for 10 eval "! sees 'MAP GONE'" && ok "not before" || not_ok "not before" "$(tmux -L "${me}f" capture-pane -p -t s)"
	tmux -L "${me}f" send-keys -t s Q
	wait_for 10 eval "! tmux -L ${me}f has-session -t s 2>/dev/null" && ok "and it ends" || not_ok "and it ends"
	rm "$pins/m"
else
	skip "a pipe on the screen" "tmux is not installed"
fi
echo "1..$n"
