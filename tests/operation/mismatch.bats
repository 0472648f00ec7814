# Where HEAD or a ref that an operation names is elsewhere, no operation comes
# back: its --abort would drop what was committed since.

load ../test_helper
load histories

# The work goes on after the operation was given up.
go_on() {
	git add --all
	commit_all 'made since'
	since=$(git rev-parse HEAD)
}

assert_no_operation() {
	assert_file_not_exist .git/MERGE_HEAD
	assert_dir_not_exist .git/rebase-merge
	assert_dir_not_exist .git/sequencer
	assert_file_not_exist .git/CHERRY_PICK_HEAD
}

@test 'a commit made since: refused, and nothing is changed' {
	while read -r operation command; do
		rm -rf "$REPO"
		history_new
		"$operation"
		git checkpoint create -q "$operation"
		git "$command" --quit
		git reset -q --hard
		go_on
		work_of >"$TMPDIR/before"
		run -1 git checkpoint restore latest
		assert_line --partial 'fatal: Git state mismatch: HEAD is main'
		work_of >"$TMPDIR/after"
		assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
		assert_no_operation
	done <<-\EOF
		merge_conflict merge
		cherry_pick cherry-pick
	EOF
}

@test 'files alone, a new branch, a worktree and paths: the restore says so' {
	history_new
	merge_conflict
	git checkpoint create -q merge
	git merge --abort
	rm untracked
	go_on
	run -0 git checkpoint restore --keep-head latest
	assert_line --partial 'The operation under way was not brought back'
	assert_no_operation
	run -128 git merge --abort
	assert_equal "$(git rev-parse main)" "$since"
	git reset -q --hard
	run -0 git checkpoint restore latest -- file
	assert_line --partial 'The operation under way was not brought back'
	assert_no_operation
	git reset -q --hard
	run -0 git checkpoint restore --into=../other latest
	assert_line --partial 'The operation under way was not brought back'
	run -128 git -C ../other merge --abort
	run -0 git checkpoint restore --branch=again latest
	assert_line --partial 'The operation under way was not brought back'
	assert_no_operation
	assert_equal "$(git rev-parse main)" "$since"
}

@test 'the branch that is rebased has a commit since' {
	history_new
	rebase_merge
	git checkpoint create -q rebase
	git rebase --abort
	git clean -q -f
	echo since >since
	go_on
	# HEAD is where it was then.
	head=$(git rev-parse main)
	git checkout -q --detach "$head"
	run -1 git checkpoint restore latest
	assert_line --partial "'refs/heads/topic'"
	assert_no_operation
	assert_equal "$(git rev-parse topic)" "$since"
	git checkpoint restore -q --move-head latest
	assert_not_equal "$(git rev-parse topic)" "$since"
	git checkpoint undo -q
	assert_no_operation
	assert_equal "$(git rev-parse topic)" "$since"
	assert_equal "$(git rev-parse HEAD)" "$head"
}

@test 'from the rebased branch back into the rebase, and undo' {
	history_new
	rebase_merge
	git checkpoint create -q rebase
	work_of >"$TMPDIR/rebase"
	git rebase --abort
	git clean -q -f
	echo since >since
	go_on
	work_of >"$TMPDIR/since"
	run -1 git checkpoint restore latest
	for _ in 1 2; do
		git checkpoint restore -q --move-head latest
		work_of >"$TMPDIR/now"
		assert_files_equal "$TMPDIR/rebase" "$TMPDIR/now"
		git checkpoint undo -q
		work_of >"$TMPDIR/now"
		assert_files_equal "$TMPDIR/since" "$TMPDIR/now"
	done
	git checkpoint redo -q
	work_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/rebase" "$TMPDIR/now"
}

@test 'a branch that the rebase updates has a commit since' {
	history_new
	rebase_update_refs
	git checkpoint create -q rebase
	git update-ref refs/heads/middle main
	run -1 git checkpoint restore latest
	assert_line --partial "'refs/heads/middle'"
	assert_equal "$(git rev-parse middle)" "$(git rev-parse main)"
}

@test 'an answer given since in a bisection is taken back' {
	history_new
	bisect
	git checkpoint create -q bisect
	git for-each-ref refs/bisect >"$TMPDIR/before"
	git bisect skip main~1 >/dev/null || :
	run -1 git checkpoint restore latest
	git checkpoint restore -q --move-head latest
	git for-each-ref refs/bisect >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'a checkpoint made without an operation ends the one under way' {
	history_new
	git checkpoint create -q 'no operation'
	work_of >"$TMPDIR/none"
	merge_conflict
	work_of >"$TMPDIR/merge"
	git checkpoint restore -q latest
	work_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/none" "$TMPDIR/now"
	git checkpoint undo -q
	work_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/merge" "$TMPDIR/now"
}

@test 'from before a bisection, and undo' {
	history_new
	git checkpoint create -q 'no operation'
	work_of >"$TMPDIR/none"
	bisect
	work_of >"$TMPDIR/bisect"
	git checkpoint restore -q --move-head latest
	work_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/none" "$TMPDIR/now"
	git checkpoint undo -q
	work_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/bisect" "$TMPDIR/now"
}

@test 'a branch made since, which the operation names as absent, and undo' {
	history_new
	rebase_update_refs
	git checkpoint create -q rebase
	git update-ref -d refs/heads/middle
	git checkpoint create -q 'without the branch'
	git update-ref refs/heads/middle main
	work_of >"$TMPDIR/before"
	git checkpoint restore -q --move-head latest
	run -1 git rev-parse -q --verify refs/heads/middle
	git checkpoint undo -q
	work_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}
