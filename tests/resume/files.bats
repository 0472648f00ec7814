# `git checkpoint resume`: whether the workspace is the one that the session
# speaks of, and what is done where it is not.

load ../test_helper
load work

setup() {
	scratch_setup
	repo_new
	work_begin
}

# The files change after the checkpoint: one is deleted, one changed, one new.
drift_away() {
	rm result.txt
	echo later >>src/main.c
	echo new >new.txt
}

@test "files that differ are a reason to refuse, and nothing is touched" {
	drift_away
	before=$(work_of && gitdir_of)
	run -1 --separate-stderr git checkpoint resume
	refute_output
	assert_equal "$stderr" "fatal: the workspace is not as in checkpoint '$checkpoint': 1 file changed, 1 deleted
hint: '--theirs' brings the checkpoint's files back, '--ours' keeps the workspace's
hint: 'git checkpoint diff $checkpoint' shows the difference, 'git checkpoint resume --review' where the work is"
	run -1 git checkpoint resume --abort
	run -1 git checkpoint resume T02
	run -1 git checkpoint resume --continue
	assert_same "$before" "$(work_of && gitdir_of)"
}

@test "--theirs brings back what differs, and leaves what is new" {
	snapshot_of >../before
	drift_away
	run -0 git checkpoint resume --theirs --json
	rm new.txt
	assert_same "$(cat ../before)" "$(snapshot_of)"
	run -0 jq --compact-output '.restored.changes, .drift.files' <<<"$output"
	assert_output - <<-'EOT'
		[{"path":"result.txt","action":"create"},{"path":"src/main.c","action":"write"}]
		[{"path":"new.txt","change":"created"}]
	EOT
}

@test "what --theirs replaced is saved, and can be had back" {
	drift_away
	before=$(snapshot_of)
	git checkpoint resume --quiet --theirs
	git checkpoint undo --quiet
	assert_same "$before" "$(snapshot_of)"
}

@test "--ours keeps the workspace, and goes on" {
	drift_away
	before=$(work_of)
	run -0 git checkpoint resume --ours --json
	run -0 jq --compact-output '.restored, .drift.changed,
		[.drift.files[] | .change + " " + .path]' <<<"$output"
	assert_output - <<-'EOT'
		null
		true
		["created new.txt","deleted result.txt","changed src/main.c"]
	EOT
	assert_same "$before" "$(work_of)"
}

@test "--review shows what differs, and changes nothing" {
	drift_away
	before=$(work_of && gitdir_of && find .git/checkpoint.d -type f -exec sha256sum {} + | sort)
	run -0 --separate-stderr git checkpoint resume --review
	assert_equal "$stderr" ''
	assert_line "Review of session $session, sprint S01"
	assert_line '  changed src/main.c'
	assert_line '  deleted result.txt'
	assert_line '  created new.txt'
	run -0 brief .review --review
	assert_output true
	assert_same "$before" "$(work_of && gitdir_of && find .git/checkpoint.d -type f -exec sha256sum {} + | sort)"
}

@test "names that are patterns bring back themselves alone" {
	echo one >'a*'
	echo two >ab
	echo three >'[x]'
	git checkpoint create --quiet
	rm 'a*' '[x]'
	echo mine >ab
	echo '{"restore": "a*"}' >/dev/null
	git checkpoint create --quiet 'ab is mine'
	latest=$(git checkpoint list --limit=2 --format='%(id)' | tail -n 1)
	echo later >ab
	run -0 git checkpoint resume --theirs "$latest"
	assert_equal "$(cat 'a*' '[x]' ab)" $'one\nthree\ntwo'
}

@test "a commit and another branch are said, and are no hindrance" {
	git add --all
	git commit --quiet -m later
	git checkout --quiet -b other
	run -0 git checkpoint resume
	assert_line --regexp "^  HEAD is $(git rev-parse HEAD), was [0-9a-f]{40}\$"
	assert_line '  the branch is refs/heads/other, was refs/heads/main'
	run -0 brief '.drift.head.changed, .drift.branch.changed, .drift.files'
	assert_output $'true\ntrue\n[]'
}

@test "without checkpoint.verifyOnResume no file is looked at" {
	drift_away
	run -0 git -c checkpoint.verifyOnResume=false checkpoint resume
	assert_line '  not compared with the checkpoint'
	run -0 git -c checkpoint.verifyOnResume=false checkpoint resume --json
	run -0 jq --compact-output '.drift | .checked, .changed' <<<"$output"
	assert_output $'false\nnull'
	run -128 git -c checkpoint.verifyOnResume=maybe checkpoint resume
	assert_output --partial 'checkpoint.verifyonresume'
}

@test "the checkpoint that is named is the one that files are held against" {
	echo later >>src/main.c
	git checkpoint create --quiet 'a later one'
	run -0 git checkpoint resume
	run -1 git checkpoint resume "$checkpoint"
	assert_line --partial "not as in checkpoint '$checkpoint'"
	run -0 git checkpoint resume --theirs "$checkpoint"
	run -0 git diff --quiet HEAD -- src/main.c
}

@test "a checkpoint that lost an object is not gone on from" {
	REPO_IS_DAMAGED=1
	good=$checkpoint
	echo other >other.txt
	bad=$(git checkpoint create --quiet 'with a file that is lost')
	lose_blob other
	run -1 git checkpoint resume --ours
	assert_line --regexp "^fatal: checkpoint '$bad' cannot be used: .*"
	assert_line --partial "'git checkpoint resume $good' goes on from the newest good one"
	run -0 git checkpoint resume --review --json
	run -0 jq '.problems | length' <<<"$output"
	assert_output 1
	run -0 git checkpoint resume "$good"
	assert_line --partial "$good"
}

# Take the blob with this line away, wherever it is.
lose_blob() {
	local blob pack

	blob=$(echo "$1" | git hash-object --stdin)
	mkdir "$TMPDIR/packs"
	for pack in .git/objects/pack/*.pack; do
		[[ -e $pack ]] || continue
		mv "$pack" "$TMPDIR/packs/"
		rm -f "${pack%.pack}".*
	done
	for pack in "$TMPDIR"/packs/*.pack; do
		[[ -e $pack ]] || continue
		git unpack-objects -q <"$pack"
	done
	rm -f ".git/objects/${blob:0:2}/${blob:2}"
}

@test "a checkpoint of a newer version asks for an upgrade" {
	REPO_IS_DAMAGED=1
	name=$(newest_name)
	newer_version "$name"
	run -1 git checkpoint resume
	assert_line --partial 'cannot be used'
	assert_line --partial 'an upgrade of git-checkpoint reads it'
	assert_line --partial "'git checkpoint resume --fresh' starts from the beginning"
	run -0 git checkpoint resume --review
	assert_line --regexp '^Problem: '
}

# Make the checkpoint say that it is of version 2.
newer_version() {
	local c i s tree

	c=refs/checkpoints/$1
	s=$(git rev-parse "$c^2^2")
	tree=$(git show "$s:metadata.json" | sed 's/"version": "1.0.0"/"version": "2.0.0"/' |
		git hash-object -w --stdin)
	tree=$(git ls-tree "$s" | sed "s/[0-9a-f]*\tmetadata.json\$/$tree\tmetadata.json/" |
		git mktree)
	s=$(git commit-tree -m state "$tree")
	i=$(git commit-tree -m index -p HEAD -p "$s" "$c^2^{tree}")
	c=$(git log -1 --format=%B "$c" |
		sed -e "s/^\(Checkpoint-Index: \).*/\1$i/" \
			-e "s/^\(Checkpoint-State: \).*/\1$s/" |
		git commit-tree -F - -p HEAD -p "$i" "$c^{tree}")
	git update-ref "refs/checkpoints/$1" "$c"
}

@test "a restore that was interrupted comes first" {
	echo noise >.git/checkpoint.d/journal
	run -1 git checkpoint resume
	assert_line --partial 'restore'
	run -0 git checkpoint resume --review
	rm .git/checkpoint.d/journal
}
