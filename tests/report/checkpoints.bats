# `git checkpoint report`: which checkpoints and sessions are in it, and how
# they are counted.

load ../test_helper

NOW=1700000000000

# The clock of checkpoints, in seconds from a fixed time.
at() {
	export GIT_CHECKPOINT_NOW=$((NOW + $1 * 1000))
}

create_at() {
	at "$1"
	shift
	git checkpoint create --quiet "$@"
}

# The report as JSON, through a jq filter.
report() {
	local filter=$1

	shift
	git checkpoint report --json "$@" | jq --compact-output "$filter"
}

DAY=86400

@test "without a checkpoint the report says that there is none" {
	repo_new
	run -0 git checkpoint report
	assert_line --regexp '^  Checkpoints +0$'
	run -0 report '.totals.checkpoints, .totals.success_ratio, .sessions'
	assert_output $'0\nnull\n[]'
}

@test "checkpoints are counted by type, with what they added" {
	repo_new
	create_at 0 one
	echo more >>file
	create_at 1 --type=before_risky_operation two
	create_at 2 three
	added=$(git checkpoint list --json | jq .snapshot.bytes_added |
		jq --slurp add)
	run -0 report '.totals.checkpoints, .totals.bytes_added,
		.totals.by_type.manual.count,
		.totals.by_type.before_risky_operation.count'
	assert_output $"3
$added
2
1"
}

@test "a period leaves out what is older" {
	repo_new
	create_at 0 'forty days ago'
	create_at $((20 * DAY)) 'twenty days ago'
	create_at $((35 * DAY)) 'five days ago'
	create_at $((40 * DAY - 60)) 'a minute ago'
	at $((40 * DAY))
	for period in day:1 week:2 month:3 all:4; do
		run -0 report .totals.checkpoints --period="${period%:*}"
		assert_output "${period#*:}"
	done
	run -0 report '.checkpoints[].description' --period=week --detailed
	assert_output $'"five days ago"\n"a minute ago"'
	run -0 report .from --period=day
	assert_output '"2023-12-23T22:13:20.000Z"'
}

@test "a sprint leaves out sessions of others" {
	repo_new
	at 0
	one=$(git checkpoint session start --quiet --sprint=S01)
	at 10
	git checkpoint session end --quiet
	at 20
	git checkpoint session start --quiet --sprint=S02
	git checkpoint session end --quiet
	create_at 30 'of no sprint'
	run -0 report '.sessions[].id' --sprint=S01
	assert_output "\"$one\""
	run -0 report .totals.checkpoints --sprint=S01
	assert_output 2
	run -0 report .totals.sessions
	assert_output 3
	run -0 report .totals.sessions --sprint=S03
	assert_output 0
}

@test "fetched sessions are in it with --remotes, and only then" {
	repo_new
	git checkpoint session start --quiet --sprint=S01
	git clone --quiet "$REPO" ../clone
	cd ../clone
	git fetch --quiet origin 'refs/checkpoints/*:refs/checkpoint-remotes/origin/*'
	run -0 report .totals.checkpoints
	assert_output 0
	run -0 report '.sessions[0] | .remote, .sprint, .status' --remotes
	assert_output $'"origin"\n"S01"\n"active"'
}

@test "a checkpoint that cannot be read is counted as such" {
	REPO_IS_DAMAGED=1
	repo_new
	create_at 0 good
	create_at 1 bad
	ref=$(newest_name)
	tree=$(git rev-parse "refs/checkpoints/$ref^{tree}")
	bad=$(git commit-tree -m 'no checkpoint' "$tree")
	git update-ref "refs/checkpoints/$ref" "$bad"
	run -0 report '.totals.checkpoints, .totals.unreadable'
	assert_output $'1\n1'
	run -0 git checkpoint report
	assert_line --partial '1, and 1 that cannot be read'
}

@test "more checkpoints than the limit are advised against, with the figures" {
	repo_new
	git config checkpoint.maxCheckpoints 2
	for i in 0 1 2 3; do
		create_at "$i" "number $i"
	done
	run -0 report '.recommendations[] | .kind, .value, .limit'
	assert_output $'"checkpoints"\n4\n2'
	run -0 git checkpoint report
	assert_line --partial "too many checkpoints: session 'manual_"
	assert_line --partial 'has 4, more than the 2 of checkpoint.maxCheckpoints'
	command=$(git checkpoint report --json |
		jq --raw-output '.recommendations[0].command')
	run -0 bash -c "$command"
	run -0 report .recommendations
	assert_output '[]'
}

@test "a gap over twice the interval is advised against in a session alone" {
	repo_new
	git config checkpoint.interval 10m
	create_at 0 'outside of a session'
	create_at $DAY 'outside of a session'
	at $((2 * DAY))
	git checkpoint session start --quiet
	create_at $((2 * DAY + 1200)) 'twenty minutes later'
	last=$(create_at $((2 * DAY + 1260)) 'a minute later')
	run -0 report .recommendations
	assert_output '[]'
	create_at $((2 * DAY + 1260 + 1500)) 'twenty-five minutes later'
	run -0 report '.recommendations[] | .kind, .value, .limit'
	assert_output $'"gap"\n1500\n600'
	run -0 git checkpoint report
	assert_line --partial "no checkpoint for 25m after '$last', more than twice the interval of 10m"
}

@test "a wrong period, format or argument is a usage error" {
	repo_new
	for word in --period=year --format=pdf more --json\ --format=html; do
		# Several words are several arguments.
		# shellcheck disable=SC2086
		run -129 git checkpoint report $word
	done
}
