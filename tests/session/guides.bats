# Two runs of work from end to end, as people with other tools are used to them.

load ../test_helper

setup() {
	scratch_setup
	repo_new
}

@test "a sprint of tasks, with a break in it" {
	git checkpoint session start --quiet --sprint=S01 --plan=- <<-'EOF'
		[{"id": "T01_S01", "description": "the schema"},
		 {"id": "T02_S01", "description": "the login"}]
	EOF
	git checkpoint task start T01_S01 --quiet
	echo schema >schema.sql
	git checkpoint task complete T01_S01 --quiet
	run -0 git checkpoint show --json
	assert_equal "$(jq -c '[.type, .description, .tasks_completed, .sprint]' \
		<<<"$output")" \
		'["task_complete","Completed task T01_S01",1,"S01"]'
	run -0 git checkpoint status
	assert_output --partial incomplete

	git checkpoint create --quiet 'Before major refactoring'
	echo broken >schema.sql
	rm src/main.c
	git checkpoint restore --quiet latest
	assert_equal "$(cat schema.sql)" schema
	assert_file_exists src/main.c

	# The machine goes down; the next day somebody comes back.
	GIT_CHECKPOINT_NOW=$(($(date +%s%3N) + 30 * 3600 * 1000))
	export GIT_CHECKPOINT_NOW
	run -1 git checkpoint session start
	assert_line --partial 'is unfinished: 1 of 2 tasks completed'
	assert_line --partial 'Before major refactoring'
	assert_line --partial 'the files are as they were'
	git checkpoint session start --continue --quiet
	git checkpoint task start T02_S01 --quiet
	echo login >login.c
	git checkpoint task complete T02_S01 --quiet
	run -0 git checkpoint list --limit=2 --format='%(type)'
	assert_output $'sprint_complete\ntask_complete'
	run -0 git checkpoint status
	refute_output --partial incomplete
	git checkpoint session end --quiet
	run -0 git checkpoint report --json
	git checkpoint clean --keep=3 --quiet
	run -0 git checkpoint list --count
	assert [ "$output" -ge 3 ]
	git checkpoint session start --quiet
}

@test "a task of phases and subtasks, down to the step" {
	git checkpoint session start --quiet
	git checkpoint task start auth -m 'add user authentication' --quiet \
		--route=RALPH --complexity-score=58 --score=scope=18 \
		--phase=analysis --phase=plan --phase=build --phase=check
	echo '# what is there' >1_analysis.md
	git checkpoint phase start analysis --quiet
	git checkpoint update --quiet <<-'EOF'
		{"context": {"knowledge_query_result": "see the wiki",
		  "important_decisions": ["sessions are kept in the database"],
		  "todo": [{"text": "ask about SSO", "status": "pending"}]}}
	EOF
	git checkpoint phase complete --quiet
	echo '# what is to be done' >2_plan.md
	git checkpoint phase start plan --quiet
	git checkpoint phase complete --quiet
	git checkpoint phase start build --quiet
	for subtask in subtask_1 subtask_2; do
		git checkpoint subtask start "$subtask" --quiet
		echo "$subtask" >"$subtask.ts"
		git checkpoint subtask complete --quiet
	done
	git checkpoint subtask start subtask_3 --quiet
	git checkpoint subtask step 2 --quiet
	run -0 git checkpoint create
	assert_line --partial 'Phase 3/4, Subtasks 2/3'
	git checkpoint show --json >../shown
	assert_equal "$(jq -c '.task | [.phases.completed, .phases.current,
		.recovery.resume_point, .subtasks.completed,
		.context.important_decisions[0], .context.todo[0].text,
		.scoring_breakdown.scope]' ../shown)" \
		'[[1,2],3,"phase_3_subtask_3_step_2",["subtask_1","subtask_2"],"sessions are kept in the database","ask about SSO",18]'
	run -0 jq --raw-output '.task.files.modified[].path' ../shown
	assert_line subtask_1.ts
	assert_line 1_analysis.md

	git checkpoint subtask complete --quiet
	git checkpoint phase complete --quiet
	git checkpoint task complete auth --quiet \
		--outputs 1_analysis.md 2_plan.md
	run -0 git checkpoint show --attachment=2_plan.md
	assert_output '# what is to be done'
	git checkpoint session clear --quiet
	run -0 git checkpoint show --attachment=1_analysis.md latest~1
	assert_output '# what is there'
}
