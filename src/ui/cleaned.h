/*
 * What clean dropped, or would drop, for people and for scripts.
 */
#ifndef UI_CLEANED_H
#define UI_CLEANED_H

#include "base/compat.h"

struct cleaned;
struct output;
struct repository;

/*
 * --json: one object {"dry_run", "dropped": [{"id", "ref", "type", "timestamp",
 * "description", "problems": []}], "kept": [the same with "reason": "pinned",
 * "undo" or "newest"], "bytes" (null: not known), "bytes_complete", "objects",
 * "command", "undo_lost": [{"git_dir", "checkpoint", "timestamp", "redo"}],
 * "reached_by": [{"commit", "ref", "subject"}], "reached_complete",
 * "indexed_in": [], "not_searched": []}.
 */
void cleaned_print(struct output *output, const struct repository *repo,
		   const struct cleaned *cleaned, bool dry_run);

#endif
