# Bad input: each its own clear error, and nothing changed.

load ../test_helper

# Nothing was saved, and git is not disturbed.
assert_nothing_saved() {
	run -0 git for-each-ref refs/checkpoints refs/checkpoints-local refs/checkpoint-pins refs/notes
	refute_output
}

@test 'not a repository' {
	run -128 git checkpoint create
	assert_line --regexp '^fatal: not a git repository'
}

@test 'a bare repository' {
	git init -q --bare bare.git
	cd bare.git
	run -128 git checkpoint create
	assert_line --regexp '^fatal: .*work ?tree'
}

@test 'inside .git' {
	repo_new
	cd .git
	run -128 git checkpoint create
	assert_line --regexp '^fatal: .*work ?tree'
}

@test 'a SHA-256 repository is named as not supported' {
	git init -q --object-format=sha256 sha256
	cd sha256
	run -128 git checkpoint create
	assert_line --partial 'SHA-256'
}

@test 'reftable is named as not supported' {
	git init -q other
	cd other
	git config core.repositoryFormatVersion 1
	git config extensions.refStorage reftable
	run -128 git checkpoint create
	assert_line --partial 'reftable'
}

@test 'descriptions that are no line of text' {
	repo_new
	run -128 git checkpoint create $'two\nlines'
	assert_line 'fatal: the description has a line break in it'
	run -128 git checkpoint create $'a\x1b[31mb'
	assert_line 'fatal: the description has a control character in it'
	run -128 git checkpoint create $'caf\xe9'
	assert_line 'fatal: the description is not valid UTF-8'
	run -128 git checkpoint create "$(head -c 100000 /dev/zero | tr '\0' x)"
	assert_line 'fatal: the description is longer than 4096 bytes'
	assert_nothing_saved
}

@test 'a description like a trailer is no trailer' {
	repo_new
	git checkpoint create -q 'Checkpoint-Id: cp_1_00000000'
	git checkpoint restore -q --dry-run latest
}

@test 'contradictory and unknown options' {
	repo_new
	run -129 git checkpoint create -m one two
	run -129 git checkpoint create one two
	run -129 git checkpoint create --type nonsense
	run -129 git checkpoint create --type pre_restore
	run -129 git checkpoint create --nonsense
	run -129 git checkpoint restore latest --keep-head --move-head
	run -129 git checkpoint restore latest --keep-head -- file
	run -129 git checkpoint restore --continue --abort
	run -129 git checkpoint restore --continue latest
	run -129 git checkpoint restore
	assert_nothing_saved
}

@test 'a bad value in the configuration names its key' {
	repo_new
	git config checkpoint.maxFileSize many
	run -128 git checkpoint create
	assert_line --partial 'checkpoint.maxfilesize'
	assert_nothing_saved
}

@test 'names of checkpoints: unknown, ambiguous, malformed' {
	repo_new
	run -128 git checkpoint restore latest
	assert_line --partial 'no checkpoint yet'
	git checkpoint create -q one
	git checkpoint create -q two
	run -128 git checkpoint restore cp_
	run -128 git checkpoint restore cp_1
	assert_line "fatal: ambiguous checkpoint name 'cp_1'"
	run -128 git checkpoint restore cp_42
	assert_line "fatal: no checkpoint 'cp_42'"
	run -128 git checkpoint restore 'latest~x'
	assert_line "fatal: malformed checkpoint name 'latest~x'"
	run -128 git checkpoint restore 'latest~7'
	run -128 git checkpoint restore '../x'
	assert_line "fatal: malformed checkpoint name '../x'"
	run -128 git checkpoint restore refs/heads/main
}

@test 'a repository that cannot be written to' {
	[[ $EUID -ne 0 ]] || skip 'root writes everywhere'
	repo_new
	chmod -R a-w .git
	run -128 git checkpoint create
	chmod -R u+w .git
	assert_line --regexp '^fatal: .*Permission denied'
	assert_nothing_saved
}

@test 'a full disk is an error, and leaves nothing' {
	repo_new
	head -c 300000 /dev/urandom >untracked
	# No file may grow over 64 KiB: what a full disk is to a writer.
	run bash -c 'trap "" XFSZ; ulimit -f 64; git checkpoint create'
	assert_failure
	assert_line --regexp '^fatal: '
	assert_nothing_saved
	git checkpoint create -q
}

@test 'a checkpoint whose objects are missing' {
	repo_new
	echo untracked >untracked
	git checkpoint create -q one
	c=$(newest)
	git unpack-objects -q <"$(echo .git/objects/pack/pack-*.pack)" || :
	rm -f .git/objects/pack/*
	git hash-object -w file >/dev/null
	run -128 git checkpoint restore "$c"
	assert_line --regexp '^fatal: '
	REPO_IS_DAMAGED=1
}

@test 'a corrupt note does not matter' {
	repo_new
	git checkpoint create -q one
	session=$(newest_name)
	session=${session%/*}
	git notes --ref "checkpoints/$session" add -f -m 'not JSON' "$(newest)"
	echo more >>file
	git checkpoint restore -q latest
	assert_equal "$(cat file)" $'one\ntwo\nthree'
}

@test 'metadata of a newer version asks for an upgrade' {
	repo_new
	git checkpoint create -q one
	c=$(newest)
	name=$(newest_name)
	metadata=$(git show "$c^2^2:metadata.json" |
		jq '.version = "2.0.0"' | git hash-object -w --stdin)
	state_tree=$(git ls-tree "$c^2^2" |
		sed "s/[0-9a-f]\{40\}\tmetadata.json/$metadata\tmetadata.json/" |
		git mktree)
	state=$(git commit-tree -m state "$state_tree")
	index=$(git commit-tree -m index -p HEAD -p "$state" "$c^2^{tree}")
	message=$(git log -1 --format=%B "$c" |
		sed -e "s/^Checkpoint-Index: .*/Checkpoint-Index: $index/" \
			-e "s/^Checkpoint-State: .*/Checkpoint-State: $state/")
	newer=$(git commit-tree -m "$message" -p HEAD -p "$index" "$c^{tree}")
	git update-ref "refs/checkpoints/$name" "$newer"
	run -128 git checkpoint restore "${name#*/}"
	assert_line --partial 'newer'
	assert_line --partial 'upgrade'
}

@test 'an index that names an object that is missing is not saved' {
	REPO_IS_DAMAGED=1
	repo_new
	gone=deadbeefdeadbeefdeadbeefdeadbeefdeadbeef
	printf '100644 %s 0\tlost\n' $gone | git update-index --index-info
	run -128 git checkpoint create
	assert_line --index 0 "fatal: object $gone of 'lost' is missing"
	git rm -q --cached lost
	printf '100644 %s 2\tlost\n' $gone | git update-index --index-info
	run -128 git checkpoint create
	assert_line --index 0 "fatal: object $gone of 'lost' is missing"
	run -0 git for-each-ref refs/checkpoints
	refute_output
}
