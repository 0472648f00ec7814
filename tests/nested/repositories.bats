# Of a repository inside the worktree a checkpoint has the HEAD, and no restore
# enters, renames or removes it.

load ../test_helper
load ../round_trip

nested_new() {
	git init -q "$1"
	echo inside >"$1/inside"
	git -C "$1" add inside
	git -C "$1" commit -q -m nested
}

submodule_new() {
	nested_new "$BATS_TEST_TMPDIR/origin"
	git -c protocol.file.allow=always submodule --quiet add \
		"$BATS_TEST_TMPDIR/origin" sub
	commit_all submodule
}

# All of a nested repository, byte for byte.
nested_of() {
	(cd "$1" && find . -type f -printf '%p %T@ ' -exec sha256sum {} ';' |
		sort)
}

@test 'a clean submodule is its commit, and is listed' {
	repo_new
	submodule_new
	assert_tree_is_gits
	assert_equal "$(omitted)" 'submodule - sub/'
}

@test 'a dirty submodule is left as it is' {
	repo_new
	submodule_new
	git checkpoint create -q clean
	echo dirty >>sub/inside
	git -C sub commit -q -a -m moved
	echo untracked >sub/untracked
	git checkpoint create -q dirty
	assert_equal "$(git rev-parse "$(newest):sub")" \
		"$(git -C sub rev-parse HEAD)"
	before=$(nested_of sub)
	run -0 git checkpoint restore latest~1
	assert_line --regexp 'keep +sub'
	git checkpoint undo -q
	assert_same "$before" "$(nested_of sub)"
}

@test 'a submodule that is not checked out comes back as its directory' {
	repo_new
	submodule_new
	git submodule --quiet deinit -f sub
	assert_tree_is_gits
	assert_equal "$(omitted)" ''
	round_trip rmdir sub
	in_the_way() {
		rmdir sub
		echo file >sub
	}
	round_trip in_the_way
}

@test 'files in a submodule without a repository are listed and kept' {
	repo_new
	submodule_new
	git checkpoint create -q
	git submodule --quiet deinit -f sub
	echo precious >sub/file
	assert_tree_is_gits
	assert_equal "$(omitted)" 'submodule - sub/'
	git rm -q --cached sub
	git checkpoint restore -q latest~1
	assert_equal "$(cat sub/file)" precious
}

@test 'submodules in submodules are their commits' {
	repo_new
	nested_new "$BATS_TEST_TMPDIR/inner"
	nested_new "$BATS_TEST_TMPDIR/origin"
	git -C "$BATS_TEST_TMPDIR/origin" -c protocol.file.allow=always \
		submodule --quiet add "$BATS_TEST_TMPDIR/inner" inner
	git -C "$BATS_TEST_TMPDIR/origin" commit -q -m inner
	git -c protocol.file.allow=always submodule --quiet add \
		"$BATS_TEST_TMPDIR/origin" sub
	git -c protocol.file.allow=always submodule --quiet update --init \
		--recursive
	commit_all submodule
	echo dirty >>sub/inner/inside
	assert_tree_is_gits
	before=$(nested_of sub)
	echo changed >>file
	git checkpoint restore -q latest
	git checkpoint undo -q
	assert_same "$before" "$(nested_of sub)"
}

@test 'embedded repositories are their commits, where they have one' {
	repo_new
	nested_new with
	mkdir -p deep/er
	git init -q deep/er/without
	echo inside >deep/er/without/inside
	echo beside >deep/beside
	git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest):with")" \
		"$(git -C with rev-parse HEAD)"
	run -0 git ls-tree -r --name-only "$(newest)" deep
	assert_output deep/beside
	run -0 omitted
	assert_output 'nested-repository - deep/er/without/
nested-repository - with/'
}

@test 'a .git that is no repository is left out, and nothing beside it' {
	repo_new
	mkdir -p fake/.git garbage broken gone headless
	git init -q astray
	echo 'ref: .nowhere' >astray/.git/HEAD
	echo garbage >garbage/.git
	ln -s nowhere broken/.git
	echo 'gitdir: /nowhere' >gone/.git
	git init -q headless
	rm headless/.git/HEAD
	for dir in fake garbage broken gone headless astray; do
		echo inside >"$dir/inside"
	done
	assert_tree_is_gits
	run -0 git ls-tree -r --name-only "$(newest)"
	assert_line headless/inside
	assert_line astray/inside
	run -0 omitted
	assert_output 'unsafe-name - astray/.git/
unsafe-name - broken/.git
unsafe-name - fake/.git/
unsafe-name 8 garbage/.git
unsafe-name 17 gone/.git
unsafe-name - headless/.git/'
	round_trip rm fake/inside garbage/inside broken/inside gone/inside
	# Now they are repositories, and nothing is changed in them.
	git checkpoint create -q
	echo changed >fake/inside
	rmdir fake/.git
	git init -q fake
	run -1 git checkpoint restore latest
	assert_line --partial 'fake'
	assert_equal "$(cat fake/inside)" changed
}

@test 'whatever git takes for a repository is one' {
	repo_new
	nested_new bare
	mv bare/.git elsewhere
	nested_new real
	git -C real worktree add -q ../linked
	echo "gitdir: ../elsewhere" >bare/.git
	nested_new detached
	git -C detached checkout -q --detach
	nested_new through
	mv through/.git other
	ln -s ../other through/.git
	assert_tree_is_gits
	git ls-tree "$(newest)" bare linked detached through real >entries
	run -0 grep -c '^160000 commit' entries
	assert_output 5
}

@test 'a nested repository in place of a file or directory is refused' {
	repo_new
	git checkpoint create -q
	rm -r file src
	nested_new file
	nested_new src
	before=$(nested_of file && nested_of src)
	run -1 git checkpoint restore latest
	assert_line "fatal: 'file' is a nested repository, and a file in this checkpoint"
	run -1 git checkpoint restore latest -- src
	assert_line "fatal: 'src/main.c' is inside a nested repository"
	assert_same "$before" "$(nested_of file && nested_of src)"
	git checkpoint create -q 'no journal is left'
}

@test 'a tracked directory that became a repository is refused' {
	repo_new
	git checkpoint create -q
	git init -q src
	echo changed >>src/main.c
	git checkpoint create -q
	assert_equal "$(omitted)" 'nested-repository - src/'
	git show "$(newest):src/main.c" | cmp - src/main.c
	run -1 git checkpoint restore latest~1
	assert_line "fatal: 'src/main.c' is inside a nested repository"
	assert_dir_exist src/.git
	git checkpoint create -q 'no journal is left'
}

@test 'a bare repository is a directory like any other' {
	repo_new
	git init -q --bare bare.git
	assert_tree_is_gits
	assert_equal "$(omitted)" ''
	round_trip rm -r bare.git
	git -C bare.git fsck
}

@test 'the directory of a submodule stays where the index forgot it' {
	repo_new
	submodule_new
	git submodule --quiet deinit -f sub
	git checkpoint create -q
	git rm -q --cached sub
	mkdir -p sub
	git checkpoint restore -q latest
	assert_dir_exists sub
	run -0 git status --porcelain
	refute_output
}
