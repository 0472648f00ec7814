# What somebody who comes from SkillPack does, step by step, with the commands
# of ours that the user guide names for it.

load ../test_helper

# The record of SkillPack's own example.
record() {
	cat <<-'EOT'
		{
		  "task_description": "the original task's description",
		  "route": "RALPH",
		  "complexity_score": 58,
		  "scoring_breakdown": {"scope": 18, "dependency": 12,
		                        "technical": 15, "risk": 6, "time": 4, "ui": 3},
		  "phases": {"total": 4, "current": 3, "completed": [1, 2],
		             "status": {"1": "completed", "2": "completed",
		                        "3": "in_progress", "4": "pending"}},
		  "subtasks": {"total": 5, "completed": ["subtask_1", "subtask_2"],
		               "in_progress": "subtask_3",
		               "pending": ["subtask_4", "subtask_5"]},
		  "files": {
		    "modified": [
		      {"path": "src/auth.ts", "action": "modified", "checksum": "abc123"},
		      {"path": "src/types.ts", "action": "created", "checksum": "def456"}
		    ],
		    "outputs": [".skillpack/current/1_analysis.md",
		                ".skillpack/current/2_plan.md"]
		  },
		  "context": {"knowledge_query_result": "found 3",
		              "important_decisions": ["keep the session table"]},
		  "recovery": {"can_resume": true, "resume_point": "phase_3_subtask_3",
		               "notes": "subtask 3 got to step 2"},
		  "a_key_of_its_own": {"kept": [1, 2, 3]}
		}
	EOT
}

# A session with that task.
task_begin() {
	git checkpoint session start --quiet
	git checkpoint task start --quiet task-uuid-1234
	record | git checkpoint update --quiet -
}

@test "the record comes back key for key" {
	repo_new
	task_begin
	record | jq --sort-keys . >../given
	git checkpoint create --quiet
	git checkpoint show --json | jq '.task' >../stored
	git checkpoint resume --json | jq '.task' >../brief
	for got in ../stored ../brief; do
		# What was given, of what there is.
		run -0 jq --sort-keys --slurpfile given ../given '
			. as $got | $given[0] | with_entries(.value = $got[.key]) |
			.subtasks |= {total, completed, in_progress, pending} |
			.context |= {knowledge_query_result, important_decisions} |
			.files.modified |= map({path, action, checksum})' "$got"
		assert_output "$(cat ../given)"
	done
}

@test "phases and subtasks save, with state and outputs" {
	repo_new
	git checkpoint session start --quiet
	git checkpoint task start --quiet --phases=2 T1
	git checkpoint phase start --quiet 1
	git checkpoint subtask start --quiet subtask_1
	echo analysis >1_analysis.md
	run -0 git checkpoint subtask complete subtask_1
	assert_line --regexp '^  checkpoint: +cp_'
	run -0 git checkpoint phase complete 1
	assert_line --partial 'Phase 1/2'
	assert_line --regexp '^  checkpoint: +cp_'
	run -0 git checkpoint task complete T1 --outputs 1_analysis.md
	run -0 git checkpoint show --attachment=1_analysis.md
	assert_output analysis
	run -0 git checkpoint list --format='%(type)'
	assert_output $'task_complete\nphase_complete\nsubtask_complete\nsession_start'
}

@test "before an error is raised its state is saved" {
	repo_new
	git checkpoint session start --quiet
	git checkpoint task start --quiet T1
	echo half >half-done
	git checkpoint task fail --quiet -m 'cannot reach the server' T1
	run -0 git checkpoint list --limit=1 --format='%(type)'
	assert_output error_recovery
	run -0 git show "$(newest):half-done"
	assert_output half
	run -0 git checkpoint session show --errors
	assert_line --partial 'cannot reach the server'
}

@test "saving by hand says where, phase, subtasks and how long" {
	repo_new
	task_begin
	run -0 git checkpoint create save
	assert_line 'Checkpoint saved: save'
	assert_line --regexp '^  ref: +refs/checkpoints/session_'
	assert_output --partial 'Phase 3/4'
	assert_output --partial 'Subtasks 2/5'
	assert_line --regexp ' in [0-9]+ ms'
}

@test "what can be resumed is listed as it was" {
	repo_new
	task_begin
	run -0 git checkpoint resume --list
	assert_line --index 0 '[1] task-uuid-1234 (latest)'
	assert_line --index 1 "    Task: \"the original task's description\""
	assert_line --index 2 '    Status: Phase 3/4, subtask 2/5'
	assert_line --index 3 --regexp '^    Updated: [0-9-]{10} [0-9:]{8}$'
}

@test "resuming tells task, resume point, percent, decisions and notes" {
	repo_new
	task_begin
	git checkpoint create --quiet
	git checkpoint session end --quiet --interrupted
	run -0 git checkpoint resume --continue
	assert_line --regexp '^Continuing session'
	assert_line --regexp "^Task: +task-uuid-1234, the original task's description"
	assert_line --regexp '^Resume at: +phase_3_subtask_3$'
	assert_line --regexp '^Progress: +60% of the task'
	assert_line --regexp '^Route: +RALPH, complexity 58, scope 18, dependency 12'
	assert_line --regexp '^Knowledge: +found 3$'
	assert_line '  - keep the session table (task-uuid-1234)'
	assert_line '  - subtask 3 got to step 2 (task-uuid-1234)'
}

@test "a task is resumed by its name, from an ended session, too" {
	repo_new
	task_begin
	git checkpoint session end --quiet
	run -0 git checkpoint resume task-uuid-1234
	assert_line --regexp '^Resume at: +phase_3_subtask_3$'
	run -0 git checkpoint status
	assert_line --partial ', active'
}

@test "files that were deleted or modified are told, and whose version is asked" {
	repo_new
	task_begin
	git checkpoint create --quiet
	rm run.sh
	echo later >>file
	run -1 git checkpoint resume
	assert_output --partial '1 file changed, 1 deleted'
	run -0 git checkpoint diff latest --name-status
	assert_output $'M\tfile\nD\trun.sh'
	run -0 git checkpoint resume --theirs
	run -0 git diff --quiet HEAD
}

@test "outputs of a finished task stay for audit, and history is kept" {
	repo_new
	git checkpoint session start --quiet
	git checkpoint task start --quiet T1
	mkdir --parents .skillpack/current
	echo plan >.skillpack/current/2_plan.md
	git checkpoint task complete --quiet T1 --outputs .skillpack/current/2_plan.md
	git checkpoint session end --quiet
	rm --recursive .skillpack
	run -0 git checkpoint session list
	assert_line --partial 'ended'
	id=$(git checkpoint list --type=task_complete --format='%(id)')
	run -0 git checkpoint show --attachment=2_plan.md "$id"
	assert_output plan
}

@test "the options of its configuration" {
	repo_new
	git config checkpoint.auto true
	git config checkpoint.interval 5m
	git config checkpoint.verifyOnResume true
	git config checkpoint.backupCount 1
	task_begin
	git checkpoint create --quiet
	run -0 git checkpoint status
	assert_line --regexp '^Interval: +5m, due in'
	run -0 git checkpoint resume
}

@test "clearing empties the live state, and keeps checkpoints" {
	repo_new
	task_begin
	run -0 git checkpoint session clear
	run -0 git checkpoint list --limit=1 --format='%(type)'
	assert_output interrupted
	run -0 git checkpoint status
	refute_output --partial incomplete
	run -0 bash -c "git checkpoint session show --json | jq '.tasks | length'"
	assert_output 0
}

@test "history is cleaned by number of sessions" {
	repo_new
	for i in 1 2 3; do
		git checkpoint session start --quiet
		git checkpoint session end --quiet
	done
	run -0 git checkpoint clean --sessions --keep 2
	run -0 git checkpoint report --json
	run -0 jq '[.sessions[] | select(.checkpoints > 0)] | length' <<<"$output"
	assert_output 2
}
