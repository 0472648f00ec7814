# What SkillPack has recorded is taken over, and nothing of its own is changed.

load ../test_helper
load old_work

ONE=5f0f7f0e-1111-4222-8333-444444444444
TWO=6f0f7f0e-1111-4222-8333-444444444444

skillpack_new() {
	skillpack_record .skillpack/current/checkpoint.json "$ONE" \
		2024-01-18T10:30:00Z
	skillpack_record .skillpack/current/checkpoint.backup.json "$ONE" \
		2024-01-18T10:20:00Z
	skillpack_record .skillpack/history/2024-01-17_154500/checkpoint.json \
		"$TWO" 2024-01-17T15:45:00Z
	echo analysis >.skillpack/current/1_analysis.md
	echo 'done' >.skillpack/history/2024-01-17_154500/1_analysis.md
	printf '[2024-01-18T10:15:00Z] it broke\nand again\n' \
		>.skillpack/current/error.log
	cat >.skillpackrc <<-END
		{"checkpoint": {"auto_save": true, "save_interval_minutes": 5,
		 "max_history": 10, "verify_on_resume": true, "backup_count": 1}}
	END
}

@test 'the record of a task is the task, key for key' {
	repo_new
	skillpack_new
	before=$(theirs)
	run -0 git checkpoint import .skillpack
	assert_line 'Imported 3 checkpoints and 2 sessions'
	assert_same "$before" "$(theirs)"
	run -0 git checkpoint list --session="$ONE" --format='%(id) %(type) %(timestamp)'
	assert_line --index 0 --regexp \
		'^cp_1705573800000_[0-9a-f]{8} manual 2024-01-18T10:30:00.000Z$'
	assert_line --index 1 --regexp \
		'^cp_1705573200000_[0-9a-f]{8} auto 2024-01-18T10:20:00.000Z$'
	id=$(cut -d' ' -f1 <<<"${lines[0]}")
	git checkpoint show --json "$id" >../shown
	# Every key with its value; ours may only add to it. The variables are
	# jq's.
	# shellcheck disable=SC2016
	run -0 jq --slurpfile theirs .skillpack/current/checkpoint.json \
		'.task as $ours | $theirs[0] |
		[paths(scalars) as $p | select(getpath($p) != ($ours | getpath($p))) | $p]' \
		../shown
	assert_output '[]'
	run -0 jq -cS '.imported | [.from, .files["checkpoint.json"]]' ../shown
	assert_output "[\"skillpack\",$(jq -cS . .skillpack/current/checkpoint.json)]"
}

@test 'what is done is ended, what is not can be gone on with' {
	repo_new
	skillpack_new
	git checkpoint import -q .
	run -0 git checkpoint session list --json
	assert_equal "$(jq -c '[.id, .status, .unfinished]' <<<"$output" |
		sort)" "[\"$ONE\",\"interrupted\",true]
[\"$TWO\",\"ended\",false]"
	run -0 git checkpoint session show --errors "$ONE"
	assert_output "2024-01-18T10:15:00.000Z $ONE: it broke
2024-01-18T10:30:00.000Z $ONE: and again"
}

@test 'outputs are attachments, and come out again' {
	repo_new
	skillpack_new
	git checkpoint import -q .
	id=$(git checkpoint list -q --session="$TWO")
	run -0 git checkpoint show --attachment=1_analysis.md "$id"
	assert_output 'done'
	git checkpoint export -q ../bundle --outputs ../out
	run -0 cat "../out/$TWO/$TWO/1_analysis.md"
	assert_output 'done'
	assert_not_exists "../out/$ONE"
}

@test 'importing again adds nothing; what changed since is added' {
	repo_new
	skillpack_new
	git checkpoint import -q .
	refs=$(git for-each-ref)
	run -0 git checkpoint import .
	assert_line 'Imported 0 checkpoints, 3 were here already'
	assert_same "$refs" "$(git for-each-ref)"
	mv .skillpack/current/checkpoint.json \
		.skillpack/current/checkpoint.backup.json
	skillpack_record .skillpack/current/checkpoint.json "$ONE" \
		2024-01-18T10:40:00Z
	run -0 git checkpoint import .
	assert_line --regexp '^Imported 1 checkpoint, [23] were here already$'
}

@test 'a session that was gone on with is not touched by another import' {
	repo_new
	skillpack_new
	git checkpoint import -q .
	echo '{"event":"continue","time":"2024-01-19T10:00:00.000Z"}' \
		>>".git/checkpoint.d/logs/$ONE.log"
	log=$(cat ".git/checkpoint.d/logs/$ONE.log")
	git checkpoint import -q .
	assert_same "$log" "$(cat ".git/checkpoint.d/logs/$ONE.log")"
}

@test 'an import that was killed is finished by the next' {
	repo_new
	skillpack_new
	git clone -q . ../whole
	cp -r .skillpack ../whole
	(cd ../whole && git checkpoint import -q .)
	# Refs are set one after the other, then logs are written.
	for cut in 1 2 3; do
		cp -r "$REPO" "../cut$cut"
		cd "../cut$cut"
		mkdir -p .git/checkpoint.d/logs
		head -n "$cut" "../whole/.git/checkpoint.d/logs/$ONE.log" \
			>".git/checkpoint.d/logs/$ONE.log"
		git checkpoint import -q .
		assert_equal "$(grep -c '"event":"end"' ".git/checkpoint.d/logs/$ONE.log")" 1
		assert_equal "$(grep -c '"event":"error"' ".git/checkpoint.d/logs/$ONE.log")" 2
	done
}

@test '--config takes over .skillpackrc' {
	repo_new
	skillpack_new
	run -0 git checkpoint import --config .
	assert_line '  checkpoint.interval=5m'
	run -0 git config --local --get-regexp '^checkpoint'
	assert_output "checkpoint.auto true
checkpoint.interval 5m
checkpoint.maxhistory 10
checkpoint.verifyonresume true
checkpoint.backupcount 1"
}

@test 'broken files are named, and the rest is imported' {
	repo_new
	skillpack_new
	echo '{"task_id": "x"' >.skillpack/current/checkpoint.json
	skillpack_record .skillpack/history/a/checkpoint.json x \
		2024-01-18T10:40:00Z
	sed -i 's/"completed": \[1, 2\]/"completed": "all"/' \
		.skillpack/history/a/checkpoint.json
	skillpack_record .skillpack/history/b/checkpoint.json '' \
		2024-01-18T10:40:00Z
	skillpack_record .skillpack/history/c/checkpoint.json y never
	mkdir .skillpack/history/d .skillpack/current/deep
	ln -s /etc/passwd .skillpack/current/passwd
	echo '{"checkpoint": {"backup_count": -1}}' >.skillpackrc
	run -1 git checkpoint import .
	assert_line --partial "warning: 'current/checkpoint.json' is not taken in: line"
	assert_line "warning: 'history/a/checkpoint.json' is not taken in: 'task.phases.completed' is of the wrong type"
	assert_line "warning: 'history/b/checkpoint.json' is not taken in: it names no task"
	assert_line "warning: '.skillpackrc' is not taken in: option 'backup_count' has a value that cannot be taken over"
	run -0 git checkpoint list --count
	assert_output 3
	run -0 git rev-list --objects --glob='refs/checkpoints/*'
	refute_output --partial passwd
}

@test 'resume goes on where the record says' {
	repo_new
	skillpack_new
	git checkpoint import -q .
	run -0 git checkpoint resume --list
	assert_line --index 0 "[1] $ONE (latest)"
	assert_line '    Status: Phase 3/4, subtask 2/5'
	assert_line '    Updated: 2024-01-18 10:30:00'
	run -0 git checkpoint resume --review "$ONE"
	assert_line --regexp '^Resume at: *phase_3_subtask_3$'
	assert_line --partial 'tokens expire'
	run -0 git checkpoint resume --continue "$ONE"
	run -0 git checkpoint session show --json
	assert_equal "$(jq -c '[.id, .status]' <<<"$output")" \
		"[\"$ONE\",\"active\"]"
}
