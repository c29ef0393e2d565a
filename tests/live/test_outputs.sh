#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every output of maps with the worst names, keys and values there can be, and of an empty one, with every
# option that changes what is written: the parsers that people use take all of it, and have the values.
. "$(dirname "$0")/lib.sh"
cd "$scratch" || exit 1
for what in bad empty both; do
	"$BUILD/live/hostile" $what.tape $what || { not_ok "a tape of them"; exit 1; }
done

cat >parse.py <<'END'
# parse.py FORMAT FILE...: says what of them is not whole.
import csv, json, sys, unicodedata
def once(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), "a name twice"
    return dict(pairs)
def as_json(text):
    decoder = json.JSONDecoder(parse_constant=lambda name: 1 / 0, object_pairs_hook=once)
    at = 0
    while at < len(text):
        at = decoder.raw_decode(text, at)[1]
        while at < len(text) and text[at].isspace():
            at += 1
def as_csv(text):
    rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    assert rows and len(set(map(len, rows))) == 1, "lines of different lengths"
def as_text(text):
    assert not [c for c in text if c not in "\n\t" and unicodedata.category(c)[0] == "C"], "not tame"
def as_openmetrics(text):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
    names = [family.name for family in parse(text)]
    assert names and len(set(names)) == len(names), "a family twice"
parsers = {"json": as_json, "jsonl": as_json, "bpftool": as_json, "csv": as_csv, "text": as_text, "openmetrics": as_openmetrics}
for path in sys.argv[2:]:
    try:
        parsers.get(sys.argv[1], as_text)(open(path, encoding="utf-8", errors="strict", newline="").read())
    except Exception as why:
        print(path, type(why).__name__, str(why)[:300])
END
# Of that distribution, as its modules are.
python=/usr/bin/python3
[ -x $python ] || python=python3

wrong_of() { # FORMAT FILE...: what its parsers say against them
	local format=$1 file
	shift
	$python parse.py "$format" "$@"
	case $format in
	json | jsonl | bpftool) jq . "$@" >/dev/null ;;
	prom) command -v promtool >/dev/null && for file; do promtool check metrics <"$file"; done ;;
	esac 2>&1
}

# Each option alone and several together, on each map, in a dump and in a stream.
options=("" "-c key,value" "-s -map,key" "-f 'value ~ \"B\" or key !~ plain'" "-f 'key ~ nothing_is_like_this'" "-l 2"
	"--formatted --alert 'key ~ plain'" "-f 'key !~ bidi' -s -key -l 3 -c key,value,state")
for format in text json jsonl csv prom openmetrics bpftool; do
	wrong= k=0
	rm -rf "$format" && mkdir "$format"
	for option in "${options[@]}"; do
		# Metrics are of keys and numbers.
		case $format in prom | openmetrics) option=${option/,value/} option=${option/,state/} ;;
		bpftool) option=${option/-c key,value,state/} option=${option/-c key,value/} ;; esac
		for run in "dump file:bad.tape" "dump file:empty.tape" "stream -n 3 file:bad.tape" "stream file:both.tape"; do
			case "$format $run" in prom\ stream* | openmetrics\ stream* | bpftool\ *both*) continue ;; esac # a document each
			k=$((k + 1))
			eval "\"\$BPFMAPTOP\" $run $option -o $format" >"$format/$k" 2>said ||
				wrong+="$run $option: status $?: $(head -c 300 said)"$'\n'
			[ -s "$format/$k" ] || rm "$format/$k"
		done
	done
	same "$format is taken by its parsers" "" "$wrong$(wrong_of "$format" "$format"/*)"
done

"$BPFMAPTOP" dump -o json file:bad.tape >bad.json
same "no number is rounded" "18446744073709551615 -9223372036854775808" \
	"$(python3 -c '
import json
value = list(json.load(open("bad.json"))["entries"][0]["value"].values())
print(value[0], value[2])')"
same "what JSON has no number for is null, the rest is exact" "[null, null, null, -0.0, 5e-324, 1.7976931348623157e+308]" \
	"$(python3 -c '
import json
print([entry["value"]["__name__"] for entry in json.load(open("bad.json"))["entries"]])' | sed 's/None/null/g')"
same "text is what it was" "plain|q\"\\\\\\n{}=,\\xff" \
	"$(python3 -c '
import json
print("|".join(list(entry["key"].values())[0].replace("\n", "\\n") for entry in json.load(open("bad.json"))["entries"][:2]))')"
same "an empty map is an empty list" 0 "$("$BPFMAPTOP" dump -o json file:empty.tape | jq '.entries | length')"
same "a line of names" 1 "$("$BPFMAPTOP" dump -o csv file:empty.tape | wc -l)"
same "and nothing at all" 0 "$("$BPFMAPTOP" dump -o jsonl file:empty.tape | wc -c)"
"$BPFMAPTOP" dump -o openmetrics file:bad.tape >bad.om
same "counters keep every digit" 6 "$(grep -c '^bpf_map_field_total{.* 18446744073709551615$' bad.om)"
same "NaN and infinities arrive" "NaN +Inf -Inf -0" "$(sed -n 's/.*field="__name__".* //p' bad.om | head -n 4 | xargs)"
for command in "info file:both.tape" "info file:both.tape -o c" "replay --verify both.tape" "dump -o prom file:both.tape"; do
	"$BPFMAPTOP" $command >out 2>&1
	same "'$command' is tame" "" "$(wrong_of text out)"
done
"$BPFMAPTOP" info file:both.tape -o json >out
same "info is JSON" "" "$(wrong_of json out)"

# What each option does is the same in every output.
keys() { # FORMAT OPTION...: the keys that are written, in their order
	local format=$1
	shift
	case $format in
	text) "$BPFMAPTOP" dump sim:ports -c port,proto "$@" | tail -n +2 | sed 's/^  *//; s/  */ /' ;;
	csv) "$BPFMAPTOP" dump sim:ports -c port,proto "$@" -o csv | tail -n +2 | tr , ' ' ;;
	json) "$BPFMAPTOP" dump sim:ports "$@" -o json --formatted | jq -r '.entries[].key | "\(.port) \(.proto)"' ;;
	jsonl) "$BPFMAPTOP" dump sim:ports "$@" -o jsonl --formatted | jq -r '.key | "\(.port) \(.proto)"' ;;
	prom) "$BPFMAPTOP" dump sim:ports "$@" -o prom | sed -n 's/^bpf_map_field_total{.*field="packets",port="\([^"]*\)",proto="\([^"]*\)"} .*/\1 \2/p' ;;
	esac
}
for option in "-f proto==tcp" "-s port,proto" "-f proto==udp -s -port -l 3"; do
	for format in csv json jsonl; do
		same "$option in $format" "$(keys text $option)" "$(keys $format $option)"
	done
	# Metrics have no order, and their limit is --max-series.
	[[ $option == *-l* ]] || same "$option in prom" "$(keys text $option | sort)" "$(keys prom $option | sort)"
done
"$BPFMAPTOP" dump sim:verdicts -g key -o csv | tail -n +2 | cut -d, -f1 | grep -v total >groups.csv
same "-g in csv and jsonl" "$(cat groups.csv)" \
	"$("$BPFMAPTOP" dump sim:verdicts -g key -o jsonl --formatted | jq -r 'select(.total != true) | .key | if type == "object" then .[] else . end')"
same "a column that is called as what stands there already is told apart" '["map","id","value.id","value.map","__name__"]' \
	"$("$BPFMAPTOP" dump -o jsonl -c id,map,__name__ -l 1 file:bad.tape | jq -c keys_unsorted)"
same "but not where nothing is" '["id","map"]' "$("$BPFMAPTOP" dump -o json -c id,map -l 1 file:bad.tape | jq -c '.entries[0] | keys_unsorted')"
same "a whole value is text, as in CSV" "$("$BPFMAPTOP" dump -o csv -c value -l 1 sim:ports | tail -n 1)" \
	"$("$BPFMAPTOP" dump -o jsonl -c value -l 1 sim:ports | jq -r '"\"\(.value)\""')"

# Metrics of a stream go on from reading to reading.
"$BPFMAPTOP" stream sim:flows -n 12 -d 0.2 -o prom --max-series 4 >metrics
same "readings are counted" "$(seq 12 | xargs)" "$(sed -n 's/^bpfmaptop_reads_total{.*} //p' metrics | xargs)"
for number in 'row="other"' bpf_map_gone_keys_total; do
	same "what adds up never falls: $number" "" \
		"$(grep -v '^#' metrics | grep -F "$number" | awk '{ k = $1; if ($2 < was[k]) print; was[k] = $2 }')"
done
series() { awk -v RS='# EOF\n' -v n="$1" 'NR == n' metrics | grep -o 'field="packets".*}' | sort; }
same "busy rows keep their series" "$(series 1)" "$(series 12)"
for option in "-c port" "-g proto"; do
	text=$("$BPFMAPTOP" dump sim:ports -o bpftool $option 2>&1)
	same "what bpftool's shape has no place for is refused: $option" "2 bpfmaptop: bpftool prints entries as bpftool does: leave out ${option% *}" "$? $text"
done
for command in dump "export -"; do
	text=$("$BPFMAPTOP" $command sim:flows -o prom -c saddr,state 2>&1)
	same "a column that is no metric is refused: $command" "2 bpfmaptop: column 'state' is neither part of the key nor a number" "$? $text"
done
# A tape of several maps, or several maps, are one document.
"$BPFMAPTOP" dump file:both.tape sim:ports -o prom >metrics
same "metrics of several maps stand together" "1 3" "$(grep -c '# TYPE bpf_map_entries ' metrics) $(grep -c '^bpf_map_entries{' metrics)"
for format in prom openmetrics; do
	"$BPFMAPTOP" dump file:both.tape sim:ports -o $format >metrics
	same "$format of several maps is taken by its parsers" "" "$(wrong_of $format metrics)"
done
# So they are in a stream: a document whenever all of them were read, live or at each place of a tape.
split() { # FILE: documents of it, as doc.1, doc.2, ...
	rm -f doc.*
	awk '{ print > "doc." n + 1 } /^# EOF/ { n++ }' "$1"
	ls doc.* | wc -l
}
for format in prom openmetrics; do
	for maps in "sim:ports sim:flows sim:verdicts -n 3 -d 0.2" file:both.tape; do
		"$BPFMAPTOP" stream $maps -o $format >metrics
		n_docs=$(split metrics)
		[ "$n_docs" -gt 1 ] && ok "a document a reading of $maps as $format" || not_ok "a document a reading of $maps as $format" "$n_docs"
		bad=
		for doc in doc.*; do
			bad+=$(wrong_of $format $doc)
			[ "$(grep -c '^# TYPE bpf_map_entries ' $doc)" = 1 ] || bad+="$doc: families "
			[ "$(grep -c '^bpfmaptop_map_up{' $doc)" = "$(grep -c '^bpfmaptop_map_up{' doc.1)" ] || bad+="$doc: maps "
			[ "$(sed -n 's/^bpfmaptop_reads_total{.*} //p' $doc | sort -u)" = "${doc#doc.}" ] || bad+="$doc: readings "
		done
		same "each has every map once, read once more: $maps as $format" "" "$bad"
	done
done
# What is shown of hostile text can be typed, escapes and all.
"$BPFMAPTOP" dump file:bad.tape -o jsonl --formatted | jq -r '.value.map' >shown
while IFS= read -r text; do
	found=$("$BPFMAPTOP" dump file:bad.tape -o jsonl --formatted -f "map == \"${text//\"/\\\"}\"" | jq -r '.value.map')
	same "a filter finds $text" "$text" "$found"
done <shown
# Through a pipe, too. A moment at a time: the next one once there is a document that has all of the one before.
cat >moments.py <<'END'
import re, struct, sys, time
tape, at, ends = open("moments.tape", "rb").read(), 20, {}
while at < len(tape):
    length, tick = struct.unpack_from("<QQ", tape, at + 8)
    ends[tick] = at = at + 40 + length + 8
def is_written(k):
    return re.findall(r"^bpfmaptop_reads_total{.*} (\d+)$", open("metrics").read(), re.M)[-2:] == [str(k)] * 2
at, until = 0, time.monotonic() + 60
for k in 1, 2, 3:
    sys.stdout.buffer.write(tape[at:ends[k]])
    sys.stdout.flush()
    at = ends[k]
    while k < 3 and not is_written(k):
        assert time.monotonic() < until, "there is no document of moment %d" % k
        time.sleep(0.02)
END
"$BPFMAPTOP" record moments.tape sim:ports sim:verdicts -n 3 -d 0.2
: >metrics
$python moments.py | "$BPFMAPTOP" stream file:- -o prom >metrics
split metrics >/dev/null
same "of a pipe each has every map, too" 2 "$(grep -c '^bpf_map_entries{' doc.* | cut -d: -f2 | sort -u | xargs)"
same "and there is one of each moment" "1 2 3" \
	"$(for doc in doc.*; do sed -n 's/^bpfmaptop_reads_total{.*} //p' "$doc" | uniq | xargs; done | grep -v ' ' | uniq | xargs)"
same "reals are as short as they can be" "" \
	"$("$BPFMAPTOP" dump sim:flows -o prom | grep -o '[0-9.]*\.[0-9]*0000000[0-9]*$')"
echo "1..$n"
