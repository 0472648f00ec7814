# Pushing checkpoints.

load ../test_helper
load machines

@test "a session is one ref that lists its checkpoints" {
	remote_new
	one=$(create one)
	two=$(create two)
	run -0 git checkpoint push
	assert_output "Pushed 2 checkpoints of $(session) to 'origin'"
	run -0 remote_refs
	assert_output "$(session)/manifest-1"
	run -0 listed "$(session)"
	assert_output "$one
$two"
	run -0 git -C "$REMOTE" fsck --strict
	# All of a checkpoint is there.
	run -0 git -C "$REMOTE" rev-parse --quiet --verify \
		"$(git rev-parse "refs/checkpoints/$(session)/$two")^2^2"
}

@test "what is pushed leads to the one before it" {
	remote_new
	create one
	git checkpoint push
	before=$(git -C "$REMOTE" rev-parse "refs/checkpoints/$(session)/manifest-1")
	two=$(create two)
	git checkpoint push
	ref=refs/checkpoints/$(session)/manifest-1
	run -0 git -C "$REMOTE" cat-file -p "$ref"
	assert_line "previous $before"
	assert_equal "$(git -C "$REMOTE" rev-parse "$ref^1")" "$before"
	assert_equal "$(git -C "$REMOTE" rev-parse "$ref^2")" \
		"$(git rev-parse "refs/checkpoints/$(session)/$two")"
	assert_equal "$(git -C "$REMOTE" rev-parse "$ref^{tree}")" \
		"$(git hash-object -t tree /dev/null)"
}

@test "what is there is not pushed again" {
	remote_new
	create one
	git checkpoint push
	before=$(git -C "$REMOTE" for-each-ref)
	run -0 git checkpoint push
	assert_output "Everything is on 'origin' already"
	assert_equal "$(git -C "$REMOTE" for-each-ref)" "$before"
}

@test "what is the same in two checkpoints is sent once" {
	remote_new
	head -c 1000000 /dev/urandom >large
	create one
	git checkpoint push
	echo more >>file
	create two
	# What a push sends is a pack, or becomes loose objects.
	git -C "$REMOTE" gc --quiet
	git checkpoint push
	run -0 git -C "$REMOTE" count-objects -v
	size=$(sed -n 's/^size: //p' <<<"$output")
	assert [ "$size" -lt 500 ]
}

@test "automatic ones stay here but the newest, unless all are asked for" {
	remote_new
	manual=$(create one)
	for i in 1 2 3; do
		echo "$i" >>file
		auto=$(create --type=auto)
	done
	git checkpoint push
	run -0 listed "$(session)"
	assert_output "$manual
$auto"
	echo other >file
	git checkpoint restore --quiet "$manual"
	git checkpoint push
	run -0 listed "$(session)"
	refute_output --partial "$(git checkpoint list --type=pre_restore --quiet)"
	git checkpoint push --all
	run -0 listed "$(session)"
	assert_output "$(git checkpoint list --quiet | tac)"
}

@test "what would be pushed is said, and nothing is" {
	remote_new
	one=$(create one)
	run -0 git checkpoint push --dry-run
	assert_output "Would push 1 checkpoint of $(session) to 'origin'
  $one manual"
	run -0 remote_refs
	refute_output
	run -0 git checkpoint push --dry-run --json
	assert_equal "$(jq -c '.sessions[].sent' <<<"$output")" "[\"$one\"]"
}

@test "commits that travel along are said" {
	remote_new
	echo more >>file
	commit_all second
	echo more >>file
	commit_all third
	create one
	run -0 git checkpoint push
	assert_line "2 unpushed commits travel along"
	create two
	run -0 git checkpoint push
	refute_output --partial 'travel'
}

@test "the user's settings and hooks for pushes change nothing" {
	remote_new
	git tag --annotate --message=t v1
	git config push.followTags true
	git config push.recurseSubmodules check
	git config push.gpgSign true
	git config push.default nothing
	git config remote.origin.mirror true
	mkdir .git/hooks
	printf '#!/bin/sh\ntouch "%s/ran"\nexit 1\n' "$BATS_TEST_TMPDIR" \
		>.git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	create one
	run -0 git checkpoint push
	run -0 git -C "$REMOTE" for-each-ref --format='%(refname)'
	assert_output "refs/checkpoints/$(session)/manifest-1
refs/heads/main"
	assert_not_exists "$BATS_TEST_TMPDIR/ran"
}

@test "local parts and notes stay here" {
	remote_new
	work_start
	create --ignored one
	git checkpoint push --all
	run -0 remote_refs
	assert_output "$(session)/manifest-1"
	run -0 git -C "$REMOTE" cat-file --batch-all-objects --batch-check
	refute_output --partial \
		"$(git rev-parse "refs/checkpoints-local/$(newest_name)")"
	refute_output --partial "$(git hash-object ignored/file)"
}

@test "hooks of the remote run, and their refusal is told" {
	remote_new
	mkdir "$REMOTE/hooks"
	printf '#!/bin/sh\necho not today >&2\nexit 1\n' \
		>"$REMOTE/hooks/pre-receive"
	chmod +x "$REMOTE/hooks/pre-receive"
	create one
	run -128 git checkpoint push
	assert_line --partial \
		"fatal: 'origin' refused session '$(session)': pre-receive hook declined: not today"
	rm "$REMOTE/hooks/pre-receive"
	run -0 git checkpoint push
	assert_output "Pushed 1 checkpoint of $(session) to 'origin'"
}

@test "a remote that is not there is an error" {
	repo_new
	create one
	run -128 git checkpoint push
	assert_line --index 0 'fatal: this repository has no remote'
	run -128 git checkpoint push nowhere
	assert_line --index 0 "fatal: no remote 'nowhere'"
	git remote add gone "$BATS_TEST_TMPDIR/gone.git"
	run -128 git checkpoint push gone
	assert_line --index 0 --partial "fatal: cannot list what 'gone' has: "
	run -128 git checkpoint push gone session_1_00000000
	assert_line --index 0 \
		"fatal: this repository has no session 'session_1_00000000'"
}

@test "a URL or a path is no remote, and is not repeated" {
	remote_new
	create one
	for place in https://user:pass''word@example.com/x.git "$REMOTE" \
		../remote.git ./remote.git host:x.git; do
		for command in push fetch ls-remote 'clean --remote'; do
			# shellcheck disable=SC2086 # words
			run -128 git checkpoint $command "$place"
			assert_line "hint: 'git remote add <name> <url>' gives it one"
			refute_output --partial "$place"
		done
	done
	run -128 git -c checkpoint.remote="$REMOTE" checkpoint push
	assert_line --index 0 --partial 'fatal: checkpoint.remote: a URL or a path is no name of a remote'
	run -0 remote_refs
	refute_output
	# A remote may be named so, and is one then.
	git remote add up/stream "$REMOTE"
	run -0 git checkpoint push up/stream
}

@test "which remote is meant is said by the configuration, or by the branch" {
	remote_new
	git init --quiet --bare ../other.git
	git remote add other ../other.git
	create one
	git config checkpoint.remote other
	run -0 git checkpoint push
	assert_output --partial "to 'other'"
	git config checkpoint.remote nowhere
	run -128 git checkpoint push
	assert_line --index 0 "fatal: checkpoint.remote: no remote 'nowhere'"
	git config --unset checkpoint.remote
	git config branch.main.remote other
	run -0 git checkpoint push
	assert_output "Everything is on 'other' already"
	git config --unset branch.main.remote
	run -0 git checkpoint push
	assert_output --partial "to 'origin'"
	git remote rename origin upstream
	run -128 git checkpoint push
	assert_line --index 0 'fatal: which remote? there are several'
}

@test "what was dropped here stays there, and is not missed here" {
	remote_new
	head -c 1000000 /dev/urandom >large
	one=$(create one)
	git checkpoint push
	rm large
	two=$(create two)
	git checkpoint clean --quiet "$one"
	git -c gc.pruneExpire=now gc --quiet --prune=now
	run -0 git count-objects -v
	assert [ "$(sed -n 's/^size-pack: //p' <<<"$output")" -lt 500 ]
	run -0 git checkpoint push
	run -0 listed "$(session)"
	assert_output "$one
$two"
}

@test "nothing is pushed while a restore is unfinished" {
	remote_new
	create one
	echo '{}' >.git/checkpoint.d/journal
	run -1 git checkpoint push
	assert_line --index 0 'fatal: a restore was not finished'
}
