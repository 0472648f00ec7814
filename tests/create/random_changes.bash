# shellcheck shell=bash
# Random changes to a repository, for the scripts beside that compare each
# checkpoint with what git makes of the same files.
#
# The script that reads this has set RANDOM, `top`, the repository, and `log`.
: "${top:?}" "${log:?}"

# A random number below $1.
below() {
	echo $((RANDOM % $1))
}

# One of the arguments.
one_of() {
	shift "$(below $#)"
	echo "$1"
}

some_dir() {
	local dirs
	mapfile -t dirs < <(find . -name .git -prune -o -type d -print | sort)
	one_of "${dirs[@]}"
}

some_file() {
	local files
	mapfile -t files < <(find . -name .git -prune -o -type f -print | sort)
	one_of "${files[@]-.gitignore}"
}

# Content of a fixed length, so that a change of it is not one of the size.
content() {
	printf '%06d\n' "$((RANDOM % 1000000))"
}

change() {
	local dir file other
	dir=$(some_dir)
	file=$(some_file)
	case $(below 23) in
	0 | 1) content >"$dir/$(one_of a b c d e.log f.o)" ;;
	2 | 3) content >"$file" ;;
	4)
		# Two in a tick, and the time of before.
		touch -r "$file" "$log.time"
		content >"$file"
		content >"$file"
		touch -r "$log.time" "$file"
		;;
	5) mv -f "$file" "$dir/$(one_of a b moved)" ;;
	6) mv -T "$dir" "./moved$(below 5)" ;;
	7)
		# Another directory of the same name and time.
		[[ $dir != . ]] || return
		cp -a "$dir" "$top.copy"
		content >"$top.copy/new$(below 3)"
		rm -f "$top.copy/a"
		touch -r "$dir" "$top.copy"
		rm -rf "$dir"
		mv "$top.copy" "$dir"
		;;
	8) chmod "$(one_of 644 755 600)" "$file" ;;
	9) rm -f "$file" ;;
	10) [[ $dir == . ]] || rm -rf "$dir" ;;
	11) mkdir -p "$dir/$(one_of x y)/$(one_of x y z)" &&
		content >"$dir/y" ;;
	12) one_of '*.log' '!*.log' '*.o' 'x/' '/y' 'a' '!a' 'x/**' >>"$dir/.gitignore" ;;
	13) rm -f "$dir/.gitignore" ;;
	14) one_of '*.o' 'b' '!b' '' >.git/info/exclude ;;
	15) git add -- "$file" ;;
	16) git rm -r -q --cached -- "$file" ;;
	17) git reset -q ;;
	18) git add --all && git commit -q -m "step" ;;
	19)
		[[ ! -e $dir/nested ]] || return
		git init -q "$dir/nested" &&
			git -C "$dir/nested" commit -q --allow-empty -m one
		;;
	20) rm -rf "$dir/nested" ;;
	21)
		other=$dir/$(one_of x a link)
		rm -rf "$other"
		case $(below 3) in
		0) ln -s "$(one_of a x ..)" "$other" ;;
		1) content >"$other" ;;
		2) mkdir "$other" && content >"$other/in" ;;
		esac
		;;
	22)
		one_of '* text=auto' '*.log text' '* -text' '' \
			>"$dir/.gitattributes"
		printf 'crlf\r\n' >"$dir/crlf.log"
		;;
	esac
}

theirs() {
	GIT_INDEX_FILE=$top.index bash -c 'git add --all 2>/dev/null; git write-tree'
}

# Where the two differ, git is asked again about these paths without what its
# index says of them: it compares whole seconds, and takes a file for unchanged
# whose time was put back in the second in which it was changed.
compare() {
	local ours theirs
	git checkpoint create -q >/dev/null || exit
	ours=$(git rev-parse "$(git for-each-ref --sort=-refname --count=1 \
		--format='%(objectname)' refs/checkpoints/)^{tree}")
	cp -p .git/index "$top.index"
	theirs=$(theirs)
	[[ $ours != "$theirs" ]] || return 0
	git diff-tree -r -z --name-only "$theirs" "$ours" |
		GIT_INDEX_FILE=$top.index git update-index --force-remove -z --stdin
	theirs=$(theirs)
	[[ $ours != "$theirs" ]] || return 0
	# New attributes count for a file once it is read, and who reads one that
	# is as old as the index is a matter of the second. What is asked here is
	# whether a cache was wrong: then it is another without them.
	rm -f .git/checkpoint.d/{cache,rosters,index-seen,recall,seal}
	git checkpoint create -q >/dev/null || exit
	[[ $ours != "$(git rev-parse "$(git for-each-ref --sort=-refname \
		--count=1 --format='%(objectname)' refs/checkpoints/)^{tree}")" ]] ||
		return 0
	echo "step $1: ours is not git's"
	git diff-tree -r "$theirs" "$ours"
	tail -n 5 "$log"
	return 1
}

# A repository with directories to make changes in.
random_repository() {
	local dir

	git init -q "$top" && cd "$top" || exit
	mkdir -p x/y/z d1 d2/x
	for dir in . x x/y x/y/z d1 d2 d2/x; do
		content >"$dir/a"
		content >"$dir/b"
	done
	echo '*.o' >.gitignore
	git add --all
	git commit -q -m first
}
