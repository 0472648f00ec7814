# Conflicts: the entries at stages 1, 2 and 3.

load ../test_helper
load round_trip

setup() {
	scratch_setup
	repo_new
}

# Two branches that do not merge: each is a command that edits.
diverge() {
	git checkout -q -b theirs
	"$2"
	commit_all theirs
	git checkout -q main
	"$1"
	commit_all ours
}

# The merge stops, with a conflict at each of these paths.
merge_conflicts() {
	run -1 git merge theirs
	run -0 git -c core.quotePath=false diff --name-only --diff-filter=U
	assert_output "$(printf '%s\n' "$@")"
}

edit_ours() {
	sed -i 's/two/ours/' file
	echo ours >src/main.c
	echo ours >'new ü'
}

edit_theirs() {
	sed -i 's/two/theirs/' file
	echo theirs >src/main.c
	echo theirs >'new ü'
}

@test 'conflicts in several paths, one of them added by both' {
	diverge edit_ours edit_theirs
	merge_conflicts file 'new ü' src/main.c
	assert_round_trip
}

@test 'conflicts, one of them resolved and one half' {
	diverge edit_ours edit_theirs
	merge_conflicts file 'new ü' src/main.c
	echo resolved >file
	git add file
	echo half >src/main.c
	assert_round_trip
	run -0 git ls-files --unmerged
	refute_line --partial $'\tfile'
	git checkout --quiet --merge -- src/main.c
	run -0 grep -c '^[<>]' src/main.c
	assert_output 2
}

delete_file() {
	git rm -q file run.sh
}

modify_file() {
	echo more >>file
	echo more >>run.sh
}

@test 'deleted by us, modified by them' {
	diverge delete_file modify_file
	merge_conflicts file run.sh
	assert_round_trip
}

@test 'modified by us, deleted by them, and from the worktree' {
	diverge modify_file delete_file
	merge_conflicts file run.sh
	rm run.sh
	assert_round_trip
}

rename_ours() {
	git mv file ours
}

rename_theirs() {
	git mv file theirs
}

@test 'renamed to two names' {
	diverge rename_ours rename_theirs
	merge_conflicts file ours theirs
	assert_round_trip
}

become_file() {
	git rm -q -r src
	echo file >src
}

@test 'a directory that became a file for us' {
	diverge become_file edit_theirs
	run -1 git merge theirs
	assert_round_trip
}

become_link() {
	rm file
	ln -s run.sh file
}

@test 'a file that became a link for them' {
	diverge modify_file become_link
	run -1 git merge theirs
	assert_round_trip
}

@test 'stages without a merge, the base alone too' {
	id=$(git rev-parse :file)
	printf '0 %s\tfile\n100644 %s 1\tfile\n100755 %s 2\tonly/ours\n' \
		0000000000000000000000000000000000000000 "$id" "$id" |
		git update-index --index-info
	run -0 git ls-files --unmerged
	assert_equal "${#lines[@]}" 2
	assert_round_trip
}

@test 'a conflict of submodules' {
	git init -q sub
	git -C sub commit -q --allow-empty -m one
	one=$(git -C sub rev-parse HEAD)
	git -C sub commit -q --allow-empty -m two
	two=$(git -C sub rev-parse HEAD)
	printf '160000 %s 2\tsub\n160000 %s 3\tsub\n' "$one" "$two" |
		git update-index --index-info
	assert_round_trip
}
