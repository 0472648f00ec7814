# An operation that is brought back goes on as if it had never been away.

load ../test_helper
load histories

# What is there when the operation has stopped: beside what a checkpoint
# promises, what git status says of it.
stopped_state() {
	work_of "$1"
	# What HEAD was detached at is known from the reflog alone.
	git -C "$1" --no-optional-locks status |
		sed -e '/^HEAD detached /d' -e '/^Not currently on any /d'
}

# Run one of the ends of an operation. Its exit status is part of what is to be
# the same.
finish() {
	cd "$1" || return
	run eval "$2"
	echo "$2: $status"
	work_of "$1"
	git -C "$1" log --format='%H %s' -10
}

# assert_continues <operation> <command>...: the operation is saved, ended with
# each of the commands, collected by gc, and restored; each command then does
# what it does in a copy that no checkpoint ever saw.
assert_continues() {
	local operation=$1 command copy=$BATS_TEST_TMPDIR/copy

	shift
	history_new
	"$operation"
	cp -a "$REPO" "$copy"
	stopped_state "$copy" >"$TMPDIR/stopped"
	git checkpoint create -q "$operation"
	for command; do
		rm -rf "$copy.ended"
		cp -a "$copy" "$copy.ended"
		# The files of a copy are as new to git.
		git -C "$copy.ended" update-index -q --refresh >/dev/null || :
		finish "$copy.ended" "$command" >"$TMPDIR/ended"
		finish "$REPO" "$command" >"$TMPDIR/ended-here"
		assert_files_equal "$TMPDIR/ended" "$TMPDIR/ended-here"
		cd "$REPO" || return
		git reflog expire --expire=now --expire-unreachable=now --all
		git gc -q --prune=now
		git checkpoint restore -q --move-head latest
		stopped_state "$REPO" >"$TMPDIR/restored"
		assert_files_equal "$TMPDIR/stopped" "$TMPDIR/restored"
	done
	git -C "$copy" update-index -q --refresh >/dev/null || :
	finish "$copy" "$1" >"$TMPDIR/ended"
	finish "$REPO" "$1" >"$TMPDIR/ended-here"
	assert_files_equal "$TMPDIR/ended" "$TMPDIR/ended-here"
}

@test 'a merge with a conflict' {
	assert_continues merge_conflict 'git merge --abort' \
		'operation_resolve; git merge --continue'
}

@test 'a merge with a conflict, given up or committed' {
	assert_continues merge_conflict 'git merge --quit' \
		'operation_resolve; git commit --no-edit'
}

@test 'a merge of an annotated tag that is gone' {
	assert_continues merge_tag 'operation_resolve; git merge --continue' \
		'git merge --abort'
	run -0 git cat-file -p main
	assert_line --partial 'mergetag object '
}

@test 'a merge that was told to stop' {
	assert_continues merge_stopped 'git merge --abort' 'git commit --no-edit'
}

@test 'a merge with an autostash' {
	assert_continues merge_autostash 'git merge --abort' \
		'operation_resolve; git merge --continue'
}

@test 'an octopus merge' {
	assert_continues merge_octopus 'git reset -q --merge' \
		'git commit --no-edit'
}

@test 'a squash merge' {
	assert_continues merge_squash 'git reset -q --merge' \
		'git commit --no-edit'
}

@test 'a rebase' {
	assert_continues rebase_merge 'git rebase --abort' \
		'operation_resolve; git rebase --continue'
}

@test 'a rebase, skipped or given up' {
	assert_continues rebase_merge 'git rebase --skip' 'git rebase --quit'
}

@test 'a rebase by patches' {
	assert_continues rebase_apply 'git rebase --abort' \
		'operation_resolve; git rebase --continue'
}

@test 'a rebase by patches, skipped' {
	assert_continues rebase_apply 'git rebase --skip'
}

@test 'an interactive rebase that stopped to edit' {
	assert_continues rebase_edit 'git reset -q --hard; git rebase --abort' \
		'git commit -q -a --amend --no-edit; git rebase --continue'
}

@test 'an interactive rebase that squashes' {
	assert_continues rebase_squash 'git rebase --abort' \
		'operation_resolve; git rebase --continue'
}

@test 'a rebase with an autostash' {
	assert_continues rebase_autostash 'git rebase --abort' \
		'operation_resolve; git rebase --continue'
}

@test 'a rebase that updates other branches' {
	assert_continues rebase_update_refs 'git rebase --abort' \
		'operation_resolve; git rebase --continue'
}

@test 'a rebase that a command stopped' {
	assert_continues rebase_exec 'git rebase --abort' \
		'touch done; git rebase --continue'
}

@test 'a rebase that makes merges again' {
	assert_continues rebase_merges 'git rebase --abort' \
		'operation_resolve; git rebase --continue'
}

@test 'a sequence of cherry-picks' {
	assert_continues cherry_pick 'git cherry-pick --abort' \
		'operation_resolve; git cherry-pick --continue'
}

@test 'a sequence of cherry-picks, skipped or given up' {
	assert_continues cherry_pick 'git cherry-pick --skip' \
		'git cherry-pick --quit'
}

@test 'a cherry-pick of one commit' {
	assert_continues cherry_pick_one 'git cherry-pick --abort' \
		'operation_resolve; git commit --no-edit'
}

@test 'a sequence of cherry-picks after a commit' {
	assert_continues cherry_pick_committed 'git cherry-pick --continue' \
		'git cherry-pick --quit'
}

@test 'a sequence of reverts' {
	assert_continues revert 'git revert --abort' \
		'git rm -q --cached topic; git revert --continue'
}

@test 'a sequence of reverts, skipped' {
	assert_continues revert 'git revert --skip'
}

@test 'a bisection' {
	assert_continues bisect 'git bisect good' 'git bisect bad'
}

@test 'a bisection, ended' {
	assert_continues bisect 'git bisect reset' 'git bisect skip'
}

@test 'a bisection with its own words, of some paths' {
	assert_continues bisect_terms 'git bisect fast' 'git bisect reset'
}

@test 'patches of a mailbox' {
	assert_continues am 'git am --abort' \
		'operation_resolve; git am --continue'
}

@test 'patches of a mailbox, skipped or given up' {
	assert_continues am 'git am --skip' 'git am --quit'
}

@test 'patches of a mailbox, merged' {
	assert_continues am_3way 'git am --abort' \
		'operation_resolve; git am --continue'
}
