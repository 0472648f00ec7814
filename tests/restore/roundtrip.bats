# What was saved comes back exactly.

load ../test_helper

# Worktree, index and HEAD as one text.
state_of() {
	snapshot_of
	index_of
	git_state_of
}

# Damage all there is, in many ways.
destroy() {
	rm -rf src new empty staged 'name with
newline'
	echo broken >file
	mkdir link
	echo in the way >link/x
	echo stranger >stranger
	mkdir -p strange/dir
	chmod 600 run.sh
	git reset -q
	git add -A
}

@test 'a destroyed workspace comes back byte for byte' {
	repo_new
	work_start
	state_of >"$TMPDIR/before"
	git checkpoint create -q 'the work'
	destroy
	git checkpoint restore -q latest
	state_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	git status --porcelain=v2 >"$TMPDIR/status"
}

@test 'a checkpoint before the first commit comes back' {
	REPO=$BATS_TEST_TMPDIR/repo
	git init -q "$REPO"
	cd "$REPO"
	echo staged >staged
	git add staged
	echo untracked >untracked
	state_of >"$TMPDIR/before"
	git checkpoint create -q 'nothing yet'
	rm -f .git/index staged untracked
	echo else >else
	git checkpoint restore -q latest
	state_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'file, directory and link change into each other' {
	repo_new
	mkdir d
	echo d/f >d/f
	ln -s nowhere l
	echo f >f
	git checkpoint create -q one
	snapshot_of >"$TMPDIR/one"
	rm -rf d l f
	echo now a file >d
	mkdir l
	echo now a directory >l/f
	ln -s d f
	git checkpoint create -q two
	snapshot_of >"$TMPDIR/two"
	git checkpoint restore -q 'latest~1'
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/one" "$TMPDIR/after"
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/two" "$TMPDIR/after"
}

@test 'permissions come back, and are never widened' {
	repo_new
	umask 077
	echo secret >secret
	umask 022
	chmod 640 file
	chmod 700 src
	echo s >script
	chmod 4755 script
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	rm -rf secret src script
	chmod 666 file
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'unchanged files keep their mtime and inode' {
	repo_new
	for i in {1..50}; do echo "$i" >"file$i"; done
	commit_all many
	git checkpoint create -q
	echo changed >file7
	find . -path ./.git -prune -o -type f ! -name file7 \
		-printf '%p %T@ %i\n' | sort >"$TMPDIR/before"
	git checkpoint restore -q latest
	find . -path ./.git -prune -o -type f ! -name file7 \
		-printf '%p %T@ %i\n' | sort >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'git status reads no file again afterwards' {
	repo_new
	for i in {1..200}; do echo "$i" >"file$i"; done
	commit_all many
	sleep 1.1
	git status >/dev/null
	git checkpoint create -q
	rm file1* && echo x >file2
	git checkpoint restore -q latest
	sleep 1.1
	git status >/dev/null
	run -0 strace -f -e trace=openat -o "$TMPDIR/trace" git status --porcelain
	refute_output
	run -1 grep -c '"file[0-9]' "$TMPDIR/trace"
}

# The file whose checksum needs no look any more, by its inode.
index_seen() {
	od -An -tu8 -j27 -N8 .git/checkpoint.d/index-seen | tr -d ' '
}

@test 'an index that a restore wrote need not be summed up again' {
	repo_new
	git checkpoint create -q
	echo changed >>file
	git add file
	git checkpoint restore -q latest
	assert_equal "$(index_seen)" "$(stat -c %i .git/index)"
	git diff --cached --quiet
	git checkpoint undo -q
	assert_equal "$(index_seen)" "$(stat -c %i .git/index)"
}

@test 'one that git wrote for it does' {
	repo_new
	git update-index --split-index
	git checkpoint create -q
	echo changed >>file
	git add file
	git checkpoint restore -q latest
	assert_not_equal "$(index_seen)" "$(stat -c %i .git/index)"
}

@test 'the cache tree of the index is whole afterwards' {
	repo_new
	git checkpoint create -q
	echo staged >>src/main.c
	git add src
	git checkpoint restore -q latest
	git write-tree
	run -0 git diff --cached --name-only
	refute_output
}

@test 'restoring what is there already does nothing' {
	repo_new
	work_start
	git checkpoint create -q
	refs=$(git for-each-ref refs/checkpoints refs/heads)
	run -0 git checkpoint restore latest
	assert_output --partial 'Nothing to restore'
	assert_equal "$(git for-each-ref refs/checkpoints refs/heads)" "$refs"
	run -1 git checkpoint undo
	assert_output 'fatal: nothing to undo'
}

@test '--dry-run prints what the restore then does' {
	repo_new
	work_start
	git checkpoint create -q
	destroy
	state_of >"$TMPDIR/before"
	git checkpoint restore --dry-run --json latest |
		jq -c '.changes[]' >"$TMPDIR/would"
	state_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	git checkpoint restore --json latest |
		jq -c '.changes[]' >"$TMPDIR/did"
	assert_files_equal "$TMPDIR/would" "$TMPDIR/did"
	[[ -s $TMPDIR/did ]]
}

@test 'paths: file, index entry and mode, and nothing else' {
	repo_new
	git checkpoint create -q
	echo changed >>file
	echo changed >>src/main.c
	chmod -x run.sh
	git add -A
	cd src
	git checkpoint restore -q latest -- main.c ../run.sh
	run -0 git status --porcelain
	assert_output 'M  file'
	git checkpoint undo -q
	run -0 git status --porcelain
	assert_line 'M  src/main.c'
	assert_line 'M  run.sh'
	git checkpoint restore -q latest -- :/src/main.c ':(top)run.sh'
	run -0 git status --porcelain
	assert_output 'M  file'
	git checkpoint undo -q
	run -128 git checkpoint restore latest -- ':!main.c'
	run -128 git checkpoint restore latest -- ../../outside
	run -128 git checkpoint restore latest -- no-such-file
}

@test 'a directory as path removes what came into it' {
	repo_new
	git checkpoint create -q
	echo new >src/new
	echo new >new
	git checkpoint restore -q latest -- src
	assert_file_not_exist src/new
	assert_file_exist new
}

@test 'a checkpoint of the ignored restores them only where asked' {
	repo_new
	mkdir ignored
	echo one >ignored/file
	git checkpoint create -q
	echo two >ignored/file
	git checkpoint restore -q latest
	assert_equal "$(cat ignored/file)" two
}

@test 'an emptied directory is filled, and not made anew' {
	repo_new
	mkdir -p deep/dir
	echo x >deep/dir/file
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	cd deep/dir
	rm file
	chmod 700 .
	git checkpoint restore -q latest
	assert_equal "$(cat file)" x
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'a bad value in the configuration is found before anything changes' {
	repo_new
	git checkpoint create -q
	echo changed >>file
	run -128 git -c checkpoint.undoDepth=x checkpoint restore latest
	assert_line --partial 'checkpoint.undodepth'
	assert_file_not_exist .git/checkpoint.d/journal
	assert_equal "$(tail -n 1 file)" changed
}

@test 'undo of a path that is gone by now has nothing to do there' {
	repo_new
	echo new >new
	git checkpoint create -q
	rm new
	git checkpoint restore -q latest -- new
	rm new
	git checkpoint undo -q
	assert_file_not_exist new
	run -128 git checkpoint restore latest -- nowhere
	assert_output "fatal: path 'nowhere' is neither here nor in the checkpoint"
}
