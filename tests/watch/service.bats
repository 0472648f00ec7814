# contrib/systemd: the unit, as far as it can be looked at without a service
# manager.

load ../test_helper
load watching

UNIT=$TOP/contrib/systemd/git-checkpoint-watch@.service

teardown() {
	watch_stop
	scratch_check
}

@test "systemd finds nothing wrong with the unit" {
	type systemd-analyze >/dev/null || skip 'systemd is not installed'
	repo_new
	mkdir "$TMPDIR/units"
	cp "$UNIT" "$TMPDIR/units/"
	name=git-checkpoint-watch@$(systemd-escape --path "$REPO").service
	export XDG_RUNTIME_DIR=$TMPDIR
	run -0 systemd-analyze verify --user --man=no "$TMPDIR/units/$name"
	refute_output
}

@test "what the unit starts saves, and ends well when it is stopped" {
	repo_new
	command=$(sed -n 's/^ExecStart=//p' "$UNIT")
	mkfifo "$TMPDIR/events"
	# Its input is that of a service.
	$command >"$TMPDIR/events" 2>&1 </dev/null 3>&- &
	watch=$!
	exec {events}<"$TMPDIR/events"
	read -r -t 60 -u "$events" line
	assert_equal "$line" "Watching $REPO, saving every 15m while files change"
	read -r -t 60 -u "$events" line
	assert_regex "$line" '^Checkpoint saved: cp_.* \(auto, '
	kill -TERM "$watch"
	watch_ends_with 0
	assert_equal "$(git checkpoint list --type interrupted --count)" 1
}

@test "the exit status of a second one is one that starts none again" {
	repo_new
	watch_start
	run git checkpoint watch
	run -0 grep -x "RestartPreventExitStatus=.*\<$status\>.*" "$UNIT"
	watch_end
}
