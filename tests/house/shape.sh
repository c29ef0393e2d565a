#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Prints every function over 80 lines, file over 500, and what misses the house's medians; fails on any.
set -u
cd "$(dirname "$0")/../.." || exit 2
find src bpf -name '*.[ch]' | sort | xargs awk '
FNR == 1 { if (last != "" && lines > 500) { print last ": " lines " lines (500)"; bad = 1 } last = FILENAME; open = 0 }
{ lines = FNR }
FILENAME ~ /\.c$/ && /^[a-zA-Z_].*\)$/ || /^[ \t]+.*\)$/ && !open { sig = $0 }
/^\{$/ { open = FNR }
/^\}$/ && open { n = FNR - open - 1; size[++total] = n; open = 0
	if (n > 80) { print FILENAME ":" FNR - n - 1 ": function of " n " lines (80): " sig; bad = 1 } }
END {
	if (lines > 500) { print last ": " lines " lines (500)"; bad = 1 }
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
