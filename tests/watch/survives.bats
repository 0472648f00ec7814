# `git checkpoint watch` beside what happens to a worktree.

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

@test "a directory that is deleted and made anew is watched" {
	watch_start
	watch_until checkpoint auto
	rm -r src
	watch_until_saved
	mkdir src
	echo again >src/main.c
	watch_until_saved
	echo more >>src/main.c
	watch_until_saved
	mv src moved
	watch_until_saved
	echo more >>moved/main.c
	watch_until_saved
	# Out of the worktree and back, under another name.
	mv moved ../out
	watch_until_saved
	echo more >>../out/main.c
	mv ../out back
	watch_until_saved
	echo more >>back/main.c
	watch_until_saved
	watch_end
}

@test "the directory it was started in may go" {
	mkdir here
	cd here
	watch_start
	cd ..
	rm -r here
	echo more >>file
	watch_until_saved
	watch_end
}

@test "switching between branches with other directories is seen" {
	git checkout -q -b other
	git rm -q -r src
	mkdir -p deep/er
	echo other >deep/er/file
	commit_all other
	git checkout -q main
	watch_start
	watch_until checkpoint auto
	git checkout -q other
	watch_until_saved
	assert_equal "$(jq -r .branch <<<"$event")" other
	echo more >>deep/er/file
	watch_until_saved
	git checkout -q -f main
	watch_until_saved
	echo more >>src/main.c
	watch_until_saved
	watch_end
}

@test "a rebase is waited for, and one that stops is saved as such" {
	git checkout -q -b topic
	for i in {1..10}; do
		echo "$i" >"topic-$i"
		commit_all "topic $i"
	done
	echo theirs >file
	commit_all theirs
	git checkout -q main
	echo ours >file
	commit_all ours
	git checkout -q topic
	watch_start
	watch_until checkpoint auto
	run ! git rebase -q main
	watch_until checkpoint auto
	assert_equal "$(jq -r .git.operation <<<"$event")" rebase
	echo both >file
	git add file
	GIT_EDITOR=true git rebase --continue
	watch_until checkpoint auto
	while [[ $(jq -r .git.operation <<<"$event") != null ]]; do
		watch_until checkpoint auto
	done
	assert_equal "$(jq -r .git_commit <<<"$event")" \
		"$(git rev-parse HEAD)"
	git checkpoint verify -q
	watch_end
}

@test "while git holds its lock it waits" {
	watch_start
	watch_until checkpoint auto
	touch .git/index.lock
	echo more >>file
	watch_until waiting
	run ! read -r -t 1 -u "$events" event
	rm .git/index.lock
	watch_until_saved
	watch_end
}

@test "a lock that stays does not keep the last checkpoint from being made" {
	watch_start
	watch_until checkpoint auto
	touch .git/index.lock
	kill -TERM "$watch"
	watch_until checkpoint interrupted
	wait "$watch"
	rm .git/index.lock
}

@test "what is ignored is not watched, and what is no longer ignored is" {
	mkdir -p ignored/deep ignored/kept
	watch_start
	watch_until checkpoint auto
	before=$(watches_of "$watch")
	echo >.gitignore
	watch_until_saved
	assert_equal "$(watches_of "$watch")" $((before + 3))
	echo seen >ignored/deep/file
	watch_until_saved
	echo /ignored/ >.gitignore
	watch_until_saved
	assert_equal "$(watches_of "$watch")" "$before"
	# Rules that are not in the worktree.
	mkdir elsewhere
	echo one >elsewhere/one
	watch_until_saved
	echo /elsewhere/ >>.git/info/exclude
	watch_until_saved
	assert_equal "$(watches_of "$watch")" "$before"
	watch_end
}

@test "tracked files in an ignored directory are watched" {
	mkdir -p ignored/deep
	echo one >ignored/deep/one
	watch_start
	watch_until checkpoint auto
	git add -f ignored/deep/one
	watch_until checkpoint auto
	echo two >ignored/deep/one
	watch_until_saved
	watch_end
}

@test "of a repository inside it the HEAD is watched" {
	git init -q nested
	git -C nested commit -q --allow-empty -m one
	watch_start
	watch_until checkpoint auto
	before=$(watches_of "$watch")
	mkdir nested/dir
	git -C nested commit -q --allow-empty -m two
	watch_until_saved
	assert_equal "$(watches_of "$watch")" "$before"
	git -C nested update-ref -m three HEAD HEAD^
	watch_until_saved
	watch_end
}

@test "where no more can be watched it says so and looks by itself" {
	export GIT_CHECKPOINT_WATCH_LIMIT=2
	watch_start
	assert_equal "$(jq .polling <<<"$event")" true
	echo more >>file
	watch_until_saved
	echo more >>src/main.c
	watch_until_saved
	watch_end
	run -0 cat "$TMPDIR/said"
	assert_line --index 0 \
		'warning: no more than 2 directories can be watched'
	assert_line 'warning: looking every 1s instead'
}

@test "the same where the limit is reached later" {
	watch_start
	GIT_CHECKPOINT_WATCH_LIMIT=$(watches_of "$watch")
	export GIT_CHECKPOINT_WATCH_LIMIT
	watch_end
	watch_start
	assert_equal "$(jq .polling <<<"$event")" false
	mkdir -p one/more
	watch_until polling
	assert_equal "$(watches_of "$watch")" 0
	echo two >one/more/two
	watch_until_saved
	watch_end
}

@test "the system's own limit is told, too" {
	# As root of a user namespace the limit is one's own.
	unshare -Ur sh -c 'echo 3 >/proc/sys/user/max_inotify_watches' ||
		skip 'no user namespaces here'
	run -0 unshare -Ur sh -c 'echo 3 >/proc/sys/user/max_inotify_watches
		git-checkpoint watch --on-exit-of "$(sh -c "echo \$\$")"'
	assert_line --partial 'directories can be watched'
	assert_line --partial 'fs.inotify.max_user_watches'
	assert_line --partial 'Checkpoint saved: '
}
