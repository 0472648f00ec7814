# What AIWF has recorded is taken over, and nothing of its own is changed.

load ../test_helper
load old_work

@test 'both layouts: ids, types, times, commits are what they were' {
	repo_new
	commit=$(git rev-parse HEAD)
	aiwf_checkpoint cp_1703123456789 task_complete "${commit:0:9}"
	aiwf_file cp_1703123459999 1703123450000 \
		1111111111111111111111111111111111111111
	before=$(theirs)
	run -0 --separate-stderr git checkpoint import .aiwf
	assert_line --index 0 'Imported 2 checkpoints and 2 sessions'
	assert_same "$before" "$(theirs)"
	run -0 git checkpoint list --format='%(id) %(type) %(timestamp) %(session_id)'
	assert_output "cp_1703123459999 manual 2024-12-26T11:30:45.789Z 1703123450000
cp_1703123456789 task_complete 2024-12-25T10:30:45.789Z session_1703123456789"
	run -0 git checkpoint show cp_1703123456789
	assert_output --partial 'Completed task T01_S01'
	run -0 git checkpoint show --json cp_1703123456789
	json=$output
	assert_equal "$(jq -r .git_commit <<<"$json")" "${commit:0:9}"
	assert_equal "$(jq -r .git.head <<<"$json")" "$commit"
	assert_equal "$(jq -c '[.tasks_completed, .sprint, .branch]' <<<"$json")" \
		'[5,"S01","main"]'
	assert_equal "$(jq -c '[.git.staged, .git.unstaged, .git.untracked]' \
		<<<"$json")" '[0,1,1]'
	assert_equal "$(jq -r .task.task_id <<<"$json")" T01_S01
	assert_equal "$(jq -c '.session.completed_tasks[0] |
		[.task_id, .duration_ms, .attempts]' <<<"$json")" \
		'["T01_S01",1800000,1]'
	assert_equal "$(jq -c '.metrics | [.execution_time_ms, .success_ratio,
		.tokens.input, .memory_peak_kb]' <<<"$json")" \
		'[1800000,0.83,100,null]'
	# A commit that is not here is still named.
	run -0 git checkpoint show --json cp_1703123459999
	assert_equal "$(jq -c '[.git_commit, .git.head, .description,
		.metrics.tasks_failed]' <<<"$output")" \
		'["1111111111111111111111111111111111111111",null,"by hand",1]'
}

@test 'every document is kept whole' {
	repo_new
	aiwf_checkpoint cp_1703123456789 task_complete abc123def
	aiwf_file cp_1703123459999 1703123450000 abc123def
	git checkpoint import -q .
	run -0 git checkpoint show --json cp_1703123456789
	for name in metadata session git-state metrics; do
		assert_equal "$(jq -cS ".imported.files[\"$name.json\"]" \
			<<<"$output")" \
			"$(jq -cS . ".aiwf/checkpoints/cp_1703123456789/$name.json")"
	done
	assert_equal "$(jq -r .git_commit <<<"$output")" abc123def
	run -0 git checkpoint show --json cp_1703123459999
	assert_equal "$(jq -cS '.imported.files["cp_1703123459999.json"]' \
		<<<"$output")" \
		"$(jq -cS . .aiwf/checkpoints/cp_1703123459999.json)"
	# What has no place of its own is named.
	run -0 git checkpoint import --json .
	assert_equal "$(jq -r '.not_taken[]' <<<"$output")" \
		"session.json: 'mode'
metrics.json: 'memory_usage'
state_snapshot: 'mode'
cp_*.json: 'metadata'"
}

@test 'importing again adds nothing, also when there is more' {
	repo_new
	aiwf_checkpoint cp_1703123456789 task_complete "$(git rev-parse HEAD)"
	git checkpoint import -q . >/dev/null
	refs=$(git for-each-ref)
	logs=$(cat .git/checkpoint.d/logs/*)
	run -0 git checkpoint import .
	assert_line 'Imported 0 checkpoints, 1 was here already'
	assert_same "$refs" "$(git for-each-ref)"
	assert_same "$logs" "$(cat .git/checkpoint.d/logs/*)"
	aiwf_file cp_1703123459999 1703123450000 abc123def
	run -0 git checkpoint import .
	assert_line 'Imported 1 checkpoint and 1 session, 1 was here already'
}

@test 'all who import the same files make the same commits' {
	repo_new
	aiwf_checkpoint cp_1703123456789 task_complete "$(git rev-parse HEAD)"
	git checkpoint import -q .
	commit=$(newest)
	git clone -q . ../other
	cp -r .aiwf ../other
	cd ../other
	git config user.name Somebody
	git config user.email else@example.com
	GIT_CHECKPOINT_NOW=1900000000000 git checkpoint import -q .
	assert_equal "$(newest)" "$commit"
}

@test 'a session with work left can be gone on with' {
	repo_new
	aiwf_checkpoint cp_1703123456789 task_complete "$(git rev-parse HEAD)"
	echo '{"session_id": "session_1703123456789"}' \
		>.aiwf/checkpoints/current-session.json
	git checkpoint import -q .
	run -0 git checkpoint session list --json
	assert_equal "$(jq -c '[.id, .status, .unfinished]' <<<"$output")" \
		'["session_1703123456789","interrupted",true]'
	run -0 git checkpoint session show --json session_1703123456789
	assert_equal "$(jq -c '[.current_task, (.tasks[1] |
		[.status, .attempts, .started]), .errors[0].message]' <<<"$output")" \
		'["T02_S01",["in_progress",2,"2024-12-25T10:30:46.000Z"],"it broke"]'
	# It is none that is active.
	run -0 git checkpoint session start --fresh
}

@test 'the state as it is now: yolo-state.json' {
	repo_new
	mkdir .aiwf
	cat >.aiwf/yolo-state.json <<-END
		{"session_id": "1703123450000", "started_at": "2024-12-26T10:00:00Z",
		 "sprint_id": "S02", "mode": "sprint-all",
		 "completed_tasks": [{"id": "a", "duration": 1000, "attempts": 1},
			{"id": "b", "duration": 2000, "attempts": 3}],
		 "current_task": {"id": "c", "attempts": 1}, "checkpoints": [],
		 "metrics": {"total_tasks": 5}}
	END
	run -0 git checkpoint import .
	assert_line 'Imported 0 checkpoints and 1 session'
	run -0 git checkpoint session show --json 1703123450000
	assert_equal "$(jq -c '[.sprint, .current_task,
		(.tasks | map([.task_id, .status]))]' <<<"$output")" \
		'["S02","c",[["a","completed"],["b","completed"],["c","in_progress"]]]'
}

@test 'a record without files is never restored as if it had some' {
	repo_new
	aiwf_checkpoint cp_1703123456789 task_complete "$(git rev-parse HEAD)"
	git checkpoint import -q .
	work_start
	before=$(work_of)
	run -1 git checkpoint restore cp_1703123456789
	assert_line "fatal: checkpoint 'cp_1703123456789' was imported, and holds no files"
	assert_same "$before" "$(work_of)"
	run -0 git checkpoint verify
	assert_line 'cp_1703123456789: ok'
}

@test 'broken files are named, and the rest is imported' {
	repo_new
	aiwf_checkpoint cp_1703123456789 task_complete abc123def
	aiwf_checkpoint cp_1703123456790 'Task Complete' abc123def
	aiwf_checkpoint cp_1703123456791 manual abc123def
	sed -i 's/"cp_1703123456791"/"cp_1"/' \
		.aiwf/checkpoints/cp_1703123456791/metadata.json
	mkdir .aiwf/checkpoints/cp_1703123456792
	cd .aiwf/checkpoints
	echo '{"id": ' >cp_1703123456793.json
	printf '\377\376' >cp_1703123456794.json
	echo '[]' >cp_1703123456795.json
	head -c 20000000 /dev/zero | tr '\0' ' ' >cp_1703123456796.json
	ln -s /etc/passwd cp_1703123456797.json
	mkfifo cp_1703123456798.json
	ln -s / cp_1703123456799
	echo '{"id": "cp_99", "id": "cp_99"}' >cp_99.json
	echo '{' >../yolo-config.yaml
	echo '{' >current-session.json
	cd ../..
	run -1 git checkpoint import --json .
	assert_equal "$(jq -r '.checkpoints[] | select(.state == "refused").file' \
		<<<"$output" | sort)" "checkpoints/cp_1703123456791/metadata.json
checkpoints/cp_1703123456792
checkpoints/cp_1703123456793.json
checkpoints/cp_1703123456794.json
checkpoints/cp_1703123456795.json
checkpoints/cp_1703123456796.json
checkpoints/cp_99.json
checkpoints/current-session.json
yolo-config.yaml"
	assert_equal "$(jq -r '.checkpoints[] | select(.state == "imported").id' \
		<<<"$output" | sort)" "cp_1703123456789
cp_1703123456790"
	run -1 git checkpoint import .
	assert_line "warning: 'checkpoints/cp_1703123456791/metadata.json' is not taken in: it says that it is another one"
	# A type that could be none is one made by hand.
	run -0 git checkpoint list --type=manual -q
	assert_output cp_1703123456790
}

@test 'texts that would drive a terminal, and names that are none' {
	repo_new
	aiwf_checkpoint cp_1703123456789 manual 'no commit'
	cd .aiwf/checkpoints/cp_1703123456789
	jq '.description = "a\u001b[31m\nb\u009b31m" |
		.session_id = "../../heads/evil"' metadata.json >new
	mv new metadata.json
	jq '.branch = "../evil"' git-state.json >new
	mv new git-state.json
	cd ../../..
	git checkpoint import -q .
	run -0 git checkpoint show --json cp_1703123456789
	assert_equal "$(jq -c '[.session_id[:5], .git_commit, .branch]' \
		<<<"$output")" '["aiwf-",null,null]'
	run -0 git checkpoint list
	refute_output --partial $'\x1b'
	run -0 git log -1 --format=%s "$(newest)"
	refute_output --partial $'\x1b'
	run -0 git checkpoint verify
}

@test '--config takes over the options of yolo-config.yaml' {
	repo_new
	mkdir .aiwf
	cat >.aiwf/yolo-config.yaml <<-END
		engineering_level: minimal
		checkpoint:
		  auto_checkpoint: false
		  interval_minutes: 10
		  max_checkpoints: 20
		  checkpoint_on:
		    - task_complete
		    - interval
		  recovery_mode: auto
	END
	run -0 git checkpoint import .aiwf
	assert_line 'hint: --config takes over 5 options of it (checkpoint.auto=false ...)'
	run -1 git config --local --get-regexp '^checkpoint'
	run -0 git checkpoint import --config .aiwf
	assert_line "  yolo-config.yaml: 'recovery_mode'"
	run -0 git config --local --get-regexp '^checkpoint'
	assert_output "checkpoint.auto false
checkpoint.interval 10m
checkpoint.maxcheckpoints 20
checkpoint.on task_complete
checkpoint.on interval"
	config=$(cat .git/config)
	run -0 git checkpoint import --config .aiwf
	assert_same "$config" "$(cat .git/config)"
	sed -i 's/10$/soon/' .aiwf/yolo-config.yaml
	run -1 git checkpoint import --config .aiwf
	assert_line "warning: 'yolo-config.yaml' is not taken in: option 'interval_minutes' has a value that cannot be taken over"
}

@test 'a directory of another kind' {
	repo_new
	mkdir empty
	run -128 git checkpoint import empty
	assert_line "fatal: there is nothing to import in 'empty'"
	run -129 git checkpoint import --own empty
	run -129 git checkpoint import --config file
}

@test 'an imported record travels like any other' {
	repo_new
	aiwf_checkpoint cp_1703123456789 task_complete "$(git rev-parse HEAD)"
	git checkpoint import -q .
	git checkpoint export -q ../bundle
	git clone -q . ../other
	cd ../other
	run -0 git checkpoint import ../bundle
	assert_line 'Imported 1 checkpoint'
	run -0 git checkpoint show cp_1703123456789
	assert_output --partial 'Completed task T01_S01'
}
