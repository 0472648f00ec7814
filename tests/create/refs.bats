# Any number of checkpoints leaves few loose refs, without a gc.

load ../test_helper

setup() {
	scratch_setup
	repo_new
	git config checkpoint.maxCheckpoints 1000
}

# loose [<repository>]: how many refs of ours are files.
loose() {
	find "${1:-.git}" -path '*/refs/checkpoint*' -type f | wc -l
}

# checkpoints <from> <to>: one for each number.
checkpoints() {
	local i

	for ((i = $1; i <= $2; i++)); do
		echo "$i" >count
		git checkpoint create --quiet "number $i" >>"$TMPDIR/ids"
	done
}

@test "a hundred checkpoints leave few files, and all of them" {
	local id

	git tag -a -m tag annotated
	git pack-refs --all
	git branch loose
	grep -v '^#' .git/packed-refs >"$TMPDIR/users"
	checkpoints 1 100
	assert [ "$(loose)" -lt 80 ]
	run -0 git for-each-ref refs/checkpoints
	assert_equal ${#lines[@]} 100
	# What is the user's is as it was.
	assert_file_exist .git/refs/heads/loose
	grep -v '^#\| refs/checkpoints' .git/packed-refs |
		assert_files_equal - "$TMPDIR/users"
	run -0 git checkpoint list --count
	assert_output 100
	id=$(sed -n 7p "$TMPDIR/ids")
	assert_file_not_exist ".git/refs/checkpoints/$(newest_name | cut -d/ -f1)/$id"
	run -0 git checkpoint show "$id"
	assert_output --partial 'number 7'
	git checkpoint restore --quiet "$id"
	assert_equal "$(<count)" 7
	git checkpoint undo --quiet
	assert_equal "$(<count)" 100
	run -0 git checkpoint verify
}

@test "packed ones are pinned, dropped and pushed like others" {
	local first second

	checkpoints 1 70
	first=$(sed -n 1p "$TMPDIR/ids")
	second=$(sed -n 2p "$TMPDIR/ids")
	git checkpoint pin --quiet "$first"
	git checkpoint clean --quiet --keep 5 >"$TMPDIR/gone"
	run -0 git for-each-ref --format='%(refname:lstrip=-1)' refs/checkpoints
	assert_line "$first"
	refute_line "$second"
	assert_equal ${#lines[@]} 6
	# Nor does it come back.
	checkpoints 71 140
	run -0 git checkpoint list --count
	assert_output 76
	git init --quiet --bare "$TMPDIR/remote"
	git remote add origin "$TMPDIR/remote"
	git checkpoint push --quiet origin
	git init --quiet "$TMPDIR/other"
	cd "$TMPDIR/other"
	git remote add origin "$TMPDIR/remote"
	git checkpoint fetch --quiet origin
	run -0 git for-each-ref refs/checkpoint-remotes/origin/*/cp_*
	assert_equal ${#lines[@]} 76
	# All that was fetched is many.
	assert [ "$(loose)" -lt 5 ]
}

@test "beside git pack-refs and other checkpoints, none is lost" {
	local i

	git worktree add --quiet --detach ../linked
	for ((i = 0; i < 60; i++)); do
		git pack-refs --all 2>/dev/null || :
	done &
	for dir in . ../linked; do
		(cd "$dir" && checkpoints 1 70) &
	done
	wait
	run -0 git for-each-ref --format='%(refname:lstrip=-1)' refs/checkpoints
	sort "$TMPDIR/ids" | assert_files_equal - <(printf '%s\n' "${lines[@]}" | sort)
	assert [ "$(loose)" -lt 80 ]
	assert_file_not_exist .git/packed-refs.lock
	run -0 git checkpoint verify
	cd ../linked
	run -0 git checkpoint list --count
	assert_output 70
}

@test "gc.packRefs keeps them loose" {
	git config gc.packRefs false
	checkpoints 1 66
	assert [ "$(loose)" -ge 66 ]
	assert_file_not_exist .git/packed-refs
}

@test "what retention drops is not packed, and does not come back" {
	local i

	for ((i = 0; i < 80; i++)); do
		echo "$i" >count
		git checkpoint create --quiet --type auto >>"$TMPDIR/ids"
	done
	assert_file_exist .git/packed-refs
	git config checkpoint.maxCheckpoints 10
	echo more >count
	git checkpoint create --quiet --type auto
	run -0 git checkpoint list --count
	assert_output 10
	git config checkpoint.maxCheckpoints 1000
	checkpoints 1 70
	run -0 git checkpoint list --count
	assert_output 80
	refute grep -qF "$(sed -n 5p "$TMPDIR/ids")" .git/packed-refs
}
