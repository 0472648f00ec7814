# Playing an agent: its events, as its documentation has them.

# What `run` sets is bats'.
# shellcheck disable=SC2154

# The sample of an event, for this repository and after this jq filter.
sample() {
	sed "s,@CWD@,$PWD,g; s,@HOME@,$HOME,g" \
		"$BATS_TEST_DIRNAME/$1/$2.json" | jq --compact-output "${3-.}"
}

# send <agent> <event> [<jq filter>]: what the agent is answered is $output.
send() {
	sample "$@" >../event
	run -0 --separate-stderr git checkpoint hook "$1:$2" <../event
	assert_equal "$stderr" ''
}

# Type and description of every checkpoint, the oldest first.
made() {
	git checkpoint list --all --format='%(type): %(description)' | tac
}

types() {
	git checkpoint list --all --format='%(type)' | tac | tr '\n' ' '
}

# The lines of all logs of events.
events() {
	cat .git/checkpoint.d/logs/*.log .git/checkpoint.d/hooks.log \
		2>/dev/null
}

# What the model is told.
told() {
	jq --raw-output .hookSpecificOutput.additionalContext <<<"$output"
}

# The command line that the agent's settings have for an event, run as the
# agent runs it.
send_as_configured() {
	local settings=$1 event=$2

	sample "${@:3}" >../event
	jq --raw-output --arg event "$event" \
		'.hooks[$event][].hooks[].command' "$settings" >../commands
	assert [ -s ../commands ]
	run -0 --separate-stderr sh -c "$(cat ../commands)" <../event
}
