# `git checkpoint watch`: when it saves, and when it does not.

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

@test "what is there when it starts is saved, and every change after" {
	work_start
	watch_start
	watch_until_saved
	assert_equal "$(jq -r .type <<<"$event")" auto
	echo more >>file
	watch_until_saved
	mkdir -p new/er/still
	echo one >new/er/still/one
	watch_until_saved
	rm -r new src
	watch_until_saved
	watch_end
	run -0 cat "$TMPDIR/said"
	refute_output
}

@test "staging, committing and switching are changes" {
	watch_start
	watch_until checkpoint auto
	echo more >>file
	watch_until checkpoint auto
	git add file
	watch_until checkpoint auto
	assert_equal "$(jq -r .git.staged <<<"$event")" 1
	commit_all second
	watch_until checkpoint auto
	assert_equal "$(jq -r .git_commit <<<"$event")" "$(git rev-parse HEAD)"
	git checkout -q -b other
	watch_until checkpoint auto
	assert_equal "$(jq -r .branch <<<"$event")" other
	git reset -q --soft HEAD^
	watch_until checkpoint auto
	assert_equal "$(jq -r .git_commit <<<"$event")" "$(git rev-parse HEAD)"
	watch_end
}

@test "while nothing changes it is not woken once" {
	watch_start
	watch_until checkpoint auto
	# What the checkpoint itself and git's looking stir up is none.
	git status >/dev/null
	mkdir ignored
	watch_until unchanged
	# It goes to sleep a moment after it has said so.
	before=$(wakes_of "$watch")
	until sleep 0.3 && [[ $before == "$(wakes_of "$watch")" ]]; do
		before=$(wakes_of "$watch")
	done
	ticks=$(cut -d' ' -f14,15 "/proc/$watch/stat")
	# Longer than its interval, and than any of its timers.
	run ! read -r -t 2.5 -u "$events" event
	for i in {1..100}; do echo "$i" >"ignored/$i"; done
	cat file src/main.c >/dev/null
	assert_equal "$(wakes_of "$watch")" "$before"
	assert_equal "$(cut -d' ' -f14,15 "/proc/$watch/stat")" "$ticks"
	watch_end
}

@test "a checkpoint by hand puts the next one off" {
	git checkpoint create -q before
	watch_start --interval 1h
	id=$(git checkpoint create -q first)
	echo more >>file
	run ! read -r -t 1.5 -u "$events" event
	watch_end
	assert_equal "$(git checkpoint list --type auto --count)" 0
	run -0 git checkpoint show --json latest~1
	assert_equal "$(jq -r .id <<<"$output")" "$id"
}

@test "-q prints the ids alone" {
	git-checkpoint watch -q --on-exit-of "$(sh -c 'echo $$')" >"$TMPDIR/out"
	assert_equal "$(cat "$TMPDIR/out")" \
		"$(git checkpoint list --format='%(id)')"
}

@test "checkpoint.interval is the interval unless one is given" {
	git config checkpoint.interval 7m
	gone=$(sh -c 'echo $$')
	run -0 git checkpoint watch --json --on-exit-of "$gone"
	assert_equal "$(jq .interval_ms <<<"${lines[0]}")" 420000
	run -0 git checkpoint watch --json --interval 2h --on-exit-of "$gone"
	assert_equal "$(jq .interval_ms <<<"${lines[0]}")" 7200000
	git config checkpoint.interval 0
	run -0 git checkpoint watch --json --on-exit-of "$gone"
	assert_equal "$(jq .interval_ms <<<"${lines[0]}")" null
	run -129 git checkpoint watch --interval soon
	assert_line --index 0 --partial "bad interval 'soon'"
	git config checkpoint.interval often
	run -128 git checkpoint watch
	assert_output --partial checkpoint.interval
}

@test "checkpoint.auto and checkpoint.on are obeyed, also while it runs" {
	git config checkpoint.auto false
	watch_start
	watch_until off
	assert_equal "$(git checkpoint list --count)" 0
	git config checkpoint.auto true
	git config checkpoint.on interval
	watch_until checkpoint auto
	kill -TERM "$watch"
	watch_until off
	watch_until ended
	wait "$watch"
	assert_equal "$(git checkpoint list --count)" 1
}

@test "what keeps it from saving is told once, and tried again" {
	watch_start
	watch_until checkpoint auto
	touch .git/checkpoint.d/journal
	echo more >>file
	watch_until failed
	assert_equal "$(jq -r .error <<<"$event")" 'a restore was not finished'
	# Tried again meanwhile, and not told again.
	run ! read -r -t 2.5 -u "$events" event
	rm .git/checkpoint.d/journal
	watch_until_saved
	watch_end
	run -0 cat "$TMPDIR/said"
	assert_line --index 0 'warning: not saved: a restore was not finished'
	assert_line --index 1 --partial 'hint: '
	assert_equal "$(grep -c 'not saved' "$TMPDIR/said")" 1
}

@test "a save that dies is a failure like others, and the watch goes on" {
	type prlimit >/dev/null || skip 'prlimit is not installed'
	watch_start
	watch_until checkpoint auto
	# The kernel ends whoever writes a longer file.
	prlimit --pid "$watch" --fsize=8192:unlimited
	head -c 100000 /dev/urandom >large
	watch_until failed
	assert_equal "$(jq -r .error <<<"$event")" \
		"the process that saves died of signal $(kill -l XFSZ)"
	prlimit --pid "$watch" --fsize=unlimited
	watch_until_saved
	watch_end
}

@test "a full disk is told once, and saved is when there is room" {
	# In a name space of its own a file system is one's own to fill.
	unshare -Urm mount -t tmpfs none "$TMPDIR" ||
		skip 'no user namespaces here'
	mkdir full
	cat >"$TMPDIR/script" <<-'END'
		mount -t tmpfs -o size=3m none full && cd full && git init -q &&
		echo one >file || exit
		mkfifo "$TMPDIR/events"
		git-checkpoint watch --json --interval 0 >"$TMPDIR/events" \
			2>"$TMPDIR/said" &
		exec <"$TMPDIR/events"
		until_event() {
			while read -r -t 60 line; do
				[[ $line != *"\"event\":\"$1\""* ]] || return 0
			done
			echo "no $1: $line"
			exit 1
		}
		until_event checkpoint
		head -c 4000000 /dev/zero >.git/filler 2>/dev/null
		head -c 20 /dev/urandom >file
		until_event failed
		rm .git/filler
		until_event checkpoint
		kill %1
		until_event ended
		wait
	END
	run -0 unshare -Urm bash "$TMPDIR/script"
	assert_equal "$(grep -c 'not saved: ' "$TMPDIR/said")" 1
	run -0 cat "$TMPDIR/said"
	assert_output --partial 'No space left on device'
}

@test "a home directory is not saved as a whole unless it was once" {
	export HOME=$REPO
	git config user.name 'A U Thor'
	git config user.email author@example.com
	watch_start
	watch_until failed
	assert_equal "$(git checkpoint list --count)" 0
	git checkpoint create -q --yes
	echo more >>file
	watch_until_saved
	watch_end
	run -0 cat "$TMPDIR/said"
	assert_line --partial "'$REPO' would be saved as a whole"
	assert_line --partial 'git checkpoint create --yes'
}

@test "the last checkpoint that cannot be made is a failure" {
	watch_start
	watch_until checkpoint auto
	touch .git/checkpoint.d/journal
	kill -TERM "$watch"
	watch_ends_with 1
	rm .git/checkpoint.d/journal
	run -0 cat "$TMPDIR/said"
	assert_line --partial 'the last checkpoint was not made'
}
