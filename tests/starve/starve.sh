#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# starve.sh [all|TEST...]: every unit test that is built, with one allocation after the other failing, see
# starve.c. In the check (without arguments) each program has a second, in which it tries what it gets to:
# short tests wholly, of longer ones a share of the places that is another one each day (STARVE_TURN=N:
# that of day N). `all` (make starve) and named ones try all of it, which takes test_keys_random and
# test_sizes many minutes; STARVE_MS=N gives each program that time instead, and a share that it fits.
set -u
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Not starved, and why.
never="alloc churn: make allocations fail by themselves
btfplan out: count what the process holds, in an allocator of their own"

# Single tests: they look at what the ones before them met, in the same process.
export STARVE_NEVER="every_key_has_its_screens every_pane_has_its_screens nothing_was_left_out"

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
	local run="LD_PRELOAD=./$build/starve.so MALLOC_PERTURB_=165 exec timeout 3600 $fixed $build/unit/test_$1"
	${confine:-env} sh -c "${confine:+$confined || exit 1; }$run" >"$scratch/$1" 2>&1
	local status=$? good runs part
	good=$(grep -c '^ok ' "$scratch/$1")
	runs=$(awk '/^ok / { n += $(NF - 1) } END { print n + 0 }' "$scratch/$1")
	part=$(grep -q '^ok .*, \(a share\|cut short\), in\|^# left' "$scratch/$1" && echo " of a share")
	if [ $status -eq 0 ]; then
		echo "ok - $1: $good tests, $runs runs$part"
	else
		sed -n '/^ok/d; s/^not ok/# fails/; p' "$scratch/$1"
		echo "not ok - $1"
	fi
}
export -f starve
export scratch confine confined fixed

words() { sed 's/:.*//' <<<"$never" | tr ' ' '\n'; }
built=$(for program in "$BUILD"/unit/test_*; do basename "${program%.d}"; done | sed 's/^test_//' | sort -u)
export STARVE_TURN=${STARVE_TURN:-$(($(date +%s) / 86400))}
[ $# -gt 0 ] || export STARVE_MS=${STARVE_MS:-1000}
case ${1:-all} in
all) tests=$(grep -vxF "$(words)" <<<"$built") ;;
*) tests=$(printf '%s\n' "$@") ;;
esac
xargs -P "$(nproc)" -I{} bash -c 'starve {}' <<<"$tests"
sed 's/\(.*\): \(.*\)/ok - not starved: \1 # SKIP \2/' <<<"$never"
echo "ok - not starved: $STARVE_NEVER # SKIP look at what the tests before them met"
