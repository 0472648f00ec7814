# `git checkpoint show`: all that is known of one.

load ../test_helper

NOW=1700000000000

setup() {
	scratch_setup
	repo_new
	export GIT_CHECKPOINT_NOW=$NOW
}

ref_of() {
	git for-each-ref --format='%(refname)' 'refs/checkpoints/*/'"$1"
}

# Let the newest checkpoint have what a jq program makes of its metadata.
edit_metadata() {
	local ref meta state index message

	ref=$(ref_of "$(git checkpoint list -q -n 1)")
	meta=$(git show "$ref^2^2:metadata.json" | jq "$1" |
		git hash-object -w --stdin)
	state=$(git ls-tree "$ref^2^2" |
		sed "s/[0-9a-f]*	metadata.json$/$meta	metadata.json/" |
		git mktree)
	state=$(git commit-tree "$state" -m state)
	index=$(git commit-tree "$ref^2^{tree}" -p "$ref^" -p "$state" -m index)
	message=$(git log -1 --format=%B "$ref" |
		sed -e "s/^\(Checkpoint-Index:\).*/\1 $index/" \
			-e "s/^\(Checkpoint-State:\).*/\1 $state/")
	git update-ref "$ref" "$(git commit-tree "$ref^{tree}" \
		-p "$ref^" -p "$index" -m "$message")"
}

@test "a checkpoint is shown as git shows a commit" {
	work_start
	head -c 2000 /dev/urandom >data
	git config checkpoint.maxFileSize 1k
	id=$(git checkpoint create --quiet --attach run.sh --attach file \
		--task=t1 --pin 'what it is')
	ref=$(ref_of "$id")
	export GIT_CHECKPOINT_NOW=$((NOW + 180000)) TZ=Asia/Kolkata
	run -0 --separate-stderr git checkpoint show "$id"
	assert_equal "$stderr" ''
	meta=$(git show "$ref^2^2:metadata.json")
	assert_output - <<-EOF
		checkpoint $id
		Type:        manual
		Date:        Wed Nov 15 03:43:20 2023 +0530 (3 minutes ago)
		Session:     $(cut -d/ -f3 <<<"$ref")
		Ref:         $ref
		Commit:      $(git rev-parse "$ref")
		Base:        $(git log -1 --format='%h %s')
		Branch:      main
		Task:        t1
		Files:       7 (2 staged, 3 unstaged, 2 untracked)
		Snapshot:    $(jq --raw-output .snapshot.digest <<<"$meta")
		Added:       $(jq --raw-output .snapshot.bytes_added <<<"$meta") bytes
		Pinned:      yes
		Attachments: file, run.sh

		    what it is

		Changed against the base:
		$(git diff --stat HEAD "$ref")

		Left out:
		    too-large         data (1.95 KiB)
		    ignored           ignored/
	EOF
}

@test "without a name it is the latest" {
	git checkpoint create --quiet one
	two=$(git checkpoint create --quiet two)
	run -0 git checkpoint show
	assert_line --index 0 "checkpoint $two"
	run -0 git checkpoint show latest~1
	assert_line '    one'
	run -128 git checkpoint show latest~2
	run -129 git checkpoint show latest latest
	assert_line --index 0 'error: too many arguments'
}

@test "-p is git's diff against the base" {
	work_start
	git checkpoint create --quiet
	ref=$(ref_of "$(git checkpoint list -q)")
	run -0 git checkpoint show -p
	want=$(git diff HEAD "$ref")
	[[ $output == *"$want" ]] || fail "$output"
	# Of a branch that has moved on, the base is what it was.
	commit_all later
	run -0 git checkpoint show -p
	[[ $output == *"$want" ]] || fail "$output"
	run -0 git checkpoint show -q
	refute_output --partial 'Changed against'
}

@test "a clean worktree is told, too" {
	git checkpoint create --quiet
	run -0 git checkpoint show -p
	assert_line 'Nothing changed against the base.'
	refute_output --partial diff
	assert_equal "${lines[-1]}" 'Nothing changed against the base.'
}

@test "an unborn branch has no base" {
	REPO=$BATS_TEST_TMPDIR/unborn
	git init --quiet "$REPO"
	cd "$REPO"
	printf 'a\n' >a
	git checkpoint create --quiet
	run -0 git checkpoint show -p
	assert_line 'Base:        none, HEAD was unborn'
	assert_line 'Branch:      main'
	assert_line ' a | 1 +'
	assert_line 'new file mode 100644'
	run -0 git checkpoint show --json
	jq --exit-status '.base == null and (.changes | map(.path) == ["a"])' \
		<<<"$output"
}

@test "a detached HEAD and an operation are told" {
	git checkout --quiet -b side
	printf 'side\n' >file
	commit_all side
	git checkout --quiet --detach main
	printf 'main\n' >file
	commit_all main
	run -1 git merge side
	git checkpoint create --quiet
	run -0 git checkpoint show
	assert_line 'HEAD:        detached'
	assert_line 'Operation:   merge'
	refute_line --regexp '^Branch:'
}

@test "how far the work was is told" {
	git checkpoint create --quiet --task=t2
	edit_metadata '.sprint = "s1" | .tasks_completed = 3 |
		.session.status = "active" | .session.resumed_from = "session_1" |
		.task.task_description = "the second" |
		.task.phases.total = 3 | .task.phases.current = 2 |
		.task.subtasks.total = 5 | .task.subtasks.completed = ["a", "b"] |
		.task.recovery.resume_point = "phase_2_subtask_3" |
		.metrics = {tasks_total: 7, tasks_completed: 3, tasks_failed: 1,
			tasks_skipped: 0, success_ratio: 0.75,
			execution_time_ms: 3723000,
			tokens: {input: 100, output: 20}, memory_peak_kb: 2048}'
	run -0 git checkpoint show
	assert_line --regexp '^Session:     manual_[^ ]* \(active\)$'
	assert_line 'Sprint:      s1'
	assert_line 'Continues:   session_1'
	assert_line 'Task:        t2: the second (phase 2/3, subtask 2/5)'
	assert_line 'Resume at:   phase_2_subtask_3'
	assert_line 'Tasks:       3 completed, 1 failed, 0 skipped of 7'
	assert_line 'Metrics:     75% successful, 1h 2m, 100 input tokens, 20 output tokens, 2.00 MiB of memory'
}

@test "what was left out elsewhere is counted" {
	work_start
	git checkpoint create --quiet
	git for-each-ref --format='delete %(refname)' refs/checkpoints-local |
		git update-ref --stdin
	run -0 git checkpoint show
	assert_line 'Left out, and listed only where it was made:'
	assert_line '    ignored           1'
	run -0 git checkpoint show --json
	jq --exit-status '.omitted_paths == [] and
		.snapshot.omitted.count == 1' <<<"$output"
}

@test "ignored files that were captured are told" {
	work_start
	git checkpoint create --quiet --ignored
	run -0 git checkpoint show
	assert_line 'Ignored:     1, in this clone alone'
	refute_line 'Left out:'
}

@test "--attachment is its bytes" {
	head -c 300000 /dev/urandom >"$TMPDIR/data"
	printf '\0\n' >>"$TMPDIR/data"
	: >"$TMPDIR/empty file"
	git checkpoint create --quiet --attach "$TMPDIR/data" \
		--attach "$TMPDIR/empty file"
	git checkpoint show --attachment=data >"$TMPDIR/out"
	cmp "$TMPDIR/data" "$TMPDIR/out"
	run -0 git checkpoint show latest --attachment 'empty file'
	refute_output
	run -128 git checkpoint show --attachment=../metadata.json
	assert_line --index 0 --regexp \
		"^fatal: checkpoint 'cp_[^']*' has no attachment '../metadata.json'"
	assert_line --index 1 "hint: it has 'data'"
	assert_line --index 2 "hint: it has 'empty file'"
	run -129 git checkpoint show -p --attachment=data
}

@test "--json is the metadata, and what belongs to it" {
	work_start
	id=$(git checkpoint create --quiet --attach run.sh --pin)
	ref=$(ref_of "$id")
	run -0 git checkpoint show --json "$id"
	assert_equal "${#lines[@]}" 1
	assert_equal "$(jq --compact-output 'del(.ref, .commit, .pinned, .base,
		.attachments, .omitted_paths, .changes)' <<<"$output")" \
		"$(git show "$ref^2^2:metadata.json" | jq --compact-output .)"
	jq --exit-status --arg ref "$ref" --arg base "$(git rev-parse HEAD)" \
		--arg commit "$(git rev-parse "$ref")" \
		'.ref == $ref and .commit == $commit and .pinned and
		.base == $base and .attachments == ["run.sh"] and
		.omitted_paths == [{"path": "ignored/", "reason": "ignored",
			"bytes": null}]' <<<"$output"
	assert_equal "$(jq --raw-output '.changes[] | "\(.status)\t\(.path)"' \
		<<<"$output")" \
		"$(git diff --name-status --no-renames HEAD "$ref" |
			sed 's/"name with\\nwith"/x/; s/"name with\\nnewline"/name with%0Anewline/')"
	# From below, too: paths are from the top.
	cd src
	want=$output
	run -0 git checkpoint show --json "$id"
	assert_output "$want"
}

@test "one that is damaged, or newer, is an error with a way on" {
	good=$(git checkpoint create --quiet)
	ref=$(ref_of "$good")
	bad=cp_$((NOW + 5000))_00000000
	git update-ref "${ref%/*}/$bad" HEAD
	run -128 git checkpoint show "$bad"
	assert_line --index 0 --partial "invalid checkpoint data: '$bad'"
	assert_line "hint: 'git checkpoint verify $bad' says what is wrong"
	git update-ref -d "${ref%/*}/$bad"
	edit_metadata '.version = "99.0.0"'
	run -128 git checkpoint show "$good"
	assert_line --index 0 --partial 'format version 99'
	run -0 git checkpoint list
	assert_output --regexp "^$good  newer .*format version 99"
}

@test "texts of others cannot drive the terminal" {
	git checkpoint create --quiet --task=t
	edit_metadata '.description = "\u001b[31mred\nsecond line" |
		.task.task_description = "\u009b31m" | .sprint = "a\nType: b"'
	run -0 git checkpoint show
	refute_output --partial $'\e'
	refute_output --partial $'\xc2\x9b'
	assert_line '    \x1b[31mred'
	assert_line '    second line'
	assert_line 'Sprint:      a\nType: b'
}

@test "a person at a terminal gets colour and one pager" {
	work_start
	git checkpoint create --quiet
	export GIT_PAGER='sed "s/^/paged: /"' TERM=xterm
	run -0 on_terminal git checkpoint show -p
	assert_line --index 0 --partial $'paged: \e[33mcheckpoint cp_'
	assert_output --partial $'paged: \e[1mdiff --git'
	refute_output --partial 'paged: paged'
	for line in "${lines[@]}"; do
		[[ $line == 'paged: '* ]] || fail "not paged: $line"
	done
	export GIT_PAGER=cat
	run -0 on_terminal git -c color.ui=never checkpoint show -p
	assert_line --index 0 --regexp '^checkpoint cp_'
	refute_output --partial paged
	refute_output --partial $'\e'
}

@test "a reader that leaves is no failure to tell" {
	for i in {1..2000}; do printf '%s\n' "line $i"; done >file
	git checkpoint create --quiet
	run -0 bash -c 'git checkpoint show -p 2>"$TMPDIR/err" | head -n 1'
	run -0 cat "$TMPDIR/err"
	refute_output
	export GIT_PAGER='head -n 1'
	run -0 on_terminal git checkpoint show -p
	assert_equal "${#lines[@]}" 1
}
