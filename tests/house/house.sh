#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The rules of the house, as tests.
set -u
cd "$(dirname "$0")/../.." || exit 2
n=0 status=0
export MAKEFLAGS=
check() { # NAME COMMAND...
	local name=$1 text
	shift
	n=$((n + 1))
	if text=$("$@" 2>&1); then echo "ok $n - $name"; else
		echo "not ok $n - $name"
		printf '%s\n' "$text" | sed 's/^/# /'
		status=1
	fi
}

no_writes() { # the binary never links a call that changes a map
	! nm -D --undefined-only "$BPFMAPTOP" | grep -E 'bpf_map_(update|delete)|lookup_and_delete|bpf_map__(update|delete)'
}
no_write_commands() { # nor makes one of its own through bpf(2)
	! grep -nE 'BPF_MAP_(UPDATE|DELETE)_(ELEM|BATCH)|BPF_MAP_LOOKUP_AND_DELETE' -r src bpf
}
top_level() {
	! git ls-files | cut -d/ -f1 | sort -u |
		grep -vxE 'src|bpf|themes|tests|Makefile|README\.md|LICENSE|\.ci|\.[a-z-]+'
}
spdx() {
	! git ls-files 'src/*.[ch]' 'bpf/*.[ch]' 'tests/*.[ch]' 'tests/*.sh' | xargs grep -L 'SPDX-License-Identifier' | grep .
}
says_nothing_below_app() { # only main and app print or exit
	! grep -nE '\b(printf|puts|perror|exit|abort|fprintf)\(' -r src/base src/model src/read src/query src/out src/ui |
		grep -vE 'base/log\.c|_exit\(|snprintf|/\*|allowed-exit'
}
pictures_are_there() { # in the repository, not only in somebody's folder
	grep -o 'tests/pictures/[^)]*svg' README.md | while read -r path; do
		git ls-files --error-unmatch "$path" || exit 1
	done
}

check "includes keep to the floors" make -s floors
check "functions and files keep the shape" make -s shape
check "clang-format is clean" make -s format-check
check "the binary links no call that changes a map" no_writes
check "no source names a bpf(2) command that changes a map" no_write_commands
check "the top level holds only what belongs there" top_level
check "every source has its SPDX line" spdx
check "the README shows what the program prints" tests/house/readme.sh
check "the README shows the pictures that are taken" tests/house/pictures.sh
check "the pictures of the README are there" pictures_are_there
check "nothing below app prints or exits" says_nothing_below_app
echo "1..$n"
exit $status
