# `git checkpoint` itself, and `help`.

load ../test_helper

# Set `commands` to the names of all of them.
list_commands() {
	run -0 git checkpoint help --json
	mapfile -t commands < <(jq --raw-output .command <<<"$output")
	assert [ "${#commands[@]}" -gt 0 ]
}

@test "without a command the usage goes to standard error" {
	run -129 --separate-stderr git checkpoint
	refute_output
	assert_equal "${stderr_lines[0]}" 'error: need a command'
	assert_equal "${stderr_lines[1]}" 'usage: git checkpoint <command> [<options>]'
}

@test "-h, --help and help list the commands" {
	run -0 git checkpoint help
	usage=$output
	assert_line --index 0 'usage: git checkpoint <command> [<options>]'
	run -0 git checkpoint -h
	assert_output "$usage"
	run -0 git-checkpoint --help
	assert_output "$usage"
}

@test "help lists every command, each with a summary" {
	list_commands
	run -0 git checkpoint help
	usage=$output
	for name in "${commands[@]}"; do
		grep -qE "^   $name +[a-z]" <<<"$usage" || fail "no line of $name"
	done
}

@test "every command prints its usage outside of a repository" {
	list_commands
	for name in "${commands[@]}"; do
		run -129 --separate-stderr git checkpoint "$name" -h
		assert_line --index 0 --regexp "^usage: git checkpoint $name"
		assert_equal "$stderr" ''
		usage=$output
		run -0 git checkpoint help "$name"
		assert_output "$usage"
	done
}

@test "every command refuses an unknown option, with its usage" {
	repo_new
	list_commands
	for name in "${commands[@]}"; do
		# What it does not know is git diff's to know.
		[[ $name != diff ]] || continue
		run -129 --separate-stderr git checkpoint "$name" --no-such-option
		refute_output
		assert_equal "${stderr_lines[0]}" \
			"error: unknown option \`no-such-option'"
		assert_regex "${stderr_lines[1]}" "^usage: git checkpoint $name"
	done
}

@test "an unknown command is named" {
	run -129 --separate-stderr git checkpoint frobnicate
	refute_output
	assert_equal "${stderr_lines[0]}" \
		"error: 'frobnicate' is not a git-checkpoint command"
	assert_equal "${stderr_lines[1]}" "hint: 'git checkpoint help' lists them"
	run -129 git checkpoint help frobnicate
	assert_line --index 0 "error: 'frobnicate' is not a git-checkpoint command"
}

@test "what is shown of a name cannot drive the terminal" {
	run -129 git checkpoint $'\e[31mred\xff'
	assert_line --index 0 \
		"error: '\\x1b[31mred\\xff' is not a git-checkpoint command"
}

@test "--version prints the version" {
	run -0 git checkpoint --version
	assert_output --regexp '^git-checkpoint version [0-9]+\.[0-9]+\.[0-9]+$'
}

@test "help --json prints one object a line" {
	run -0 git checkpoint help --json
	assert_line '{"command":"help","summary":"list the commands, or a command'"'"'s options"}'
	for line in "${lines[@]}"; do
		jq --exit-status '.command and .summary' <<<"$line"
	done
}
