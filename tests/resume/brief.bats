# `git checkpoint resume`: what somebody is told who goes on.

load ../test_helper
load work

@test "the brief says what is done, where it stands, and what is next" {
	repo_new
	work_begin
	run -0 --separate-stderr git checkpoint resume
	assert_equal "$stderr" ''
	assert_line "Continuing session $session, sprint S01"
	assert_line --regexp '^Task: +T02, write it \(in_progress\)$'
	assert_line --regexp '^Resume at: +phase_2_subtask_2_step_4$'
	assert_line --regexp '^Progress: +40% of the task, 46% of the session$'
	assert_line --regexp '^Route: +RALPH, complexity 58, scope 18, ui 3$'
	assert_line --regexp '^Knowledge: +see page 4$'
	assert_line --regexp "^Checkpoint: +$checkpoint, manual, .* ago, half-way\$"
	assert_line --regexp '^  T01  read it, [0-9]+s$'
	assert_line '  T02  write it, phase 2/3, subtask 1/5, 40%, at phase_2_subtask_2_step_4'
	assert_line '  T03  ship it'
	assert_line '  - use one table (T01)'
	assert_line '  - no index yet (T02)'
	assert_line '  [ ] name it'
	assert_line '  - half of it is there (T02)'
	assert_line '  - result.txt (T01)'
	assert_line '  as in the checkpoint'
}

@test "the brief for a program has the same" {
	repo_new
	work_begin
	git checkpoint resume --json >../brief
	run -0 jq --compact-output '.session_id, .review, .percent, .task_percent,
		.resume_point, .route, .complexity_score, .scoring_breakdown.scope,
		.knowledge_query_result, .task.task_id, .checkpoint.id' ../brief
	assert_output - <<-EOT
		"$session"
		false
		46
		40
		"phase_2_subtask_2_step_4"
		"RALPH"
		58
		18
		"see page 4"
		"T02"
		"$checkpoint"
	EOT
	run -0 jq --compact-output '
		[.done[].task_id], [.in_progress[].task_id], [.next[].task_id],
		.failed, .skipped, .decisions, .todo, .notes, .outputs,
		.restored, .problems, .drift.changed, .drift.files' ../brief
	assert_output - <<-'EOT'
		["T01"]
		["T02"]
		["T03"]
		[]
		[]
		[{"task_id":"T01","decision":"use one table"},{"task_id":"T02","decision":"no index yet"}]
		[{"task_id":"T02","text":"name it","status":"pending"}]
		[{"task_id":"T02","notes":"half of it is there"}]
		[{"task_id":"T01","path":"result.txt"}]
		null
		[]
		false
		[]
	EOT
	# It is one line, to be put into a context as it is.
	assert_equal "$(wc -l <../brief)" 1
}

@test "tasks that failed or were skipped are said with the reason" {
	repo_new
	work_begin
	git checkpoint task fail --quiet -m 'the disk is full' T02
	git checkpoint task skip --quiet -m 'not needed' T03
	run -0 brief '.failed[0].message, .skipped[0].message' --review
	assert_output $'"the disk is full"\n"not needed"'
	run -0 git checkpoint resume --review
	assert_line --regexp 'T02  write it, .*: the disk is full'
	assert_line --regexp 'T03  ship it.*: not needed'
}

@test "what the update said stands until the next event" {
	repo_new
	work_begin
	echo '{"recovery": {"resume_point": "phase_2_subtask_2_step_9"}}' |
		git checkpoint update --quiet -
	run -0 brief .resume_point
	assert_output '"phase_2_subtask_2_step_9"'
	git checkpoint subtask step --quiet 5
	run -0 brief .resume_point
	assert_output '"phase_2_subtask_2_step_5"'
}

@test "text of a task cannot drive the terminal" {
	repo_new
	git checkpoint session start --quiet
	git checkpoint task start --quiet -m 'evil' T01
	jq --null-input '{context: {important_decisions: ["\u001b[31mred\u202e"],
		todo: ["\u001b]0;x"]}, recovery: {notes: "\u009bx"}}' |
		git checkpoint update --quiet -
	run -0 git checkpoint resume
	refute_output --partial $'\e'
	refute_output --partial $'\u202e'
	refute_output --partial $'\u009b'
	assert_output --partial 'red'
}

@test "tasks that can be resumed are listed as they were worked on" {
	repo_new
	export GIT_CHECKPOINT_NOW=1700000000000
	git checkpoint session start --quiet
	git checkpoint task start --quiet --phases=3 -m 'add user authentication' task-1
	git checkpoint phase start --quiet 1
	git checkpoint phase complete --quiet 1
	git checkpoint phase start --quiet 2
	export GIT_CHECKPOINT_NOW=1700080000000
	git checkpoint task start --quiet --phases=4 -m 'build complete CMS' task-2
	echo '{"subtasks": {"total": 5}, "phases": {"current": 3, "completed": [1, 2], "status": {"3": "in_progress"}}}' |
		git checkpoint update --quiet -
	git checkpoint subtask start --quiet s1
	git checkpoint subtask complete --quiet s1
	git checkpoint subtask start --quiet s2
	git checkpoint subtask complete --quiet s2
	run -0 --separate-stderr git checkpoint resume --list
	assert_equal "$stderr" ''
	assert_output - <<-'EOT'
		[1] task-2 (latest)
		    Task: "build complete CMS"
		    Status: Phase 3/4, subtask 2/5
		    Updated: 2023-11-15 20:26:40
		[2] task-1
		    Task: "add user authentication"
		    Status: Phase 2/3, 33% complete
		    Updated: 2023-11-14 22:13:20
		Use 'git checkpoint resume <task>' to resume one
	EOT
	run -0 bash -c "git checkpoint resume --list --json | jq --raw-output \
		'[.task_id, .latest, .status, .percent, .updated] | @tsv'"
	assert_output - <<-EOT
		task-2$(printf '\t')true$(printf '\t')in_progress$(printf '\t')60$(printf '\t')2023-11-15T20:26:40.000Z
		task-1$(printf '\t')false$(printf '\t')in_progress$(printf '\t')33$(printf '\t')2023-11-14T22:13:20.000Z
	EOT
	run -0 git checkpoint resume --list --quiet
	assert_output $'task-2\ntask-1'
}

@test "nothing to list is a hint, and no failure" {
	repo_new
	run -0 --separate-stderr git checkpoint resume --list
	refute_output
	assert_equal "$stderr" 'hint: there is nothing to resume'
	run -0 --separate-stderr git checkpoint resume --list --json
	refute_output
	assert_equal "$stderr" ''
	run -129 git checkpoint resume --list T01
	run -129 git checkpoint resume --list --review
}
