# guard: what a command destroys can be had back, and nobody notices that it
# was run through something.

load ../test_helper

@test "the command's output, input and directory are its own" {
	repo_new
	mkdir sub
	cd sub
	run -0 --separate-stderr bash -c \
		"echo in | git checkpoint guard -- sh -c 'cat; pwd; echo err >&2'"
	assert_output "$(printf 'in\n%s' "$PWD")"
	assert_equal "$stderr" err
}

@test "options of the command are the command's" {
	repo_new
	run -0 git checkpoint guard echo -q --json -- -h
	assert_output -- '-q --json -- -h'
}

@test "exit statuses are passed on" {
	repo_new
	for status in 0 1 2 42 128 129 255; do
		run "-$status" git checkpoint guard -q -- sh -c "exit $status"
	done
}

@test "a command that a signal ends ends guard by that signal" {
	repo_new
	for signal in INT TERM KILL SEGV; do
		run perl -e 'system(@ARGV); print $? & 127, "\n"; exit 0' \
			git-checkpoint guard -q -- sh -c "kill -$signal \$\$"
		assert_line "$(kill -l "$signal")"
	done
}

@test "a signal that guard gets reaches the command" {
	repo_new
	mkfifo ../ready
	git-checkpoint guard -q -- sh -c \
		'trap "exit 7" TERM; echo >../ready; while :; do sleep 1 & wait; done' &
	read -r _ <../ready
	kill -TERM $!
	# Not under run: a shell below this one has no such child.
	status=0
	wait $! || status=$?
	assert_equal "$status" 7
}

@test "ctrl-c ends the command, and guard tells the way back" {
	repo_new
	mkfifo ../ready ../done
	keyboard() {
		read -r _ <../ready
		printf '\003'
		read -r _ <../done
	}
	through_terminal() {
		keyboard | on_terminal sh -c \
			'trap : INT; git-checkpoint guard -- sh -c "echo >../ready; exec sleep 60"
			echo "status $?"; echo >../done'
	}
	run through_terminal
	assert_output --partial 'status 130'
	assert_output --partial 'died of signal 2'
	assert_output --partial 'git checkpoint restore cp_'
}

@test "that there is no such command is 127, and one that cannot run 126" {
	repo_new
	run -127 git checkpoint guard -- no-such-command
	assert_output --partial "fatal: cannot run 'no-such-command'"
	echo text >text
	run -126 git checkpoint guard -- ./text
}

@test "the checkpoint is there before the command runs" {
	repo_new
	work_start
	before=$(work_of)
	run -0 git checkpoint guard -- sh -c '
		git for-each-ref refs/checkpoints | wc -l
		git reset --quiet --hard; git clean -dffxq'
	assert_output 1
	run -0 git checkpoint show --json
	assert_equal "$(jq --raw-output .type <<<"$output")" before_risky_operation
	assert_equal "$(jq --raw-output .description <<<"$output" | cut -c1-13)" \
		'before: sh -c'
	run -0 git checkpoint restore latest
	# What is ignored was not asked for.
	mkdir ignored && echo ignored >ignored/file
	assert_same "$before" "$(work_of)"
}

@test "after a failure the way back that is said works" {
	repo_new
	work_start
	before=$(work_of)
	run -3 git checkpoint guard -- sh -c '
		git commit --quiet --all --message=x; rm -r src; exit 3'
	command=$(sed -n "s/^hint: '\(git checkpoint restore[^']*\)'.*/\1/p" \
		<<<"$output")
	assert_regex "$command" '--move-head cp_'
	run -0 $command
	assert_same "$before" "$(work_of)"
}

@test "--restore-on-failure brings everything back, HEAD too" {
	repo_new
	work_start
	before=$(work_of)
	run -5 git checkpoint guard --restore-on-failure -- sh -c '
		git switch --quiet --create other; git add --all
		git commit --quiet --message=x; git rm -rqf .; exit 5'
	git branch --quiet -D other
	assert_same "$before" "$(work_of)"
	run -0 git checkpoint undo --move-head
	refute [ -e file ]
}

@test "--restore-on-failure leaves alone what a command did that succeeded" {
	repo_new
	run -0 git checkpoint guard --restore-on-failure -- rm file
	refute [ -e file ]
}

@test "a restore that fails is told, and the status is still the command's" {
	repo_new
	echo changed >file
	run -4 git checkpoint guard --restore-on-failure -- sh -c '
		rm file; mkdir -p .git/checkpoint.d
		echo "{}" >.git/checkpoint.d/journal; exit 4'
	assert_output --partial 'nothing was brought back'
	rm .git/checkpoint.d/journal
}

@test "where nothing can be saved the command is not run" {
	repo_new
	mkdir -p .git/checkpoint.d
	echo '{}' >.git/checkpoint.d/journal
	run ! git checkpoint guard -- touch ran
	assert_output --partial "'touch' was not run"
	refute [ -e ran ]
	rm .git/checkpoint.d/journal
}

@test "--json tells all when the command has ended" {
	repo_new
	run -0 --separate-stderr bash -c \
		'git checkpoint guard --json -q -- sh -c "exit 9" || :'
	assert_equal "$(jq --compact-output '[.status, .signal, .restored, .command]' \
		<<<"$output")" '[9,null,false,["sh","-c","exit 9"]]'
	run -0 git checkpoint show "$(jq --raw-output .checkpoint <<<"$output")"
}

@test "outside of a repository nothing is run" {
	run -128 git checkpoint guard -- touch ran
	refute [ -e ran ]
}
