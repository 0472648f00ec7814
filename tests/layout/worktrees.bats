# Where the repository is and what its configuration says is git's to decide.

# Each test is a shell of its own.
# shellcheck disable=SC2030,SC2031

load ../test_helper
load ../round_trip

@test 'each linked worktree has its own session and its own undo' {
	repo_new
	git worktree add -q "$BATS_TEST_TMPDIR/linked"
	git checkpoint create -q main
	cd "$BATS_TEST_TMPDIR/linked"
	echo changed >>file
	git checkpoint create -q linked
	run -0 git for-each-ref --format='%(refname:lstrip=2)' refs/checkpoints
	assert_equal "$(cut -d/ -f1 <<<"$output" | sort -u | wc -l)" 2
	run -0 git checkpoint list --count
	assert_output 1
	echo more >>file
	git checkpoint restore -q latest
	run -1 git -C "$REPO" checkpoint undo
	assert_output 'fatal: nothing to undo'
	git checkpoint undo -q
	assert_equal "$(tail -n 1 file)" more
	run -0 git -C "$REPO" status --porcelain
	refute_output
}

@test 'a worktree of a bare repository is saved, the bare one is not' {
	repo_new
	git clone -q --bare . "$BATS_TEST_TMPDIR/bare.git"
	cd "$BATS_TEST_TMPDIR/bare.git"
	run -128 git checkpoint create
	assert_line --partial 'bare repository'
	git worktree add -q ../work main
	REPO=$BATS_TEST_TMPDIR/work
	cd "$REPO"
	work_start
	round_trip rm -r new file
}

@test 'GIT_DIR, GIT_WORK_TREE, -C, a subdirectory and core.worktree lead here' {
	repo_new
	work_start
	cd /
	for name in env options C sub; do
		case $name in
		env) GIT_DIR=$REPO/.git GIT_WORK_TREE=$REPO \
			git checkpoint create -q ;;
		options) git --git-dir="$REPO/.git" --work-tree="$REPO" \
			checkpoint create -q ;;
		C) git -C "$REPO" checkpoint create -q ;;
		sub) cd "$REPO/src" && git checkpoint create -q ;;
		esac
	done
	mv "$REPO/.git" "$BATS_TEST_TMPDIR/moved.git"
	export GIT_DIR=$BATS_TEST_TMPDIR/moved.git
	git config core.worktree "$REPO"
	git checkpoint create -q
	run -0 git for-each-ref --format='%(tree)' refs/checkpoints
	assert_equal "$(sort -u <<<"$output" | wc -l)" 1
	rm "$REPO/staged"
	git checkpoint restore -q latest
	assert_file_exist "$REPO/staged"
	unset GIT_DIR
	mv "$BATS_TEST_TMPDIR/moved.git" "$REPO/.git"
}

@test 'a repository with another name in its worktree is left alone' {
	repo_new
	mv .git .dotfiles
	export GIT_DIR=$REPO/.dotfiles GIT_WORK_TREE=$REPO
	work_start
	git checkpoint create -q
	run -0 git ls-tree -r --name-only "$(newest)"
	assert_line new/deep/untracked
	refute_line --partial dotfiles
	run -0 git checkpoint show latest --json
	assert_output --partial nested-repository
	echo changed >file
	rm -r new
	git checkpoint restore -q latest
	assert_file_exist new/deep/untracked
	git checkpoint undo -q
	git checkpoint verify -q
	# What others put there must not come to be ours.
	tree=$(GIT_INDEX_FILE=$TMPDIR/index && export GIT_INDEX_FILE &&
		git read-tree HEAD &&
		echo evil | git hash-object -w --stdin |
		xargs -I{} git update-index --add --cacheinfo \
			100755,{},.dotfiles/hooks/post-checkout &&
		git write-tree)
	git read-tree --reset "$tree"
	git checkpoint create -q
	git read-tree --reset HEAD
	run git checkpoint restore latest
	assert_file_not_exist .dotfiles/hooks/post-checkout
	unset GIT_DIR GIT_WORK_TREE
	mv .dotfiles .git
}

@test 'GIT_INDEX_FILE is the index that is saved and restored' {
	repo_new
	export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/other
	cp .git/index "$GIT_INDEX_FILE"
	sum=$(sha256sum .git/index)
	echo other >other
	git add other
	index=$(index_of)
	git checkpoint create -q
	git rm -q --cached other
	git checkpoint restore -q latest
	assert_same "$index" "$(index_of)"
	assert_equal "$(sha256sum .git/index)" "$sum"
}

@test 'ownership is judged as git judges it' {
	repo_new
	[[ $(id -u) -eq 0 ]] || skip 'only root can give files away'
	chown -R 65534 "$REPO"
	run -128 git status
	theirs=${lines[0]}
	run -128 git checkpoint create
	assert_line --index 0 "$theirs"
	git config --global safe.directory "$REPO"
	git checkpoint create -q
}

@test 'configuration comes from wherever git takes it' {
	repo_new
	head -c 3000 /dev/zero >large
	left_out() {
		"$@" git checkpoint create |
			grep -q 'large (too-large)'
	}
	run ! left_out env
	left_out env GIT_CONFIG_COUNT=1 GIT_CONFIG_VALUE_0=1k \
		GIT_CONFIG_KEY_0=checkpoint.maxFileSize
	git -c checkpoint.maxFileSize=1k checkpoint create |
		grep -q 'large (too-large)'
	git config --file .git/more checkpoint.maxFileSize 1k
	git config includeIf.onbranch:main.path more
	left_out env
	git config --unset includeIf.onbranch:main.path
	git config extensions.worktreeConfig true
	git config --worktree checkpoint.maxFileSize 1k
	left_out env
}

@test 'a shallow clone comes back' {
	repo_new
	echo second >>file
	commit_all second
	git clone -q --depth 1 "file://$REPO" "$BATS_TEST_TMPDIR/shallow"
	REPO=$BATS_TEST_TMPDIR/shallow
	cd "$REPO"
	work_start
	round_trip rm -r new file
}

@test 'a clone with alternates comes back' {
	repo_new
	git clone -q --shared . "$BATS_TEST_TMPDIR/shared"
	REPO=$BATS_TEST_TMPDIR/shared
	cd "$REPO"
	work_start
	round_trip rm -r new file
}

missing() {
	git rev-list --objects --all --missing=print | grep -c '^?' || :
}

@test 'saving in a partial clone fetches nothing, restoring what it needs' {
	repo_new
	git config uploadpack.allowFilter true
	git config uploadpack.allowAnySHA1InWant true
	echo changed >>file
	commit_all second
	echo saved >>file
	echo new >new
	git checkpoint create -q
	git clone -q --filter=blob:none "file://$REPO" "$BATS_TEST_TMPDIR/part"
	cd "$BATS_TEST_TMPDIR/part"
	before=$(missing)
	[[ $before -gt 0 ]]
	echo untracked >untracked
	git checkpoint create -q
	assert_equal "$(missing)" "$before"
	git fetch -q origin 'refs/checkpoints/*:refs/checkpoints/*'
	git checkpoint restore -q "refs/checkpoints/$(git -C "$REPO" \
		for-each-ref --format='%(refname:lstrip=2)' refs/checkpoints)"
	cmp file "$REPO/file"
	cmp new "$REPO/new"
	assert_file_not_exist untracked
	git checkpoint undo -q
	assert_equal "$(cat untracked)" untracked
}
