# A restore that is killed at any moment.

load ../test_helper

# Files of many kinds, so that a restore takes a while.
many_files() {
	local i

	for i in {1..60}; do
		mkdir -p "d$((i % 7))"
		head -c $((i * 997)) /dev/urandom >"d$((i % 7))/file$i"
	done
}

state_of() {
	snapshot_of
	index_of
	git_state_of
}

setup() {
	scratch_setup
	repo_new
	many_files
	git add d1 d2
	git checkpoint create -q target
	state_of >"$TMPDIR/target"
	for i in {1..60..2}; do rm -f "d$((i % 7))/file$i"; done
	for i in {2..60..4}; do echo changed >"d$((i % 7))/file$i"; done
	rm -r d3
	echo file >d3
	mkdir new
	echo new >new/file
	git add -A
	state_of >"$TMPDIR/source"
}

# A kill may leave a pack that is kept; the next save lets go of it.
teardown() {
	if [[ ! -e .git/checkpoint.d/journal ]]; then
		git checkpoint create -q
	fi
	scratch_check
}

# Kill a restore after its n-th rename or unlink; false: it was over by then.
kill_at() {
	run strace -f -o /dev/null -e trace=renameat2,renameat,rename,unlinkat \
		-e inject=renameat2,renameat,rename,unlinkat:signal=KILL:when="$1" \
		git-checkpoint restore latest
	[[ $status -ne 0 ]]
}

@test 'killed anywhere, --continue leads to the state after' {
	for at in 1 5 9 10 11 12 13 20 31 45 50 55 60 65 70 75; do
		kill_at "$at" || break
		if [[ -e .git/checkpoint.d/journal ]]; then
			run -1 git checkpoint create
			assert_line 'fatal: a restore was not finished'
			git checkpoint restore -q --continue
			state_of >"$TMPDIR/now"
			assert_files_equal "$TMPDIR/target" "$TMPDIR/now"
			git checkpoint undo -q
		fi
		git checkpoint status -q
		assert_file_not_exist .git/index.lock
		state_of >"$TMPDIR/now"
		assert_files_equal "$TMPDIR/source" "$TMPDIR/now"
	done
	[[ $at -gt 20 ]]
}

@test 'killed anywhere, --abort leads to the state before' {
	for at in 1 5 9 10 11 12 13 20 31 45 50 55 60 65 70 75; do
		kill_at "$at" || break
		if [[ -e .git/checkpoint.d/journal ]]; then
			git checkpoint restore -q --abort
		fi
		git checkpoint status -q
		assert_file_not_exist .git/index.lock
		state_of >"$TMPDIR/now"
		assert_files_equal "$TMPDIR/source" "$TMPDIR/now"
	done
	[[ $at -gt 20 ]]
}

# strace counts the calls of each thread by itself.
on_one_thread() {
	local processors
	processors=$(taskset -pc $$)
	processors=${processors##*: }
	taskset -c "${processors%%[-,]*}" "$@"
}

# Directories that are not there are filled under a name of ours. A link comes
# last in one of them; the first link, and the first two renames, are trials.
@test 'killed while it fills a directory that was missing' {
	local at how call expected
	ln -s file1 d1/zlink
	git add -A
	git checkpoint create -q all
	state_of >"$TMPDIR/target"
	rm -r d1 d2 d5
	state_of >"$TMPDIR/source"
	for at in symlinkat:2 renameat2:3; do
		call=${at%:*}
		for how in continue:target abort:source; do
			expected=$TMPDIR/${how#*:}
			run ! on_one_thread strace -f -o /dev/null \
				-e "trace=$call" \
				-e "inject=$call:signal=KILL:when=${at#*:}" \
				git-checkpoint restore latest
			run -0 find . -path '*/.checkpoint-*.new/file8'
			assert_output
			assert_not_exists d1
			git checkpoint restore -q "--${how%:*}"
			run -0 find . -name '.checkpoint-*'
			refute_output
			state_of >"$TMPDIR/now"
			assert_files_equal "$expected" "$TMPDIR/now"
			rm -rf d1 d2 d5
		done
	done
}

# Kill a restore while it saves what is there; it has the index locked by then.
kill_early() {
	run ! strace -f -o /dev/null -e trace=fsync,fdatasync \
		-e inject=fsync,fdatasync:signal=KILL:when=1 \
		git-checkpoint restore latest
	assert_file_not_exist .git/checkpoint.d/journal
	assert_file_exist .git/index.lock
}

@test 'killed before the journal, the next command unlocks the index' {
	for command in list status create 'restore latest --dry-run' 'undo' \
		'hook post-commit'; do
		kill_early
		# Words are arguments.
		# shellcheck disable=SC2086
		run git checkpoint $command
		assert_file_not_exist .git/index.lock
		assert_file_not_exist .git/checkpoint.d/index-lock
	done
	state_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/source" "$TMPDIR/now"
}

@test 'killed between the two names of the lock' {
	run ! strace -f -o /dev/null -e trace=link,linkat \
		-e inject=link,linkat:signal=KILL:when=1 \
		git-checkpoint restore latest
	assert_file_exist .git/checkpoint.d/index-lock
	git checkpoint list -q
	assert_file_not_exist .git/checkpoint.d/index-lock
	assert_file_not_exist .git/index.lock
	git checkpoint restore -q latest
	state_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/target" "$TMPDIR/now"
}

@test "a lock of git's own is not taken for ours" {
	kill_early
	rm .git/index.lock
	touch .git/index.lock
	git checkpoint list -q
	assert_file_exist .git/index.lock
	run -128 git checkpoint restore latest
	assert_output --partial "index.lock': File exists"
	rm .git/index.lock
	git checkpoint restore -q latest
}

@test 'where the lock can have no second name, the restore goes on' {
	run -0 strace -f -o /dev/null -e trace=link \
		-e inject=link:error=EPERM:when=1 \
		git-checkpoint restore -q latest
	assert_file_not_exist .git/checkpoint.d/index-lock
	state_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/target" "$TMPDIR/now"
}

@test 'killed while it tries what the file system can do' {
	run ! strace -f -o /dev/null -e trace=symlinkat \
		-e inject=symlinkat:signal=KILL:when=1 \
		git-checkpoint restore latest
	run -0 find . -maxdepth 1 -name '.checkpoint-*-probe*'
	assert_output
	git checkpoint restore -q --abort
	state_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/source" "$TMPDIR/now"
	run -0 find . -maxdepth 1 -name '.checkpoint-*'
	refute_output
}

@test 'an edit made after the kill is saved before it is taken back' {
	kill_at 20
	assert_file_exist .git/checkpoint.d/journal
	echo 'edited after the kill' >run.sh
	git checkpoint restore -q --abort
	state_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/source" "$TMPDIR/now"
	found=
	for c in $(git for-each-ref --format='%(objectname)' refs/checkpoints); do
		if [[ $(git show "$c:run.sh") == 'edited after the kill' ]]; then
			found=1
		fi
	done
	[[ $found ]]
}

@test 'what only looks says that a restore was not finished' {
	kill_at 20
	assert_file_exist .git/checkpoint.d/journal
	for command in list show 'diff latest --name-only' verify; do
		# Words are arguments.
		# shellcheck disable=SC2086
		run -0 --separate-stderr git checkpoint $command
		assert_equal "$stderr" "warning: a restore was not finished
hint: 'git checkpoint restore --continue' finishes it
hint: 'git checkpoint restore --abort' takes it back"
	done
	run -0 --separate-stderr git checkpoint restore --abort
	refute [ "${stderr#warning: a restore}" != "$stderr" ]
	run -0 --separate-stderr git checkpoint list
	assert_equal "$stderr" ''
}

@test '--continue and --abort without a journal' {
	run -1 git checkpoint restore --continue
	assert_output 'fatal: no restore is under way'
	run -1 git checkpoint restore --abort
}

@test 'a locked index is an error before anything is changed' {
	touch .git/index.lock
	run -128 git checkpoint restore latest
	rm .git/index.lock
	state_of >"$TMPDIR/now"
	assert_files_equal "$TMPDIR/source" "$TMPDIR/now"
	assert_file_not_exist .git/checkpoint.d/journal
}
