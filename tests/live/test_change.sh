#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a person sees on the screen when the map they watch goes away or is replaced; and that watching
# keeps nothing alive.
. "$(dirname "$0")/lib.sh"
needs_tmux
needs_bpf

start() { # ARGUMENTS...
	on_terminal 100 24 "$BPFMAPTOP -d 0.2 $*"
}
stop() {
	keys Q
	wait_for 30 ended && ok "$1" || not_ok "$1"
}
gone() { ! bpftool map show id "$1" >/dev/null 2>&1; }

make_map() { # PIN BYTE [NAME]
	bpftool map create "$pins/$1" type hash key 4 value 8 entries 16 name "${3:-$1}"
	bpftool map update pinned "$pins/$1" key hex "$2" 0 0 0 value hex 7 0 0 0 0 0 0 0
}

make_map first 11
id=$(id_of "$pins/first")
start "id:$id"
sees "a map is watched" "first" "11 00 00 00"
rm "$pins/first"
wait_for 30 gone "$id" && ok "its owner let it go, and it went" || not_ok "its owner let it go, and it went"
sees "the screen says so" "MAP GONE"
sees "the last reading stays" "11 00 00 00"
stop "and q quits"

make_map second 22
id=$(id_of "$pins/second")
start "$pins/second"
sees "a pin is watched" "22 00 00 00"
rm "$pins/second"
make_map second 33
sees "another map under the pin is followed" "33 00 00 00"
sees "and that is said" "following it"
wait_for 30 gone "$id" && ok "the old one is not kept" || not_ok "the old one is not kept"
rm "$pins/second"
sees "a pin that leads nowhere is said to be gone" "MAP GONE"
sees "with what was read last" "33 00 00 00"
make_map second 44
sees "what is pinned there later is followed too" "44 00 00 00"
sees_no "and is live" "MAP GONE"
stop "and q quits then too"

# A name is followed like a pin: what is called so next takes the pane, with its filter.
make_map named_map 71
start "name:named_map" -f "'value ~ 07'"
sees "a name is watched" "71 00 00 00"
rm "$pins/named_map"
sees "that its map went is said" "MAP GONE"
make_map named_map 72
sees "what is called so next is followed" "72 00 00 00"
sees "which is said, too" "'name:named_map' leads to map $(id_of "$pins/named_map") now"
sees "with the filter of before" "value ~ 07"
sees_no "in place of the other" "MAP GONE"
make_map other 73
rm "$pins/named_map"
sees "it goes again" "MAP GONE"
make_map one 74 named_map
sees "and is followed again" "74 00 00 00"
rm "$pins/one" "$pins/other"
stop "and q quits there"

# Of two maps one is filtered and goes. What takes its place is filtered, and the other still isn't.
make_map leaves 75
make_map stays 76
start "$pins/leaves" "$pins/stays"
sees "of two maps the first one is in front" "75 00 00 00"
keys / "value ~ 07" Enter
sees "and is filtered" "/ value ~ 07" "? help" # which a prompt takes the place of
rm "$pins/leaves"
make_map leaves 77
sees "another one takes its place" "77 00 00 00"
sees "and its filter" "/ value ~ 07"
keys Tab
sees "the other map is there" "76 00 00 00"
sees_no "and isn't filtered" "value ~ 07"
rm "$pins/leaves" "$pins/stays"
stop "and q quits these"

# Two of a name, of which one comes again: it takes the place of both.
for twin in a b; do
	make_map "$twin" 81 twin_map
done
twins="$(id_of "$pins/a") $(id_of "$pins/b")"
start "name:twin_map"
sees "two maps of one name" "2 maps"
rm "$pins/a" "$pins/b"
for id in $twins; do wait_for 30 gone "$id" || not_ok "they go"; done
sees "both are gone" "MAP GONE"
keys Tab
sees "the other one, too" "MAP GONE"
make_map a 82 twin_map
sees "one is left" "1 map "
sees "and is the one that came" "82 00 00 00"
rm "$pins/a"
stop "and q quits that one"

# A stream follows a pin as the screen does; that it is another map the first reading of it says.
streams() { jq .map.id "$scratch/stream" 2>/dev/null | grep -qx "$1"; }
make_map third 55
was=$(id_of "$pins/third")
"$BPFMAPTOP" stream "$pins/third" -d 0.1 -o json >"$scratch/stream" 2>/dev/null &
stream=$!
at_exit+=("kill $stream")
wait_for 30 streams "$was" || not_ok "a pin is streamed"
make_map fourth 66
is=$(id_of "$pins/fourth")
mv "$pins/fourth" "$pins/third"
wait_for 30 streams "$is" && ok "a stream follows its pin" || not_ok "a stream follows its pin"
kill $stream
wait $stream
# That it came late is another matter.
same "and the first reading of another map says that it is one" \
	"[$was,[]] [$is,[\"took another map's place\"]]" \
	"$(jq -c '[.map.id, [.reading.notes[] | select(test("missed$") | not)]]' "$scratch/stream" | uniq | head -n 2 | xargs -d '\n')"

# Nobody reads what it writes for a while, so its ticks pass: the reading after says that they did.
is_late() { [ "${EPOCHREALTIME/./}" -gt $late ]; }
notes=$("$BPFMAPTOP" stream sim:many -n 2 -d 0.1 -o json | {
	IFS= read -r -n 1 _ # the first reading is made, and its ticks pass from here on
	late=$((${EPOCHREALTIME/./} + 500000))
	wait_for 30 is_late
	grep -o '"notes":[^]]*]' | cut -d: -f2 | sed 's/[1-9][0-9]* tick/N tick/' | tail -n 1
})
same "missed ticks are said by the reading that missed them" \
	'["slower than the interval, N ticks missed"]' "$notes"
