#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# deps.sh check|install GROUP...: what building (build), testing (test) and measuring (bench) need.
# check names what is missing and the command that installs it; install runs that command when it can.
set -u
mode=$1
shift

# need: kind (cmd, pkg-config module, header, python module) | Debian | Fedora | Arch
rows_build='
cmd gcc|gcc|gcc|gcc
cmd make|make|make|make
cmd clang|clang|clang|clang
cmd pkg-config|pkg-config|pkgconf|pkgconf
cmd bpftool|bpftool|bpftool|bpf
pc libbpf|libbpf-dev|libbpf-devel|libbpf
pc libelf|libelf-dev|elfutils-libelf-devel|libelf
pc ncursesw|libncurses-dev|ncurses-devel|ncurses
pc libcjson|libcjson-dev|cjson-devel|cjson
hdr linux/bpf.h|linux-libc-dev|kernel-headers|linux-api-headers'
rows_test='
cmd clang-format|clang-format|clang-tools-extra|clang
cmd jq|jq|jq|jq
cmd python3|python3|python3|python
cmd ip|iproute2|iproute|iproute2
cmd git|git|git|git
cmd nm|binutils|binutils|binutils
cmd tmux|tmux|tmux|tmux
cmd ssh|openssh-client|openssh-clients|openssh
cmd sshd|openssh-server|openssh-server|openssh
py prometheus_client|python3-prometheus-client|python3-prometheus_client|python-prometheus_client
cmd prometheus|prometheus|golang-github-prometheus|prometheus
cmd promtool|prometheus|golang-github-prometheus|prometheus
cmd prometheus-node-exporter|prometheus-node-exporter|node-exporter|prometheus-node-exporter
pc cmocka|libcmocka-dev|libcmocka-devel|cmocka
pc vterm|libvterm-dev|libvterm-devel|libvterm
lib libclang_rt.asan|libclang-rt-dev|compiler-rt|compiler-rt'
rows_bench='
cmd htop|htop|htop|htop'

have() {
	case $1 in
	cmd) command -v "$2" >/dev/null 2>&1 || [ -x "/usr/sbin/$2" ] || [ -x "/sbin/$2" ] ;;
	pc) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$2" ;;
	py) "$(ls /usr/bin/python3 2>/dev/null || echo python3)" -c "import $2" 2>/dev/null ;;
	hdr) [ -e "/usr/include/$2" ] ;;
	lib) ls /usr/lib/llvm-*/lib/clang/*/lib/linux/"$2"*.a /usr/lib*/clang/*/lib/*/"$2"* >/dev/null 2>&1 ;;
	esac
}

rows=
for group; do eval "rows=\"\$rows \$rows_$group\""; done
debian= fedora= arch= names=
while IFS='|' read -r need deb fed arc; do
	set -- $need
	[ $# -eq 2 ] || continue
	have "$1" "$2" && continue
	names="$names $2" debian="$debian $deb" fedora="$fedora $fed" arch="$arch $arc"
done <<EOF
$rows
EOF
[ -n "$names" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
	line="apt-get install -y --no-install-recommends$debian"
elif command -v dnf >/dev/null 2>&1; then
	line="dnf install -y$fedora"
elif command -v pacman >/dev/null 2>&1; then
	line="pacman -S --needed --noconfirm$arch"
else
	line="your package manager; on Debian: apt-get install$debian"
fi
if [ "$mode" = install ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "installing:$debian"
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -qq && $line -qq; } >/tmp/bpfmaptop-deps.$$ 2>&1 || {
		cat /tmp/bpfmaptop-deps.$$ >&2
		rm -f /tmp/bpfmaptop-deps.$$
		echo "could not install:$debian" >&2
		exit 1
	}
	rm -f /tmp/bpfmaptop-deps.$$
	exit 0
fi
echo "missing:$names" >&2
[ "$(id -u)" = 0 ] || line="sudo $line"
echo "install with: $line" >&2
exit 1
