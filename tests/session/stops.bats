# Sessions that stopped, and go on.

load ../test_helper

setup() {
	scratch_setup
	repo_new
}

session() {
	git checkpoint session show --json | jq --raw-output "$1"
}

# A session with a task that is done, one under way, and one to be done.
stopped() {
	git checkpoint session start --quiet --sprint=S01 "$@"
	git checkpoint task start T1 --quiet
	git checkpoint task complete T1 --quiet
	git checkpoint task start T2 --quiet
	git checkpoint task add T3 --quiet
	git checkpoint session end --interrupted --quiet
}

@test "a start that meets an unfinished session shows it, and says what decides" {
	stopped
	id=$(session .id)
	run -1 git checkpoint session start
	assert_line --partial "$id is unfinished: 1 of 3 tasks completed"
	assert_line --partial 'Completed task T1'
	assert_line 'HEAD is where it was, and the files are as they were.'
	assert_line --partial "'--continue' goes on with it"
	echo changed >>file
	run -1 git checkpoint session start
	assert_line 'HEAD is where it was, and the files have changed since.'
	commit_all
	run -1 git checkpoint session start
	assert_line 'HEAD is not where it was, and the files have changed since.'
	run -0 session '.id + " " + .status'
	assert_output "$id interrupted"
}

@test "--continue goes on with it" {
	stopped
	id=$(session .id)
	git checkpoint session start --continue --quiet
	run -0 session '[.id, .status, .current_task] | @tsv'
	assert_output "$id	active	T2"
	git checkpoint task complete --quiet
	run -0 session '[.tasks[].status] | @tsv'
	assert_output 'completed	completed	pending'
	run -129 git checkpoint session start --continue --fresh
}

@test "--fresh gives it up and keeps its checkpoints" {
	stopped
	id=$(session .id)
	count=$(git checkpoint list --session="$id" --count)
	git checkpoint session start --fresh --quiet
	run -0 session '.tasks | length'
	assert_output 0
	run -0 git checkpoint session show --json "$id"
	assert_equal "$(jq --raw-output .status <<<"$output")" abandoned
	run -0 git checkpoint list --session="$id" --count
	assert_output "$count"
	git checkpoint session end --quiet
	git checkpoint session start --quiet
}

@test "--review shows it and changes nothing" {
	stopped
	cp -R .git/checkpoint.d ../before
	run -0 git checkpoint session start --review
	assert_line --partial 'T2'
	assert_line --partial 'files are as they were'
	diff -r .git/checkpoint.d ../before
}

@test "on a terminal it is asked, and review asks again" {
	stopped
	id=$(session .id)
	cp -R .git/checkpoint.d ../before
	run -1 on_terminal git checkpoint session start <<<q
	assert_line --partial 'fatal: nothing was started'
	diff -r .git/checkpoint.d ../before
	run -0 on_terminal git checkpoint session start <<<$'r\nc'
	assert_line --partial 'Session goes on'
	run -0 session '.id + " " + .status'
	assert_output "$id active"
	git checkpoint session end --interrupted --quiet
	run -0 on_terminal git checkpoint session start <<<f
	assert_line --partial 'gave up'
	refute [ "$(session .id)" = "$id" ]
}

@test "there may be nothing to go on with" {
	run -1 git checkpoint session start --continue
	run -0 git checkpoint session start --review
	git checkpoint session start --quiet
	run -1 git checkpoint session start --continue
	assert_line --partial 'session already active'
}

@test "time in which nobody worked is not counted" {
	now=$(date +%s%3N)
	GIT_CHECKPOINT_NOW=$now git checkpoint session start --quiet
	GIT_CHECKPOINT_NOW=$now git checkpoint task start T1 --quiet
	export GIT_CHECKPOINT_NOW=$((now + 5000))
	git checkpoint session end --interrupted --quiet
	export GIT_CHECKPOINT_NOW=$((now + 90000000))
	git checkpoint session start --continue --quiet
	export GIT_CHECKPOINT_NOW=$((now + 90007000))
	git checkpoint task complete T1 --quiet
	run -0 session '[.tasks[0].duration_ms, .metrics.execution_time_ms] | @tsv'
	assert_output '12000	12000'
}

@test "clear saves, forgets the tasks, and keeps the checkpoints" {
	stopped
	id=$(session .id)
	git checkpoint session clear --quiet
	run -0 session '[.id, (.tasks | length), .unfinished] | @tsv'
	assert_output "$id	0	false"
	run -0 git checkpoint list --session="$id" --limit=1 --format='%(type)'
	assert_output interrupted
	run -0 git checkpoint show --json
	assert_equal "$(jq '.session.pending_tasks | length' <<<"$output")" 2
	git checkpoint session start --quiet
	run -1 git checkpoint session start --continue
}

@test "a restore of everything takes the state back, undo and redo with it" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	git checkpoint create --quiet before
	echo more >>file
	git checkpoint task complete T1 --quiet
	git checkpoint task start T2 --quiet
	git checkpoint restore --quiet latest~1
	run -0 session '[.tasks[] | .task_id + " " + .status] | @tsv'
	assert_output 'T1 in_progress'
	git checkpoint undo --quiet
	run -0 session '[.tasks[] | .task_id + " " + .status] | @tsv'
	assert_output 'T1 completed	T2 in_progress'
	git checkpoint redo --quiet
	run -0 session '[.tasks[] | .task_id + " " + .status] | @tsv'
	assert_output 'T1 in_progress'
	git checkpoint task complete T1 --quiet
	run -0 session '[.tasks[] | .task_id + " " + .status] | @tsv'
	assert_output 'T1 completed'
}

@test "a restore of some paths, or of another session, leaves the state" {
	git checkpoint create --quiet other
	other=$(git checkpoint list --quiet)
	git checkpoint session start --quiet
	git checkpoint create --quiet before
	git checkpoint task start T1 --quiet
	echo more >>file
	git checkpoint restore --quiet latest -- file
	echo more >>file
	git checkpoint restore --quiet --keep-head latest
	echo more >>file
	git checkpoint restore --quiet "$other"
	git checkpoint undo --quiet
	run -0 session '.tasks | length'
	assert_output 1
}

@test "a restore that is aborted leaves the state" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	git checkpoint create --quiet before
	echo more >>file
	git checkpoint task complete T1 --quiet
	for at in {2..20}; do
		[[ ! -e .git/checkpoint.d/journal ]] || break
		run strace -f -o /dev/null -e trace=renameat2,renameat,rename \
			-e "inject=renameat2,renameat,rename:signal=KILL:when=$at" \
			git-checkpoint restore latest~1
	done
	git checkpoint restore --abort --quiet
	run -0 session '[.tasks[].status] | @tsv'
	assert_output completed
	rm -f .checkpoint-*
	git checkpoint create --quiet
}

@test "the files that a task has changed are in its record" {
	git checkpoint session start --quiet
	echo earlier >earlier
	git checkpoint create --quiet
	git checkpoint task start T1 --quiet
	echo more >>file
	rm run.sh
	mkdir dir
	echo new >dir/new
	commit_all
	git checkpoint create --quiet
	run -0 git checkpoint show --json
	assert_equal "$(jq -c '[.task.files.modified[] | [.path, .action]] | sort' \
		<<<"$output")" \
		'[["dir/new","created"],["file","modified"],["run.sh","deleted"]]'
	assert_equal "$(jq --raw-output '.task.files.modified[] |
		select(.path == "file") | .checksum' <<<"$output")" \
		"git:$(git hash-object file)"
	assert_equal "$(jq '.task.files.modified[] |
		select(.path == "dir/new") | .size' <<<"$output")" 4
}

@test "create says phase and subtasks" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --phases=4 --subtask=a --subtask=b --quiet
	git checkpoint phase start 1 --quiet
	run -0 git checkpoint create
	assert_line --partial 'Phase 1/4, Subtasks 0/2'
}

@test "memory is measured of the process that was named" {
	git checkpoint session start --quiet
	run -0 session .metrics.memory_peak_kb
	assert_output null
	git checkpoint session end --quiet
	git checkpoint session start --quiet --pid=$$
	git checkpoint task start T1 --quiet
	git checkpoint task complete T1 --quiet
	run -0 session '.metrics.memory_peak_kb > 1000'
	assert_output true
	git checkpoint session end --quiet
	run -128 git checkpoint session start --pid=4194305
	git checkpoint session start --quiet
}
