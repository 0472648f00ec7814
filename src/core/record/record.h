/*
 * The metadata of a checkpoint: one JSON document, metadata.json in the state
 * commit; gitformat-checkpoint(5), "METADATA", says each key.
 *
 * A `struct record` is plain data that owns everything it points to. Strings
 * are NULL, counts RECORD_UNKNOWN, and documents NULL where there is nothing
 * to say; the document has a null there. Object ids are lower-case hex. Names
 * of paths and refs, the working directory and the command line are bytes
 * here and escaped in the document (json_set_path()); other text is UTF-8.
 *
 *	struct record record;
 *
 *	record_init(&record);
 *	record.id = id_generate(...);
 *	...
 *	record_write(&record, &buf, &err);
 *	record_release(&record);
 */
#ifndef CORE_RECORD_RECORD_H
#define CORE_RECORD_RECORD_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"

struct json; /* core/record/json.h */

/* The version of the format that this program writes. */
#define RECORD_VERSION "1.0.0"
/* Larger documents are neither written nor read. */
#define RECORD_MAX_BYTES (16u << 20)
/* A count, size or process id that is not known. */
#define RECORD_UNKNOWN INT64_C(-1)

enum checkpoint_type {
	TYPE_UNKNOWN, /* a name that this version does not know */
	TYPE_SESSION_START,
	TYPE_TASK_COMPLETE,
	TYPE_PHASE_COMPLETE,
	TYPE_SUBTASK_COMPLETE,
	TYPE_SPRINT_COMPLETE,
	TYPE_AUTO,
	TYPE_MANUAL,
	TYPE_BEFORE_RISKY_OPERATION,
	TYPE_ERROR_RECOVERY,
	TYPE_INTERRUPTED,
	TYPE_SESSION_END,
	TYPE_PRE_RESTORE,
};
#define TYPE_NR (TYPE_PRE_RESTORE + 1)

/* "task_complete" and so on; NULL for TYPE_UNKNOWN. */
const char *checkpoint_type_name(enum checkpoint_type type);
/* The type of that name, exactly; TYPE_UNKNOWN where there is none. */
enum checkpoint_type checkpoint_type_parse(const char *name);
/* Whether the program makes it of its own accord, so that retention may drop
 * it: all but manual and what is not known. */
bool checkpoint_type_is_automatic(enum checkpoint_type type);

/* A ref that the operation under way names. */
struct record_ref {
	char *name; /* full name */
	char *oid;  /* NULL: there was no such ref */
};

struct record_git {
	char *head;   /* the commit; NULL: unborn */
	char *branch; /* full name, also of an unborn one; NULL: detached */
	bool detached;
	char *operation; /* "merge", "rebase" ...; several joined by "+" */
	struct record_ref *refs;
	size_t nr_refs;
	char *worktree;	   /* name of a linked worktree; NULL: the main one */
	int64_t staged;	   /* paths that differ between HEAD and index */
	int64_t unstaged;  /* between index and worktree */
	int64_t untracked; /* not in the index, and captured */
	char *upstream;	   /* full name of the ref that the branch tracks */
};

/* What was left out for one reason. */
struct record_omitted_reason {
	char *reason;  /* as in the list of omitted paths, "too-large" */
	int64_t count; /* lines of that list */
	int64_t bytes; /* RECORD_UNKNOWN where nobody counted */
};

struct record_omitted {
	int64_t count;
	int64_t bytes;			       /* of those that were counted */
	struct record_omitted_reason *reasons; /* sorted by name */
	size_t nr_reasons;
};

struct record_snapshot {
	char *tree;	     /* the worktree's, the one of C */
	char *index_tree;    /* the one of I */
	char *digest;	     /* "sha256:<64 hex>" */
	int64_t files;	     /* entries of the tree that are not trees */
	int64_t bytes_added; /* to the object database, as stored */
	struct record_omitted omitted;
	int64_t ignored_captured; /* ignored files that are in L */
};

struct record_environment {
	char *tool_version;
	char *host;
	char *user;
	char *agent;
	char *working_directory;     /* bytes */
	struct strlist command_line; /* bytes */
	int64_t pid;
};

struct record {
	char *version; /* of the document as it was read, or RECORD_VERSION */
	char *id;
	char *type_name;   /* for record_set_type() and record_type() */
	int64_t timestamp; /* milliseconds since 1970 */
	char *session_id;
	char *description;
	char *git_commit; /* git.head; an imported one may be abbreviated */
	char *branch;	  /* git.branch without "refs/heads/" */
	int64_t tasks_completed;
	char *sprint;
	struct record_git git;
	struct record_snapshot snapshot;
	struct json *task;    /* as record_task_new() makes it, or NULL */
	struct json *session; /* as record_session_new() makes it, or NULL */
	struct json *metrics; /* as record_metrics_new() makes it, or NULL */
	struct record_environment environment;
	struct json *unknown; /* keys that this version does not know */
};

/* All unknown, version RECORD_VERSION. */
void record_init(struct record *record);
void record_release(struct record *record);

enum checkpoint_type record_type(const struct record *record);
void record_set_type(struct record *record, enum checkpoint_type type);
/* Set head, git_commit, both branches and detached. `head` NULL: unborn;
 * `branch` is the full name, NULL: detached. */
void record_set_head(struct record *record, const char *head,
		     const char *branch);
/* Add a ref; `oid` NULL: there is none of that name. */
void record_add_ref(struct record *record, const char *name, const char *oid);
/* Count paths as left out; `bytes` may be RECORD_UNKNOWN. */
void record_add_omitted(struct record *record, const char *reason,
			int64_t count, int64_t bytes);

/*
 * The objects `task`, `session` and `metrics` with all their keys: containers
 * empty, the rest null. The caller must json_free() each or give it away.
 */
struct json *record_task_new(void);
struct json *record_session_new(void);
struct json *record_metrics_new(void);
/* The same for one of the session's completed_tasks, failed_tasks,
 * skipped_tasks and pending_tasks. */
struct json *record_task_result_new(void);

/*
 * Bring an object from elsewhere (a patched one, an imported one) into that
 * form: keys that are missing are added, a container that is null becomes an
 * empty one, unknown keys stay. ERR_INVALID, naming the key, where a value is
 * of a type that the format does not have there.
 */
int record_task_normalize(struct json *task, struct error *err);
int record_session_normalize(struct json *session, struct error *err);
int record_metrics_normalize(struct json *metrics, struct error *err);

/*
 * Read a document. The caller must record_release() `out`, which is
 * initialised here, whatever the result.
 *
 * ERR_INVALID ("invalid checkpoint data: ...") where it is not JSON, or a key
 * that must be there is missing or of the wrong type. ERR_NEWER where its
 * major version is higher than ours; a lower one is migrated, or
 * ERR_UNSUPPORTED where no way is known. Keys that are not known are kept at
 * every level, and written back.
 */
int record_read(struct record *out, const char *text, size_t len,
		struct error *err);

/*
 * Append the document: every key in its fixed order, pretty, ending in "}\n".
 * ERR_INVALID where it could not be read back: a required key is missing
 * (id, type, timestamp, session), or it is too large or too deep.
 */
int record_write(const struct record *record, struct buf *out,
		 struct error *err);

/* The same as a value, for --json. The caller must json_free() it. */
struct json *record_to_json(const struct record *record);

#endif
