# contrib/backup: what it uploads gives everything back, and nothing is cleaned
# before it is uploaded.

load ../test_helper

BACKUP=$TOP/contrib/backup/backup

# A repository with more checkpoints than stay, the newest of all of it.
worked_new() {
	local i

	repo_new
	for i in 1 2 3 4; do
		echo "$i" >step
		git checkpoint create -q "step $i"
	done
	work_start
	git checkpoint create -q --ignored 'the last'
}

@test 'the bundle gives everything back in a new clone' {
	worked_new
	work=$(snapshot_of)
	index=$(index_of)
	ids=$(git checkpoint list -q)
	mkdir "../up load"
	run -0 "$BACKUP" -k 2 cp '{}' '../up load/'
	assert_line --partial 'Exported 5 checkpoints of 1 session'
	run -0 git checkpoint list --count
	assert_output 2
	bundle=$(echo "../up load"/*)
	[[ ${bundle##*/} == checkpoints-[0-9]*-[0-9]*.bundle ]] ||
		fail "$bundle"
	git clone -q . ../again
	cd ../again
	git checkpoint import -q --own "$bundle"
	assert_equal "$(git checkpoint list -q)" "$ids"
	git checkpoint restore -q latest
	assert_same "$work" "$(snapshot_of .)"
	assert_same "$index" "$(index_of .)"
	run -0 git checkpoint verify -q
}

@test 'a failed upload cleans nothing, and its status is the answer' {
	worked_new
	run -7 "$BACKUP" -k 2 sh -c 'exit 7'
	assert_line 'backup: the upload failed with status 7; nothing is cleaned'
	run -0 git checkpoint list --count
	assert_output 5
	run -127 "$BACKUP" no-such-command
	run -0 git checkpoint list --count
	assert_output 5
	for bundle in .git/checkpoint.d/backups/*; do
		git bundle verify -q "$bundle"
	done
}

@test 'a bundle that cannot be written is not uploaded' {
	worked_new
	echo in the way >file.d
	run ! "$BACKUP" -d file.d touch ../uploaded
	run ! "$BACKUP" -C "$BATS_TEST_TMPDIR" touch ../uploaded
	assert_not_exists ../uploaded
	run -0 git checkpoint list --count
	assert_output 5
}

@test 'where it runs, where bundles go, what stays' {
	worked_new
	cd "$BATS_TEST_TMPDIR"
	run -0 "$BACKUP" -C repo -d out -k - true
	assert_equal "$(echo out/*.bundle | wc -w)" 1
	run -0 git -C repo checkpoint list --count
	assert_output 5
	rm out/*
	# The variable is the other shell's.
	# shellcheck disable=SC2016
	run -0 "$BACKUP" -C repo -d out -r -k 1 sh -c 'test -s "$1"' upload
	run -0 ls -A out
	refute_output
	# The newest and checkpoint.backupCount before it stay in any case.
	run -0 git -C repo checkpoint list --count
	assert_output 2
	run -129 "$BACKUP"
	run -129 "$BACKUP" -x true
}
