# What no checkpoint holds is never touched.

load ../test_helper

@test 'ignored, too large, nested and special files survive every restore' {
	repo_new
	git config checkpoint.maxFileSize 4k
	git checkpoint create -q clean
	mkdir -p ignored node
	echo precious >ignored/file
	echo precious >x.o
	head -c 9000 /dev/urandom >large
	git init -q nested
	echo inside >nested/file
	mkfifo fifo
	sha256sum ignored/file x.o large nested/file >"$TMPDIR/sums"
	echo changed >>file
	git checkpoint restore -q latest
	assert_equal "$(cat file)" $'one\ntwo\nthree'
	sha256sum -c --quiet "$TMPDIR/sums"
	[[ -p fifo && -d nested/.git ]]
	git checkpoint undo -q
	git checkpoint redo -q
	sha256sum -c --quiet "$TMPDIR/sums"
	[[ -p fifo && -d nested/.git ]]
}

@test 'a path that the target left out is kept' {
	repo_new
	head -c 9000 /dev/urandom >large
	git -c checkpoint.maxFileSize=4k checkpoint create -q
	# Now it is small enough to be saved, and would look new.
	run -0 git checkpoint restore --dry-run latest
	assert_line --regexp 'keep +large \(too-large\)'
	echo changed >>file
	git checkpoint restore -q latest
	assert_file_exist large
}

@test 'an ignored file in the way is saved first, and comes back' {
	repo_new
	echo tracked >ignored-now
	commit_all 'tracked'
	git checkpoint create -q
	git rm -q --cached ignored-now
	echo /ignored-now >>.gitignore
	echo precious >ignored-now
	git checkpoint restore -q latest
	assert_equal "$(cat ignored-now)" tracked
	git checkpoint undo -q
	assert_equal "$(cat ignored-now)" precious
}

@test 'a file in the way of a directory is saved first' {
	repo_new
	git checkpoint create -q
	rm -rf src
	echo '/src' >>.git/info/exclude
	echo precious >src
	git checkpoint restore -q latest
	assert_file_exist src/main.c
	git checkpoint undo -q
	assert_equal "$(cat src)" precious
}

@test 'a directory of ignored files in the way of a file is refused' {
	repo_new
	git checkpoint create -q
	rm file
	mkdir file
	echo precious >file/x.o
	run -1 git checkpoint restore latest
	assert_line --partial "'file' is a directory with files that no checkpoint holds"
	assert_equal "$(cat file/x.o)" precious
	# A refusal leaves no safety checkpoint behind.
	assert_equal "$(git for-each-ref refs/checkpoints | wc -l)" 1
	git checkpoint create -q 'no journal is left'
}

@test 'a nested repository in the way of a file is refused' {
	repo_new
	echo x >nested
	git checkpoint create -q
	rm nested
	git init -q nested
	run -1 git checkpoint restore latest
	assert_dir_exist nested/.git
}

@test 'what older ignore rules expose is protected' {
	repo_new
	git checkpoint create -q 'before .env was ignored'
	printf '.env\nlogs/\n' >>.gitignore
	echo secret >.env
	mkdir logs
	echo log >logs/a
	run -0 git checkpoint restore latest
	assert_line 'Protected, because it is no longer ignored: .env'
	assert_equal "$(cat .env)" secret
	assert_equal "$(cat logs/a)" log
	run -0 git checkpoint create
	assert_line --partial '.env (protected)'
	assert_line --partial 'logs/ (protected)'
	run -0 git ls-tree -r --name-only "$(newest)"
	refute_line .env
	refute_line logs/a
	git checkpoint restore -q 'latest~1'
	assert_equal "$(cat .env)" secret
	# Added by the user it is like any other.
	git add .env
	git checkpoint create -q
	git cat-file -e "$(newest):.env"
}

@test 'a link that leads outside is replaced, never followed' {
	repo_new
	mkdir d
	echo d/f >d/f
	git checkpoint create -q
	rm -r d
	mkdir "$BATS_TEST_TMPDIR/outside"
	echo outside >"$BATS_TEST_TMPDIR/outside/f"
	ln -s "$BATS_TEST_TMPDIR/outside" d
	git checkpoint restore -q latest
	assert_equal "$(cat "$BATS_TEST_TMPDIR/outside/f")" outside
	[[ ! -L d && $(cat d/f) == d/f ]]
}

@test 'a hard link is not written through' {
	repo_new
	git checkpoint create -q
	ln file "$BATS_TEST_TMPDIR/linked"
	echo changed >>file
	cp file "$TMPDIR/changed"
	git checkpoint restore -q latest
	assert_files_equal "$TMPDIR/changed" "$BATS_TEST_TMPDIR/linked"
}

@test 'a restore does not replace the file that takes its output' {
	repo_new
	git checkpoint create -q
	echo changed >file
	run -1 bash -c 'git checkpoint restore latest >log 2>&1'
	run -0 cat log
	assert_output "fatal: 'log' is where the output of this command goes
hint: let it go outside of the worktree"
	assert_equal "$(cat file)" changed
	assert_file_not_exist .git/checkpoint.d/journal
	rm log
	git checkpoint restore latest >"$TMPDIR/log" 2>&1
	assert_equal "$(cat file)" "$(git show HEAD:file)"
}

# A file that is tracked, and would be ignored; then it is not there.
ignored_and_gone() {
	repo_new
	mkdir -p ignored/deep
	echo tracked >ignored/deep/tracked
	git add -f ignored/deep/tracked
	git checkpoint create -q
	git rm -q --cached ignored/deep/tracked
	rm ignored/deep/tracked
	echo beside >ignored/deep/beside
	snapshot_of >"$TMPDIR/before"
}

@test 'an undo takes away what was made among ignored files' {
	for option in --move-head --keep-head '-- ignored'; do
		ignored_and_gone
		# Words are arguments.
		# shellcheck disable=SC2086
		git checkpoint restore -q latest $option
		assert_file_exist ignored/deep/tracked
		echo later >ignored/deep/tracked
		git checkpoint undo -q
		snapshot_of >"$TMPDIR/now"
		assert_files_equal "$TMPDIR/before" "$TMPDIR/now"
		git checkpoint redo -q
		run -0 cat ignored/deep/tracked
		assert_output later
		git checkpoint undo -q
		snapshot_of >"$TMPDIR/now"
		assert_files_equal "$TMPDIR/before" "$TMPDIR/now"
		rm -rf "$REPO"
		cd "$BATS_TEST_TMPDIR"
	done
	REPO=
}

@test 'an abort takes away what was made among ignored files' {
	ignored_and_gone
	for at in {1..20}; do
		run ! strace -f -o /dev/null -e trace=renameat2,unlinkat \
			-e "inject=renameat2,unlinkat:signal=KILL:when=$at" \
			git-checkpoint restore latest
		made=
		[[ ! -e ignored/deep/tracked ]] || made=1
		[[ ! -e .git/checkpoint.d/journal ]] ||
			git checkpoint restore -q --abort
		[[ ! $made ]] || break
	done
	[[ $made ]]
	snapshot_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/now"
	git checkpoint create -q
}
