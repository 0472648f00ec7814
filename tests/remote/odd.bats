# Remotes and clones that are not as usual.

load ../test_helper
load machines

# A hook of the remote: its lines of shell are the arguments.
remote_hook() {
	mkdir -p "$REMOTE/hooks"
	printf '%s\n' '#!/bin/sh' "${@:2}" >"$REMOTE/hooks/$1"
	chmod +x "$REMOTE/hooks/$1"
}

@test "a remote that denies all but fast-forwards takes every push" {
	remote_new
	git -C "$REMOTE" config receive.denyNonFastForwards true
	for i in 1 2 3; do
		echo "$i" >>file
		create "$i"
		run -0 git checkpoint push
	done
	run -0 listed "$(session)"
	assert_equal "${#lines[@]}" 3
}

@test "a remote that hides the refs is told of" {
	remote_new
	git -C "$REMOTE" config transfer.hideRefs refs/checkpoints
	create one
	run -128 git checkpoint push
	assert_line "fatal: 'origin' refused session '$(session)': deny updating a hidden ref"
	assert_line "hint: the remote's transfer.hideRefs or receive.hideRefs names refs/checkpoints"
	run -0 git checkpoint ls-remote
	assert_output "hint: 'origin' has no checkpoints; 'git checkpoint push' puts some there"
}

@test "a remote that knows branches and tags alone is told of" {
	remote_new
	remote_hook update 'case $1 in refs/heads/*|refs/tags/*) ;;' \
		'*) echo "unknown namespace $1" >&2; exit 1 ;; esac'
	create one
	run -128 git checkpoint push
	assert_line --partial "fatal: 'origin' refused session '$(session)': hook declined: unknown namespace refs/checkpoints/"
	assert_line "hint: 'git config checkpoint.remote <name>' chooses another remote for checkpoints"
}

@test "a remote that can only be read is told of, and is fetched from" {
	remote_new
	create one
	git checkpoint push --quiet
	another_machine b
	git config remote.origin.pushurl "$BATS_TEST_TMPDIR/read-only.git"
	create two
	run -128 git checkpoint push
	assert_line --index 0 --partial "fatal: cannot list what '$BATS_TEST_TMPDIR/read-only.git' has: "
	run -0 git checkpoint fetch
	assert_line "Fetched 1 checkpoint of 1 session from 'origin'"
}

@test "a remote that looks at every object takes what is pushed" {
	remote_new
	git -C "$REMOTE" config receive.fsckObjects true
	git -C "$REMOTE" config receive.denyDeletes true
	work_start
	create one
	echo more >>file
	create two
	run -0 git checkpoint push
	git config fetch.fsckObjects true
	another_machine b
	git config fetch.fsckObjects true
	run -0 git checkpoint fetch --quiet
	assert_equal "${#lines[@]}" 2
}

@test "a directory that cannot be written to is told of" {
	remote_new
	create one
	git checkpoint push --quiet
	create two
	# As root one can write anywhere: what receives says no.
	remote_hook pre-receive 'echo "this is a mirror, read only" >&2; exit 1'
	run -128 git checkpoint push
	assert_line --index 0 --partial "fatal: 'origin' refused session '$(session)': "
	assert_output --partial 'this is a mirror, read only'
	run -0 git checkpoint fetch
	run -0 git checkpoint ls-remote
	assert_output --partial "$(session)"
}

@test "a remote that dies in the middle loses nothing, and the next push goes on" {
	remote_new
	one=$(create one)
	two=$(create two)
	remote_hook pre-receive 'kill -9 $PPID'
	run -128 git checkpoint push
	assert_line --index 0 --partial 'fatal: '
	run -0 remote_refs
	refute_output
	# Or just after the ref was set, before it could say so.
	rm "$REMOTE/hooks/pre-receive"
	remote_hook post-update 'kill -9 $PPID'
	run git checkpoint push
	rm "$REMOTE/hooks/post-update"
	run -0 git checkpoint push
	run -0 listed "$(session)"
	assert_output "$one
$two"
	three=$(create three)
	run -0 git checkpoint push
	assert_output "Pushed 1 checkpoint of $(session) to 'origin'"
}

@test "a push that is killed is gone on with by the next" {
	remote_new
	for i in {1..5}; do
		echo "$i" >>file
		create "$i" >>../ids
	done
	remote_hook pre-receive 'kill -9 "$(cat "$PUSHER")"; exit 1'
	export PUSHER=$BATS_TEST_TMPDIR/pusher
	git checkpoint push 3>&- &
	echo $! >"$PUSHER"
	wait $! || :
	rm "$REMOTE/hooks/pre-receive"
	run -0 git checkpoint push
	run -0 listed "$(session)"
	assert_output "$(cat ../ids)"
}

@test "a shallow clone pushes and fetches" {
	remote_new
	for i in 1 2 3; do
		echo "$i" >>file
		commit_all "$i"
	done
	git push --quiet
	echo more >>file
	one=$(create one)
	git checkpoint push --quiet
	git clone --quiet --depth=1 "file://$REMOTE" ../b
	cd ../b
	run -0 git checkpoint fetch --quiet
	assert_output "$one"
	git checkpoint restore --quiet "$one"
	assert_same "$(snapshot_of "$REPO")" "$(snapshot_of "$PWD")"
	assert_equal "$(git rev-list --count main)" 1
	echo b >>file
	two=$(create two)
	run -0 git checkpoint push
	assert_line "Pushed 1 checkpoint of $(REPO=$PWD session) to 'origin'"
	cd "$REPO"
	run -0 git checkpoint fetch --quiet
	assert_output "$two"
	git checkpoint restore --quiet "$two"
	run -0 git -C "$REMOTE" fsck --strict
}

@test "a partial clone pushes and fetches" {
	remote_new
	git -C "$REMOTE" config uploadpack.allowFilter true
	git -C "$REMOTE" config uploadpack.allowAnySHA1InWant true
	for i in 1 2 3; do
		echo "$i" >>file
		commit_all "$i"
	done
	git push --quiet
	echo untracked >untracked
	one=$(create one)
	git checkpoint push --quiet
	git clone --quiet --filter=blob:none "file://$REMOTE" ../b
	cd ../b
	run -0 git checkpoint ls-remote --count --json
	assert_equal "$(jq .count <<<"$output")" 1
	run -0 git checkpoint fetch --quiet
	assert_output "$one"
	git checkpoint restore --quiet "$one"
	assert_same "$(snapshot_of "$REPO")" "$(snapshot_of "$PWD")"
	echo b >>file
	two=$(create two)
	run -0 git checkpoint push
	cd "$REPO"
	run -0 git checkpoint fetch --quiet
	assert_output "$two"
	git checkpoint restore --quiet "$two"
	assert_same "$(snapshot_of "$BATS_TEST_TMPDIR/b")" "$(snapshot_of "$PWD")"
}

@test "a remote without any history of the repository gets all of it" {
	remote_new
	git init --quiet --bare ../private.git
	git remote add private ../private.git
	git config checkpoint.remote private
	echo more >>file
	one=$(create one)
	run -0 git checkpoint push
	assert_line "1 unpushed commit travels along"
	git clone --quiet "$REMOTE" ../b
	cd ../b
	git remote add private ../private.git
	run -0 git checkpoint fetch --quiet private
	assert_output "$one"
	git checkpoint restore --quiet "$one"
	assert_same "$(snapshot_of "$REPO")" "$(snapshot_of "$PWD")"
}

@test "a checkpoint that lacks an object keeps no other from going" {
	REPO_IS_DAMAGED=1
	remote_new
	echo lost >lost
	bad=$(create bad)
	rm lost
	good=$(create good)
	blob=$(git hash-object --stdin <<<lost)
	# Objects are in packs: all become loose ones, and this one goes.
	mv .git/objects/pack ../packs
	mkdir .git/objects/pack
	for pack in ../packs/*.pack; do
		git unpack-objects -q <"$pack"
	done
	rm -f ".git/objects/${blob:0:2}/${blob:2}"
	run -1 git checkpoint push
	assert_line "warning: '$bad' cannot be read, and was not pushed"
	run -0 listed "$(session)"
	assert_output "$good"
}

@test "two clones that write to one session lose nothing" {
	remote_new
	create one >../ids
	git checkpoint push --quiet
	session=$(session)
	# A copy that nothing tells from the other.
	cp -r "$REPO" ../copy
	echo more >>file
	create two >>../ids
	git checkpoint push --quiet
	jq --arg path "$BATS_TEST_TMPDIR/copy/.git" \
		--argjson inode "$(stat -c %i ../copy/.git)" \
		'.place.path = $path | .place.inode = $inode' \
		.git/checkpoint.d/manual >../copy/.git/checkpoint.d/manual
	cd ../copy
	create three >>../ids
	run -0 git checkpoint push
	assert_line "warning: another clone writes to session '$session' on 'origin', too"
	run -0 listed "$session"
	assert_same "$(sort ../ids)" "$(sort <<<"$output")"
	four=$(create four)
	run -0 git checkpoint push
	refute_output --partial warning:
	run -0 listed "$session"
	refute_line "$four"
	assert_equal "$(remote_refs | wc -l)" 2
}

@test "what somebody put in place of a manifest is not built on" {
	remote_new
	one=$(create one)
	git checkpoint push --quiet
	session=$(session)
	git -C "$REMOTE" update-ref "refs/checkpoints/$session/manifest-1" main
	two=$(create two)
	run -0 git checkpoint push
	assert_line "Pushed 2 checkpoints of $session to 'origin'"
	assert_line "warning: another clone writes to session '$session' on 'origin', too"
	run -0 remote_refs
	assert_output "$session/manifest-1
$session/manifest-2"
	run -0 listed "$session"
	assert_output "$one
$two"
	create three
	refute [ "$(session)" = "$session" ]
	run -0 git checkpoint push
	refute_output --partial warning:
}

@test "a manifest of a newer version is left alone" {
	remote_new
	create one
	git checkpoint push --quiet
	ref=refs/checkpoints/$(session)/manifest-1
	newer=$(git -C "$REMOTE" commit-tree -m 'manifest 2' \
		"$(git hash-object -t tree /dev/null)")
	git -C "$REMOTE" update-ref "$ref" "$newer"
	create two
	run -128 git checkpoint push
	assert_line --index 0 'fatal: manifest was written by a newer version'
	assert_equal "$(git -C "$REMOTE" rev-parse "$ref")" "$newer"
}

@test "what is changed on the remote meanwhile is looked at again" {
	remote_new
	create one
	git checkpoint push --quiet
	ref=refs/checkpoints/$(session)/manifest-1
	old=$(git -C "$REMOTE" rev-parse "$ref")
	two=$(create two)
	git checkpoint push --quiet
	new=$(git -C "$REMOTE" rev-parse "$ref")
	# As if another copy's push came between: once, when the second asks.
	git -C "$REMOTE" update-ref "$ref" "$old"
	remote_hook pre-receive '[ ! -e once ] || exit 0' 'touch once' \
		"unset GIT_QUARANTINE_PATH" "git update-ref $ref $new"
	three=$(create three)
	run -0 git checkpoint push
	run -0 listed "$(session)"
	assert_line "$two"
	assert_line "$three"
}

@test "content of git-lfs is uploaded, and comes back elsewhere" {
	command -v git-lfs >/dev/null || skip 'no git-lfs'
	remote_new
	git lfs install --local --skip-repo
	echo '*.bin filter=lfs diff=lfs merge=lfs -text' >.gitattributes
	commit_all attributes
	git push --quiet
	head -c 10000 /dev/urandom >large.bin
	one=$(create one)
	id=$(sha256sum <large.bin | cut -d' ' -f1)
	run -0 git checkpoint push
	assert_file_exists "$REMOTE/lfs/objects/${id:0:2}/${id:2:2}/$id"
	another_machine b
	git lfs install --local --skip-repo
	git checkpoint fetch --quiet
	git checkpoint restore --quiet "$one"
	assert_files_equal "$REPO/large.bin" large.bin
}

@test "a secret stops a push, and is not said" {
	remote_new
	printf 'AWS_SECRET_ACCESS_KEY=%s\n' \
		'wJalrXUtnFEMIK7MDENGbPxRfiCYzQ3vT8nLp2Ks' >settings
	create one
	run -1 git checkpoint push
	assert_output --partial settings
	refute_output --partial wJalrXUtn
	run -0 remote_refs
	refute_output
	run -1 git checkpoint push --dry-run
	run -1 --separate-stderr git checkpoint push --json
	assert_equal "$(jq -r '.secrets[0].path' <<<"$output")" settings
	git checkpoint clean --quiet --path settings
	rm settings
	create two
	run -0 git checkpoint push
}

# The one in the background holds this from before it takes what is asked for
# from the list until that is done.
wait_for_push() {
	while [[ -s .git/checkpoint.d/push-queue ]]; do
		flock .git/checkpoint.d/push-runner.lock true
	done
	flock .git/checkpoint.d/push-runner.lock true
}

@test "an automatic push that failed is said by status, until one is made" {
	remote_new
	run -0 git checkpoint status --json
	assert_equal "$(jq .push_failure <<<"$output")" null
	git config checkpoint.autoPush true
	git checkpoint hooks install
	create one
	remote_hook update 'case $1 in refs/heads/*) ;;' \
		"*) printf 'not \\033[31mthis\\n' >&2; exit 1 ;; esac"
	echo more >>file
	commit_all second
	run -0 git push --quiet 3>&-
	wait_for_push
	run -0 git checkpoint status
	assert_line --partial 'the last automatic push failed, '
	assert_line --partial "; 'git checkpoint push' tries again"
	refute_output --partial $'\e'
	run -0 git checkpoint status --json
	assert_equal "$(jq -r '.push_failure.reason' <<<"$output" |
		cut -c1-13)" 'hook declined'
	assert_regex "$(jq -r .push_failure.timestamp <<<"$output")" \
		'^20[0-9-]*T[0-9:.]*Z$'
	# A dry run mends nothing.
	run git checkpoint push --dry-run
	run -0 git checkpoint status --json
	refute [ "$(jq .push_failure <<<"$output")" = null ]
	rm "$REMOTE/hooks/update"
	run -0 git checkpoint push
	run -0 git checkpoint status --json
	assert_equal "$(jq .push_failure <<<"$output")" null
	# A secret is a failure like any other, and is not said here either.
	printf 'key = AKI%s\n' AIOSFODNN7EXAMPLE >settings
	create two
	echo more >>file
	git commit --quiet --message third file
	run -0 git push --quiet 3>&-
	wait_for_push
	run -0 git checkpoint status
	assert_output --partial "refusing to push a secret: 'settings', line 1"
	refute_output --partial AIOSFODNN7
}

@test "an automatic push follows the user's own" {
	remote_new
	git config checkpoint.autoPush true
	git checkpoint hooks install
	one=$(create one)
	echo more >>file
	commit_all second
	git push --quiet 3>&-
	wait_for_push
	run -0 listed "$(session)"
	assert_output "$one"
}
