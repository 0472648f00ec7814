# What a plain `git push` would carry along: the pre-push hook looks.

load ../test_helper

AWS="AKI""AIOSFODNN7EXAMPLE"

# A repository with the hook, and ../remote that has its branch.
gate_new() {
	repo_new
	git init --quiet --bare ../remote
	git remote add origin ../remote
	git push --quiet origin main
	git checkpoint hooks install --quiet
}

# git push with these arguments is refused, nothing has come, and the secret is
# not said.
assert_not_pushed() {
	run ! git push --quiet origin "$@"
	refute_output --partial "$AWS"
	git -C ../remote for-each-ref --format='%(refname)' >../refs
	assert_equal "$(cat ../refs)" refs/heads/main
}

@test "local files never go: by their ref, as a branch, with --mirror or --all" {
	gate_new
	work_start
	git checkpoint create --quiet --ignored
	local_part=$(git for-each-ref --format='%(objectname)' \
		refs/checkpoints-local)
	assert_not_pushed 'refs/checkpoints-local/*'
	assert_output --partial 'is for this clone alone'
	assert_not_pushed "$local_part:refs/heads/side"
	assert_output --partial 'is for this clone alone'
	assert_not_pushed "$local_part:refs/tags/side"
	assert_not_pushed --mirror
	assert_output --partial 'is for this clone alone'
	git branch side "$local_part"
	assert_not_pushed --all
	assert_output --partial 'is for this clone alone'
	# Behind a commit of the user's, and when the checkpoint is gone.
	git checkout --quiet --force side
	git commit --quiet --allow-empty --message=on-top
	assert_not_pushed side
	git checkpoint clean --quiet "$(git checkpoint list --all -q)"
	run -0 git for-each-ref refs/checkpoints-local
	refute_output
	assert_not_pushed side
	assert_output --partial 'is for this clone alone'
}

@test "what it says to do instead of --mirror works, and leaves all of ours here" {
	gate_new
	work_start
	git checkpoint create --quiet --ignored --pin
	git branch other
	git tag tag
	run ! git push --quiet --mirror origin
	hint=$(sed -n 's/^hint: instead of --mirror: //p' <<<"$output")
	run -0 bash -c "$hint"
	run -0 git -C ../remote for-each-ref --format='%(refname)'
	assert_output 'refs/heads/main
refs/heads/other
refs/remotes/origin/main
refs/tags/tag'
}

@test "a branch that is a part of a checkpoint is searched" {
	gate_new
	echo "$AWS" >../log
	echo "$AWS" >staged
	git add staged
	rm staged
	git checkpoint create --quiet --attach=../log
	for part in '' ^2 ^2^2; do
		git branch --force part "$(newest)$part"
		assert_not_pushed part
		assert_output --partial ', line 1: aws-access-key'
		assert_not_pushed --all
		git tag --force --message=m tag part >/dev/null
		assert_not_pushed tag
	done
	git checkout --quiet --force part
	git commit --quiet --allow-empty --message=on-top
	assert_not_pushed part
}

@test "one without secrets passes, in each of its parts" {
	gate_new
	echo fine >notes
	git checkpoint create --quiet
	for part in '' ^2 ^2^2; do
		run -0 git push --quiet origin "$(newest)$part:refs/heads/part"
		git push --quiet --delete origin part
	done
	run -0 git push --quiet origin 'refs/checkpoints/*'
	run -0 git push --quiet origin --delete \
		"refs/checkpoints/$(newest_name)"
}

@test "branches of the user's are his to push" {
	gate_new
	echo "$AWS" >keys
	commit_all 'index of my heart'
	git commit --quiet --allow-empty --message='state of affairs'
	git checkpoint create --quiet
	run -0 git push --quiet origin main
}
