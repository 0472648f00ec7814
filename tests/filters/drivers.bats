# External filters: filter.<driver>.clean, .smudge, .process and .required.

load ../test_helper

setup() {
	scratch_setup
	git init -q "$REPO"
	cd "$REPO" || return
	git config filter.rot.clean 'tr a-mn-z n-za-m'
	git config filter.rot.smudge 'tr a-mn-z n-za-m'
	git config filter.up.clean 'tr a-z A-Z'
	git config filter.up.smudge 'cat'
	printf '%s\n' '*.rot filter=rot' '*.up filter=up' >.gitattributes
}

# A long-running filter that reverses each byte's letter case; it writes a line
# to $TMPDIR/starts each time that it is started.
long_running() {
	cat >"$TMPDIR/filter" <<-'END'
		#!/usr/bin/env python3
		import os, sys

		def read():
		    size = sys.stdin.buffer.read(4)
		    if not size:
		        sys.exit(0)
		    size = int(size, 16)
		    return sys.stdin.buffer.read(size - 4) if size else None

		def read_all():
		    parts = []
		    while (part := read()) is not None:
		        parts.append(part)
		    return parts

		def write(*parts):
		    for part in parts:
		        while part:
		            piece, part = part[:65516], part[65516:]
		            sys.stdout.buffer.write(b'%04x' % (len(piece) + 4) + piece)
		    sys.stdout.buffer.write(b'0000')
		    sys.stdout.buffer.flush()

		open(os.environ['TMPDIR'] + '/starts', 'a').write('started\n')
		read_all()
		write(b'git-filter-server\n', b'version=2\n')
		read_all()
		write(b'capability=clean\n', b'capability=smudge\n')
		while True:
		    head = dict(line.decode().rstrip('\n').split('=', 1)
		                for line in read_all())
		    data = b''.join(read_all())
		    if b'refuse' in data:
		        write(b'status=error\n')
		        continue
		    write(b'status=success\n')
		    write(data.swapcase())
		    write()
	END
	chmod +x "$TMPDIR/filter"
	git config filter.long.process "$TMPDIR/filter"
	git config filter.long.required true
	echo '*.long filter=long' >>.gitattributes
}

state() {
	git log -1 --format='%(trailers:key=Checkpoint-State,valueonly)' \
		"$(newest)"
}

tree_of_git() {
	cp -p .git/index "$TMPDIR/index" 2>/dev/null || :
	GIT_INDEX_FILE=$TMPDIR/index git add --all
	GIT_INDEX_FILE=$TMPDIR/index git write-tree
	rm -f "$TMPDIR/index"
}

@test 'what comes back by its filter is stored once' {
	echo hello >a.rot
	echo hello >b.up
	cp -a . "$TMPDIR/copy"
	git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest)^{tree}")" "$(tree_of_git)"
	run -0 git show "$(newest):a.rot"
	assert_output uryyb
	run -0 git ls-tree -r --name-only "$(state):raw"
	assert_output b.up
	rm a.rot b.up
	git checkpoint restore -q latest
	assert_files_equal a.rot "$TMPDIR/copy/a.rot"
	assert_files_equal b.up "$TMPDIR/copy/b.up"
}

@test 'tracked, unchanged and changed' {
	echo hello >a.rot
	echo hello >b.up
	commit_all first
	echo changed >c.rot
	echo more >>a.rot
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest)^{tree}")" "$(tree_of_git)"
	rm -f ./*.rot ./*.up
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	run -0 git status --porcelain
	assert_output ' M a.rot
?? c.rot'
}

@test 'a large file through a filter' {
	head -c 9000000 /dev/urandom | base64 >big.rot
	sum=$(sha256sum big.rot)
	git checkpoint create -q
	rm big.rot
	git checkpoint restore -q latest
	assert_equal "$(sha256sum big.rot)" "$sum"
	run -1 git rev-parse -q --verify "$(state):raw"
}

@test 'a required filter that fails makes the checkpoint fail' {
	git config filter.bad.clean false
	git config filter.bad.required true
	echo '*.bad filter=bad' >>.gitattributes
	mkdir d
	echo x >d/x.bad
	run -128 git checkpoint create
	assert_output --partial "d/x.bad"
	run -0 git for-each-ref
	refute_output
	run -0 find .git -name 'filter-*' -o -name 'tmp_pack*'
	refute_output
}

@test 'a required filter without a command makes the checkpoint fail' {
	git config filter.bad.required true
	echo '*.bad filter=bad' >>.gitattributes
	echo x >x.bad
	run -128 git checkpoint create
	assert_output --partial "x.bad"
}

@test 'a filter that fails and is not required passes the bytes' {
	git config filter.soft.clean false
	git config filter.soft.smudge false
	echo '*.soft filter=soft' >>.gitattributes
	echo soft >x.soft
	git checkpoint create -q
	rm x.soft
	git checkpoint restore -q latest
	assert_equal "$(cat x.soft)" soft
}

@test 'what a filter cannot smudge is kept raw' {
	git config filter.oneway.clean 'tr a-z A-Z'
	git config filter.oneway.smudge false
	git config filter.oneway.required true
	echo '*.way filter=oneway' >>.gitattributes
	echo way >x.way
	git checkpoint create -q 2>/dev/null
	run -0 git show "$(newest):x.way"
	assert_output WAY
	rm x.way
	git checkpoint restore -q latest
	assert_equal "$(cat x.way)" way
}

@test 'a filter that is not configured does nothing' {
	echo '*.none filter=none' >>.gitattributes
	echo none >x.none
	git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest)^{tree}")" "$(tree_of_git)"
	rm x.none
	git checkpoint restore -q latest
	assert_equal "$(cat x.none)" none
}

@test 'a long-running filter is started once for all files' {
	long_running
	mkdir d
	for i in {1..60}; do echo "File $i" >"d/$i.long"; done
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	# Once to clean, once to see that it comes back.
	assert_equal "$(wc -l <"$TMPDIR/starts")" 2
	run -0 git show "$(newest):d/7.long"
	assert_output 'fILE 7'
	run -1 git rev-parse -q --verify "$(state):raw"
	# What is known is not filtered again.
	git checkpoint create -q again
	assert_equal "$(wc -l <"$TMPDIR/starts")" 2
	rm -r d
	git checkpoint restore -q latest
	assert_equal "$(wc -l <"$TMPDIR/starts")" 3
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'few descriptors are enough for many filtered files' {
	long_running
	mkdir d
	for i in {1..400}; do echo "$i" >"d/$i.long"; done
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	rm -r d
	ulimit -n 100
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'a long-running filter that refuses one file fails it by name' {
	long_running
	echo fine >a.long
	echo refuse >b.long
	run -128 git checkpoint create
	assert_output --partial 'b.long'
}

@test 'paths that a line cannot hold' {
	echo one >' blank.rot'
	echo two >'new
line.rot'
	echo three >$'return\r.rot'
	echo four >'"quoted".rot'
	echo five >$'\377.rot'
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	rm -- *.rot
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

@test 'a filter with %f runs at the top of the worktree' {
	mkdir -p tools sub
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho "$1" >>"$TMPDIR/names"\ncat\n' >tools/run
	chmod +x tools/run
	git config filter.run.clean './tools/run %f'
	git config filter.run.smudge './tools/run %f'
	echo '*.run filter=run' >>.gitattributes
	echo x | tee sub/stays >'sub/a b.run'
	cd sub
	git checkpoint create -q
	rm 'a b.run'
	git checkpoint restore -q latest -- .
	assert_equal "$(cat 'a b.run')" x
	assert_equal "$(sort -u "$TMPDIR/names")" 'sub/a b.run'
}
