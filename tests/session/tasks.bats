# Tasks, phases and subtasks: what is done, what is under way, what is next.

load ../test_helper

setup() {
	scratch_setup
	repo_new
}

# The current task, or the one named, by a jq filter on its record.
record() {
	git checkpoint session show --json | jq --raw-output \
		--arg task "${2-}" '. as $s | .tasks[] | select(.task_id ==
		(if $task == "" then $s.current_task else $task end)) |
		.record | '"$1"
}

# What there is of the last checkpoint's metadata, by a jq filter.
saved() {
	git checkpoint show --json | jq --raw-output "$1"
}

types() {
	git checkpoint list --format='%(type)' | sed '/session_start/d'
}

@test "each completion makes the checkpoint that belongs to it" {
	git checkpoint session start --quiet --sprint=S01
	git checkpoint task start T1 --phases=1 -m 'the first'
	git checkpoint phase start 1
	git checkpoint subtask start one
	git checkpoint subtask complete one
	git checkpoint phase complete 1
	git checkpoint task complete T1 -m 'as it should be'
	run -0 types
	assert_output $'task_complete\nphase_complete\nsubtask_complete'
	run -0 saved '[.task.task_id, .tasks_completed, .sprint,
		.metrics.tasks_completed, .metrics.success_ratio,
		.session.completed_tasks[0].task_id, .description] | @tsv'
	assert_output "T1	1	S01	1	1	T1	Completed task T1: as it should be"
	run -0 git log -1 --format='%(trailers:key=Checkpoint-Task,valueonly)' \
		"$(newest)"
	assert_output T1
	run -0 git checkpoint list --task=T1 --count
	assert_output 3
}

@test "resume points lead down to the step" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --phases=3 --quiet
	git checkpoint phase start 1 --quiet
	git checkpoint phase complete 1 --quiet
	run -0 record .recovery.resume_point
	assert_output phase_2
	git checkpoint phase start 2 --quiet
	git checkpoint subtask start a --quiet
	git checkpoint subtask complete a --quiet
	git checkpoint subtask start b --quiet
	git checkpoint subtask step 4 --quiet
	run -0 record .recovery.resume_point
	assert_output phase_2_subtask_2_step_4
	git checkpoint create --quiet
	run -0 saved .task.recovery.resume_point
	assert_output phase_2_subtask_2_step_4
}

@test "who saves sees how far the task has got, once" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --phases=3
	git checkpoint phase start 2
	git checkpoint subtask start s1
	echo 1 >a
	run -0 git checkpoint create here
	assert_line --partial 'progress:    Phase 2/3, Subtasks 0/1'
	assert_equal "$(grep -c progress: <<<"$output")" 1
}

@test "a failure saves what there was first, with the error" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	git checkpoint task fail T1 -m 'the compiler crashed' --quiet
	run -0 saved '[.type, .description, .session.current_task] | @tsv'
	assert_output "error_recovery	Task T1 failed: the compiler crashed	T1"
	run -0 git checkpoint session show --errors
	assert_output --partial 'T1: the compiler crashed'
	git checkpoint task start T1 --quiet
	git checkpoint task complete T1 --quiet
	run -0 saved '.session.completed_tasks[0].attempts'
	assert_output 2
}

@test "outputs are kept with the checkpoint" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	printf 'a plan\n' >plan.md
	mkdir ../elsewhere
	printf 'a log\n' >../elsewhere/log
	git checkpoint task complete T1 --outputs plan.md ../elsewhere/log
	run -0 git checkpoint show --attachment=plan.md
	assert_output 'a plan'
	run -0 git checkpoint show --attachment=log
	assert_output 'a log'
	run -0 saved '.task.files.outputs[0]'
	assert_output plan.md
}

@test "an output that is not there changes nothing" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	run -128 git checkpoint task complete T1 --outputs none
	run -0 git checkpoint session show --json
	assert_equal "$(jq --raw-output '.tasks[0].status' <<<"$output")" \
		in_progress
}

@test "a call with a key counts once" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --key=a --quiet
	run -0 git checkpoint task start T1 --key=a --json
	assert_equal "$(jq .attempts <<<"$output")" 1
	assert_equal "$(jq .repeated <<<"$output")" true
	git checkpoint subtask start s --key=b --quiet
	git checkpoint subtask complete --key=c --quiet
	run -0 git checkpoint subtask complete --key=c --json
	assert_equal "$(jq .repeated <<<"$output")" true
	git checkpoint task complete --key=d --quiet
	first=$(git checkpoint list --limit=1 --quiet)
	run -0 git checkpoint task complete --key=d --json
	assert_equal "$(jq --raw-output .checkpoint <<<"$output")" "$first"
	git checkpoint task start T2 --quiet
	git checkpoint task fail -m no --key=e --quiet
	run -0 git checkpoint task fail -m no --key=e
	run -0 types
	assert_output $'error_recovery\ntask_complete\nsubtask_complete'
}

@test "a keyed call that was killed before its checkpoint makes it" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	git -c checkpoint.auto=false checkpoint task complete T1 --key=k --quiet
	run -0 types
	refute_output
	git checkpoint task complete T1 --key=k --quiet
	git checkpoint task complete T1 --key=k --quiet
	run -0 types
	assert_output task_complete
}

@test "what cannot be is an error and changes nothing" {
	run -1 git checkpoint task start T1
	assert_line --partial 'no session is active'
	git checkpoint session start --quiet
	git checkpoint task add T1 --phases=2 --quiet
	log=$(cat .git/checkpoint.d/logs/*)
	run -128 git checkpoint task complete T1
	assert_line --partial "task 'T1' was not started"
	assert_line --partial 'git checkpoint task start T1'
	run -128 git checkpoint task complete none
	assert_line --partial "no task 'none'"
	run -128 git checkpoint task complete
	run -128 git checkpoint phase start 1
	run -128 git checkpoint subtask start x
	run -1 git checkpoint task add T1
	for id in a/b ../x .. -x '' $'a\nb' "$(printf 'x%.0s' {1..201})"; do
		run -128 git checkpoint task add -- "$id"
	done
	assert_equal "$(cat .git/checkpoint.d/logs/*)" "$log"
	git checkpoint task start T1 --quiet
	run -128 git checkpoint phase start 3
	assert_line --partial 'has 2 phases'
	run -128 git checkpoint phase complete 1
	run -128 git checkpoint subtask complete x
	run -128 git checkpoint subtask step 1
	run -128 git checkpoint subtask step x
	git checkpoint task complete T1 --quiet
	run -1 git checkpoint task complete T1
	assert_line --partial 'is completed already'
	run -1 git checkpoint task start T1
	git checkpoint task add T2 --quiet
	git checkpoint task skip T2 --quiet
	run -128 git checkpoint task complete T2
	assert_line --partial skipped
}

@test "the end of a sprint's plan is a checkpoint" {
	printf '["a", "b"]' >plan
	git checkpoint session start --quiet --plan=plan --sprint=S01
	mapfile -t ids < <(git checkpoint session show --json |
		jq --raw-output '.tasks[].task_id')
	for id in "${ids[@]}"; do
		assert_regex "$id" '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]'
		git checkpoint task start "$id" --quiet
		git checkpoint task complete --quiet
	done
	run -0 types
	assert_output $'sprint_complete\ntask_complete\ntask_complete'
	git checkpoint session end --quiet --sprint-complete
	run -0 git checkpoint list --limit=2 --format='%(type)'
	assert_output $'session_end\nsprint_complete'
}

@test "an auto is taken when the interval has passed" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	printf 'more\n' >>file
	run -0 types
	refute_output
	late=$(($(date +%s%3N) + 16 * 60 * 1000))
	GIT_CHECKPOINT_NOW=$late git checkpoint phase start 1 --quiet
	run -0 types
	assert_output auto
	GIT_CHECKPOINT_NOW=$late git checkpoint phase start 2 --quiet
	run -0 types
	assert_output auto
	later=$((late + 16 * 60 * 1000))
	GIT_CHECKPOINT_NOW=$later git -c checkpoint.on=task_complete \
		checkpoint phase complete 2 --quiet
	run -0 types
	assert_output auto
}

@test "what is updated is merged, checked, and kept" {
	git checkpoint session start --quiet
	git checkpoint task start T1 -m one --quiet
	git checkpoint update --quiet <<-'EOF'
		{"route": "A", "context": {"important_decisions": ["x"]},
		 "ours": {"deep": [1, 9007199254740993]},
		 "metrics": {"tokens": {"input": 7}, "more": true}}
	EOF
	git checkpoint update --quiet <<<'{"route": null, "ours": {"b": 2}}'
	run -0 record '[.route, .context.important_decisions[0],
		.task_description] | @tsv'
	assert_output "	x	one"
	git checkpoint create --quiet
	run -0 git show "$(newest)^2^2:metadata.json"
	assert_output --partial 9007199254740993
	run -0 saved '[.task.ours.b, .metrics.tokens.input, .metrics.more] | @tsv'
	assert_output "2	7	true"
	run -128 git checkpoint update <<<'{"route": 1}'
	assert_line --partial 'task.route'
	run -128 git checkpoint update <<<'[]'
	run -128 git checkpoint update <<<'{"a": 1, "a": 2}'
	run -128 git checkpoint update <<<'{"a":'
	run -128 git checkpoint update <<<'{"phases": {"total": 1e9}}'
	run -128 git checkpoint update --task=none <<<'{}'
	run -0 saved .task.ours.b
	assert_output 2
}
