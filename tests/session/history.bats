# Sessions that are over: kept, thinned out, dropped.

load ../test_helper

setup() {
	scratch_setup
	repo_new
}

# Some sessions with an automatic, a manual and a pinned checkpoint each.
sessions() {
	for ((i = 1; i <= $1; i++)); do
		git -c checkpoint.on=session_end checkpoint session start --quiet
		git checkpoint create --quiet "by hand $i"
		git checkpoint session end --quiet
	done
}

@test "sessions beyond checkpoint.maxHistory keep what was made by hand" {
	git config checkpoint.maxHistory 2
	sessions 4
	run -0 git checkpoint list --type=session_end --count
	assert_output 2
	run -0 git checkpoint list --type=manual --count
	assert_output 4
	run -0 git checkpoint session list --quiet
	assert_equal "${#lines[@]}" 4
	git config checkpoint.maxHistory nonsense
	git checkpoint session start --quiet
	run -0 git checkpoint session end --quiet
	assert_output --partial 'checkpoint.maxhistory'
}

@test "an unfinished session loses nothing" {
	git config checkpoint.maxHistory 1
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	git checkpoint session end --interrupted --quiet
	count=$(git checkpoint list --count)
	git checkpoint session start --force --quiet
	git checkpoint session end --quiet
	git checkpoint session start --force --quiet
	git checkpoint session end --quiet
	run -0 git checkpoint list --count
	assert [ "$output" -ge "$((count + 2))" ]
	run -0 git checkpoint session list
	assert_line --partial unfinished
}

@test "clean --sessions --keep drops all but the newest" {
	sessions 4
	git checkpoint pin --quiet latest~7
	run -0 git checkpoint clean --sessions --keep=2 --dry-run --json
	assert_equal "$(jq '.dropped | length' <<<"$output")" 3
	run -0 git checkpoint session list --quiet
	assert_equal "${#lines[@]}" 4
	git checkpoint clean --sessions --keep=2
	# One has a checkpoint that is pinned, and stays for it.
	run -0 git checkpoint session list --quiet
	assert_equal "${#lines[@]}" 3
	run -0 git checkpoint list --count
	assert_output 5
	run -0 git checkpoint clean --sessions
}

@test "automatic retention spares the session that is unfinished" {
	git config checkpoint.maxCheckpoints 3
	git checkpoint session start --quiet
	for i in 1 2 3 4 5; do
		git checkpoint task start "T$i" --quiet
		git checkpoint task complete "T$i" --quiet
		git checkpoint task add "next $i" --quiet
	done
	run -0 git checkpoint list --type=task_complete --count
	assert_output 5
}
