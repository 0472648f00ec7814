# `git checkpoint resume` at a terminal: what it asks, and what comes of it.

load ../test_helper
load work

setup() {
	scratch_setup
	repo_new
	git config core.pager cat
	work_begin
}

# resume_answering <answers> [<option>...]: each letter is a line.
resume_answering() {
	local answers=$1

	shift
	sed 's/./&\n/g' <<<"$answers" |
		on_terminal git checkpoint resume "$@"
}

@test "a session that stopped is shown, and gone on with" {
	git checkpoint session end --quiet --interrupted
	run -0 resume_answering c
	assert_output --partial "Session $session, interrupted: 1 of 3 tasks done"
	assert_output --partial "$checkpoint"
	assert_output --partial 'HEAD is where it was, files are as in the last checkpoint'
	assert_output --partial 'continue from the last checkpoint'
	assert_output --partial "Continuing session $session"
	run -0 session_now .status
	assert_output active
}

@test "a review comes back to the question" {
	git checkpoint session end --quiet --interrupted
	run -1 resume_answering rq
	assert_output --partial "Review of session $session"
	assert_output --partial 'nothing was resumed'
	run -0 session_now .status
	assert_output interrupted
}

@test "starting fresh gives it up" {
	git checkpoint session end --quiet --interrupted
	run -0 resume_answering f
	run -0 git checkpoint session show --json "$session"
	assert_equal "$(jq --raw-output .status <<<"$output")" abandoned
}

@test "deleted and changed files are asked about, each kind on its own" {
	rm result.txt
	echo later >>file
	run -0 resume_answering to
	assert_output --partial '1 file deleted'
	assert_output --partial '1 file changed'
	assert_equal "$(cat result.txt)" result
	assert_equal "$(tail -n 1 file)" later
}

@test "the changes are shown before they are decided on" {
	echo later >>file
	run -0 resume_answering dt
	assert_output --partial '+later'
	run -0 git diff --quiet HEAD -- file
}

@test "each file can be asked about" {
	echo later >>file
	echo later >>run.sh
	run -0 resume_answering eto
	run -0 git diff --name-only HEAD
	assert_output run.sh
}

@test "leaving is possible at every question, and changes nothing" {
	rm result.txt
	echo later >>file
	before=$(work_of && gitdir_of)
	for answers in q tq oq tdq; do
		run -1 resume_answering "$answers"
		assert_output --partial 'nothing was resumed'
		assert_same "$before" "$(work_of && gitdir_of)"
	done
}

@test "options that decide leave nothing to ask" {
	echo later >>file
	git checkpoint session end --quiet --interrupted
	echo more >>file
	run -0 on_terminal git checkpoint resume --theirs </dev/null
	refute_output --partial 'What'
	assert_equal "$(tail -n 1 file)" later
}
