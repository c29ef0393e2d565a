#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# pictures.sh: the pictures that the README shows are those that tests/pictures/make.sh takes, each of them.
set -u
cd "$(dirname "$0")/../.." || exit 2
shown=$(grep -o 'tests/pictures/[a-z0-9-]*\.svg' README.md | sort -u)
taken=$({
	sed -nE 's/^\s*shot ([a-z0-9-]+) .*/\1/p; s/^\s*pane ([a-z]+) .*/pane-\1/p' tests/pictures/make.sh
	for file in themes/*.json; do
		echo "theme-$(basename "$file" .json)"
	done
} | sed 's|.*|tests/pictures/&.svg|' | sort)
there=$(printf '%s\n' tests/pictures/*.svg | sort)
diff <(echo "$shown") <(echo "$taken") && diff <(echo "$there") <(echo "$taken")
