#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A million entries (16-byte key of addresses and ports, 64-byte value of counters) to /dev/null, in every format,
# beside bpftool's dump of the same map in the same run.
set -u
n=${1:-1000000}
scratch=$(mktemp -d)
trap 'exec 9>&-; wait; rm -rf "$scratch"' EXIT
mkfifo "$scratch/hold"
"$BUILD/bench/bigmap" "$n" <"$scratch/hold" >"$scratch/id" &
exec 9>"$scratch/hold"
until [ -s "$scratch/id" ]; do kill -0 $! 2>/dev/null || exit 1; sleep 0.1; done
id=$(cat "$scratch/id")

cost() { # COMMAND...: seconds and peak KiB
	/usr/bin/env python3 - "$@" <<'END'
import os, subprocess, sys, time
began = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, _, usage = os.wait4(child.pid, 0)
print("%.3f %d" % (time.monotonic() - began, usage.ru_maxrss))
END
}

read -r peer _ <<<"$(cost bpftool -j map dump id "$id")"
printf 'dump of %d entries; bpftool -j map dump takes %.2f s\n' "$n" "$peer"
raw=$((n * 80 / 1024)) # KiB of keys and values
for format in jsonl json csv text prom bpftool; do
	best=
	for _ in 1 2 3; do
		read -r seconds peak <<<"$(cost "$BPFMAPTOP" dump "id:$id" -o $format)"
		if [ -z "$best" ] || awk "BEGIN { exit !($seconds < $best) }"; then best=$seconds; fi
	done
	awk -v f=$format -v s="$best" -v p="$peer" -v m="$peak" -v r=$raw 'BEGIN {
		printf "  %-8s %6.2f s  %5.1f times as fast  %6.1f MiB, %.2f times the entries\n", f, s, p / s, m / 1024, m / r }'
done
