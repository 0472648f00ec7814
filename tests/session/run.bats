# A long run, killed again and again.

load ../test_helper

TASKS=40
PER_PHASE=10

# The plan: forty tasks, and one that has them in four phases.
plan() {
	echo '{"tasks": [{"id": "all", "phases": 4}'
	for ((i = 1; i <= TASKS; i++)); do
		printf ', {"id": "T%02d"}' "$i"
	done
	echo ']}'
}

# What a task's result is, known beforehand.
result_of() {
	echo "result of $1: $((10#${1#T} * 7919))"
}

# What works: it asks what is done, and goes on from there. It may be killed at
# any moment, and is started again then.
cat_worker() {
	declare -f result_of
	cat <<-'EOF'
		# The command that is to be killed is, somewhere within, and all
		# of us with it.
		checkpoint() {
			count=$((count + 1))
			if ((count == KILL_AT)); then
				strace -f -o /dev/null \
					-e trace=write,fdatasync,rename,unlink \
					-e "inject=write,fdatasync,rename,unlink:signal=KILL:when=$KILL_CALL" \
					git-checkpoint "$@"
				kill -KILL $$
			fi
			git checkpoint "$@"
		}
		git checkpoint session show --json >"$SCRATCH/state" || exit
		status_of() {
			jq --raw-output --arg id "$1" \
				'.tasks[] | select(.task_id == $id) | .status' \
				"$SCRATCH/state"
		}
		jq --raw-output '.tasks[] | .task_id + " " + .status' \
			"$SCRATCH/state" >"$SCRATCH/todo"
		if [[ $(status_of all) == pending ]]; then
			checkpoint task start all --quiet --key=start || exit
		fi
		# A call that did not come through is made again: with its key
		# it counts once.
		if [[ -e $SCRATCH/calling ]]; then
			id=$(<"$SCRATCH/calling")
			if [[ $(status_of "$id") == completed ]]; then
				checkpoint task complete "$id" --quiet \
					--key="$id" || exit
			fi
		fi
		while read -r id status; do
			[[ $id != all && $status != completed ]] || continue
			number=$((10#${id#T}))
			phase=$(((number - 1) / PER_PHASE + 1))
			if ((number % PER_PHASE == 1)); then
				checkpoint phase start "$phase" --task=all \
					--quiet --key="s$phase" || exit
			fi
			checkpoint task start "$id" --quiet --key="$id" || exit
			result_of "$id" >"$id.new"
			mv "$id.new" "$id"
			echo "$id" >"$SCRATCH/calling"
			checkpoint task complete "$id" --quiet --key="$id" || exit
			if ((number % PER_PHASE == 0)); then
				checkpoint phase complete "$phase" --task=all \
					--quiet --key="c$phase" || exit
			fi
		done <"$SCRATCH/todo"
		# What was killed between the last task of a phase and its end.
		for phase in 1 2 3 4; do
			checkpoint phase complete "$phase" --task=all --quiet \
				--key="c$phase" || exit
		done
		checkpoint task complete all --quiet --key=end
	EOF
}

# The digest of a checkpoint, made from its objects as the format says.
digest_of() {
	local commit=$1 index state value

	index=$(git rev-parse "$commit^2")
	state=$(git rev-parse "$index^2")
	{
		for value in "tree $commit^{tree}" "raw $state:raw" \
			"index $index^{tree}" "index-extra $state:index-extra" \
			"worktree-extra $state:worktree-extra" \
			"stages $state:stages" "gitdir $state:gitdir"; do
			echo "${value%% *} $(git rev-parse --quiet --verify \
				"${value#* }" || echo -)"
		done
		echo 'op-refs -'
		echo 'head-ref refs/heads/main'
		echo "head $(git rev-parse "$commit^")"
	} | sha256sum | sed 's/ .*//; s/^/sha256:/'
}

@test "forty tasks, killed twenty times, are done once each" {
	repo_new
	export SCRATCH=$TMPDIR PER_PHASE
	git config checkpoint.maxCheckpoints 200
	git checkpoint session start --quiet --plan=- < <(plan)
	cat_worker >../worker
	RANDOM=4711
	for ((kills = 0; kills < 20; kills++)); do
		# Always before there is nothing left to do.
		export KILL_AT=$((RANDOM % 4 + 2)) KILL_CALL=$((RANDOM % 24 + 1))
		run -137 bash ../worker 3>&-
		run -0 git checkpoint session show --json
	done
	KILL_AT=0 bash ../worker 3>&-

	git checkpoint session show --json >../state
	assert_equal "$(jq -c '[.tasks[].status] | unique' ../state)" \
		'["completed"]'
	assert_equal "$(jq '.tasks | length' ../state)" $((TASKS + 1))
	assert_equal "$(jq '[.tasks[].attempts] | unique | .[]' ../state)" 1
	for ((i = 1; i <= TASKS; i++)); do
		id=$(printf 'T%02d' "$i")
		assert_equal "$(cat "$id")" "$(result_of "$id")"
	done
	git checkpoint list --type=task_complete --format='%(task)' |
		sort >../saved
	assert_equal "$(uniq ../saved | wc -l)" $((TASKS + 1))
	assert_equal "$(wc -l <../saved)" $((TASKS + 1))
	run -0 git checkpoint list --type=phase_complete --count
	assert_output 4

	# Each is of the tree that it says, and has its task's result.
	git checkpoint list --type=task_complete --type=phase_complete \
		--format='%(commit) %(digest) %(task) %(type)' >../list
	while read -r commit digest task type; do
		assert_equal "$(digest_of "$commit")" "$digest"
		if [[ $type == task_complete && $task != all ]]; then
			assert_equal "$(git show "$commit:$task")" \
				"$(result_of "$task")"
		fi
	done <../list
	git checkpoint create --quiet
}
