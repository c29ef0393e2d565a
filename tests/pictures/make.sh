#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make.sh [PATTERN]: runs the real program in a terminal of its own and keeps what it shows as SVG pictures.
# The README shows them. Needs tmux and python3.
set -u
only=${1:-*}
cd "$(dirname "$0")/../.." || exit 2
export PATH=$PATH:/usr/sbin:/sbin
socket=bpfmaptop-pictures-$$
trap 'tmux -L $socket kill-server 2>/dev/null' EXIT

shot() { # NAME COLS ROWS TITLE COMMAND [KEYS or a number of seconds]...
	local name=$1 cols=$2 rows=$3 title=$4 command=$5 key
	shift 5
	# shellcheck disable=SC2053
	[[ $name == $only ]] || return
	tmux -L "$socket" -f /dev/null new-session -d -s shot -x "$cols" -y "$rows" \
		"env LC_ALL=C.UTF-8 TERM=tmux-256color COLORTERM=truecolor $command"
	tmux -L "$socket" set -g status off
	tmux -L "$socket" set -ga terminal-overrides ",*:Tc"
	tmux -L "$socket" resize-window -t shot -x "$cols" -y "$rows" 2>/dev/null
	for key; do
		case $key in
		[0-9]*s) sleep "${key%s}" ;;
		*) tmux -L "$socket" send-keys -t shot "$key" && sleep 0.2 ;;
		esac
	done
	tmux -L "$socket" capture-pane -e -p -t shot |
		python3 tests/pictures/svg.py "$cols" "$rows" --title "$title" ${PAPER:+--paper "$PAPER"} \
			>"tests/pictures/$name.svg"
	tmux -L "$socket" kill-session -t shot
	echo "tests/pictures/$name.svg"
}

demo="build/bpfmaptop demo"
shot demo-80x24 80 24 "bpfmaptop demo" "$demo" 30s
shot demo-wide 160 44 "bpfmaptop demo, 160x44" "$demo" 30s Down Down 3s
shot cpus 100 24 "ports, a column per CPU" "$demo" 6s 2 x x x 3s
shot filter 100 24 "filter: proto == udp and packets.rate > 10" "$demo" 6s / "proto == udp and packets.rate > 10" Enter 3s

# Each theme on the first background it is made for; the one of the terminal's 16 colours looks as they do.
for file in themes/*.json; do
	theme=$(basename "$file" .json)
	[ "$theme" = 16-colours ] && continue
	PAPER=$(sed -n 's/.*"made_for": \["\(#[0-9a-f]*\)".*/\1/p' "$file") shot "theme-$theme" 72 13 "theme $theme" \
		"build/bpfmaptop sim:flows --theme $theme" 4s Down Space Down 0.5s
done
