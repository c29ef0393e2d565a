#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# starve.sh [all|TEST...]: unit tests with one allocation after the other failing, see starve.c. Without
# arguments those of the check; `make starve` runs the others as well.
set -u
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Those that end soon whatever fails, and look at what they are given before they use it.
checked="base_buf base_index base_json base_loop base_num base_utf8 comeback config cost decode delta format grid
hist keys layout maptype notes outline panes past plan prom prompt query regex schema snap spec table_columns
tape theme theme_sight tiling traffic"
# They make allocations fail by themselves, or have threads, whose stacks can't be looked at.
never="alloc btfplan churn out base_file names"

lines() { tr -s ' \n' '\n\n' <<<"$*"; }
if [ ! -e "$BUILD/starve.so" ]; then
	echo "ok 1 - starve # SKIP sanitizers bring an allocator of their own"
	exit 0
fi
# A test that fails half-way leaves its files: where that is permitted, in a /tmp that goes with it.
apart=
case $BUILD in /tmp/*) ;; *) unshare -m true 2>/dev/null && apart='unshare -m sh -c' ;; esac
starve() { # TEST
	local run="LD_PRELOAD=$BUILD/starve.so MALLOC_PERTURB_=165 exec $BUILD/unit/test_$1"
	${apart:-sh -c} "${apart:+mount -t tmpfs none /tmp && }$run" >"$scratch/$1" 2>&1
	local status=$? good runs
	good=$(grep -c '^ok ' "$scratch/$1")
	runs=$(awk '/^ok / { n += $(NF - 1) } END { print n + 0 }' "$scratch/$1")
	if [ $status -eq 0 ]; then
		echo "ok - $1: $good tests, $runs runs"
	else
		sed -n '/^ok/d; s/^not ok/# fails/; p' "$scratch/$1"
		echo "not ok - $1"
	fi
}
export -f starve
export scratch apart

all=$(for file in tests/unit/test_*.c; do basename "$file" .c; done | sed 's/^test_//' | grep -vxF "$(lines "$never")")
case ${1:-} in
all) tests=$all ;;
"") tests=$(lines "$checked") ;;
*) tests=$(lines "$*") ;;
esac
xargs -P "$(nproc)" -I{} bash -c 'starve {}' <<<"$tests"
if [ $# -eq 0 ]; then
	echo "ok - the others # SKIP only in 'make starve':" $(grep -vxF "$(lines "$checked")" <<<"$all")
fi
