# hooks install, uninstall, status: ours are where git runs them, beside what
# is there, and leave no trace.

load ../test_helper

# Every file of hooks and configuration, byte for byte, with type and mode.
files_of() {
	(
		cd "$1" || exit
		find . -printf '%p %y %m %l\n' | sort
		find . -type f -print0 | sort --zero-terminated |
			xargs --null --no-run-if-empty sha256sum
	)
}

hooks_dir() {
	git rev-parse --path-format=absolute --git-path hooks
}

# hook <name> [<line>...]: a hook that tells of itself in $REPO/../told
hook() {
	local path

	path=$(hooks_dir)/$1
	mkdir -p "${path%/*}"
	printf '#!/bin/sh\necho %s >>%q\n' "$1" "$BATS_TEST_TMPDIR/told" >"$path"
	printf '%s\n' "${@:2}" >>"$path"
	chmod +x "$path"
}

state_of() {
	git checkpoint hooks status --json |
		jq --raw-output --arg hook "$1" 'select(.hook == $hook).state'
}

commits_of_log() {
	jq --raw-output 'select(.event == "commit").commit' \
		"$(git rev-parse --git-dir)/checkpoint.d/hooks.log"
}

# After a commit both hooks have run, and there is nothing on standard error.
assert_both_run() {
	rm -f ../told
	run -0 git commit --quiet --allow-empty --message=both
	refute_output
	assert_equal "$(cat ../told)" post-commit
	assert_equal "$(commits_of_log | tail -n 1)" "$(git rev-parse HEAD)"
}

@test "the shims are those of hooks/, and only they are there" {
	repo_new
	run -0 git checkpoint hooks install
	run -0 diff -r "$TOP/hooks" .git/hooks
	run -0 git checkpoint hooks install
	run -0 diff -r "$TOP/hooks" .git/hooks
}

@test "install and uninstall leave nothing" {
	repo_new
	git checkpoint create --quiet
	before=$(files_of .git)
	run -0 git checkpoint hooks install --exclude-decoration
	refute [ "$before" = "$(files_of .git)" ]
	run -0 git checkpoint hooks uninstall
	assert_same "$before" "$(files_of .git)"
	run -0 git checkpoint hooks uninstall
	assert_same "$before" "$(files_of .git)"
}

@test "a hook of a shell keeps its text, and both run whatever it does" {
	repo_new
	for last in 'exit 0' 'exec true' 'set -eu; false || :' 'exit 3'; do
		hook post-commit "$last"
		cp -p .git/hooks/post-commit ../kept
		run -0 git checkpoint hooks install
		assert_equal "$(state_of post-commit)" within
		run -0 grep -c 'echo post-commit' .git/hooks/post-commit
		assert_both_run
		run -0 git checkpoint hooks uninstall
		assert_files_equal ../kept .git/hooks/post-commit
	done
}

@test "a hook of anything else is run by ours, and comes back" {
	repo_new
	mkdir -p .git/hooks scripts
	printf '#!/usr/bin/perl\nopen F, ">>", "../told"; print F "post-commit\\n"\n' \
		>scripts/hook.pl
	chmod 755 scripts/hook.pl
	cp scripts/hook.pl .git/hooks/post-commit
	chmod 700 .git/hooks/post-commit
	before=$(files_of .git/hooks)
	run -0 git checkpoint hooks install
	assert_equal "$(state_of post-commit)" before
	assert_both_run
	run -0 git checkpoint hooks uninstall
	assert_same "$before" "$(files_of .git/hooks)"

	ln -sf ../../scripts/hook.pl .git/hooks/post-commit
	before=$(files_of .git/hooks)
	run -0 git checkpoint hooks install
	assert_both_run
	run -0 git checkpoint hooks uninstall
	assert_same "$before" "$(files_of .git/hooks)"
}

@test "a hook that is turned off stays off, and comes back as it was" {
	repo_new
	hook post-commit
	chmod -x .git/hooks/post-commit
	before=$(files_of .git/hooks)
	run -0 git checkpoint hooks install
	run -0 git commit --quiet --allow-empty --message=x
	refute [ -e ../told ]
	assert [ "$(commits_of_log)" ]
	run -0 git checkpoint hooks uninstall
	assert_same "$before" "$(files_of .git/hooks)"
}

@test "what was added to our hook since stays when ours goes" {
	repo_new
	git checkpoint hooks install --quiet
	echo 'echo mine' >>.git/hooks/post-merge
	run -0 git checkpoint hooks uninstall
	printf '#!/bin/sh\necho mine\n' >../expected
	assert_files_equal ../expected .git/hooks/post-merge
	refute [ -e .git/hooks/post-commit ]
}

@test "an older version of ours is brought up to date in its place" {
	repo_new
	hook post-commit 'exit 0'
	cp .git/hooks/post-commit ../kept
	git checkpoint hooks install --quiet
	sed -i 's/nothing was saved/an older text/' .git/hooks/post-*
	assert_equal "$(state_of post-commit)" outdated
	run -0 git checkpoint hooks install
	assert_equal "$(state_of post-commit)" within
	assert_equal "$(state_of post-merge)" alone
	run -0 git checkpoint hooks uninstall
	assert_files_equal ../kept .git/hooks/post-commit
	refute [ -e .git/hooks/post-merge ]
}

@test "pre-push: what follows gets the list of refs as it was" {
	repo_new
	git init --quiet --bare ../remote
	mkdir -p .git/hooks
	printf '#!/bin/sh\necho "$@" >../args; cat >../refs\n' >.git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	git branch other
	run -0 git push --quiet ../remote main other
	mv ../refs ../expected
	mv ../args ../expected-args
	git -C ../remote update-ref -d refs/heads/main
	git -C ../remote update-ref -d refs/heads/other
	run -0 git checkpoint hooks install
	run -0 git push --quiet ../remote main other
	assert_files_equal ../expected ../refs
	assert_files_equal ../expected-args ../args
	# Nothing to push: no line, not an empty one.
	run -0 .git/hooks/pre-push name url </dev/null
	assert [ ! -s ../refs ]
}

@test "pre-push: the hook that was there can still refuse" {
	repo_new
	git init --quiet --bare ../remote
	hook pre-push 'exit 1'
	run -0 git checkpoint hooks install
	run ! git push --quiet ../remote main
	run -0 git -C ../remote for-each-ref
	refute_output
}

@test "core.hooksPath is where they go, and outside of here it is said" {
	repo_new
	git config core.hooksPath .githooks
	run -0 git checkpoint hooks install
	assert [ -x .githooks/post-commit ]
	refute [ -e .git/hooks ]
	refute_output --partial 'other repositories'
	run -0 git checkpoint hooks uninstall
	refute [ -e .githooks ]

	git config core.hooksPath "$BATS_TEST_TMPDIR/shared"
	run -0 git checkpoint hooks install
	assert_output --partial 'other repositories'
	assert [ -x ../shared/post-commit ]
	# Also once git looks elsewhere.
	git config --unset core.hooksPath
	run -0 git checkpoint hooks uninstall
	refute [ -e ../shared ]
}

@test "where hooks are turned off that is said" {
	repo_new
	git config core.hooksPath /dev/null
	run -128 git checkpoint hooks install
	assert_output --partial "hooks are turned off: core.hooksPath is '/dev/null'"
}

@test "in a linked worktree they go where git runs them for it" {
	repo_new
	git worktree add --quiet ../linked
	cd ../linked
	hook post-commit
	run -0 git checkpoint hooks install
	assert [ -x "$REPO/.git/hooks/post-commit" ]
	assert_both_run
	cd "$REPO"
	assert_both_run
	run -0 git checkpoint hooks uninstall
	run -1 grep git-checkpoint .git/hooks/post-commit
}

@test "without git-checkpoint a commit says so in one line, and is made" {
	repo_new
	git checkpoint hooks install --quiet
	PATH=$(dirname "$(command -v git)"):/bin
	if command -v git-checkpoint; then
		skip 'git-checkpoint is installed beside git'
	fi
	run -0 git commit --quiet --allow-empty --message=x
	assert_output 'post-commit: git-checkpoint is not installed, nothing was saved'
	git init --quiet --bare ../remote
	run -0 git push --quiet ../remote main
	assert_output 'pre-push: git-checkpoint is not installed, nothing was checked'
	# What it would have refused, or looked into, does not go unseen.
	git update-ref refs/checkpoints/session/id HEAD
	git update-ref refs/checkpoints-local/session/id HEAD
	git branch refs/checkpoints/x
	for what in 'refs/checkpoints/*' 'refs/checkpoints-local/*' --mirror \
		main:refs/checkpoints/s/x refs/checkpoints/session/id:refs/heads/side; do
		run ! git push --quiet ../remote "$what"
		assert_line --index 0 'pre-push: git-checkpoint is not installed, checkpoints stay unchecked and here'
	done
	run -0 git push --quiet ../remote refs/heads/refs/checkpoints/x
	run -0 git -C ../remote for-each-ref --format='%(refname)'
	assert_output 'refs/heads/main
refs/heads/refs/checkpoints/x'
}

@test "an alias 'checkpoint' is named" {
	repo_new
	git config alias.checkpoint '!true'
	run -0 git checkpoint hooks install
	assert_output --partial "there is an alias 'checkpoint'"
}

@test "--exclude-decoration hides checkpoints from git log, until uninstall" {
	repo_new
	printf '[log]\n\tdate = iso\n' >>.git/config
	cp .git/config ../config
	git checkpoint create --quiet
	git config --global log.initialDecorationSet all
	run -0 git log --all --oneline --decorate=full
	assert_output --partial refs/checkpoints/
	run -0 git checkpoint hooks install --exclude-decoration
	run -0 git checkpoint hooks install --exclude-decoration
	run -0 git log --all --oneline --decorate=full
	refute_output --partial refs/checkpoint
	refute_output --partial refs/notes
	run -0 git checkpoint hooks uninstall
	assert_files_equal ../config .git/config
}

@test "husky as npm brings it: its hooks and ours run, also when it is run anew" {
	command -v npm >/dev/null || skip 'there is no npm here'
	repo_new
	echo '{"name":"x","version":"1.0.0","private":true}' >package.json
	printf 'node_modules\n' >>.gitignore
	timeout 60 npm install --silent --no-audit --no-fund --save-dev husky@9 \
		>/dev/null 2>&1 || skip 'npm cannot install husky here'
	npx husky >/dev/null
	assert_equal "$(git config core.hooksPath)" .husky/_
	echo 'echo post-commit >>../told' >.husky/post-commit
	before=$(files_of .husky)
	run -0 git checkpoint hooks install
	assert_output --partial 'husky runs the files in'
	assert_both_run
	npx husky >/dev/null
	assert_both_run
	run -0 git checkpoint hooks uninstall
	assert_same "$before" "$(files_of .husky)"
}

@test "a hook as pre-commit writes it runs beside ours, and both come through" {
	repo_new
	mkdir -p .git/hooks ../bin
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	cat >.git/hooks/post-commit <<-'END'
		#!/usr/bin/env bash
		# File generated by pre-commit: https://pre-commit.com
		ARGS=(hook-impl --config=.pre-commit-config.yaml --hook-type=post-commit)
		HERE="$(cd "$(dirname "$0")" && pwd)"
		ARGS+=(--hook-dir "$HERE" -- "$@")
		if command -v pre-commit > /dev/null; then
		    echo post-commit >>../told
		    exec pre-commit "${ARGS[@]}" >/dev/null
		fi
	END
	chmod +x .git/hooks/post-commit
	printf '#!/bin/sh\nexit 0\n' >../bin/pre-commit
	chmod +x ../bin/pre-commit
	cp -p .git/hooks/post-commit ../kept
	run -0 git checkpoint hooks install
	assert_output --partial 'pre-commit writes hooks here, too'
	assert_both_run
	run -0 git checkpoint hooks uninstall
	assert_files_equal ../kept .git/hooks/post-commit
}
