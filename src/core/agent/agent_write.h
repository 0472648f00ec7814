/*
 * Files that an agent has written: their checksums, in the log.
 */
#ifndef CORE_AGENT_AGENT_WRITE_H
#define CORE_AGENT_AGENT_WRITE_H

#include "base/error.h"

struct agent_event;
struct repository;

/* More files, and larger ones, are named without a checksum. */
#define AGENT_WRITE_MAX_FILES 100
#define AGENT_WRITE_MAX_BYTES (16 << 20)

/* Add an event "file_write" with `files`: `path`, from the top of the worktree,
 * and `checksum`, "git:" and the id of the bytes as a blob. What is outside of
 * the worktree is left out. */
int agent_write_log(struct repository *repo, const struct agent_event *event,
		    struct error *err);

#endif
