#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `bpfmaptop demo` as a person runs it: rows that move, and a host left as it was by every road out.
. "$(dirname "$0")/lib.sh"
needs_tmux
needs_bpf

# What the demo could leave behind, a line each. Demos of others may end meanwhile, but none begins.
host() {
	ip netns list
	ls /sys/fs/bpf
	bpftool -j prog list | jq -r '.[] | select(.name == "count_packets") | "program \(.id)"'
	bpftool -j map list |
		jq -r '.[] | select(.name | test("^(flows|ports|verdicts|sizes|demo\\..*)$")) | "map \(.id)"'
}
left_behind() { comm -13 <(echo "$before" | sort) <(host | sort); }
rows() { screen | grep -cE ' (tcp|udp|icmp) '; }
moving() { # rows are there, and what they show changes
	local one
	[ "$(rows)" -ge 5 ] || return 1
	one=$(screen | grep -E ' (tcp|udp) ')
	wait_for 30 eval '[ "$(screen | grep -E " (tcp|udp) ")" != "'"$(printf '%s' "$one" | sed 's/["$`\\]/\\&/g')"'" ]'
}
as_before() { [ -z "$(left_behind)" ]; }
childless() { ! kill -0 $children 2>/dev/null; }

before=$(host)
for road in q Q C-c TERM HUP KILL; do
	on_terminal 80 24 "exec $BPFMAPTOP demo"
	if wait_for 30 moving; then ok "rows move before $road"; else not_ok "rows move before $road" "$(screen)"; fi
	children=$(pgrep -P "$pid")
	[ -n "$children" ] && ok "it is fed by children" || not_ok "it is fed by children"
	case $road in
	TERM | HUP | KILL) kill -"$road" "$pid" ;;
	*) keys "$road" ;;
	esac
	wait_for 30 ended && ok "$road ends it" || not_ok "$road ends it" "$(screen)"
	wait_for 30 as_before && ok "$road leaves the host as it was" ||
		not_ok "$road leaves the host as it was" "$(left_behind)"
	wait_for 30 childless && ok "$road leaves no process" || not_ok "$road leaves no process" "$children"
done

if command -v setpriv >/dev/null; then
	on_terminal 160 24 "exec setpriv --reuid=65534 --regid=65534 --clear-groups $BPFMAPTOP demo"
	# First, since it doesn't stay.
	sees "the sentence names the rights and what is shown" \
		"the demo's program cannot be loaded: that needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, or root; showing a simulation instead"
	wait_for 30 moving && ok "without permission a simulation moves" ||
		not_ok "without permission a simulation moves" "$(screen)"
	sees "it is marked SIMULATED" SIMULATED
	keys 5
	sees "on every tab" "[5 " SIMULATED
	keys q
	wait_for 30 ended && ok "and q ends it" || not_ok "and q ends it"
	# Where there are no maps to pick from, Enter shows the same.
	on_terminal 160 24 "exec setpriv --reuid=65534 --regid=65534 --clear-groups $BPFMAPTOP"
	sees "a refused picker offers a simulation" "Enter shows a simulation"
	keys Enter
	wait_for 30 moving && ok "a refused picker shows a simulation" ||
		not_ok "a refused picker shows a simulation" "$(screen)"
	sees "with the first map in front, marked as one" "[1 " SIMULATED
	keys Q
	wait_for 30 ended && ok "and Q ends that" || not_ok "and Q ends that"
fi

ns=$me
ip netns add "$ns" && at_exit+=("ip netns del $ns")
ip -n "$ns" link set lo up
before=$(host)
on_terminal 80 24 "exec ip netns exec $ns $BPFMAPTOP demo --iface lo"
attached() { ip -n "$ns" link show lo | grep -q xdp; }
wait_for 30 attached && ok "--iface attaches" || not_ok "--iface attaches" "$(screen)"
ip netns exec "$ns" python3 -c 'import socket
for i in range(20):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 5353))'
sees "its packets are counted" 127.0.0.1
keys q
wait_for 30 ended && ok "q ends that too" || not_ok "q ends that too"
detached() { ! attached; }
wait_for 30 detached && ok "and detaches" || not_ok "and detaches"
