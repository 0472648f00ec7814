# No secret leaves with an export: files, staged ones, the state, history.

load ../test_helper

# Two pieces each, so that nobody who scans these sources finds one.
AWS="AKI""AIOSFODNN7EXAMPLE"
GITHUB="ghp""_0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R"
KEY="-----BEGIN OPENSSH PRI""VATE KEY-----"

# Save what there is, and see that it cannot be exported because of `path`,
# `line` and `kind`, which is all that is said.
assert_refused() {
	run -0 git checkpoint create --quiet
	run -1 git checkpoint export ../bundle
	assert_line --partial \
		"fatal: refusing to export a secret: '$1', line $2: $3"
	refute_output --partial "$AWS"
	refute_output --partial "$GITHUB"
	assert_not_exists ../bundle
}

assert_exported() {
	run -0 git checkpoint create --quiet
	run -0 git checkpoint export ../bundle
	git bundle verify --quiet ../bundle
	rm ../bundle
}

@test "an untracked file with a secret is not exported" {
	repo_new
	printf 'one\n[aws]\nkey = %s\n' "$AWS" >config.ini
	assert_refused config.ini 3 aws-access-key
	assert_line "hint: 'git checkpoint clean --path config.ini' drops the checkpoints that hold it"
	assert_line "hint: if it is none, add a line 'config.ini:aws-access-key:3' to the file .checkpointallow"
}

@test "what helps is said for where one stands" {
	repo_new
	echo "$AWS" >config.ini
	git checkpoint create --quiet
	cd src
	run -1 git checkpoint export ../../bundle
	assert_line "hint: 'git checkpoint clean --path :/config.ini' drops the checkpoints that hold it"
	git checkpoint clean --quiet --path :/config.ini
	rm ../config.ini
	git checkpoint create --quiet
	git checkpoint export --quiet ../../bundle
}

@test "clean --path takes it out, and the export passes" {
	repo_new
	run -0 git checkpoint create --quiet before
	echo "token = $GITHUB" >notes
	assert_refused notes 1 github-token
	run -0 git checkpoint clean --path notes
	rm notes
	run -0 git checkpoint export ../bundle
	assert_output --partial 'Exported 1 checkpoint'
}

@test "what is only staged is looked at" {
	repo_new
	echo "$AWS" >file
	git add file
	echo three >file
	assert_refused file 1 aws-access-key
	assert_output --partial 'index of cp_'
}

@test "stages of a conflict and raw bytes are looked at, at their paths" {
	repo_new
	git checkout --quiet -b other
	echo other >file
	git commit --quiet --all --message other
	git checkout --quiet main
	echo "main" >file
	git commit --quiet --all --message main
	run -1 git merge other
	printf '%s\r\nx\n' "$AWS" >file
	printf 'file text eol=lf\n' >.gitattributes
	assert_refused file 1 aws-access-key
}

@test "attachments, descriptions and operation files are looked at" {
	repo_new
	echo "$AWS" >../log
	run -0 git checkpoint create --quiet --attach=../log
	run -1 git checkpoint export ../bundle
	assert_line --partial "'attachments/log', line 1: aws-access-key (state of cp_"
	run -0 git checkpoint clean latest
	run -0 git checkpoint create --quiet "with $AWS"
	run -1 git checkpoint export ../bundle
	assert_output --partial 'the message of'
	assert_output --partial "'metadata.json'"
	refute_output --partial "$AWS"
	run -0 git checkpoint clean latest
	git checkout --quiet -b other
	echo other >other
	commit_all other
	git checkout --quiet main
	run -0 git merge --no-ff --no-commit other
	echo "$GITHUB" >>.git/MERGE_MSG
	assert_refused gitdir/MERGE_MSG 2 github-token
}

@test "a stash that a rebase made is looked at" {
	repo_new
	git checkout --quiet -b topic HEAD
	echo topic >file
	commit_all topic
	git checkout --quiet main
	echo main >file
	commit_all main
	git checkout --quiet topic
	echo "$AWS" >>run.sh
	run -1 git rebase --autostash main
	git checkpoint create --quiet
	run -1 git checkpoint export ../bundle
	assert_output --partial "'run.sh', line 3: aws-access-key"
}

@test "commits that come along are looked at, and their messages" {
	repo_new
	echo "$AWS" >gone
	commit_all secret
	git rm --quiet gone
	commit_all "without $GITHUB"
	git checkpoint create --quiet
	run -1 git checkpoint export ../bundle
	assert_output --partial "'gone', line 1: aws-access-key (commit "
	assert_output --partial "the message of"
	assert_line --partial 'hint: commits of yours hold it'
	run -0 git checkpoint export --not=HEAD ../bundle
}

@test "names say it, unless they are examples, public or empty" {
	repo_new
	echo x=1 >.env.example
	: >.env.empty
	printf -- '-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+g\n' >server.pem
	echo 'ssh-ed25519 AAAA' >id_ed25519.pub
	ln -s ../.env .env.link
	assert_exported
	for name in .env .env.production id_rsa deploy/id_ed25519 store.p12 \
		cert.PFX server.key .netrc .pgpass .aws/credentials; do
		mkdir -p "$(dirname "$name")"
		echo x=1 >"$name"
		run -0 git checkpoint create --quiet
		run -1 git checkpoint export ../bundle
		assert_line --partial \
			"fatal: refusing to export a secret: '$name': file-name"
		run -0 git checkpoint clean --path "$name"
		rm "$name"
	done
	printf '%s\nb3BlbnNzaC1rZXk\n' "$KEY" >server.pem
	assert_refused server.pem 1 private-key
}

@test "binary files, UTF-16 and a file without an end of line are looked at" {
	repo_new
	printf '\0\1\2%s\3' "$AWS" >binary
	assert_refused binary 1 aws-access-key
	run -0 git checkpoint clean --path binary
	rm binary
	printf 'x\nDB_PASSWORD=hunter2''hunter2' |
		iconv --to-code=UTF-16 >utf16
	assert_refused utf16 2 secret-assignment
	run -0 git checkpoint clean --path utf16
	rm utf16
	printf 'x\n\n%s' "$AWS" >short
	assert_refused short 3 aws-access-key
}

@test "a large file is looked at to its end, in little memory" {
	repo_new
	{
		head --bytes=80M /dev/zero | tr '\0' x
		printf '\n%s\n' "$AWS"
	} >large
	run -0 git checkpoint create --quiet
	(
		ulimit -v 1000000
		run -1 git checkpoint export ../bundle
		assert_line --partial "'large', line 2: aws-access-key"
	)
}

@test "checkpoint.secretAllow lets paths pass, and no others" {
	repo_new
	mkdir -p tests/data
	echo "$AWS" >tests/data/keys
	git config checkpoint.secretAllow /tests/
	assert_exported
	# The same content elsewhere is none that was allowed.
	cp tests/data/keys copy
	assert_refused copy 1 aws-access-key
	run -0 git -c checkpoint.secretAllow='*' checkpoint export ../bundle
}

@test ".checkpointallow has patterns and places" {
	repo_new
	printf '%s\n%s\n' "$AWS" "$GITHUB" >keys
	echo 'keys:aws-access-key:1' >.checkpointallow
	assert_refused keys 2 github-token
	refute_output --partial aws-access-key
	echo 'keys:github-token:2' >>.checkpointallow
	assert_exported
	echo 'none' >.checkpointallow
	assert_refused keys 1 aws-access-key
	printf '# keys of the tests\n*\n!/other\n' >.checkpointallow
	assert_exported
}

@test "--json says where and what" {
	repo_new
	printf 'x\n%s\n' "$AWS" >'a b'
	id=$(git checkpoint create --quiet)
	run --separate-stderr -1 git checkpoint export --json ../bundle
	assert_equal "$(jq --compact-output '[.more, (.secrets | length)]' \
		<<<"$output")" '[0,1]'
	assert_equal "$(jq --raw-output '.secrets[0] | [.path, .line, .kind,
		.where, .checkpoint, .commit, .object, .fingerprint] | @tsv' \
		<<<"$output")" "$(printf '%s\t' 'a b' 2 aws-access-key worktree \
		"$id" "$(newest)" "$(git rev-parse "$(newest):a b")")a b:aws-access-key:2"
	refute_output --partial "$AWS"
}

@test "each place is named once, in however many checkpoints it is" {
	repo_new
	for i in 1 2 3; do
		printf '%s\n%s\n' "$AWS" "$i" >keys
		git checkpoint create --quiet
	done
	run --separate-stderr -1 git checkpoint export --json ../bundle
	assert_equal "$(jq '.secrets | length' <<<"$output")" 1
}

@test "what cannot be looked at is not exported" {
	REPO_IS_DAMAGED=1
	repo_new
	echo new >new
	git checkpoint create --quiet
	mkdir ../packs
	mv .git/objects/pack/* ../packs
	for pack in ../packs/*.pack; do
		git unpack-objects -q <"$pack"
	done
	blob=$(git rev-parse "$(newest):new")
	rm -f ".git/objects/${blob:0:2}/${blob:2}"
	run -128 git checkpoint export ../bundle
	assert_line --partial 'cannot look for secrets'
	assert_not_exists ../bundle
}

@test "what only --with-local adds is not looked at" {
	repo_new
	echo "$AWS" >ignored.o
	git checkpoint create --quiet --ignored
	run -0 git checkpoint export --with-local ../bundle
}

@test "checkpoint.secretScanner decides instead, and its failure is a no" {
	repo_new
	echo "$AWS" >keys
	mkdir dir
	echo fine >dir/notes
	git config checkpoint.secretAllow /run.sh
	git checkpoint create --quiet
	git config checkpoint.secretScanner \
		'f() { (cd "$1" && find -type f | sort >'"$TMPDIR"'/seen); }; f'
	run -0 git checkpoint export ../bundle
	assert_exists ../bundle
	rm ../bundle
	grep --quiet "^./$(git rev-parse "$(newest):keys")/keys$" "$TMPDIR/seen"
	grep --quiet "^./$(newest)/message$" "$TMPDIR/seen"
	grep --quiet '/dir/notes$' "$TMPDIR/seen"
	grep --quiet '/metadata.json$' "$TMPDIR/seen"
	run -1 grep '/run.sh$' "$TMPDIR/seen"
	for scanner in false 'exit 3; :' no-such-program 'kill -9 $$; :'; do
		run -1 git -c checkpoint.secretScanner="$scanner" \
			checkpoint export ../bundle
		assert_line --partial "fatal: refusing to export: '$scanner' found secrets, or failed"
		assert_not_exists ../bundle
	done
	run --separate-stderr -1 git -c checkpoint.secretScanner='echo told; f() { return 1; }; f' \
		checkpoint export --json ../bundle
	refute_output
	assert_regex "$stderr" '^told'
	run -0 find .git -name 'verify-*'
	refute_output
}
