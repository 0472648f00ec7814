# Entries that are not plain: intent-to-add, assume-unchanged, skip-worktree.

load ../test_helper
load round_trip

setup() {
	scratch_setup
	repo_new
}

@test 'intent to add' {
	echo later >later
	: >empty
	printf '#!/bin/sh\n' >later.sh
	chmod +x later.sh
	git add --intent-to-add later later.sh empty
	assert_round_trip
	run -0 git diff --name-only
	assert_output $'empty\nlater\nlater.sh'
}

@test 'intent to add, when gc has taken the empty blob' {
	git config core.autocrlf input
	printf 'one\r\ntwo\r\n' >later
	git add --intent-to-add later
	git checkpoint create -q
	git rm -q --cached later
	git gc -q --prune=now
	run ! git cat-file -e "$(git hash-object -t blob /dev/null)"
	git checkpoint restore -q latest
	git fsck --strict --no-dangling
	echo more >>file
	git checkpoint create -q
	git checkpoint undo -q
	git checkpoint redo -q
}

@test 'intent to add a file that is gone' {
	echo later >later
	git add --intent-to-add later
	rm later
	assert_round_trip
}

@test 'assume-unchanged, also of a file that changed' {
	git update-index --assume-unchanged file run.sh
	echo 'not seen by git' >>file
	assert_round_trip
	run -0 git ls-files -v file run.sh src
	assert_output $'h file\nh run.sh\nH src/main.c'
	run -0 tail -n 1 file
	assert_output 'not seen by git'
}

@test 'assume-unchanged of a file that is gone' {
	git update-index --assume-unchanged file
	rm file
	assert_round_trip
	assert_file_not_exist file
}

@test 'skip-worktree of a file that is gone' {
	git update-index --skip-worktree file run.sh
	rm file
	assert_round_trip
	assert_file_not_exist file
	run -0 git ls-files -v file run.sh
	assert_line 'S file'
}

@test 'skip-worktree of a file that changed' {
	git update-index --skip-worktree file
	echo 'a local setting' >>file
	assert_round_trip
	run -0 tail -n 1 file
	assert_output 'a local setting'
}

@test 'both flags, and a flag of what is staged' {
	echo staged >>file
	git add file
	git update-index --assume-unchanged file
	git update-index --skip-worktree file src/main.c
	assert_round_trip
}

index_drop_flags() {
	git update-index --no-assume-unchanged file
	git update-index --no-skip-worktree run.sh
}

@test 'flags alone make a difference' {
	git update-index --assume-unchanged file
	git update-index --skip-worktree run.sh
	assert_round_trip index_drop_flags
}

@test 'git replaces a flagged file that was touched since' {
	echo other >run.sh
	# Older than the index, or it is looked at in any case.
	touch -d 2005-04-07 file run.sh
	commit_all second
	git update-index --skip-worktree run.sh
	git update-index --assume-unchanged file
	git checkpoint create -q
	# git never looks at them again: it would refuse.
	touch -d 2001-02-03 file run.sh
	run ! git read-tree -n -m -u HEAD HEAD~1
	echo staged >>src/main.c
	git add src/main.c
	git checkpoint restore -q latest
	git read-tree -m -u HEAD HEAD~1
}

@test 'modes where core.fileMode is false' {
	git config core.fileMode false
	git update-index --chmod=+x file
	git update-index --chmod=-x run.sh
	assert_round_trip
}

@test 'nothing staged at all' {
	git rm -q -r --cached .
	assert_round_trip
}

@test 'no index file' {
	rm .git/index
	git ls-files --stage >"$TMPDIR/before"
	git checkpoint create -q 'no index'
	assert_file_not_exist .git/index
	git read-tree HEAD
	git checkpoint restore -q latest
	git ls-files --stage >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}
