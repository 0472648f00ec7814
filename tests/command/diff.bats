# `git checkpoint diff`: git's own diff, of what checkpoints and the workspace
# hold.

load ../test_helper

setup() {
	scratch_setup
	repo_new
	work_start
	one=$(git checkpoint create --quiet one)
}

ref_of() {
	git for-each-ref --format='%(refname)' 'refs/checkpoints/*/'"$1"
}

# The tree of everything that is not ignored, as git add makes it, written to
# another directory of objects.
workspace_tree() {
	export GIT_INDEX_FILE=$TMPDIR/index GIT_OBJECT_DIRECTORY=$TMPDIR/objects
	export GIT_ALTERNATE_OBJECT_DIRECTORIES=$REPO/.git/objects
	mkdir -p "$GIT_OBJECT_DIRECTORY"
	git read-tree HEAD
	git add --all "$@" "$REPO"
	git write-tree
}

# git diff <arguments> between a checkpoint and the workspace.
diff_of() {
	local ref

	ref=$(ref_of "$1")
	(
		tree=$(workspace_tree)
		export GIT_ALTERNATE_OBJECT_DIRECTORIES=$TMPDIR/objects
		git diff "${@:2}" "$ref" "$tree"
	)
}

nothing_left() {
	run -0 find .git/checkpoint.d -name 'filter-*'
	refute_output
}

@test "an unchanged workspace does not differ" {
	run -0 git checkpoint diff "$one"
	refute_output
	run -0 git checkpoint diff --exit-code latest
}

@test "the workspace is compared with all that is in it" {
	printf 'more\n' >>file
	printf 'new\n' >newer
	rm new/deep/untracked staged
	ln -s nowhere src/link
	chmod +x src/main.c
	want=$(diff_of "$one")
	assert_regex "$want" 'newer'
	assert_regex "$want" 'deleted file mode'
	run -0 git checkpoint diff "$one"
	assert_output "$want"
	nothing_left
}

@test "comparing leaves everything as it is" {
	printf 'more\n' >>file
	head -c 100000 /dev/urandom >random
	before=$(gitdir_of && work_of && find .git/objects -type f | sort)
	run -0 git checkpoint diff --stat "$one"
	after=$(gitdir_of && work_of && find .git/objects -type f | sort)
	assert_same "$before" "$after"
	nothing_left
	run -0 git checkpoint list --count
	assert_output 1
}

@test "two checkpoints are compared with each other" {
	printf 'more\n' >>file
	two=$(git checkpoint create --quiet two)
	printf 'and more\n' >>file
	run -0 git checkpoint diff "$one" "$two"
	assert_output "$(git diff "$(ref_of "$one")" "$(ref_of "$two")")"
	run -0 git checkpoint diff -R latest~1 latest
	assert_output "$(git diff -R "$(ref_of "$one")" "$(ref_of "$two")")"
}

@test "git's options are git's, wherever they stand" {
	printf 'zebra\n' >>file
	printf 'horse\n' >newer
	for options in --stat --name-status '-U0 --word-diff' '--numstat -z' \
		'-S zebra' '--diff-filter A --name-only' '-p --raw --abbrev=4' \
		'--output-indicator-new N'; do
		want=$(diff_of "$one" $options | base64)
		assert_equal "$(git checkpoint diff $options "$one" | base64)" "$want"
		assert_equal "$(git checkpoint diff "$one" $options | base64)" "$want"
	done
	run -129 git diff --no-such-option HEAD HEAD
	want=$output
	run -129 git checkpoint diff "$one" --no-such-option
	assert_output "$want"
}

@test "the exit status is git's" {
	run -0 git checkpoint diff --quiet "$one"
	run -0 git checkpoint diff -q "$one"
	printf 'more\n' >>file
	run -0 git checkpoint diff --stat "$one"
	run -1 git checkpoint diff --stat --exit-code "$one"
	run -1 --separate-stderr git checkpoint diff --quiet "$one"
	refute_output
	assert_equal "$stderr" ''
	run -1 --separate-stderr git checkpoint diff -q "$one"
	refute_output
	assert_equal "$stderr" ''
	nothing_left
}

@test "paths are told from where one stands" {
	printf 'more\n' >>file
	printf '// more\n' >>src/main.c
	printf 'new\n' >src/new
	cd src
	run -0 git checkpoint diff --name-only "$one" -- .
	assert_output 'src/main.c
src/new'
	run -0 git checkpoint diff --name-only "$one" main.c ../file
	assert_output 'file
src/main.c'
	run -0 git checkpoint diff --relative --name-only "$one"
	assert_output 'main.c
new'
	run -0 git checkpoint diff --name-only "$one" -- ':(top)f*'
	assert_output file
	run -0 git checkpoint diff --name-only "$one" '*.c'
	assert_output src/main.c
	run -0 git checkpoint diff --output=patch "$one"
	refute_output
	assert_file_exist patch
}

@test "a word that may be a checkpoint and a file is ambiguous" {
	printf 'x\n' >latest
	run -128 git checkpoint diff "$one" latest
	assert_output "fatal: ambiguous argument 'latest': both a checkpoint and a file name
hint: use '--' to separate paths from checkpoints"
	run -0 git checkpoint diff --name-only "$one" -- latest
	assert_output latest
	run -0 git checkpoint diff --name-only "$one" latest --
	refute_output
	# The first one is a checkpoint in any case.
	run -0 git checkpoint diff --name-only latest
	assert_output latest
}

@test "wrong words are told" {
	run -129 git checkpoint diff
	assert_line --index 0 'error: which checkpoint?'
	run -129 git checkpoint diff --stat -- file
	assert_line --index 0 'error: which checkpoint?'
	run -129 git checkpoint diff latest latest latest --
	assert_line --index 0 'error: more than two checkpoints'
	run -128 git checkpoint diff cp_1_00000000
	assert_line --index 0 "fatal: no checkpoint 'cp_1_00000000'"
	run -128 git checkpoint diff latest no-such-file
	assert_line --index 0 "fatal: malformed checkpoint name 'no-such-file'"
	assert_line "hint: use '--' to separate paths from checkpoints"
	run -128 git checkpoint diff latest~9
	nothing_left
}

@test "what is ignored now is compared if the checkpoint has it" {
	printf 'keep\n' >same
	printf 'old\n' >changed
	mkdir dir
	printf 'x\n' >dir/file
	printf 'gone\n' >gone
	git checkpoint create --quiet two
	printf '/same\n/changed\n/dir/\n/gone\n/other\n' >.git/info/exclude
	printf 'new\n' >changed
	printf 'other\n' >other
	rm gone
	run -0 git checkpoint diff --name-status latest
	assert_output 'M	changed
D	gone'
	nothing_left
}

@test "what is in the way of an ignored path is no such path" {
	mkdir dir
	printf 'x\n' >dir/file
	printf 'x\n' >other
	git checkpoint create --quiet two
	rm -r dir other
	mkdir "$TMPDIR/out" other
	printf 'secret\n' >"$TMPDIR/out/file"
	ln -s "$TMPDIR/out" dir
	printf '/dir\n/other\n' >.git/info/exclude
	run -0 git checkpoint diff --name-status latest
	assert_output 'D	dir/file
D	other'
}

@test "what filters make of a file is no difference" {
	git config filter.twice.clean 'sed p'
	git config filter.twice.smudge 'uniq'
	printf '*.twice filter=twice\n*.crlf text eol=crlf\n' >.gitattributes
	printf 'a\nb\n' >x.twice
	printf 'a\r\nb\r\n' >x.crlf
	git checkpoint create --quiet two
	touch x.twice x.crlf
	run -0 git checkpoint diff --exit-code latest
	printf '/x.*\n' >.git/info/exclude
	run -0 git checkpoint diff --exit-code latest
}

@test "a merge in conflict is compared as the worktree has it" {
	git stash --quiet --include-untracked
	git checkout --quiet -b side
	printf 'side\n' >file
	commit_all side
	git checkout --quiet main
	printf 'main\n' >file
	commit_all main
	run -1 git merge side
	git checkpoint create --quiet conflict
	run -0 git checkpoint diff --exit-code latest
	printf 'resolved\n' >file
	run -0 git checkpoint diff --numstat latest
	assert_output "$(printf '1\t5\tfile')"
}

@test "an unborn branch is no obstacle" {
	repo_new() { git init --quiet "$1" && cd "$1" || return; }
	repo_new "$BATS_TEST_TMPDIR/unborn"
	printf 'a\n' >a
	git checkpoint create --quiet one
	printf 'b\n' >b
	run -0 git checkpoint diff --name-status latest
	assert_output 'A	b'
}

@test "a name with colons and quotes is no obstacle" {
	strange="$BATS_TEST_TMPDIR/a:b\"c\\d e"
	mv "$REPO" "$strange"
	cd "$strange"
	printf 'new\n' >newer
	printf 'old\n' >older
	git checkpoint create --quiet two
	printf '/older\n' >.git/info/exclude
	printf 'newest\n' >>newer
	run -0 git checkpoint diff --name-only latest
	assert_output newer
}

@test "a linked worktree is compared with itself" {
	git worktree add --quiet ../other
	cd ../other
	git checkpoint create --quiet there
	printf 'more\n' >>file
	run -0 git checkpoint diff --name-only latest
	assert_output file
	run -0 find "$REPO/.git" -name 'filter-*'
	refute_output
}

@test "--json is one object for each path that differs" {
	printf 'more\n' >>file
	printf 'new\n' >$'caf\xe9'
	rm run.sh
	ln -sf x src/main.c
	run -0 git checkpoint diff --json "$one"
	assert_equal "$(jq --raw-output '"\(.status)\t\(.path)"' <<<"$output")" \
		'A	caf%E9
M	file
D	run.sh
T	src/main.c'
	jq --exit-status '(.status == "A") == (.old_oid == null) and
		(.status == "D") == (.new_mode == null)' <<<"$output"
	jq --exit-status --arg oid "$(git hash-object file)" \
		'.path != "file" or .new_oid == $oid and
		.new_mode == "100644"' <<<"$output"
	run -0 git -C src checkpoint diff --json "$one" -- .
	assert_equal "$(jq --raw-output .path <<<"$output")" src/main.c
	run -0 git checkpoint diff --json latest latest
	refute_output
	run -129 git checkpoint diff --json --stat latest
	assert_line --index 0 "error: option '--stat' does not go with --json"
	nothing_left
}

@test "colour and pager are git's" {
	printf 'more\n' >>file
	export GIT_PAGER='sed "s/^/paged: /"' TERM=xterm
	run -0 on_terminal git checkpoint diff "$one"
	assert_output --partial $'paged: \e[1mdiff --git'
	assert_output --partial $'\e[32m+\e[m\e[32mmore'
	refute_output --partial 'paged: paged'
	run -0 on_terminal git -c color.ui=never -c pager.diff=false \
		checkpoint diff "$one"
	assert_line --index 0 --regexp '^diff --git'
	run -0 git checkpoint diff "$one"
	assert_line --index 0 'diff --git a/file b/file'
}

# A program in place of git's diff of each file.
external_diff() {
	printf '#!/bin/sh\n%s\n' "$1" >"$TMPDIR/external"
	chmod +x "$TMPDIR/external"
	export GIT_EXTERNAL_DIFF=$TMPDIR/external
}

@test "what is typed to stop git leaves nothing behind" {
	printf 'more\n' >>file
	external_diff "kill -INT \$(cat '$TMPDIR/pid'); echo shown"
	run -0 sh -c "echo \$\$ >'$TMPDIR/pid'; exec git-checkpoint diff $one"
	assert_output shown
	nothing_left
}

@test "what a kill leaves behind goes with the next one" {
	printf 'more\n' >>file
	external_diff "kill -KILL \$(cat '$TMPDIR/pid')"
	run -137 sh -c "echo \$\$ >'$TMPDIR/pid'; exec git-checkpoint diff $one"
	run -0 find .git/checkpoint.d -name 'filter-*'
	assert_output
	unset GIT_EXTERNAL_DIFF
	run -0 git checkpoint diff --name-only "$one"
	assert_output file
	nothing_left
}
