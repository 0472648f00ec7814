# A restore, and another command beside it.

load ../test_helper

# `held` goes through a filter that waits, once, where WAIT_IN names a
# directory: it says so through one pipe there, and goes on after another.
setup() {
	scratch_setup
	repo_new
	WAIT=$TMPDIR/wait
	mkdir "$WAIT"
	mkfifo "$WAIT/here" "$WAIT/go"
	cat >"$TMPDIR/filter" <<-'EOF'
		#!/bin/sh
		if test -n "$WAIT_IN" && mkdir "$WAIT_IN/once" 2>/dev/null; then
			echo here >"$WAIT_IN/here"
			cat "$WAIT_IN/go" >/dev/null
		fi
		cat
	EOF
	chmod +x "$TMPDIR/filter"
	git config filter.wait.clean "$TMPDIR/filter"
	echo 'held filter=wait' >.gitattributes
	for i in {1..40}; do
		echo "old $i" >"file$i"
	done
	echo old >held
	commit_all held
	git checkpoint create -q target
	work_of >"$TMPDIR/target"
	for i in {1..40}; do
		echo "new $i" >"file$i"
	done
	echo new >held
	work_of >"$TMPDIR/source"
}

teardown() {
	# Whatever still waits goes on, and ends.
	[[ ! ${BESIDE-} ]] || : <>"$WAIT/go" >"$WAIT/go"
	[[ ! ${BESIDE-} ]] || wait "$BESIDE" || :
	scratch_check
}

# Start a command, and come back when it waits in the filter.
start_beside() {
	WAIT_IN=$WAIT "$@" >"$TMPDIR/said" 2>&1 3>&- &
	BESIDE=$!
	timeout 20 cat "$WAIT/here"
}

# Let it go on; its exit status.
end_beside() {
	local pid=$BESIDE

	BESIDE=
	timeout 20 sh -c "echo go >'$WAIT/go'"
	wait "$pid"
}

@test 'half a restore is not saved as a whole' {
	start_beside git checkpoint create -m beside
	run ! strace -f -o /dev/null -e trace=renameat2 \
		-e inject=renameat2:signal=KILL:when=15 \
		git-checkpoint restore latest
	assert_file_exist .git/checkpoint.d/journal
	status=0
	end_beside || status=$?
	assert_equal "$status" 1
	run -0 cat "$TMPDIR/said"
	assert_line 'fatal: a restore was not finished'
	run -0 git checkpoint list
	refute_output --partial beside
	git checkpoint restore -q --abort
	work_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/source" "$TMPDIR/now"
}

@test 'a restore that comes and goes while a checkpoint is made' {
	start_beside git checkpoint create -m beside
	git checkpoint restore -q latest
	echo 'new again' >file7
	end_beside
	run -0 git checkpoint show latest --json
	assert_equal "$(jq -r .description <<<"$output")" beside
	run -0 git diff --exit-code "$(newest)" -- .
}

@test 'one restore at a time, and the lock of a running one stays' {
	start_beside git checkpoint restore latest
	assert_file_exist .git/index.lock
	git checkpoint list -q
	git checkpoint create -q beside
	assert_file_exist .git/index.lock
	for command in 'restore latest' 'restore --keep-head latest' undo; do
		# Words are arguments.
		# shellcheck disable=SC2086
		run -128 git checkpoint $command
		assert_line 'fatal: another restore is under way'
	done
	run -0 git checkpoint restore --dry-run latest
	end_beside
	work_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/target" "$TMPDIR/now"
}
