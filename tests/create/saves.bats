# What a checkpoint holds, read with plain git.

load ../test_helper

@test 'the tree of C is what git add -A and write-tree make' {
	repo_new
	work_start
	git checkpoint create -q 'the work'
	cp -p .git/index "$TMPDIR/index"
	export GIT_INDEX_FILE=$TMPDIR/index
	git add --all
	assert_equal "$(git rev-parse "$(newest)^{tree}")" "$(git write-tree)"
}

@test 'the tree of I is what was staged' {
	repo_new
	work_start
	git checkpoint create -q 'the work'
	assert_equal "$(git rev-parse "$(newest)^2^{tree}")" "$(git write-tree)"
}

@test 'C and I have the base as first parent, S holds the metadata' {
	repo_new
	work_start
	git checkpoint create -q 'the work'
	c=$(newest)
	assert_equal "$(git rev-parse "$c^1")" "$(git rev-parse HEAD)"
	assert_equal "$(git rev-parse "$c^2^1")" "$(git rev-parse HEAD)"
	run -0 git show "$c^2^2:metadata.json"
	assert_equal "$(jq -r .description <<<"$output")" 'the work'
	assert_equal "$(jq -r .type <<<"$output")" manual
	assert_equal "$(jq -r .git_commit <<<"$output")" \
		"$(git rev-parse HEAD)"
}

@test 'the trailers name the parts' {
	repo_new
	git checkpoint create -q --task T01 --key k1 'the work'
	c=$(newest)
	run -0 git log -1 --format='%(trailers:only)' "$c"
	assert_line "Checkpoint-Type: manual"
	assert_line "Checkpoint-Base: $(git rev-parse HEAD)"
	assert_line "Checkpoint-Index: $(git rev-parse "$c^2")"
	assert_line "Checkpoint-State: $(git rev-parse "$c^2^2")"
	assert_line 'Checkpoint-Task: T01'
	assert_line 'Checkpoint-Key: k1'
}

@test 'the note is the metadata' {
	repo_new
	git checkpoint create -q 'the work'
	c=$(newest)
	session=$(git for-each-ref --format='%(refname:lstrip=2)' \
		refs/checkpoints | cut -d/ -f1)
	git show "$c^2^2:metadata.json" >"$TMPDIR/metadata"
	git notes --ref "checkpoints/$session" show "$c" >"$TMPDIR/note"
	assert_files_equal "$TMPDIR/metadata" "$TMPDIR/note"
}

@test 'a checkpoint before the first commit has no base' {
	REPO=$BATS_TEST_TMPDIR/repo
	git init -q "$REPO"
	cd "$REPO"
	echo staged >staged
	git add staged
	echo untracked >untracked
	git checkpoint create -q 'nothing yet'
	c=$(newest)
	assert_equal "$(git rev-list --parents -1 "$c" | wc -w)" 2
	run -0 git ls-tree --name-only "$c"
	assert_output $'staged\nuntracked'
	run -0 git ls-tree --name-only "$c^1"
	assert_output staged
	run -0 git log -1 --format='%(trailers:key=Checkpoint-Base)' "$c"
	refute_output
}

@test 'git stash apply --index takes a checkpoint' {
	repo_new
	work_start
	git checkpoint create -q 'the work'
	index_of >"$TMPDIR/index"
	git status --porcelain >"$TMPDIR/status"
	git reset -q --hard
	git clean -qfd
	git stash apply -q --index "$(newest)"
	run -0 git diff --cached --name-status
	assert_output $'M\tfile\nA\tstaged'
	assert_equal "$(cat new/deep/untracked)" untracked
}

@test 'git worktree add checks a checkpoint out' {
	repo_new
	work_start
	git checkpoint create -q 'the work'
	git worktree add -q "$BATS_TEST_TMPDIR/other" "$(newest)"
	assert_equal "$(cat "$BATS_TEST_TMPDIR/other/new/deep/untracked")" \
		untracked
	assert_file_not_exist "$BATS_TEST_TMPDIR/other/link"
}

@test 'a checkpoint survives gc --prune=now' {
	repo_new
	work_start
	git checkpoint create -q 'the work'
	snapshot_of >"$TMPDIR/before"
	git reflog expire --expire=now --all
	git gc -q --prune=now
	git reset -q --hard
	git clean -qfd
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'ignored files are left out, and listed' {
	repo_new
	work_start
	run -0 git checkpoint create 'the work'
	assert_line --partial '1 ignored path'
	run -0 git show "refs/checkpoints-local/${c:-$(newest_name)}:omitted"
	assert_line 'ignored - ignored/'
	run ! git cat-file -e "$(newest):ignored/file"
}

@test '--ignored keeps ignored files in L alone' {
	repo_new
	work_start
	git checkpoint create -q --ignored 'the work'
	run ! git cat-file -e "$(newest):ignored/file"
	run -0 git show "refs/checkpoints-local/$(newest_name):ignored/ignored/file"
	assert_output ignored
}

@test 'checkpoint.include keeps chosen ignored files' {
	repo_new
	printf '.env\nbig/\n' >>.gitignore
	mkdir big
	echo secret >.env
	echo no >big/file
	git config checkpoint.include .env
	git checkpoint create -q 'the work'
	run -0 git ls-tree -r --name-only "refs/checkpoints-local/$(newest_name)"
	assert_line ignored/.env
	refute_line --partial big/file
}

@test 'checkpoint.exclude and maxFileSize leave files out' {
	repo_new
	echo no >a.tmp
	head -c 5000 /dev/zero >large
	git config checkpoint.exclude '*.tmp'
	git config checkpoint.maxFileSize 4k
	run -0 git checkpoint create 'the work'
	assert_line --partial 'a.tmp (excluded)'
	assert_line --partial 'large (too-large)'
	run -0 git ls-tree --name-only "$(newest)"
	refute_line a.tmp
	refute_line large
}

@test 'more new data than maxNewBytes is refused without a yes' {
	repo_new
	head -c 5000 /dev/zero >large
	git config checkpoint.maxNewBytes 4k
	run -1 git checkpoint create 'the work'
	assert_line --partial 'checkpoint.maxNewBytes'
	assert_line --partial "hint: '--yes'"
	run -0 git for-each-ref refs/checkpoints
	refute_output
	git checkpoint create -q --yes 'the work'
	git cat-file -e "$(newest):large"
}

@test 'the home directory is not saved without a yes' {
	git init -q "$HOME"
	cd "$HOME"
	run -1 git checkpoint create
	assert_line --partial "hint: 'git checkpoint create --yes'"
	git checkpoint create -q --yes
}

@test 'a key makes a checkpoint only once' {
	repo_new
	one=$(git checkpoint create -q --key once 'the work')
	two=$(git checkpoint create -q --key once 'the work again')
	assert_equal "$one" "$two"
	assert_equal "$(git for-each-ref refs/checkpoints | wc -l)" 1
}

@test 'an auto checkpoint is made only where something changed' {
	repo_new
	git checkpoint create -q --type auto
	git checkpoint create -q --type auto
	assert_equal "$(git for-each-ref refs/checkpoints | wc -l)" 1
	echo more >>file
	git checkpoint create -q --type auto
	assert_equal "$(git for-each-ref refs/checkpoints | wc -l)" 2
	git checkpoint create -q 'manual ones always are'
	assert_equal "$(git for-each-ref refs/checkpoints | wc -l)" 3
}

@test 'attachments are kept' {
	repo_new
	echo log >"$TMPDIR/a.log"
	git checkpoint create -q --attach "$TMPDIR/a.log" 'the work'
	run -0 git show "$(newest)^2^2:attachments/a.log"
	assert_output log
	run -128 git checkpoint create --attach "$TMPDIR/none"
}

@test '--pin sets a pin' {
	repo_new
	git checkpoint create -q --pin 'the work'
	assert_equal "$(git rev-parse "refs/checkpoint-pins/$(newest_name)")" \
		"$(newest)"
}

@test 'equal workspaces have equal digests' {
	repo_new
	work_start
	one=$(git checkpoint create --json | jq -r .snapshot.digest)
	two=$(git checkpoint create --json | jq -r .snapshot.digest)
	assert_equal "$one" "$two"
	chmod 600 file
	three=$(git checkpoint create --json | jq -r .snapshot.digest)
	[[ $one != "$three" ]]
}

@test 'a file that did not change is not read again' {
	repo_new
	head -c 3000000 /dev/urandom >large
	sleep 0.1
	git checkpoint create -q
	run -0 strace -f -e trace=read -o "$TMPDIR/trace" git checkpoint create -q
	bytes=$(sed -n 's/.* = \([0-9]*\)$/\1/p' "$TMPDIR/trace" |
		awk '{ sum += $1 } END { print sum + 0 }')
	[[ $bytes -lt 2000000 ]]
}

@test 'a damaged cache costs time, never correctness' {
	repo_new
	echo untracked >untracked
	git checkpoint create -q
	one=$(newest)
	printf 'x' | dd of=.git/checkpoint.d/cache bs=1 seek=90 conv=notrunc \
		status=none
	git checkpoint create -q
	assert_equal "$(git rev-parse "$one^{tree}")" \
		"$(git rev-parse "$(newest)^{tree}")"
	: >.git/checkpoint.d/cache
	git checkpoint create -q
}

@test 'what the cache vouches for is written again when its checkpoint is gone' {
	repo_new
	head -c 3000 /dev/urandom >untracked
	sleep 0.1
	git checkpoint create -q
	git update-ref -d "refs/checkpoints/$(newest_name)"
	git for-each-ref --format='delete %(refname)' refs/notes \
		refs/checkpoints-local | git update-ref --stdin
	git gc -q --prune=now
	git checkpoint create -q
	git show "$(newest):untracked" | cmp - untracked
}

@test 'automatic checkpoints above maxCheckpoints go, manual ones stay' {
	repo_new
	git config checkpoint.maxCheckpoints 5
	for i in {1..4}; do
		git checkpoint create -q "manual $i"
	done
	for i in {1..8}; do
		echo "$i" >>file
		git checkpoint create -q --type auto
	done
	run -0 git for-each-ref --format='%(subject)' refs/checkpoints
	assert_equal "$(grep -c manual <<<"$output")" 4
	[[ $(wc -l <<<"$output") -le 6 ]]
	assert_equal "$(git show "$(newest):file" | tail -n 1)" 8
}

@test 'which ones are manual is read once, and automatic ones go all the same' {
	repo_new
	git config checkpoint.maxCheckpoints 5
	for i in {1..20}; do
		git checkpoint create -q "manual $i"
	done
	[[ -s .git/checkpoint.d/manual-ids ]]
	for i in {1..4}; do
		echo "$i" >>file
		git checkpoint create -q --type auto
	done
	run -0 git for-each-ref --format='%(subject)' refs/checkpoints
	assert_equal "$(grep -c manual <<<"$output")" 20
	[[ $(wc -l <<<"$output") -le 22 ]]

	# What is damaged says nothing, and is made anew.
	printf x >>.git/checkpoint.d/manual-ids
	git checkpoint create -q --type auto
	run -0 git for-each-ref --format='%(subject)' refs/checkpoints
	assert_equal "$(grep -c manual <<<"$output")" 20
	[[ $(wc -l <<<"$output") -le 22 ]]
	git checkpoint verify
}

# How often the program calls fsync() for one checkpoint.
syncs_of_create() {
	strace -f -qq -e trace=fsync,fdatasync -e signal=none \
		-o "$TMPDIR/trace" git checkpoint create -q >/dev/null
	# One that another thread's came between has a second line, without "(".
	grep -c 'sync(' "$TMPDIR/trace"
}

@test 'a checkpoint is synced by six calls, whatever its size' {
	command -v strace >/dev/null || skip 'no strace here'
	repo_new
	echo ignored >.gitignore
	touch ignored
	git checkpoint create -q
	assert_equal "$(syncs_of_create)" 6
	for i in {1..300}; do
		echo "$i" >"new$i"
	done
	assert_equal "$(syncs_of_create)" 6
	git config core.fsync none
	echo changed >new1
	strace -f -qq -e trace=fsync,fdatasync -e signal=none \
		-o "$TMPDIR/trace" git checkpoint create -q
	assert_equal "$(cat "$TMPDIR/trace")" ''
}
