# contrib/ci: the shell steps of the workflow do what it says.

# REPO_IS_DAMAGED is the helper's.
# shellcheck disable=SC2034
load ../test_helper
load old_work

WORKFLOW=$TOP/contrib/ci/checkpoints.yml

# The script of a step, without its indentation.
step() {
	awk -v name="$1" '
		$0 == "      - name: " name { found = 1 }
		/^      - / && $0 != "      - name: " name { found = inside = 0 }
		inside { print substr($0, 11) }
		found && /^        run: \|$/ { inside = 1 }
	' "$WORKFLOW"
}

# Run a step as the runner would.
run_step() {
	local script=$BATS_TEST_TMPDIR/step.sh

	step "$1" >"$script"
	[[ -s $script ]] || fail "there is no step '$1'"
	bash -e "$script"
}

# A remote, and what the runner gives to its steps.
runner_new() {
	export CHECKPOINT_REMOTE=origin
	export RUNNER_TEMP=$BATS_TEST_TMPDIR/runner
	export GITHUB_STEP_SUMMARY=$RUNNER_TEMP/summary
	export GITHUB_PATH=$RUNNER_TEMP/path
	mkdir "$RUNNER_TEMP"
	repo_new
	git clone -q --bare . ../remote
	git remote add origin "$BATS_TEST_TMPDIR/remote"
}

# Push what there is, and go to a fresh clone of the remote.
clone_as_runner() {
	git checkpoint push -q origin
	git clone -q "$BATS_TEST_TMPDIR/remote" "$BATS_TEST_TMPDIR/clone"
	cd "$BATS_TEST_TMPDIR/clone" || return
}

@test 'unfinished sessions are reported, and all is verified' {
	runner_new
	# A session with a task in progress.
	aiwf_checkpoint cp_1703123456789 manual "$(git rev-parse HEAD)"
	git checkpoint import -q .
	clone_as_runner
	run -0 run_step 'Fetch the checkpoints'
	run -0 run_step 'Report unfinished sessions'
	assert_line '::warning title=checkpoints::there are unfinished sessions'
	assert [ -s "$GITHUB_STEP_SUMMARY" ]
	run -0 run_step 'Verify the checkpoints'
}

@test 'where all is finished nothing is reported' {
	runner_new
	git checkpoint session start -q
	git checkpoint session end -q
	clone_as_runner
	run -0 run_step 'Fetch the checkpoints'
	run -0 run_step 'Report unfinished sessions'
	assert_output 'Every session is finished.'
	run -0 run_step 'Verify the checkpoints'
}

@test 'a checkpoint that is damaged fails the run' {
	REPO_IS_DAMAGED=1
	runner_new
	git checkpoint create -q
	clone_as_runner
	run_step 'Fetch the checkpoints'
	ref=$(git for-each-ref --format='%(refname)' refs/checkpoint-remotes |
		grep '/cp_' | head -n 1)
	git update-ref "$ref" HEAD
	run ! run_step 'Verify the checkpoints'
}

@test 'the program is installed from its sources' {
	runner_new
	export CHECKPOINT_VERSION=main CHECKPOINT_SOURCE=$BATS_TEST_TMPDIR/source
	# Stands for ours, which takes minutes to build.
	git init -q "$CHECKPOINT_SOURCE"
	cd "$CHECKPOINT_SOURCE"
	mkdir contrib
	printf '#!/bin/sh\ntouch built\n' >contrib/setup
	chmod +x contrib/setup
	# What is in it is make's.
	# shellcheck disable=SC2016
	printf 'install:\n\ttest -e built\n\tmkdir -p $(prefix)/bin\n\ttouch $(prefix)/bin/git-checkpoint\n' >Makefile
	commit_all source
	cd "$REPO"
	run -0 run_step 'Install git-checkpoint'
	assert_exists "$(cat "$GITHUB_PATH")/git-checkpoint"
}

@test 'it runs on weekdays at nine' {
	run -0 grep -F "cron: '0 9 * * 1-5'" "$WORKFLOW"
}
