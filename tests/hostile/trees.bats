# Trees of a fetched checkpoint whose names lead elsewhere.

load ../test_helper
load forge

@test 'what is forged right comes back' {
	forge_new
	forge
	read_all
	run -1 git checkpoint verify "$ID"
	assert_line --partial 'its note is missing'
	run -0 git checkpoint verify --repair "$ID"
	run -0 git checkpoint verify "$ID"
	run -0 git checkpoint restore "$ID"
	assert_equal "$(cat untracked)" untracked
	assert_nothing_outside
}

# As a file, as a directory with a hook in it, as a link, by turns.
names='.git
.gIt
GIT~1
.git%20.%20
.git::$INDEX_ALLOCATION
.g%e2%80%8cit
..'

# The entry of the tree `tree`, by a number.
hostile_entry() {
	local run_file hooks

	run_file=$(blob '#!/bin/sh\ntouch "$CANARY"\n')
	hooks=$(raw_tree 100755 post-checkout "$run_file")
	case $(($2 % 3)) in
	0) raw_tree 40000 "$1" "$(raw_tree 40000 hooks "$hooks")" ;;
	1) raw_tree 100644 "$1" "$run_file" ;;
	2) raw_tree 120000 "$1" "$(blob ../outside)" ;;
	esac
}

@test 'a name that is .git in some disguise, at the top' {
	forge_new
	number=0
	while read -r name; do
		tree=$(hostile_entry "$name" $((number++)))
		forge
		assert_refused
	done <<<"$names"
	read_all
	assert_untouched
}

@test 'the same in a directory, in the index, among raw bytes' {
	forge_new
	good=$tree good_index=$index_tree
	below=$(raw_tree 40000 dir "$(hostile_entry .git 0)")
	tree=$below index_tree=$good_index
	forge
	assert_refused
	tree=$good index_tree=$below
	forge
	assert_refused
	read_all
	assert_untouched
	# These are not even looked at.
	index_tree=$good_index
	state_tree=$(tree_with "$(state_tree)" 40000 raw "$below")
	forge
	bounded git checkpoint restore "$ID"
	assert_nothing_outside
	run -1 git checkpoint verify "$ID"
}

@test 'names with slashes, doubles, no name, no order' {
	forge_new
	b=$(blob 'x\n')
	for entries in "100644 ../outside/new $b" "100644 /etc/x $b" \
		"100644 a $b 100644 a $b" \
		"120000 a $(blob ../outside) 40000 a $(raw_tree 100644 new "$b")" \
		"100644 b $b 100644 a $b" \
		"100644 $(printf 'n%.0s' {1..300}) $b"; do
		# shellcheck disable=SC2086 # words
		tree=$(raw_tree $entries)
		forge
		assert_refused
	done
	tree=$(raw_tree 100644 '' "$b")
	forge
	assert_refused
	read_all
	assert_untouched
}

@test 'a link where the checkpoint has files is never followed' {
	forge_new
	b=$(blob 'new\n')
	# In the way there is a link that leads outside.
	ln -s ../outside dir
	tree=$(tree_with "$tree" 40000 dir "$(raw_tree 100644 file "$b" 100755 run "$b")")
	index_tree=$tree
	forge
	read_all
	run -0 git checkpoint restore "$ID"
	assert_nothing_outside
	assert_equal "$(cat dir/file)" new
	run -0 git checkpoint undo
	assert_nothing_outside
	assert_equal "$(readlink dir)" ../outside
	# A path below a link that is to stay.
	run -1 git checkpoint restore "$ID" -- dir/file
	assert_nothing_outside
}

@test 'what the state says of paths below a link of the checkpoint' {
	forge_new
	tree=$(tree_with "$tree" 120000 dir "$(blob ../outside)")
	mkdir -p "$state/raw/dir"
	echo raw >"$state/raw/dir/file"
	forge
	read_all
	good=$(cat "$state/worktree-extra")
	rm -r "$state/raw"
	for line in 'dir 0755 dir/new' 'mode 0777 dir/file' 'mode 0777 dir/' \
		"convert $(git hash-object ../outside/file) - \tdir/file"; do
		printf '%b\n' "$good" "$line" >"$state/worktree-extra"
		forge
		bounded git checkpoint restore "$ID"
		assert_nothing_outside
		bounded git checkpoint undo
	done
	read_all
}

# A restore of the checkpoint with a line more in a file of its state is refused.
assert_line_refused() {
	{
		cat "../good/$1"
		echo "$2"
	} >"$state/$1"
	forge
	bounded git checkpoint restore "$ID"
	[[ $status != 0 ]] || fail "not refused: $2"
	cp "../good/$1" "$state"
}

@test 'paths of the state that lead elsewhere' {
	forge_new
	cp -r "$state" ../good
	b=$(blob x)
	assert_line_refused index-extra "stage 1 040000 $b a"
	assert_line_refused index-extra "intent 000000 a"
	for path in ../outside/new /etc/x .Git/config; do
		assert_line_refused worktree-extra "dir 0755 $path"
		assert_line_refused worktree-extra "mode 0777 $path/"
		assert_line_refused worktree-extra "present $path"
		assert_line_refused index-extra "stage 1 100644 $b $path"
		assert_line_refused index-extra "intent 100644 $path"
		assert_line_refused index-extra "flags s $path"
	done
	read_all
	assert_untouched
}
