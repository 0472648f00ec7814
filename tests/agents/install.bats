# hooks install --agent: merged with what an agent's configuration has, and
# taken out of it so that every byte is as it was.

load ../test_helper
load agent

settings_of() {
	case $1 in
	claude-code) echo .claude/settings.json ;;
	codex) echo .codex/hooks.json ;;
	gemini) echo .gemini/settings.json ;;
	esac
}

# Is every hook of contrib/ in it, and everything of the file before?
assert_merged() {
	jq --exit-status --null-input --slurpfile ours "$TOP/contrib/$1/hooks.json" \
		--slurpfile before "$2" --slurpfile now "$3" '
		($ours[0].hooks | to_entries | all(. as $e |
			$e.value | all(. as $g |
				$now[0].hooks[$e.key] | index([$g]) != null))) and
		(($before[0].hooks // {}) | to_entries | all(. as $e |
			$e.value | if type == "array" then all(. as $g |
				$now[0].hooks[$e.key] | index([$g]) != null)
			else . == $now[0].hooks[$e.key] end)) and
		(($before[0] | del(.hooks)) == ($now[0] | del(.hooks)))' ||
		fail "$(cat "$3")"
}

@test "where there is nothing, nothing is left" {
	repo_new
	for agent in claude-code codex gemini generic; do
		before=$(snapshot_of)
		run -0 git checkpoint hooks install --agent "$agent"
		refute [ "$before" = "$(snapshot_of)" ]
		now=$(snapshot_of)
		run -0 git checkpoint hooks install --agent "$agent"
		assert_same "$now" "$(snapshot_of)"
		run -0 git checkpoint hooks uninstall --agent "$agent"
		assert_same "$before" "$(snapshot_of)"
	done
	run -0 find .git/checkpoint.d -name installed
	refute_output
}

@test "what is there is merged with, and is there again" {
	repo_new
	cat >../1 <<-'END'
		{
		    "model": "opus",
		    "hooks": {
		        "PreToolUse": [
		            {"matcher": "Bash", "hooks": [{"type": "command", "command": "true"}]}
		        ], "Stop": [ ],
		        "BeforeTool": []
		    },
		    "permissions": { "allow": ["Bash(ls:*)" ] }
		}
	END
	printf '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"x"}]}]},"a":"\\u00e9"}' >../2
	printf '{}' >../3
	printf '{\r\n\t"theme": "dark",\r\n\t"hooks": {}\r\n}\r\n' >../4
	printf '\n\n  {   "n": 1.0e2 , "deep":{"hooks":{"Stop":[]}} }  \n\n' >../5
	for agent in claude-code codex gemini; do
		file=$(settings_of "$agent")
		for case in ../1 ../2 ../3 ../4 ../5; do
			mkdir -p "${file%/*}"
			cp "$case" "$file"
			chmod 640 "$file"
			before=$(snapshot_of)
			run -0 git checkpoint hooks install --agent "$agent"
			assert_merged "$agent" "$case" "$file"
			cp "$file" ../merged
			run -0 git checkpoint hooks install --agent "$agent"
			assert_files_equal ../merged "$file"
			run -0 git checkpoint hooks uninstall --agent "$agent"
			assert_same "$before" "$(snapshot_of)"
		done
	done
}

@test "what was changed since stays when ours goes" {
	repo_new
	mkdir .claude
	cat >.claude/settings.json <<-'END'
		{
		  "model": "opus",
		  "hooks": {
		    "Stop": [
		      {
		        "hooks": [{"type": "command", "command": "one"}]
		      }
		    ]
		  }
		}
	END
	git checkpoint hooks install --quiet --agent claude-code
	sed -i 's/opus/sonnet/' .claude/settings.json
	cp .claude/settings.json ../changed
	# Ours is still there once.
	git checkpoint hooks install --quiet --agent claude-code
	assert_files_equal ../changed .claude/settings.json
	run -0 git checkpoint hooks uninstall --agent claude-code
	cat >../expected <<-'END'
		{
		  "model": "sonnet",
		  "hooks": {
		    "Stop": [
		      {
		        "hooks": [{"type": "command", "command": "one"}]
		      }
		    ]
		  }
		}
	END
	assert_files_equal ../expected .claude/settings.json
}

@test "settings that are not JSON are left alone" {
	repo_new
	mkdir .gemini
	printf '{\n  // mine\n  "theme": "dark"\n}\n' >.gemini/settings.json
	before=$(snapshot_of)
	run -128 git checkpoint hooks install --agent gemini
	assert_output --partial "cannot merge with '.gemini/settings.json'"
	for text in '[]' '{"hooks": []}' '{"hooks": {"BeforeTool": {}}}' '{'; do
		echo "$text" >.gemini/settings.json
		run -128 git checkpoint hooks install --agent gemini
	done
	printf '{\n  // mine\n  "theme": "dark"\n}\n' >.gemini/settings.json
	assert_same "$before" "$(snapshot_of)"
}

@test "a text for agents keeps what is in it" {
	repo_new
	for text in '# Ours\n\nBe kind.\n' '# Ours' '\n' ''; do
		# shellcheck disable=SC2059
		printf "$text" >AGENTS.md
		cp AGENTS.md ../before
		run -0 git checkpoint hooks install --agent generic
		run -0 grep -c 'git checkpoint hook generic' AGENTS.md
		run -0 git checkpoint hooks uninstall --agent generic
		assert_files_equal ../before AGENTS.md
	done
	printf '# Ours\n' >AGENTS.md
	git checkpoint hooks install --quiet --agent generic
	echo '## More' >>AGENTS.md
	run -0 git checkpoint hooks uninstall --agent generic
	printf '# Ours\n## More\n' >../expected
	assert_files_equal ../expected AGENTS.md
}

@test "a link is followed, and stays one" {
	repo_new
	mkdir ../dotfiles .claude
	echo '{}' >../dotfiles/settings.json
	ln -s ../../dotfiles/settings.json .claude/settings.json
	run -0 git checkpoint hooks install --agent claude-code
	assert [ -L .claude/settings.json ]
	run -0 jq --exit-status .hooks.Stop ../dotfiles/settings.json
	run -0 git checkpoint hooks uninstall --agent claude-code
	assert [ -L .claude/settings.json ]
	assert_equal "$(cat ../dotfiles/settings.json)" '{}'
}

@test "hooks uninstall takes agents away, too; status names them" {
	repo_new
	before=$(snapshot_of)
	git checkpoint hooks install --quiet
	git checkpoint hooks install --quiet --agent codex
	git checkpoint hooks install --quiet --agent generic
	run -0 git checkpoint hooks status --json
	assert_equal "$(jq --raw-output 'select(.installed).agent' <<<"$output")" \
		"$(printf 'codex\ngeneric')"
	run -0 git checkpoint hooks uninstall
	assert_same "$before" "$(snapshot_of)"
}

@test "an agent that is not known is named" {
	repo_new
	run -128 git checkpoint hooks install --agent nobody
	assert_output --partial "no agent 'nobody' is known"
}

@test "what is installed is what contrib has, each command an event we know" {
	repo_new
	for agent in claude-code codex gemini; do
		git checkpoint hooks install --quiet --agent "$agent"
		assert_files_equal "$TOP/contrib/$agent/hooks.json" \
			"$(settings_of "$agent")"
		jq --raw-output '.hooks[][].hooks[].command' \
			"$(settings_of "$agent")" |
			sed 's/^git checkpoint hook //' >../events
		assert [ -s ../events ]
		while IFS=: read -r name event; do
			assert_equal "$name" "$agent"
			assert [ -e "$BATS_TEST_DIRNAME/$agent/$event.json" ]
			grep -q "\`$event\`" "$TOP/contrib/$agent/README.md"
		done <../events
	done
}
