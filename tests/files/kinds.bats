# Files, links, directories and what is neither, in place of each other.

load ../test_helper
load ../round_trip

make_kind() {
	rm -rf p
	case $1 in
	absent) ;;
	file) echo "$2" >p ;;
	exec) echo "$2" >p && chmod +x p ;;
	link) ln -s file p ;;
	dangling) ln -s nowhere/x p ;;
	loop) ln -s p p ;;
	outside) ln -s ../../ p ;;
	empty) mkdir p ;;
	closed) mkdir -m 500 p ;;
	dir) mkdir p && echo "$2" >p/f ;;
	deep) mkdir -p p/a/b p/a/e && echo "$2" >p/a/b/c && ln -s .. p/l ;;
	esac
}

# Every kind of $2 into every other: staged on both sides, or untracked.
all_into_all() {
	local kinds=$2
	local from to saved changed id

	for from in $kinds; do
		make_kind "$from" saved
		[[ $1 == untracked ]] || git add --all
		saved=$(work_of)
		id=$(git checkpoint create -q)
		for to in $kinds; do
			[[ $from != "$to" ]] || continue
			make_kind "$to" changed
			[[ $1 == untracked ]] || git add --all
			changed=$(work_of)
			git checkpoint restore -q "$id" ||
				fail "$from -> $to: restore"
			assert_same "$saved" "$(work_of)"
			git checkpoint undo -q || fail "$from -> $to: undo"
			assert_same "$changed" "$(work_of)"
		done
	done
}

@test 'untracked kinds become each other and come back' {
	repo_new
	git config checkpoint.maxCheckpoints 1000
	all_into_all untracked 'file link empty deep'
}

@test 'staged kinds become each other and come back' {
	repo_new
	git config checkpoint.maxCheckpoints 1000
	all_into_all staged 'absent exec dir'
}

@test 'links that dangle, loop or lead outside come back' {
	repo_new
	for kind in dangling loop outside; do
		make_kind "$kind"
		mv p "$kind"
	done
	assert_tree_is_gits
	round_trip rm dangling loop outside
}

@test 'a closed directory becomes a file and comes back' {
	repo_new
	make_kind closed
	round_trip make_kind file changed
}

@test 'fifos and sockets are left out, listed, and never touched' {
	repo_new
	git checkpoint create -q before
	mkfifo fifo
	perl -MIO::Socket::UNIX -e \
		'IO::Socket::UNIX->new(Local => "socket", Listen => 1) or die'
	rm file
	mkfifo file
	git checkpoint create -q
	run -0 omitted
	assert_output 'special-file - fifo
special-file - file
special-file - socket'
	run ! git cat-file -e "$(newest):file"
	run -1 git checkpoint restore latest~1
	assert_line "fatal: 'file' is in the way, and is no file"
	rm file
	git checkpoint restore -q latest~1
	[[ -p fifo && -S socket && -f file ]]
}

@test 'devices are left out, listed, and never touched' {
	repo_new
	mknod null c 1 3 2>/dev/null || skip 'devices cannot be made here'
	git checkpoint create -q before
	rm file
	mknod file c 1 3
	mknod block b 7 200
	git checkpoint create -q
	run -0 omitted
	assert_output 'special-file - block
special-file - file
special-file - null'
	run ! git cat-file -e "$(newest):file"
	run -1 git checkpoint restore latest~1
	assert_line "fatal: 'file' is in the way, and is no file"
	rm file
	git checkpoint restore -q latest~1
	[[ -c null && -b block && -f file ]]
}

@test 'an empty directory does not take the place of a fifo' {
	repo_new
	mkdir empty
	git checkpoint create -q
	rmdir empty
	mkfifo empty
	run -1 git checkpoint restore latest
	assert_line "fatal: 'empty' is in the way, and is no file"
	[[ -p empty ]]
	git checkpoint create -q 'no journal is left'
}

@test 'permissions of an empty directory come back' {
	repo_new
	mkdir -m 2711 empty
	round_trip chmod 0755 empty
}

@test 'an empty directory that others have filled is not made again' {
	repo_new
	mkdir empty
	git checkpoint create -q
	echo ignored >empty/x.o
	run -0 git checkpoint restore latest
	assert_line --partial ': 0 changes'
}

@test 'hard links come back as files that share nothing' {
	repo_new
	ln file linked
	saved=$(work_of)
	git checkpoint create -q
	echo changed >>linked
	git checkpoint restore -q latest
	assert_same "$saved" "$(work_of)"
	echo changed >>linked
	assert_equal "$(cat file)" $'one\ntwo\nthree'
}

@test 'a sparse file comes back' {
	repo_new
	truncate -s 64M sparse
	printf end >>sparse
	round_trip rm sparse
	assert_tree_is_gits
}

# Where the file system and the time for it are there: 4 GiB of nothing.
@test 'a file of more than 4 GiB comes back' {
	[[ ${TEST_LARGE-} ]] || skip 'TEST_LARGE is not set'
	repo_new
	git config checkpoint.maxFileSize 8g
	git config checkpoint.maxNewBytes 8g
	truncate -s 4097M large
	printf end >>large
	round_trip rm large
}

# One entry of a tree, as no git of today writes it: <mode and name> <id>
entry_of() {
	printf '%s\0' "$1"
	xxd -r -p <<<"$2"
}

@test 'old modes in the history do no harm' {
	repo_new
	blob=$(git rev-parse HEAD:file)
	sub=$(entry_of '100664 inside' "$blob" |
		git hash-object -w -t tree --literally --stdin)
	tree=$({ entry_of '100664 file' "$blob" &&
		entry_of '40000 sub' "$sub"; } |
		git hash-object -w -t tree --literally --stdin)
	git reset -q --hard "$(git commit-tree -m old "$tree")"
	run -0 git status --porcelain
	refute_output
	echo changed >>file
	git checkpoint create -q
	git diff --exit-code "$(newest)"
	round_trip rm -r sub
}

# What core.symlinks=false makes of a link is a plain file with its target in it;
# a real one may be there all the same.
@test 'a link comes back as what it was where links are plain files' {
	repo_new
	git config core.symlinks false
	rm link
	git checkout -q link
	assert [ ! -L link ]
	git checkpoint create -q
	assert_equal "$(git rev-parse "$(newest):link")" "$(git rev-parse HEAD:link)"
	ln -s -f src/main.c link
	git checkpoint create -q
	git checkpoint restore -q latest~1
	assert [ ! -L link ]
	assert_equal "$(cat link)" src/main.c
	run -0 git status --porcelain
	refute_output
	git checkpoint undo -q
	assert_equal "$(readlink link)" src/main.c
	git checkpoint restore -q latest~1
	git checkpoint verify -q
	# Elsewhere it is a link.
	git config core.symlinks true
	rm link
	git checkpoint restore -q latest~1
	assert_equal "$(readlink link)" src/main.c
}
