# No secret leaves with a push, wherever it is, and none is said.

load ../test_helper
load ../remote/machines

# Two pieces each, so that nobody who scans these sources finds one.
AWS="AKI""AIOSFODNN7EXAMPLE"
GITHUB="ghp""_0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R"
KEY="-----BEGIN OPENSSH PRI""VATE KEY-----"
KEY_BODY=b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW

refute_said() {
	refute_output --partial "$AWS"
	refute_output --partial "$GITHUB"
	refute_output --partial "$KEY_BODY"
}

# assert_stopped <path> <line> <kind> <where>: a push is refused for that, in
# text and in JSON, dry or not; nothing has come there. Line 0: by its name.
assert_stopped() {
	local place="'$1', line $2: $3"

	[[ $2 != 0 ]] || place="'$1': $3"
	run -1 git checkpoint push
	assert_output --partial "$place"
	assert_output --partial 'fatal: refusing to push a secret: '
	refute_said
	run -1 git checkpoint push --dry-run
	assert_output --partial "$place"
	refute_said
	run -1 git checkpoint push --quiet
	refute_said
	run -1 --separate-stderr git checkpoint push --json
	assert_equal "$(jq --raw-output --arg path "$1" --argjson line "$2" \
		--arg kind "$3" '.secrets[] | select(.path == $path and
		.line == $line and .kind == $kind).where' <<<"$output" |
		head -n 1)" "$4"
	refute_said
	output=$stderr
	refute_said
	run -0 remote_refs
	refute_output
}

# What holds the path goes, and the rest is pushed.
assert_cleaned() {
	run -0 git checkpoint clean --path "$1"
	create clean >/dev/null
	run -0 git checkpoint push
	run -0 remote_refs
	assert_output --partial manifest-1
	# Not one object of the remote has it.
	git -C "$REMOTE" cat-file --batch-all-objects --batch >../all
	run -1 grep --text --count -e "$AWS" -e "$GITHUB" -e "$KEY_BODY" ../all
	assert_output 0
}

@test "in an untracked file, beside a clean checkpoint" {
	remote_new
	create before
	printf 'one\ntoken: %s\n' "$GITHUB" >notes
	create with
	assert_stopped notes 2 github-token worktree
	rm notes
	assert_cleaned notes
}

@test "in a tracked file that was changed" {
	remote_new
	printf '%s\n%s\n-----END OPENSSH PRI''VATE KEY-----\n' "$KEY" \
		"$KEY_BODY" >>file
	create with
	assert_stopped file 4 private-key worktree
	git checkout --quiet -- file
	# A clean state of the same path is not what was meant.
	run -0 git checkpoint clean "$(git checkpoint list -q)"
	create without
	run -0 git checkpoint push
}

@test "in the staging area alone" {
	remote_new
	echo "$AWS" >settings
	git add settings
	rm settings
	create with
	assert_stopped settings 1 aws-access-key index
	git rm --quiet --cached settings
	assert_cleaned settings
}

@test "in a stage of a conflict" {
	remote_new
	git checkout --quiet -b theirs
	echo "$AWS" >file
	commit_all theirs
	git checkout --quiet main
	echo ours >file
	commit_all ours
	git push --quiet
	run -1 git merge theirs
	echo resolved >file
	create with
	assert_stopped file 1 aws-access-key state
}

@test "in what a task says, its name, its decisions and its record" {
	remote_new
	git checkpoint session start --quiet
	git checkpoint task start parser -m "with $AWS"
	create with
	assert_stopped metadata.json \
		"$(git show "$(newest)^2^2:metadata.json" | grep -n "$AWS" |
			head -n 1 | cut -d: -f1)" aws-access-key state
	git checkpoint clean --quiet \
		"$(git checkpoint list -q --limit=1)"
	echo '{"context": {"important_decisions": ["use '"$GITHUB"'"]}}' |
		git checkpoint update --quiet -
	create decided
	run -1 git checkpoint push
	assert_output --partial "'metadata.json', line "
	assert_output --partial ': github-token (state of '
	refute_said
}

@test "in an attachment" {
	remote_new
	printf 'a\nb\n%s\n' "$AWS" >../log
	create --attach=../log
	assert_stopped attachments/log 3 aws-access-key state
	run -1 git checkpoint push
	assert_line --partial "' drops that checkpoint"
	git checkpoint clean --quiet latest
	create without
	run -0 git checkpoint push
}

@test "in a description" {
	remote_new
	create "with $AWS"
	run -1 git checkpoint push
	assert_output --partial 'the message of '
	refute_said
	run -1 --separate-stderr git checkpoint push --json
	assert_equal "$(jq '[.secrets[] | select(.path == null)] | length' \
		<<<"$output")" 1
	refute_said
}

@test "in what a rebase has stashed" {
	remote_new
	git checkout --quiet -b topic
	echo topic >file
	commit_all topic
	git checkout --quiet main
	echo main >file
	commit_all main
	git checkout --quiet topic
	git push --quiet origin main topic
	echo "$AWS" >>run.sh
	run -1 git rebase --autostash main
	git checkout --quiet --theirs file
	create with
	run -1 git checkpoint push
	assert_output --partial "'run.sh', line 3: aws-access-key"
	refute_said
	run -0 remote_refs
	refute_output
}

@test "in history that was not pushed yet, also where it is gone since" {
	remote_new
	echo "$AWS" >keys
	commit_all with
	git rm --quiet keys
	commit_all without
	create one
	assert_stopped keys 1 aws-access-key history
	run -1 git checkpoint push
	assert_line --partial 'hint: commits of yours hold it'
	assert_line --partial "hint: then 'git update-ref -d ORIG_HEAD' lets go"
	git reset --quiet --hard HEAD~2
	git checkpoint clean --quiet latest
	create held
	assert_stopped keys 1 aws-access-key history
	git update-ref -d ORIG_HEAD
	git checkpoint clean --quiet latest
	create two
	run -0 git checkpoint push
}

@test "history that the remote has is not looked at again" {
	remote_new
	echo "$AWS" >keys
	commit_all with
	git push --quiet
	create one
	run -0 git checkpoint push
}

@test "in a binary file, and at the end of a large one" {
	remote_new
	{
		printf '\0\1\2\3'
		head --bytes=20M /dev/zero
		printf '\377%s\0' "$AWS"
	} >program
	create with
	assert_stopped program 1 aws-access-key worktree
	rm program
	assert_cleaned program
}

@test "files are known by their names" {
	remote_new
	mkdir deploy
	echo x=1 >.env
	echo x >deploy/id_rsa
	printf '\0\1' >deploy/server.pem
	echo x >deploy/.env.local
	create with
	assert_stopped .env 0 file-name worktree
	assert_stopped deploy/id_rsa 0 file-name worktree
	assert_stopped deploy/server.pem 0 file-name worktree
	assert_stopped deploy/.env.local 0 file-name worktree
	rm -r deploy
	git checkpoint clean --quiet --path deploy
	create without
	assert_stopped .env 0 file-name worktree
	rm .env
	assert_cleaned .env
}

@test "what is allowed passes: a path, a place, and nothing else" {
	remote_new
	mkdir fixtures
	echo "$AWS" >fixtures/keys
	git config checkpoint.secretAllow /fixtures/
	create one
	run -0 git checkpoint push
	printf 'x\n%s\n' "$GITHUB" >notes
	create two
	run -1 git checkpoint push
	fingerprint=$(sed -n "s/^hint: if it is none, add a line '\(.*\)' to .*/\1/p" \
		<<<"$output")
	assert_equal "$fingerprint" notes:github-token:2
	echo "$fingerprint" >.checkpointallow
	run -0 git checkpoint push
	# The same place with something else in it is another kind.
	printf 'x\n%s\n' "$AWS" >notes
	create three
	run -1 git checkpoint push
	assert_output --partial "'notes', line 2: aws-access-key"
	refute_said
}

@test "ignored files are not sent, so they stop nothing" {
	remote_new
	mkdir ignored
	echo "$AWS" >ignored/keys
	create --ignored
	run -0 git checkpoint push
	git -C "$REMOTE" cat-file --batch-all-objects --batch >../all
	run -1 grep --text --quiet "$AWS" ../all
}

@test "the user's own scanner decides: it finds, it fails, it is not there" {
	remote_new
	echo "$AWS" >keys
	create one
	for scanner in 'grep -rq AKIA' 'exit 3; :' false \
		/nowhere/scanner 'kill -9 $$; :'; do
		if [[ $scanner == grep* ]]; then
			# This one says yes where it finds something.
			scanner="f() { ! $scanner \"\$1\"; }; f"
		fi
		git config checkpoint.secretScanner "$scanner"
		run -1 git checkpoint push
		assert_line --partial 'found secrets, or failed (exit status '
		refute_said
		run -0 remote_refs
		refute_output
	done
	run -0 find .git/checkpoint.d -name 'verify-*'
	refute_output
	# What ours would stop passes where the user's says yes, and what it
	# gets is what would be sent.
	git config checkpoint.secretScanner \
		'f() { ls "$1" >'"$TMPDIR"'/given; }; f'
	run -0 git checkpoint push
	git -C "$REMOTE" rev-list --objects --all --not main |
		cut -c1-40 | git -C "$REMOTE" cat-file --batch-check |
		sed -n 's/ \(blob\|commit\) .*//p' | sort >../sent
	git -C "$REMOTE" for-each-ref --format='%(objectname)' \
		refs/checkpoints >../manifest
	# All of them but the manifest, which has names and times alone.
	assert_files_equal <(grep -vFf ../manifest ../sent) \
		<(sort "$TMPDIR/given")
}

@test "content of git-lfs that would be uploaded is looked at" {
	command -v git-lfs >/dev/null || skip 'no git-lfs'
	remote_new
	git lfs install --local --skip-repo
	echo '*.bin filter=lfs diff=lfs merge=lfs -text' >.gitattributes
	commit_all attributes
	git push --quiet --no-verify
	{
		head --bytes=100K /dev/zero
		printf '\n%s\n' "$AWS"
	} >model.bin
	create with
	assert_stopped model.bin 2 aws-access-key worktree
	assert_not_exists "$REMOTE/lfs"
	rm model.bin
	assert_cleaned model.bin
	assert_not_exists "$REMOTE/lfs"
	# In a commit that was not pushed yet, too.
	printf '%s\n' "$AWS" >other.bin
	commit_all with
	git rm --quiet other.bin
	commit_all without
	create three
	run -1 git checkpoint push
	assert_output --partial "'other.bin', line 1: aws-access-key (commit "
	refute_said
	assert_not_exists "$REMOTE/lfs"
}
