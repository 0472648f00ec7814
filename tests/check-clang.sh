#!/bin/sh
# Check that the program, its tests and its benchmarks compile without a warning
# with clang, too. Where there is none nothing is checked.

cd "$(dirname "$0")/.." || exit 1

clang=${CLANG:-clang}
if ! command -v "$clang" >/dev/null; then
	echo 'check-clang: no clang here, nothing was checked' >&2
	exit
fi
build=${BUILD:-build}/clang
exec make --silent CC="$clang" DEVELOPER=1 SANITIZE= BUILD="$build" \
	PROGRAM="$build/git-checkpoint" all compile-tests >/dev/null
