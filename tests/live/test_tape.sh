#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# record and replay as commands: how a recording ends, what is left of one that was killed or filled its
# disk, files that follow each other, and tapes that are none.
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1

fails() { # NAME STATUS NEEDLE ARGUMENT...
	local name=$1 status=$2 needle=$3 text
	shift 3
	text=$("$BPFMAPTOP" "$@" 2>&1 >/dev/null </dev/null)
	same "$name: status" "$status" $?
	has "$name" "$needle" "$text"
}
size() { stat -c %s "$1" 2>/dev/null || echo 0; }
is_larger() { [ "$(size "$1")" -gt "$2" ]; }
readings() { "$BPFMAPTOP" replay --verify "$1" 2>/dev/null | grep -o '[0-9]* readings\?' | cut -d' ' -f1; }

"$BPFMAPTOP" -d 0.1 -n 4 record a.tape sim:ports sim:kinds
same "a recording of so many readings ends" 0 $?
same "it holds them all" 8 "$(readings a.tape)"
same "what it holds is not for everybody" 600 "$(stat -c %a a.tape)"
"$BPFMAPTOP" replay --verify a.tape >verified
same "and is whole" 0 $?
same "to the last byte" "$(size a.tape)" "$(grep -o '[0-9]* bytes' verified | cut -d' ' -f1)"
fails "it is not written over" 1 "is there already" -n 1 record a.tape sim:ports
fails "nor recorded again" 2 "from a tape already" -n 1 record b.tape file:a.tape
same "and nothing is left of the attempt" "" "$(ls b.tape 2>/dev/null)"
fails "a map that isn't leaves no tape" 1 "nosuch" -n 1 record c.tape sim:nosuch
same "nothing at all" "" "$(ls c.tape 2>/dev/null)"
began=${EPOCHREALTIME/./}
"$BPFMAPTOP" -d 0.1 --for 300ms record for.tape sim:ports
same "a recording for so long ends" 0 $?
took=$((${EPOCHREALTIME/./} - began))
[ "$(readings for.tape)" -ge 1 ] && [ $took -ge 300000 ] && [ $took -lt 30000000 ] && ok "in time" || not_ok "in time" "$took us"

# Every output of every place is that of the whole stream.
"$BPFMAPTOP" replay -o jsonl a.tape >all.jsonl
"$BPFMAPTOP" stream -o jsonl file:a.tape >streamed.jsonl
same "replay and stream write the same" "" "$(cmp all.jsonl streamed.jsonl 2>&1)"
same "of four moments" 4 "$(jq -r 'select(.map == "ports").at' all.jsonl | sort -u | wc -l)"
"$BPFMAPTOP" dump -o json file:a.tape | jq -s . >/dev/null && ok "a dump is JSON" || not_ok "a dump is JSON"
for i in 1 2 3 4; do "$BPFMAPTOP" dump --at $i -o jsonl file:a.tape; done | grep -c '"map":"ports"' >n
same "each place can be dumped" "$(grep -c '"map":"ports"' all.jsonl)" "$(cat n)"
fails "a place behind the last one" 2 "has no reading 5, only 4" dump --at 5 file:a.tape
same "the last one is what a dump is of" "$("$BPFMAPTOP" dump --at 4 file:a.tape)" "$("$BPFMAPTOP" dump file:a.tape)"

# One map of several, by name or id; a colon may also be part of the path.
"$BPFMAPTOP" -o jsonl stream file:a.tape:ports >one.jsonl
same "one map of a tape is streamed" "$(grep '"map":"ports"' all.jsonl)" "$(cat one.jsonl)"
id=$(jq -s '.[] | select(.map == "kinds").id' all.jsonl | head -n 1)
same "by its id, too" "$(jq -c 'select(.map == "kinds")' all.jsonl)" "$("$BPFMAPTOP" replay -o jsonl "a.tape:$id" | jq -c .)"
for output in csv prom bpftool; do
	"$BPFMAPTOP" dump -o $output file:a.tape:ports >one && [ -s one ]
	same "so can be what takes one map: $output" 0 $?
done
"$BPFMAPTOP" dump file:a.tape:ports file:a.tape:kinds -o jsonl >both.jsonl
same "two words are two maps" "kinds ports" "$(jq -r .map both.jsonl | sort -u | xargs)"
fails "a map that isn't in the tape" 1 "no map of tape 'a.tape' is called 'nosuch'; there are ports, kinds" dump file:a.tape:nosuch
ln -s a.tape at:noon.tape
same "a path with a colon" "$("$BPFMAPTOP" dump file:a.tape)" "$("$BPFMAPTOP" dump file:at:noon.tape)"
same "and a map behind it" ports "$("$BPFMAPTOP" dump file:at:noon.tape:ports -o json | jq -r .map.name)"
fails "a colon in a path that isn't there" 1 "cannot open tape 'no:such.tape'" dump file:no:such.tape
same "of a pipe, too" ports "$("$BPFMAPTOP" dump file:-:ports -o jsonl <a.tape | jq -r .map | sort -u)"
has "what a counter is guessed from is what the tape has" "dec counter (a guess: rose" "$("$BPFMAPTOP" info file:a.tape:ports | grep packets)"

# Pipes
"$BPFMAPTOP" -d 0.1 -n 3 record - sim:ports | "$BPFMAPTOP" replay - -o csv >piped.csv
same "through a pipe, quietly" "0 0" "${PIPESTATUS[*]}"
same "three readings come" 3 "$(tail -n +2 piped.csv | cut -d, -f1 | sort -u | wc -l)"
"$BPFMAPTOP" -d 0.1 record - sim:ports | head -c 100 >/dev/null
same "a reader that goes away is a quiet end" "0 0" "${PIPESTATUS[*]}"

# Signals: in order
for signal in INT TERM; do
	"$BPFMAPTOP" -d 0.1 record $signal.tape sim:ports &
	pid=$!
	wait_for 20 is_larger $signal.tape 4000 || not_ok "a recording grows"
	kill -$signal $pid
	wait $pid
	same "SIG$signal ends a recording in order" 0 $?
	"$BPFMAPTOP" replay --verify $signal.tape | grep -q 'not ended' && not_ok "with an end" || ok "with an end"
done
# A pipe that nobody empties holds nobody.
mkfifo stuck
exec 9<>stuck
"$BPFMAPTOP" -d 0.1 record stuck sim:many 2>/dev/null &
pid=$!
wait_for 20 grep -q -E '^(271|73) ' "/proc/$pid/syscall"
kill -TERM $pid
wait_for 20 sh -c "! kill -0 $pid 2>/dev/null" && ok "nor a recording into a pipe that nobody empties" ||
	{ not_ok "nor a recording into a pipe that nobody empties"; kill -9 $pid; }
wait $pid
exec 9<&-

# Killed
"$BPFMAPTOP" -d 0.1 record killed.tape sim:ports sim:flows &
pid=$!
wait_for 20 is_larger killed.tape 300000 || not_ok "a recording grows"
kill -9 $pid
wait $pid 2>/dev/null
n=$(readings killed.tape)
[ "${n:-0}" -ge 2 ] && ok "a killed recording is whole up to there" || not_ok "a killed recording is whole up to there" "$n"
"$BPFMAPTOP" dump file:killed.tape >/dev/null
same "and can be read" 0 $?
head -c $(($(size killed.tape) - 7)) killed.tape >torn.tape
"$BPFMAPTOP" dump file:torn.tape >/dev/null 2>said
same "what is torn off is partly" 3 $?
has "and said" "torn" "$(cat said)"
"$BPFMAPTOP" replay --verify torn.tape >/dev/null 2>said
same "a torn tape does not verify" 1 $?
has "and it is said where" "ends at byte" "$(cat said)"

# Damaged in the middle
cp a.tape bad.tape
printf '\377' | dd of=bad.tape bs=1 seek=$(($(size bad.tape) / 2)) conv=notrunc 2>/dev/null
cmp -s a.tape bad.tape && printf '\0' | dd of=bad.tape bs=1 seek=$(($(size bad.tape) / 2)) conv=notrunc 2>/dev/null
fails "damage is found" 1 "is damaged at byte" replay --verify bad.tape
"$BPFMAPTOP" replay -o jsonl bad.tape >part.jsonl 2>said
same "what was whole before is replayed" 3 $?
has "the rest is named" "is damaged at byte" "$(cat said)"
[ -s part.jsonl ] && cmp -s -n "$(size part.jsonl)" part.jsonl all.jsonl && ok "exactly" || not_ok "exactly"

# Anywhere, with several maps: what is read of one when another turns out to be damaged ends, too.
"$BPFMAPTOP" -d 0.1 -n 3 record three.tape sim:ports sim:kinds sim:sizes
"$BPFMAPTOP" replay -o jsonl three.tape >whole.jsonl
at=7 wrong= last=$(($(size three.tape) - 3)) # in what ends it
while :; do
	cp three.tape bad.tape
	printf "\\x$(od -An -tu1 -j $at -N 1 three.tape | awk '{ printf "%02x", ($1 + 1) % 256 }')" |
		dd of=bad.tape bs=1 seek=$at conv=notrunc 2>/dev/null
	timeout 60 "$BPFMAPTOP" replay -o jsonl bad.tape >part.jsonl 2>said
	status=$?
	case $status in 1 | 3) ;; *) wrong+="byte $at: status $status: $(cat said)"$'\n' ;; esac
	[ -z "$(sort part.jsonl | uniq -d)" ] || wrong+="byte $at: lines twice"$'\n'
	sort part.jsonl | comm -23 - <(sort whole.jsonl) | grep -q . && wrong+="byte $at: lines that aren't"$'\n'
	[ $at -ge $last ] && break
	at=$((at + $(size three.tape) / 60 < last ? at + $(size three.tape) / 60 : last))
done
same "a byte anywhere is damage that is said, and nothing hangs or comes twice" "" "$wrong"
# In the last reading: the one before it is what a dump is of.
"$BPFMAPTOP" -d 0.1 -n 3 record last.tape sim:ports
"$BPFMAPTOP" dump -o jsonl --at 2 file:last.tape >before.jsonl
printf '\0\0\0\0' | dd of=last.tape bs=1 seek=$(($(size last.tape) - 90)) conv=notrunc 2>/dev/null
"$BPFMAPTOP" dump -o jsonl file:last.tape >part.jsonl 2>said
same "of a tape whose last reading is damaged the one before is dumped" "3 same" "$? $(cmp -s before.jsonl part.jsonl && echo same)"

# Something behind its end
cat a.tape a.tape >twice.tape
fails "what stands behind the end is found" 1 "goes on behind its end, at byte $(size a.tape)" replay --verify twice.tape
"$BPFMAPTOP" replay -o jsonl twice.tape >part.jsonl 2>said
same "what is before it is replayed" "3 same" "$? $(cmp -s part.jsonl all.jsonl && echo same)"
has "the rest is named" "goes on behind its end" "$(cat said)"
"$BPFMAPTOP" replay --verify - <twice.tape >verified 2>&1
same "of a pipe, too" 1 $?
{ cat a.tape && sleep 0.1 && cat a.tape; } | "$BPFMAPTOP" replay -o jsonl - >part.jsonl 2>said
same "what comes through a pipe behind its end, however late, is not passed over in silence" "3 same" \
	"$? $(cmp -s part.jsonl all.jsonl && echo same)"
has "and named" "'stdin' goes on behind its end, at byte $(size a.tape)" "$(cat said)"

# No tapes
: >empty.tape
echo "hello, this is a text and no tape" >text.tape
sed '1s/tape 1/tape 7/' a.tape >newer.tape
fails "an empty file" 1 "empty" replay --verify empty.tape
fails "a text" 1 "is not a tape" dump file:text.tape
fails "a newer version" 1 "of version 7.1, newer" dump file:newer.tape
fails "a folder" 1 "directory" dump file:/
fails "nothing there" 1 "no such file" replay -o text nosuch.tape

# Files that follow each other
"$BPFMAPTOP" -d 0.1 -n 20 --max-size 10k --max-files 3 record turn.tape sim:ports
same "a recording in several files" 0 $?
same "as many as asked for" "turn.tape turn.tape.1 turn.tape.2" "$(echo turn.tape*)"
for f in turn.tape*; do
	[ "$(size "$f")" -le 10000 ] && "$BPFMAPTOP" replay --verify "$f" >/dev/null || echo "$f: $(size "$f")"
done >wrong
same "each whole and no larger than asked for" "" "$(cat wrong)"
echo mine >kept.tape.2
fails "a file of somebody's isn't moved on over" 1 "'kept.tape.2' is there already" --max-size 10k --max-files 3 -n 1 record kept.tape sim:ports
same "it stays" "mine kept.tape.2" "$(cat kept.tape.2) $(echo kept.tape*)"
"$BPFMAPTOP" -n 1 --max-size 10k --max-files 2 record kept.tape sim:ports
same "one that is out of the way is none" 0 $?
"$BPFMAPTOP" -d 0.1 -n 30 --max-size 10k --max-files 30 record row.tape sim:ports sim:kinds
files=$(ls row.tape* | wc -l)
[ "$files" -gt 4 ] && ok "several files" || not_ok "several files" "$(ls -l row.tape*)"
for ((i = files - 1; i >= 0; i--)); do "$BPFMAPTOP" replay -o jsonl row.tape$([ $i = 0 ] || echo .$i); done >apart.jsonl
"$BPFMAPTOP" replay -o jsonl row.tape* >joined.jsonl 2>said
same "are replayed as one, in silence" "0 " "$? $(cat said)"
same "all that is in them, in its order" "$(jq -c 'del(.state, .rate)' apart.jsonl)" "$(jq -c 'del(.state, .rate)' joined.jsonl)"
same "in whatever order they are named" "" "$("$BPFMAPTOP" replay -o jsonl $(ls -r row.tape*) | cmp - joined.jsonl 2>&1)"
same "only the first reading of each map has no state" "$(jq -rs 'group_by(.map)[][0] | .map + .at' joined.jsonl)" \
	"$(jq -r 'select(.state == null) | .map + .at' joined.jsonl | sort -u)"
same "outputs take them, too" "" "$("$BPFMAPTOP" stream -o jsonl 'file:row.tape*' | cmp - joined.jsonl 2>&1)"
same "and one map of them" "" "$("$BPFMAPTOP" stream -o jsonl 'file:row.tape*:ports' | cmp - <(grep '"map":"ports"' joined.jsonl) 2>&1)"
for i in $(seq 30); do "$BPFMAPTOP" dump --at $i -o jsonl 'file:row.tape*'; done >dumped.jsonl
same "each place can be dumped" "$(jq -c 'del(.at, .state, .rate)' joined.jsonl)" "$(jq -c . dumped.jsonl)"
fails "a place behind the last one of all" 2 "has no reading 31, only 30" dump --at 31 'file:row.tape*'
fails "one of them twice" 2 "are the same file of the recording" replay row.tape row.tape.1 row.tape.1
fails "one of another recording" 2 "'turn.tape' is of another recording than 'row.tape'" replay -o jsonl row.tape turn.tape row.tape.1
fails "stdin among them" 2 "'-' is no file" replay -o jsonl row.tape -
"$BPFMAPTOP" replay --verify row.tape* turn.tape >verified
same "each is verified" "0 $((files + 1))" "$? $(grep -c ' whole, ' verified)"
head -c 3000 row.tape.2 >torn.tape
"$BPFMAPTOP" replay --verify torn.tape row.tape bad.tape >verified 2>said
same "whatever is wrong with others" "1 3 2" "$? $(grep -c ' whole, ' verified) $(wc -l <said)"
mv row.tape.2 away.tape
"$BPFMAPTOP" replay -o jsonl row.tape* >gap.jsonl 2>said
same "without one of them it is partly" 3 $?
has "and said what is missing" "between tapes 'row.tape.3' and 'row.tape.1' 1 file of the recording is missing" "$(cat said)"
same "the rest is there" "$(jq -c 'del(.state, .rate)' apart.jsonl | grep -vxF -f <("$BPFMAPTOP" replay -o jsonl away.tape | jq -c 'del(.state, .rate)'))" \
	"$(jq -c 'del(.state, .rate)' gap.jsonl)"
same "rates behind the gap are of the time that passed" "" "$(jq -s -r '
	def seconds: (.[:19] + "Z" | fromdate) + ("0." + (.[20:] | rtrimstr("Z")) | tonumber);
	def packets: [.values[].value.packets] | add;
	[.[] | select(.map == "ports")] | group_by(.key)[] | . as $rows | range(1; length) | [$rows[. - 1], $rows[.]] |
	select(.[1].rate.packets != null) |
	(((.[1] | packets) - (.[0] | packets)) / ((.[1].at | seconds) - (.[0].at | seconds))) as $rate |
	select(($rate - .[1].rate.packets) | fabs > 0.01 * $rate + 1) | "\($rate) \(.[1])"' gap.jsonl)"
mv torn.tape row.tape.2
"$BPFMAPTOP" replay -o jsonl row.tape* >gap.jsonl 2>said
same "so it is with one that is torn" 3 $?
has "and said which" "tape 'row.tape.2' is torn at byte" "$(cat said)"
same "what is behind it is there" "$(tail -n 5 joined.jsonl)" "$(tail -n 5 gap.jsonl)"
fails "files that no reading fits into" 1 "more than --max-size" --max-size 1k -n 1 record small.tape sim:flows
same "there are none then" "small.tape*" "$(echo small.tape*)"

# Full disks
fails "a full device" 1 "no space left on device; no reading was written" -n 1 record /dev/full sim:ports
(ulimit -f 400 && exec "$BPFMAPTOP" -d 0.1 record limit.tape sim:flows) 2>said
same "a limit of the size of files ends a recording, too" 1 $?
has "in words" "file too large; what was written before is whole" "$(cat said)"
mkdir full
if mount -t tmpfs -o size=256k none full 2>/dev/null; then
	at_exit+=("umount $scratch/full")
	"$BPFMAPTOP" -d 0.1 record full/a.tape sim:flows 2>said
	same "a disk that fills up ends a recording" 1 $?
	has "and says so" "no space left" "$(cat said)"
	"$BPFMAPTOP" replay --verify full/a.tape >verified
	same "what was written is whole" 0 $?
	has "readings are in it" "readings" "$(grep -v '^[^:]*: 0 ' verified)"
	rm full/a.tape
	mount -o remount,size=96k full
	"$BPFMAPTOP" -d 0.1 --max-size 20k --max-files 100 record full/b.tape sim:ports sim:kinds sim:sizes sim:wide 2>said
	same "nor does it do so between files" "1 0" "$? $(grep -vc 'no space left' said)"
	for f in full/b.tape*; do
		"$BPFMAPTOP" replay --verify "$f" 2>&1 | grep -q ': [1-9][0-9]* reading' || echo "$f: $(size "$f")"
	done >wrong
	same "each of which is whole and has readings" "" "$(cat wrong)"
	[ -e full/b.tape.2 ] && ok "of many" || not_ok "of many" "$(ls full)"
	rm full/*
	fails "a disk that no reading fits on" 1 "no space left on device; no reading was written" -n 1 record full/c.tape sim:flows
	same "nothing is left on it" "full/*" "$(echo full/*)"
else
	skip "a disk that fills up" "tmpfs can't be mounted here"
fi
