# Permissions come back, are never widened, and are never in the way.

load ../test_helper
load ../round_trip

@test 'modes of every kind come back, and are never widened' {
	repo_new
	mkdir -m 0700 private
	(umask 077 && echo s >private/secret)
	mkdir -m 1777 shared
	echo s >shared/s
	for mode in 0000 0400 0444 0600 0640 2755 4755 6711; do
		echo "$mode" >"m$mode"
		chmod "$mode" "m$mode"
	done
	mkdir -m 0555 read-only
	round_trip rm -rf private shared m* read-only
}

@test 'a changed mode alone comes back' {
	repo_new
	chmod 0600 file
	chmod 0700 src
	round_trip chmod 0666 file src
}

# What was opened in between would show in a trace.
@test 'a secret is never open to others while it is written' {
	repo_new
	mkdir -m 0700 private
	(umask 077 && echo secret >private/file)
	git checkpoint create -q
	rm -r private
	run -0 strace -f -o "$TMPDIR/trace" -e trace=openat,mkdirat,fchmod \
		git checkpoint restore -q latest
	run -0 grep -E '"\.checkpoint-.*O_CREAT' "$TMPDIR/trace"
	refute_line --regexp ', 0[0-7]*[1-7][0-7]?\)'
	assert_equal "$(stat -c %a private private/file)" $'700\n600'
}

@test 'a directory that the checkpoint does not know keeps its mode' {
	repo_new
	git checkpoint create -q
	mkdir -m 0700 private
	echo key >private/key.o
	echo new >private/new
	git checkpoint restore -q latest
	assert_equal "$(stat -c %a private)" 700
	assert_file_not_exist private/new
	assert_file_exist private/key.o
}

@test 'read-only directories are written to and closed again' {
	repo_new
	mkdir -p closed/inner
	echo one >closed/file
	echo one >closed/inner/file
	commit_all closed
	chmod 0555 closed/inner closed
	user_new
	change() {
		chmod 0755 closed closed/inner
		echo two >closed/file
		rm closed/inner/file
		mkdir closed/new
		echo two >closed/new/file
		chmod 0555 closed/new closed/inner closed
	}
	saved=$(work_of)
	as_user git checkpoint create -q
	as_user bash -c "$(declare -f change); change"
	changed=$(work_of)
	as_user git checkpoint restore -q latest
	assert_same "$saved" "$(work_of)"
	as_user git checkpoint undo -q
	assert_same "$changed" "$(work_of)"
}

@test 'what cannot be read is left out, listed, and kept' {
	repo_new
	mkdir closed
	echo tracked >closed/file
	commit_all closed
	user_new
	as_user git checkpoint create -q before
	echo changed >>file
	echo untracked >secret
	chown --reference=src file secret
	chmod 0000 file secret closed
	as_user cat secret && skip 'this user may read everything'
	as_user git checkpoint create -q
	run -0 omitted
	assert_output 'unreadable - closed/
unreadable 22 file
unreadable 10 secret'
	# Nobody knows whether they are as they were.
	run -1 as_user git checkpoint restore latest~1
	chmod 0755 closed
	run -1 as_user git checkpoint restore latest~1
	chmod 0644 file secret
	before=$(snapshot_of)
	run -0 as_user git checkpoint restore latest
	assert_line --regexp 'keep +file \(unreadable\)'
	assert_same "$before" "$(snapshot_of)"
	as_user git checkpoint restore -q latest~1
	assert_equal "$(cat file)" $'one\ntwo\nthree'
	as_user git checkpoint undo -q
	assert_same "$before" "$(snapshot_of)"
}

@test 'a directory of somebody else is refused before anything changes' {
	repo_new
	mkdir theirs
	echo one >theirs/file
	git checkpoint create -q
	[[ $(id -u) -eq 0 ]] || skip 'only root can give files away'
	user_new
	as_user git checkpoint create -q
	echo two >theirs/file
	echo two >file
	chown root theirs
	run -1 as_user git checkpoint restore latest
	assert_line "fatal: 'theirs' may not be written to"
	assert_equal "$(cat file)" two
	as_user git checkpoint create -q 'no journal is left'
}

# As somebody else, in a group that root's repository is shared with.
as_other() {
	setpriv --reuid=65533 --regid=65534 --clear-groups "$@"
}

@test 'who shares the repository saves, restores and undoes in it, too' {
	[[ $(id -u) -eq 0 ]] || skip 'only root can be two users'
	command -v setpriv >/dev/null || skip 'no setpriv'
	git init -q --shared=group "$REPO"
	repo_new
	chgrp -R 65534 "$BATS_TEST_TMPDIR"
	chmod -R g+rwX "$BATS_TEST_TMPDIR"
	find "$REPO" -type d -exec chmod g+s {} +
	chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
	as_other test -w "$REPO" && as_other git checkpoint help >/dev/null ||
		skip 'the directory of the tests is closed to other users'
	git config --global --add safe.directory '*'
	work_start
	chmod -R g+rwX "$REPO"
	git checkpoint session start >/dev/null
	as_other git checkpoint task start T1
	git checkpoint create -q first
	saved=$(work_of)
	as_other git rm -q -f staged
	as_other rm -r new file
	changed=$(work_of)
	as_other git checkpoint restore -q latest
	assert_same "$saved" "$(work_of)"
	# Each takes over from the other.
	git checkpoint undo -q
	assert_same "$changed" "$(work_of)"
	as_other git checkpoint redo -q
	assert_same "$saved" "$(work_of)"
	as_other git checkpoint task complete -q
	git checkpoint session end >/dev/null
	as_other git checkpoint create -q
	git checkpoint verify -q
	as_other git checkpoint clean -q latest
	git checkpoint create -q
}
