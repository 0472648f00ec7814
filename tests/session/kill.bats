# Sessions whose commands are killed, whose logs are damaged, that several
# processes write to.

load ../test_helper

setup() {
	scratch_setup
	repo_new
}

# Locks and packs of what was killed are let go of by the next save.
teardown() {
	git checkpoint create --quiet
	scratch_check
}

# killed_at <n> <argument>...: kill it at its n-th call that changes a file.
# false: it was over by then.
killed_at() {
	run strace -f -o /dev/null -e trace=write,fdatasync,link,rename,unlink \
		-e "inject=write,fdatasync,link,rename,unlink:signal=KILL:when=$1" \
		git-checkpoint "${@:2}"
	[[ $status -ne 0 ]]
}

log() {
	cat .git/checkpoint.d/logs/"$(cat .git/checkpoint.d/active)".log
}

@test "a completion that is killed anywhere is done once, and saved" {
	local at

	git checkpoint session start --quiet
	for ((at = 1; ; at += 2)); do
		git checkpoint task start "T$at" --quiet
		echo "$at" >result
		killed_at "$at" task complete "T$at" --key="$at" || break
		git checkpoint task complete "T$at" --key="$at" --quiet
	done
	assert [ "$at" -gt 5 ]
	run -0 git checkpoint session show --json
	assert_equal "$(jq '[.tasks[] | select(.status != "completed")] | length' \
		<<<"$output")" 0
	for ((; at > 0; at -= 2)); do
		run -0 git checkpoint list --task="T$at" --type=task_complete \
			--count
		assert_output 1
	done
	# Nothing that was killed has left a line behind that is none.
	assert_equal "$(log | jq --slurp length)" "$(log | wc -l)"
}

@test "a start that is killed anywhere is no start, or one" {
	local at

	for ((at = 1; ; at++)); do
		killed_at "$at" session start || break
		run git checkpoint session start --quiet
		[[ $status -eq 0 || $output == *'already active'* ]] ||
			fail "$output"
		git checkpoint create --quiet
		git checkpoint session end --quiet
	done
	assert [ "$at" -gt 3 ]
}

@test "several processes write to a log at once and lose nothing" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	for writer in 1 2 3 4; do
		for i in {1..8}; do
			git checkpoint update --quiet \
				<<<"{\"seen\": {\"$writer $i\": true}}" ||
				echo "$writer $i" >>../failed
		done &
	done
	wait
	assert [ ! -e ../failed ]
	run -0 git checkpoint session show --json
	assert_equal "$(jq '.tasks[0].record.seen | length' <<<"$output")" 32
	assert_equal "$(jq .unreadable_lines <<<"$output")" 0
}

@test "a log that was cut anywhere loses its last event and no other" {
	local file size

	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	git checkpoint task add T2 --quiet
	file=.git/checkpoint.d/logs/$(cat .git/checkpoint.d/active).log
	cp "$file" ../whole
	size=$(stat --format=%s "$file")
	first=$(head -n 1 ../whole | wc -c)
	for ((cut = size - 1; cut > first; cut -= 61)); do
		head -c "$cut" ../whole >"$file"
		# Each line but the first adds a task.
		tasks=0
		said='cut off'
		while read -r line || [[ $line ]]; do
			said='cut off'
			if jq --exit-status . <<<"$line" >../parsed 2>&1; then
				tasks=$((tasks + 1))
				said=
			fi
		done <"$file"
		run -0 git checkpoint session show --json
		run -0 --separate-stderr git checkpoint task add new --quiet
		assert_equal "$(grep -o 'cut off' <<<"$stderr")" "$said"
		run -0 git checkpoint session show --json
		assert_equal "$(jq '.tasks | length' <<<"$output")" "$tasks"
	done
}

@test "a log of noise, or none at all, keeps nobody from working" {
	run -0 git checkpoint session start --quiet
	file=.git/checkpoint.d/logs/$output.log
	head -c 20000 /dev/urandom >"$file"
	git checkpoint create --quiet
	run -1 git checkpoint task start T1
	assert_line --partial 'no session is active'
	run -0 git checkpoint session list
	assert_output --partial 'nothing can be read'
	run -0 git checkpoint session start --quiet
	file=.git/checkpoint.d/logs/$output.log
	: >"$file"
	git checkpoint create --quiet
	rm "$file"
	git checkpoint create --quiet
	echo nonsense/../x >.git/checkpoint.d/active
	git checkpoint create --quiet
	run -0 git checkpoint list --limit=1 --format='%(session_id)'
	assert_output --regexp '^manual_'
	git checkpoint session start --quiet
}

@test "noise between events is passed over, and said" {
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	file=.git/checkpoint.d/logs/$(cat .git/checkpoint.d/active).log
	printf 'noise\n{"event": 1}\n\377\n[]\n\n' >>"$file"
	printf '{"event":"from the future","task":"T1"}\n' >>"$file"
	git checkpoint task complete T1 --quiet
	run -0 git checkpoint session show --json
	assert_equal "$(jq -c '[.unreadable_lines, .tasks[0].status]' \
		<<<"$output")" '[5,"completed"]'
}

@test "a log of a newer version is refused, and saving goes on" {
	run -0 git checkpoint session start --quiet
	file=.git/checkpoint.d/logs/$output.log
	sed -i 's/"version":"1/"version":"2/' "$file"
	cp "$file" ../before
	run -128 git checkpoint task start T1
	assert_line --partial 'newer version'
	assert_line --partial upgrade
	run -0 --separate-stderr git checkpoint create --quiet
	assert_regex "$stderr" 'newer version'
	run -128 git checkpoint session start
	git checkpoint session start --force --quiet
	git checkpoint task start T1 --quiet
	assert_files_equal ../before "$file"
}

@test "a clock that went back neither loses nor reorders anything" {
	now=$(date +%s%3N)
	export GIT_CHECKPOINT_NOW=$now
	git checkpoint session start --quiet
	git checkpoint task start T1 --quiet
	export GIT_CHECKPOINT_NOW=$((now - 86400000))
	git checkpoint task complete T1 --quiet
	git checkpoint create --quiet after
	run -0 git checkpoint session show --json
	assert_equal "$(jq -c '[.tasks[0].status, .tasks[0].duration_ms,
		.metrics.execution_time_ms, .status]' <<<"$output")" \
		'["completed",0,0,"active"]'
	run -0 git checkpoint list --format='%(description)'
	assert_output $'after\nCompleted task T1\nSession started'
}
