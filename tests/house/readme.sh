#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# readme.sh [--write]: every block of README.md between "<!-- print: ARGUMENTS -->" and "<!-- /print -->"
# is what `bpfmaptop ARGUMENTS` prints, and between "<!-- file: PATH -->" and "<!-- /file -->" that file. Without --write it only says whether that is so.
set -u
cd "$(dirname "$0")/../.." || exit 2
program=${BPFMAPTOP:-$PWD/build/bpfmaptop}
made=$(mktemp)
trap 'rm -f "$made"' EXIT
skipping=0
while IFS= read -r line; do
	case $line in
	'<!-- print: '*)
		arguments=${line#<!-- print: }
		arguments=${arguments% -->}
		# shellcheck disable=SC2086
		printf '%s\n```\n%s\n```\n' "$line" "$("$program" $arguments)"
		skipping=1
		;;
	'<!-- file: '*)
		path=${line#<!-- file: }
		printf '%s\n```\n%s\n```\n' "$line" "$(cat "${path% -->}")"
		skipping=1
		;;
	'<!-- /print -->' | '<!-- /file -->') skipping=0 ;;
	esac
	[ $skipping = 1 ] || printf '%s\n' "$line"
done <README.md >"$made"
if [ "${1:-}" = --write ]; then
	cat "$made" >README.md
else
	diff -u README.md "$made"
fi
