#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Checks every #include of src/ against src/floors.txt.
set -u
cd "$(dirname "$0")/../.." || exit 2
find src -name '*.[ch]' | sort | xargs awk '
function room_ok(rooms, path,   n, list, i) {
	n = split(rooms, list, " ")
	for (i = 1; i <= n; i++)
		if (path == list[i] || index(path, list[i] "/") == 1)
			return 1
	return 0
}
BEGIN {
	while ((getline line < "src/floors.txt") > 0) {
		if (line ~ /^#/ || line == "")
			continue
		colon = index(line, ":")
		head = substr(line, 1, colon - 1)
		tail = substr(line, colon + 1)
		if (head ~ /^lib /)
			lib[substr(head, 5)] = tail
		else {
			floor[head] = 1
			n = split(tail, list, " ")
			for (i = 1; i <= n; i++)
				may[head, list[i]] = 1
		}
	}
}
FNR == 1 {
	path = substr(FILENAME, 5)
	mine = path
	sub(/[\/.].*/, "", mine)
	if (!(mine in floor)) { print FILENAME ": floor \"" mine "\" is not in src/floors.txt"; bad = 1 }
}
/^[ \t]*#[ \t]*include/ {
	split($0, part, /["<>]/)
	name = part[2]
	for (l in lib)
		if ((index(name, l) == 1 || (l ~ /^\./ && index(name, l))) && !room_ok(lib[l], path)) {
			print FILENAME ":" FNR ": " name " may only be seen from" lib[l]; bad = 1
		}
	if ($0 !~ /"/ || name ~ /\.skel\.h$/ || name ~ /^(theme|syscall)_/ || name ~ /^bpf\//)
		next
	theirs = name
	sub(/\/.*/, "", theirs)
	if (!(theirs in floor)) { print FILENAME ":" FNR ": include \"" name "\" by its path from src/"; bad = 1 }
	else if (theirs != mine && !((mine, theirs) in may)) {
		print FILENAME ":" FNR ": " mine " may not include " theirs " (" name ")"; bad = 1
	}
}
END { exit bad }'
