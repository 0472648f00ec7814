# Work that stopped half-way, for tests of `resume`.

# A session with three tasks: one done, one in its second phase, one to do, and
# a checkpoint of all of that. Sets `session` and `checkpoint`.
# What it sets is for who calls it.
# shellcheck disable=SC2034
work_begin() {
	session=$(git checkpoint session start --quiet --sprint=S01 --plan=- <<-'EOT'
		{"tasks": [
			{"task_id": "T01", "task_description": "read it"},
			{"task_id": "T02", "task_description": "write it",
			 "route": "RALPH", "complexity_score": 58,
			 "scoring_breakdown": {"scope": 18, "ui": 3},
			 "phases": {"total": 3}, "subtasks": {"total": 5}},
			{"task_id": "T03", "task_description": "ship it"}
		]}
	EOT
	)
	{
		git checkpoint task start T01
		echo '{"context": {"important_decisions": ["use one table"]}}' |
			git checkpoint update -
		echo result >result.txt
		git checkpoint task complete T01 --outputs result.txt
		git checkpoint task start T02
		git checkpoint phase start 1
		git checkpoint phase complete 1
		git checkpoint phase start 2
		git checkpoint subtask start s1
		git checkpoint subtask complete s1
		git checkpoint subtask start s2
		git checkpoint subtask step 4
	} >/dev/null
	git checkpoint update --quiet - <<-'EOT'
		{"context": {"important_decisions": ["no index yet"],
		             "todo": [{"text": "name it", "status": "pending"}],
		             "knowledge_query_result": "see page 4"},
		 "recovery": {"notes": "half of it is there"}}
	EOT
	checkpoint=$(git checkpoint create --quiet 'half-way')
}

# The brief as JSON, through a jq filter; the rest goes to resume.
brief() {
	local filter=$1

	shift
	git checkpoint resume --json "$@" | jq --compact-output "$filter"
}

# The session that is active or newest, by a jq filter.
session_now() {
	git checkpoint session show --json | jq --raw-output "$1"
}
