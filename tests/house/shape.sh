#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Prints every function over 80 lines, file over 500 (of tests, which list what is in them at their end: 520),
# and what of the program misses the house's medians; fails on any.
set -u
cd "$(dirname "$0")/../.." || exit 2
find src bpf tests -name '*.[ch]' | sort | xargs awk '
function check_file() {
	most = last ~ /^tests/ ? 520 : 500
	if (lines > most) { print last ": " lines " lines (" most ")"; bad = 1 }
}
FNR == 1 { if (last != "") check_file(); last = FILENAME; open = 0 }
{ lines = FNR }
FILENAME ~ /\.c$/ && /^[a-zA-Z_].*\)$/ || /^[ \t]+.*\)$/ && !open { sig = $0 }
/^\{$/ { open = FNR }
/^\}$/ && open { n = FNR - open - 1; open = 0
	if (FILENAME !~ /^tests/) size[++total] = n
	if (n > 80) { print FILENAME ":" FNR - n - 1 ": function of " n " lines (80): " sig; bad = 1 } }
END {
	check_file()
	for (i = 1; i <= total; i++) count[size[i]]++
	for (n = 0; n <= 10000 && seen < total; n++) {
		seen += count[n]
		if (!median_done && seen * 2 >= total) { median = n; median_done = 1 }
		if (!nine_done && seen * 10 >= total * 9) { nine = n; nine_done = 1 }
	}
	if (median > 15) { print "median function has " median " lines (15)"; bad = 1 }
	if (nine > 45) { print "nine of ten functions are under " nine " lines (45)"; bad = 1 }
	exit bad
}'
