# The manual page and the program say the same.

load ../test_helper

PAGE=$TOP/Documentation/git-checkpoint.adoc

# Set `commands` to the names of all of them.
list_commands() {
	run -0 git checkpoint help --json
	mapfile -t commands < <(jq --raw-output .command <<<"$output")
	assert [ "${#commands[@]}" -gt 0 ]
}

# The usage lines of the commands named, as -h prints them.
usage_of() {
	local name

	for name; do
		git checkpoint help "$name" | sed -n 's/^\(usage\|   or\): //p'
	done
}

# The options of a command as its -h lists them, one a line.
options_of() {
	git checkpoint help "$1" | grep -oE '^    -[^ ]*(, --[^ ]*)?' |
		sed 's/^    //; s/, /\n/' | sort
}

# The lines of the page below a heading, up to the next one of its level or
# above: chapters are underlined with "-", sections with "~".
section() {
	awk -v title="$1" '
		/^(-+|~+)$/ && length($0) == length(last) {
			mark = substr($0, 1, 1)
			if (inside && (mark == "-" || mark == level))
				exit
			if (last == title) {
				inside = 1
				level = mark
			}
		}
		inside { print last }
		{ last = $0 }
	' "$PAGE"
}

# The options that the page describes in a section, one a line: the terms of
# its lists.
described_options_of() {
	section "$1" | sed -n 's/^\(-.*\)::$/\1/p' | sed 's/[= ].*//' | sort
}

@test "the synopsis is what -h prints" {
	list_commands
	section SYNOPSIS | sed -n "s/^'\(git checkpoint [a-z-]*\)'/\1/p" >page
	usage_of "${commands[@]}" >usage
	assert [ -s usage ]
	assert_files_equal usage page
}

@test "every command has a section, in the order of help" {
	list_commands
	section COMMANDS | awk '/^~+$/ { print last } { last = $0 }' >page
	printf '%s\n' "${commands[@]}" >help
	assert_files_equal help page
}

@test "every option is described where its command is, and no other" {
	list_commands
	for name in "${commands[@]}"; do
		# Those that all commands have are described once.
		options_of "$name" | grep -vxE -e '-q|--quiet|--json' >usage || :
		described_options_of "$name" >page
		assert_files_equal usage page
	done
}

@test "the options of every command are described once" {
	section COMMANDS | sed '/^create$/,$d' |
		sed -n 's/^\(-.*\)::$/\1/p' >page
	printf '%s\n' -h -q --quiet --json >expected
	assert_files_equal expected page
}

@test "every type that the page names can be given" {
	repo_new
	section create | sed -n '/^--type=/,/^--task=/p' |
		grep -oE "\`[a-z_]+\`" | tr -d '\`' | sort -u >types
	assert [ -s types ]
	while read -r type; do
		run -0 git checkpoint create --quiet --type="$type"
	done <types
}

@test "every field that the page names can be printed" {
	repo_new
	git checkpoint create --quiet
	section --format | grep '^`[a-z].*::$' | grep -oE '[a-z_]+' >fields
	assert [ -s fields ]
	while read -r field; do
		run -0 git checkpoint list --format="%($field)"
	done <fields
}

@test "every key of the configuration that is read is described, and no other" {
	section CONFIGURATION | sed -n 's/^\(checkpoint\..*\)::$/\L\1/p' |
		sort >page
	assert [ -s page ]
	# One is the name of a file that import reads.
	grep -rhoE '"checkpoint\.[a-z]{2,}"' --include='*.c' "$TOP/src" |
		tr -d '"' | sort -u | grep -vx checkpoint.json >keys
	assert_files_equal keys page
}

@test "every key that --json prints is described" {
	repo_new
	work_start
	{
		git checkpoint create --pin --json
		git checkpoint list --json
		git checkpoint list --count --json
		git checkpoint show --json
		git checkpoint create --type=auto --json
		git checkpoint session start --json
		git checkpoint session show --json
		git checkpoint watch --on-exit-of="$(sh -c 'echo $$')" --json
	} >../records
	{
		git checkpoint diff latest --json
		git checkpoint pin latest --json
		rm file
		git checkpoint restore latest --json
		git checkpoint undo --dry-run --json
		git checkpoint clean --path=file --dry-run --json
		git checkpoint clean --keep=0 --json
		git checkpoint verify --json
		git checkpoint create -q --type=task_complete --task=t \
			--attach=run.sh >../id
		git checkpoint export --json --outputs=../out ../bundle
		git checkpoint import --json ../bundle
		git init --quiet --bare ../remote.git
		git remote add origin ../remote.git
		git checkpoint push --json
		git checkpoint fetch --json origin \
			"$(git checkpoint list --limit=1 --format='%(session_id)')"
		git checkpoint ls-remote --count --json
		git checkpoint clean --remote origin --keep=0 --json
		git checkpoint help --json
	} >../others
	section JSON | grep -oE '[a-z_]+' | sort -u >../page
	{
		cat ../page
		grep -oE '^[a-z_, ]+::' "$TOP/Documentation/gitformat-checkpoint.adoc" |
			grep -oE '[a-z_]+'
	} | sort -u >../pages
	jq --raw-output '.. | objects | keys[]' ../others |
		sort -u >../keys
	run -0 comm -23 ../keys ../page
	refute_output
	# Reasons are keys there, too.
	jq --raw-output 'del(.snapshot.omitted.by_reason) | .. | objects | keys[]' \
		../records | sort -u >../keys
	run -0 comm -23 ../keys ../pages
	refute_output
}
