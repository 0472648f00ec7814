# Records that other tools have written go in by `update` and come out whole.

load ../test_helper

setup() {
	scratch_setup
	repo_new
	git checkpoint session start --quiet
}

# Every value of the first document, at its place, is in the second.
assert_kept() {
	run -0 jq --null-input --raw-output --slurpfile before "$1" \
		--slurpfile after "$2" '
		$before[0] | paths(type != "object" and type != "array") as $at |
		select(getpath($at) != ($after[0] | getpath($at))) |
		"\($at | join(".")): \(getpath($at)) became \($after[0] |
		getpath($at))"'
	refute_output
}

@test "a task's record of another tool loses no field" {
	cat >../before <<-'EOF'
		{"version": "3.0.0", "task_id": "uuid-v4",
		 "task_description": "the original task's description",
		 "route": "RALPH", "complexity_score": 58,
		 "scoring_breakdown": {"scope": 18, "dependency": 12,
		  "technical": 15, "risk": 6, "time": 4, "ui": 3},
		 "phases": {"total": 4, "current": 3, "completed": [1, 2],
		  "status": {"1": "completed", "2": "completed",
		   "3": "in_progress", "4": "pending"}},
		 "subtasks": {"total": 5, "completed": ["subtask_1", "subtask_2"],
		  "in_progress": "subtask_3",
		  "pending": ["subtask_4", "subtask_5"]},
		 "files": {"modified": [
		   {"path": "src/auth.ts", "action": "modified",
		    "checksum": "abc123"},
		   {"path": "src/types.ts", "action": "created",
		    "checksum": "def456"}],
		  "outputs": [".skillpack/current/1_analysis.md"]},
		 "context": {"knowledge_query_result": "...",
		  "important_decisions": ["one", {"why": "two"}]},
		 "timestamps": {"created": "2024-01-18T10:00:00Z",
		  "updated": "2024-01-18T10:30:00Z",
		  "last_activity": "2024-01-18T10:30:00Z"},
		 "recovery": {"can_resume": true,
		  "resume_point": "phase_3_subtask_3",
		  "notes": "subtask 3 got to step 2"}}
	EOF
	git checkpoint update --quiet <../before
	git checkpoint create --quiet
	git checkpoint show --json | jq .task >../after
	assert_kept ../before ../after
	# And it is what the session goes on with.
	run -0 git checkpoint session show --json
	assert_equal "$(jq -c '[.current_task, .tasks[0].status, .tasks[0].percent]' \
		<<<"$output")" '["uuid-v4","in_progress",60]'
	git checkpoint subtask complete subtask_3 --quiet
	run -0 git checkpoint show --json
	assert_equal "$(jq --raw-output .task.recovery.resume_point \
		<<<"$output")" phase_3_subtask_4
}

@test "so does the metadata of another, as keys that are not known" {
	cat >../before <<-'EOF'
		{"id": "cp_1703123456789", "type": "task_complete",
		 "timestamp": "2024-12-25T10:30:45.789Z",
		 "session_id": "session_1703123456789",
		 "description": "Completed task T01_S01",
		 "git_commit": "abc123def", "tasks_completed": 5, "sprint": "S01"}
	EOF
	git checkpoint task start T1 --quiet
	git checkpoint update --quiet <../before
	git checkpoint create --quiet
	git checkpoint show --json | jq .task >../after
	assert_kept ../before ../after
}

@test "an update of another task than the one that is named is refused" {
	git checkpoint task start T1 --quiet
	run -128 git checkpoint update --task=T1 <<<'{"task_id": "T2"}'
	git checkpoint update --quiet <<<'{"task_id": "T2", "route": "x"}'
	run -0 git checkpoint session show --json
	assert_equal "$(jq -c '[.current_task, (.tasks | length)]' \
		<<<"$output")" '["T2",2]'
	run -128 git checkpoint update <<<'{"task_id": "a/b"}'
}

@test "tokens are totals, and what came on top is the current task's" {
	git checkpoint task start T1 --quiet
	git checkpoint update --quiet <<<'{"metrics": {"tokens": {"input": 10}}}'
	git checkpoint task complete T1 --quiet
	git checkpoint task start T2 --quiet
	git checkpoint update --quiet <<<'{"metrics": {"tokens": {"input": 25}}}'
	run -0 git checkpoint session show --json
	assert_equal "$(jq -c '[.metrics.tokens.input, .tasks[].tokens.input]' \
		<<<"$output")" '[25,10,15]'
}
