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
