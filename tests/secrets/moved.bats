# A remote's name may come to mean another place: what the old one had is not
# taken to be there.

load ../test_helper
load ../remote/machines

AWS="AKI""AIOSFODNN7EXAMPLE"

# A secret in what $REMOTE has, and a new place that has nothing of it.
moved_new() {
	remote_new
	echo "$AWS" >keys
	commit_all with
	git rm --quiet keys
	commit_all without
	git push --quiet
	git init --quiet --bare ../public.git
}

assert_stopped() {
	run -1 git checkpoint push
	assert_output --partial "'keys', line 1: aws-access-key"
	refute_output --partial "$AWS"
	run -0 remote_refs ../public.git
	refute_output
}

@test "after set-url all that the new place lacks is searched" {
	moved_new
	create one
	run -0 git checkpoint push
	git remote set-url origin "$BATS_TEST_TMPDIR/public.git"
	assert_stopped
	# Asked again, and the branch is still not there.
	assert_stopped
	# Nor does the hook of a plain push believe it.
	git checkpoint hooks install --quiet
	run ! git push --quiet origin 'refs/checkpoints/*'
	assert_output --partial "'keys', line 1: aws-access-key"
	# Once it has the branch, by the user's own will, all is well.
	git push --quiet --no-verify origin main
	run -0 git checkpoint push
	run -0 git checkpoint push
	assert_output "Everything is on 'origin' already"
}

@test "also where nothing was pushed before it" {
	moved_new
	git remote set-url origin "$BATS_TEST_TMPDIR/public.git"
	create one
	assert_stopped
}

@test "a place with the branch, but rewritten, is another" {
	moved_new
	create one
	git checkpoint push --quiet
	git checkout --quiet --orphan clean
	git commit --quiet --message clean
	git push --quiet --no-verify ../public.git clean:main
	git checkout --quiet main
	git remote set-url origin "$BATS_TEST_TMPDIR/public.git"
	assert_stopped
	# What is fetched from there is known to be there.
	git fetch --quiet
	git checkpoint clean --quiet latest
	git checkout --quiet --detach origin/main
	git update-ref -d ORIG_HEAD
	create two
	run -0 git checkpoint push
}

@test "where the branch has moved on, what was fetched is there still" {
	moved_new
	another_machine b
	git commit --quiet --allow-empty --message more
	git push --quiet
	cd "$REPO"
	create one
	run -0 git checkpoint push
	refute_output --partial 'travel'
	# With the name alone changed it is the same place.
	git remote rename origin upstream
	create two
	run -0 git checkpoint push
}

@test "another place that pushes go to is asked, and not the one of fetches" {
	moved_new
	git remote set-url --push origin "$BATS_TEST_TMPDIR/public.git"
	create one
	assert_stopped
	git push --quiet --no-verify origin main
	run -0 git checkpoint push
	git remote set-url --push origin \
		"https://user:pass""word@127.0.0.1:1/x.git"
	create two
	run ! git checkpoint push
	refute_output --partial 'pass''word'
}
