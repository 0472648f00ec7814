# What earlier checkpoints have left to make later ones fast never makes them
# wrong.

load ../test_helper

cache_files() {
	printf '%s\n' .git/checkpoint.d/cache .git/checkpoint.d/rosters \
		.git/checkpoint.d/index-seen
}

# The checkpoint that is made now holds what git would add.
assert_like_git() {
	git checkpoint create -q
	cp -p .git/index "$TMPDIR/index"
	GIT_INDEX_FILE=$TMPDIR/index git add --all
	assert_equal "$(git rev-parse "$(newest)^{tree}")" \
		"$(GIT_INDEX_FILE=$TMPDIR/index git write-tree)"
}

# A repository with all caches written, and old enough to be believed.
warm() {
	repo_new
	work_start
	mkdir -p deep/er
	echo 1 >deep/er/untracked
	sleep 0.06
	git checkpoint create -q
	cache_files | while read -r file; do assert_file_exists "$file"; done
}

@test 'random changes are seen, whatever is cached' {
	for seed in 1 2 3 4; do
		run "$BATS_TEST_DIRNAME/warm_round" "$seed" 40 \
			"$TMPDIR/round$seed"
		assert_success
	done
}

@test 'a directory that has not changed is not listed again' {
	command -v strace >/dev/null || skip 'no strace here'
	warm
	git checkpoint create -q
	strace -f -qq -e trace=getdents64 -o "$TMPDIR/trace" \
		git checkpoint create -q
	# Those of the repository's own directories remain.
	run -0 grep -c getdents64 "$TMPDIR/trace"
	local few=$output
	rm .git/checkpoint.d/rosters
	strace -f -qq -e trace=getdents64 -o "$TMPDIR/trace" \
		git checkpoint create -q
	run -0 grep -c getdents64 "$TMPDIR/trace"
	assert [ "$output" -gt "$few" ]
}

@test 'a new file in an old directory is seen' {
	warm
	echo 2 >deep/er/new
	assert_like_git
}

@test 'what git rm --cached lets go of is seen' {
	warm
	git add deep/er/untracked
	git commit -q -m more
	sleep 0.06
	git checkpoint create -q
	git rm -q --cached deep/er/untracked
	assert_like_git
	run -0 git ls-tree -r --name-only "$(newest)"
	assert_line deep/er/untracked
}

@test 'new rules count for files that are listed already' {
	warm
	echo untracked >.gitignore
	assert_like_git
	run -0 git ls-tree -r --name-only "$(newest)"
	refute_line deep/er/untracked
	: >.gitignore
	assert_like_git
	run -0 git ls-tree -r --name-only "$(newest)"
	assert_line deep/er/untracked
}

@test 'damaged caches cost time, and nothing else' {
	warm
	local file
	for file in $(cache_files); do
		printf 'x' | dd of="$file" bs=1 seek=30 conv=notrunc status=none
		echo 3 >deep/er/new
		assert_like_git
		head -c 40 "$file" >"$TMPDIR/cut"
		cp "$TMPDIR/cut" "$file"
		rm deep/er/new
		assert_like_git
		: >"$file"
		assert_like_git
		rm "$file"
		assert_like_git
	done
}

@test 'the caches of another repository are not believed' {
	warm
	cp -a .git/checkpoint.d "$TMPDIR/foreign"
	git clone -q "$REPO" "$TMPDIR/clone"
	cd "$TMPDIR/clone"
	mkdir -p deep/er
	echo other >deep/er/untracked
	mkdir .git/checkpoint.d
	cp "$TMPDIR"/foreign/{cache,rosters,index-seen} .git/checkpoint.d
	assert_like_git
}

@test 'a tree whose checkpoint is gone is made again' {
	warm
	git for-each-ref --format='delete %(refname)' refs/checkpoints \
		refs/checkpoints-local refs/notes | git update-ref --stdin
	git reflog expire --expire=now --all
	git gc -q --prune=now
	assert_like_git
	run -0 git fsck --strict --connectivity-only "$(newest)"
}

@test 'where core.untrackedCache is false, directories are listed' {
	warm
	rm .git/checkpoint.d/rosters
	git config core.untrackedCache false
	git checkpoint create -q
	assert_file_not_exists .git/checkpoint.d/rosters
	assert_like_git
}

@test 'a damaged index is found, also after it was whole' {
	warm
	git checkpoint create -q
	cp -p .git/index "$TMPDIR/index"
	printf 'x' | dd of="$TMPDIR/index" bs=1 seek=80 conv=notrunc status=none
	cp "$TMPDIR/index" .git/index.new
	mv .git/index.new .git/index
	run -128 git checkpoint create -q
	assert_output --partial 'checksum'
	REPO_IS_DAMAGED=1
}

# It is read before git has said where the repository is.
@test 'the index of what only looks like a repository is not taken' {
	warm
	mkdir -p deep/.git/checkpoint.d
	git init -q "$TMPDIR/other"
	echo 3 >"$TMPDIR/other/strange"
	git -C "$TMPDIR/other" add strange
	cp "$TMPDIR/other/.git/index" deep/.git/index
	cd deep/er
	assert_equal "$(git rev-parse --show-toplevel)" "$(pwd -P | sed 's,/deep/er$,,')"
	git checkpoint create -q
	run -0 git ls-tree -r --name-only --full-tree "$(newest)^2"
	refute_line strange
	assert_line "$(git ls-files --full-name :/ | head -1)"
}

@test 'an index that another takes the place of is read again' {
	warm
	local path=$TMPDIR/index
	cp -p .git/index "$path"
	GIT_INDEX_FILE=$path git add deep/er/untracked
	GIT_INDEX_FILE=$path git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest)^2^{tree}")" \
		"$(GIT_INDEX_FILE=$path git write-tree)"
	git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest)^2^{tree}")" "$(git write-tree)"
	(cd deep && GIT_DIR=../.git GIT_WORK_TREE=.. git checkpoint create -q)
	assert_equal "$(git rev-parse "$(newest)^2^{tree}")" "$(git write-tree)"
}
