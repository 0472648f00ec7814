# The same bytes in another clone, whatever its configuration says; or a failure
# that names the path.

# The dollars of ident are meant.
# shellcheck disable=SC2016

load ../test_helper

setup() {
	scratch_setup
	use_repo repo
}

# A repository of this name, with a commit.
use_repo() {
	REPO=$BATS_TEST_TMPDIR/$1
	git init -q "$REPO"
	cd "$REPO" || return
	echo 'a line' >base
	commit_all first
}

# go_elsewhere [<option of git clone>...]: clone, with the checkpoints, to
# $OTHER, and go there.
go_elsewhere() {
	OTHER=$REPO-other
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	git clone -q "$@" "$REPO" "$OTHER" 2>/dev/null
	cd "$OTHER" || return
	git fetch -q "$REPO" 'refs/checkpoints/*:refs/checkpoints/*'
	NAME=$(newest_name)
	NAME=${NAME##*/}
}

assert_same_bytes() {
	git checkpoint restore -q "$NAME" --keep-head
	snapshot_of "$OTHER" >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

make_lines() {
	local name

	for name in a.txt b.auto c.none d.crlf; do
		printf 'one\ntwo\n' >"unix-$name"
		printf 'one\r\ntwo\r\n' >"dos-$name"
		printf 'one\r\ntwo\n' >"mixed-$name"
	done
	printf '$Id: kept $\n' >id.id
	printf 'h\303\251\r\nb\r\n' | iconv -f UTF-8 -t UTF-16LE >wide.u16
	printf '%s\n' '*.txt text' '*.auto text=auto' '*.crlf text eol=crlf' \
		'*.id ident' '*.u16 working-tree-encoding=UTF-16LE text' \
		>.gitattributes
}

@test 'any core.autocrlf to any other' {
	local from to

	for from in false true input; do
		for to in false true input; do
			use_repo "$from-$to"
			git config core.autocrlf "$from"
			make_lines
			go_elsewhere -c core.autocrlf="$to"
			assert_same_bytes
		done
	done
}

@test 'attributes of info/attributes that the other does not have' {
	mkdir -p .git/info
	printf '%s\n' '* text=auto eol=crlf' '*.id ident' >.git/info/attributes
	printf 'one\r\ntwo\r\n' >file
	printf '$Id: kept $\r\n' >x.id
	go_elsewhere
	assert_same_bytes
}

@test 'attributes that only the other has' {
	printf 'one\r\ntwo\r\n' >dos
	printf 'one\ntwo\n' >unix
	printf '$Id: kept $\n' >id
	go_elsewhere
	mkdir -p .git/info
	printf '* text eol=crlf ident\n' >.git/info/attributes
	assert_same_bytes
	git checkpoint create -q there
	rm dos unix id
	git checkpoint restore -q latest --keep-head
	snapshot_of "$OTHER" >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'attributes of info/attributes for an encoding' {
	mkdir -p .git/info
	echo '*.u working-tree-encoding=UTF-16LE' >.git/info/attributes
	printf 'hi\n' | iconv -t UTF-16LE >a.u
	go_elsewhere
	assert_same_bytes
}

rot() {
	git config filter.rot.clean 'tr a-mn-z n-za-m'
	git config filter.rot.smudge 'tr a-mn-z n-za-m'
}

@test 'with the same filter' {
	rot
	echo '*.rot filter=rot' >.gitattributes
	echo hello >a.rot
	go_elsewhere
	rot
	assert_same_bytes
}

@test 'without the filter, the path is named and nothing has changed' {
	rot
	echo '*.rot filter=rot' >.gitattributes
	mkdir d
	echo hello >d/a.rot
	go_elsewhere
	snapshot_of "$OTHER" >"$TMPDIR/there"
	run -1 git checkpoint restore "$NAME" --keep-head
	assert_output --partial "'d/a.rot'"
	assert_output --partial "'rot'"
	snapshot_of "$OTHER" >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/there" "$TMPDIR/after"
	# Other paths can be had.
	git checkpoint restore -q "$NAME" -- .gitattributes
	assert_file_exist .gitattributes
}

@test 'with another filter of the same name, the path is named' {
	rot
	echo '*.rot filter=rot' >.gitattributes
	echo hello >a.rot
	go_elsewhere
	git config filter.rot.smudge 'tr a-z A-Z'
	snapshot_of "$OTHER" >"$TMPDIR/there"
	run -128 git checkpoint restore "$NAME" --keep-head
	assert_output --partial "'a.rot'"
	assert_file_not_exist a.rot
	git checkpoint restore --abort || git checkpoint status
	snapshot_of "$OTHER" >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/there" "$TMPDIR/after"
}

@test 'raw bytes need no filter' {
	git config filter.up.clean 'tr a-z A-Z'
	git config filter.up.smudge cat
	echo '*.up filter=up' >.gitattributes
	echo hello >a.up
	go_elsewhere
	assert_same_bytes
}

@test 'git-lfs: content that is not there fails by name' {
	git lfs version >/dev/null 2>&1 || skip 'git-lfs is not installed'
	git lfs install --local >/dev/null
	echo '*.bin filter=lfs -text' >.gitattributes
	echo content >a.bin
	go_elsewhere
	run -1 git checkpoint restore "$NAME" --keep-head
	assert_output --partial "'a.bin'"
	# With the content, not even git-lfs is needed.
	mkdir -p .git/lfs
	cp -R "$REPO/.git/lfs/objects" .git/lfs/
	assert_same_bytes
}
