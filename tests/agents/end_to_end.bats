# An agent from its start to its crash, as its own settings call us; and then
# everything that it has destroyed is had back.

load ../test_helper
load agent

# work <agent> <settings> <start> <prompt> <before> <after> <stop>: play it.
work() {
	local agent=$1 settings=$2 start=$3 prompt=$4 before=$5 after=$6 stop=$7

	repo_new
	work_start
	git config checkpoint.agentInterval 0
	mkdir -p "${settings%/*}"
	printf '{ "mine": [ 1,2 ],\n\n   "hooks": { } }' >"$settings"
	cp -p "$settings" ../settings
	git checkpoint hooks install --quiet --agent "$agent"
	git add --all
	git reset --quiet ./new ./file

	send_as_configured "$settings" "$start" "$agent" "$start"
	run -0 git checkpoint session show --json
	assert_equal "$(jq --raw-output '.agent + " " + .status' <<<"$output")" \
		"$agent active"
	send_as_configured "$settings" "$prompt" "$agent" "$prompt"

	# It writes, and its turn ends.
	echo 'written by the agent' >written
	send_as_configured "$settings" "$after" "$agent" "$after"
	send_as_configured "$settings" "$stop" "$agent" "$stop"

	# It writes without telling, as with a shell, and destroys.
	echo 'hours of work' >precious
	wanted=$(work_of)
	send_as_configured "$settings" "$before" "$agent" "$before"
	refute_output
	eval "$(sample "$agent" "$before" | jq --raw-output .tool_input.command)" \
		>/dev/null
	rm -rf precious written src new
	refute [ "$wanted" = "$(work_of)" ]
	# It crashes: there is no other event.

	types >../types
	assert_equal "$(tr ' ' '\n' <../types | grep -c before_risky_operation)" 1
	run -0 grep -q 'session_start .*auto .*task_complete .*before_risky' ../types

	# A person looks for what was lost.
	run -0 git checkpoint list --type=before_risky_operation --quiet
	lost=$output
	run -0 git checkpoint restore "$lost"
	# What is ignored is in no checkpoint, and git clean -d left it alone.
	assert_same "$wanted" "$(work_of)"

	run -0 git checkpoint hooks uninstall --agent "$agent"
	assert_files_equal ../settings "$settings"
	run -0 git checkpoint hooks status --json
	refute_output --partial '"installed":true'
}

@test "Claude Code" {
	work claude-code .claude/settings.json SessionStart UserPromptSubmit \
		PreToolUse PostToolUse Stop
}

@test "Codex CLI" {
	work codex .codex/hooks.json SessionStart UserPromptSubmit PreToolUse \
		PostToolUse Stop
}

@test "Gemini CLI" {
	work gemini .gemini/settings.json SessionStart BeforeAgent BeforeTool \
		AfterTool AfterAgent
}

@test "any other agent" {
	repo_new
	work_start
	git checkpoint hooks install --quiet --agent generic
	send generic session-start
	assert_equal "$(jq --raw-output .refusal <<<"$output")" null
	send generic prompt
	echo 'hours of work' >precious.c
	wanted=$(work_of)
	send generic before-tool
	id=$(jq --raw-output .checkpoint <<<"$output")
	eval "$(sample generic before-tool | jq --raw-output .tool_input.command)"
	refute [ -e precious.c ]
	run -0 git checkpoint restore "$id"
	assert_same "$wanted" "$(work_of)"
}

@test "the next agent is told what the one that crashed has left" {
	repo_new
	git checkpoint hooks install --quiet --agent claude-code
	send claude-code SessionStart
	git checkpoint task start T01 --quiet 2>/dev/null ||
		skip 'there are no tasks in this version'
	echo '{"context":{"important_decisions":["streams, not buffers"]}}' |
		git checkpoint update --quiet -
	send claude-code PreToolUse
	# It is gone; another one comes.
	send claude-code SessionStart '.session_id = "another"'
	run -0 told
	assert_output --partial T01
	assert_output --partial '"decision":"streams, not buffers"'
	# And when it had time to say that it goes.
	send claude-code SessionEnd
	run -0 git checkpoint session list --json
	assert_equal "$(jq --raw-output .status <<<"$output" | head -n 1)" interrupted
	send codex SessionStart
	run -0 told
	assert_output --partial T01
	assert_output --partial 'git checkpoint resume --continue'
}
