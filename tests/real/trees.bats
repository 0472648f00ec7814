# Real trees of thousands of files, that nobody made for this.

load ../test_helper

state_of() {
	snapshot_of
	index_of
	git_state_of
}

# Change, delete, add, rename and stage all over a tree.
destroy_tree() {
	find . -path ./.git -prune -o -type f -print0 |
		awk 'BEGIN { RS = ORS = "\0" } NR % 7 == 0' |
		xargs -0 rm -f
	find . -path ./.git -prune -o -type f -print0 |
		awk 'BEGIN { RS = ORS = "\0" } NR % 11 == 0' |
		while IFS= read -r -d '' file; do echo damaged >>"$file"; done
	find . -mindepth 1 -maxdepth 1 -type d ! -name .git | head -n 2 |
		xargs -r rm -rf
	mkdir -p strangers
	cp -r "$TOP/src" strangers
	git add -A strangers
	git rm -q -r --cached . 2>/dev/null || :
}

round_trip() {
	git checkpoint create -q 'whole'
	state_of >"$TMPDIR/before"
	destroy_tree
	state_of >"$TMPDIR/damaged"
	git checkpoint restore -q latest
	state_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	git checkpoint undo -q
	state_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/damaged" "$TMPDIR/after"
	git checkpoint redo -q
	state_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

# A system's tree, some of it committed, some staged, some untracked.
from_system() {
	local dir=$1

	[[ $(find "$dir" -type f 2>/dev/null | wc -l) -ge 1000 ]] ||
		skip "$dir has no thousand files here"
	REPO=$BATS_TEST_TMPDIR/repo
	mkdir "$REPO"
	cp -a "$dir/." "$REPO" 2>/dev/null || :
	cd "$REPO"
	git init -q
	git add -A -- '[a-m]*' 2>/dev/null || :
	tick
	git commit -q --allow-empty -m first
	git add -A -- '[n-s]*' 2>/dev/null || :
	round_trip
}

@test 'this project' {
	git -C "$TOP" rev-parse -q --verify HEAD || skip 'not a clone'
	REPO=$BATS_TEST_TMPDIR/repo
	git clone -q "$TOP" "$REPO"
	cd "$REPO"
	echo changed >>Makefile
	git add Makefile
	echo changed again >>Makefile
	round_trip
}

@test 'the headers of this system' {
	from_system /usr/include
}

@test 'the documentation of this system' {
	from_system /usr/share/doc
}
