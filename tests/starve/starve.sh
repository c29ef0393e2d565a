#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# starve.sh [TEST...]: runs unit tests (all that are built, or those named) with each of their allocations failing in
# turn, as starve.c's head tells. Results are kept in $BUILD/starve: a binary that has not changed since is not run again.
# With STARVE_TESTS=N or STARVE_MOST=N only a share is run, drawn by STARVE_SEED; the check does that.
set -u
cd "$(dirname "$0")/../.." || exit 2
share=
[ "${STARVE_TESTS:-1}" = 1 ] && [ ! "${STARVE_MOST:-}" ] || share=yes

# Not starved, and why.
never="alloc: lets each allocation of its scenarios fail by itself, whenever it runs"

if [ ! -e "$BUILD/starve.so" ]; then
	echo "ok 1 - starve # SKIP sanitizers bring an allocator of their own"
	exit 0
fi

# Tests that end half-way, as root perhaps: they have a copy of the repository, and nothing outside of that and of a
# /tmp of their own can be written but results, nor /dev be changed. An ordinary user gets the same in a user
# namespace where the kernel permits it.
if [ "${1:-}" = --confined ]; then
	shift
	mount --bind "$results" "$results"
	for at in $(cut -d" " -f5 /proc/self/mountinfo); do mount -o remount,bind,ro "$at" 2>/dev/null; done
	mount -o remount,bind,rw "$results" && mount -t tmpfs none /tmp && touch /tmp/probe && rm /tmp/probe || exit 2
	touch /dev/probe 2>/dev/null && exit 2
	here=$PWD
	mkdir -p /tmp/here/build && cp -rP --preserve=mode ./[!b]* ./b[!u]* /tmp/here && mount --rbind build /tmp/here/build &&
		cd /tmp/here && mount -t tmpfs none /tmp && mkdir -p "$here" && # which may lie in /tmp
		mount -c --rbind . "$here" && cd "$here" || exit 2
	unset TMPDIR
	[ $# -gt 0 ] || exit 0
elif [ ! "${results:-}" ]; then
	results=$BUILD/starve
	[ ! "$share" ] || { results=$(mktemp -d "$BUILD/starve.XXXX") && trap 'rm -rf "$results"' EXIT; }
	mkdir -p "$results"
	export results
	confine=
	for how in "unshare -m" "unshare -rm"; do
		[ "$confine" ] || ! $how "$0" --confined 2>/dev/null || confine=$how
	done
	[ "$confine" ] || [ "$(id -u)" != 0 ] || {
		echo "ok 1 - starve # SKIP no mount namespace to be had, and root's tests could do harm"
		exit 0
	}
	words() { sed 's/:.*//' <<<"$never" | tr ' ' '\n'; }
	built=$(for program in "$BUILD"/unit/test_*; do basename "${program%.d}"; done | sed 's/^test_//' | sort -u)
	tests=$(printf '%s\n' "$@")
	[ $# -gt 0 ] || tests=$(grep -vxF "$(words)" <<<"$built")
	export confine share never STARVE_SEED=${STARVE_SEED:-$(date +%s)}
	# shellcheck disable=SC2086
	$confine "$0" ${confine:+--confined} $tests
	exit
fi

# The same addresses in each run.
fixed=
setarch -R true 2>/dev/null && fixed="setarch -R"
export fixed

is_done() { # PROGRAM RESULT
	[ "$2" -nt "$1" ] && [ "$2" -nt "$BUILD/starve.so" ] && ! grep -q '^not ok' "$2"
}

starve() { # TEST PART
	local program=$BUILD/unit/test_$1 out=$results/$1.${2%/*} own status
	is_done "$program" "$out" && return
	own=$(mktemp -d)
	TMPDIR=$own LD_PRELOAD=$BUILD/starve.so LD_BIND_NOW=1 MALLOC_PERTURB_=165 STARVE_PART=$2 \
		timeout --foreground 7200 $fixed "$program" >"$out.now" 2>&1
	status=$?
	grep -q '^# in all' "$out.now" && [ $status -le 1 ] || echo "not ok - ended, exit $status" >>"$out.now"
	mv "$out.now" "$out"
	rm -rf "$own"
}
export -f starve is_done

# Those of many cases are cut into parts, for all processors to have some to do at the end.
parts() { # TEST...
	local test k n
	for test; do
		n=1
		case $test in screens | screen_keys) n=8 ;; esac
		[ ! "$share" ] || n=1
		for ((k = 0; k < n; k++)); do echo "$test $k/$n"; done
	done
}
# What is known to be wrong is found, where files can be.
find_faults() {
	TMPDIR=$1 LD_PRELOAD=$BUILD/starve.so LD_BIND_NOW=1 env -u STARVE_TESTS -u STARVE_MOST $fixed "$BUILD/starve_faults" \
		2>/dev/null | grep 'fails$' | diff tests/starve/faults/found.txt -
}
unfound=0 own=$(mktemp -d)
if [ ! "$confine" ]; then
	echo "ok - faults are found # SKIP no mount namespace to be had"
elif difference=$(find_faults "$own"); then
	echo "ok - faults are found"
else
	printf 'not ok - faults are found\n%s\n' "$difference"
	unfound=1
fi
rm -rf "$own"

parts "$@" >"$results/planned"
# shellcheck disable=SC2016
sort -t' ' -k2,2r "$results/planned" | LC_ALL=C xargs -P "$(nproc)" -I{} bash -c 'starve $1' - {}
while read -r test part; do
	out=$results/$test.${part%/*}
	if grep -q '^not ok' "$out"; then
		sed "s/^ok.*//; s/^\(not ok - \)/\1$test: /; s/^[^#n]/# &/" "$out" | grep .
	else
		echo "ok - $test $part: $(sed -n 's/^# in all: //p' "$out")"
	fi
	grep '^ok .*# SKIP' "$out" | sed "s/^ok - /&$test: /"
	grep '^ok.*, a bit further' "$out" | sed "s/^ok - /# not to the end: $test: /"
done <"$results/planned"
sed 's/\(.*\): \(.*\)/ok - not starved: \1 # SKIP \2/' <<<"$never"
[ ! "$share" ] || echo "# a share of them: STARVE_SEED=$STARVE_SEED"
cut -d' ' -f1,2 "$results/planned" | sed "s/ \(.*\)\/.*/.\1/; s|^|$results/|" | xargs cat | awk -v never="$(wc -l <<<"$never")" -v bad="$unfound" '
/^# in all/ { failed += $6; made += $9; each += $14; ended += $20; elsewhere += $22 }
/^ok .*# SKIP/ { skipped++; next }
/^ok / { passed++ }
/^not ok / { bad++ }
END {
	printf "# %d failed of %d allocations, each one in %d tests, with what followed to the end in %d;\n",
		failed, made, each, ended
	printf "# and %d of other threads; none in setenv, regcomp, regexec and btf_dump__new, which fall over or forget\n",
		elsewhere
	print "# by themselves, and which only the tests call"
	printf "%d passed, %d failed, %d skipped\n", passed, bad, skipped + never
	exit bad > 0
}'
