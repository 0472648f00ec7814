#!/bin/sh
# Check every shell script, and every file of bats, with shellcheck.

cd "$(dirname "$0")/.." || exit 1

# Scripts are known by their name or by their first line.
scripts() {
	find tests contrib hooks .ci -type f | sort | while read -r file; do
		case $file in
		*.sh | *.bash | *.bats)
			echo "$file"
			;;
		*)
			if head -n 1 "$file" | grep -qE '^#!.*[/ ](ba|da)?sh'; then
				echo "$file"
			fi
			;;
		esac
	done
}

# In files for bats, `run` sets variables and calls functions by their names,
# which shellcheck cannot see.
scripts | grep -v '\.bats$' | xargs shellcheck --external-sources || exit 1
scripts | grep '\.bats$' |
	xargs shellcheck --external-sources --exclude=SC2154,SC2317 || exit 1
