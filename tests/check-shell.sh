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

# In files for bats, `run` sets variables and calls functions by their names, a
# test is a shell of its own whose variables others read, and a cd that fails
# ends it; shellcheck sees none of that. Notes on style are left out there.
scripts | grep -v '\.bats$' | xargs shellcheck --external-sources || exit 1
scripts | grep '\.bats$' |
	xargs shellcheck --external-sources --severity=warning \
		--exclude=SC2154,SC2317,SC2030,SC2031,SC2034,SC2120,SC2164 ||
	exit 1
