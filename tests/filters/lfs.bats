# git-lfs itself: pointers in the tree, content back, and kept alive.

load ../test_helper

setup() {
	scratch_setup
	git lfs version >/dev/null 2>&1 || skip 'git-lfs is not installed'
	git init -q "$REPO"
	cd "$REPO" || return
	git lfs install --local >/dev/null
	echo '*.bin filter=lfs diff=lfs merge=lfs -text' >.gitattributes
}

# Count starts of git-lfs in $TMPDIR/starts.
count_starts() {
	git config filter.lfs.process \
		"echo process >>'$TMPDIR/starts'; exec git-lfs filter-process"
	git config filter.lfs.clean \
		"echo clean >>'$TMPDIR/starts'; git-lfs clean -- %f"
	git config filter.lfs.smudge \
		"echo smudge >>'$TMPDIR/starts'; git-lfs smudge -- %f"
}

state() {
	git log -1 --format='%(trailers:key=Checkpoint-State,valueonly)' \
		"$(newest)"
}

# What git-lfs has, and what we hold.
stored() {
	find .git/lfs/objects -type f -printf '%f\n' 2>/dev/null | sort
}
held() {
	find .git/checkpoint.d/lfs/content -type f -printf '%f\n' 2>/dev/null |
		sort
}

# What a prune takes, and more.
lose_content() {
	rm -rf .git/lfs/objects
}

tree_of_git() {
	cp -p .git/index "$TMPDIR/index" 2>/dev/null || :
	GIT_INDEX_FILE=$TMPDIR/index git add --all
	GIT_INDEX_FILE=$TMPDIR/index git write-tree
	rm -f "$TMPDIR/index"
}

@test 'the tree has the pointer, git-lfs the content, and it comes back' {
	head -c 100000 /dev/urandom >a.bin
	sum=$(sha256sum a.bin)
	git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest)^{tree}")" "$(tree_of_git)"
	run -0 git show "$(newest):a.bin"
	assert_output "$(git lfs pointer --file=a.bin 2>/dev/null)"
	assert_equal "$(stored)" "${sum%% *}"
	# The content is nowhere in git's own objects.
	run -1 git rev-parse -q --verify "$(state):raw"
	run -1 git cat-file -e "$(git hash-object --no-filters a.bin)"
	rm a.bin
	git checkpoint restore -q latest
	assert_equal "$(sha256sum a.bin)" "$sum"
}

@test 'one process for all files, and none for those that are known' {
	count_starts
	mkdir d
	for i in {1..200}; do echo "content $i" >"d/$i.bin"; done
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	assert_equal "$(cat "$TMPDIR/starts")" process
	git checkpoint create -q again
	assert_equal "$(cat "$TMPDIR/starts")" process
	rm -r d
	git checkpoint restore -q latest
	assert_equal "$(cat "$TMPDIR/starts")" process
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	run -0 git status --porcelain d
	assert_output '?? d/'
}

@test 'tracked, changed and staged content' {
	echo one >a.bin
	echo same >same.bin
	commit_all first
	echo two >a.bin
	git add a.bin
	echo three >a.bin
	echo new >new.bin
	snapshot_of >"$TMPDIR/before"
	index_of >"$TMPDIR/index-before"
	git checkpoint create -q
	git reset -q --hard
	rm -f new.bin
	lose_content
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	index_of >"$TMPDIR/index-after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	assert_files_equal "$TMPDIR/index-before" "$TMPDIR/index-after"
	# What is staged can be had as well.
	git checkout -q -- a.bin
	assert_equal "$(cat a.bin)" two
	git lfs fsck --objects
}

@test 'git lfs prune takes nothing that a checkpoint needs' {
	git init -q --bare "$TMPDIR/server"
	git remote add origin "$TMPDIR/server"
	echo one >a.bin
	commit_all first
	git push -q origin main 2>/dev/null
	echo two >a.bin
	echo untracked >b.bin
	git checkpoint create -q
	git reset -q --hard
	rm -f b.bin
	git lfs prune --force >/dev/null 2>&1 || git lfs prune >/dev/null
	refute [ "$(stored | wc -l)" = 3 ]
	# That of the index, too.
	assert_equal "$(held | wc -l)" 3
	git checkpoint restore -q latest
	assert_equal "$(cat a.bin b.bin)" "two
untracked"
	git lfs fsck --objects
}

@test 'content is a link, one for any number of checkpoints' {
	echo one >a.bin
	git checkpoint create -q 1
	git checkpoint create -q 2
	echo x >other
	git checkpoint create -q 3
	assert_equal "$(held)" "$(stored)"
	run -0 find .git/lfs/objects -type f -printf '%n\n'
	assert_output 2
	assert_equal "$(find .git/checkpoint.d/lfs/sets -type f | wc -l)" 1
}

# Whatever drops a checkpoint lets go of what none needs any more: here, a
# restore that finds nothing to do and drops the one it made for safety.
drop() {
	git update-ref -d "refs/checkpoints/$(git for-each-ref \
		--format='%(refname:lstrip=2)' refs/checkpoints | sort -t/ -k2 |
		sed -n "$1p")"
	git checkpoint restore -q latest
}

@test 'content goes with the last checkpoint that needs it' {
	echo one >a.bin
	git checkpoint create -q 1
	one=$(held)
	echo two >a.bin
	git checkpoint create -q 2
	git checkpoint create -q 3
	rm a.bin
	git checkpoint create -q 4
	assert_equal "$(held | wc -l)" 2
	drop 2
	assert_equal "$(held | wc -l)" 2
	drop 2
	assert_equal "$(held)" "$one"
	drop 1
	refute [ "$(held)" ]
	run -0 find .git/checkpoint.d/lfs -type f ! -name lock
	refute_output
}

@test 'a damaged list lets go of nothing' {
	echo one >a.bin
	git checkpoint create -q 1
	echo two >a.bin
	git checkpoint create -q 2
	rm a.bin
	git checkpoint create -q 3
	for set in .git/checkpoint.d/lfs/sets/*; do echo bad >"$set"; done
	drop 1
	assert_equal "$(held | wc -l)" 2
}

@test 'undo needs its content as well' {
	echo one >a.bin
	git checkpoint create -q 1
	echo two >a.bin
	git checkpoint restore -q latest
	assert_equal "$(cat a.bin)" one
	lose_content
	git checkpoint undo -q
	assert_equal "$(cat a.bin)" two
	lose_content
	git checkpoint redo -q
	assert_equal "$(cat a.bin)" one
}

@test 'what git-lfs has not fetched stays a pointer' {
	echo one >a.bin
	commit_all first
	rm a.bin
	GIT_LFS_SKIP_SMUDGE=1 git checkout -q -- a.bin
	lose_content
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	rm a.bin
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'content comes back though git-lfs is told not to smudge' {
	git lfs install --local --force --skip-smudge >/dev/null
	echo one >a.bin
	commit_all first
	git checkpoint create -q
	rm a.bin
	git checkpoint restore -q latest
	assert_equal "$(cat a.bin)" one
}

@test 'content that git-lfs has lost is kept with the checkpoint' {
	count_starts
	echo one >a.bin
	commit_all first
	lose_content
	sleep 1.1
	git status >/dev/null
	rm -f "$TMPDIR/starts"
	git checkpoint create -q
	rm a.bin
	git checkpoint restore -q latest
	assert_equal "$(cat a.bin)" one
	# Without asking a server for it.
	assert_file_not_exist "$TMPDIR/starts"
}

@test 'content that went since the last checkpoint is read again' {
	echo one >a.bin
	git checkpoint create -q 1
	lose_content
	rm -r .git/checkpoint.d/lfs
	git checkpoint create -q 2
	rm a.bin
	lose_content
	git checkpoint restore -q latest
	assert_equal "$(cat a.bin)" one
}

@test 'content that is damaged is not restored' {
	echo one >a.bin
	git checkpoint create -q
	chmod +w "$(find .git/lfs/objects -type f)"
	echo bad >"$(find .git/lfs/objects -type f)"
	rm a.bin
	run -128 git checkpoint restore latest
	assert_output --partial "'a.bin'"
	assert_file_not_exist a.bin
	git checkpoint restore --abort
	assert_file_not_exist a.bin
}

@test 'lfs.storage outside of the repository' {
	git config lfs.storage "$TMPDIR/storage"
	echo one >a.bin
	git checkpoint create -q
	assert_equal "$(held)" "$(sha256sum <a.bin | cut -d' ' -f1)"
	rm -rf a.bin "$TMPDIR/storage"
	git checkpoint restore -q latest
	assert_equal "$(cat a.bin)" one
	git lfs fsck --objects 2>/dev/null || git lfs ls-files
}

@test 'in a linked worktree' {
	echo one >a.bin
	commit_all first
	git worktree add -q "$TMPDIR/linked"
	cd "$TMPDIR/linked"
	echo two >a.bin
	git checkpoint create -q
	git checkout -q -- a.bin
	rm -rf "$REPO/.git/lfs/objects"
	git checkpoint restore -q latest
	assert_equal "$(cat a.bin)" two
}

@test 'a new worktree gets its content' {
	echo one >a.bin
	commit_all first
	echo two >b.bin
	git checkpoint create -q
	git checkpoint restore -q latest --into="$TMPDIR/into"
	assert_equal "$(cat "$TMPDIR/into/a.bin" "$TMPDIR/into/b.bin")" "one
two"
}

@test 'without git-lfs nothing of it is made' {
	cd "$BATS_TEST_TMPDIR"
	git init -q plain
	cd plain
	echo one >file
	git checkpoint create -q
	assert_file_not_exist .git/checkpoint.d/lfs
}
