# Memory does not grow much with the number of files.

load ../test_helper

FILES=8000

setup_file() {
	cc -O1 -o "$BATS_FILE_TMPDIR/peak" "$BATS_TEST_DIRNAME/peak.c"
}

# What a checkpoint takes at most, in KiB.
peak() {
	"$BATS_FILE_TMPDIR/peak" git checkpoint create -q 2>"$TMPDIR/peak" \
		>/dev/null
	cat "$TMPDIR/peak"
}

# That many files of a line, each another one; with an argument it ends in CRLF.
many_files() {
	local dir
	for dir in $(seq -w $((FILES / 200))); do
		mkdir "dir$dir"
		seq "${dir}001" "${dir}200" | sed "s/\$/${1-}/" |
			split -l 1 -a 3 -d - "dir$dir/file"
	done
}

# Both checkpoints stay below so many bytes for each file, beside what one of
# next to nothing takes.
assert_peak_below() {
	local most=$((bare + 3 * 1024 + FILES * $1 / 1024)) first second
	first=$(peak)
	second=$(peak)
	echo "without files $bare KiB, first $first, second $second: at most $most"
	((first < most && second < most))
	assert_equal "$(git ls-tree -r --name-only "$(newest)" dir01/ | wc -l)" 200
}

setup() {
	scratch_setup
	ldd "$(command -v git-checkpoint)" | grep -q 'lib.san' &&
		skip 'what a sanitizer takes is not what is measured'
	repo_new
	# Enough for all threads to have the memory that each of them has.
	seq 100 | split -l 1 -
	bare=$(peak)
}

@test 'an untracked file takes 300 bytes at most' {
	many_files
	assert_peak_below 300
}

@test 'one that is converted takes 450' {
	echo '* text eol=crlf' >.gitattributes
	many_files '\r'
	assert_peak_below 450
}

@test 'one that is tracked as well takes 500 with its index entry' {
	echo '* text eol=crlf' >.gitattributes
	many_files '\r'
	commit_all
	assert_peak_below 500
}

# Where memory that the kernel can have back is to be had; elsewhere it is the
# heap's (base/spill.h).
skip_without_spill() {
	case $(stat -f -c %T .) in
	ext2/ext3 | xfs | tmpfs | overlayfs) ;;
	*) skip 'a file system that is not known to keep room' ;;
	esac
	(($(df --output=avail -k . | tail -n 1) > 1024 * 1024)) ||
		skip 'less than 1 GiB is free here'
}

@test 'a quarter of a million untracked files take 22 MiB' {
	local dir most=$((bare + 22 * 1024)) first second
	skip_without_spill
	FILES=250000
	mkdir dir001
	seq 2000 | split -l 1 -a 4 -d - dir001/file
	# Names are what is many here: the same files again and again.
	for dir in $(seq -w 2 $((FILES / 2000))); do
		cp -rl dir001 "dir$dir"
	done
	first=$(peak)
	second=$(peak)
	echo "without files $bare KiB, first $first, second $second: at most $most"
	((first < most && second < most))
	assert_equal "$(git ls-tree -r --name-only "$(newest)" dir125/ | wc -l)" 2000
}
