# `git checkpoint watch`: how it ends, and that there is one.

load ../test_helper
load watching

setup() {
	scratch_setup
	repo_new
}

teardown() {
	watch_stop
	scratch_check
}

@test "INT, TERM and HUP make an interrupted checkpoint before it ends" {
	for signal in INT TERM HUP; do
		watch_start --interval 1h
		echo "$signal" >>file
		kill -"$signal" "$watch"
		watch_until checkpoint interrupted
		assert_equal "$(jq -r .snapshot.tree <<<"$event")" \
			"$(tree_of_worktree)"
		watch_until ended
		assert_equal "$(jq -r .signal <<<"$event")" \
			"$(kill -l "$signal")"
		wait "$watch"
	done
	assert_equal "$(git checkpoint list --type interrupted --count)" 3
}

@test "under nohup it outlives its terminal" {
	mkfifo "$TMPDIR/events"
	nohup git-checkpoint watch --json --interval 0 >"$TMPDIR/events" \
		2>>"$TMPDIR/said" 3>&- &
	watch=$!
	exec {events}<"$TMPDIR/events"
	watch_until checkpoint auto
	kill -HUP "$watch"
	echo more >>file
	watch_until_saved
	watch_end
}

@test "a signal that comes while it saves does not stop the save" {
	head -c 20000000 /dev/urandom >large
	watch_start
	watch_until checkpoint auto
	head -c 20000000 /dev/urandom >large
	# To all of its group, as a terminal and a service manager send it.
	kill -TERM "$watch"
	watch_until checkpoint interrupted
	wait "$watch"
	git checkpoint verify -q
}

@test "it ends with the process that it is told to follow" {
	tail -f /dev/null 3>&- &
	work=$!
	watch_start --interval 1h --on-exit-of "$work"
	echo 'its last word' >>file
	kill "$work"
	watch_until checkpoint interrupted
	assert_equal "$(jq -r .snapshot.tree <<<"$event")" \
		"$(tree_of_worktree)"
	watch_until ended
	assert_equal "$(jq -r .reason <<<"$event")" process
	wait "$watch"
}

@test "one that has ended already has ended" {
	run -0 git checkpoint watch --on-exit-of "$(sh -c 'echo $$')"
	assert_line --partial '(interrupted, '
	run -129 git checkpoint watch --on-exit-of 0
	run -129 git checkpoint watch --on-exit-of me
}

@test "with the git that runs it as its command it ends, too" {
	mkfifo "$TMPDIR/events"
	for signal in TERM KILL; do
		git checkpoint watch --json --interval 1h >"$TMPDIR/events" \
			2>>"$TMPDIR/said" 3>&- &
		watch=$!
		exec {events}<"$TMPDIR/events"
		watch_until checkpoint auto
		echo "$signal" >>file
		kill -"$signal" "$watch"
		watch_until checkpoint interrupted
		assert_equal "$(jq -r .snapshot.tree <<<"$event")" \
			"$(tree_of_worktree)"
		watch_until ended
		exec {events}<&-
		# What went before must not keep the next one from being due.
		git checkpoint clean -q --keep 0
		git for-each-ref --format='delete %(refname)' refs/checkpoints |
			git update-ref --stdin
	done
}

@test "there is one in a worktree, and one in each" {
	watch_start
	run -1 git checkpoint watch
	assert_output \
		"fatal: a watch is running already, as process $watch"
	git worktree add -q "$BATS_TEST_TMPDIR/other"
	run -0 git -C "$BATS_TEST_TMPDIR/other" checkpoint watch \
		--on-exit-of "$(sh -c 'echo $$')"
	watch_end
}

@test "one that was killed is in nobody's way" {
	watch_start
	watch_until checkpoint auto
	kill -KILL "$watch"
	watch_ends_with 137
	assert [ -s .git/checkpoint.d/watch ]
	watch_start
	echo more >>file
	watch_until_saved
	watch_end
}

@test "it ends with its last checkpoint where nobody reads it any more" {
	watch_start
	watch_until checkpoint auto
	exec {events}<&-
	echo more >>file
	watch_ends_with 141
	assert_equal "$(git checkpoint list --type interrupted --count)" 1
}

@test "it ends where the worktree goes" {
	git worktree add -q "$BATS_TEST_TMPDIR/other"
	cd "$BATS_TEST_TMPDIR/other"
	watch_start
	watch_until checkpoint auto
	cd "$REPO"
	rm -r "$BATS_TEST_TMPDIR/other"
	watch_ends_with 128
	run -0 cat "$TMPDIR/said"
	assert_output --partial 'is no longer there'
}
