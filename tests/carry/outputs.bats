# The outputs of completed tasks come out as files.

# REPO_IS_DAMAGED is the helper's.
# shellcheck disable=SC2034
load ../test_helper

BUNDLE=$BATS_TEST_TMPDIR/bundle
OUT=$BATS_TEST_TMPDIR/out

# complete <task> <file>...: the checkpoint that completes a task.
complete() {
	local task=$1 file
	local attach=()

	shift
	for file; do
		attach+=(--attach="$file")
	done
	git checkpoint create -q --type=task_complete --task="$task" \
		"${attach[@]}"
}

# A checkpoint with an attachment of this name, which no program of ours would
# make.
attach_hostile() {
	local c state index message name=$1

	c=$(newest)

	state=$({
		git ls-tree "$c^2^2" | grep -v attachments
		printf '040000 tree %s\tattachments\n' "$(printf '100644 blob %s\t%s\0' \
			"$(git hash-object -w file)" "$name" | git mktree -z)"
	} | git mktree)
	state=$(git commit-tree -m state "$state")
	index=$(git commit-tree -m index -p HEAD -p "$state" "$c^2^{tree}")
	message=$(git log -1 --format=%B "$c" |
		sed "s/^\(Checkpoint-Index:\).*/\1 $index/
			s/^\(Checkpoint-State:\).*/\1 $state/")
	git update-ref "refs/checkpoints/$(newest_name)" \
		"$(git commit-tree -m "$message" -p HEAD -p "$index" "$c^{tree}")"
}

@test 'the outputs of each task, of its newest completion' {
	repo_new
	echo old >plan.md
	complete T01 plan.md
	echo new >plan.md
	printf 'a\0b' >log
	complete T01 plan.md log
	complete 'T/../02' plan.md
	echo other >other
	git checkpoint create -q --attach=other
	session=$(git checkpoint list --limit=1 --format='%(session_id)')
	run -0 git checkpoint export "$BUNDLE" --outputs "$OUT"
	assert_line 'Wrote 3 of 3 outputs of tasks'
	run -0 find "$OUT" -type f -printf '%P\n'
	assert_equal "$(sort <<<"$output")" "$session/T%2F..%2F02/plan.md
$session/T01/log
$session/T01/plan.md"
	assert_files_equal plan.md "$OUT/$session/T01/plan.md"
	run -0 cmp log "$OUT/$session/T01/log"
}

@test 'nothing is replaced' {
	repo_new
	echo one >plan.md
	complete T01 plan.md
	git checkpoint export -q "$BUNDLE" --outputs "$OUT"
	# The same again is no conflict.
	run -0 git checkpoint export "$BUNDLE" --outputs "$OUT"
	assert_line 'Wrote 0 of 1 output of tasks'
	rm "$BUNDLE"
	file=$(find "$OUT" -type f)
	echo mine >"$file"
	run -1 git checkpoint export "$BUNDLE" --outputs "$OUT"
	assert_line "fatal: '$file' is there already"
	assert_equal "$(cat "$file")" mine
	assert_not_exists "$BUNDLE"
	rm "$file"
	ln -s "$REPO/stolen" "$file"
	run -1 git checkpoint export "$BUNDLE" --outputs "$OUT"
	assert_not_exists stolen
	# Nor is a link on the way followed.
	rm -r "${file%/*}"
	ln -s "$REPO" "${file%/*}"
	rm plan.md
	run -128 git checkpoint export "$BUNDLE" --outputs "$OUT"
	assert_not_exists plan.md
}

@test 'a name that may not be that of a file is refused' {
	REPO_IS_DAMAGED=1
	repo_new
	for name in .git .. GIT~1 $'a\nb' $'\x1b[31m'; do
		complete T01 file
		attach_hostile "$name"
		run -128 git checkpoint export "$BUNDLE" --outputs "$OUT"
		assert_line --partial 'which is no name for a file'
		assert_not_exists "$OUT"
		assert_not_exists "$BUNDLE"
	done
}

@test 'outputs of a task that was completed in a session' {
	repo_new
	git checkpoint session start -q
	git checkpoint task start -q T01
	echo analysis >1_analysis.md
	git checkpoint task complete -q T01 --outputs 1_analysis.md
	git checkpoint session end -q
	git checkpoint export -q "$BUNDLE" --outputs "$OUT"
	run -0 find "$OUT" -type f
	assert_output --regexp "^$OUT/session_[0-9]+_[0-9a-f]{8}/T01/1_analysis.md$"
	assert_files_equal 1_analysis.md "$output"
}
