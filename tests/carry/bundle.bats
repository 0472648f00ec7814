# Checkpoints travel in a file: what comes out elsewhere is what went in.

load ../test_helper

BUNDLE=$BATS_TEST_TMPDIR/bundle

# Every ref of a repository, with what it leads to.
refs_of() {
	git -C "${1:-$REPO}" for-each-ref --format='%(refname) %(objectname)'
}

# Every note, as it can be read.
notes_of() {
	local ref

	git for-each-ref --format='%(refname)' refs/notes/checkpoints |
		while read -r ref; do
			git notes --ref="$ref" list | sort | cut -d' ' -f1 |
				git cat-file --batch
		done
}

# A second clone of the same history.
other_new() {
	git clone --quiet "$REPO" "$BATS_TEST_TMPDIR/other"
	cd "$BATS_TEST_TMPDIR/other" || return
}

# A rebase that stopped, so that there is an operation to save.
rebase_start() {
	git checkout -q -b topic
	echo topic >file
	commit_all topic
	git checkout -q main
	echo main >file
	commit_all main
	git checkout -q topic
	run git rebase main
	assert_failure
}

@test 'a whole workspace comes out in another clone' {
	repo_new
	work_start
	git checkpoint create -q 'all of it'
	id=$(git checkpoint list -q)
	work=$(snapshot_of)
	index=$(index_of)
	git checkpoint export -q "$BUNDLE"
	other_new
	run -0 git checkpoint import "$BUNDLE"
	assert_line 'Imported 1 checkpoint'
	run -0 git checkpoint list --remotes -q
	assert_output "$id"
	run -0 git checkpoint show "$id"
	assert_output --partial 'all of it'
	git checkpoint restore -q "$id"
	mkdir ignored
	printf 'ignored\n' >ignored/file
	assert_same "$work" "$(snapshot_of .)"
	assert_same "$index" "$(index_of .)"
	run -0 git checkpoint verify
}

@test 'there and back: each clone has what the other made' {
	repo_new
	echo one >one
	git checkpoint create -q
	git checkpoint export -q "$BUNDLE.1"
	other_new
	git checkpoint import -q "$BUNDLE.1"
	git checkpoint restore -q "$(git checkpoint list --remotes -q)"
	echo two >two
	git checkpoint create -q
	work=$(snapshot_of .)
	git checkpoint export -q "$BUNDLE.2" latest
	cd "$REPO"
	git checkpoint import -q "$BUNDLE.2"
	git checkpoint restore -q "$(git checkpoint list --remotes -q)"
	assert_same "$work" "$(snapshot_of)"
}

@test 'importing again adds nothing' {
	repo_new
	work_start
	git checkpoint create -q
	git checkpoint create -q
	git checkpoint export -q "$BUNDLE" --with-local
	other_new
	git checkpoint import -q "$BUNDLE"
	refs=$(refs_of .)
	objects=$(git count-objects -v)
	run -0 git checkpoint import "$BUNDLE"
	assert_output 'Imported 0 checkpoints, 2 were here already'
	assert_same "$refs" "$(refs_of .)"
	assert_same "$objects" "$(git count-objects -v)"
	# Where they were made they are here, too.
	cd "$REPO"
	refs=$(refs_of)
	run -0 git checkpoint import "$BUNDLE"
	assert_output 'Imported 0 checkpoints, 2 were here already'
	assert_same "$refs" "$(refs_of)"
}

@test 'a backup gives back what was lost' {
	repo_new
	work_start
	git checkpoint create -q --ignored --pin one
	echo more >>file
	git checkpoint create -q two
	refs=$(refs_of | grep -v refs/notes)
	notes=$(notes_of)
	git checkpoint export -q --with-local "$BUNDLE"
	run -0 git checkpoint list -q
	ids=$output
	# shellcheck disable=SC2086
	git checkpoint clean -q $ids
	assert_equal "$(git checkpoint list -q)" ''
	git reflog expire --expire=now --all
	git gc -q --prune=now
	run -0 git checkpoint import "$BUNDLE"
	assert_output 'Imported 2 checkpoints'
	assert_same "$refs" "$(refs_of | grep -v refs/notes)"
	assert_same "$notes" "$(notes_of)"
	run -0 git checkpoint list -q
	assert_output "$ids"
	run -0 git checkpoint verify
	refute_output --partial 'problem'
}

@test 'the whole repository was lost: --own puts all back' {
	repo_new
	rebase_start
	mkdir ignored
	echo secret >ignored/file
	git checkpoint create -q --ignored --pin
	work=$(work_of)
	git checkpoint export -q --with-local "$BUNDLE"
	git clone -q --mirror . ../remote
	git -C ../remote for-each-ref --format='delete %(refname)' |
		grep checkpoint | git -C ../remote update-ref --stdin
	cd ..
	rm -rf "$REPO"
	git clone -q remote "$REPO"
	cd "$REPO"
	git checkout -q -b topic origin/topic
	run -0 git checkpoint import --own "$BUNDLE"
	assert_output 'Imported 1 checkpoint'
	run -0 git checkpoint list --format='%(pinned)'
	assert_output true
	git checkpoint restore -q --move-head latest
	assert_same "$(sed '/refs\/remotes/d' <<<"$work")" \
		"$(work_of | sed '/refs\/remotes/d')"
	git rebase --abort
}

@test 'an operation from a file is brought back only if asked for' {
	repo_new
	rebase_start
	git checkpoint create -q
	git checkpoint export -q "$BUNDLE"
	git checkpoint clean -q "$(git checkpoint list -q)"
	git rebase --abort
	git checkpoint import -q "$BUNDLE"
	# It is the worktree's own session, and was not made here all the same.
	run -0 git checkpoint restore --move-head latest --json
	assert_equal "$(jq .operation_left <<<"$output")" true
	assert_not_exists .git/rebase-merge
	git checkpoint undo -q
	# Unless it is the user's own word.
	git checkpoint import -q --own "$BUNDLE"
	run -0 git checkpoint restore --move-head "$(git checkpoint list -q |
		tail -n 1)" --json
	assert_equal "$(jq .operation_left <<<"$output")" false
	assert_exists .git/rebase-merge
	git rebase --abort
}

@test 'what never leaves the clone is in the file only with --with-local' {
	repo_new
	work_start
	git checkpoint create -q --ignored --pin
	git checkpoint export -q "$BUNDLE"
	run -0 git bundle list-heads "$BUNDLE"
	refute_output --partial refs/checkpoints-local
	refute_output --partial refs/checkpoint-pins
	git clone -q --mirror "$BUNDLE" ../mirror
	run ! git -C ../mirror cat-file -e "$(git hash-object ignored/file)"
	umask 000
	git checkpoint export -q --with-local "$BUNDLE"
	run -0 git bundle list-heads "$BUNDLE"
	assert_output --partial refs/checkpoints-local
	assert_output --partial refs/checkpoint-pins
	assert_equal "$(stat -c %a "$BUNDLE")" 600
}

@test 'this worktree, all of them, a session, a checkpoint' {
	repo_new
	git checkpoint create -q one
	first=$(git checkpoint list -q)
	session=$(git checkpoint list --format='%(session_id)')
	git checkpoint create -q two
	git worktree add -q ../linked
	(cd ../linked && git checkpoint create -q linked)
	run -0 git checkpoint export --json "$BUNDLE"
	assert_equal "$(jq '.checkpoints | length' <<<"$output")" 2
	assert_equal "$(jq -r '.sessions[]' <<<"$output")" "$session"
	run -0 git checkpoint export --json --all "$BUNDLE"
	assert_equal "$(jq '.checkpoints | length' <<<"$output")" 3
	run -0 git checkpoint export --json "$BUNDLE" "$session"
	assert_equal "$(jq '.checkpoints | length' <<<"$output")" 2
	run -0 git checkpoint export --json "$BUNDLE" "${session%?}" "$first"
	assert_equal "$(jq '.checkpoints | length' <<<"$output")" 2
	run -0 git checkpoint export --json "$BUNDLE" "$first"
	assert_equal "$(jq -r '.checkpoints[]' <<<"$output")" "$first"
	assert_equal "$(git bundle list-heads "$BUNDLE" | wc -l)" 1
	rm "$BUNDLE"
	run -128 git checkpoint export "$BUNDLE" nothing
	assert_line "fatal: no session or checkpoint 'nothing'"
	run -128 git checkpoint export "$BUNDLE" manual_
	assert_line "fatal: ambiguous session name 'manual_'"
	assert_not_exists "$BUNDLE"
}

@test 'nothing to export is said, and no file made' {
	repo_new
	run -128 git checkpoint export "$BUNDLE"
	assert_line 'fatal: there is no checkpoint to export'
	assert_not_exists "$BUNDLE"
}

@test 'plain git reads the file, and makes one that is taken' {
	repo_new
	work_start
	git checkpoint create -q
	commit=$(newest)
	git checkpoint export - >"$BUNDLE"
	run -0 git bundle verify "$BUNDLE"
	git init -q ../plain
	git -C ../plain fetch -q "$BUNDLE" 'refs/*:refs/*'
	run -0 git -C ../plain show "$commit:new/deep/untracked"
	assert_output untracked
	git bundle create -q "$BUNDLE" --all
	other_new
	refs=$(refs_of . | grep -v checkpoint)
	run -0 git checkpoint import "$BUNDLE"
	assert_line 'Imported 1 checkpoint'
	assert_line --regexp '^[0-9]+ refs of other kinds in it were left alone$'
	assert_same "$refs" "$(refs_of . | grep -v 'refs/checkpoint')"
}

@test 'without history: for clones that have it' {
	repo_new
	head -c 100000 /dev/urandom | base64 >big
	commit_all big
	work_start
	git checkpoint create -q
	git checkpoint export -q "$BUNDLE.whole"
	run -0 git checkpoint export --json --not=HEAD "$BUNDLE"
	assert_equal "$(jq -r '.prerequisites[]' <<<"$output")" \
		"$(git rev-parse HEAD)"
	assert [ "$(stat -c %s "$BUNDLE")" -lt "$(stat -c %s "$BUNDLE.whole")" ]
	git init -q ../empty
	cd ../empty
	run -128 git checkpoint import "$BUNDLE"
	assert_line --partial "lacks these prerequisite commits"
	assert_line 'hint: the file leaves history out that this clone lacks; fetch it first'
	run -0 git for-each-ref
	refute_output
	other_new
	run -0 git checkpoint import "$BUNDLE"
	assert_line 'Imported 1 checkpoint'
	# --thin: what the remote has.
	work_start
	git checkpoint create -q
	run -0 git checkpoint export --json --thin "$BUNDLE"
	assert_equal "$(jq -r '.prerequisites[]' <<<"$output")" \
		"$(git rev-parse HEAD)"
}

@test 'only what is new since a checkpoint' {
	repo_new
	echo one >one
	git checkpoint create -q
	first=$(git checkpoint list -q)
	echo two >two
	git checkpoint create -q
	run -0 git checkpoint export --not="$first" "$BUNDLE"
	assert_line --partial 'Exported 1 checkpoint of 1 session'
	assert_line --partial "warning: checkpoint '$first' is not in the file"
	run -128 git checkpoint export --not=nothing "$BUNDLE"
	assert_line "fatal: no commit 'nothing' to leave out"
	run -128 git checkpoint export --not=latest "$BUNDLE.none" latest
	assert_not_exists "$BUNDLE.none"
}

@test 'a shallow clone cannot make a file that lacks history' {
	repo_new
	echo two >>file
	commit_all two
	git clone -q --depth=1 "file://$REPO" ../shallow
	cd ../shallow
	echo three >>file
	git checkpoint create -q
	run -128 git checkpoint export "$BUNDLE"
	assert_line --partial 'fatal: this clone is shallow: the file would lack the history before'
	assert_not_exists "$BUNDLE"
	git checkpoint export -q --not=HEAD "$BUNDLE"
	cd "$REPO"
	run -0 git checkpoint import "$BUNDLE"
	assert_line 'Imported 1 checkpoint'
}

@test 'a full disk leaves the file that was there, and nothing else' {
	repo_new
	head -c 200000 /dev/urandom >big
	git checkpoint create -q
	mkdir ../out
	echo precious >../out/backup
	# A limit on the size of files stands for the disk.
	run -128 bash -c 'ulimit -f 50; trap "" XFSZ; exec git checkpoint export ../out/backup'
	assert_line --partial "fatal: cannot write '../out/backup'"
	run -0 ls -A ../out
	assert_output backup
	run -0 cat ../out/backup
	assert_output precious
}

@test 'a place that is no file is left alone' {
	repo_new
	git checkpoint create -q
	mkdir dir
	run -128 git checkpoint export dir
	assert_line "fatal: 'dir' is there and no file"
	run -128 git checkpoint export /dev/null
	assert_line "fatal: '/dev/null' is there and no file"
	run -128 git checkpoint export ''
	run -129 git checkpoint export
	run -129 git checkpoint export --json -
}

@test 'a bundle of what a server has: sessions in one ref' {
	repo_new
	git clone -q --bare . ../server
	git remote add origin ../server
	echo one >one
	git checkpoint create -q
	git checkpoint push -q origin
	echo two >two
	git checkpoint create -q
	git checkpoint push -q origin
	git -C ../server bundle create -q "$BUNDLE" --all
	other_new
	run -0 git checkpoint import "$BUNDLE"
	assert_line 'Imported 2 checkpoints'
	assert_equal "$(git checkpoint list --remotes -q)" \
		"$(git -C "$REPO" checkpoint list -q)"
	refs=$(refs_of .)
	run -0 git checkpoint import "$BUNDLE"
	assert_line --partial 'Imported 0 checkpoints, 2 were here already'
	assert_same "$refs" "$(refs_of .)"
	# They are no remote's that is gone.
	git checkpoint fetch --prune -q origin
	run -0 git checkpoint list --remotes --count
	assert_output 2
}

@test 'what was imported is no remote that is gone' {
	repo_new
	git checkpoint create -q
	git checkpoint export -q "$BUNDLE"
	other_new
	git checkpoint import -q "$BUNDLE"
	git checkpoint fetch --prune -q origin
	run -0 git checkpoint list --remotes --count
	assert_output 1
}

@test 'sessions of a backup can be gone on with' {
	repo_new
	git checkpoint session start -q --sprint=S01
	git checkpoint task start -q T01
	git checkpoint task complete -q T01
	git checkpoint task start -q T02
	git checkpoint create -q
	run -0 git checkpoint session show --json
	session=$(jq -r .id <<<"$output")
	git checkpoint export -q --with-local "$BUNDLE"
	other_new
	run -0 git checkpoint import --own "$BUNDLE"
	assert_line --regexp '^Imported [0-9]+ checkpoints and 1 session$'
	run -0 git checkpoint session show --json "$session"
	assert_equal "$(jq -c '[.status, .sprint, .unfinished, .current_task,
		(.tasks | map([.task_id, .status]))]' <<<"$output")" \
		'["interrupted","S01",true,"T02",[["T01","completed"],["T02","in_progress"]]]'
	log=$(cat ".git/checkpoint.d/logs/$session.log")
	git checkpoint import -q --own "$BUNDLE"
	assert_same "$log" "$(cat ".git/checkpoint.d/logs/$session.log")"
	# Where the log is still there, it is not touched.
	cd "$REPO"
	log=$(cat ".git/checkpoint.d/logs/$session.log")
	git checkpoint clean -q --session="$session" --keep=0
	git checkpoint import -q "$BUNDLE"
	assert_same "$log" "$(cat ".git/checkpoint.d/logs/$session.log")"
}

@test "another clone's session is gone on with in one of one's own" {
	repo_new
	git checkpoint session start -q
	git checkpoint task start -q T01
	echo work >work
	git checkpoint create -q
	run -0 git checkpoint session show --json
	session=$(jq -r .id <<<"$output")
	git checkpoint export -q "$BUNDLE"
	other_new
	git checkpoint import -q "$BUNDLE"
	run -0 git checkpoint resume --continue --theirs "$session"
	run -0 git checkpoint session show --json
	assert_equal "$(jq -r '.resumed_from' <<<"$output")" "$session"
	assert_equal "$(jq -r '.tasks[0].task_id' <<<"$output")" T01
	assert_equal "$(cat work)" work
}
