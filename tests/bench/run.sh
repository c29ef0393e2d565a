#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# run.sh BUILD_DIR: prints every figure, each beside its floor or its peer in the same run. Quote ratios.
set -u
cd "$(dirname "$0")/../.." || exit 2
export BUILD=$PWD/$1 BPFMAPTOP=$PWD/$1/bpfmaptop LC_ALL=C.UTF-8
export PATH=$PATH:/usr/sbin:/sbin
printf '%s, Linux %s, %d CPUs\n' "$(uname -m)" "$(uname -r)" "$(nproc)"
for bench in "$BUILD"/bench/bench_*; do
	case $bench in *.d) continue ;; esac
	echo
	"$bench"
done
for bench in tests/bench/bench_*.sh; do
	[ -x "$bench" ] || continue
	echo
	"$bench"
done
