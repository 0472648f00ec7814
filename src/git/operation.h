/*
 * The operation under way in a worktree: merge, rebase, cherry-pick, revert,
 * am, bisect; the files and refs that git keeps of it.
 *
 * The files are a fixed list of names below $GIT_DIR: MERGE_*,
 * CHERRY_PICK_HEAD, REVERT_HEAD, REBASE_HEAD, ORIG_HEAD, AUTO_MERGE,
 * SQUASH_MSG, BISECT_*, rebase-merge/, rebase-apply/, sequencer/. The refs are
 * those below refs/bisect and refs/rewritten of this worktree, and every ref
 * that the files name.
 */
#ifndef GIT_OPERATION_H
#define GIT_OPERATION_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"
#include "git/ref.h"

struct repository;

struct operation_file {
	char *path; /* from $GIT_DIR: "rebase-merge/git-rebase-todo" */
	struct buf text;
};

struct operation {
	char *name; /* "merge", "rebase", ..., several joined by "+"; NULL:
		       none. A bare ORIG_HEAD is kept, and is no operation. */
	struct operation_file *files; /* sorted by path */
	size_t nr_files, alloc_files;
	struct ref_list refs; /* sorted; a zero id: named, and not there */
	/* Objects that must not go while the checkpoint is there. */
	struct oid *commits;
	size_t nr_commits, alloc_commits;
	struct oid *others; /* trees and blobs, as AUTO_MERGE names one */
	size_t nr_others, alloc_others;
};

/*
 * Read what is there. An object that is named, and missing, is not in the
 * lists: gc may have taken it. A file of more than 64 MiB is ERR_INVALID. Cost,
 * where nothing is there: some thirty calls of open(2). The caller must
 * operation_release() it.
 */
int operation_read(struct repository *repo, struct operation *out,
		   struct error *err);
void operation_release(struct operation *operation);

/*
 * Keep the trees and blobs among the named objects alive: entries
 * "objects/<id>" of the state's tree.
 */
struct tree_builder;
int operation_hold(struct repository *repo, const struct operation *operation,
		   struct tree_builder *tree, struct error *err);

/*
 * Check files of a checkpoint as if hostile: names of the list above, no links,
 * every file in its grammar. `trusted` false: one that this clone did not
 * write; then also no `exec` line in a todo list, and nothing else that
 * git would run. ERR_INVALID or ERR_REFUSED says which.
 */
int operation_check(const struct operation *operation, bool trusted,
		    struct error *err);

/*
 * Make the operation's files what `operation` says: those that are not in it
 * are removed, others written whole. Refs are not touched.
 */
int operation_write(struct repository *repo, const struct operation *operation,
		    struct error *err);

#endif
