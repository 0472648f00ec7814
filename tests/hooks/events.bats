# What git's hooks do once they are installed.

load ../test_helper

hooked_repo() {
	repo_new
	git checkpoint hooks install --quiet
	# No interval in the way, unless a test is about it.
	git config checkpoint.interval 0
}

# Type and task of every checkpoint, the oldest first.
made() {
	git checkpoint list --format='%(type) %(task)' | tac | sed 's/ $//'
}

events() {
	jq --raw-output .event "$(git rev-parse --git-dir)/checkpoint.d/hooks.log"
}

commit_for() {
	echo "$1" >>work
	git add work
	git commit --quiet --message="work for $1" --message="Task-Complete: $1"
}

@test "a commit with the trailer makes task_complete of that task" {
	hooked_repo
	commit_for T01_S01
	run made
	assert_output 'task_complete T01_S01'
	run -0 git checkpoint show --json
	assert_equal "$(jq --raw-output .git_commit <<<"$output")" \
		"$(git rev-parse HEAD)"
}

@test "a commit without it makes nothing, and says nothing" {
	hooked_repo
	run -0 git commit --quiet --allow-empty --message='Task-Complete: T01' \
		--message='Task-Complete: is no trailer here
for this line'
	refute_output
	run made
	refute_output
}

@test "all tasks that a commit names are completed" {
	hooked_repo
	git commit --quiet --allow-empty --message=x --message='task-complete: T1
Signed-off-by: A U Thor <author@example.com>
Task-Complete: T2'
	run made
	assert_output 'task_complete T1
task_complete T2'
}

@test "checkpoint.taskTrailer names another trailer" {
	hooked_repo
	git config checkpoint.taskTrailer Closes
	git commit --quiet --allow-empty --message=x --message='Closes: T7'
	commit_for T1
	run made
	assert_output 'task_complete T7'
}

@test "checkpoint.on=commit makes one for every commit" {
	hooked_repo
	git commit --quiet --allow-empty --message=before
	git config checkpoint.on commit
	git commit --quiet --allow-empty --message=one
	git commit --quiet --allow-empty --message=two
	run -0 git checkpoint list --format='%(description)'
	assert_output 'commit: two
commit: one'
}

@test "a rebase of five commits with trailers completes nothing" {
	hooked_repo
	git checkout --quiet -b topic
	for i in 1 2 3 4 5; do
		echo "$i" >"f$i"
		git add "f$i"
		git commit --quiet --message="$i" --message="Task-Complete: T$i"
	done
	git checkout --quiet main
	git commit --quiet --allow-empty --message=upstream
	for backend in --merge --apply '--interactive --no-ff'; do
		git checkout --quiet -B again topic
		# shellcheck disable=SC2086
		GIT_SEQUENCE_EDITOR=: git rebase --quiet $backend main
		assert_equal "$(git rev-list --count main..)" 5
	done
	run made
	assert_output 'task_complete T1
task_complete T2
task_complete T3
task_complete T4
task_complete T5
before_risky_operation
before_risky_operation
before_risky_operation'
}

@test "cherry-pick, am, revert and amend complete nothing again" {
	hooked_repo
	commit_for T1
	git branch picked
	git format-patch --quiet --output-directory=../patches HEAD^
	git commit --quiet --amend --no-edit
	git revert --no-edit HEAD >/dev/null
	git cherry-pick picked >/dev/null
	git reset --quiet --hard HEAD^
	git am --quiet ../patches/*
	# One that stops at a conflict, and is ended by a commit.
	git reset --quiet --hard HEAD^
	echo other >work
	git add work
	git commit --quiet --message=other
	run ! git cherry-pick picked
	echo solved >work
	git add work
	git commit --quiet --no-edit
	run made
	assert_output 'task_complete T1'
}

@test "a commit with another index completes nothing" {
	hooked_repo
	cp .git/index ../index
	GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index commit_for T1
	run made
	refute_output
	# The own one by another name is no other.
	ln -s "$REPO/.git" ../gitdir
	GIT_INDEX_FILE=$BATS_TEST_TMPDIR/gitdir/index commit_for T2
	run made
	assert_output 'task_complete T2'
}

@test "what is staged is saved as it is after commit -a and a partial commit" {
	hooked_repo
	echo a >>file
	git commit --quiet --all --message=x --message='Task-Complete: T1'
	assert_same "$(git rev-parse 'HEAD^{tree}')" \
		"$(git rev-parse "$(newest)^2^{tree}")"
	echo b >>file
	echo c >>run.sh
	git add run.sh
	git commit --quiet --message=x --message='Task-Complete: T2' -- file
	assert_same "$(git write-tree)" "$(git rev-parse "$(newest)^2^{tree}")"
}

@test "in a linked worktree and from a subdirectory it is the same" {
	hooked_repo
	git worktree add --quiet ../linked
	cd ../linked/src
	commit_for T1
	run made
	assert_output 'task_complete T1'
	cd "$REPO"
	run made
	refute_output
}

@test "pre-rebase saves what is there before" {
	hooked_repo
	git commit --quiet --allow-empty --message=two
	echo untracked >new
	run -0 git rebase --quiet --force-rebase HEAD^
	run -0 git checkpoint show --json
	assert_equal "$(jq --raw-output .type <<<"$output")" before_risky_operation
	run -0 git show "$(newest):new"
	assert_output untracked
}

@test "checkpoint.auto=false and checkpoint.on decide" {
	hooked_repo
	git config checkpoint.auto false
	commit_for T1
	git config --unset checkpoint.auto
	git config checkpoint.on manual
	commit_for T2
	run made
	refute_output
}

@test "checkout, merge, rewrite and commit are events in the log" {
	hooked_repo
	git checkout --quiet -b topic
	git commit --quiet --allow-empty --message=x
	git checkout --quiet main
	git merge --quiet topic
	git commit --quiet --amend --allow-empty --message=y
	git rebase --quiet --force-rebase HEAD^
	run events
	assert_output 'checkout
commit
checkout
merge
commit
rewrite
checkout
rewrite'
}

@test "in a session they are in its log" {
	hooked_repo
	git checkpoint session start --quiet
	git checkout --quiet -b topic
	refute [ -e .git/checkpoint.d/hooks.log ]
	run -0 grep -h -o '"event":"checkout"' .git/checkpoint.d/logs/*
	assert_output '"event":"checkout"'
}

@test "a commit completes the session's task, started or not, once" {
	hooked_repo
	echo '{"tasks":[{"task_id":"T1"},{"task_id":"T2"}]}' >../plan
	git checkpoint session start --quiet --plan ../plan
	git checkpoint task start --quiet T1
	commit_for T1
	run -0 git checkpoint session show --json
	assert_equal "$(jq --raw-output '.tasks[] | .task_id + " " + .status' \
		<<<"$output")" 'T1 completed
T2 pending'
	commit_for T2
	git commit --quiet --amend --no-edit
	commit_for T9
	run -0 git checkpoint session show --json
	assert_equal "$(jq --raw-output '.tasks[] | .task_id + " " + .status' \
		<<<"$output")" 'T1 completed
T2 completed'
	run -0 git checkpoint list --type=task_complete --format='%(task)'
	assert_output 'T9
T2
T1'
}

@test "every hook takes an auto when the interval has passed" {
	hooked_repo
	git config checkpoint.interval 15m
	GIT_CHECKPOINT_NOW=1700000000000 git checkpoint create --quiet
	echo a >>file
	export GIT_CHECKPOINT_NOW=1700000800000
	git commit --quiet --allow-empty --message=x
	run made
	assert_output manual
	export GIT_CHECKPOINT_NOW=1700000901000
	git checkout --quiet -b topic
	run made
	assert_output 'manual
auto'
}

@test "ignored files are never pushed with git push" {
	hooked_repo
	git init --quiet --bare ../remote
	work_start
	git checkpoint create --quiet --ignored
	run ! git push --quiet ../remote 'refs/checkpoints-local/*'
	assert_output --partial 'for this clone alone'
	run ! git push --quiet --mirror ../remote
	run -0 git -C ../remote for-each-ref
	refute_output
	run -0 git push --quiet ../remote main
}

@test "a secret in a checkpoint is not pushed with git push" {
	hooked_repo
	git init --quiet --bare ../remote
	printf 'AWS_SECRET_ACCESS_KEY=%s\n' wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ4h2kT9vL \
		>settings
	git checkpoint create --quiet
	run ! git push --quiet ../remote 'refs/checkpoints/*'
	assert_output --partial settings
	run -0 git -C ../remote for-each-ref
	refute_output
	run -0 git push --quiet ../remote main
	git checkpoint clean --quiet --path=settings
	rm settings
	git checkpoint create --quiet
	run -0 git push --quiet ../remote 'refs/checkpoints/*'
}

@test "with checkpoint.autoPush a push is followed by one of checkpoints" {
	hooked_repo
	git init --quiet --bare ../remote
	git remote add origin ../remote
	git checkpoint create --quiet
	run -0 git push --quiet origin main
	run -0 git -C ../remote for-each-ref --format='%(refname)'
	assert_output refs/heads/main
	git config checkpoint.autoPush true
	git commit --quiet --allow-empty --message=x
	run -0 git push --quiet origin main
	refute_output
	for _ in $(seq 600); do
		[[ $(git -C ../remote for-each-ref refs/checkpoints) ]] && break
		sleep 0.1
	done
	run -0 git checkpoint ls-remote --count --json
	assert_equal "$(jq .count <<<"$output")" 1
}

@test "what cannot be saved in time is given up, and nothing is left" {
	hooked_repo
	git config checkpoint.hookTimeout 1s
	git config filter.slow.clean 'sleep 60; cat'
	echo '*.slow filter=slow' >.gitattributes
	git add .gitattributes
	git commit --quiet --message=attributes
	echo slow >x.slow
	SECONDS=0
	run -0 git commit --quiet --allow-empty --message=x \
		--message='Task-Complete: T1'
	assert [ "$SECONDS" -lt 40 ]
	assert_output --partial 'given up after 1 seconds'
	run made
	refute_output
	rm x.slow
	# What a kill may leave goes with the next one.
	commit_for T2
	run made
	assert_output 'task_complete T2'
}

@test "a bad configuration fails no commit" {
	hooked_repo
	for key in hookTimeout interval on maxFileSize; do
		git config "checkpoint.$key" nonsense
		run -0 git commit --quiet --allow-empty --message=x \
			--message='Task-Complete: T1'
		git config --unset "checkpoint.$key"
	done
}

@test "while a restore is under way a commit is made, and nothing saved" {
	hooked_repo
	mkdir -p .git/checkpoint.d
	echo '{}' >.git/checkpoint.d/journal
	run -0 commit_for T1
	refute_output
	rm .git/checkpoint.d/journal
	run made
	refute_output
}

@test "an event that is not known is a line in the log" {
	repo_new
	run -0 git checkpoint hook post-nothing
	refute_output
	run -0 jq --raw-output '.hook + ": " + .message' .git/checkpoint.d/hooks.log
	assert_output 'post-nothing: no such event is known'
	cd ..
	run -0 git checkpoint hook post-commit
	refute_output
}
