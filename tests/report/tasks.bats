# `git checkpoint report`: what it says of tasks, and what it advises.

load ../test_helper

NOW=1700000000000

# The clock of checkpoints, in seconds from a fixed time.
at() {
	export GIT_CHECKPOINT_NOW=$((NOW + $1 * 1000))
}

# task <from> <until> <id> complete|fail [<option>...]
task() {
	local from=$1 until=$2 id=$3 end=$4

	shift 4
	at "$from"
	git checkpoint task start --quiet -m "the task $id" "$id"
	at "$until"
	git checkpoint task "$end" --quiet "$@" "$id"
}

report() {
	local filter=$1

	shift
	git checkpoint report --json "$@" | jq --compact-output "$filter"
}

# Six tasks of 10 minutes each but two: T4 takes 25, and T6 fails after 5.
six_tasks() {
	repo_new
	at 0
	session=$(git checkpoint session start --quiet --sprint=S01)
	task 0 600 T1 complete
	task 600 1200 T2 complete
	task 1200 1800 T3 complete
	task 1800 3300 T4 complete
	task 3300 3900 T5 complete
	task 3900 4200 T6 fail -m 'three tests fail'
	at 4200
}

@test "tasks are counted, with time, median and success" {
	six_tasks
	git checkpoint task start --quiet T7
	at 4260
	run -0 report '.totals | .tasks_total, .tasks_completed, .tasks_failed,
		.tasks_skipped, .median_duration_ms, .execution_time_ms,
		(.success_ratio * 1000 | floor)'
	assert_output $'7\n5\n1\n0\n600000\n4260000\n833'
	run -0 report '.tasks[3] | .task_id, .task_description, .status, .started,
		.ended, .duration_ms, .attempts, .session_id'
	assert_output - <<-EOT
		"T4"
		"the task T4"
		"completed"
		"2023-11-14T22:43:20.000Z"
		"2023-11-14T23:08:20.000Z"
		1500000
		1
		"$session"
	EOT
	run -0 git checkpoint report
	assert_line --regexp '^  Tasks +5 completed, 1 failed, 1 in progress of 7$'
	assert_line --regexp '^  Success +83%$'
	assert_line --regexp '^  Time +1h 11m$'
	assert_line --regexp '^  Median task +10m$'
	assert_line --regexp '^T6 +failed +5m +the task T6 \(three tests fail\)$'
}

@test "a task over twice the median is advised against, with the figures" {
	six_tasks
	run -0 report '.recommendations[] | select(.kind == "slow_task") |
		.subject, .value, .limit'
	assert_output $'"T4"\n2.5\n2'
	run -0 git checkpoint report
	assert_output --partial "task 'T4' took 25m, 2.5 times the median of 10m"
}

@test "failures over a fifth are advised against, with the figures" {
	six_tasks
	run -0 report '[.recommendations[].kind] | index("failures")'
	assert_output null
	task 4200 4800 T7 fail -m 'again'
	run -0 report '.recommendations[] | select(.kind == "failures") |
		(.value * 1000 | floor), .limit, .command'
	assert_output $'285\n0.2\n"git checkpoint session show --errors"'
	run -0 git checkpoint report
	assert_output --partial '2 of 7 tasks failed, 29% (more than 20%)'
}

@test "a task that was taken up again counts its attempts, and once" {
	six_tasks
	task 4200 4500 T6 complete
	run -0 report '.totals.tasks_total, (.tasks[] | select(.task_id == "T6") |
		.attempts, .status, .duration_ms)'
	assert_output $'6\n2\n"completed"\n600000'
}

@test "--detailed adds attempts, tokens and memory, of tasks and checkpoints" {
	repo_new
	git checkpoint session start --quiet --pid=$$
	git checkpoint task start --quiet T1
	echo '{"metrics": {"tokens": {"input": 1200, "output": 300}}}' |
		git checkpoint update --quiet -
	git checkpoint task complete --quiet T1
	run -0 git checkpoint report --detailed
	assert_line --regexp '^Task +Status +Time +Attempts +Tokens +Memory +Description$'
	assert_line --regexp '^T1 +completed +.* 1 +1200 input, 300 output'
	assert_line --regexp '^Checkpoint +Type +Time +Success +Attempts +Tokens +Memory +Added$'
	assert_line --regexp 'task_complete +.* +100% +1 +1200 input, 300 output +[0-9.]+ [KM]iB'
	run -0 report '.totals.tokens, (.totals.memory_peak_kb > 0)'
	assert_output $'{"input":1200,"output":300}\ntrue'
	run -0 report '.checkpoints[-1] | .type, .task_id, .attempts,
		.metrics.success_ratio' --detailed
	assert_output $'"task_complete"\n"T1"\n1\n1'
	run -0 report 'has("checkpoints")'
	assert_output false
}

@test "what is not known is null, and never 0" {
	repo_new
	git checkpoint session start --quiet
	git checkpoint task start --quiet T1
	run -0 report '.totals | .success_ratio, .median_duration_ms, .tokens,
		.memory_peak_kb'
	assert_output $'null\nnull\nnull\nnull'
}

@test "a session without checkpoints is in it, from its log" {
	repo_new
	git config checkpoint.on manual
	session=$(git checkpoint session start --quiet)
	git checkpoint task start --quiet T1
	git checkpoint task complete --quiet T1
	run -0 report '.totals.checkpoints, .sessions[0].id, .tasks[0].status'
	assert_output $'0\n'"\"$session\""$'\n"completed"'
}

@test "tasks that ended before the period are left out" {
	six_tasks
	at $((86400 + 3600))
	run -0 report '[.tasks[].task_id]' --period=day
	assert_output '["T5","T6"]'
	run -0 report '[.tasks[].task_id] | length' --period=week
	assert_output 6
}

@test "fetched sessions tell of their tasks as their own clone does" {
	six_tasks
	git checkpoint session end --quiet
	report '.tasks | map(del(.session_id))' >../here
	git clone --quiet "$REPO" ../clone
	cd ../clone
	git checkpoint fetch --quiet
	run -0 report '.tasks | map(del(.session_id))' --remotes
	assert_output "$(cat ../here)"
}

@test "the page draws tasks along time, progress and durations" {
	six_tasks
	git checkpoint report --format=html >../page
	run -0 xmllint --noout ../page
	refute_output
	run -0 xmllint --xpath \
		'//*[local-name()="section"][*[@class="plot"]]/*[local-name()="h2"]/text()' \
		../page
	assert_output - <<-'EOT'
		Timeline
		Tasks along time
		Tasks done over time
		How long tasks took
		Storage over time
		Checkpoints by type
	EOT
	# A bar for each task.
	run -0 xmllint --xpath \
		'count(//*[local-name()="rect"][*[local-name()="title" and starts-with(., "T")]])' \
		../page
	assert_output 6
	run -0 xmllint --xpath \
		'string(//*[@class="advice"]//*[local-name()="li"][1])' ../page
	assert_output --partial "task 'T4' took 25m, 2.5 times the median of 10m"
}
