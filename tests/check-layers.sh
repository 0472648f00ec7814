#!/bin/sh
# Check what the sources include.
#
# usage: tests/check-layers.sh [<directory with src/ in it>]
#
# - A file includes headers of its own folder or of a lower one, by a name that
#   starts at src/. The folders in core/ are layers, too, in the order below.
# - The first header of x.c is x.h of the same folder, if there is one, and no
#   header of ours comes behind one of the system's in the first place: the
#   feature macros are base/compat.h's.
# - Each library has one door.

cd "${1:-$(dirname "$0")/..}" || exit 1

# The program is awk's, not the shell's, to expand.
# shellcheck disable=SC2016
find src -name '*.[ch]' | sort | xargs awk '
function complain(text) {
	print FILENAME ":" FNR ": " text
	failed = 1
}

# The folder of a file below src/; "main" for what is in src/ itself.
function layer(path) {
	return sub(/\/[^\/]*$/, "", path) ? path : "main"
}

function door(library, files) {
	if (FILENAME !~ files)
		complain(library " is included outside of its door")
}

BEGIN {
	count = split("base git worktree core/record core/snapshot " \
		"core/session core/save core/restore core/verify " \
		"core/secret core/clean core/remote core/work core/carry " \
		"core/hook core/agent ui cmd main", order, " ")
	for (i = 1; i <= count; i++)
		rank[order[i]] = i
}

FNR == 1 {
	own = substr(FILENAME, length("src/") + 1)
	includes = 0
	if (!(layer(own) in rank))
		complain("there is no such layer")
	header = own
	sub(/\.c$/, ".h", header)
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
	name = $0
	sub(/^[^<"]*[<"]/, "", name)
	sub(/[>"].*$/, "", name)
	ours = $0 ~ /include[ \t]*"/
	includes++

	if (includes == 1 && !ours && own != "base/compat.h")
		complain("the first include is not a header of ours")
	if (includes == 1 && own ~ /\.c$/ && name != header &&
	    (getline line < ("src/" header)) >= 0)
		complain("the first include is not \"" header "\"")
	if (ours && (name !~ /\// || !(layer(name) in rank)))
		complain("\"" name "\" does not start with a folder of src/")
	else if (ours && rank[layer(name)] > rank[layer(own)])
		complain(layer(own) "/ includes \"" name "\" of a higher layer")

	if (name ~ /^git2(\/|\.h)/)
		door("libgit2", "^src/(git|worktree)/")
	if (name ~ /cJSON/)
		door("cJSON", "^src/core/record/json[a-z_]*\\.c$")
	if (name ~ /^zlib/)
		door("zlib", "^src/git/pack[a-z_]*\\.[ch]$")
	if (name ~ /^libdeflate/)
		door("libdeflate", "^src/git/pack[a-z_]*\\.c$")
	if (name ~ /^nettle/)
		door("nettle", "^src/base/checksum\\.[ch]$")
	if (name ~ /^yaml/)
		door("libyaml", "^src/core/carry/yaml\\.c$")
}

END {
	exit failed
}' || exit 1
