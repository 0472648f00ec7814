# `git checkpoint resume`, killed: the next command works, and nothing is lost.

load ../test_helper
load work

# A restore that was stopped is finished, or taken back.
settle() {
	if [[ -e .git/checkpoint.d/journal ]]; then
		git checkpoint restore --quiet "$1"
	fi
}

@test "a resume that is killed can be called again" {
	repo_new
	work_begin
	for i in $(seq 80); do
		echo "file $i" >"many-$i"
	done
	git checkpoint create --quiet
	snapshot_of >../saved
	# Later and later, until one gets to its end.
	for ms in 2 5 12 17 25 40 60 90 140 300; do
		git checkpoint session end --quiet --interrupted ||
			git checkpoint resume --review >/dev/null
		rm many-*
		echo later >>file
		timeout --signal=KILL "0.$(printf %03d "$ms")" \
			git checkpoint resume --quiet --theirs >/dev/null 2>&1 || :
		if ((ms % 2)); then
			settle --continue
		else
			settle --abort
		fi
		run -0 git checkpoint resume --theirs --json
		assert_equal "$(jq --raw-output .session_id <<<"$output")" "$session"
		assert_equal "$(jq --compact-output '[.done[].task_id], .resume_point' <<<"$output")" \
			$'["T01"]\n"phase_2_subtask_2_step_4"'
		assert_same "$(cat ../saved)" "$(snapshot_of)"
	done
	run -0 session_now .unreadable_lines
	assert_output 0
}
