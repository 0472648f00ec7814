#!/bin/sh
# Check that each header compiles alone, and twice in a row, with the strictest
# warnings: whoever includes it needs nothing else.
#
# usage: tests/check-headers.sh [<directory with src/ in it>]

cd "${1:-$(dirname "$0")/..}" || exit 1

flags="-std=c11 -Isrc -fsyntax-only -Wall -Wextra -Werror -Wshadow
	-Wpointer-arith -Wstrict-prototypes -Wvla -Wwrite-strings -Wundef
	$(${PKG_CONFIG:-pkg-config} --cflags libgit2 libcjson zlib nettle)"

failed=0
for header in src/*/*.h src/core/*/*.h; do
	# Where a folder has none, the pattern itself.
	[ -e "$header" ] || continue
	name=${header#src/}
	# Words of $flags are arguments.
	# shellcheck disable=SC2086
	if ! printf '#include "%s"\n#include "%s"\n' "$name" "$name" |
		${CC:-cc} $flags -x c -; then
		echo "$header: does not compile alone" >&2
		failed=1
	fi
done
exit $failed
