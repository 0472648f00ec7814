# Dropping checkpoints from a remote.

load ../test_helper
load machines

setup() {
	scratch_setup
	remote_new
	for i in 1 2 3 4; do
		echo "$i" >>file
		eval "cp$i=\$(create $i)"
	done
	session=$(session)
	git checkpoint push --quiet
}

@test "what is named goes from the remote, and stays here" {
	run -0 git checkpoint clean --remote origin "$cp2" "$cp3"
	assert_line "Dropped $cp2 from 'origin'"
	assert_line "Dropped $cp3 from 'origin'"
	run -0 remote_refs
	assert_output "$session/manifest-2"
	run -0 listed "$session"
	assert_output "$cp1
$cp4"
	assert_equal "$(git checkpoint list --count)" 4
	# Nothing of it can be reached any more.
	git -C "$REMOTE" gc --quiet --prune=now
	run -1 git -C "$REMOTE" cat-file -e \
		"$(git rev-parse "refs/checkpoints/$session/$cp2")"
	run -0 git -C "$REMOTE" fsck --strict
}

@test "what was removed there is not pushed again" {
	git checkpoint clean --quiet --remote origin "$cp2"
	run -0 git checkpoint push
	assert_line "1 checkpoint of $session was removed there, and is not pushed again"
	run -0 listed "$session"
	refute_line "$cp2"
	cp5=$(create 5)
	run -0 git checkpoint push
	run -0 listed "$session"
	assert_output "$cp1
$cp3
$cp4
$cp5"
	run -0 remote_refs
	assert_output "$session/manifest-2"
	# Also where somebody else removed it, and the session with it.
	git -C "$REMOTE" update-ref -d "refs/checkpoints/$session/manifest-2"
	cp6=$(create 6)
	git checkpoint push
	run -0 listed "$session"
	assert_output "$cp6"
	run -0 remote_refs
	assert_output "$session/manifest-3"
}

@test "without more what was dropped here goes there" {
	git checkpoint clean --quiet "$cp1"
	run -0 git checkpoint clean --remote origin --dry-run
	assert_output "Would drop $cp1 from 'origin'"
	run -0 listed "$session"
	assert_line "$cp1"
	run -0 git checkpoint clean --remote origin --json
	assert_equal "$(jq -c '[.dropped[].id]' <<<"$output")" "[\"$cp1\"]"
	run -0 listed "$session"
	refute_line "$cp1"
	run -0 git checkpoint clean --remote origin
	assert_output "Nothing to drop from 'origin'"
}

@test "criteria choose, and the newest with its backups stays" {
	git checkpoint pin --quiet "$cp1"
	run -0 git checkpoint clean --remote origin --keep 0
	assert_line "Dropped $cp2 from 'origin'"
	assert_line "Kept $cp1 (pinned)"
	assert_line "Kept $cp3 (newest)"
	assert_line "Kept $cp4 (newest)"
	run -0 listed "$session"
	assert_output "$cp1
$cp3
$cp4"
}

@test "sessions of other clones go by age, whole" {
	another_machine b
	run -0 git checkpoint clean --remote origin --keep 0
	assert_output "Nothing to drop from 'origin'"
	run -0 git checkpoint clean --remote origin --older-than 1
	assert_output "Nothing to drop from 'origin'"
	export GIT_CHECKPOINT_NOW=$(($(date +%s%3N) + 3 * 86400000))
	run -0 git checkpoint clean --remote origin --older-than 1 --json
	assert_equal "$(jq '.dropped | length' <<<"$output")" 4
	run -0 remote_refs
	refute_output
}

@test "a session of another clone can be named, and goes in parts" {
	another_machine b
	run -0 git checkpoint clean --remote origin --session "$session" --keep 3
	assert_line "Dropped $cp1 from 'origin'"
	run -0 listed "$session"
	assert_output "$cp2
$cp3
$cp4"
	run -0 git for-each-ref refs/checkpoint-remotes
	refute_output
	# Its clone goes on, and does not bring back what is gone.
	cd "$REPO"
	cp5=$(create 5)
	git checkpoint push --quiet
	run -0 listed "$session"
	assert_output "$cp2
$cp3
$cp4
$cp5"
}

@test "refs that were pushed on their own are dropped as well" {
	git push --quiet "$REMOTE" ":refs/checkpoints/$session/manifest-1" \
		'refs/checkpoints/*:refs/checkpoints/*'
	git checkpoint clean --quiet --remote origin "$cp1"
	run -0 remote_refs
	assert_output "$session/$cp2
$session/$cp3
$session/$cp4"
}

@test "a remote that lets no ref be deleted gets the new manifest" {
	mkdir "$REMOTE/hooks"
	printf '#!/bin/sh\ncase $3 in *[!0]*) ;; *) exit 1 ;; esac\n' \
		>"$REMOTE/hooks/update"
	chmod +x "$REMOTE/hooks/update"
	run -0 git checkpoint clean --remote origin "$cp1"
	assert_line --partial "warning: 'origin' keeps what was dropped of session '$session': "
	run -0 remote_refs
	assert_output "$session/manifest-1
$session/manifest-2"
	run -0 listed "$session"
	refute_line "$cp1"
	create 5
	git checkpoint push --quiet
	run -0 listed "$session"
	refute_line "$cp1"
	rm "$REMOTE/hooks/update"
	git checkpoint clean --quiet --remote origin "$cp2"
	run -0 remote_refs
	assert_output "$session/manifest-3"
}

@test "a remote that is unwilling is told of" {
	mkdir "$REMOTE/hooks"
	printf '#!/bin/sh\nexit 1\n' >"$REMOTE/hooks/pre-receive"
	chmod +x "$REMOTE/hooks/pre-receive"
	run -128 git checkpoint clean --remote origin "$cp1"
	assert_line --partial "fatal: 'origin' refused to drop checkpoints of session '$session': pre-receive hook declined"
	run -0 listed "$session"
	assert_line "$cp1"
	rm "$REMOTE/hooks/pre-receive"
	run -0 git checkpoint push
	assert_output "Everything is on 'origin' already"
}

@test "what is not there is an error" {
	run -128 git checkpoint clean --remote origin cp_1_00000000
	assert_line "fatal: 'origin' has no checkpoint 'cp_1_00000000'"
	run -128 git checkpoint clean --remote origin --session x --keep 1
	assert_line "fatal: 'origin' has no session 'x'"
	run -128 git checkpoint clean --remote nowhere
	assert_line --index 0 "fatal: no remote 'nowhere'"
	run -129 git checkpoint clean --remote origin --path file
	assert_line --index 0 \
		'error: --remote does not go with --path, --task, --sessions or --verify'
	assert_line --partial "without --remote they choose here; then 'git checkpoint clean --remote origin' drops there what was dropped here"
}

@test "what holds a path is dropped here, then there" {
	echo later >later
	three=$(create three)
	git checkpoint push --quiet
	run -0 git checkpoint clean --path later
	run -0 git checkpoint clean --remote origin
	assert_output --partial "$three"
	run -0 listed "$session"
	refute_output --partial "$three"
	assert_output --partial cp_
}
