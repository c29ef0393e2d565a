#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# stream, dump and export as part of a pipeline: pipes that close, signals, what is flushed when, tapes that get
# another map while they are read.
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1
size() { stat -c %s "$1" 2>/dev/null || echo 0; }
is_larger() { [ "$(size "$1")" -gt "$2" ]; }
ends() { wait_for 20 sh -c "! kill -0 $1 2>/dev/null"; }

# -- whoever reads goes away --

for format in text json jsonl csv prom bpftool; do
	"$BPFMAPTOP" stream -d 0.1 sim:ports -o $format 2>said | head -n 1 >first
	same "a $format stream whose reader goes ends quietly" "0 0 0" "${PIPESTATUS[*]} $(size said)"
	"$BPFMAPTOP" dump sim:many -o $format 2>said | head -c 10 >first
	same "a $format dump as well" "0 0 0" "${PIPESTATUS[*]} $(size said)"
done
"$BPFMAPTOP" export - -d 0.1 sim:ports 2>said | head -n 1 >first
same "an export as well" "0 0 0" "${PIPESTATUS[*]} $(size said)"

# -- a reading is there as soon as it is made --

for format in text json jsonl csv prom; do
	"$BPFMAPTOP" stream -d 0.1 -n 1 sim:ports -o $format >whole
	mkfifo "$format"
	"$BPFMAPTOP" stream -d 3600 sim:ports -o $format >"$format" &
	pid=$!
	lines=$(timeout 60 head -n "$(wc -l <whole)" "$format" | wc -l)
	same "all of a $format reading is there before the next" "$(wc -l <whole)" "$lines"
	kill $pid
	wait $pid
done

# -- like top --

same "-b -n -d: so many readings" 3 "$("$BPFMAPTOP" -b -n 3 -d 0.1 sim:ports | grep -c '^ports #')"
cmp -s <("$BPFMAPTOP" -b -n 1 -c port,packets -s -packets -l 3 sim:ports | tail -n +2) \
	<("$BPFMAPTOP" stream -o text -n 1 -c port,packets -s -packets -l 3 sim:ports | tail -n +2)
same "-b is stream -o text" 0 $?
"$BPFMAPTOP" -b -n 3 -d 0.3 sim:ports -o jsonl | jq -r .at | sort -u >moments
# A late tick is followed by one in time: what holds is the way from the first to the last.
same "-d seconds apart" 3 "$(python3 -c '
import datetime, sys
at = [datetime.datetime.fromisoformat(line.strip()[:26]) for line in sys.stdin]
print(len(at) if (at[-1] - at[0]).total_seconds() >= 0.3 else at)' <moments)"

"$BPFMAPTOP" stream -d 0.1 --for 300ms -o csv sim:ports >some.csv
same "for so long" "0 ports" "$? $(tail -n 1 some.csv | cut -d, -f2)"
"$BPFMAPTOP" record - -d 0.1 sim:ports | timeout 60 "$BPFMAPTOP" stream --for 300ms -o csv file:- >some.csv
same "of a pipe that goes on, too" 0 $?
"$BPFMAPTOP" dump sim:ports >/dev/full 2>said
same "a full disk fails, in words" "1 bpfmaptop: cannot write to stdout: no space left on device" "$? $(cat said)"

# -- told to end --

for signal in INT TERM HUP; do
	"$BPFMAPTOP" stream -d 0.1 -o jsonl sim:flows >$signal.jsonl 2>said &
	pid=$!
	wait_for 20 is_larger $signal.jsonl 200000 || not_ok "a stream grows"
	kill -$signal $pid
	wait $pid
	same "SIG$signal ends a stream in order" "0 " "$? $(cat said)"
	jq -c . $signal.jsonl >/dev/null && [ "$(tail -c 1 $signal.jsonl | wc -l)" = 1 ] && ok "every line of it is whole" ||
		not_ok "every line of it is whole"
done
"$BPFMAPTOP" stream -d 0.1 -n 10000 -o csv sim:ports >counted.csv & # a file of its own: once it grows the stream is there
pid=$!
wait_for 20 is_larger counted.csv 1000
kill -TERM $pid
wait $pid
same "one that had a count to reach is partly done" 3 $?
for format in jsonl prom; do
	mkfifo stuck
	exec 9<>stuck
	"$BPFMAPTOP" stream -d 0.1 -o $format sim:many >stuck 2>said &
	pid=$!
	wait_for 20 grep -q -E '^(271|73) ' "/proc/$pid/syscall" # ppoll
	kill -TERM $pid
	ends $pid && ok "a pipe that nobody empties holds no stream of $format" ||
		{ not_ok "a pipe that nobody empties holds no stream of $format"; kill -9 $pid; }
	wait $pid
	same "which says so" "1 bpfmaptop: told to end before all was written, which nobody took" "$? $(cat said)"
	exec 9<&-
	rm stuck
done

mkdir collected
for signal in INT TERM HUP; do
	"$BPFMAPTOP" export collected/a.prom -d 0.1 sim:many sim:flows 2>said &
	pid=$!
	wait_for 20 is_larger collected/a.prom 1000 || not_ok "an export is written"
	for i in $(seq 20); do tail -n 1 collected/a.prom; done | sort -u >tails
	same "what is read of it meanwhile is whole" "# EOF" "$(cat tails)"
	kill -$signal $pid
	wait $pid
	same "SIG$signal ends an export in order" "0 " "$? $(cat said)"
	same "nothing of it is left" "" "$(ls -A collected)"
done

# -- rates need two readings, whatever they are of --

known() { awk -F, 'NR > 1 { n++; if ($NF != "-") k++ } END { print (n > 0 && k > n / 2) }'; }
same "a dump of rates" 1 "$("$BPFMAPTOP" dump -d 0.1 -c packets.rate -o csv sim:ports | known)"
same "of a pipe" 1 "$("$BPFMAPTOP" record - -d 0.1 sim:ports | "$BPFMAPTOP" dump file:- -c packets.rate -o csv | known)"
"$BPFMAPTOP" record -d 0.1 -n 3 three.tape sim:ports sim:flows
same "of a tape" 1 "$("$BPFMAPTOP" dump -c packets.rate -o csv file:three.tape | known)"
same "but not of its first reading" 0 "$("$BPFMAPTOP" dump --at 1 -c packets.rate -o csv file:three.tape | known)"
same "a tape's one reading is written all the same" 0 \
	"$("$BPFMAPTOP" record - -n 1 sim:ports | "$BPFMAPTOP" dump file:- -c packets.rate -o csv | known)"
same "by what it sorts" 1 "$("$BPFMAPTOP" dump -d 0.1 -s -packets.rate -c packets.rate -l 9 -o csv sim:flows | known)"
same "of several maps, in their order" "ports flows" \
	"$("$BPFMAPTOP" dump -d 0.1 -c packets.rate -l 1 -o jsonl sim:ports sim:flows | jq -r .map | paste -sd' ')"
same "every reading of a pipe is written" "$(seq -s' ' 1 40)" \
	"$("$BPFMAPTOP" record - -d 0.1 -n 10 sim:ports sim:flows sim:kinds sim:sizes |
		"$BPFMAPTOP" replay - -o jsonl -l 1 | jq -r '.map + .at' | sort -u | grep -n . | cut -d: -f1 | paste -sd' ')"

# In a first reading the totals say what is large, where a sort is by rates.
falls() { awk -F, 'NR > 1 && $NF != "true" { n++; if (n > 1 && $4 > was) bad++; was = $4 } END { print (n > 3 && !bad) }'; }
same "a first reading's order by rates" 1 "$("$BPFMAPTOP" stream -n 1 -s -packets.rate -c packets -o csv sim:flows | falls)"
same "of groups, too" 1 "$("$BPFMAPTOP" stream -n 1 -g dport -s -packets.rate -c packets -o csv sim:flows | falls)"

# -- one of several has no such field --

same "a filter says which of several maps it doesn't fit" "bpfmaptop: map 'ports': filter, column 1: no field" \
	"$("$BPFMAPTOP" dump -f 'saddr == 10.0.0.1' sim:flows sim:ports 2>&1 >/dev/null | head -1 | cut -d' ' -f1-8)"
same "and of one map doesn't" "bpfmaptop: filter, column 1: no field" \
	"$("$BPFMAPTOP" dump -f 'saddr == 10.0.0.1' sim:ports 2>&1 >/dev/null | head -1 | cut -d' ' -f1-6)"

# -- one of several can't be read --

needs_bpf
make_map() { # BYTE VALUE_SIZE
	bpftool map create "$pins/m" type hash key 4 value "$2" entries 16 name "$me"
	bpftool map update pinned "$pins/m" key hex "$1" 0 0 0 value hex 7 $(printf ' 0%.0s' $(seq 2 "$2"))
}
has_line() { grep -q "$1" "$2" 2>/dev/null; }
bpftool map create "$pins/cg" type cgroup_array key 4 value 4 entries 4 name "${me}cg"
make_map 11 8
"$BPFMAPTOP" dump -o jsonl "$pins/cg" "$pins/m" >out 2>said
same "a map that can't be read leaves the others" "3 1 1" "$? $(wc -l <out) $(wc -l <said)"
"$BPFMAPTOP" dump -o jsonl "$pins/cg" >out 2>said
same "alone, it fails" "1 0 1" "$? $(wc -l <out) $(wc -l <said)"
rm "$pins/cg"

"$BPFMAPTOP" stream -d 0.1 -o jsonl "$pins/m" sim:ports >out 2>said &
pid=$!
wait_for 20 has_line "\"map\":\"$me\"" out || not_ok "two maps are streamed"
rm "$pins/m"
wait_for 20 has_line went said && ok "a map that goes is said to be gone" || not_ok "a map that goes is said to be gone"
lines=$(wc -l <out)
more() { [ "$(wc -l <out)" -gt "$lines" ]; }
wait_for 20 more && ok "and the others go on" || not_ok "and the others go on"
kill -TERM $pid
wait $pid
same "which is partly done" 3 $?

# -- what was named is what is followed --

end_stream() { # SIGTERM, and its status
	kill -TERM $pid
	wait $pid
}
for format in jsonl csv bpftool; do
	make_map 61 8
	first=$(id_of "$pins/m")
	word=$pins/m
	[ $format = jsonl ] && word=$me
	rm -f out said # of the format before, which would be taken for this one's
	"$BPFMAPTOP" stream -d 0.1 -o $format "$word" >out 2>said &
	pid=$!
	at_exit+=("kill $pid")
	wait_for 20 has_line "0x61\|,61 00" out || not_ok "$word is streamed as $format" "$(cat said)"
	rm "$pins/m"
	[ $format = bpftool ] || wait_for 20 has_line went said
	make_map 62 8
	second=$(id_of "$pins/m")
	wait_for 20 has_line "0x62\|,62 00" out && ok "what took its place is in the $format" || not_ok "what took its place is in the $format" "$(cat said)"
	end_stream
	same "with nothing missed" 0 $?
	same "which is said" "bpfmaptop: map $first, '$me', went; waiting for what takes its place
bpfmaptop: map $second, '$me', took its place" "$(cat said)"
	rm "$pins/m"
done
make_map 63 8
: >out >said # not those of before
"$BPFMAPTOP" stream -d 0.1 -o csv --hex-width 4 "$pins/m" >out 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 20 has_line "^20.*,99,7," out || not_ok "it is streamed"
rm "$pins/m"
bpftool map create "$pins/m" type hash key 8 value 8 entries 16 name "$me"
wait_for 20 has_line "different columns" said || not_ok "it has other columns"
rm "$pins/m"
wait_for 20 eval '[ "$(grep -c went said)" = 2 ]'
make_map 64 8
wait_for 20 has_line "^20.*,100,7," out && ok "one that fits the line of names is written, one that doesn't is not" ||
	not_ok "one that fits the line of names is written, one that doesn't is not" "$(cat said)"
end_stream
same "which is partly done" 3 $?
rm "$pins/m"
make_map 67 8
rm -f x.prom
"$BPFMAPTOP" export x.prom -d 0.1 --hex-width 8 -c key,v0 "$pins/m" 2>said &
pid=$!
at_exit+=("kill $pid")
wait_for 20 has_line '^bpf_map_field.*field="v0",key="67 .* 7' x.prom || not_ok "columns are exported" "$(cat x.prom said)"
rm "$pins/m"
make_map 68 3
third=$(id_of "$pins/m")
wait_for 20 has_line "map $third, '$me', has no 'v0' to export; what else was asked for is" said &&
	ok "an export of what took the place says which columns that lacks" ||
	not_ok "an export of what took the place says which columns that lacks" "$(cat said)"
wait_for 20 has_line "^bpf_map_entries.*id=\"$third\".* 1" x.prom && ok "and goes on with the others" ||
	not_ok "and goes on with the others" "$(cat x.prom)"
rm "$pins/m"
wait_for 20 has_line "^bpfmaptop_map_up.* 0" x.prom || not_ok "it goes, too" "$(cat x.prom)"
make_map 69 8
wait_for 20 has_line '^bpf_map_field.*field="v0",key="69 .* 7' x.prom && ok "and with all of them when they are there again" ||
	not_ok "and with all of them when they are there again" "$(cat x.prom said)"
end_stream
same "and ends in order" 0 $?
"$BPFMAPTOP" export x.prom -d 0.1 --hex-width 8 -c v0 "$pins/m" 2>said &
pid=$!
at_exit+=("kill $pid")
has_map() { has_line "^bpf_map_entries.*$me" x.prom; }
wait_for 20 has_map || not_ok "it is exported"
rm "$pins/m"
make_map 6a 3
wait_for 20 has_line "no field is called .v0." said && ok "one of which nothing fits is left out, and said to be" ||
	not_ok "one of which nothing fits is left out, and said to be" "$(cat said)"
wait_for 20 eval '! has_map' && ok "it leaves the file" || not_ok "it leaves the file" "$(cat x.prom)"
rm "$pins/m"
make_map 6b 8
wait_for 20 has_map && ok "until another fits" || not_ok "until another fits" "$(cat x.prom said)"
end_stream
same "which is no fault" 0 $?
rm "$pins/m"
make_map 65 8
: >out >said # not those of before
"$BPFMAPTOP" stream -d 0.1 -n 20 -o csv "$pins/m" >out 2>said &
pid=$!
wait_for 20 has_line ",65 00" out
rm "$pins/m"
wait $pid
same "where nothing takes its place, the count of readings is reached all the same" 3 $?
make_map 66 8
: >out >said # not those of before
"$BPFMAPTOP" stream -d 0.1 -o csv "$(id_of "$pins/m")" >out 2>said &
pid=$!
wait_for 20 has_line ",66 00" out
rm "$pins/m"
wait $pid
same "an id is that of one map" "1 1" "$? $(grep -c gone said)"

# -- a tape gets another map while it is read --

mkfifo tape
for format in jsonl text csv; do
	make_map 11 8
	first=$(id_of "$pins/m")
	: >out >said
	"$BPFMAPTOP" -d 0.1 record - "$pins/m" >tape 2>/dev/null &
	recorder=$!
	at_exit+=("kill $recorder")
	"$BPFMAPTOP" replay - -o $format <tape >out 2>said &
	pid=$!
	wait_for 20 has_line "$first" out || not_ok "a pipe is replayed as $format" "$(cat said)"
	rm "$pins/m"
	make_map 22 8
	second=$(id_of "$pins/m")
	wait_for 20 has_line "$second" out && ok "a map that comes later is in the $format" ||
		not_ok "a map that comes later is in the $format" "$(tail -n 3 out)" "$(cat said)"
	rm "$pins/m"
	kill $recorder
	wait $pid
	same "and its end is a good one" 0 $?
done
echo "1..$n"
