#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A real sshd on loopback, of its own keys, config and port, in a folder: sshd.sh start|drop|stop|pid FOLDER.
# The program is on its PATH as bpfmaptop, and what a person has in their shell's startup files is left out: the home
# is another one. FOLDER/bin/ssh is what to have first on one's own PATH: it writes down
# its arguments to FOLDER/asked, and asks this sshd, whatever the host's name.
set -u
folder=$2
sshd=$(command -v sshd || echo /usr/sbin/sshd)

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

prepare() {
	local port
	port=$(free_port)
	mkdir -p "$folder/bin" "$folder/there" /run/sshd
	chmod 755 "$folder"
	ssh-keygen -q -t ed25519 -N '' -f "$folder/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$folder/own_key"
	cp "$folder/own_key.pub" "$folder/authorized"
	ln -sf "$(realpath "$BPFMAPTOP")" "$folder/there/bpfmaptop"
	cat >"$folder/sshd_config" <<-END
		ListenAddress 127.0.0.1
		Port $port
		HostKey $folder/host_key
		PidFile $folder/sshd.pid
		AuthorizedKeysFile $folder/authorized
		StrictModes no
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		UsePAM no
		PermitRootLogin yes
		SetEnv PATH=$folder/there:/usr/bin:/bin HOME=$folder/there
	END
	cat >"$folder/ssh_config" <<-END
		Host *
		HostName 127.0.0.1
		Port $port
		IdentityFile $folder/own_key
		IdentitiesOnly yes
		UserKnownHostsFile $folder/known_hosts
		StrictHostKeyChecking no
		LogLevel ERROR
	END
	cat >"$folder/bin/ssh" <<-END
		#!/bin/sh
		echo "ssh \$*" >>"$folder/asked"
		exec $(command -v ssh) -F "$folder/ssh_config" "\$@"
	END
	chmod 755 "$folder/bin/ssh"
}

listens() {
	ssh -F "$folder/ssh_config" localhost true 2>/dev/null
}

start() {
	local until=$((SECONDS + 20))
	[ -e "$folder/sshd_config" ] || prepare
	"$sshd" -f "$folder/sshd_config" -E "$folder/log" || return 1
	until listens; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.05
	done
}

below() { # PID: everything that it started, the first ones first
	local child
	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		echo "$child"
		below "$child"
	done
}

# Ends its connections, as a cable that is pulled: what runs behind them has no time for last words, which would
# make it a recording that has come to its end.
drop() {
	local pid
	pid=$(cat "$folder/sshd.pid") || return 1
	kill -KILL $(below "$pid") 2>/dev/null
	return 0
}

stop() {
	local pid all
	pid=$(cat "$folder/sshd.pid" 2>/dev/null) || return 0
	all=$(below "$pid") # before they are nobody's any more
	kill -KILL $all 2>/dev/null
	kill "$pid" 2>/dev/null
	while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
	return 0
}

case $1 in start | drop | stop) "$1" ;; *) exit 2 ;; esac
