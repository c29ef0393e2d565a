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
has_reading() { "$BPFMAPTOP" replay -o jsonl "$1" 2>/dev/null | grep -q "$2"; } # TAPE TEXT

make_map 11 8
first=$(id_of "$pins/m")
"$BPFMAPTOP" -d 0.1 record a.tape "$pins/m" 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 30 has_reading a.tape "\"id\":$first," && ok "the first is recorded" || not_ok "the first is recorded" "$(cat said)"
rm "$pins/m"
make_map 22 16
second=$(id_of "$pins/m")
wait_for 30 has_reading a.tape "\"id\":$second," && ok "then the second" || not_ok "then the second" "$(cat said)"
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
wait_for 30 has_reading b.tape "\"id\":$second," || not_ok "a pin is recorded" "$(cat said)"
rm "$pins/m"
wait_for 30 grep -q "$second, .* went" said && ok "that a pin leads nowhere is said" || not_ok "that a pin leads nowhere is said" "$(cat said)"
kill -INT $pid
wait $pid
same "a recording that ends while it does is partly" 3 $?
has "what went stands in the tape" "1 of them went" "$("$BPFMAPTOP" replay --verify b.tape)"

# By name: so is what is called so.
new_map() { # PIN BYTE NAME
	bpftool map create "$pins/$1" type hash key 4 value 8 entries 16 name "$3"
	bpftool map update pinned "$pins/$1" key hex "$2" 0 0 0 value hex 7 0 0 0 0 0 0 0
}
has_key() { has_reading "$1" "\"key\":\[\"0x$2\""; }
new_map n 51 ${me}n
new_map stays 52 ${me}s
"$BPFMAPTOP" -d 0.1 record c.tape ${me}n ${me}s 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 30 has_key c.tape 51 && wait_for 30 has_key c.tape 52 && ok "two are recorded by name" || not_ok "two are recorded by name" "$(cat said)"
rm "$pins/n"
wait_for 30 grep -q "went" said || not_ok "that it went is said" "$(cat said)"
new_map n 53 ${me}n
wait_for 30 has_key c.tape 53 && ok "a map of the same name is recorded in its place" || not_ok "a map of the same name is recorded in its place" "$(cat said)"
kill -INT $pid
wait $pid
same "with nothing missed" 0 $?
has "the tape has all three" "of 3 maps, 1 of them went," "$("$BPFMAPTOP" replay --verify c.tape)"

# An id can't come back: the others go on, and when all are gone it ends.
one=$(id_of "$pins/n") two=$(id_of "$pins/stays")
"$BPFMAPTOP" -d 0.1 record d.tape "$one" "id:$two" 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 30 has_key d.tape 53 && wait_for 30 has_key d.tape 52 || not_ok "two are recorded by id" "$(cat said)"
rm "$pins/n"
had() { "$BPFMAPTOP" replay --verify d.tape 2>/dev/null | grep -o '^[^:]*: [0-9]*' | grep -o '[0-9]*$'; }
has_more() { [ "$(had)" -ge "$1" ]; }
wait_for 30 eval '"$BPFMAPTOP" replay --verify d.tape 2>/dev/null | grep -q went'
wait_for 30 has_more $(($(had) + 3)) && ok "one goes, the other one goes on" || not_ok "one goes, the other one goes on"
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
	make_map 33 8
	on_terminal 100 24 "$BPFMAPTOP -d 0.1 record - $pins/m | $BPFMAPTOP replay -"
	sees "a pipe is watched" "33 00 00 00"
	rm "$pins/m"
	make_map 44 16
	sees "what replaced its map is shown" "44 00 00 00"
	sees "and that is said" "the recording goes on with map"
	rm "$pins/m"
	sees "one that went is marked" "MAP GONE"
	make_map 55 8
	sees "until there is another" "55 00 00 00"
	keys Q
	wait_for 30 ended && ok "and it ends" || not_ok "and it ends"
	on_terminal 100 24 "$BPFMAPTOP replay c.tape"
	sees "in a file, too, where it went" "51 00 00 00" "MAP GONE"
	keys '(((((((((((('
	sees_no "not before" "MAP GONE"
	keys Q
	wait_for 30 ended && ok "and it ends" || not_ok "and it ends"
	rm "$pins/m"
else
	skip "a pipe on the screen" "tmux is not installed"
fi
echo "1..$n"
