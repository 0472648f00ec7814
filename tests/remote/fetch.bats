# Fetching checkpoints, and what is done with those.

load ../test_helper
load machines

# A repository with two checkpoints on a remote, and another machine.
setup() {
	scratch_setup
	remote_new
	work_start
	one=$(create one)
	echo more >>file
	two=$(create two)
	git checkpoint push --quiet
	session=$(session)
	ref=refs/checkpoint-remotes/origin/$session
	another_machine b
}

@test "fetched checkpoints are listed, shown, compared and verified" {
	run -0 git checkpoint fetch
	assert_line "Fetched 2 checkpoints of 1 session from 'origin'"
	run -0 git checkpoint list --remotes --quiet
	assert_output "$two
$one"
	run -0 git checkpoint list --quiet
	refute_output --partial cp_
	run -0 git checkpoint show "$one" --json
	assert_equal "$(jq -r '.description + " " + .ref' <<<"$output")" \
		"one $ref/$one"
	run -0 git checkpoint diff "$one" "$two" --json
	assert_equal "$(jq -r .path <<<"$output")" file
	run -0 git checkpoint verify "$one" "$two"
	run -0 git fsck --strict
}

@test "notes of fetched checkpoints are made anew" {
	git checkpoint fetch --quiet
	run -0 git notes --ref="checkpoints/$session" show "$ref/$one"
	assert_equal "$(jq -r .id <<<"$output")" "$one"
}

@test "verify says that the note of a fetched one is missing, and makes it" {
	git checkpoint fetch --quiet
	run -0 git checkpoint verify "$one" "$two"
	before=$(git notes --ref="checkpoints/$session" show "$ref/$one")
	git notes --ref="checkpoints/$session" remove "$ref/$one"
	run -1 git checkpoint verify "$one" "$two"
	assert_line --partial 'its note is missing'
	assert_line "hint: 'git checkpoint verify --repair' makes notes again"
	assert_line "$two: ok"
	run -0 git checkpoint verify --repair "$one"
	run -0 git checkpoint verify "$one" "$two"
	assert_equal "$(git notes --ref="checkpoints/$session" show \
		"$ref/$one")" "$before"
}

@test "a fetched checkpoint is restored as it was" {
	before=$(snapshot_of "$REPO" | grep -v ignored)
	git checkpoint fetch --quiet
	git checkpoint restore --quiet "$two"
	assert_same "$before" "$(snapshot_of "$PWD")"
	assert_same "$(index_of "$REPO")" "$(index_of "$PWD")"
}

@test "only what is new is fetched" {
	git checkpoint fetch --quiet
	run -0 git checkpoint fetch
	assert_line "Nothing new on 'origin'"
	three=$(cd "$REPO" && create three && git checkpoint push --quiet)
	run -0 git checkpoint fetch --json
	assert_equal "$(jq -r '.fetched[].id' <<<"$output")" "$three"
}

@test "a fetch that was cut off is finished by the next" {
	# Git was done, and nothing had been made of what came.
	git fetch --quiet --no-tags origin \
		'refs/checkpoints/*:refs/checkpoint-remotes/origin/*'
	assert_equal "$(git checkpoint list --remotes --count)" 0
	run -0 git checkpoint fetch --quiet
	assert_output "$two
$one"
	run -0 git notes --ref="checkpoints/$session" list
	assert_equal "${#lines[@]}" 2
}

@test "nothing is fetched while a restore is unfinished" {
	mkdir -p .git/checkpoint.d
	echo '{}' >.git/checkpoint.d/journal
	run -1 git checkpoint fetch
	assert_line --index 0 'fatal: a restore was not finished'
	run -1 git checkpoint clean --remote origin
	assert_line --index 0 'fatal: a restore was not finished'
}

@test "one session is fetched where one is named" {
	git -C "$REPO" worktree add --quiet ../linked
	other=$(cd ../linked && create other && git checkpoint push --quiet)
	run -0 git checkpoint fetch --quiet origin "$session"
	assert_line "$one"
	refute_line "$other"
	run -128 git checkpoint fetch origin session_1_00000000
	assert_line --index 0 \
		"fatal: 'origin' has no session 'session_1_00000000'"
}

@test "nothing of the user's is touched" {
	git -C "$REPO" tag v1
	git -C "$REPO" push --quiet origin v1
	echo fetched >.git/FETCH_HEAD
	git config fetch.prune true
	git config remote.origin.tagOpt --tags
	git config fetch.pruneTags true
	before=$(gitdir_of "$PWD" | grep -v refs/)
	refs=$(git for-each-ref | grep -v checkpoint || :)
	git checkpoint fetch --quiet
	git checkpoint fetch --quiet
	assert_same "$before" "$(gitdir_of "$PWD" | grep -v refs/)"
	assert_same "$refs" "$(git for-each-ref | grep -v checkpoint)"
	assert_equal "$(git checkpoint list --remotes --count)" 2
}

@test "the clone that made them does not fetch its own, unless named" {
	cd "$REPO"
	run -0 git checkpoint fetch
	assert_line "Nothing new on 'origin'"
	run -0 git checkpoint fetch --quiet origin "$session"
	assert_output "$two
$one"
}

@test "what was pushed as refs of their own is fetched, too" {
	git -C "$REPO" push --quiet "$REMOTE" \
		":refs/checkpoints/$session/manifest-1" \
		'refs/checkpoints/*:refs/checkpoints/*'
	run -0 git checkpoint fetch --quiet
	assert_output "$two
$one"
	run -0 git checkpoint ls-remote --count --json
	assert_equal "$(jq -c '[.count, .manifest]' <<<"$output")" '[2,null]'
	# The one that made them does not push them again.
	cd "$REPO"
	run -0 git checkpoint push
	assert_output "Everything is on 'origin' already"
}

@test "what is there in both ways is fetched once" {
	git -C "$REPO" push --quiet "$REMOTE" \
		'refs/checkpoints/*:refs/checkpoints/*'
	run -0 git checkpoint fetch --quiet
	assert_output "$two
$one"
	run -0 git for-each-ref --format='%(refname)' refs/checkpoint-remotes
	assert_output "$ref/$one
$ref/$two
$ref/manifest-1"
	run -0 git checkpoint fetch
	assert_line "Nothing new on 'origin'"
	git checkpoint verify -q
}

@test "what is there in two ways is what the manifest says" {
	local forged listed message

	listed=$(git -C "$REPO" rev-parse "refs/checkpoints/$session/$two")
	message=$(git -C "$REPO" log -1 --format=%B "$listed")
	forged=$(git -C "$REPO" commit-tree -m "$message" -p HEAD \
		'HEAD^{tree}')
	git -C "$REPO" push --quiet "$REMOTE" \
		"$forged:refs/checkpoints/$session/$two"
	run -1 git checkpoint fetch
	assert_line "warning: '$ref/$two' was not taken: it is another than the one that the manifest lists"
	assert_equal "$(git rev-parse "$ref/$two")" "$listed"
	# Now it is here.
	run -1 git checkpoint fetch
	assert_line "warning: '$ref/$two' was not taken: it is another than the one that was fetched before, which stays"
	assert_equal "$(git rev-parse "$ref/$two")" "$listed"
}

@test "what is not what it says is dropped" {
	git -C "$REMOTE" update-ref \
		"refs/checkpoints/$session/cp_1_00000000" main
	git -C "$REMOTE" update-ref refs/checkpoints/x/y/z main
	git -C "$REMOTE" update-ref refs/checkpoints/other/manifest-1 \
		"refs/checkpoints/$session/manifest-1"
	run -1 git checkpoint fetch
	assert_line --partial "warning: '$ref/cp_1_00000000' was not taken: "
	assert_line --partial \
		"warning: 'refs/checkpoint-remotes/origin/x/y/z' was not taken: "
	assert_line --partial \
		"warning: 'refs/checkpoint-remotes/origin/other/manifest-1' was not taken: invalid checkpoint data: the manifest is of session '$session'"
	run -0 git for-each-ref --format='%(refname)' refs/checkpoint-remotes
	assert_output "$ref/$one
$ref/$two
$ref/manifest-1"
}

@test "what was rewritten on the remote does not replace what is here" {
	git checkpoint fetch --quiet
	before=$(git for-each-ref "$ref/cp_*")
	# Another commit that says that it is the same checkpoint.
	message=$(git -C "$REPO" log -1 --format=%B \
		"refs/checkpoints/$session/$two")
	forged=$(git -C "$REPO" commit-tree -m "$message" -p HEAD \
		'HEAD^{tree}')
	git -C "$REPO" push --quiet "$REMOTE" \
		"$forged:refs/checkpoints/$session/$two"
	run -1 git checkpoint fetch
	assert_line "warning: '$ref/$two' was not taken: it is another than the one that was fetched before, which stays"
	assert_same "$before" "$(git for-each-ref "$ref/cp_*")"
}

@test "prune drops what the remote has no more" {
	git checkpoint fetch --quiet
	git -C "$REMOTE" update-ref -d "refs/checkpoints/$session/manifest-1"
	run -0 git checkpoint fetch
	assert_line "Nothing new on 'origin'"
	assert_equal "$(git checkpoint list --remotes --count)" 2
	run -0 git checkpoint fetch --prune
	assert_line 'Dropped 2 that are no more there'
	run -0 git for-each-ref refs/checkpoint-remotes refs/notes
	refute_output
}

@test "a remote that is renamed leaves nothing behind" {
	git checkpoint fetch --quiet
	git remote rename origin upstream
	git checkpoint fetch --quiet upstream
	run -0 git for-each-ref --format='%(refname)' refs/checkpoint-remotes
	refute_output --partial refs/checkpoint-remotes/origin/
	assert_equal "$(git checkpoint list --remotes --count)" 2
	run -0 git notes --ref="checkpoints/$session" list
	assert_equal "${#lines[@]}" 2
}

@test "a remote that is removed leaves nothing behind a prune" {
	git checkpoint fetch --quiet
	git remote remove origin
	git init --quiet --bare ../empty.git
	git remote add other ../empty.git
	run -0 git checkpoint fetch
	assert_equal "$(git checkpoint list --remotes --count)" 2
	run -0 git checkpoint fetch --prune
	run -0 git for-each-ref refs/checkpoint-remotes refs/notes
	refute_output
}

@test "the last remote leaves nothing behind a prune either" {
	git checkpoint fetch --quiet
	git remote remove origin
	run -128 git checkpoint fetch
	assert_line --index 0 'fatal: this repository has no remote'
	run -0 git checkpoint list --remotes
	assert_line "hint: of remotes that are gone; 'git checkpoint fetch --prune' drops them: origin"
	run -0 git checkpoint fetch --prune
	assert_output 'Dropped 2 that are no more there
hint: '"'git checkpoint list --remotes' lists those that are here"
	run -0 git for-each-ref refs/checkpoint-remotes refs/notes
	refute_output
}

@test "a remote may have slashes in its name" {
	git remote rename origin far/away
	run -0 git checkpoint fetch --quiet far/away
	assert_output "$two
$one"
	run -0 git for-each-ref --format='%(refname)' refs/checkpoint-remotes
	assert_output "refs/checkpoint-remotes/far/away/$session/$one
refs/checkpoint-remotes/far/away/$session/$two
refs/checkpoint-remotes/far/away/$session/manifest-1"
	git remote add far "$REMOTE"
	run -0 git checkpoint fetch --prune far
	run -0 git checkpoint list --remotes --format='%(remote)'
	assert_equal "$(sort -u <<<"$output")" 'far
far/away'
}

@test "ls-remote lists sessions, and fetches nothing" {
	git -C "$REPO" worktree add --quiet ../linked
	(cd ../linked && create other && git checkpoint push --quiet)
	other=$(git -C "$REPO" for-each-ref --format='%(refname:lstrip=2)' \
		refs/checkpoints | cut -d/ -f1 | sort | tail -n 1)
	before=$(git count-objects -v)
	run -0 git checkpoint ls-remote --quiet
	assert_output "$other
$session"
	run -0 git checkpoint ls-remote --json origin "$session"
	assert_equal "$(jq -c '[.session_id, .manifest, .count]' <<<"$output")" \
		"[\"$session\",1,null]"
	run -0 git checkpoint ls-remote --count --json
	assert_equal "$(jq -c '[.session_id, .count]' <<<"$output")" \
		"[\"$other\",1]
[\"$session\",2]"
	assert_equal "$(git count-objects -v)" "$before"
	run -0 git for-each-ref refs/checkpoint-remotes
	refute_output
	assert_not_exists .git/shallow
	run -128 git checkpoint ls-remote origin session_1_00000000
	assert_line --index 0 \
		"fatal: 'origin' has no session 'session_1_00000000'"
}
