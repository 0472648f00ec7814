# The user guide and the program say the same.

load ../test_helper

GUIDE=$TOP/Documentation/user-guide.adoc

# Every command line of the guide, a line each, from "git checkpoint" on.
command_lines() {
	grep -oE 'git checkpoint [a-z][^`"]*' "$GUIDE"
}

@test "every command that the guide names is there" {
	command_lines | awk '{ print $3 }' | grep -oE '^[a-z-]+' | sort -u >named
	assert [ "$(wc -l <named)" -gt 10 ]
	git checkpoint help --json | jq --raw-output .command | sort >there
	run -0 comm -23 named there
	refute_output
}

@test "every option that the guide gives to a command is one of it" {
	command_lines | grep -- ' --[a-z]' >lines
	assert [ -s lines ]
	while read -r _ _ command words; do
		# What stands behind a pipe, or belongs to a command that is
		# guarded, is not ours.
		words=${words%%|*}
		words=" ${words%% -- *}"
		for option in $(grep -oE -- ' --[a-z-]+' <<<"$words"); do
			git checkpoint help "$command" |
				grep -qE -- "^ .*$option( |\$)" ||
				fail "git checkpoint $command has no $option"
		done
	done <lines
}

@test "the long task of the guide goes as it is written" {
	repo_new
	echo output >parser.md
	awk '/^A long task$/ { on = 1 } /^And at the end/ { exit } !on { next }
		/^\[source,json\]$/ { json = 1; next }
		/^----$/ { block = !block; if (!block) json = 0; next }
		block { print >(json ? "plan.json" : "script") }' "$GUIDE"
	assert [ "$(grep -c '^\$ ' script)" -gt 10 ]
	sed -i 's/^\$ //' script
	run -0 bash -e script
	run -0 git checkpoint session show --json
	assert_equal "$(jq -c '[.tasks[] | [.task_id, .status]]' <<<"$output")" \
		'[["T01","skipped"],["T02","completed"],["T03","in_progress"]]'
}

@test "every key of the configuration that the guide names is read" {
	grep -oE 'checkpoint\.[a-z][A-Za-z]+' "$GUIDE" |
		grep -vE '\.(json|backup)' | sed 's/.*/\L&/' | sort -u >named
	assert [ -s named ]
	grep -rhoE '"checkpoint\.[a-z]{2,}"' --include='*.c' "$TOP/src" |
		tr -d '"' | sort -u >keys
	run -0 comm -23 named keys
	refute_output
}

@test "the defaults that the guide names are the manual's" {
	sed -n 's/^| .* | `\(checkpoint\.[A-Za-z]*\)` | \([a-z0-9]*\) |.*/\1 \2/p' \
		"$GUIDE" | sort -u >defaults
	assert [ "$(wc -l <defaults)" -gt 4 ]
	while read -r key value; do
		# Words that are no value.
		[[ $value != all ]] || continue
		awk -v key="$key::" '$0 == key { on = 1; next }
			/::$/ { on = 0 } on' "$TOP/Documentation/git-checkpoint.adoc" |
			tr -s '\n\t' ' ' | grep -qE "Default(:|) $value" ||
			fail "$key is not $value by default"
	done <defaults
}
