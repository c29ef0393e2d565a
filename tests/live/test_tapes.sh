#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The tapes of tests/tapes: maps of every kind and type are replayed in every output, whether or not this
# kernel has them. `maps` says of each tape how many maps and readings it holds, and of which types.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
tapes=$here/../tapes
cd "$scratch" || exit 1

# A reading may be incomplete: that is a status of its own.
run() { # FILE ARGUMENT...
	local out=$1
	shift
	"$BPFMAPTOP" "$@" >>"$out" 2>said
	case $? in 0 | 3) return 0 ;; esac
	not_ok "$*" "$(cat said)"
	return 1
}

counted() { echo "$1 $2$([ "$1" -eq 1 ] || echo s)"; } # NUMBER NOUN

while read -r tape maps readings types; do
	path=$tapes/$tape.tape
	run verified replay --verify "$path" &&
		same "$tape: whole" "$(counted "$readings" reading) of $(counted "$maps" map)" \
			"$(tail -n 1 verified | grep -o '[0-9]* readings\? of [0-9]* maps\?')"
	run "$tape.json" dump -o json "file:$path"
	for output in jsonl text; do
		run all.$output replay -o $output "$path"
	done
	[ "$maps" -gt 1 ] || run all.csv replay -o csv "$path" # csv is of one map
	run all.info info "file:$path"
	run all.layouts info -o json "file:$path"
done <"$tapes/maps"

same "one is of an older version" "bpfmaptop tape 1.0" "$(head -c 18 "$tapes/version_1_0.tape")"
same "every tape is looked at" "$(ls "$tapes"/*.tape | wc -l)" "$(grep -c . "$tapes/maps")"
same "each holds the types it should" "$(cut -d' ' -f1,4 "$tapes/maps")" "$(jq -r \
	'[input_filename, ([.. | objects | select(has("max_entries")) | .type] | join(","))] | join(" ")' ./*.json |
	sed 's|^\./||; s|\.json||' | sort -u | awk '{ if ($1 in t) t[$1] = t[$1] "," $2; else { t[$1] = $2; n[++k] = $1 } }
		END { for (i = 1; i <= k; i++) print n[i], t[n[i]] }')"
# Of these there is nothing to read, whatever kernel; insn_array is newer than the kernels that tapes are made on.
same "no type is missing but those that can't be read" \
	"bloom_filter cgroup_array inode_storage insn_array perf_event_array xskmap" \
	"$("$BPFMAPTOP" --help=types | awk '{ print $2 }' | grep . | sort | comm -23 - <(cut -d' ' -f4 "$tapes/maps" | tr , '\n' | sort -u) | xargs)"
same "nor a kind of field" "" \
	"$(sed -n '/kind_names\[\]/,/};/p' "$here/../../src/out/facts.c" | grep -o '"[a-z]*"' | tr -d '"' | sort |
		comm -23 - <(jq -r '.. | objects | .kind? // empty' all.layouts | sort -u) | xargs)"
jq -s length all.jsonl >/dev/null && ok "lines are JSON" || not_ok "lines are JSON"
python3 -c 'import csv, sys; [r for r in csv.reader(open("all.csv", newline=""), strict=True)]' &&
	ok "csv parses" || not_ok "csv parses"
LC_ALL=C grep -q -P '[\x00-\x08\x0b-\x1f]' all.text && not_ok "text is tame" || ok "text is tame"
