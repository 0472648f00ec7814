# Saving disturbs nothing.

load ../test_helper

# Everything below .git but what is ours, byte for byte.
git_dir_of() {
	(
		cd .git
		find . -type f ! -path './objects/*' ! -path './checkpoint.d/*' \
			! -path './refs/checkpoint*' \
			! -path './refs/notes/checkpoints/*' -print0 |
			LC_ALL=C sort -z | xargs -0 sha256sum
		find . -type f -name index -printf '%p %T@ %i\n'
	)
}

@test 'index, HEAD, refs, reflogs and worktree are what they were' {
	repo_new
	echo stashed >>file
	git stash -q
	work_start
	git_dir_of >"$TMPDIR/git-before"
	find . -path ./.git -prune -o -printf '%p %T@ %i %m\n' | LC_ALL=C sort \
		>"$TMPDIR/files-before"
	git checkpoint create -q 'the work'
	git_dir_of >"$TMPDIR/git-after"
	find . -path ./.git -prune -o -printf '%p %T@ %i %m\n' | LC_ALL=C sort \
		>"$TMPDIR/files-after"
	assert_files_equal "$TMPDIR/git-before" "$TMPDIR/git-after"
	assert_files_equal "$TMPDIR/files-before" "$TMPDIR/files-after"
}

@test 'no lock of the user is taken or waited for' {
	repo_new
	work_start
	touch .git/index.lock .git/HEAD.lock .git/refs/heads/main.lock
	git checkpoint create -q 'the work'
	rm .git/index.lock .git/HEAD.lock .git/refs/heads/main.lock
}

@test 'no hook runs' {
	repo_new
	work_start
	mkdir -p .git/hooks
	for hook in post-commit pre-commit reference-transaction post-index-change; do
		printf '#!/bin/sh\necho %s >>"%s"\n' "$hook" "$TMPDIR/ran" \
			>.git/hooks/$hook
		chmod +x .git/hooks/$hook
	done
	git checkpoint create -q 'the work'
	assert_file_not_exist "$TMPDIR/ran"
}

@test 'our refs get no reflog, even with core.logAllRefUpdates=always' {
	repo_new
	git config core.logAllRefUpdates always
	git checkpoint create -q 'the work'
	assert_dir_not_exist .git/logs/refs/checkpoints
	assert_dir_not_exist .git/logs/refs/notes
}

@test 'an identity that is not configured is no failure' {
	repo_new
	git config --global --unset user.name
	git config --global --unset user.email
	git config --global user.useConfigOnly true
	git checkpoint create -q 'the work'
	git log -1 --format=%an "$(newest)"
}
