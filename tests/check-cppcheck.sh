#!/bin/sh
# Check the sources with cppcheck.
#
# usage: tests/check-cppcheck.sh [<directory with src/ in it>]

cd "${1:-$(dirname "$0")/..}" || exit 1

# NULL is a pointer wherever POSIX holds, so it may end variable arguments.
exec cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
	--enable=warning,performance,portability \
	-j "$(getconf _NPROCESSORS_ONLN)" -Isrc \
	--suppress=missingIncludeSystem --suppress=varFuncNullUB src
