#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every way to ask wrongly gets one sentence and the right exit status.
. "$(dirname "$0")/lib.sh"

says() { # NAME STATUS NEEDLE ARGUMENT...
	local name=$1 status=$2 needle=$3 text
	shift 3
	text=$("$BPFMAPTOP" "$@" 2>&1 >/dev/null </dev/null)
	local got=$?
	if [ $got -ne "$status" ]; then
		not_ok "$name" "status $got, expected $status" "$text"
	elif [ "$(printf '%s\n' "$text" | grep -c '^bpfmaptop: ')" -ne 1 ]; then
		not_ok "$name" "expected one sentence" "$text"
	else
		has "$name" "$needle" "$text"
	fi
}

says "an option that isn't" 2 "--frobnicate" --frobnicate
says "an option without its value" 2 "needs a value" dump --filter
says "two filters" 2 "'--filter' is given twice; join the two by 'and'" dump -f 'packets > 1' sim:flows --filter 'packets < 9'
says "two groups" 2 "'--group' is given twice; join the two by ','" dump -g proto -g dport sim:flows
says "two alerts" 2 "'--alert' is given twice; join the two by 'or'" dump --alert state==new --alert state==gone sim:flows
says "two outputs" 2 "'--output' is given twice; leave one of them out" dump -o json -o csv sim:flows
same "a flag twice says no more than once" 0 "$("$BPFMAPTOP" dump --strict --strict sim:flows >/dev/null 2>&1; echo $?)"
once=$("$BPFMAPTOP" --help | sed -nE 's/^ {2}.{4}--([a-z-]+)[ =[]=?[A-Z]+.*/\1/p')
wrong=
for option in $once; do
	case $option in
	output) value=json ;;
	for | smooth) value=10s ;;
	method) value=batch ;;
	color) value=never ;;
	ghosts) value=2000 ;;
	*) value=1 ;;
	esac
	"$BPFMAPTOP" "--$option=$value" "--$option=$value" 2>&1 | grep -q "'--$option' is given twice" || wrong+=" $option"
done
same "any option with a value is given once" "28:" "$(wc -w <<<"$once"):$wrong"
says "an interval that is too short" 2 "0.1 to 3600" -d 0.001 sim:flows
says "an interval that is no number" 2 "0.1 to 3600" -d soon sim:flows
says "an interval that is absurd" 2 "0.1 to 3600" -d 1e99 sim:flows
says "an interval that is not finite" 2 "0.1 to 3600" -d nan sim:flows
says "fewer ghosts than are of use" 2 "1024 to 1048576" --ghosts 5 stream sim:flows
says "a count of nothing" 2 "whole number" -n 0 stream sim:flows
says "an output that isn't" 2 "no output format" dump -o xml sim:flows
says "a command that is mistyped" 1 "did you mean the command 'list'?" lsit -b
says "a command that is cut short" 1 "did you mean the command 'record'?" rec -b
same "a name that is near no command" 0 "$("$BPFMAPTOP" nosuchmap -b 2>&1 | grep -c 'did you mean')"
same "a map's name behind a command" 0 "$("$BPFMAPTOP" dump lsit 2>&1 | grep -c 'did you mean')"
says "a dump of nothing" 2 "needs MAP" dump
says "a word too many" 2 "flows" list flows
says "a filter that would be passed over" 2 "'list' takes no --filter; it is for: watch dump" list -f 'type == hash'
says "readings of a list" 2 "'list' takes no --count" list -n 3
says "a dump that goes on" 2 "'dump' takes no --count" dump -n 3 sim:flows
says "rows of a recording" 2 "'record' takes no --filter" record /nosuch/x.tape sim:flows -f 'packets > 1'
says "a schema of rows" 2 "'dump' takes no --schema-out" dump sim:flows --schema-out
says "declarations of rows" 2 "only 'info' writes c" dump sim:flows -o c
says "an option cut too short" 2 "the beginning of --max-rows, --max-size, --max-files, --max-series" --max 5 dump sim:flows
says "a method that is mistyped" 2 "did you mean 'batch'?" dump --method baatch sim:flows
says "an output that is mistyped" 2 "did you mean 'json'?" dump -o jsn sim:flows
says "an option that is mistyped" 2 "did you mean '--filter'?" dump --filtre 'packets > 1' sim:flows
says "a method that isn't" 2 "mmap, batch, iter, next-key" dump --method nosuch sim:flows
says "neither a map nor a command" 1 "'bpfmaptop list' shows the maps, --help the commands" frob -b
says "an object that isn't one" 2 "is no BPF object" dump --btf "$BPFMAPTOP" sim:flows
says "nor is text" 2 "is no BPF object" dump --btf "$0" sim:flows
says "a schema that isn't there" 1 "no such file" dump --schema /nosuch sim:flows
says "a schema that is none" 2 "not JSON" dump --schema "$0" sim:flows
says "a tape that is none" 1 "is not a tape" replay "$0" -b
says "no map at all" 2 "the name of a map is empty" dump ""
says "maps with different columns in one CSV" 2 "different columns" dump -o csv sim:flows sim:ports
says "several maps in one document" 2 "write one map at a time" dump -o bpftool sim:flows sim:ports
says "an export of what is no number" 2 "neither" export /dev/null sim:kinds -c state
says "an export as something else" 2 "prom or openmetrics" export /dev/null sim:flows -o json
says "an export without a map" 2 "needs FILE" export /dev/null
says "an export to where nothing can be" 1 "/nosuch/x.prom" export /nosuch/x.prom sim:flows -n 1
says "also one that has no end" 1 "cannot write '/nosuch/x.prom'" export /nosuch/x.prom sim:flows
says "a help topic that isn't" 2 "topics:" --help=nothing
says "a filter with an error" 2 "column" dump -f 'packets >' sim:flows
says "a filter on a field that isn't" 2 "column" dump -f 'pakets > 1' sim:flows
says "a filter that compares what can't be compared" 2 "column" dump -f 'saddr > 5' sim:flows
says "a sort by a column that isn't" 2 "nosuch" dump -s nosuch sim:flows
says "a column that isn't" 2 "nosuch" dump -c nosuch sim:flows
says "a format that isn't" 2 "no format" dump -c packets:nosuch sim:flows
says "a simulation that isn't" 1 "nosuch" dump sim:nosuch
says "a spec without a name" 2 "name" dump name:
says "a theme that isn't on a pipe is not looked for" 1 "nosuch" dump sim:nosuch --theme nosuch
says "a picker without a terminal" 2 "no screen"
says "a demo without a terminal" 1 "terminal" demo

says "a group by what isn't there" 2 "nosuch" dump -g nosuch sim:flows
says "a network of no address" 2 "not an address" dump -g proto/8 sim:flows
says "a group by what is measured" 2 "packets.skew" dump -g packets.skew sim:ports
says "a filter of groups with an error" 2 "group-filter, column 1" dump -g proto --group-filter 'cont > 1' sim:flows
says "a share of nothing" 2 "such as 'count.share'" dump -g proto --group-filter 'share > 5%' sim:flows
says "a filter of groups without any" 2 "which -g makes" dump --group-filter 'count > 1' sim:flows
text=$("$BPFMAPTOP" dump -g dport -f 'proto == tcp' --group-filter 'count > 40 and dport < 1000' -c dport,count -o csv sim:flows | awk -F, '
	NR == 1 || $3 == "true" { next } { n++; ok += $2 > 40 && $1 < 1000 } END { print (n > 1 && ok == n) }')
same "a filter of groups is of groups" 1 "$text"
same "whose total is of all" \
	"$("$BPFMAPTOP" dump -g dport -o csv sim:flows | grep true)" \
	"$("$BPFMAPTOP" dump -g dport --group-filter 'packets.share > 5%' -o csv sim:flows | grep true)"
same "in metrics and JSON, too" "$("$BPFMAPTOP" dump -g dport --group-filter 'count > 40' -o json sim:flows | jq '.entries | length')" \
	"$("$BPFMAPTOP" dump -g dport --group-filter 'count > 40' -o prom sim:flows | grep -c 'field_total{.*"packets".*dport="')"
same "ranges of what is measured end where the next one begins" "1..2 2..4" \
	"$(echo $("$BPFMAPTOP" dump -g packets.skew:log2 -c packets.skew.range -o csv sim:ports | sed -n 's/,false$//p' | sort))"
says "groups as entries of a map" 2 "leave out -g" dump -g proto -o bpftool sim:flows
says "an alert with an error" 2 "column" stream --alert 'packets >' sim:flows
says "an alert, once for all readings" 0 "alert: " \
	stream -n 3 -d 0.1 --alert 'packets > 0' sim:flows
text=$("$BPFMAPTOP" stream -n 3 -d 0.1 --alert 'packets > 0' --bell sim:flows 2>&1 >/dev/null | tr -dc '\a' | wc -c)
same "and rings once" 1 "$text"
text=$("$BPFMAPTOP" dump --alert 'dport == 443' -c dport -o csv sim:flows 2>/dev/null | awk -F, 'NR == 1 { ok = $2 == "alert"; next } ($2 == "true") != ($1 == 443) { ok = 0 } $2 == "true" { n++ } END { print (ok && n > 0) }')
same "csv says which rows an alert is about" 1 "$text"
text=$("$BPFMAPTOP" dump --alert 'proto == tcp' -o jsonl sim:flows 2>/dev/null | awk '/"alert":true/ != /"proto":6[,}]/ { bad++ } /"alert":true/ { n++ } END { print (!bad && n > 0) }')
same "jsonl says which rows an alert is about" 1 "$text"
says "what is waited for and doesn't come" 1 "no row matched" \
	stream -n 2 -d 0.1 --until 'packets < 0' sim:flows
timeout 60 "$BPFMAPTOP" stream -d 0.1 --until 'count > 0 and state != new' -g proto sim:flows -o csv >"$scratch/met"
same "what is waited for and comes ends the stream" 0 $?
same "after the reading in which it came" 2 "$(cut -d, -f1 "$scratch/met" | sed 1d | sort -u | wc -l)"
mkdir -p "$scratch/config/bpfmaptop"
echo '{"maps": {"flows": {"alert": "dport == 443"}, "ports": {"alert": "nosuch > 1"}}}' >"$scratch/config/bpfmaptop/config.json"
kept() { XDG_CONFIG_HOME=$scratch/config "$BPFMAPTOP" "$@" -l 400 2>"$scratch/err"; }
right='NR == 1 { next } ($1 == "!") != ($NF == 443) { bad++ } $1 == "!" { n++ } END { print (!bad && n > 0) }'
same "a saved alert marks rows of a dump" 1 "$(kept dump -c saddr,dport sim:flows | awk "$right")"
has "and is said on stderr" "match dport == 443" "$(cat "$scratch/err")"
same "of a stream" 1 "$(kept stream -n 1 -c saddr,dport sim:flows | sed 1d | awk "$right")"
same "of a replay" 1 "$(kept replay -b -n 1 -c saddr,dport tests/tapes/sim_flows.tape | sed 1d | awk "$right")"
same "in JSON" 1 "$(kept dump -c dport -o jsonl sim:flows | awk '/"alert":true/ != /"dport":443[,}]/ { bad++ } /"alert":true/ { n++ } END { print (!bad && n > 0) }')"
same "and in CSV" 1 "$(kept dump -c dport -o csv sim:flows | awk -F, 'NR == 1 { ok = $2 == "alert"; next } ($2 == "true") != ($1 == 443) { ok = 0 } $2 == "true" { n++ } END { print (ok && n > 0) }')"
same "an alert that is given comes before it" 1 "$(kept dump --alert 'dport != 443' -c saddr,dport sim:flows | awk "${right/!= (\$NF/== (\$NF}")"
kept dump sim:ports >/dev/null
same "a saved alert that doesn't fit is no failure" 0 $?
has "but said" "the saved alert of 'ports' doesn't fit" "$(cat "$scratch/err")"
echo '{' >"$scratch/config/bpfmaptop/config.json"
kept dump sim:ports >/dev/null
same "nor is a configuration with a fault" 0 $?
has "it is said" "config.json" "$(cat "$scratch/err")"
echo "{\"colour\": 1, \"maps\": {\"flows\": {\"alert\": \"dport == 443\", \"sorting\": \"x\"}}}" >"$scratch/config/bpfmaptop/config.json"
same "what has no fault in it holds" 1 "$(kept dump -c saddr,dport sim:flows | awk "$right")"
has "each fault is said" "maps.flows has \"sorting\", which means nothing: line 1" "$(grep -A1 colour "$scratch/err")"
kept --print-config >"$scratch/printed"
same "printing it fails then" 1 $?
has "with what is in force" "dport == 443" "$(cat "$scratch/printed")"
text=$("$BPFMAPTOP" dump -g proto -f 'dport == 443' sim:flows | awk 'NR > 1 && $1 != "total" { n += $2 } $1 == "total" { t = $2 } END { print (n > 0 && n == t) }')
same "groups add up to their total" 1 "$text"
text=$("$BPFMAPTOP" stream -n 2 -d 0.1 -g saddr/8,proto -o json sim:flows | jq -s '.[1] | .groups as $g | [.entries[]] |
	(map(.value.packets) | add) == $g.total.value.packets and (map(.value.count) | add) == $g.total.value.count and
	((map(.rate.bytes // 0) | add) / $g.total.rate.bytes - 1 | fabs) < 1e-9 and ((map(.share.bytes) | add) - 1 | fabs) < 1e-9 and
	length == $g.count and $g.by == "saddr/8,proto" and all(.[].key.saddr; test("/8$"))')
same "in JSON, too, with shares and rates" true "$text"
text=$("$BPFMAPTOP" stream -n 2 -d 0.1 -g saddr/8 -o jsonl sim:flows | jq -s '
	map(select(.total)) as $t | map(select(.total | not)) | ($t | length) == 2 and
	(map(.value.packets) | add) == ($t | map(.value.packets) | add) and ($t | all(has("key") | not))')
same "and in lines of JSON" true "$text"
text=$("$BPFMAPTOP" dump -g bytes:log2 -c bytes.range,count,bytes.share -o csv sim:flows | tr -d % | awk -F, '
	NR == 1 { ok = $4 == "total"; next } $4 == "false" { n += $2; share += $3 } $4 == "true" { t = $2 } END { print (ok && n == t && t > 9 && share > 99.9 && share < 100.1) }')
same "and in CSV" 1 "$text"
text=$("$BPFMAPTOP" stream -n 2 -d 0.1 -g proto -c proto,packets,packets.max,packets.mean,packets@0,packets@1,packets@2,packets@3,packets.maxcpu -o csv sim:ports | awk -F, '
	$NF == "false" && $5 > 0 { max = 0; for (i = 8; i <= 11; i++) { sum[NR] += $i; if ($i > max) max = $i } n++; if (sum[NR] != $5 || max != $6 || $7 * 4 < $5 - 1 || $7 * 4 > $5 + 1) bad++ }
	END { print (n > 3 && !bad) }')
same "groups keep the CPUs apart" 1 "$text"
text=$("$BPFMAPTOP" dump -g saddr/16 -c saddr,count -o csv sim:flows | cut -d, -f1 | sed -n 's/^.*[.:]\([0-9]*\)*\(\/16\)$/\2/p' | wc -l)
same "of IPv4 and IPv6 by prefix" "$("$BPFMAPTOP" dump -g saddr/16 -c saddr -o csv sim:flows | sed '1d;$d' | wc -l)" "$text"
"$BPFMAPTOP" dump -g proto -o prom sim:flows >"$scratch/prom"
n_rows=$("$BPFMAPTOP" dump -g '' -c count -o csv sim:flows | sed -n 2p | cut -d, -f1)
same "groups are series with the groups' fields for labels" "$n_rows" "$(awk '/^bpf_map_field_value{.*field="count",proto="/ { n += $2 } END { print n }' "$scratch/prom")"
has "beside the entries of the map itself" "bpf_map_entries{map=\"flows\",id=\"1\"} $n_rows" "$(cat "$scratch/prom")"
text=$("$BPFMAPTOP" export - -n 2 -d 0.1 -g proto,dport:1000 sim:flows | grep -c '^bpf_map_field_total{.*field="packets",proto="[a-z0-9-]*",dport_range="[0-9.]*"} ')
same "an export has them, too" 1 "$((text > 5))"
text=$("$BPFMAPTOP" stream -n 2 -d 0.1 --baseline -c packets.base sim:flows -o csv | grep -c -- '-$')
same "a baseline at the start knows every row" 0 "$text"
text=$("$BPFMAPTOP" stream -n 3 -d 0.1 --smooth 10s -c port,packets.rate,packets.smooth -s packets.rate -o csv sim:ports | awk -F, '
	NR == 1 || $6 == "-" { next } $5 != $6 { differs++ } $1 == at && $6 + 0 > last { bad++ } { at = $1; last = $6 + 0 } END { print (differs > 3 && !bad) }')
same "rows are sorted by smoothed rates" 1 "$text"
says "smoothed rates that nobody asked for" 2 "--smooth 10s" dump -c packets.smooth sim:flows
says "a time that rates aren't smoothed over" 2 "100ms to 1h" dump --smooth 2k sim:flows
has "smoothed rates have the same name in Prometheus" 'field="packets.smooth"' "$("$BPFMAPTOP" dump -o prom -d 0.1 --smooth 5s -c proto,packets.smooth sim:ports)"
text=$("$BPFMAPTOP" -n 1 sim:flows -l 3 2>&1 >/dev/null </dev/null)
same "without a terminal, watch writes text" 0 $?
has "and says so" "stdout is not a terminal" "$text"
"$BPFMAPTOP" dump sim:many | head -n 1 >/dev/null
same "a pipe that closes early is a quiet end" "0 0" "${PIPESTATUS[*]}"
"$BPFMAPTOP" record "$scratch/full.tape" sim:flows -n 1 2>/dev/null
for words in --help --version --man --print-config "info sim:flows" "info sim:flows -o c" "info sim:flows --schema-out" \
	"dump sim:flows -o prom" "replay --verify $scratch/full.tape"; do
	# shellcheck disable=SC2086
	text=$("$BPFMAPTOP" $words 2>&1 >/dev/full)
	same "$words: a full disk is told" "1 bpfmaptop: cannot write to stdout: no space left on device" "$? $text"
done
text=$("$BPFMAPTOP" dump sim:flows 2>&1 >/dev/full)
same "a full disk is a failure" 1 $?
has "and says so" "no space left" "$text"
text=$("$BPFMAPTOP" info sim:flows | grep -c ' packets .* counter (a guess: rose [1-9][0-9]* times, fell 0)$')
same "info guesses what counts, and says why" 1 "$text"
echo '{"maps": {"flows": {"key": [{"name": "k", "type": "bytes[36]"}], "value": [{"name": "n", "type": "u64", "nature": "gauge"}, {"name": "m", "type": "u64[3]"}]}}}' >"$scratch/told.json"
has "or that it was told" "gauge (told)" "$("$BPFMAPTOP" info sim:flows --schema "$scratch/told.json" 2>&1)"
same "in JSON, too" "counter false true" "$("$BPFMAPTOP" info sim:flows -o json | jq -r '.natures[] | select(.field == "packets") | "\(.nature) \(.told) \(.rose > .fell)"')"
same "a stream says it of every reading" "counter gauge" "$("$BPFMAPTOP" stream -n 2 -d 0.1 -c packets,bytes:gauge sim:flows -o json | grep -o '"natures":{[^}]*}' | tail -n 1 | sed 's/"natures"://' | jq -r '"\(.packets) \(.bytes)"')"
# The examples of the help and of README.md, on a simulation, for a reading or two; those of other maps, which are
# not there, are only read.
n_run=0
run_example() { # COMMAND
	local words status
	eval "words=($(sed -E 's/ -[dn] [0-9]+//g' <<<"${1#bpfmaptop }"))"
	words=("${words[@]/#flows/sim:flows}")
	case ${words[0]} in
	export) words[1]=$scratch/flows.prom ;;
	sim:*) words+=(-b) ;;
	record) words[1]=$scratch/a.tape ;;
	esac
	case ${words[0]} in info | dump) ;; *) words+=(-n 2) ;; esac
	text=$("$BPFMAPTOP" "${words[@]}" -d 0.1 </dev/null 2>&1 >"$scratch/made")
	status=$?
	case $1 in *--until*) [ $status = 1 ] && status=0 ;; esac
	if [ $status -ne 0 ] || { [[ ${words[0]} != @(export|record) ]] && [ ! -s "$scratch/made" ]; }; then
		not_ok "example: $1" "status $status" "$text"
	fi
	n_run=$((n_run + 1))
}
while IFS= read -r line; do run_example "$line"; done < <(
	{ "$BPFMAPTOP" --help=examples; sed -n '/^```/,/^```/p' README.md; } |
		sed -n '/^bpfmaptop.* flows/s/   *.*$//p;/^bpfmaptop.* flows/{/  /!p}' | sort -u)
same "examples of commands were found and run" 1 "$((n_run >= $("$BPFMAPTOP" --help=examples | grep -c " flows")))"
text=$("$BPFMAPTOP" --version)
has "--version prints it" "bpfmaptop " "$text"
for topic in "" =query =examples; do
	text=$("$BPFMAPTOP" "--help$topic" | awk 'length > 100')
	same "--help$topic fits 100 columns" "" "$text"
done
if command -v man >/dev/null && command -v groff >/dev/null; then
	"$BPFMAPTOP" --man >"$scratch/bpfmaptop.8"
	text=$(groff -man -Tutf8 -ww -z "$scratch/bpfmaptop.8" 2>&1)
	same "the manual page is well-formed" "" "$text"
else
	skip "the manual page is well-formed" "groff is not installed"
fi

needs_bpf
says "an unknown name" 1 "no map" dump nosuchmap_$me
says "an unknown id" 1 "4294967294" dump id:4294967294
says "an id that is no number" 2 "not an id" dump id:x
says "a pin that isn't there" 1 "/sys/fs/bpf/nosuch" dump /sys/fs/bpf/nosuch_$me
says "a program that isn't" 1 "no program" dump prog:nosuch_$me
says "an interface that isn't" 1 "nosuch0" dump dev:nosuch0
echo text >"$scratch/file"
says "a path that is no pin" 1 "$scratch/file" dump "$scratch/file"

bpftool map create "$pins/plain" type hash key 4 value 8 entries 16 name plain_$me
for i in 1 2 3; do bpftool map update pinned "$pins/plain" key hex 0$i 0 0 0 value hex 0 0 0 0 0 0 0 $i; done
id=$(id_of "$pins/plain")
bpftool map create "$pins/odd_$me" type hash key 3 value 5 entries 16 name odd_$me
bpftool map create "$pins/large_$me" type hash key 4 value 65536 entries 1 name large_$me
same "a map without BTF is shown in bytes" 3 "$("$BPFMAPTOP" dump "id:$id" -o jsonl | wc -l)"
has "or in words" '"k0":1' "$("$BPFMAPTOP" dump "id:$id" -o jsonl --hex-width 4)"
says "words that divide nothing" 2 "words of 8 bytes divide neither key nor value of map" dump --hex-width 8 "$pins/odd_$me"
says "words too many to show" 2 "would be 65536 words of 1 byte" dump --hex-width 1 "$pins/large_$me"
says "words where there is a layout" 2 "map 'flows' has a layout" dump --hex-width 4 sim:flows
same "which is no fault of others" 0 "$("$BPFMAPTOP" dump --hex-width 4 -o jsonl "$pins/plain" "$pins/odd_$me" >/dev/null 2>&1; echo $?)"
bpftool map create "$pins/indexed" type array key 4 value 8 entries 3 name idx_$me
bpftool map update pinned "$pins/indexed" key 2 0 0 0 value 7 0 0 0 9 0 0 0
same "an array's index is a number, also without BTF" '[2,["0x07","0x00","0x00","0x00","0x09","0x00","0x00","0x00"]]' \
	"$("$BPFMAPTOP" dump "$pins/indexed" -f 'key == 2' -o jsonl | jq -c '[.key,.value]')"
same "beside words" '[2,{"v0":7,"v1":9}]' \
	"$("$BPFMAPTOP" dump "$pins/indexed" -f 'v1 > 8' -o jsonl --hex-width 4 | jq -c '[.key,.value]')"
has "which info offers" "--hex-width BYTES words" "$("$BPFMAPTOP" info "$pins/indexed")"
says "a wrong method" 2 "nosuch" dump "id:$id" --method nosuch
same "by pin and by id alike" "$("$BPFMAPTOP" dump "id:$id")" "$("$BPFMAPTOP" dump "$pins/plain")"

bpftool map create "$pins/twin" type hash key 4 value 8 entries 16 name plain_$me
bpftool map update pinned "$pins/twin" key hex 01 0 0 0 value hex 0 0 0 0 0 0 0 1
text=$("$BPFMAPTOP" dump plain_$me -o jsonl | jq -r .id | sort -u | wc -l)
same "two maps of one name are both opened" 2 "$text"

if command -v setpriv >/dev/null; then
	text=$(setpriv --reuid=65534 --regid=65534 --clear-groups "$BPFMAPTOP" dump "id:$id" 2>&1)
	same "without permission it fails" 1 $?
	has "and names the capability" "CAP_" "$text"
	same "in one sentence" 1 "$(printf '%s\n' "$text" | wc -l)"
	text=$(setpriv --reuid=65534 --regid=65534 --clear-groups "$BPFMAPTOP" dump sim:flows -l 1 2>&1)
	same "a simulation needs no permission" 0 $?
fi
