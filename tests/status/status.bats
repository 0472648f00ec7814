# `git checkpoint status`: how things stand.

load ../test_helper

NOW=1700000000000

at() {
	export GIT_CHECKPOINT_NOW=$((NOW + $1 * 1000))
}

# The status as JSON, through a jq filter.
status() {
	local filter=$1

	shift
	git checkpoint status --json "$@" | jq --compact-output "$filter"
}

@test "without anything the status says so, and makes nothing" {
	repo_new
	before=$(find .git | sort)
	run -0 git checkpoint status --exit-code
	assert_line --regexp '^Session: +none$'
	assert_line --regexp '^Checkpoint: +none yet$'
	assert_line --regexp '^Checkpoints: +0$'
	refute_output --partial incomplete
	run -0 status '.state, .session, .task, .last_checkpoint, .drift'
	assert_output $'"none"\nnull\nnull\nnull\nnull'
	assert_equal "$(find .git | sort)" "$before"
}

@test "the last checkpoint, its age, and when an interval is due" {
	repo_new
	at -100
	git checkpoint create --quiet zeroth
	at 0
	id=$(git checkpoint create --quiet first)
	at 300
	run -0 git checkpoint status
	assert_line --regexp "^Checkpoint: +$id, manual, 5 minutes ago\$"
	assert_line --regexp '^Interval: +15m, due in 10m$'
	run -0 status '.last_checkpoint.id, .last_checkpoint.age_ms,
		.interval.due, .interval.due_in_ms'
	assert_output "$(printf '%s\n' "\"$id\"" 300000 false 600000)"
	at 900
	run -0 git checkpoint status
	assert_line --regexp '^Interval: +15m, due now$'
	run -0 git -c checkpoint.interval=2h checkpoint status
	assert_line --regexp '^Interval: +2h, due in 1h 45m$'
	run -0 git -c checkpoint.auto=false checkpoint status
	assert_line --regexp '^Interval: +off$'
	run -0 git -c checkpoint.interval=0 checkpoint status
	assert_line --regexp '^Interval: +off$'
}

@test "drift is what has a checkpoint differ from the workspace" {
	repo_new
	work_start
	git checkpoint create --quiet
	digest=$(git checkpoint list --limit=1 --format='%(digest)')
	run -0 git checkpoint status
	assert_line --regexp '^Workspace: +as in that checkpoint$'
	run -0 status '.drift | .changed, .checkpoint, .workspace'
	assert_output "$(printf '%s\n' false "\"$digest\"" "\"$digest\"")"
	chmod +x file
	run -0 git checkpoint status
	assert_line --regexp '^Workspace: +changed since that checkpoint$'
	run -0 status .drift.changed
	assert_output true
	chmod -x file
	git add file
	run -0 status .drift.changed
	assert_output true
}

@test "looking leaves everything as it is" {
	repo_new
	work_start
	git checkpoint create --quiet
	echo more >>file
	before=$(work_of && gitdir_of && find .git/checkpoint.d | sort)
	git checkpoint status >/dev/null
	git checkpoint status --json --remotes >/dev/null
	assert_same "$before" "$(work_of && gitdir_of && find .git/checkpoint.d | sort)"
}

@test "checkpoints are counted, with what they added" {
	repo_new
	git checkpoint create --quiet
	echo more >>file
	git checkpoint create --quiet
	added=$(git checkpoint list --json | jq .snapshot.bytes_added |
		jq --slurp add)
	run -0 status '.checkpoints | .count, .bytes_added, .bytes_complete, .too_many'
	assert_output "$(printf '%s\n' 2 "$added" true false)"
}

@test "too many checkpoints are said, with the command that helps" {
	repo_new
	git config checkpoint.maxCheckpoints 3
	for i in 1 2 3; do
		git checkpoint create --quiet "number $i"
	done
	run -0 git checkpoint status
	refute_output --partial 'too many'
	git checkpoint create --quiet 'number 4'
	run -0 git checkpoint status
	assert_output --partial 'too many checkpoints: 4 in manual_'
	assert_output --partial "'git checkpoint clean --keep=3'"
	run -0 status '.checkpoints.too_many'
	assert_output true
	git checkpoint clean --quiet --keep=3
	run -0 git checkpoint status
	refute_output --partial 'too many'
}

@test "a restore that was interrupted is said" {
	repo_new
	id=$(git checkpoint create --quiet)
	echo more >>file
	git checkpoint restore --quiet "$id"
	safety=$(git checkpoint list --type=pre_restore --format='%(id)')
	# The journal as a kill leaves it.
	cat >.git/checkpoint.d/journal <<-EOT
		noise
	EOT
	run -0 git checkpoint status
	assert_line --partial 'a restore is unfinished'
	assert_line --partial "'git checkpoint restore --continue'"
	run -0 --separate-stderr status '.unfinished_restore | has("target")'
	assert_output true
	rm .git/checkpoint.d/journal
	run -0 status .unfinished_restore
	assert_output null
	assert [ -n "$safety" ]
}

@test "protected files are named" {
	repo_new
	id=$(git checkpoint create --quiet)
	echo secret >.env
	echo .env >>.gitignore
	git checkpoint restore --quiet "$id"
	run -0 git checkpoint status
	assert_line --regexp '^Protected: +\.env$'
	run -0 status .protected
	assert_output '[".env"]'
}

@test "a session is shown, and one without tasks is nothing to finish" {
	repo_new
	run -0 git checkpoint session start --quiet --sprint=S01
	id=$output
	run -0 git checkpoint status --exit-code
	assert_line --regexp "^Session: +$id, active, sprint S01, started .* ago\$"
	refute_output --partial incomplete
	run -0 status '.state, .session.id, .session.status, .session.sprint'
	assert_output "$(printf '"%s"\n' complete "$id" active S01)"
}

@test "a last checkpoint that cannot be read hides nothing else" {
	REPO_IS_DAMAGED=1
	repo_new
	git checkpoint create --quiet
	name=$(newest_name)
	bad=$(git commit-tree -m 'no checkpoint' 'HEAD^{tree}')
	git update-ref "refs/checkpoints/$name" "$bad"
	run -0 git checkpoint status
	assert_line --partial 'which cannot be read'
	assert_line --regexp '^Checkpoints: +1'
	run -0 status '.last_checkpoint.type, .checkpoints.bytes_complete'
	assert_output $'null\nfalse'
}

@test "outside of a repository there is no status" {
	run -128 git checkpoint status
	assert_output --partial 'not a git repository'
}

@test "the task is shown with phase, subtask, percent and where to resume" {
	repo_new
	git checkpoint session start --quiet --plan=- <<-'EOT'
		{"tasks": [
			{"task_id": "T01", "task_description": "write it",
			 "phases": {"total": 3}, "subtasks": {"total": 5}},
			{"task_id": "T02"}
		]}
	EOT
	git checkpoint task start --quiet T01
	for phase in 1 2; do
		git checkpoint phase start --quiet $phase
		[[ $phase == 2 ]] || git checkpoint phase complete --quiet $phase
	done
	git checkpoint subtask start --quiet s1
	git checkpoint subtask complete --quiet s1
	git checkpoint subtask start --quiet s2
	run -0 git checkpoint status
	assert_line --regexp '^State: +incomplete, 0 of 2 tasks done, 20%$'
	assert_line --regexp '^Task: +T01, write it$'
	assert_line --regexp '^Phase: +2/3$'
	assert_line --regexp '^Subtask: +1/5 done, s2$'
	assert_line --regexp '^Progress: +40%$'
	assert_line --regexp '^Resume at: +phase_2_subtask_2$'
	run -0 status '.state, .session.percent, (.task |
		.task_id, .phase, .phases, .subtask, .subtasks_completed, .subtasks,
		.percent, .resume_point)'
	assert_output - <<-'EOT'
		"incomplete"
		20
		"T01"
		2
		3
		"s2"
		1
		5
		40
		"phase_2_subtask_2"
	EOT
}

@test "incomplete is said while tasks are not done, and only then" {
	repo_new
	git checkpoint session start --quiet
	git checkpoint task start --quiet 'T01'
	git checkpoint create --quiet 'incomplete'
	run -1 git checkpoint status --exit-code
	assert_line --regexp '^State: +incomplete'
	run -0 git checkpoint status --quiet
	assert_output incomplete
	run -1 git checkpoint status --exit-code --quiet
	git checkpoint session end --quiet --interrupted
	run -1 git checkpoint status --exit-code
	assert_line --regexp '^Session: .*, interrupted'
	assert_line "hint: 'git checkpoint resume' goes on with this session"
	git checkpoint resume --quiet --continue
	git checkpoint task fail --quiet -m 'no luck' T01
	run -0 git checkpoint status --exit-code
	refute_output --partial incomplete
	run -0 git checkpoint status --json
	refute_output --partial incomplete
}

@test "an abandoned session is nobody's to finish" {
	repo_new
	git checkpoint session start --quiet
	git checkpoint task start --quiet T01
	git checkpoint session start --quiet --force
	run -0 git checkpoint status --exit-code
	refute_output --partial incomplete
}

@test "fetched sessions count with --remotes, and only then" {
	repo_new
	id=$(git checkpoint session start --quiet)
	git checkpoint task start --quiet T01
	git checkpoint session end --quiet --interrupted
	git clone --quiet "$REPO" ../clone
	cd ../clone
	git fetch --quiet origin 'refs/checkpoints/*:refs/checkpoint-remotes/origin/*'
	run -0 git checkpoint status --exit-code
	refute_output --partial incomplete
	run -1 git checkpoint status --remotes --exit-code
	assert_line --regexp "^Fetched: +$id of origin, interrupted, incomplete, 0 of 1 task done"
	run -0 status '.state, .session, (.remotes[0] | .remote, .id, .state)' --remotes
	assert_output $'"incomplete"\nnull\n"origin"\n'"\"$id\""$'\n"incomplete"'
}
