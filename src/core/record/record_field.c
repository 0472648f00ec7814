#include "core/record/record_field.h"

#include "core/record/record.h"
#include "core/record/record_shape.h"

#define AT(field) offsetof(struct record, field)
#define OPTIONAL(key, kind, field)                                             \
	{                                                                      \
		key, kind, AT(field), false, NULL, NULL                        \
	}
#define REQUIRED(key, kind, field)                                             \
	{                                                                      \
		key, kind, AT(field), true, NULL, NULL                         \
	}
#define GROUP(key, required, members)                                          \
	{                                                                      \
		key, FIELD_GROUP, 0, required, members, NULL                   \
	}
#define DOCUMENT(key, field, shape)                                            \
	{                                                                      \
		key, FIELD_DOCUMENT, AT(field), false, NULL, shape             \
	}
#define END                                                                    \
	{                                                                      \
		NULL, FIELD_TEXT, 0, false, NULL, NULL                         \
	}

static const struct field git_fields[] = {
	OPTIONAL("head", FIELD_OID, git.head),
	OPTIONAL("branch", FIELD_REF, git.branch),
	OPTIONAL("detached", FIELD_BOOL, git.detached),
	OPTIONAL("operation", FIELD_TEXT, git.operation),
	OPTIONAL("refs", FIELD_REFS, git.refs),
	OPTIONAL("worktree", FIELD_BYTES, git.worktree),
	OPTIONAL("staged", FIELD_COUNT, git.staged),
	OPTIONAL("unstaged", FIELD_COUNT, git.unstaged),
	OPTIONAL("untracked", FIELD_COUNT, git.untracked),
	OPTIONAL("upstream", FIELD_REF, git.upstream),
	END,
};

static const struct field omitted_fields[] = {
	OPTIONAL("count", FIELD_COUNT, snapshot.omitted.count),
	OPTIONAL("bytes", FIELD_COUNT, snapshot.omitted.bytes),
	OPTIONAL("by_reason", FIELD_REASONS, snapshot.omitted.reasons),
	END,
};

static const struct field snapshot_fields[] = {
	OPTIONAL("tree", FIELD_OID, snapshot.tree),
	OPTIONAL("index_tree", FIELD_OID, snapshot.index_tree),
	OPTIONAL("digest", FIELD_DIGEST, snapshot.digest),
	OPTIONAL("files", FIELD_COUNT, snapshot.files),
	OPTIONAL("bytes_added", FIELD_COUNT, snapshot.bytes_added),
	GROUP("omitted", false, omitted_fields),
	OPTIONAL("ignored_captured", FIELD_COUNT, snapshot.ignored_captured),
	END,
};

static const struct field environment_fields[] = {
	OPTIONAL("tool_version", FIELD_TEXT, environment.tool_version),
	OPTIONAL("host", FIELD_TEXT, environment.host),
	OPTIONAL("user", FIELD_TEXT, environment.user),
	OPTIONAL("agent", FIELD_TEXT, environment.agent),
	OPTIONAL("working_directory", FIELD_BYTES,
		 environment.working_directory),
	OPTIONAL("command_line", FIELD_LIST, environment.command_line),
	OPTIONAL("pid", FIELD_COUNT, environment.pid),
	END,
};

const struct field record_fields[] = {
	REQUIRED("version", FIELD_VERSION, version),
	REQUIRED("id", FIELD_ID, id),
	REQUIRED("type", FIELD_TYPE, type_name),
	REQUIRED("timestamp", FIELD_TIME, timestamp),
	REQUIRED("session_id", FIELD_SESSION, session_id),
	OPTIONAL("description", FIELD_TEXT, description),
	OPTIONAL("git_commit", FIELD_COMMIT, git_commit),
	OPTIONAL("branch", FIELD_BYTES, branch),
	OPTIONAL("tasks_completed", FIELD_COUNT, tasks_completed),
	OPTIONAL("sprint", FIELD_TEXT, sprint),
	GROUP("git", true, git_fields),
	GROUP("snapshot", true, snapshot_fields),
	DOCUMENT("task", task, shape_task),
	DOCUMENT("session", session, shape_session),
	DOCUMENT("metrics", metrics, shape_metrics),
	GROUP("environment", false, environment_fields),
	END,
};

void *field_of(const struct record *record, const struct field *field)
{
	return (char *)(uintptr_t)record + field->offset;
}
