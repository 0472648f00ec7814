# What a checkpoint promises of the index: all that git shows of it comes back.

# Entries with stages and flags, what git status makes of them, the files, and
# the format of the file.
index_state() {
	git ls-files --stage -v
	index_of | index_flags
	git --no-optional-locks status --porcelain=v2 --untracked-files=all
	git --no-optional-locks status --porcelain=v1 --ignored
	snapshot_of
	echo "version $(index_version)"
}

# Without the flag that says where a split index has the entry.
index_flags() {
	sed -e 's/\(flags: .\)8000000$/\10000000/' -e 's/flags: 8000000$/flags: 0/'
}

index_version() {
	od -An -t u1 -j 7 -N 1 "${GIT_INDEX_FILE-.git/index}" | tr -d ' '
}

# Another index with everything there is, and another file.
index_disturb() {
	rm -f "${GIT_INDEX_FILE-.git/index}"
	git read-tree HEAD
	echo disturbed >>file
	echo disturbed >disturbing
	git add --all
}

# assert_round_trip [<command that changes the index>]: what is there now comes
# back, then what the command made of it, then the first again.
assert_round_trip() {
	local change=${1:-index_disturb}

	index_state >"$TMPDIR/saved"
	git checkpoint create -q 'the index'
	index_state >"$TMPDIR/undisturbed"
	assert_files_equal "$TMPDIR/saved" "$TMPDIR/undisturbed"
	"$change"
	index_state >"$TMPDIR/changed"
	run ! cmp -s "$TMPDIR/saved" "$TMPDIR/changed"
	git checkpoint restore -q latest
	index_state >"$TMPDIR/restored"
	assert_files_equal "$TMPDIR/saved" "$TMPDIR/restored"
	git checkpoint undo -q
	index_state >"$TMPDIR/undone"
	assert_files_equal "$TMPDIR/changed" "$TMPDIR/undone"
	git checkpoint redo -q
	index_state >"$TMPDIR/redone"
	assert_files_equal "$TMPDIR/saved" "$TMPDIR/redone"
}
