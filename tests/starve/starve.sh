#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# starve.sh [TEST...]: every unit test that is built, or those, with one allocation after the other failing, see
# starve.c. STARVE_TESTS=N and STARVE_MOST=N leave out some, others each day (STARVE_TURN=N: those of day N), as
# the check does; make starve leaves out none.
set -u
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Not starved, and why.
never="alloc: makes allocations fail by itself"

# Single tests, and why.
late="every_key_has_its_screens every_pane_has_its_screens nothing_was_left_out"
writing=$(printf '%s.txt ' record_40x10 record_80x24 record_ended rows_themes themes themes_first themes_last \
	themes_own themes_page-down themes_page-up write_another write_asked write_over write_twice)
export STARVE_NEVER="$late $writing"

if [ ! -e "$BUILD/starve.so" ]; then
	echo "ok 1 - starve # SKIP sanitizers bring an allocator of their own"
	exit 0
fi

# Tests that end half-way, as root perhaps: nothing outside of a /tmp of their own can be written, nor /dev be
# changed. An ordinary user gets the same in a user namespace where the kernel permits it.
confined='
	for at in $(cut -d" " -f5 /proc/self/mountinfo); do mount -o remount,bind,ro "$at" 2>/dev/null; done
	mount -t tmpfs none /tmp && touch /tmp/probe && ! touch /dev/probe 2>/dev/null && rm /tmp/probe'
confine=
for how in "unshare -m" "unshare -rm"; do
	[ "$confine" ] || ! $how sh -c "$confined" 2>/dev/null || confine=$how
done
[ "$confine" ] || [ "$(id -u)" != 0 ] || {
	echo "ok 1 - starve # SKIP no mount namespace to be had, and root's tests could do harm"
	exit 0
}
# The same addresses in each run: then the days' shares add up.
fixed=
setarch -R true 2>/dev/null && fixed="setarch -R"

starve() { # TEST
	local build=${BUILD#"$PWD/"}
	local run="TMPDIR=/tmp LD_PRELOAD=./$build/starve.so LD_BIND_NOW=1 MALLOC_PERTURB_=165 exec timeout 3600 $fixed $build/unit/test_$1"
	${confine:-env} sh -c "${confine:+$confined || exit 1; export TMPDIR=/tmp; }$run" >"$scratch/$1" 2>&1
	local status=$? in_all
	in_all=$(sed -n 's/^# in all: //p' "$scratch/$1")
	if [ $status -eq 0 ] && [ "$in_all" ]; then
		echo "ok - $1: $in_all"
	else
		echo "not ok - $1: exit $status"
		sed -n '/^ok/d; s/^not ok/# fails/; p' "$scratch/$1" | sed 's/^[^#]/# &/'
	fi
}
export -f starve
export scratch confine confined fixed

words() { sed 's/:.*//' <<<"$never" | tr ' ' '\n'; }
built=$(for program in "$BUILD"/unit/test_*; do basename "${program%.d}"; done | sed 's/^test_//' | sort -u)
export STARVE_TURN=${STARVE_TURN:-$(($(date +%s) / 86400))}
tests=$(printf '%s\n' "$@")
[ $# -gt 0 ] || tests=$(grep -vxF "$(words)" <<<"$built")
xargs -P "$(nproc)" -I{} bash -c 'starve {}' <<<"$tests"
awk '
/^# in all/ { tests += $4; failed += $6; made += $9; each += $14 }
END { printf "# %d tests, %d failed of %d allocations, each one in %d tests\n", tests, failed, made, each }
' "$scratch"/*
sed 's/\(.*\): \(.*\)/ok - not starved: \1 # SKIP \2/' <<<"$never"
echo "ok - not starved: $late # SKIP look at what the tests before them met"
echo "ok - not starved: $writing# SKIP draw what they wrote to files, which starved processes end before"
