# Line ends, ident and encodings: stored as git add stores them, and back byte
# for byte.

# The dollars of ident are meant.
# shellcheck disable=SC2016

load ../test_helper

# Another repository, of this name, for a test that needs several.
use_repo() {
	REPO=$BATS_TEST_TMPDIR/$1
	git init -q "$REPO"
	cd "$REPO" || return
}

# Files of all kinds of line ends and content, and attributes for them.
make_files() {
	local dir

	cat >.gitattributes <<-'END'
		/text/* text
		/auto/* text=auto
		/lf/* text eol=lf
		/crlf/* text eol=crlf
		/autolf/* text=auto eol=lf
		/autocrlf/* text=auto eol=crlf
		/binary/* -text
		/old/* crlf
		/ident/* ident
		/both/* ident text eol=crlf
		/utf16/* working-tree-encoding=UTF-16LE text
		/utf16crlf/* working-tree-encoding=UTF-16 text eol=crlf
		/latin/* working-tree-encoding=ISO-8859-1
	END
	for dir in text auto lf crlf autolf autocrlf binary old ident both none; do
		mkdir -p "$dir"
		printf 'one\ntwo\n' >"$dir/unix"
		printf 'one\r\ntwo\r\n' >"$dir/dos"
		printf 'one\r\ntwo\nthree\r' >"$dir/mixed"
		printf 'one\r\n\0two\n' >"$dir/nul"
		printf '' >"$dir/empty"
		printf '$Id$\r\n$Id: 0123456789012345678901234567890123456789 $\n' \
			>"$dir/id"
		printf 'no end' >"$dir/no end"
		ln -s unix "$dir/link"
	done
	mkdir -p utf16 utf16crlf latin
	printf 'h\303\251\nb\n' | iconv -f UTF-8 -t UTF-16LE >utf16/unix
	printf 'h\303\251\r\nb\n' | iconv -f UTF-8 -t UTF-16LE >utf16/mixed
	printf 'h\303\251\r\nb\r\n' | iconv -f UTF-8 -t UTF-16 >utf16crlf/dos
	printf 'h\303\251\nb\n' | iconv -f UTF-8 -t UTF-16 >utf16crlf/unix
	printf 'h\351\r\n' >latin/dos
}

# The tree that git add -A makes, with another index.
tree_of_git() {
	cp -p .git/index "$TMPDIR/index" 2>/dev/null || :
	GIT_INDEX_FILE=$TMPDIR/index git add --all 2>/dev/null
	GIT_INDEX_FILE=$TMPDIR/index git write-tree
	rm -f "$TMPDIR/index"
}

destroy() {
	git rm -rfq --cached . 2>/dev/null || :
	find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
}

# Save what is there; it is what git would store; destroy it; it comes back.
assert_round_trip() {
	snapshot_of >"$TMPDIR/before"
	git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest)^{tree}")" "$(tree_of_git)"
	index_of >"$TMPDIR/index-before"
	destroy
	git checkpoint restore -q latest
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
	index_of >"$TMPDIR/index-after"
	assert_files_equal "$TMPDIR/index-before" "$TMPDIR/index-after"
	git checkpoint create -q again
	assert_equal "$(git rev-parse "$(newest)^{tree}")" "$(tree_of_git)"
	snapshot_of >"$TMPDIR/after"
	assert_files_equal "$TMPDIR/before" "$TMPDIR/after"
}

# round_trip <key=value>...: untracked, then committed, then changed.
round_trip() {
	local setting

	use_repo repo
	for setting; do
		git config "${setting%%=*}" "${setting#*=}"
	done
	make_files
	assert_round_trip
	git config core.safecrlf false
	commit_all first
	assert_round_trip
	find . -path ./.git -prune -o -type f ! -name .gitattributes \
		! -path './utf16*' -exec sh -c 'printf "new\r\n" >>"$1"' sh {} ';'
	assert_round_trip
	git add --all
	assert_round_trip
}

@test 'without configuration' {
	round_trip
}

@test 'core.autocrlf=true' {
	round_trip core.autocrlf=true
}

@test 'core.autocrlf=input' {
	round_trip core.autocrlf=input
}

@test 'core.eol=crlf' {
	round_trip core.eol=crlf
}

@test 'core.autocrlf=false with core.eol=lf' {
	round_trip core.autocrlf=false core.eol=lf
}

# What was committed under one configuration is looked at under another.
@test 'core.autocrlf changes between commit and checkpoint' {
	local to

	for to in true input false; do
		use_repo "to-$to"
		git config core.autocrlf false
		make_files
		commit_all first
		git config core.autocrlf "$to"
		assert_round_trip
		rm -f none/* auto/*
		git checkout -q -- none auto
		assert_round_trip
	done
}

@test 'a checkout with CRLF stays CRLF' {
	use_repo repo
	printf 'one\ntwo\n' >file
	commit_all first
	git config core.autocrlf true
	rm file
	git checkout -q -- file
	printf 'one\r\ntwo\r\n' | cmp - file
	assert_round_trip
	run -0 git status --porcelain
	refute_output
	# And the conversion is on record: no second copy of the bytes.
	run -1 git rev-parse --verify -q "$(newest)^2^2:raw"
}

@test 'raw copies only where the bytes would not come back' {
	use_repo repo
	echo '* text=auto eol=crlf' >.gitattributes
	printf 'one\r\ntwo\r\n' >dos
	printf 'one\ntwo\n' >unix
	printf 'one\r\ntwo\n' >mixed
	git checkpoint create -q
	state=$(git log -1 --format='%(trailers:key=Checkpoint-State,valueonly)' \
		"$(newest)")
	run -0 git ls-tree -r --name-only "$state:raw"
	assert_output mixed
	git show "$state:raw/mixed" | cmp - mixed
}

@test 'a file that its encoding does not fit is named' {
	use_repo repo
	echo '*.u working-tree-encoding=UTF-16LE' >.gitattributes
	printf 'odd' >bad.u
	run -128 git checkpoint create
	assert_output --partial "bad.u"
	run -0 git for-each-ref
	refute_output
}

@test 'large files are stored as git stores them' {
	local dir
	use_repo large
	printf '/%s/* text%s\n' auto =auto text '' crlf ' eol=crlf' >.gitattributes
	echo '/ident/* ident text=auto' >>.gitattributes
	for dir in auto text crlf ident; do
		mkdir "$dir"
		truncate -s 9M "$dir/zero"
		yes 'a line of text' | head -c 9437184 >"$dir/unix"
		# The only CRLF lies across what is read at once.
		head -c 262143 "$dir/unix" | tr '\n' ' ' >"$dir/dos"
		printf '\r\n' >>"$dir/dos"
		cat "$dir/unix" >>"$dir/dos"
		{
			cat "$dir/dos"
			printf '\0'
		} >"$dir/late"
	done
	git checkpoint create -q
	cp -p .git/index "$TMPDIR/index" 2>/dev/null || :
	GIT_INDEX_FILE=$TMPDIR/index git add --all 2>/dev/null
	assert_equal "$(git rev-parse "$(newest)^{tree}")" \
		"$(GIT_INDEX_FILE=$TMPDIR/index git write-tree)"
	sha1sum */* >"$TMPDIR/sums"
	rm -r auto text crlf ident
	git checkpoint restore -q latest
	run -0 sha1sum --quiet -c "$TMPDIR/sums"
}
