# A watch tells who makes a checkpoint what has changed, and a checkpoint that
# goes by it holds what one that looks at every file holds.

load ../test_helper
load watching

setup() {
	scratch_setup
	repo_new
	work_start
	mkdir -p deep/er
	echo 1 >deep/er/tracked
	git add deep
}

teardown() {
	watch_stop
	scratch_check
}

# A checkpoint goes by what the watch says, though this file was written, too.
# One that has no answer in time looks itself, so a busy machine may need more.
assert_goes_by_watch() {
	local i

	for i in {1..100}; do
		write_unseen "unseen $i"
		[[ ! ${1-} ]] || echo "$i" >"$1"
		[[ $(tree_now) == "$(tree_of_worktree)" ]] || return 0
	done
	fail 'each checkpoint looked at everything'
}

# The program that writes through a mapping: `map`. Empty where there is no
# compiler, or where nobody could see it: on tmpfs a file's times stay.
map_new() {
	map=
	command -v cc >/dev/null || return 0
	[[ $(stat -f -c %T .) != tmpfs ]] || return 0
	map=$TMPDIR/map
	cc -o "$map" "$BATS_TEST_DIRNAME/map.c"
}

@test 'random changes are seen, whatever the watch is told' {
	map_new
	for seed in 1 2; do
		run "$BATS_TEST_DIRNAME/told_round" "$seed" 30 \
			"$TMPDIR/round$seed" "$map"
		assert_success
	done
}

@test 'create goes by what a running watch says' {
	told_start
	assert_goes_by_watch
	assert_goes_by_watch deep/other
	# The directory is looked at, and all that is in it.
	echo 4 >deep/er/other
	assert_looks
}

@test 'checkpoint.watchTrust=0 has every file looked at' {
	told_start
	write_unseen 2
	git config checkpoint.watchTrust 0
	assert_looks
	git config checkpoint.watchTrust sometimes
	run -128 git checkpoint create -q
	assert_output --partial checkpoint.watchtrust
}

@test 'what matters most goes by no word of a watch' {
	told_start
	for type in before_risky_operation session_end interrupted; do
		write_unseen "$type"
		assert_looks --type="$type"
	done
	git checkpoint create -q --pin now
	write_unseen restore
	run -0 git checkpoint restore --json latest
	run -0 git checkpoint undo
	assert_equal "$(cat deep/er/tracked)" restore
}

@test 'of a watch that has ended nothing is believed' {
	told_start
	kill -KILL "$watch"
	wait "$watch" || :
	exec {events}<&-
	# The socket is there, and nobody answers.
	assert [ -S .git/checkpoint.d/watch.socket ]
	write_unseen 2
	assert_looks
	# Nor by the next one, of what was before it.
	write_unseen 3
	watch_start --interval 1h
	assert_looks
	assert_goes_by_watch
	watch_end
	assert_file_not_exists .git/checkpoint.d/watch.socket
	assert_looks
}

@test 'a watch is not asked about another worktree' {
	told_start
	mkdir "$TMPDIR/other"
	cp -a deep "$TMPDIR/other"
	export GIT_DIR=$REPO/.git GIT_WORK_TREE=$TMPDIR/other
	for text in 2 3; do
		echo "$text" >"$TMPDIR/other/deep/er/tracked"
		git checkpoint create -q
		run -0 git show "$(newest)":deep/er/tracked
		assert_output "$text"
	done
	unset GIT_DIR GIT_WORK_TREE
}

@test 'what another process has mapped is looked at' {
	map_new
	[[ $map ]] || skip 'no C compiler here, or times that stay as they are'
	told_start
	mkfifo "$TMPDIR/orders" "$TMPDIR/answers"
	"$map" <"$TMPDIR/orders" >"$TMPDIR/answers" 3>&- &
	local pid=$! orders answers
	exec {orders}>"$TMPDIR/orders" {answers}<"$TMPDIR/answers"
	for text in 'map deep/er/tracked' 'write 5' 'write 6'; do
		echo "$text" >&"$orders"
		read -r -t 60 -u "$answers"
		assert_looks
	done
	kill -KILL "$pid"
	wait "$pid" || :
	assert_looks
}

@test 'a damaged record costs time, and nothing else' {
	told_start
	for change in 'printf x | dd bs=1 seek=60 conv=notrunc status=none of=' \
		'truncate -s 100 ' 'truncate -s 0 ' 'rm -f '; do
		eval "$change.git/checkpoint.d/recall"
		# That one alone would do.
		rm -f .git/checkpoint.d/seal
		write_unseen "$change"
		assert_looks
	done
}

@test 'a socket that never answers is not waited for' {
	mkdir -p .git/checkpoint.d
	perl -MIO::Socket::UNIX -e '
		chdir ".git/checkpoint.d";
		my $socket = IO::Socket::UNIX->new(Local => "watch.socket",
			Listen => 1) or die;
		print "ready\n";
		close STDOUT;
		sleep 1000' >"$TMPDIR/ready" 3>&- &
	watch=$!
	until [[ -s $TMPDIR/ready ]]; do :; done
	write_unseen 2
	assert_looks
}
