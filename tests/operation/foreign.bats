# The operation in a checkpoint that another clone made.

load ../test_helper
load histories

# Save an operation in one clone, and have its checkpoint in another.
setup() {
	scratch_setup
	history_new
}

clone_with() {
	"$1"
	git checkpoint create -q "$1"
	name=$(newest_name)
	work_of >"$TMPDIR/there"
	git clone -q --no-local "$REPO" ../b
	cd ../b || return
	for branch in second third topic; do
		git branch -q --no-track "$branch" "origin/$branch"
	done
	git fetch -q ../repo 'refs/checkpoints/*:refs/checkpoints/*'
	name=${name#*/}
}

# All but refs: a clone has remote-tracking branches.
assert_like_there() {
	work_of . | grep -v ' *refs/remotes/\|^refs/remotes' >"$TMPDIR/here"
	assert_files_equal "$TMPDIR/there" "$TMPDIR/here"
}

@test 'only with --operation' {
	clone_with merge_conflict
	run -0 git checkpoint restore "$name"
	assert_line --partial "comes from another clone; '--operation'"
	assert_file_not_exist .git/MERGE_HEAD
	git checkpoint restore -q --operation "$name"
	assert_like_there
	git merge --abort
}

@test 'a merge of a tag that is only there' {
	clone_with merge_tag
	git checkpoint restore -q --operation "$name"
	assert_like_there
	operation_resolve
	git merge --continue
	run -0 git cat-file -p main
	assert_line --partial 'mergetag object '
}

@test 'a rebase, which goes on' {
	clone_with rebase_merge
	git checkout -q topic
	run -0 git checkpoint restore --move-head "$name"
	assert_line --partial "comes from another clone; '--operation'"
	assert_dir_not_exist .git/rebase-merge
	git checkpoint restore -q --move-head --operation "$name"
	operation_resolve
	git rebase --continue
	assert_equal "$(git symbolic-ref HEAD)" refs/heads/topic
	assert_equal "$(git rev-parse topic~3)" "$(git rev-parse main)"
}

@test 'patches, which are given up without harm to the branch' {
	clone_with am
	git checkpoint restore -q --operation "$name"
	assert_like_there
	git am --abort
	assert_equal "$(git rev-parse main)" "$(git rev-parse origin/main)"
}

@test 'never commands that git would run' {
	clone_with rebase_exec
	work_of . >"$TMPDIR/before"
	run -1 git checkpoint restore --move-head --operation "$name"
	assert_line --partial 'git-rebase-todo'
	assert_line --partial 'exec'
	work_of . >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	git checkpoint restore -q --move-head "$name"
	assert_dir_not_exist .git/rebase-merge
}
