# `git checkpoint resume`: which session is gone on with, and as what.

load ../test_helper
load work

@test "a session whose process was killed is gone on with at once" {
	repo_new
	work_begin
	run -0 git checkpoint resume --quiet
	assert_output "$session"
	run -0 session_now '.id + " " + .status'
	assert_output "$session active"
}

@test "one that was interrupted asks, and refuses where nobody answers" {
	repo_new
	work_begin
	git checkpoint session end --quiet --interrupted
	run -1 --separate-stderr git checkpoint resume
	refute_output
	assert_equal "$stderr" "fatal: session '$session' is unfinished (interrupted)
hint: '--continue' goes on with it, '--fresh' gives it up and starts anew, '--review' shows it"
	run -0 session_now .status
	assert_output interrupted
}

@test "--continue, a name and --ours each say to go on" {
	repo_new
	work_begin
	for words in --continue T02 "$session" "$checkpoint" --ours; do
		git checkpoint session end --quiet --interrupted
		run -0 git checkpoint resume --quiet "$words"
		assert_output "$session"
		run -0 session_now .status
		assert_output active
	done
}

@test "one that has expired can be gone on with" {
	repo_new
	export GIT_CHECKPOINT_NOW=1700000000000
	work_begin
	export GIT_CHECKPOINT_NOW=1700100000000
	run -0 session_now .status
	assert_output expired
	run -1 git checkpoint resume
	assert_line --partial '(expired)'
	run -0 git checkpoint resume --continue --quiet
	assert_output "$session"
	run -0 session_now .status
	assert_output active
}

@test "--fresh gives it up and starts another; its checkpoints stay" {
	repo_new
	work_begin
	git checkpoint session end --quiet --interrupted
	before=$(git checkpoint list --session="$session" --count)
	run -0 git checkpoint resume --fresh --quiet
	new=$output
	assert_not_equal "$new" "$session"
	run -0 git checkpoint session show --json "$session"
	assert_equal "$(jq --raw-output .status <<<"$output")" abandoned
	run -0 session_now '.id, (.tasks | length)'
	assert_output "$new"$'\n0'
	run -0 git checkpoint list --session="$session" --count
	assert_output "$before"
	# Also of one that is active.
	run -0 git checkpoint resume --fresh --quiet
	refute_output "$new"
}

@test "nothing to resume is said, and the answer is no" {
	repo_new
	run -1 git checkpoint resume
	assert_output - <<-'EOT'
		fatal: there is nothing to resume
		hint: 'git checkpoint session start' starts a session
	EOT
	run -0 git checkpoint resume --review
	run -1 git checkpoint resume nonsense
	assert_line "fatal: 'nonsense' is no session, checkpoint or task that is known here"
	id=$(git checkpoint create --quiet)
	run -1 git checkpoint resume "$id"
	assert_line --partial 'belongs to no session that could be resumed'
	assert_line --partial "'git checkpoint restore $id'"
}

@test "finished work is not done again" {
	repo_new
	work_begin
	run -1 git checkpoint resume T01
	assert_line "fatal: task 'T01' is completed"
	run -0 git checkpoint resume --review T01
	git checkpoint task complete --quiet T02
	git checkpoint task start --quiet T03
	git checkpoint task complete --quiet T03
	run -1 git checkpoint resume
	assert_line 'fatal: there is nothing to resume'
	run -1 git checkpoint resume "$session"
	assert_line "fatal: all tasks of session '$session' are finished"
	run -0 git checkpoint resume --review "$session"
}

@test "a session without tasks is gone on with until it is ended" {
	repo_new
	id=$(git checkpoint session start --quiet)
	git checkpoint session end --quiet --interrupted
	run -0 git checkpoint resume --continue --quiet
	assert_output "$id"
	git checkpoint session end --quiet
	run -1 git checkpoint resume
	assert_line 'fatal: there is nothing to resume'
}

@test "where another session is active no file is touched" {
	repo_new
	work_begin
	git checkpoint session end --quiet --interrupted
	other=$(git checkpoint session start --quiet --force)
	echo later >>file
	before=$(work_of && gitdir_of)
	run -1 git checkpoint resume --theirs "$session"
	assert_line "fatal: session already active: '$other' in this worktree"
	assert_same "$before" "$(work_of && gitdir_of)"
}

@test "a task is found in an ended session, too" {
	repo_new
	work_begin
	git checkpoint session end --quiet
	run -0 git checkpoint resume --quiet T03
	run -0 brief '.task.task_id, [.done[].task_id]' T03
	assert_output $'"T03"\n["T01"]'
}

@test "another clone goes on in a session of its own, and what is done stays" {
	repo_new
	work_begin
	git init --quiet --bare ../server
	git remote add origin ../server
	git push --quiet origin main
	git checkpoint push --quiet
	git clone --quiet ../server ../clone
	theirs=$(snapshot_of)
	cd ../clone
	run -1 git checkpoint resume
	assert_line 'fatal: there is nothing to resume'
	git checkpoint fetch --quiet
	run -1 git checkpoint resume
	assert_line --partial "session '$session' is unfinished"
	run -1 git checkpoint resume --continue
	assert_line --partial 'the workspace is not as in checkpoint'
	run -0 git checkpoint resume --theirs --json
	jq . <<<"$output" >../brief
	assert_same "$theirs" "$(snapshot_of .)"
	run -0 jq --raw-output '.session.resumed_from, .resume_point,
		([.done[].task_id] | join(" ")),
		([.decisions[].decision] | join("; "))' ../brief
	assert_output - <<-EOT
		$session
		phase_2_subtask_2_step_4
		T01
		use one table; no index yet
	EOT
	new=$(jq --raw-output .session_id ../brief)
	assert_not_equal "$new" "$session"
	# The first is taken care of: it is offered to nobody.
	run -0 git checkpoint resume --list --json
	assert_equal "$(jq --raw-output .session_id <<<"$output" | sort -u)" "$new"
	run -0 git checkpoint status --remotes
	assert_line --partial "$session of origin, active, continued by another"
	# And the new one ends with every task done once.
	git checkpoint task complete --quiet T02
	git checkpoint task start --quiet T03
	git checkpoint task complete --quiet T03
	run -0 git checkpoint status --remotes --exit-code
	refute_output --partial incomplete
}

@test "several sessions of other clones are not chosen from" {
	repo_new
	for i in 1 2; do
		git init --quiet "../writer$i"
		git -C "../writer$i" pull --quiet "$REPO" main
		(cd "../writer$i" && work_begin &&
			git push --quiet "$REPO" "refs/checkpoints/$session/*:refs/checkpoint-remotes/w$i/$session/*")
	done
	run -1 git checkpoint resume
	assert_line 'fatal: several sessions of other clones are unfinished'
	assert_line --partial "'git checkpoint resume --list'"
	run -0 git checkpoint resume --list --quiet
	assert_output $'T02\nT02\nT03\nT03'
	run -1 git checkpoint status --remotes --exit-code
	assert_equal "$(grep --count incomplete <<<"$output")" 2
}

@test "a linked worktree takes a session over where it is named" {
	repo_new
	work_begin
	git worktree add --quiet ../linked
	cd ../linked
	run -1 git checkpoint resume
	assert_line 'fatal: there is nothing to resume'
	run -0 git checkpoint resume --theirs --quiet "$session"
	refute_output "$session"
	run -0 session_now .resumed_from
	assert_output "$session"
}
