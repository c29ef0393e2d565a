#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Maps of other hosts through a real ssh and sshd on loopback, as rows: both ways to write it, what is asked
# of the host, and what is said when it can't be had.
. "$(dirname "$0")/lib.sh"
there=$(dirname "$0")/sshd.sh
export BPFMAPTOP
at_exit+=("'$there' stop '$scratch'")
[ "$(id -un)" = root ] || { skip "$(basename "$0" .sh)" "sshd wants to be root"; exit 0; }
"$there" start "$scratch" || { not_ok "sshd starts" "$(cat "$scratch/log")"; exit 1; }
export PATH=$scratch/bin:$PATH

ssh web1 bpfmaptop -d 0.1 -n 3 record - sim:ports | "$BPFMAPTOP" replay - -o csv >"$scratch/piped.csv"
same "a pipe of ssh is replayed" "0 0" "${PIPESTATUS[*]}"
same "all of it" 3 "$(tail -n +2 "$scratch/piped.csv" | cut -d, -f1 | sort -u | wc -l)"

: >"$scratch/asked"
text=$("$BPFMAPTOP" -n 2 stream -o jsonl ssh:web1:sim:ports ssh:root@web2:sim:kinds)
same "two hosts are streamed" 0 $?
same "both of them, as often as was asked" "kinds 2 ports 2" \
	"$(jq -r '.map + " " + .at' <<<"$text" | sort -u | cut -d' ' -f1 | uniq -c | awk '{ printf "%s%s %s", s, $2, $1; s = " " }')"
same "this is asked of them" "ssh root@web2 bpfmaptop record - sim:kinds;ssh web1 bpfmaptop record - sim:ports" \
	"$(sort "$scratch/asked" | paste -sd';')"

: >"$scratch/asked"
"$BPFMAPTOP" -d 0.2 -n 2 stream -o jsonl ssh:web1:sim:ports >"$scratch/often" 2>&1
same "with the interval that was asked for" "ssh web1 bpfmaptop record - sim:ports -d 0.2" "$(cat "$scratch/asked")"
same "and it is kept there" 2 "$(jq -r .at "$scratch/often" | sort -u | wc -l)"

text=$("$BPFMAPTOP" dump ssh:web1:sim:nosuch 2>&1)
same "a map that isn't there fails" 1 $?
has "in the words of that host" "'nosuch'" "$text"
text=$("$BPFMAPTOP" dump "ssh:web1:sim:x;echo>$scratch/hurt y" 2>&1)
same "the shell there runs nothing of a map's name" 1-no "$?-$(test -e "$scratch/hurt" && echo yes || echo no)"
for word in ssh:web1 ssh: ssh::flows ssh:-oProxyCommand=false:flows ssh:web1:--version; do
	"$BPFMAPTOP" dump "$word" 2>/dev/null
	same "'$word' names no map of a host" 2 $?
done
"$BPFMAPTOP" stream -d 0.1 -o jsonl ssh:web1:sim:ports >"$scratch/cut" 2>"$scratch/said" &
pid=$!
at_exit+=("kill $pid 2>/dev/null")
wait_for 20 test -s "$scratch/cut" || not_ok "a host is streamed"
"$there" drop "$scratch"
wait_for 20 grep -q "the connection to 'web1' is lost: .*; trying again" "$scratch/said" && ok "that a connection is lost is said" ||
	not_ok "that a connection is lost is said" "$(cat "$scratch/said")"
wait_for 20 grep -q "'web1:sim:ports' is back" "$scratch/said" && ok "and that it is back" ||
	not_ok "and that it is back" "$(cat "$scratch/said")"
before=$(wc -l <"$scratch/cut")
more() { [ "$(wc -l <"$scratch/cut")" -gt "$before" ]; }
wait_for 20 more && ok "its readings go on" || not_ok "its readings go on" "$(cat "$scratch/said")"
kill -TERM $pid
wait $pid
same "a stream whose connection was lost is partly done" 3 $?
same "every line of it is whole" 0 "$(jq -es length "$scratch/cut" >/dev/null; echo $?)"
same "and has one map" ports "$(jq -r .map "$scratch/cut" | sort -u)"
: >"$scratch/cut" # not that of before
"$BPFMAPTOP" stream -d 0.1 -n 30 -o jsonl ssh:web1:sim:ports >"$scratch/cut" 2>"$scratch/said" &
pid=$!
at_exit+=("kill $pid 2>/dev/null")
wait_for 20 test -s "$scratch/cut" || not_ok "a host is streamed"
"$there" stop "$scratch"
wait $pid
same "where a host doesn't come back, the count of readings is reached all the same" 3 $?
same "and each way to fail is said once" "" "$(sort "$scratch/said" | uniq -d)"
text=$("$BPFMAPTOP" dump ssh:web1:sim:ports 2>&1)
same "a host that can't be reached fails" 1 $?
has "in ssh's words" "Connection refused" "$text"
echo "1..$n"
