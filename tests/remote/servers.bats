# The story of two machines over each transport, with real servers.

load ../test_helper
load machines

# Another test's server must not be taken for ours: each repository has a name
# of its own.
setup() {
	scratch_setup
	SERVED=$BATS_TEST_TMPDIR/served
	NAME=r$$-$RANDOM.git
	REMOTE=$SERVED/$NAME
	SERVER=
	git init --quiet --bare "$REMOTE"
	git -C "$REMOTE" config http.receivepack true
}

teardown() {
	if [[ $SERVER ]]; then
		kill "$SERVER" 2>/dev/null || :
		wait "$SERVER" || :
	fi
	scratch_check
}

# serve <url>: start what start_server starts, on a port that is free, until it
# answers. The port is $PORT; `url` may have it.
serve() {
	local try

	for try in {1..20}; do
		PORT=$((20000 + RANDOM % 30000))
		start_server
		URL=$(eval "echo \"$1\"")
		while kill -0 "$SERVER" 2>/dev/null; do
			if git ls-remote "$URL" >/dev/null 2>&1; then
				kill -0 "$SERVER" 2>/dev/null && return
			fi
		done
	done
	cat "$BATS_TEST_TMPDIR/server.log" >&2
	fail "no server after $try tries"
}

# Save on A with everything there is, push; a clone B restores, goes on and
# pushes; A fetches that.
tell_story() {
	local one two first

	repo_new
	git remote add origin "$URL"
	git push --quiet --set-upstream origin main
	git switch --quiet --create other
	echo theirs >>file
	commit_all theirs
	git switch --quiet main
	echo ours >>file
	commit_all ours
	git push --quiet
	work_start_in_merge
	git checkpoint session start --quiet --sprint=s
	git checkpoint task start parser -m 'write the parser'
	one=$(create one)
	run -0 git checkpoint push
	assert_line --partial "Pushed 2 checkpoints of "

	another_machine b "$URL"
	run -0 git checkpoint ls-remote --count --json
	assert_equal "$(jq .count <<<"$output")" 2
	run -0 git checkpoint fetch
	run -0 git checkpoint show "$one" --json
	assert_equal "$(jq -r '.task.task_id + " " + .session.sprint' \
		<<<"$output")" 'parser s'
	first=$(jq -r .session_id <<<"$output")
	git checkpoint restore --quiet --operation "$one"
	assert_same "$(snapshot_of "$REPO" | grep -v ignored)" \
		"$(snapshot_of "$PWD")"
	assert_same "$(index_of "$REPO")" "$(index_of "$PWD")"
	assert_files_equal "$REPO/.git/MERGE_HEAD" .git/MERGE_HEAD
	run -0 git fsck --strict

	run -0 git checkpoint resume parser --continue
	assert_output --partial 'write the parser'
	printf 'resolved\n' >file
	git add file
	two=$(create two)
	git checkpoint task complete parser
	run -0 git checkpoint push
	assert_line --partial "Pushed "

	cd "$REPO"
	run -0 git checkpoint fetch --quiet
	assert_line "$two"
	run -0 git checkpoint show "$two" --json
	assert_equal "$(jq -r '.session.resumed_from' <<<"$output")" "$first"
	git checkpoint restore --quiet --operation "$two"
	assert_same "$(snapshot_of "$REPO" | grep -v ignored)" \
		"$(snapshot_of "$BATS_TEST_TMPDIR/b")"
	assert_same "$(index_of "$REPO")" "$(index_of "$BATS_TEST_TMPDIR/b")"
	run -0 git -C "$REMOTE" fsck --strict
	run -0 git checkpoint clean --remote origin "$one"
	run -0 remote_refs
	assert_line --partial /manifest-2
}

# A conflict, something staged, untracked and ignored.
work_start_in_merge() {
	run -1 git merge other
	printf '// changed\n' >>src/main.c
	git add src/main.c
	printf 'new and staged\n' >staged
	git add staged
	mkdir -p new/deep empty ignored
	printf 'untracked\n' >new/deep/untracked
	head -c 100000 /dev/urandom >new/binary
	printf 'ignored\n' >ignored/file
}

@test "git daemon" {
	[[ -x $(git --exec-path)/git-daemon ]] || skip 'no git daemon'
	start_server() {
		git daemon --listen=127.0.0.1 --port="$PORT" --export-all \
			--base-path="$SERVED" --enable=receive-pack \
			--reuseaddr 2>"$BATS_TEST_TMPDIR/server.log" 3>&- &
		SERVER=$!
	}
	serve "git://127.0.0.1:\$PORT/$NAME"
	tell_story
}

@test "git daemon that can only be read" {
	[[ -x $(git --exec-path)/git-daemon ]] || skip 'no git daemon'
	start_server() {
		git daemon --listen=127.0.0.1 --port="$PORT" --export-all \
			--base-path="$SERVED" --reuseaddr \
			2>"$BATS_TEST_TMPDIR/server.log" 3>&- &
		SERVER=$!
	}
	serve "git://127.0.0.1:\$PORT/$NAME"
	repo_new
	git remote add origin "$REMOTE"
	git push --quiet origin main
	one=$(create one)
	git checkpoint push --quiet
	git remote set-url origin "$URL"
	create two
	run -128 git checkpoint push
	assert_line --index 0 --partial "fatal: cannot push to 'origin': "
	another_machine b "$URL"
	run -0 git checkpoint fetch --quiet
	assert_output "$one"
}

# lighttpd_has <more>...: skip without it; start_server() starts it then, with
# these lines more in its configuration.
lighttpd_has() {
	LIGHTTPD=$(printf '%s\n' "$@")
	PATH=$PATH:/usr/sbin
	command -v lighttpd >/dev/null || skip 'no lighttpd'
	[[ -x $(git --exec-path)/git-http-backend ]] || skip 'no http-backend'
	start_server() {
		cat >"$BATS_TEST_TMPDIR/lighttpd.conf" <<-END
			server.modules = ("mod_alias", "mod_setenv", "mod_cgi")
			server.document-root = "$SERVED"
			server.bind = "127.0.0.1"
			server.port = $PORT
			server.upload-dirs = ("$TMPDIR")
			server.errorlog = "$BATS_TEST_TMPDIR/server.log"
			alias.url = ("/git" => "$(git --exec-path)/git-http-backend")
			cgi.assign = ("" => "")
			setenv.set-environment = (
				"GIT_PROJECT_ROOT" => "$SERVED",
				"GIT_HTTP_EXPORT_ALL" => "1",
				"GIT_CONFIG_NOSYSTEM" => "1",
				"HOME" => "$HOME")
			$LIGHTTPD
		END
		lighttpd -D -f "$BATS_TEST_TMPDIR/lighttpd.conf" \
			>"$BATS_TEST_TMPDIR/server.log" 2>&1 3>&- &
		SERVER=$!
	}
}

@test "http, git http-backend behind lighttpd" {
	lighttpd_has
	serve "http://127.0.0.1:\$PORT/git/$NAME"
	tell_story
}

@test "http with a password, from a credential helper" {
	lighttpd_has 'server.modules += ("mod_auth", "mod_authn_file")' \
		'auth.backend = "plain"' \
		"auth.backend.plain.userfile = \"$BATS_TEST_TMPDIR/users\"" \
		'auth.require = ("/" => ("method" => "basic",' \
		'  "realm" => "git", "require" => "valid-user"))'
	echo 'fleet:let me in' >"$BATS_TEST_TMPDIR/users"
	cat >"$BATS_TEST_TMPDIR/helper" <<-'END'
		#!/bin/sh
		[ "$1" = get ] && printf 'username=fleet\npassword=let me in\n'
	END
	chmod +x "$BATS_TEST_TMPDIR/helper"
	git config --global credential.helper "$BATS_TEST_TMPDIR/helper"
	serve "http://127.0.0.1:\$PORT/git/$NAME"
	run ! git -c credential.helper= ls-remote "$URL" </dev/null
	tell_story
	# Without it, and nobody there to be asked, it is said, and at once.
	git config --global credential.helper ''
	echo more >>file
	create three
	for command in push fetch ls-remote; do
		GIT_TERMINAL_PROMPT=0 run -128 git checkpoint "$command"
		assert_line --index 0 --partial "fatal: cannot "
		refute_output --partial 'let me in'
	done
	# So it is in the background, where there is a terminal or not.
	git config checkpoint.autoPush true
	git checkpoint hooks install --quiet
	run -0 .git/hooks/pre-push origin "$URL" 3>&- </dev/null
	while [[ -s .git/checkpoint.d/push-queue ]]; do
		flock .git/checkpoint.d/push-runner.lock true
	done
	flock .git/checkpoint.d/push-runner.lock true
	run -0 git checkpoint status
	assert_line --partial 'the last automatic push failed, '
	git config --global credential.helper "$BATS_TEST_TMPDIR/helper"
	run -0 git checkpoint push
	run -0 git checkpoint status
	refute_line --partial 'automatic push failed'
}

@test "ssh, an openssh server" {
	PATH=$PATH:/usr/sbin
	command -v sshd >/dev/null || skip 'no openssh server'
	command -v ssh >/dev/null || skip 'no ssh'
	[[ $(id -u) -ne 0 || -d /run/sshd ]] || mkdir /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/host"
	ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/user"
	start_server() {
		cat >"$BATS_TEST_TMPDIR/sshd_config" <<-END
			Port $PORT
			ListenAddress 127.0.0.1
			HostKey $BATS_TEST_TMPDIR/host
			AuthorizedKeysFile $BATS_TEST_TMPDIR/user.pub
			PidFile none
			UsePAM no
			StrictModes no
			PermitRootLogin yes
			AcceptEnv GIT_PROTOCOL
		END
		"$(command -v sshd)" -D -f "$BATS_TEST_TMPDIR/sshd_config" \
			-E "$BATS_TEST_TMPDIR/server.log" 3>&- &
		SERVER=$!
		export GIT_SSH_COMMAND="ssh -F /dev/null -p $PORT \
			-i $BATS_TEST_TMPDIR/user -o BatchMode=yes \
			-o LogLevel=ERROR -o UserKnownHostsFile=/dev/null \
			-o StrictHostKeyChecking=no"
	}
	serve "ssh://$(id -un)@127.0.0.1$REMOTE"
	tell_story
}

@test "a directory" {
	URL=$REMOTE
	tell_story
}
