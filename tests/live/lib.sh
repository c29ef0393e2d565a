# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# For live tests in shell: TAP, names of their own, and cleaning up on any exit.
#   . "$(dirname "$0")/lib.sh"
# shellcheck shell=bash
set -u
: "${BPFMAPTOP:=$PWD/build/bpfmaptop}"
n=0 failures=0
me=bmt$$
pins=/sys/fs/bpf/$me
scratch=$(mktemp -d)
at_exit=()

finish() {
	local status=$? i
	[ "$BASHPID" = $$ ] || exit $status # a child that met a signal before it became the program it was made for
	for ((i = ${#at_exit[@]} - 1; i >= 0; i--)); do eval "${at_exit[i]}" >/dev/null 2>&1; done
	rm -rf "$scratch"
	[ -d "$pins" ] && rm -rf "$pins"
	[ $status -ne 0 ] && exit $status
	exit $((failures > 0))
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}

not_ok() { # NAME [TEXT...]
	n=$((n + 1)) failures=$((failures + 1))
	echo "not ok $n - $1"
	shift
	[ $# -gt 0 ] && printf '%s\n' "$@" | sed 's/^/# /'
	return 0
}

skip() { # NAME REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

same() { # NAME EXPECTED ACTUAL
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "expected: $2" "actual:   $3"; fi
}

has() { # NAME NEEDLE TEXT
	case $3 in *"$2"*) ok "$1" ;; *) not_ok "$1" "expected to contain: $2" "actual: $3" ;; esac
}

needs_bpf() { # ends the test with a skip where BPF is not permitted
	mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf 2>/dev/null
	if ! mkdir -p "$pins" 2>/dev/null ||
		! bpftool map create "$pins/probe" type array key 4 value 4 entries 1 name probe 2>/dev/null; then
		skip "$(basename "$0" .sh)" "BPF is not permitted here"
		exit 0
	fi
	rm -f "$pins/probe"
}

id_of() { # PIN: the map's id
	bpftool -j map show pinned "$1" | jq .id
}

wait_for() { # SECONDS COMMAND...: until it succeeds
	local until=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.02
	done
}

# -- programs on a terminal, which tmux keeps: one at a time --

n_terminals=0 terminal=

needs_tmux() { # ends the test with a skip where it isn't installed
	command -v tmux >/dev/null && return
	skip "$(basename "$0" .sh)" "tmux is not installed"
	exit 0
}

# Each has a server of its own: one that is about to end takes with it whoever asks it for the next terminal.
on_terminal() { # COLS LINES COMMAND: its process is $pid
	terminal=$me.$((n_terminals += 1))
	at_exit+=("tmux -L $terminal kill-server")
	tmux -L "$terminal" -f /dev/null new-session -d -s s -x "$1" -y "$2" "export LC_ALL=C.UTF-8; $3"
	pid=$(tmux -L "$terminal" list-panes -t s -F '#{pane_pid}' 2>/dev/null)
}

screen() { tmux -L "$terminal" capture-pane -p -t s 2>/dev/null; }
keys() { tmux -L "$terminal" send-keys -t s "$@"; }
ended() { ! tmux -L "$terminal" has-session -t s 2>/dev/null; }

shows() { # NEEDLE...: all of them are there at once
	local text needle
	text=$(screen)
	for needle; do [[ $text == *"$needle"* ]] || return 1; done
}

shows_no() { # NEEDLE: there is a screen without it
	local text
	text=$(screen)
	[[ -n $text && $text != *"$1"* ]]
}

sees() { # NAME NEEDLE...
	if wait_for 30 shows "${@:2}"; then ok "$1"; else not_ok "$1" "looking for: ${*:2}" "$(screen)"; fi
}

# What is drawn last may be on its way still, and what it replaces there.
sees_no() { # NAME NEEDLE
	if wait_for 30 shows_no "$2"; then ok "$1"; else not_ok "$1" "is there: $2" "$(screen)"; fi
}
