#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make.sh [PATTERN]: runs the real program in a terminal of its own and keeps what it shows as SVG pictures,
# of each theme and of each pane. The README shows them. Needs tmux and python3; as root the host has a name
# of its own there, and build/gcc has the tools of the tests. Simulations have a fixed seed: only clocks and the demo's figures differ from run to run.
set -u
only=${1:-*}
cd "$(dirname "$0")/../.." || exit 2
export PATH=$PATH:/usr/sbin:/sbin
socket=bpfmaptop-pictures-$$
feed=
trap 'tmux -L $socket kill-server 2>/dev/null; [ -z "$feed" ] || rm -r "$feed"' EXIT
tmux -L "$socket" -f /dev/null new-session -d -s stays 'sleep 3600' # the server, from shot to shot
named=
unshare --uts true 2>/dev/null && named="unshare --uts sh -c 'hostname web-03; exec \"\$@\"' -"

shown() { # TEXT: waits until it is on the screen
	for ((i = 0; i < 600; i++)); do
		tmux -L "$socket" capture-pane -p -t shot | grep -qF -- "$1" && return
		sleep 0.1
	done
	echo "make.sh: '$1' was not shown" >&2
	exit 1
}

shot() { # NAME COLS ROWS TITLE COMMAND [KEYS, a number of seconds, or ~ and a text to wait for]...
	local name=$1 cols=$2 rows=$3 title=$4 command=$5 key
	shift 5
	# shellcheck disable=SC2053
	[[ $name == $only ]] || return
	tmux -L "$socket" -f /dev/null new-session -d -s shot -x "$cols" -y "$rows" \
		"env LC_ALL=C.UTF-8 TERM=tmux-256color COLORTERM=truecolor XDG_CONFIG_HOME=/nonexistent \
		XDG_STATE_HOME=/dev/null $named $command"
	tmux -L "$socket" set -g status off
	tmux -L "$socket" set -ga terminal-overrides ",*:Tc"
	tmux -L "$socket" resize-window -t shot -x "$cols" -y "$rows" 2>/dev/null
	for key; do
		case $key in
		[0-9]*s) sleep "${key%s}" ;;
		~*) shown "${key#~}" ;;
		*) tmux -L "$socket" send-keys -t shot "$key" && sleep 0.2 ;;
		esac
	done
	tmux -L "$socket" capture-pane -e -N -p -t shot |
		python3 tests/pictures/svg.py "$cols" "$rows" --title "$title" ${PAPER:+--paper "$PAPER"} \
			>"tests/pictures/$name.svg"
	tmux -L "$socket" kill-session -t shot
	echo "tests/pictures/$name.svg"
}

demo="build/bpfmaptop demo"
shot demo-80x24 80 24 "bpfmaptop demo" "$demo" 30s
shot demo-wide 160 44 "bpfmaptop demo, 160x44" "$demo" 30s Down Down 3s
shot panes 160 44 "flows beside ports and verdicts, the other maps below" "$demo" 20s \| C-w w _ 3s
shot cpus 100 24 "ports, a column per CPU" "$demo" 6s 2 x x x 3s
shot filter 100 24 "filter: proto == udp and packets.rate > 10" "$demo" 6s / "proto == udp and packets.rate > 10" Enter 3s

# Each pane.
run="build/bpfmaptop"
pane() { # NAME TITLE COMMAND [as shot]...
	shot "pane-$1" 88 22 "$2" "${@:3}"
}
pane rows "rows: flows" "$run sim:flows" 10s Down Space Down 0.5s
pane detail "detail: arrays and structs folded and unfolded" "$run sim:kinds" 4s e G Up Up Up Up Up Up Up Enter Down Enter 0.5s
pane bytes "raw bytes with the boundaries of fields" "$run sim:ports" 3s h e PgDn PgDn 0.5s
pane groups "groups: by proto and dport" "$run sim:flows" 6s b b "proto,dport" Enter 2s
pane cpus "per CPU: a strip a row" "$run sim:ports" 6s x x x x 1s
pane percpu "CPUs: of all rows, and of the row under the cursor" "$run sim:ports" 6s Down Down P 1s
pane bars "bars: a histogram" "$run sim:sizes" 6s H 1s
pane stacks "stacks: a tree, by the samples of another map" "$run sim:stacks sim:samples" 4s Enter Down Down 0.5s
ring_panes() {
	feed=$(mktemp -d)
	mkfifo "$feed/words"
	build/gcc/live/ring_feed <"$feed/words" >"$feed/id" &
	local feeder=$! ring
	exec 3>"$feed/words"
	for ((i = 0; i < 100; i++)); do [ -s "$feed/id" ] && break; sleep 0.1; done
	if [ ! -s "$feed/id" ]; then
		echo "make.sh: no ring buffer to show: build/gcc/live/ring_feed made none" >&2
		exit 1
	fi
	cat >"$feed/schema.json" <<-'END'
		{"maps": {"events": {"value": [{"name": "pid", "type": "u32"},
		  {"name": "port", "type": "u16", "format": "port"}, {"name": "bytes", "type": "u16"}]}}}
	END
	ring="$run -d 0.3 -s -position --schema $feed/schema.json $(cat "$feed/id")"
	pane ring "ring buffer: how full, how fast, what that leads to" "$ring" 8s B 0.5s
	pane records "the records that wait in a ring buffer" "$ring" 4s
	exec 3>&-
	wait "$feeder"
}
# shellcheck disable=SC2053
if [[ pane-ring == $only || pane-records == $only ]]; then
	ring_panes
fi
pane churn "churn: is the map too small?" "$run sim:flows" 40s C 1s
pane metrics "metrics: what reading costs" "$run sim:flows" 5s m 1s
pane log "messages" "$run sim:flows" 3s v x F z z z l 0.5s
pane picker "the picker" "$demo" 5s o 1s
pane columns "choosing columns" "$run sim:flows" 3s c Down Down 0.5s
pane sorting "choosing what to sort by" "$run sim:ports" 6s s Home Down Space Down r 0.5s
pane grouping "choosing what to group by" "$run sim:flows" 6s b End Up Up Space Home Down Down Down Down Space 0.5s
pane themes "picking a theme, seen at once" "$run sim:flows" 6s T Down Down Down Down Down 0.5s
pane command "the command line, completed" "$run sim:flows" 3s : "group proto,saddr/" Tab 0.5s
pane filter "a filter, checked as it is typed" "$run sim:flows" 3s / "proto == tcp and packets.rate > fast" 0.5s
pane help "help, with the legend of the theme" "$run sim:flows" 3s "?" End Up Up Up Up 0.5s
pane split "split: several maps and what is said of them" "$run sim:flows sim:ports" 6s _ 1s

# Each theme on the first background it is made for; in the one of the terminal's 16 colours those of svg.py.
for file in themes/*.json; do
	theme=$(basename "$file" .json)
	PAPER=$(sed -n 's/.*"made_for": \["\(#[0-9a-f]*\)".*/\1/p' "$file") shot "theme-$theme" 72 13 "theme $theme" \
		"build/bpfmaptop sim:flows --theme $theme" 4s Down Space Down 0.5s
done
