# Several at once.

load ../test_helper

# `count` checkpoints, each of another state of one file.
save_many() {
	local i

	for ((i = 0; i < $1; i++)); do
		git checkpoint create -q "$2 $i" >>"$TMPDIR/ids.$2" || return
	done
}

@test 'two processes that save 200 checkpoints each lose none' {
	repo_new
	work_start
	save_many 200 one &
	save_many 200 two
	wait $!
	assert_equal "$(cat "$TMPDIR"/ids.* | sort -u | wc -l)" 400
	git for-each-ref --format='%(refname:lstrip=3)' refs/checkpoints |
		sort >"$TMPDIR/refs"
	sort "$TMPDIR"/ids.* >"$TMPDIR/ids"
	assert_files_equal "$TMPDIR/ids" "$TMPDIR/refs"
	session=$(newest_name)
	session=${session%/*}
	assert_equal "$(git notes --ref "checkpoints/$session" list | wc -l)" 400
}

# Between git add's object and its index this gc may take the object, as git says
# in gc's manual: then nobody can save what was staged.
assert_staged_is_gone() {
	run git cat-file -e :staged
	assert_failure
	git rm -q --cached staged
}

@test 'nothing dangles with gc --prune=now running in a loop' {
	repo_new
	work_start
	(
		while [[ ! -e $TMPDIR/stop ]]; do
			git reflog expire --expire=now --all 2>/dev/null
			git gc -q --prune=now 2>/dev/null
		done
	) &
	for i in {1..60}; do
		# Content that nothing holds but the checkpoint: new, staged and
		# dropped again, and seen before.
		echo "content $i" >new/deep/untracked
		echo "staged $i" >staged
		git add staged 2>/dev/null || :
		((i % 3)) || git reset -q 2>/dev/null || :
		git checkpoint create -q "number $i" >>"$TMPDIR/ids" ||
			assert_staged_is_gone
	done
	touch "$TMPDIR/stop"
	wait
	rm -f .git/gc.pid
	# What a gc leaves in which an object went away meanwhile, the next one
	# takes.
	git gc -q --prune=now
	assert_equal "$(git for-each-ref refs/checkpoints | wc -l)" \
		"$(wc -l <"$TMPDIR/ids")"
	git fsck --full --strict --connectivity-only --no-dangling
}

@test 'ids rise, whatever the clock does' {
	repo_new
	export GIT_CHECKPOINT_NOW=1700000000000
	one=$(git checkpoint create -q one)
	export GIT_CHECKPOINT_NOW=1600000000000
	two=$(git checkpoint create -q two)
	[[ $one < $two ]]
	unset GIT_CHECKPOINT_NOW
}

@test 'a copied clone draws a session of its own' {
	repo_new
	git checkpoint create -q one
	one=$(newest_name)
	cp -a "$REPO" "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy"
	echo more >>file
	git checkpoint create -q two
	two=$(newest_name)
	[[ ${one%/*} != "${two%/*}" ]]
	[[ $two == manual_* ]]
}

@test 'linked worktrees have sessions of their own' {
	repo_new
	git checkpoint create -q one
	one=$(newest_name)
	git worktree add -q "$BATS_TEST_TMPDIR/other"
	cd "$BATS_TEST_TMPDIR/other"
	run -128 git checkpoint restore latest
	echo more >>file
	git checkpoint create -q two
	two=$(newest_name)
	[[ ${one%/*} != "${two%/*}" ]]
	git checkpoint restore -q latest
}
