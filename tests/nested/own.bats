# A worktree may be above the directory that holds its git directory. To git
# that is a directory like any other; nothing in `.git` is ever saved or changed.

# Each test is a shell of its own.
# shellcheck disable=SC2030,SC2031

load ../test_helper
load ../round_trip
load ../watch/watching

teardown() {
	watch_stop
	scratch_check
}

# The worktree is `above`, its git directory above/repo/.git; we are in
# above/repo.
above_new() {
	ABOVE=$BATS_TEST_TMPDIR/above
	mkdir -p "$ABOVE/beside"
	repo_new "$ABOVE/repo"
	git config core.worktree "$ABOVE"
	echo beside >../beside/file
	commit_all above
	work_start
	echo changed >../beside/file
	echo untracked >../beside/untracked
	mkdir ../beside/empty
}

# For round_trip: all but what is in a git directory.
work_of() {
	(
		cd "$ABOVE" || exit
		find . -name .git -prune -o -printf '%y %m %p -> %l\n' | sort
		find . -name .git -prune -o -type f -exec sha256sum {} + | sort
	)
	git ls-files --stage -- :/
	git rev-parse HEAD
}

# Every file of our git directory but objects, the index, and what is ours.
files_of_git() {
	find .git/ -name objects -prune -o -type f ! -path '*checkpoint*' \
		! -name index -exec sha256sum {} + | sort
}

destroy() {
	rm -r "$ABOVE"/repo/{src,new} "$ABOVE/beside"
	echo destroyed >"$ABOVE/repo/file"
	echo more >"$ABOVE/repo/more"
	git rm -q --cached :/repo/staged
}

# All of this holds whatever leads to the git directory.
assert_like_any_other() {
	local before

	before=$(cd "$REPO" && files_of_git)
	assert_tree_is_gits
	run -0 git ls-tree -r --name-only --full-tree "$(newest)"
	assert_line repo/src/main.c
	assert_line repo/new/deep/untracked
	refute_line --partial .git/
	assert_equal "$(omitted)" 'ignored - repo/ignored/'
	round_trip destroy
	git checkpoint verify -q
	assert_same "$before" "$(cd "$REPO" && files_of_git)"
}

@test 'the directory that holds our own .git is one like any other' {
	above_new
	assert_like_any_other
}

@test 'so it is where the environment or an option says so' {
	above_new
	git config --unset core.worktree
	cd ..
	git --git-dir=repo/.git --work-tree=. checkpoint create -q
	export GIT_DIR=$REPO/.git GIT_WORK_TREE=$ABOVE
	assert_equal "$(omitted)" 'ignored - repo/ignored/'
	assert_like_any_other
}

@test 'so it is where .git is a link' {
	above_new
	mv .git "$BATS_TEST_TMPDIR/elsewhere"
	ln -s ../../elsewhere .git
	assert_like_any_other
	git fsck --strict
}

@test 'so it is below any directory of the worktree' {
	ABOVE=$BATS_TEST_TMPDIR/above
	mkdir -p "$ABOVE/a/b"
	repo_new "$ABOVE/a/b/repo"
	git config core.worktree "$ABOVE"
	work_start
	assert_tree_is_gits
	assert_equal "$(omitted)" 'ignored - a/b/repo/ignored/'
	round_trip rm -r src new
}

@test 'a linked worktree has a git directory of its own' {
	ABOVE=$BATS_TEST_TMPDIR/above
	repo_new
	git worktree add -q --detach "$ABOVE"
	cd "$ABOVE"
	mkdir sub
	echo inside >sub/inside
	ln -s "$(git rev-parse --absolute-git-dir)" sub/.git
	assert_tree_is_gits
	assert_equal "$(omitted)" ''
	round_trip rm sub/inside file
	# The main one's is another repository.
	git clone -q "$REPO" other
	assert_tree_is_gits
	assert_equal "$(omitted)" 'nested-repository - other/'
}

@test 'a .git that is a file makes a repository of it, as for git' {
	above_new
	git checkpoint create -q
	mv .git "$BATS_TEST_TMPDIR/elsewhere"
	echo 'gitdir: ../../elsewhere' >.git
	git rm -q -r -f --cached .
	assert_tree_is_gits
	assert_equal "$(omitted)" 'nested-repository - repo/'
	run -1 git checkpoint restore latest~1
	assert_file_exist .git
}

@test 'a repository beside it is one of its own all the same' {
	above_new
	git init -q ../beside/nested
	git init -q nested
	echo inside >nested/inside
	git checkpoint create -q
	assert_equal "$(omitted)" 'nested-repository - beside/nested/
ignored - repo/ignored/
nested-repository - repo/nested/'
	rm -r new
	git checkpoint restore -q latest
	assert_file_exist nested/inside
}

@test 'no file takes the place of what holds our own .git' {
	above_new
	rm -r ignored
	before=$(work_of && files_of_git)
	tree=$(blob=$(git hash-object -w file) &&
		printf '100644 blob %s\trepo\n' "$blob" | git mktree)
	(
		export GIT_DIR=$REPO/.git GIT_WORK_TREE=$BATS_TEST_TMPDIR/other
		mkdir "$GIT_WORK_TREE"
		cd "$GIT_WORK_TREE"
		cp "$ABOVE/repo/file" repo
		GIT_INDEX_FILE=$TMPDIR/index git read-tree "$tree"
		GIT_INDEX_FILE=$TMPDIR/index git checkpoint create -q
	)
	run -1 git checkpoint restore latest
	assert_line --index 0 "fatal: 'repo' is a directory with files that no checkpoint holds, and a file in this one"
	assert_same "$before" "$(work_of && files_of_git)"
	git checkpoint create -q 'no journal is left'
}

@test 'a watch sees what happens in it, and tells of it' {
	above_new
	watch_start --interval 1h
	watch_until checkpoint auto
	for dir in . src new/deep ../beside; do
		for i in {1..20}; do
			echo "$i" >"$dir/told"
			assert_tree_is_gits
		done
	done
	mkdir later
	echo later >later/file
	assert_tree_is_gits
	watch_end
	assert_tree_is_gits
	# Left alone it saves by itself.
	watch_start
	echo last >src/told
	watch_until_saved
	watch_end
}
