# HEAD and refs: restored only where they match, or as told.

load ../test_helper

setup() {
	scratch_setup
	repo_new
	work_start
	git checkpoint create -q 'the work'
	snapshot_of >"$TMPDIR/files"
	index_of >"$TMPDIR/index"
	base=$(git rev-parse HEAD)
	git add -A
	commit_all second
	second=$(git rev-parse HEAD)
	echo third >>file
}

assert_restored() {
	snapshot_of >"$TMPDIR/files-now"
	index_of >"$TMPDIR/index-now"
	assert_files_equal "$TMPDIR/files" "$TMPDIR/files-now"
	assert_files_equal "$TMPDIR/index" "$TMPDIR/index-now"
}

@test 'another HEAD is refused, and nothing is changed' {
	git_state_of >"$TMPDIR/before"
	snapshot_of >>"$TMPDIR/before"
	git for-each-ref >>"$TMPDIR/before"
	run -1 git checkpoint restore latest
	assert_line --partial 'fatal: Git state mismatch: HEAD is main at'
	assert_line --partial "hint: '--move-head'"
	git_state_of >"$TMPDIR/after"
	snapshot_of >>"$TMPDIR/after"
	git for-each-ref >>"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test '--move-head moves the branch back, and undo forward' {
	git checkpoint restore -q --move-head latest
	assert_restored
	assert_equal "$(git rev-parse HEAD)" "$base"
	assert_equal "$(git symbolic-ref HEAD)" refs/heads/main
	git checkpoint undo -q
	assert_equal "$(git rev-parse HEAD)" "$second"
	run -0 git status --porcelain
	assert_output ' M file'
}

@test 'that HEAD comes to another branch is said, before and after' {
	head_of() {
		jq -c '[.refs, .head]' <<<"$output"
	}
	git reset -q --hard "$base"
	git switch -q -c topic
	git checkpoint create -q 'on topic'
	git switch -q main
	short=$(git rev-parse HEAD | cut -c1-10)
	topic='[[],{"old":"refs/heads/main","new":"refs/heads/topic"}]'
	run -0 git checkpoint restore latest -n
	assert_line '  move    HEAD main..topic'
	refute_line --partial 'nothing would change'
	run -0 git checkpoint restore latest -n --json
	assert_equal "$(head_of)" "$topic"
	run -0 git checkpoint restore --move-head latest
	assert_line '  moved   HEAD main..topic'
	run -0 git checkpoint undo
	assert_line '  moved   HEAD topic..main'
	run -0 git checkpoint redo --json
	assert_equal "$(head_of)" "$topic"
	# To none, and back.
	git checkout -q --detach
	git checkpoint create -q detached
	git switch -q main
	run -0 git checkpoint restore --move-head latest
	assert_line "  moved   HEAD main..$short"
	run -0 git checkpoint undo
	assert_line '  moved   HEAD (detached)..main'
	run -0 git checkpoint restore --branch=fresh latest
	assert_line "  moved   refs/heads/fresh (none)..$short"
	assert_line '  moved   HEAD main..fresh'
	# Where it stays nothing is said of it.
	git checkpoint create -q 'on fresh'
	echo changed >file
	run -0 git checkpoint restore --json latest
	assert_equal "$(head_of)" '[[],null]'
	run -0 git checkpoint undo
	refute_line --partial HEAD
}

@test 'that only the index or the operation changes is said' {
	state_of() {
		jq -c '[.index, .operation]' <<<"$output"
	}
	git reset -q --hard "$base"
	git clean -fdq
	echo staged >staged
	git add staged
	git checkpoint create -q
	run -0 git checkpoint restore latest -n
	assert_line '  nothing would change'
	git reset -q
	run -0 git checkpoint restore latest -n
	assert_line --index 1 '  change  the index'
	run -0 git checkpoint restore latest
	assert_line --index 1 '  changed the index'
	run -0 git checkpoint undo --json
	assert_equal "$(state_of)" '[true,null]'
	run -0 git checkpoint restore --json latest -- staged
	assert_equal "$(state_of)" '[true,null]'
	run -0 git checkpoint restore --json latest -- staged
	assert_equal "$(state_of)" '[false,null]'
	# An operation, without and with changes of files.
	git commit -q -m staged
	git switch -q -c side HEAD~1
	echo side >staged
	git add staged
	git commit -q -m side
	run -1 git merge main
	git checkpoint create -q merging
	rm .git/MERGE_HEAD
	run -0 git checkpoint restore latest -n
	assert_line --index 1 '  change  the operation under way: (none)..merge'
	run -0 git checkpoint restore --json latest
	assert_equal "$(state_of)" '[false,{"old":null,"new":"merge"}]'
	git merge --abort
	run -0 git checkpoint restore latest
	assert_line '  changed the operation under way: (none)..merge'
	run -0 git checkpoint undo --json
	assert_equal "$(state_of)" '[true,{"old":"merge","new":null}]'
	git checkpoint redo -q
	echo other >.git/MERGE_MSG
	run -0 git checkpoint restore latest
	assert_line --index 1 '  changed the merge under way'
}

@test '--move-head goes back to another branch, and from a detached HEAD' {
	git checkout -q -f --detach
	git checkpoint restore -q --move-head latest
	assert_restored
	assert_equal "$(git symbolic-ref HEAD)" refs/heads/main
	git checkpoint undo -q
	run -1 git symbolic-ref -q HEAD
	assert_equal "$(git rev-parse HEAD)" "$second"
	git checkout -q -f -b topic
	git checkpoint restore -q --move-head latest
	assert_equal "$(git symbolic-ref HEAD)" refs/heads/main
	assert_equal "$(git rev-parse topic)" "$second"
}

@test 'a detached HEAD comes back detached' {
	git checkout -q -f --detach "$base"
	git checkpoint create -q detached
	git checkout -q -f main
	git checkpoint restore -q --move-head latest
	run -1 git symbolic-ref -q HEAD
	assert_equal "$(git rev-parse HEAD)" "$base"
	assert_equal "$(git rev-parse main)" "$second"
}

@test '--keep-head restores files, not index or HEAD' {
	cp .git/index "$TMPDIR/index-file"
	git checkpoint restore -q --keep-head latest
	snapshot_of >"$TMPDIR/files-now"
	assert_files_equal "$TMPDIR/files" "$TMPDIR/files-now"
	cmp .git/index "$TMPDIR/index-file"
	assert_equal "$(git rev-parse HEAD)" "$second"
	git checkpoint undo -q
	run -0 git status --porcelain
	assert_output ' M file'
}

@test '--branch starts a branch at the base, and undo takes it away' {
	git checkpoint restore -q --branch=again latest
	assert_restored
	assert_equal "$(git symbolic-ref HEAD)" refs/heads/again
	assert_equal "$(git rev-parse again)" "$base"
	assert_equal "$(git rev-parse main)" "$second"
	git checkpoint undo -q
	assert_equal "$(git symbolic-ref HEAD)" refs/heads/main
	run ! git rev-parse -q --verify again
	run -128 git checkpoint restore --branch=main latest
	run -128 git checkpoint restore --branch=a..b latest
}

@test '--into with --dry-run lists what would be made' {
	run -0 git checkpoint restore -n --into=../other latest
	assert_line --regexp '^ +create +staged$'
	assert_dir_not_exist ../other
}

@test '--into makes a worktree and leaves this one alone' {
	git_state_of >"$TMPDIR/before"
	snapshot_of >>"$TMPDIR/before"
	git checkpoint restore -q --into=../other latest
	git_state_of >"$TMPDIR/after"
	snapshot_of >>"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	cd ../other
	git status --porcelain >"$TMPDIR/status"
	assert_equal "$(cat new/deep/untracked)" untracked
	run -0 git diff --cached --name-status
	assert_output $'M\tfile\nA\tstaged'
	run -128 git checkpoint restore --into=../other latest
	assert_file_exist new/deep/untracked
}

@test 'a branch in use in another worktree is not moved' {
	git checkout -q -f -b elsewhere
	git worktree add -q ../other main
	run -1 git checkpoint restore --move-head latest
	assert_line --partial "branch 'main' is in use in another worktree"
	assert_equal "$(git rev-parse main)" "$second"
}

@test 'undo and redo three deep give back exactly what was' {
	for i in 1 2 3; do
		echo "$i" >>file
		echo "$i" >"new$i"
		git add "new$i"
		git checkpoint create -q "state $i"
		snapshot_of >"$TMPDIR/state$i"
		index_of >>"$TMPDIR/state$i"
	done
	snapshot_of >"$TMPDIR/state0"
	index_of >>"$TMPDIR/state0"
	git checkpoint restore -q 'latest~2'
	git checkpoint restore -q 'latest~1'
	git checkpoint restore -q 'latest~2'
	for i in 2 1 0; do
		git checkpoint undo -q
		snapshot_of >"$TMPDIR/now"
		index_of >>"$TMPDIR/now"
		case $i in
		2) assert_files_equal "$TMPDIR/state2" "$TMPDIR/now" ;;
		1) assert_files_equal "$TMPDIR/state1" "$TMPDIR/now" ;;
		0) assert_files_equal "$TMPDIR/state0" "$TMPDIR/now" ;;
		esac
	done
	run -1 git checkpoint undo
	for i in 1 2 1; do
		git checkpoint redo -q
		snapshot_of >"$TMPDIR/now"
		index_of >>"$TMPDIR/now"
		assert_files_equal "$TMPDIR/state$i" "$TMPDIR/now"
	done
	run -1 git checkpoint redo
	assert_output 'fatal: nothing to redo'
}

@test 'undo after HEAD has moved is refused unless told' {
	git checkpoint restore -q --move-head latest
	git add -A
	commit_all fourth
	fourth=$(git rev-parse HEAD)
	run -1 git checkpoint undo
	assert_line --partial 'Git state mismatch'
	assert_equal "$(git rev-parse HEAD)" "$fourth"
	git checkpoint undo -q --move-head
	assert_equal "$(git rev-parse HEAD)" "$second"
	# The commit is not lost: redo leads back to it.
	git checkpoint redo -q
	assert_equal "$(git rev-parse HEAD)" "$fourth"
}

@test 'what undo gives up, redo brings back' {
	git checkpoint restore -q --keep-head latest
	echo made after the restore >after
	git checkpoint undo -q
	assert_file_not_exist after
	git checkpoint redo -q
	assert_equal "$(cat after)" 'made after the restore'
}

@test 'a new restore clears redo' {
	git checkpoint restore -q --keep-head latest
	git checkpoint undo -q
	git checkpoint restore -q --keep-head latest
	run -1 git checkpoint redo
}
