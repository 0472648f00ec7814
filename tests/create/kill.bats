# A create that is killed leaves nothing that the next one minds.

load ../test_helper

setup() {
	command -v strace >/dev/null || skip 'there is no strace'
	scratch_setup
	repo_new
	git checkpoint create --quiet
}

# killed_at <call> <n>: kill a create at its n-th <call>; false: it was over.
killed_at() {
	run strace -f -o /dev/null -e trace="$1" \
		-e inject="$1":signal=KILL:when="$2" git-checkpoint create
	[[ $status -ne 0 ]]
}

locks() {
	find .git/refs .git/checkpoint.d/refs -type f \
		'(' -name '*.lock' -o -name '*:*' ')'
}

@test "killed anywhere, it leaves no lock that is in the way" {
	local at call left=0

	for call in fsync link linkat rename unlink; do
		for ((at = 1; ; at++)); do
			echo "$call $at" >file
			killed_at $call "$at" || break
			[[ ! $(locks) ]] || left=$((left + 1))
			run -0 --separate-stderr git checkpoint create --quiet
			refute [ "$stderr" ]
			assert [ ! "$(locks)" ]
		done
		# A checkpoint has each of these, in every thread that makes it.
		assert [ "$at" -gt 1 ]
	done
	# Of two refs: synced, locked, renamed, and to be forgotten.
	assert [ "$left" -ge 8 ]
	# Between the two refs a checkpoint has no note yet.
	git checkpoint verify --repair
	run -0 git checkpoint verify
}

@test "the lock of another program is not taken away" {
	local ref lock

	ref=$(git for-each-ref --format='%(refname)' refs/notes/checkpoints)
	lock=.git/$ref.lock
	touch "$lock"
	mkdir -p .git/checkpoint.d/refs
	# Of one who is dead, and had not got as far as to lock.
	echo 0123456789012345678901234567890123456789 \
		>".git/checkpoint.d/refs/${ref//\//:}"
	echo changed >file
	run -0 --separate-stderr git checkpoint create
	assert_regex "$stderr" "$lock' exists"
	assert_file_exist "$lock"
	assert_file_not_exist ".git/checkpoint.d/refs/${ref//\//:}"
	rm "$lock"
	git checkpoint create --quiet
}

@test "what a dead one left beside a ref that it had written is removed" {
	local ref value

	ref=$(git for-each-ref --format='%(refname)' refs/checkpoints)
	value=$(git rev-parse "$ref")
	mkdir -p .git/checkpoint.d/refs
	ln ".git/$ref" ".git/checkpoint.d/refs/${ref//\//:}"
	echo changed >file
	git checkpoint create --quiet
	assert_file_not_exist ".git/checkpoint.d/refs/${ref//\//:}"
	assert_equal "$(git rev-parse "$ref")" "$value"
}

@test "where there are no hard links, it saves all the same" {
	run -0 strace -f -o /dev/null -e trace=link \
		-e inject=link:error=EPERM git-checkpoint create --quiet
	assert [ ! "$(locks)" ]
	run -0 git checkpoint list --count
	assert_output 2
}

# many_refs: those of 64 checkpoints, loose, of a session that is over.
many_refs() {
	local value i

	value=$(git rev-parse "$(newest)")
	for ((i = 0; i < 64; i++)); do
		printf 'create refs/checkpoints/%s/cp_17000000000%02d_%08x %s\n' \
			manual_1700000000000_00000000 "$i" "$i" "$value"
	done | git update-ref --stdin
}

@test "killed while it packs refs, it leaves all of them and no lock" {
	local at call killed=0 left=0
	local -A places=(
		[link]='3 4 5 6 40' [rename]='3 4 5'
		[unlink]='3 4 5 6 7 8 60' [fsync]='6 7 8' [rmdir]='1 2'
	)

	for call in "${!places[@]}"; do
		for at in ${places[$call]}; do
			git for-each-ref --format='delete %(refname)' \
				refs/checkpoints | git update-ref --stdin
			echo "$call $at" >file
			git checkpoint create --quiet
			many_refs
			# Which are counted at the first of a session.
			git update-ref -d "refs/checkpoints/$(newest_name)"
			git for-each-ref refs/heads refs/checkpoints >"$TMPDIR/all"
			echo "$call $at again" >file
			! killed_at "$call" "$at" || killed=$((killed + 1))
			[[ ! $(locks) && ! -e .git/packed-refs.lock ]] ||
				left=$((left + 1))
			git for-each-ref refs/heads refs/checkpoints |
				grep -Fxf "$TMPDIR/all" |
				assert_files_equal - "$TMPDIR/all"
			run -0 --separate-stderr git checkpoint create --quiet
			refute [ "$stderr" ]
			assert [ ! "$(locks)" ]
			assert_file_not_exist .git/packed-refs.lock
			git pack-refs --all
		done
	done
	assert [ "$killed" -ge 16 ]
	assert [ "$left" -ge 10 ]
}
