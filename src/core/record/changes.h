/*
 * What differs between two trees, path by path, for scripts: what `git
 * diff-tree` says, as JSON.
 */
#ifndef CORE_RECORD_CHANGES_H
#define CORE_RECORD_CHANGES_H

#include "base/error.h"
#include "base/strlist.h"

struct json;
struct repository;

struct changes {
	const struct repository *repo;
	const char *from, *to;	     /* trees or commits, in hex */
	const struct strlist *paths; /* git's pathspecs, from where the user
					stands; or NULL */
	const char *alternates; /* as in core/snapshot/workspace.h; or NULL */
};

/*
 * Add an object for each path that differs to `array`:
 *
 *	{"path", "status", "old_mode", "new_mode", "old_oid", "new_oid"}
 *
 * `status` is git's letter: A, D, M, T. Mode and id of a side that does not
 *have the path are null.
 */
int changes_to_json(const struct changes *changes, struct json *array,
		    struct error *err);

#endif
