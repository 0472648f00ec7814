# What is done for each event of an agent.

load ../test_helper
load agent

agent_repo() {
	repo_new
	work_start
	git config checkpoint.interval 0
	git config checkpoint.agentInterval 0
}

@test "every sample of a known event is taken, and answered in JSON or not" {
	agent_repo
	for file in "$BATS_TEST_DIRNAME"/*/*.json; do
		agent=$(basename "$(dirname "$file")")
		event=$(basename "$file" .json)
		# gemini has no id but the time.
		send "$agent" "$event"
		[[ ! $output ]] || jq . <<<"$output" >/dev/null
	done
	run -0 events
	run -0 jq --raw-output --slurp \
		'map(select(.event == "hook_error").hook) | sort[]' <<<"$output"
	assert_output 'claude-code:Notification
gemini:Notification'
}

@test "a session is started once, and has the agent's name" {
	agent_repo
	for agent in claude-code codex gemini; do
		send "$agent" SessionStart
		refute_output
		send "$agent" SessionStart
		refute_output
		run -0 git checkpoint session list --json
		assert_equal "$(jq --raw-output .agent <<<"$output" | head -n 1)" \
			"$agent"
		assert_equal "$(wc -l <<<"$output")" 1
		git checkpoint session end --quiet
		rm -rf .git/checkpoint.d/logs/* .git/checkpoint.d/active*
	done
}

@test "a prompt that is exactly save or checkpoint makes a manual one" {
	agent_repo
	number=0
	for event in claude-code:UserPromptSubmit codex:UserPromptSubmit \
		gemini:BeforeAgent; do
		for word in save checkpoint ' save
'; do
			number=$((number + 1))
			send "${event%:*}" "${event#*:}" \
				".prompt = $(jq --raw-input --slurp . <<<"$word") |
				.turn_id = \"turn-$number\" | .timestamp = \"$number\""
			run -0 told
			assert_output --partial "$(git checkpoint list --limit 1 --quiet)"
			assert_equal "$(git checkpoint list --count)" "$number"
		done
		for word in 'save it' 'a checkpoint' saved Please ''; do
			send "${event%:*}" "${event#*:}" ".prompt = \"$word\""
			refute_output
		done
	done
	assert_equal "$(types | tr ' ' '\n' | sort -u | sed '/^$/d')" manual
}

@test "before a risky command everything is saved" {
	agent_repo
	git config checkpoint.auto true
	for event in claude-code:PreToolUse codex:PreToolUse gemini:BeforeTool \
		generic:before-tool; do
		send "${event%:*}" "${event#*:}"
		[[ $event == generic:* ]] || refute_output
	done
	run made
	assert_output "before_risky_operation: before: rm -rf src new
before_risky_operation: before: git reset --hard && git clean -fd
before_risky_operation: before: git checkout -f && rm -r new
before_risky_operation: before: find . -name '*.c' -delete"
}

@test "what is risky, and what is not" {
	agent_repo
	number=0
	while IFS='|' read -r expected command; do
		number=$((number + 1))
		before=$(git checkpoint list --count)
		send claude-code PreToolUse \
			".tool_input.command = $(jq --raw-input . <<<"$command") |
			.tool_use_id = \"$number\""
		after=$(git checkpoint list --count)
		[[ $((after - before)) == "$expected" ]] ||
			fail "$command: expected $expected, made $((after - before))"
	done <<-'END'
		1|rm -rf build
		1|rm file
		1|cd src; rm -r .
		1|sudo rm -fr /tmp/x
		1|git reset --hard HEAD~1
		1|git -C sub reset --hard
		1|cd a && git clean -dfx
		1|git checkout -f
		1|git checkout -- .
		1|git checkout HEAD -- src
		1|git checkout .
		1|git restore --staged --worktree .
		1|git switch --discard-changes main
		1|git stash
		1|git stash drop
		1|git rebase main
		1|git branch -D topic
		1|find . -name '*.o' -exec rm {} +
		1|npx prisma migrate reset
		1|python manage.py migrate
		1|bin/rails db:migrate
		1|alembic upgrade head
		1|psql -c 'DROP TABLE users'
		0|git status
		0|git checkout -b topic
		0|git checkout main
		0|git commit -am 'remove the form'
		0|git switch main
		0|git add --all
		0|ls -la
		0|grep -r rm_file .
		0|make test
		0|echo terraform
		0|npm run format
	END
}

@test "checkpoint.riskyCommand adds patterns, and an empty value drops ours" {
	agent_repo
	git config --add checkpoint.riskyCommand '^make deploy'
	send claude-code PreToolUse '.tool_input.command = "make deploy"'
	assert_equal "$(git checkpoint list --count)" 1
	git config --unset-all checkpoint.riskyCommand
	git config --add checkpoint.riskyCommand ''
	git config --add checkpoint.riskyCommand 'shutdown'
	send claude-code PreToolUse '.tool_use_id = "2"'
	assert_equal "$(git checkpoint list --count)" 1
	send claude-code PreToolUse '.tool_use_id = "3" |
		.tool_input.command = "shutdown now"'
	assert_equal "$(git checkpoint list --count)" 2
	# One that is no expression is on the careful side.
	git config --add checkpoint.riskyCommand '('
	send claude-code PreToolUse '.tool_use_id = "4" |
		.tool_input.command = "ls"'
	assert_equal "$(git checkpoint list --count)" 3
}

@test "a patch that deletes a file is risky" {
	agent_repo
	send codex PreToolUse '.tool_name = "apply_patch" | .tool_input.command =
		"*** Begin Patch\n*** Delete File: new/deep/untracked\n*** End Patch"'
	assert_equal "$(types)" 'before_risky_operation '
}

@test "a file that was written has its checksum in the log, and an auto" {
	agent_repo
	echo 'written by the agent' >written
	for event in claude-code:PostToolUse codex:PostToolUse gemini:AfterTool \
		generic:after-tool; do
		echo "$event" >>written
		sum=git:$(git hash-object --no-filters written)
		send "${event%:*}" "${event#*:}"
		run -0 jq --raw-output --slurp \
			'last.files[] | select(.path == "written").checksum' \
			.git/checkpoint.d/hooks.log
		assert_output "$sum"
	done
	assert_equal "$(types)" 'auto auto auto auto '
}

@test "an auto after a write comes at most every agentInterval" {
	agent_repo
	git config --unset checkpoint.agentInterval
	export GIT_CHECKPOINT_NOW=1700000000000
	send claude-code PostToolUse
	echo a >>file
	export GIT_CHECKPOINT_NOW=1700000029000
	send claude-code PostToolUse '.tool_use_id = "2"'
	assert_equal "$(types)" 'auto '
	export GIT_CHECKPOINT_NOW=1700000031000
	send claude-code PostToolUse '.tool_use_id = "3"'
	assert_equal "$(types)" 'auto auto '
}

@test "the end of a turn, of a subagent, of a task is task_complete" {
	agent_repo
	send claude-code Stop
	send claude-code SubagentStop
	send claude-code TaskCompleted
	send codex Stop
	send codex SubagentStop
	send gemini AfterAgent
	run made
	assert_output 'task_complete: claude-code: the turn is done
task_complete: claude-code: a subagent is done
task_complete: task completed: Implement the streaming parser
task_complete: codex: the turn is done
task_complete: codex: a subagent is done
task_complete: gemini: the turn is done'
	run -0 git checkpoint list --task=task-001 --count
	assert_output 1
	# One that is put off is no end.
	send claude-code Stop '.stop_hook_active = true'
	assert_equal "$(git checkpoint list --count)" 6
}

@test "a checkpoint says which agent worked, in a session or not" {
	agent_repo
	send codex Stop
	git checkpoint session start --quiet
	send claude-code Stop
	git checkpoint create --quiet
	run -0 git checkpoint list --all --format='%(type):%(agent)'
	assert_output 'manual:
task_complete:claude-code
session_start:
task_complete:codex'
}

@test "errors are error_recovery, with what went wrong" {
	agent_repo
	send claude-code PostToolUseFailure
	send claude-code StopFailure
	send codex StopFailure
	send gemini AfterTool '.tool_response.error = {"message": "no space left",
		"type": "write_error"}'
	run made
	assert_output 'error_recovery: error: Command exited with non-zero status code 2
error_recovery: error: 429 Too Many Requests
error_recovery: error: 503 Service Unavailable
error_recovery: error: no space left'
	# The user stopped it: that is none.
	send claude-code PostToolUseFailure '.is_interrupt = true | .tool_use_id = "x"'
	assert_equal "$(git checkpoint list --count)" 4
}

@test "an event that comes twice makes one checkpoint" {
	agent_repo
	for event in claude-code:PreToolUse claude-code:PostToolUseFailure \
		claude-code:SubagentStop claude-code:TaskCompleted \
		claude-code:Stop codex:PreToolUse codex:Stop gemini:BeforeTool \
		gemini:AfterAgent generic:before-tool generic:error; do
		before=$(git checkpoint list --count)
		for _ in 1 2 3; do
			echo more >>file
			send "${event%:*}" "${event#*:}"
		done
		assert_equal "$(git checkpoint list --count)" $((before + 1))
	done
	# The next turn is another one, though Stop has no id.
	send claude-code UserPromptSubmit
	before=$(git checkpoint list --count)
	send claude-code Stop
	send claude-code Stop
	assert_equal "$(git checkpoint list --count)" $((before + 1))
}

@test "before a context is compacted it is saved; afterwards comes the brief" {
	agent_repo
	send claude-code SessionStart
	git checkpoint task start T1 --quiet 2>/dev/null ||
		skip 'there are no tasks in this version'
	for event in claude-code:PreCompact codex:PreCompact gemini:PreCompress; do
		echo more >>file
		send "${event%:*}" "${event#*:}"
		refute_output
	done
	assert_equal "$(types | tr ' ' '\n' | grep -c auto)" 3
	send claude-code SessionStart '.source = "compact"'
	run -0 told
	assert_output --partial 'T1'
}

@test "unknown events and data that is no JSON are a line in the log" {
	agent_repo
	send claude-code Notification
	refute_output
	for data in '' '{' '[]' 'null' '{"a":1,"a":2}' $'\xff' '"text"'; do
		printf %s "$data" >../event
		run -0 git checkpoint hook claude-code:Stop <../event
		refute_output
	done
	for name in nobody:Stop claude-code: :Stop codex:Nothing; do
		run -0 git checkpoint hook "$name" <<<'{}'
		refute_output
	done
	run -0 git checkpoint list --count
	assert_output 0
	run -0 jq --raw-output .event .git/checkpoint.d/hooks.log
	assert_equal "$(sort -u <<<"$output")" hook_error
	assert_equal "$(wc -l <<<"$output")" 12
}

@test "values of any type do no harm" {
	agent_repo
	for value in 1 null true '[]' '{}' '"x"' '[1,{"a":[]}]'; do
		for event in claude-code:PreToolUse claude-code:PostToolUse \
			claude-code:UserPromptSubmit claude-code:Stop; do
			send "${event%:*}" "${event#*:}" "map_values($value)"
		done
		send claude-code PreToolUse ".tool_input = $value"
		send claude-code PreToolUse ".tool_input.command = $value"
	done
}

@test "outside of a repository, and in a bare one, nothing happens" {
	run -0 git checkpoint hook claude-code:Stop <<<'{}'
	refute_output
	git init --quiet --bare bare
	cd bare
	run -0 --separate-stderr git checkpoint hook claude-code:Stop <<<'{}'
	refute_output
}

@test "the directory of the event is where it is saved" {
	agent_repo
	sample claude-code Stop >../event
	cd ..
	run -0 git checkpoint hook claude-code:Stop <event
	cd "$REPO"
	assert_equal "$(types)" 'task_complete '
}

@test "a command is denied only with checkpoint.agentBlock, and if not saved" {
	agent_repo
	git config checkpoint.agentBlock true
	send claude-code PreToolUse
	refute_output
	chmod 0 .git/checkpoint.d/lock
	[[ $(id -u) != 0 ]] || rm -rf .git/checkpoint.d/lock
	mkdir -p .git/checkpoint.d/lock
	send claude-code PreToolUse '.tool_use_id = "2"'
	assert_equal "$(jq --raw-output .hookSpecificOutput.permissionDecision \
		<<<"$output")" deny
	send gemini BeforeTool
	assert_equal "$(jq --raw-output .decision <<<"$output")" deny
	git config --unset checkpoint.agentBlock
	send claude-code PreToolUse '.tool_use_id = "3"'
	refute_output
}

@test "the session that the agent started ends with it, a user's goes on" {
	agent_repo
	send claude-code SessionStart
	send claude-code SessionEnd '.reason = "clear"'
	run -0 git checkpoint session show --json
	assert_equal "$(jq --raw-output .status <<<"$output")" active
	send claude-code SessionEnd
	send claude-code SessionEnd
	run -0 git checkpoint session list --json
	assert_equal "$(jq --raw-output .status <<<"$output")" ended
	git checkpoint session start --quiet
	send claude-code SessionEnd '.session_id = "other"'
	run -0 git checkpoint session show --json
	assert_equal "$(jq --raw-output .status <<<"$output")" active
	run -0 types
	assert_output --partial 'session_start interrupted'
}
