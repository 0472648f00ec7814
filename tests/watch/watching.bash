# For tests of `git checkpoint watch`: one in the background, whose events are
# read one after the other. Nothing sleeps; what is waited for is an event.

# Start one, and wait until it has: `watch` is its process id. It saves as soon
# as the files are left alone.
watch_start() {
	[[ -p $TMPDIR/events ]] || mkfifo "$TMPDIR/events"
	git-checkpoint watch --json --interval 0 "$@" \
		>"$TMPDIR/events" 2>>"$TMPDIR/said" 3>&- &
	watch=$!
	exec {events}<"$TMPDIR/events"
	watch_until started
}

# Read events up to the next one of that name, in `event`; others are passed
# over. With a second argument also its `type` must be that.
watch_until() {
	local name

	while IFS= read -r -t 60 -u "$events" event; do
		name=$(jq -r '.event + (if $ARGS.positional[0] then
			" " + (.type // "") else "" end)' \
			--args "${@:2}" <<<"$event")
		[[ $name == "$*" ]] && return
	done
	fail "no event '$*'; last: $event; $(cat "$TMPDIR/said")"
}

# The tree that the worktree makes by git's word.
tree_of_worktree() {
	cp -p .git/index "$TMPDIR/index"
	GIT_INDEX_FILE=$TMPDIR/index git add --all
	GIT_INDEX_FILE=$TMPDIR/index git write-tree
}

# Read events until the worktree as it is now is in a checkpoint.
watch_until_saved() {
	local tree

	tree=$(tree_of_worktree)
	while IFS= read -r -t 60 -u "$events" event; do
		[[ $(jq -r .snapshot.tree <<<"$event") != "$tree" ]] || return 0
	done
	fail "not saved; last: $event; $(cat "$TMPDIR/said")"
}

# End it, and see that it ends well.
watch_end() {
	kill -TERM "$watch"
	watch_until checkpoint interrupted
	watch_until ended
	wait "$watch"
	exec {events}<&-
}

# Wait for its end, and compare the exit status.
watch_ends_with() {
	local status=0

	wait "$watch" || status=$?
	assert_equal "$status" "$1"
}

# For teardown: none outlives its test.
watch_stop() {
	[[ ! ${watch-} ]] || kill -KILL "$watch" 2>/dev/null || :
	wait
}

# How many directories the kernel watches for it, and its descriptors.
watches_of() {
	cat /proc/"$1"/fdinfo/* | grep -c '^inotify wd' || :
}

descriptors_of() {
	find "/proc/$1/fd" -mindepth 1 | wc -l
}

# How often it has been woken.
wakes_of() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$1/status"
}

# One that saves nothing of its own accord after its first, and a checkpoint
# that it has told something.
told_start() {
	watch_start --interval 1h "$@"
	watch_until checkpoint auto
	# The question has what was left undone at the start done.
	for _ in {1..100}; do
		git checkpoint create -q
		git checkpoint create -q
		[[ ! -e .git/checkpoint.d/recall ]] || return 0
	done
	fail 'no checkpoint was told anything'
}

tree_now() {
	git checkpoint create --json "$@" | jq -r .snapshot.tree
}

# What nobody can be told of: written by a name outside. So we see whether a
# checkpoint went by what the watch said.
write_unseen() {
	ln deep/er/tracked "$TMPDIR/outside"
	echo "$1" >"$TMPDIR/outside"
	rm "$TMPDIR/outside"
}

assert_looks() {
	assert_equal "$(tree_now "$@")" "$(tree_of_worktree)"
}
