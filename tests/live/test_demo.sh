#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `bpfmaptop demo` as a person runs it: rows that move, and a host left as it was by every road out.
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || {
	skip "$(basename "$0" .sh)" "tmux is not installed"
	exit 0
}
needs_bpf
socket=$me
at_exit+=("tmux -L $socket kill-server")

# What the demo could leave behind, a line each. Demos of others may end meanwhile, but none begins.
host() {
	ip netns list
	ls /sys/fs/bpf
	bpftool -j prog list | jq -r '.[] | select(.name == "count_packets") | "program \(.id)"'
	bpftool -j map list |
		jq -r '.[] | select(.name | test("^(flows|ports|verdicts|sizes|demo\\..*)$")) | "map \(.id)"'
}
left_behind() { comm -13 <(echo "$before" | sort) <(host | sort); }
screen() { tmux -L "$socket" capture-pane -p -t s 2>/dev/null; }
rows() { screen | grep -cE ' (tcp|udp|icmp) '; }
moving() { # rows are there, and what they show changes
	local one
	[ "$(rows)" -ge 5 ] || return 1
	one=$(screen | grep -E ' (tcp|udp) ')
	wait_for 3 eval '[ "$(screen | grep -E " (tcp|udp) ")" != "'"$(printf '%s' "$one" | sed 's/["$`\\]/\\&/g')"'" ]'
}
start() { # SIZE ARGUMENTS...
	local cols=$1 lines=$2
	shift 2
	tmux -L "$socket" -f /dev/null new-session -d -s s -x "$cols" -y "$lines" "LC_ALL=C.UTF-8 $*"
	pid=$(tmux -L "$socket" list-panes -t s -F '#{pane_pid}')
}
ended() { ! tmux -L "$socket" has-session -t s 2>/dev/null; }
as_before() { [ -z "$(left_behind)" ]; }
childless() { ! kill -0 $children 2>/dev/null; }

before=$(host)
for road in q Q C-c TERM HUP KILL; do
	start 80 24 "exec $BPFMAPTOP demo"
	if wait_for 5 moving; then ok "rows move before $road"; else not_ok "rows move before $road" "$(screen)"; fi
	children=$(pgrep -P "$pid")
	[ -n "$children" ] && ok "it is fed by children" || not_ok "it is fed by children"
	case $road in
	TERM | HUP | KILL) kill -"$road" "$pid" ;;
	*) tmux -L "$socket" send-keys -t s "$road" ;;
	esac
	wait_for 5 ended && ok "$road ends it" || not_ok "$road ends it" "$(screen)"
	wait_for 5 as_before && ok "$road leaves the host as it was" ||
		not_ok "$road leaves the host as it was" "$(left_behind)"
	wait_for 5 childless && ok "$road leaves no process" || not_ok "$road leaves no process" "$children"
done

if command -v setpriv >/dev/null; then
	start 160 24 "exec setpriv --reuid=65534 --regid=65534 --clear-groups $BPFMAPTOP demo"
	wait_for 5 moving && ok "without permission a simulation moves" ||
		not_ok "without permission a simulation moves" "$(screen)"
	case $(screen) in *SIMULATED*) ok "it is marked SIMULATED" ;; *) not_ok "it is marked SIMULATED" "$(screen)" ;; esac
	has "the sentence names the rights and what is shown" \
		"the demo's program cannot be loaded: that needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, or root; showing a simulation instead" \
		"$(screen)"
	tmux -L "$socket" send-keys -t s 5
	other_tab() { screen | grep -qF '[5 ' && screen | grep -q SIMULATED; }
	wait_for 5 other_tab && ok "on every tab" || not_ok "on every tab" "$(screen)"
	tmux -L "$socket" send-keys -t s q
	wait_for 5 ended && ok "and q ends it" || not_ok "and q ends it"
	# Where there are no maps to pick from, Enter shows the same.
	start 160 24 "exec setpriv --reuid=65534 --regid=65534 --clear-groups $BPFMAPTOP"
	refused() { screen | grep -q 'Enter shows a simulation'; }
	if wait_for 5 refused; then
		tmux -L "$socket" send-keys -t s Enter
		wait_for 5 moving && ok "a refused picker shows a simulation" ||
			not_ok "a refused picker shows a simulation" "$(screen)"
		wait_for 5 other_tab && not_ok "with the first map in front" "$(screen)" || ok "with the first map in front"
		case $(screen) in *SIMULATED*) ok "marked as one" ;; *) not_ok "marked as one" "$(screen)" ;; esac
	else
		not_ok "a refused picker offers a simulation" "$(screen)"
	fi
	tmux -L "$socket" send-keys -t s Q
	wait_for 5 ended && ok "and Q ends that" || not_ok "and Q ends that"
fi

ns=$me
ip netns add "$ns" && at_exit+=("ip netns del $ns")
ip -n "$ns" link set lo up
before=$(host)
start 80 24 "exec ip netns exec $ns $BPFMAPTOP demo --iface lo"
attached() { ip -n "$ns" link show lo | grep -q xdp; }
wait_for 5 attached && ok "--iface attaches" || not_ok "--iface attaches" "$(screen)"
ip netns exec "$ns" python3 -c 'import socket
for i in range(20):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 5353))'
counted() { screen | grep -q '127.0.0.1'; }
wait_for 5 counted && ok "its packets are counted" || not_ok "its packets are counted" "$(screen)"
tmux -L "$socket" send-keys -t s q
wait_for 5 ended && ok "q ends that too" || not_ok "q ends that too"
detached() { ! attached; }
wait_for 5 detached && ok "and detaches" || not_ok "and detaches"
