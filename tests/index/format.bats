# The formats that git writes an index in.

load ../test_helper
load round_trip

setup() {
	scratch_setup
	repo_new
	work_start
}

@test 'version 2 stays version 2' {
	git update-index --index-version 2
	assert_equal "$(index_version)" 2
	assert_round_trip
}

@test 'version 3 stays version 3' {
	git update-index --skip-worktree run.sh
	assert_equal "$(index_version)" 3
	assert_round_trip
}

@test 'version 4 stays version 4' {
	git update-index --index-version 4
	assert_equal "$(index_version)" 4
	assert_round_trip
}

@test 'version 4 with conflicts and flags' {
	git update-index --index-version 4
	git update-index --skip-worktree run.sh
	id=$(git rev-parse :file)
	printf '100644 %s 1\ta\n100644 %s 3\ta/b\n' "$id" "$id" |
		git update-index --index-info
	assert_equal "$(index_version)" 4
	assert_round_trip
}

@test 'a split index' {
	git update-index --split-index
	echo another >another
	git add another src
	assert_not_equal "$(git rev-parse --shared-index-path)" ''
	assert_round_trip
}

index_disturb_split() {
	git rm -q --cached run.sh staged
	git add file new
}

@test 'a split index, the change in the split part alone' {
	git update-index --split-index
	assert_round_trip index_disturb_split
	assert_not_equal "$(git rev-parse --shared-index-path)" ''
}

@test 'an entry that has no object is refused, as git write-tree does' {
	printf '160000 %040d 0\tbroken\n' 0 |
		GIT_ALLOW_NULL_SHA1=1 git update-index --index-info
	run ! git write-tree
	run -128 git checkpoint create
	assert_line "fatal: the index has no object for 'broken'"
	git rm -q --cached broken
	git checkpoint create -q
}

@test 'core.splitIndex' {
	git config core.splitIndex true
	git config splitIndex.maxPercentChange 0
	git update-index --force-write-index 2>/dev/null ||
		git update-index --split-index
	assert_round_trip
}

@test 'an untracked cache' {
	git config core.untrackedCache true
	git update-index --force-untracked-cache
	git status >/dev/null
	run -0 grep -c -a UNTR .git/index
	assert_round_trip
	git status --porcelain >"$TMPDIR/with"
	git -c core.untrackedCache=false status --porcelain >"$TMPDIR/without"
	assert_files_equal "$TMPDIR/without" "$TMPDIR/with"
}

# A monitor that knows of nothing that was changed after its first answer
# would hide changes; so restoring must not leave entries marked as valid.
@test 'a file system monitor that says that nothing changed' {
	printf '#!/bin/sh\nprintf "token\\0"\n' >"$HOME/monitor"
	chmod +x "$HOME/monitor"
	git config core.fsmonitorHookVersion 2
	git config core.fsmonitor "$HOME/monitor"
	git update-index --fsmonitor
	git status >/dev/null
	run -0 grep -c -a FSMN .git/index
	cp file "$TMPDIR/file"
	git checkpoint create -q 'with a monitor'
	git -c core.fsmonitor= checkpoint list >/dev/null
	echo disturbed >>file
	git add file
	echo disturbed >src/main.c
	git checkpoint restore -q latest
	assert_files_equal "$TMPDIR/file" file
	git -c core.fsmonitor= status --porcelain >"$TMPDIR/without"
	git status --porcelain >"$TMPDIR/with"
	assert_files_equal "$TMPDIR/without" "$TMPDIR/with"
}

# As git writes it with index.skipHash, since 2.40.
zero_checksum() {
	truncate --size=-20 .git/index
	head -c 20 /dev/zero >>.git/index
}

@test 'an index without a checksum' {
	zero_checksum
	assert_round_trip
	zero_checksum
	echo more >>staged
	git add staged
	zero_checksum
	git checkpoint restore -q latest
	index_state >"$TMPDIR/restored"
	assert_files_equal "$TMPDIR/saved" "$TMPDIR/restored"
}

@test 'index.skipHash' {
	git config index.skipHash true
	git add file
	assert_round_trip
}

@test 'the extensions that git may ignore' {
	git config index.threads 2
	git config index.recordEndOfIndexEntries true
	git config index.recordOffsetTable true
	git update-index --really-refresh || :
	git add staged file
	echo more >>staged
	git add staged
	assert_round_trip
}

@test 'GIT_INDEX_FILE' {
	# shellcheck disable=SC2030 # each test is alone
	export GIT_INDEX_FILE=$REPO/.git/other-index
	git read-tree HEAD
	echo other >other
	git add other
	cp -p .git/index "$TMPDIR/index"
	assert_round_trip
	cmp .git/index "$TMPDIR/index"
	assert_file_not_exist .git/other-index.lock
}

@test 'GIT_INDEX_FILE from the top, in a directory below' {
	cd src
	# shellcheck disable=SC2031
	export GIT_INDEX_FILE=.git/other-index
	git read-tree HEAD
	git update-index --force-remove run.sh
	git ls-files --full-name --stage .. >"$TMPDIR/before"
	git checkpoint create -q other
	git read-tree HEAD
	git checkpoint restore -q latest
	git ls-files --full-name --stage .. >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'a locked index is not waited for and not broken' {
	git checkpoint create -q 'the index'
	index_disturb
	index_state >"$TMPDIR/before"
	: >.git/index.lock
	run git checkpoint restore latest
	assert_failure
	assert_output --partial 'index.lock'
	assert_file_exist .git/index.lock
	rm .git/index.lock
	index_state >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'git status reads no file again after a restore' {
	# An entry whose file is as new as the index is read again, as git does.
	find . -path ./.git -prune -o -exec touch -h -d '1 hour ago' '{}' +
	git add --all
	git checkpoint create -q 'all of it'
	index_disturb
	git checkpoint restore -q latest
	git ls-files --debug >"$TMPDIR/before"
	git update-index --refresh
	git ls-files --debug >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}
