# Sparse checkouts: what is outside of the cone is neither deleted nor there.

load ../test_helper
load round_trip

setup() {
	scratch_setup
	repo_new
	mkdir -p in/deep out/deep
	for dir in in in/deep out out/deep; do
		echo "$dir" >"$dir/file"
	done
	commit_all directories
}

cone() {
	git sparse-checkout set "$@" in
	assert_file_not_exist out/file
	assert_file_exist in/deep/file
}

# Tracked files that the checkpoint deletes in comparison with its base.
assert_deletes() {
	git diff --name-only --diff-filter=D HEAD "$(newest)" >"$TMPDIR/deleted"
	printf '%s' "${1:+$1$'\n'}" >"$TMPDIR/expected"
	assert_files_equal "$TMPDIR/expected" "$TMPDIR/deleted"
}

index_disturb_sparse() {
	echo disturbed >>in/file
	git rm -q --cached in/deep/file
	echo disturbed >in/new
	git add in/new
}

@test 'a cone' {
	cone
	echo more >>in/file
	assert_round_trip index_disturb_sparse
	assert_dir_not_exist out
	run -0 git ls-files -v out
	assert_output $'S out/deep/file\nS out/file'
}

@test 'outside of the cone is not deleted' {
	cone
	rm in/deep/file
	git checkpoint create -q cone
	assert_deletes in/deep/file
	git checkpoint show latest >/dev/null
}

@test 'a sparse index' {
	cone --sparse-index
	run -0 git ls-files --sparse
	assert_line out/
	echo more >>in/file
	git add in/file
	git ls-files --sparse --stage >"$TMPDIR/sparse"
	assert_round_trip index_disturb_sparse
	git ls-files --sparse --stage >"$TMPDIR/sparse-now"
	assert_files_equal "$TMPDIR/sparse" "$TMPDIR/sparse-now"
	assert_dir_not_exist out
	git checkpoint create -q again
	assert_deletes
}

@test 'patterns instead of a cone' {
	git sparse-checkout set --no-cone '/*' '!/out/*'
	assert_file_not_exist out/file
	echo more >>in/file
	assert_round_trip index_disturb_sparse
	assert_dir_not_exist out
}

@test 'a tracked file that is there outside of the cone' {
	cone
	mkdir out
	echo 'there all the same' >out/file
	git update-index --skip-worktree out/file
	git checkpoint create -q 'outside'
	assert_deletes
	run -0 git show "$(newest):out/file"
	assert_output 'there all the same'
	echo lost >out/file
	git checkpoint restore -q latest
	assert_equal "$(cat out/file)" 'there all the same'
	assert_file_not_exist out/deep/file
}

@test 'an untracked file outside of the cone' {
	cone
	mkdir out
	echo untracked >out/untracked
	git checkpoint create -q outside
	run -0 git show "$(newest):out/untracked"
	assert_output untracked
	rm -r out
	git checkpoint restore -q latest
	assert_equal "$(cat out/untracked)" untracked
	assert_file_not_exist out/file
	git checkpoint undo -q
	assert_dir_not_exist out
}

@test 'a conflict outside of the cone' {
	git checkout -q -b theirs
	echo theirs >out/file
	commit_all theirs
	git checkout -q main
	echo ours >out/file
	commit_all ours
	cone
	run -1 git merge theirs
	assert_file_exist out/file
	assert_round_trip
	assert_file_not_exist out/deep/file
}

@test 'from a full checkout into a cone: what is restored is there' {
	echo 'full' >>out/file
	git checkpoint create -q full
	snapshot_of >"$TMPDIR/full"
	git checkout -q out/file
	cone
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/full" "$TMPDIR/now"
	run -0 git status --porcelain
	assert_output ' M out/file'
	git checkpoint undo -q
	assert_dir_not_exist out
	run -0 git status --porcelain
	assert_output ''
}

@test 'from a cone into a full checkout, and back' {
	cone
	echo cone >>in/file
	git checkpoint create -q cone
	git sparse-checkout disable
	index_state >"$TMPDIR/full"
	git checkpoint restore -q latest
	run -0 git status --porcelain
	assert_output ' M in/file'
	git checkpoint undo -q
	index_state >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/full" "$TMPDIR/now"
}

@test 'a path outside of the cone is restored where it is named' {
	echo changed >out/file
	git checkpoint create -q full
	git checkout -q out/file
	cone
	git checkpoint restore -q latest -- out/file
	assert_equal "$(cat out/file)" changed
	assert_file_not_exist out/deep/file
}
