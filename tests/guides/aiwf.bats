# What somebody who comes from AIWF does, command by command, with the commands
# of ours that the user guide names for it.

load ../test_helper

# A session of some tasks, two of them done, as AIWF's own example has it.
sprint_begin() {
	git checkpoint session start --quiet --sprint=S01 --plan=- <<-'EOT'
		{"tasks": [{"task_id": "T01_S01"}, {"task_id": "T02_S01"},
		           {"task_id": "T03_S01"}]}
	EOT
	task_do T01_S01
	task_do T02_S01
}

# Work on one and complete it; prints the checkpoint of that.
task_do() {
	git checkpoint task start --quiet "$1"
	echo "$1" >>work
	git checkpoint task complete --quiet "$1" >&2
	git checkpoint list --limit=1 --format='%(id)'
}

@test "the basic commands" {
	repo_new
	sprint_begin
	run -0 git checkpoint status
	assert_line --regexp '^Session: +session_[0-9]+_[0-9a-f]+, active, sprint S01'
	assert_line --regexp '^State: +incomplete, 2 of 3 tasks done'
	run -0 git checkpoint list
	assert_equal "${#lines[@]}" 3
	run -0 git checkpoint list --limit 20
	assert_equal "${#lines[@]}" 3
	run -0 git checkpoint create 'Before major refactoring'
	assert_line 'Checkpoint saved: Before major refactoring'
	id=$(git checkpoint list --limit 1 --format='%(id)')
	before=$(work_of)
	rm --recursive src
	echo broken >work
	run -0 git checkpoint restore "$id"
	assert_same "$before" "$(work_of)"
	run -0 git checkpoint clean --keep 10
	run -0 git checkpoint list --count
	assert_output 5
}

@test "the commands of the tool apart" {
	repo_new
	sprint_begin
	id=$(git checkpoint list --limit 1 --format='%(id)')
	run -0 git checkpoint report
	assert_line --regexp '^  Tasks +2 completed, 1 to do of 3$'
	run -0 git checkpoint show "$id"
	assert_line "checkpoint $id"
	run -0 git checkpoint clean --keep 1 --dry-run
	run -0 git checkpoint list --count
	assert_output 3
	run -0 git checkpoint help
	assert_line --regexp '^   restore '
	run -0 git checkpoint help restore
	assert_line --regexp '^usage: git checkpoint restore'
}

@test "the metadata has the keys that it had, with the same meaning" {
	repo_new
	sprint_begin
	id=$(git checkpoint list --limit 1 --format='%(id)')
	git checkpoint show --json "$id" >../metadata
	run -0 jq --raw-output '.type, .description, .tasks_completed, .sprint,
		.git_commit, .session.id == .session_id,
		(.timestamp | test("^[0-9-]{10}T[0-9:]{8}[.][0-9]{3}Z$")),
		(.session | type), (.git | type), (.metrics | type)' ../metadata
	assert_output - <<-EOT
		task_complete
		Completed task T02_S01
		2
		S01
		$(git rev-parse HEAD)
		true
		true
		object
		object
		object
	EOT
	# Plain git has the same.
	git show "refs/checkpoints/$(newest_name)^2^2:metadata.json" >../plain
	assert_equal "$(jq --sort-keys . ../plain)" \
		"$(jq --sort-keys 'del(.ref, .commit, .pinned, .base, .attachments, .omitted_paths, .changes)' ../metadata)"
}

@test "checkpoints are made at the occasions that are named" {
	repo_new
	git checkpoint session start --quiet
	task_do T01 >/dev/null
	git checkpoint guard -- true
	git config checkpoint.interval 0s
	git checkpoint task start --quiet T02
	git checkpoint task fail --quiet -m 'it broke' T02
	git checkpoint create --quiet 'by hand'
	git checkpoint session end --quiet --interrupted
	run -0 git checkpoint list --format='%(type)'
	for type in session_start task_complete before_risky_operation \
		error_recovery manual interrupted; do
		assert_line "$type"
	done
}

@test "recovery: a session with open tasks is found when the work begins" {
	repo_new
	sprint_begin
	git checkpoint session end --quiet --interrupted
	# Continue from the last checkpoint, start fresh, review.
	run -1 git checkpoint resume
	assert_line --partial 'is unfinished (interrupted)'
	run -0 git checkpoint resume --review
	assert_line '  T03_S01'
	run -0 git checkpoint resume --continue
	assert_line --regexp '^Continuing session'
	task_do T03_S01 >/dev/null
	run -0 git checkpoint status --exit-code
	refute_output --partial incomplete
}

@test "manual recovery: list, show, restore, go on" {
	repo_new
	sprint_begin
	run -0 git checkpoint list --format='%(id)'
	id=${lines[0]}
	run -0 git checkpoint show "$id"
	rm work
	run -0 git checkpoint restore "$id"
	run -0 git checkpoint resume
	assert_line '  as in the checkpoint'
}

@test "the options of its configuration" {
	repo_new
	git config checkpoint.auto true
	git config checkpoint.interval 15m
	git config checkpoint.maxCheckpoints 50
	for type in task_complete sprint_complete before_risky_operation interval; do
		git config --add checkpoint.on "$type"
	done
	git checkpoint session start --quiet
	task_do T01 >/dev/null
	git checkpoint session end --quiet --sprint-complete
	run -0 git checkpoint list --format='%(type)'
	# There was none before, so that one was due when the task began.
	assert_output $'sprint_complete\ntask_complete\nauto'
	run -0 git checkpoint status
	assert_line --regexp '^Interval: +15m'
	# For simple sprints.
	git config checkpoint.auto false
	git checkpoint session start --quiet
	git checkpoint task start --quiet T02
	git checkpoint task complete --quiet T02
	run -0 git checkpoint list --count
	assert_output 3
}

@test "regular clean-up, by number and by age" {
	repo_new
	export GIT_CHECKPOINT_NOW=1700000000000
	git checkpoint create --quiet old
	git checkpoint create --quiet 'also old'
	export GIT_CHECKPOINT_NOW=1701000000000
	for i in 1 2 3; do
		git checkpoint create --quiet "new $i"
	done
	run -0 git checkpoint clean --older-than 7
	run -0 git checkpoint list --count
	assert_output 3
	run -0 git checkpoint clean --keep 2
	run -0 git checkpoint list --count
	assert_output 2
}

@test "metrics of the session, and reports on them" {
	repo_new
	sprint_begin
	run -0 git checkpoint report --period week
	assert_line --regexp '^  Success +100%$'
	run -0 git checkpoint report --detailed
	assert_line --regexp '^Checkpoint +Type +Time +Success +Attempts +Tokens +Memory'
	run -0 bash -c "git checkpoint show --json latest | jq '.metrics |
		.tasks_completed, .success_ratio, .tokens, .memory_peak_kb,
		(.execution_time_ms >= 0)' --compact-output"
	assert_output $'2\n1\n{}\nnull\ntrue'
}

@test "one session at a time, until it is stale or given up" {
	repo_new
	export GIT_CHECKPOINT_NOW=1700000000000
	git checkpoint session start --quiet
	run -1 git checkpoint session start
	assert_output --partial 'session already active'
	run -0 git checkpoint status
	assert_line --partial ', active'
	run -0 git checkpoint session start --force
	export GIT_CHECKPOINT_NOW=1700090000000
	run -0 git checkpoint session start
}

@test "trouble: Git state mismatch" {
	repo_new
	id=$(git checkpoint create --quiet)
	echo more >>file
	commit_all later
	run -0 git status --short
	run -1 git checkpoint restore "$id"
	assert_output --partial 'Git state mismatch'
	run -0 git checkpoint show "$id"
	assert_line --partial "$(git rev-parse --short HEAD~)"
	run -0 git checkpoint restore --move-head "$id"
	assert_equal "$(git log --format=%s)" first
}

@test "trouble: invalid checkpoint data" {
	REPO_IS_DAMAGED=1
	repo_new
	git checkpoint create --quiet good
	id=$(git checkpoint create --quiet bad)
	damage "$(newest_name)"
	run -128 git checkpoint show "$id"
	assert_output --partial 'invalid checkpoint data'
	run -0 git checkpoint clean "$id"
	run -0 git checkpoint list --format='%(description)'
	assert_output good
	git checkpoint create --quiet bad
	damage "$(newest_name)"
	run -0 git checkpoint clean --verify
	run -0 git checkpoint list --format='%(description)'
	assert_output good
}

# Put noise in place of a checkpoint's metadata.
damage() {
	local c=refs/checkpoints/$1 s i noise

	noise=$(echo noise | git hash-object -w --stdin)
	s=$(git ls-tree "$c^2^2" |
		sed "s/[0-9a-f]*\tmetadata.json\$/$noise\tmetadata.json/" | git mktree)
	s=$(git commit-tree -m state "$s")
	i=$(git commit-tree -m index -p HEAD -p "$s" "$c^2^{tree}")
	git update-ref "$c" "$(git log -1 --format=%B "$c" |
		sed -e "s/^\(Checkpoint-Index: \).*/\1$i/" \
			-e "s/^\(Checkpoint-State: \).*/\1$s/" |
		git commit-tree -F - -p HEAD -p "$i" "$c^{tree}")"
}

@test "trouble: too many checkpoints" {
	repo_new
	git config checkpoint.maxCheckpoints 7
	for i in 1 2 3 4 5 6 7 8; do
		git checkpoint create --quiet "number $i"
	done
	run -0 git checkpoint status
	assert_output --partial 'too many checkpoints'
	run -0 git checkpoint list --count
	assert_output 8
	run -0 git checkpoint clean --keep 5
	run -0 git checkpoint list --count
	assert_output 5
	run -0 git checkpoint status
	assert_line --regexp '^Checkpoints: +5, .* added$'
}

@test "the check that a CI runs on a schedule" {
	repo_new
	sprint_begin
	git checkpoint session end --quiet --interrupted
	git clone --quiet "$REPO" ../ci
	cd ../ci
	git checkpoint fetch --quiet
	run -0 bash -c 'git checkpoint status --remotes | grep -q incomplete &&
		git checkpoint report --remotes'
	assert_line --regexp '^  Tasks +2 completed, 1 to do of 3$'
}

@test "the script that makes a backup" {
	repo_new
	sprint_begin
	run -0 bash -c "git checkpoint export ../checkpoints-\$(date +%Y%m%d).bundle &&
		git checkpoint clean --keep 10"
	git clone --quiet "$REPO" ../elsewhere
	cd ../elsewhere
	run -0 git checkpoint import ../checkpoints-*.bundle
	run -0 git checkpoint list --remotes --count
	assert_output 3
}
