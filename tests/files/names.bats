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
