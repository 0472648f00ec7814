# One session a worktree, from its start to its end.

load ../test_helper

# The session that is shown, by a jq filter.
session() {
	git checkpoint session show --json | jq --raw-output "$1"
}

@test "a session is started, shown and ended" {
	repo_new
	run -0 git checkpoint session start --sprint=S01
	assert_line --partial 'Session started: session_'
	run -0 session '.status + " " + .sprint'
	assert_output 'active S01'
	run -0 git checkpoint session end
	run -0 session '.status'
	assert_output 'ended'
	run -0 git checkpoint list --format='%(type)'
	assert_output $'session_end\nsession_start'
}

@test "checkpoints belong to the session that is active, and say so" {
	repo_new
	run -0 git checkpoint session start --quiet --sprint=S01
	id=$output
	git checkpoint create --quiet
	run -0 git checkpoint list --session="$id" --count
	assert_output 2
	run -0 git checkpoint list --limit=1 --format='%(session_id) %(sprint)'
	assert_output "$id S01"
	git checkpoint session end --quiet
	git checkpoint create --quiet
	run -0 git checkpoint list --limit=1 --format='%(session_id)'
	assert_output --regexp '^manual_'
}

@test "one that is active already is said, with who, where and since when" {
	repo_new
	run -0 git checkpoint session start --quiet
	id=$output
	run -1 git checkpoint session start
	assert_line --partial 'session already active'
	assert_line --partial "$id"
	assert_line --partial "$REPO"
	assert_line --regexp '[0-9]+ seconds? ago'
	assert_line --partial 'git checkpoint resume'
	run -0 session .id
	assert_output "$id"
}

@test "--force ends the active one as abandoned" {
	repo_new
	run -0 git checkpoint session start --quiet
	first=$output
	run -0 git checkpoint session start --quiet --force
	second=$output
	run -0 git checkpoint session show --json "$first"
	assert_equal "$(jq --raw-output .status <<<"$output")" abandoned
	run -0 session '.id + " " + .status'
	assert_output "$second active"
	run -0 git checkpoint list --session="$first" --count
	assert_output 1
}

@test "one that was idle for too long is expired" {
	repo_new
	run -0 git checkpoint session start --quiet
	first=$output
	late=$(($(date +%s%3N) + 25 * 3600 * 1000))
	GIT_CHECKPOINT_NOW=$late run -0 session .status
	assert_output expired
	GIT_CHECKPOINT_NOW=$late run -0 git checkpoint session start --quiet
	run -0 git checkpoint session show --json "$first"
	assert_equal "$(jq --raw-output .status <<<"$output")" expired
	run -0 git -c checkpoint.sessionTimeout=26h checkpoint session show
}

@test "a session without an end is none any more where another was told to be short" {
	repo_new
	git checkpoint session start --quiet
	late=$(($(date +%s%3N) + 61000))
	GIT_CHECKPOINT_NOW=$late run -0 \
		git -c checkpoint.sessionTimeout=1m checkpoint session show --json
	assert_equal "$(jq --raw-output .status <<<"$output")" expired
	GIT_CHECKPOINT_NOW=$late run -1 \
		git -c checkpoint.sessionTimeout=1m checkpoint session end
	assert_line --partial 'no session is active'
}

@test "linked worktrees have a session each and do not see each other's" {
	repo_new
	run -0 git checkpoint session start --quiet
	first=$output
	git worktree add --quiet ../linked
	cd ../linked
	run -1 git checkpoint session end
	run -0 git checkpoint session list
	refute_output
	run -0 git checkpoint session start --quiet
	second=$output
	run -0 git checkpoint session list --quiet
	assert_output "$second"
	run -0 git checkpoint session list --quiet --all
	assert_output "$second
$first"
	git checkpoint session end --quiet
	cd "$REPO"
	run -0 session '.id + " " + .status'
	assert_output "$first active"
}

@test "a copy of the clone is another writer" {
	repo_new
	run -0 git checkpoint session start --quiet
	id=$output
	cp -R . ../copy
	cd ../copy
	git checkpoint create --quiet
	run -0 git checkpoint list --limit=1 --format='%(session_id)'
	assert_output --regexp '^manual_'
	run -1 git checkpoint session end
	run -0 git checkpoint session start --quiet
	refute_output "$id"
}

@test "checkpoint.on and checkpoint.auto say which checkpoints are made" {
	repo_new
	git config checkpoint.on 'session_end, interval'
	git checkpoint session start --quiet
	run -0 git checkpoint list --count
	assert_output 0
	git checkpoint session end --quiet
	run -0 git checkpoint list --format='%(type)'
	assert_output session_end
	git config checkpoint.auto false
	git checkpoint session start --quiet
	git checkpoint session end --quiet
	run -0 git checkpoint list --count
	assert_output 1
	git config checkpoint.auto true
	git config checkpoint.on nonsense
	run -128 git checkpoint session start
	assert_line --partial checkpoint.on
}

@test "an interrupted session says so" {
	repo_new
	git checkpoint session start --quiet
	git checkpoint session end --quiet --interrupted
	run -0 session .status
	assert_output interrupted
	run -0 git checkpoint list --limit=1 --format='%(type)'
	assert_output interrupted
}

@test "options of another verb are refused" {
	repo_new
	run -129 git checkpoint session end --sprint=x
	run -129 git checkpoint session start --errors
	run -129 git checkpoint session
	run -129 git checkpoint session nonsense
}
