# Plans: what may be one, and what is refused with nothing done.

load ../test_helper

setup() {
	scratch_setup
	repo_new
}

# The plan on standard input is refused with this text.
assert_refused() {
	cat >../plan
	run -128 git checkpoint session start --plan=../plan
	assert_line --partial "$1"
	assert [ ! -e .git/checkpoint.d/active ]
	run -0 git checkpoint list --count
	assert_output 0
}

@test "a plan is all that can be said of its tasks" {
	run -0 git checkpoint session start --plan=- --quiet <<-'EOF'
		{"sprint": "S07", "tasks": [
		 {"id": "T1", "description": "one", "route": "RALPH",
		  "complexity_score": 58, "scores": {"scope": 18, "ui": 3},
		  "phases": [{"name": "look", "subtasks": ["a", "b"]}, "build"],
		  "ours": 1},
		 {"task_id": "T2", "phases": 4, "subtasks": ["x", "y"]},
		 "three"]}
	EOF
	git checkpoint session show --json >../shown
	assert_equal "$(jq -c '[.sprint, (.tasks | length),
		.tasks[2].task_description]' ../shown)" '["S07",3,"three"]'
	assert_equal "$(jq -c '.tasks[0].record | [.route, .complexity_score,
		.scoring_breakdown.scope, .phases.total, .phases.status, .ours]' \
		../shown)" \
		'["RALPH",58,18,2,{"1":"pending","2":"pending"},1]'
	assert_equal "$(jq -c '.tasks[1].record | [.phases.total, .subtasks]' \
		../shown)" \
		'[4,{"total":2,"completed":[],"in_progress":null,"pending":["x","y"]}]'
	git checkpoint task start T1 --quiet
	git checkpoint phase start look --quiet
	git checkpoint session show --json >../shown
	assert_equal "$(jq -c '.tasks[0].record.subtasks.pending' ../shown)" \
		'["a","b"]'
}

@test "options say the same as a plan" {
	git checkpoint session start --quiet --plan=- <<-'EOF'
		[{"id": "T1", "description": "one", "route": "RALPH",
		  "complexity_score": 58, "scores": {"scope": 18, "ui": 3.5},
		  "phases": ["look", "build"], "subtasks": ["a", "b"]}]
	EOF
	git checkpoint task add T2 -m one --route=RALPH --complexity-score=58 \
		--score=scope=18 --score=ui=3.5 --phase=look --phase=build \
		--subtask=a --subtask=b --quiet
	git checkpoint session show --json >../shown
	assert_equal \
		"$(jq '.tasks[0].record | del(.task_id, .timestamps)' ../shown)" \
		"$(jq '.tasks[1].record | del(.task_id, .timestamps)' ../shown)"
	run -129 git checkpoint task add T3 --score=x
	run -129 git checkpoint task add T3 --complexity-score=x
	run -129 git checkpoint task complete T1 --route=x
}

@test "what is no plan is refused, and says where" {
	assert_refused 'line 1, column ' <<<'nonsense'
	assert_refused "no array 'tasks'" <<<'{}'
	assert_refused 'task number 2' <<<'["a", 7]'
	assert_refused "the id 'T1', too" <<<'[{"id": "T1"}, {"id": "T1"}]'
	assert_refused 'slash' <<<'[{"id": "a/b"}]'
	assert_refused "'..'" <<<'[{"id": ".."}]'
	assert_refused 'no string' <<<'[{"id": 7}]'
	assert_refused 'route' <<<'[{"id": "T1", "route": []}]'
	assert_refused 'phases' <<<'[{"phases": [1]}]'
	assert_refused 'phases.total' <<<'[{"phases": 9007199254740993}]'
	assert_refused "duplicate key 'id'" <<<'[{"id": "T1", "id": "T2"}]'
	assert_refused 'sprint' <<<'{"sprint": 1, "tasks": []}'
	assert_refused 'line 1, column ' < <(printf '["\\u0000"]')
	assert_refused 'line 1, column ' < <(printf '["\xff"]')
	assert_refused 'line 1, column ' < <(printf '["a\0b"]')
}

@test "a plan that is too large or too deep is refused" {
	assert_refused 'plan' < <(head -c 52428800 /dev/zero | tr '\0' ' ')
	assert_refused 'nested' < <(head -c 100000 /dev/zero | tr '\0' '[')
	assert_refused 'nested' < <(
		printf '[{"a":'
		printf '[%.0s' {1..100}
		printf ']%.0s' {1..100}
		printf '}]'
	)
	assert_refused 'more than 10000' < <(
		printf '['
		printf '"a",%.0s' {1..10000}
		printf '"a"]'
	)
	run -128 git checkpoint session start --plan=none
	assert_line --partial none
}

@test "numbers beyond a double keep their digits" {
	git checkpoint session start --quiet --plan=- \
		<<<'[{"id": "T1", "complexity_score": 9007199254740993}]'
	git checkpoint task start T1 --quiet
	git checkpoint create --quiet
	run -0 git show "$(newest)^2^2:metadata.json"
	assert_output --partial '"complexity_score": 9007199254740993'
}
