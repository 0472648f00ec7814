# Directories as the two systems leave them, for the .bats files that import
# them.

# Everything of theirs, byte for byte.
theirs() {
	find .aiwf .skillpack .skillpackrc -type f -exec sha256sum {} + \
		2>/dev/null | sort
}

# aiwf_checkpoint <id> <type> <commit>: in the layout with a directory.
aiwf_checkpoint() {
	local dir=.aiwf/checkpoints/$1

	mkdir -p "$dir"
	cat >"$dir/metadata.json" <<-END
		{
		  "id": "$1",
		  "type": "$2",
		  "timestamp": "2024-12-25T10:30:45.789Z",
		  "session_id": "session_1703123456789",
		  "description": "Completed task T01_S01",
		  "git_commit": "$3",
		  "tasks_completed": 5,
		  "sprint": "S01"
		}
	END
	cat >"$dir/session.json" <<-END
		{"session_id": "session_1703123456789",
		 "started_at": "2024-12-25T10:00:00Z",
		 "sprint_id": "S01", "mode": "sprint",
		 "completed_tasks": [{"id": "T01_S01", "duration": 1800000,
			"completed_at": "2024-12-25T10:30:45Z", "attempts": 1}],
		 "current_task": {"id": "T02_S01", "attempts": 2,
			"started_at": "2024-12-25T10:30:46Z",
			"info": {"title": "the second"},
			"last_error": {"message": "it broke"}}}
	END
	printf '{"branch": "main", "commit": "%s", "status": "M file\\n?? new"}\n' \
		"$3" >"$dir/git-state.json"
	cat >"$dir/metrics.json" <<-END
		{"execution_time_ms": 1800000, "tasks_completed": 1,
		 "success_rate": 83, "token_usage": {"input": 100},
		 "memory_usage": {"rss": 1}}
	END
}

# aiwf_file <id> <session> <commit>: in the layout with one file.
aiwf_file() {
	mkdir -p .aiwf/checkpoints
	cat >".aiwf/checkpoints/$1.json" <<-END
		{"id": "$1", "type": "manual",
		 "created_at": "2024-12-26T11:30:45.789Z",
		 "state_snapshot": {
			"session_id": "$2", "started_at": "2024-12-26T10:00:00.000Z",
			"sprint_id": null, "mode": "sprint",
			"completed_tasks": [], "current_task": null,
			"checkpoints": [],
			"metrics": {"total_tasks": 3, "completed_tasks": 0,
				"failed_tasks": 1, "skipped_tasks": 0,
				"total_time": 90000, "avg_task_time": 0}},
		 "git_info": {"branch": "main", "commit": "$3", "status": ""},
		 "metadata": {"message": "by hand", "created_by": "user"}}
	END
}

# skillpack_record <file> <task> <updated>: the record of a task.
skillpack_record() {
	mkdir -p "$(dirname "$1")"
	cat >"$1" <<-END
		{
		  "version": "3.0.0",
		  "task_id": "$2",
		  "task_description": "add user authentication",
		  "route": "RALPH",
		  "complexity_score": 58,
		  "scoring_breakdown": {"scope": 18, "dependency": 12,
			"technical": 15, "risk": 6, "time": 4, "ui": 3},
		  "phases": {"total": 4, "current": 3, "completed": [1, 2],
			"status": {"1": "completed", "2": "completed",
				"3": "in_progress", "4": "pending"}},
		  "subtasks": {"total": 5,
			"completed": ["subtask_1", "subtask_2"],
			"in_progress": "subtask_3",
			"pending": ["subtask_4", "subtask_5"]},
		  "files": {
			"modified": [
			  {"path": "src/auth.ts", "action": "modified",
			   "checksum": "sha256:abc123", "size": 10,
			   "mtime": "2024-01-18T10:29:00Z"},
			  {"path": "src/types.ts", "action": "created",
			   "checksum": "def456"}],
			"outputs": [".skillpack/current/1_analysis.md"]},
		  "context": {"knowledge_query_result": "what was known",
			"important_decisions": ["tokens expire"]},
		  "timestamps": {"created": "2024-01-18T10:00:00Z",
			"updated": "$3", "last_activity": "$3"},
		  "recovery": {"can_resume": true,
			"resume_point": "phase_3_subtask_3",
			"notes": "subtask 3 got to step 2"},
		  "house_rule": {"kept": true}
		}
	END
}
