/*
 * The files that a task has changed, for its record: `files.modified`.
 */
#ifndef CORE_SESSION_TASK_FILES_H
#define CORE_SESSION_TASK_FILES_H

#include "base/error.h"

struct json;
struct repository;
struct session_task;
struct snapshot;

/* More are not listed; `files.modified_left_out` says how many there are. */
#define TASK_FILES_MAX 1000

/*
 * Merge what differs between the tree that the task began with and the snapshot
 * into a copy of its record: path, action, checksum, size and time. What was
 * reported of other paths stays. Where the tree is not there any more, nothing
 * is done.
 */
int task_files_note(struct json *record, const struct session_task *task,
		    struct repository *repo, const struct snapshot *snapshot,
		    struct error *err);

#endif
