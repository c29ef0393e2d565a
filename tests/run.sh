#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# run.sh BUILD_DIR [PATTERN]: runs every test and counts. Each test prints TAP: "ok ...", "not ok ...",
# "ok ... # SKIP reason". Failures are shown whole, and at the end again, a line each; skips with their reasons.
# Live tests run one after the other, since they look at the kernel's maps; the rest, which shares nothing, runs
# beside them, and so do live tests without maps, which mostly wait, and the soak, which gives way to all. What is shown stands in the same order each time.
#   REQUIRE_BPF=1   a live test that is skipped for want of BPF counts as failed
set -u
cd "$(dirname "$0")/.." || exit 2
export BUILD=$PWD/$1 BPFMAPTOP=$PWD/$1/bpfmaptop LC_ALL=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0} UBSAN_OPTIONS=print_stacktrace=1
export PATH=$PATH:/usr/sbin:/sbin
# What a person set for themselves is none of a test's business.
export XDG_CONFIG_HOME=/nonexistent
unset NO_COLOR
pattern=${2:-}
scratch=$(mktemp -d) && export scratch
# What tests leave when they are killed goes, too.
TMPDIR=$(mktemp -d) && export TMPDIR && chmod 1777 "$TMPDIR"
export XDG_STATE_HOME=$scratch/state
mkdir "$XDG_STATE_HOME" && mkfifo "$scratch/bell" && exec 3<>"$scratch/bell" || exit 2
lanes=()
trap 'kill "${lanes[@]}" 2>/dev/null; rm -rf "$scratch" "$TMPDIR"' EXIT
passed=0 failed=0 skipped=0

# Each failed test of a program in a line, with the first of what it says behind it; a program that ended
# before it could say which, with what stands for it: what a sanitizer found, or its last words.
blame() { # NAME STATUS OUTPUT
	awk -v name="$1" -v status="$2" -v with_bpf="${REQUIRE_BPF:-0}" '
	function say() { if (line != "") print substr(name ": " line why, 1, 300); line = why = ""; n = 0 }
	/^not ok / || (with_bpf == 1 && /^ok .*# SKIP .*BPF/) { say(); line = $0; said = 1; next }
	/^ok / { say(); before = ", after " $0; next }
	/^# (not )?ok - / { next }
	/^#/ && line != "" && n++ < 3 { why = why (n > 1 ? "; " : ": ") substr($0, 3) }
	/ERROR: |runtime error: / && found == "" { found = $0 }
	/[^ ]/ && !/^1\.\./ { last = $0 }
	END {
		say()
		if (found == "") found = last == "" ? "not a word" : last
		if (status == 124) found = "ended for taking too long: " found
		if (!said || status == 124) print substr(name ": exit " status before ": " found, 1, 300)
	}' "$3"
}

judge() { # NAME STATUS OUTPUT SECONDS
	local name=$1 status=$2 out=$3 ok bad skip
	sed -i 's/^not ok \(.*# SKIP\)/ok \1/' "$out" # as cmocka writes it
	skip=$(grep -c '^ok .*# SKIP' "$out")
	ok=$(($(grep -c '^ok ' "$out") - skip))
	bad=$(grep -c '^not ok ' "$out")
	[ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
	[ $((ok + bad + skip)) -eq 0 ] && bad=1
	if [ "${REQUIRE_BPF:-0}" = 1 ]; then
		local bpf
		bpf=$(grep -c '^ok .*# SKIP .*BPF' "$out")
		skip=$((skip - bpf)) bad=$((bad + bpf))
	fi
	grep '^ok .*# SKIP' "$out" | sed "s|^|$name: |" >>"$scratch/skips"
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	printf '  %-28s %4d ok' "$name" "$ok"
	[ "$bad" -gt 0 ] && printf '  %d FAILED (exit %d)' "$bad" "$status"
	[ "$skip" -gt 0 ] && printf '  %d skipped' "$skip"
	printf '  %ds\n' "$4"
	[ "$bad" -gt 0 ] || return 0
	sed 's/^/    /' "$out" | grep -v '^    ok ' | tail -n 60
	blame "$name" "$status" "$out" >>"$scratch/faults"
}

names=()
plan() { # LANE NAME COMMAND...
	local lane=$1 name=$2
	[[ -z $pattern || $name == *$pattern* ]] || return
	shift 2
	printf '%q ' exec timeout "${TEST_TIMEOUT:-300}" "$@" >"$scratch/${#names[@]}.run"
	echo "${#names[@]}" >>"$scratch/lane.$lane"
	names+=("$name")
}

run_planned() { # NUMBER
	local began=$SECONDS
	bash "$scratch/$1.run" >"$scratch/$1.out" 2>&1 3>&-
	echo "$? $((SECONDS - began))" >"$scratch/$1.ending"
	mv "$scratch/$1.ending" "$scratch/$1.end" && echo >&3
}
export -f run_planned

start_lane() { # LANE WORKERS
	[ -e "$scratch/lane.$1" ] || return
	xargs -P "$2" -I{} bash -c 'run_planned {}' <"$scratch/lane.$1" &
	lanes+=($!)
}

plan rest house tests/house/house.sh
for t in "$BUILD"/unit/test_*; do
	case $t in *.d) ;; *) plan rest "unit/$(basename "$t")" "$t" ;; esac
done
# As much as fits, others each time (STARVE_SEED=N: those); make starve does all of it.
TEST_TIMEOUT=900 plan rest unit/starve env STARVE_TESTS="${STARVE_TESTS:-20}" STARVE_MOST="${STARVE_MOST:-40}" tests/starve/starve.sh
for t in "$BUILD"/fuzz/fuzz_*; do
	case $t in *.d) ;; *) [ -x "$t" ] && plan rest "fuzz/$(basename "$t")" "$t" "tests/fuzz/$(basename "$t")" ;; esac
done
lane_of() { # NAME of a live test
	case $1 in
	test_remote | test_remote_screen | test_replay_screen) echo waits ;; # simulated maps, tapes
	*) echo live ;;
	esac
}
for t in tests/live/test_*.sh; do
	name=$(basename "$t" .sh)
	[ -x "$t" ] && plan "$(lane_of "$name")" "live/$name" "$t"
done
for t in "$BUILD"/live/test_*; do
	name=$(basename "$t")
	case $t in *.d) ;; *) [ -x "$t" ] && plan "$(lane_of "$name")" "live/$name" "$t" ;; esac
done
plan soak live/soak nice "$BUILD/live/soak"

touch "$scratch/skips" "$scratch/faults"
start_lane soak 1
start_lane rest "$(nproc)" # the others mostly wait
start_lane live 1
start_lane waits 1
for i in "${!names[@]}"; do
	until [ -e "$scratch/$i.end" ]; do read -r -t 60 -u 3; done
	read -r status seconds <"$scratch/$i.end"
	judge "${names[i]}" "$status" "$scratch/$i.out" "$seconds"
done
sed 's/^/  skipped: /' "$scratch/skips"
sed 's/^/  failed: /' "$scratch/faults"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
