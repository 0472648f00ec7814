# For families that ask of many states whether they come back: a .bats file
# loads this behind ../test_helper.

# round_trip <command>...: save what is there, run the command that changes it,
# and see that restore, undo and redo each bring back what was.
round_trip() {
	local saved changed

	saved=$(work_of)
	git checkpoint create -q >/dev/null
	"$@"
	changed=$(work_of)
	[[ $saved != "$changed" ]] || fail "'$*' changed nothing"
	git checkpoint restore -q latest
	assert_same "$saved" "$(work_of)"
	git checkpoint undo -q
	assert_same "$changed" "$(work_of)"
	git checkpoint redo -q
	assert_same "$saved" "$(work_of)"
	run -0 git checkpoint restore latest
	assert_output --partial 'Nothing to restore'
}

# The list of omitted paths of the newest checkpoint, without its head.
omitted() {
	local ref

	ref=refs/checkpoints-local/$(newest_name)
	git show-ref --quiet --verify "$ref" || return 0
	git show "$ref:omitted" | sed 1d
}

# Fail unless a checkpoint has the tree that git add --all makes.
assert_tree_is_gits() {
	local index=$BATS_TEST_TMPDIR/index.of.git

	git checkpoint create -q >/dev/null
	cp -p "$(git rev-parse --git-path index)" "$index"
	GIT_INDEX_FILE=$index git add --all
	assert_equal "$(git rev-parse "$(newest)^{tree}")" \
		"$(GIT_INDEX_FILE=$index git write-tree)"
}

# Run a command as a user who may not do everything; the repository is theirs.
# The test is skipped where there is no such user.
as_user() {
	if [[ $(id -u) -ne 0 ]]; then
		"$@"
	else
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
}

user_new() {
	[[ $(id -u) -eq 0 ]] || return 0
	command -v setpriv >/dev/null || skip 'no setpriv'
	chown -R 65534:65534 "$BATS_TEST_TMPDIR"
	chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
	as_user test -x "$REPO" ||
		skip 'the directory of the tests is closed to other users'
	as_user git checkpoint help >/dev/null ||
		skip 'the program is closed to other users'
	git config --global --add safe.directory '*'
}
