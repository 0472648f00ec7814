# Beside a running watch a checkpoint takes over what nothing has happened to
# from one that looked at everything; whatever else decides what becomes of a
# file has to be the same.

load ../test_helper
load watching

setup() {
	scratch_setup
	repo_new
	work_start
	mkdir -p deep/er/{full,empty} other/one other/two new/er
	echo 1 | tee deep/er/tracked deep/er/full/a other/one/a other/two/a >new/er/a
	echo 1 >other/one/untracked
	printf 'a\r\nb\r\n' >other/two/b.txt
	chmod 600 other/two/a
	git add deep other/two other/one/a
	echo 2 >other/two/a
}

teardown() {
	watch_stop
	scratch_check
}

seal=.git/checkpoint.d/seal

cache_inode() {
	stat -c %i .git/checkpoint.d/cache
}

# A checkpoint that takes over what is sealed writes no cache.
takes_over() {
	local before
	before=$(cache_inode)
	git checkpoint create -q "$@" >/dev/null
	[[ $before == "$(cache_inode)" ]]
}

# One that has no answer in time looks itself, so a busy machine may need more.
assert_takes_over() {
	for _ in {1..100}; do
		takes_over && return
	done
	fail 'each checkpoint looked at everything'
}

assert_looks_at_all() {
	! takes_over "$@" || fail 'not everything was looked at'
}

# What is saved is what one that looks at everything saves.
what_is_saved() {
	git "$@" checkpoint create --json | jq -c '[.snapshot | .digest, .files,
		.omitted] + [.git | .staged, .unstaged, .untracked]'
}

assert_right() {
	assert_equal "$(what_is_saved)" \
		"$(what_is_saved -c checkpoint.watchTrust=0)"
}

sealed_start() {
	told_start
	assert_takes_over
}

@test 'what nothing has happened to is taken over' {
	sealed_start
	write_unseen 2
	assert_takes_over
	run -0 git show "$(newest)":deep/er/tracked
	assert_output 1
	echo 3 >deep/er/full/b
	rm -r other/two
	mkdir -p new/er/x/y
	chmod 640 other/one/untracked
	assert_takes_over
	run -0 git show "$(newest)":deep/er/tracked "$(newest)":deep/er/full/b
	assert_output $'1\n3'
	echo 4 >deep/er/tracked
	assert_right
}

@test 'all that is noted beside the tree is taken over, too' {
	mkfifo deep/er/full/pipe
	mkdir -p big/{1..20}
	echo big/20/ >>.git/info/exclude
	for dir in big/{1..20}; do
		echo "$dir" >"$dir/a"
		chmod 750 "$dir"
	done
	sealed_start
	for file in big/3/a big/3/b big/21 deep/er/full/pipe; do
		rm -f "$file"
		echo "$file" >"$file"
		assert_takes_over
		assert_right
	done
	# The commonest permissions are others now.
	chmod 755 big/{1..14}
	assert_right
	chmod 600 big/{1..14}/a
	assert_right
}

# Who has a file open may write to it unseen, so its directory is looked at.
@test 'a file in place of a directory with such a file stays' {
	sealed_start
	exec 7>>deep/er/full/a
	rm -r deep/er/full
	echo file >deep/er/full
	# Sealed anew, as it is now.
	git add other/two
	assert_looks_at_all
	assert_takes_over
	for text in 1 2 3; do
		echo "$text" >new/er/a
		assert_takes_over
		run -0 git show "$(newest)":deep/er/full
		assert_output file
		assert_right
	done
	exec 7>&-
}

@test 'the files that a task has changed are in its record' {
	sealed_start
	git checkpoint session start --quiet
	git checkpoint task start T --quiet
	echo 2 >deep/er/full/a
	assert_takes_over
	run -0 git checkpoint show --json latest
	assert_equal "$(jq -c '[.task.files.modified[].path]' <<<"$output" |
		grep -c '"deep/er/full/a"')" 1
}

@test 'with another index everything is looked at' {
	sealed_start
	git add other/two
	assert_looks_at_all
	assert_looks_at_all
	assert_takes_over
	touch deep/er/tracked
	git update-index -q --refresh || :
	assert_looks_at_all
	assert_right
	assert_takes_over
	cp .git/index "$TMPDIR/index"
	cp "$TMPDIR/index" .git/index
	assert_looks_at_all
	assert_right
	GIT_INDEX_FILE=$TMPDIR/index assert_looks_at_all
	assert_right
}

@test 'under another configuration everything is looked at' {
	sealed_start
	for setting in core.autocrlf=input checkpoint.exclude=a \
		checkpoint.include=a checkpoint.maxFileSize=1 user.name=x; do
		git -c "$setting" checkpoint create --json \
			| jq -r .snapshot.digest >"$TMPDIR/told"
		git -c "$setting" -c checkpoint.watchTrust=0 \
			checkpoint create --json \
			| jq -r .snapshot.digest >"$TMPDIR/looked"
		run -0 cmp "$TMPDIR/told" "$TMPDIR/looked"
	done
	git config core.autocrlf input
	assert_looks_at_all
	assert_right
	assert_takes_over
}

@test 'with other rules everything is looked at' {
	git config core.excludesFile "$TMPDIR/ignore"
	git config core.attributesFile "$TMPDIR/attributes"
	sealed_start
	for file in "$TMPDIR/ignore" .git/info/exclude .gitignore \
		other/.gitignore; do
		echo 'untracked' >"$file"
		assert_looks_at_all
		assert_right
		rm "$file"
		assert_looks_at_all
		assert_right
	done
	for file in "$TMPDIR/attributes" .git/info/attributes .gitattributes \
		other/.gitattributes; do
		for text in '*.txt text' '*.txt -text'; do
			echo "$text" >"$file"
			assert_looks_at_all
			assert_right
		done
		rm "$file"
		assert_looks_at_all
		assert_right
	done
}

@test 'rules that have stayed as they are do not stand in the way' {
	echo '*.txt text' >other/.gitattributes
	echo '*.o' >other/.gitignore
	sealed_start
	echo 2 >other/one/a
	echo 2 >other/new.txt
	assert_takes_over
	assert_right
	# A rule file that is written in place, and says something else.
	echo '*.txt -tex' >other/.gitattributes
	assert_looks_at_all
	assert_right
}

@test 'with other options everything is looked at' {
	echo '*.o' >>.git/info/exclude
	echo 1 >other/one/a.o
	sealed_start
	assert_looks_at_all --ignored
	run -0 git checkpoint show --json latest
	assert_equal "$(jq .snapshot.ignored_captured <<<"$output")" 2
	assert_looks_at_all --type=before_risky_operation
	assert_right
}

@test 'a seal that is damaged, of before or gone does no harm' {
	sealed_start
	cp "$seal" "$TMPDIR/before"
	for change in 'rm' 'truncate -s 100' 'truncate -s 0' 'truncate -s -9' \
		'perl -pi -e s/full/fuld/' 'perl -pi -e s/checkpoints/checkpoiNts/' \
		'cp /bin/ls' 'cp '"$TMPDIR/before"; do
		echo "$change" >deep/er/full/a
		$change "$seal"
		assert_right
		assert_takes_over
		assert_right
	done
}

@test 'the checkpoint that a seal is of may go' {
	sealed_start
	for _ in 1 2; do
		echo "$RANDOM" >deep/er/full/a
		assert_takes_over
		ref=$(grep -a -o 'refs/checkpoints/[a-z0-9_/]*' "$seal")
		run -0 git rev-parse --verify "$ref"
		git checkpoint clean -q "${ref##*/}"
		git gc -q --prune=now
		assert_looks_at_all
		assert_right
		run -0 git checkpoint verify
		assert_takes_over
	done
	git gc -q --prune=now
	run -0 git checkpoint verify
	run -0 git fsck --strict
}

@test 'checkpoints of another worktree make no difference' {
	git commit -q -m one
	git worktree add -q "$TMPDIR/linked"
	sealed_start
	for text in 2 3; do
		echo "$text" >"$TMPDIR/linked/deep/er/tracked"
		git -C "$TMPDIR/linked" checkpoint create -q
		run -0 git -C "$TMPDIR/linked" checkpoint show --json latest
		echo "$text" >other/one/a
		assert_takes_over
		run -0 git show "$(newest)":deep/er/tracked
		assert_output 1
	done
	assert_right
}

@test 'large files are not read each time' {
	sealed_start
	head -c 3000000 /dev/urandom >other/large
	assert_looks_at_all
	assert_takes_over
	assert_right
}

@test 'what is in a conflict or flagged is looked at' {
	sealed_start
	git update-index --skip-worktree deep/er/tracked
	for _ in 1 2 3; do
		assert_looks_at_all
		assert_right
	done
	git update-index --no-skip-worktree deep/er/tracked
	git add -N other/one/untracked
	for _ in 1 2 3; do
		assert_looks_at_all
		assert_right
	done
	git add other/one/untracked
	assert_looks_at_all
	assert_takes_over
}
