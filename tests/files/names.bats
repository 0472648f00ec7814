# Whatever the file system takes as a name comes back.

load ../test_helper
load ../round_trip

@test 'names with every byte there can be come back' {
	repo_new
	mkdir names
	for byte in {1..255}; do
		printf -v name '\\x%02x' "$byte"
		printf -v name '%b' "$name"
		[[ $name == / ]] || echo "$byte" >"names/a$name"
	done
	echo begin >names/-rf
	echo begin >'names/ '
	echo begin >'names/"'
	echo begin >$'names/\xff\xfe'
	ln -s $'\xff\n"' $'names/link\xfe'
	mkdir $'names/dir\n\xff'
	echo inside >$'names/dir\n\xff/-'
	assert_tree_is_gits
	round_trip rm -r names
}

@test 'a name of 255 bytes comes back' {
	repo_new
	printf -v name '%0255d' 1
	echo long >"$name"
	mkdir -p "d/$name"
	echo long >"d/$name/$name"
	assert_tree_is_gits
	round_trip rm -r d "$name"
}

# Longer than git itself can open.
@test 'a path beyond PATH_MAX comes back' {
	repo_new
	make_deep() {
		local i name

		for i in {1..25}; do
			printf -v name 'd%0199d' "$i"
			mkdir "$name"
			cd "$name" || return
		done
		echo deep >file
	}
	(make_deep)
	list_deep() {
		find . -path ./.git -prune -o -printf '%y %m %p\n' | sort
		find . -name file -execdir cat {} +
	}
	before=$(list_deep)
	git checkpoint create -q
	assert_equal "$(omitted)" ''
	rm -r d0*
	git checkpoint restore -q latest
	assert_same "$before" "$(list_deep)"
	git checkpoint undo -q
	run -0 find . -name 'd0*'
	refute_output
	git checkpoint redo -q
	assert_same "$before" "$(list_deep)"
}

@test 'names that git refuses are left out, listed, and never touched' {
	repo_new
	git checkpoint create -q before
	refused=(.GIT/config 'git~1/x' '.git ' '.git.' 'd/.Git' 'GIT~1:x'
		$'.g\u200cit')
	for name in "${refused[@]}"; do
		[[ $name != */* ]] || mkdir -p "${name%/*}"
		echo precious >"$name"
		GIT_INDEX_FILE=$TMPDIR/index run ! git -c core.protectNTFS=true \
			-c core.protectHFS=true add -- "$name"
	done
	git checkpoint create -q
	run -0 omitted
	assert_output 'unsafe-name - .GIT/
unsafe-name 9 .git 
unsafe-name 9 .git.
unsafe-name 9 .g'$'\u200c''it
unsafe-name 9 GIT~1:x
unsafe-name 9 d/.Git
unsafe-name - git~1/'
	echo changed >file
	git checkpoint restore -q latest~1
	git checkpoint undo -q
	for name in "${refused[@]}"; do
		assert_equal "$(cat "$name")" precious
	done
}

@test 'names that differ in case alone, whatever core.ignoreCase says' {
	repo_new
	git config core.ignoreCase true
	echo lower >name
	echo upper >NAME
	[[ $(cat name) == lower ]] || skip 'the file system does not tell case'
	mkdir dir Dir
	echo lower >dir/file
	echo upper >Dir/file
	echo '*.LOG' >>.gitignore
	echo ignored >a.log
	round_trip rm -r name NAME dir Dir
	git checkpoint create -q
	run -0 git ls-tree -r --name-only "$(newest)"
	assert_line name
	assert_line NAME
	assert_line Dir/file
	assert_line dir/file
	refute_line a.log
}

# git changes what it is told, on a Mac; on any other system the setting does
# nothing, and both forms are files of their own.
@test 'composed and decomposed names, whatever core.precomposeUnicode says' {
	repo_new
	git config core.precomposeUnicode true
	printf 'composed\n' >$'\xc3\xa4'
	printf 'decomposed\n' >$'a\xcc\x88'
	[[ $(cat $'\xc3\xa4') == composed ]] ||
		skip 'the file system takes both for the same'
	assert_tree_is_gits
	round_trip rm $'\xc3\xa4' $'a\xcc\x88'
}

@test 'a symbolic link that git would take for .gitmodules is left out' {
	repo_new
	names=(.gitmodules .GitModules '.gitmodules ' '.gitmodules.:x'
		'GITMOD~1' 'gitmod~4' 'gi7eba~1' 'gi7eb~10' 'GI7E~123. '
		$'.git\u200cmodules' d/.gitmodules
		gitmodules .gitmodules2 'gitmod~5' 'gitmod~10' 'gi7eba~0'
		'gi7eb~1x' 'x~123456' '.gitmodule')
	git config core.protectNTFS true
	git config core.protectHFS true
	mkdir d
	blob=$(git hash-object -w -t blob --stdin <<<target)
	for name in "${names[@]}"; do
		ln -s target "$name"
		if GIT_INDEX_FILE=$TMPDIR/index git update-index --add \
			--cacheinfo "120000,$blob,$name" 2>/dev/null; then
			echo "$name" >>"$TMPDIR/taken"
		else
			echo "$name" >>"$TMPDIR/refused"
		fi
	done
	assert_equal "$(wc -l <"$TMPDIR/refused")" 11
	git checkpoint create -q
	omitted | sed -n 's/^unsafe-name - //p' | sort >"$TMPDIR/omitted"
	sort "$TMPDIR/refused" | assert_files_equal - "$TMPDIR/omitted"

	git checkpoint restore -q latest
	for name in "${names[@]}"; do
		assert_equal "$(readlink "$name")" target
	done
}

@test 'a tracked .gitmodules that became a symbolic link is left out' {
	repo_new
	printf '[core]\n' >.gitmodules
	commit_all modules
	ln -s -f file .gitmodules
	git checkpoint create -q
	run -0 omitted
	assert_output 'unsafe-name - .gitmodules'
	git checkpoint restore -q --dry-run latest
	assert_equal "$(readlink .gitmodules)" file
	git fsck --strict --no-dangling
}
