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

/* An annotated tag that a file names. */
struct operation_tag {
	struct oid oid;
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
	struct operation_tag *tags; /* see git/operation_tag.h */
	size_t nr_tags, alloc_tags;
};

/*
 * Read what is there. An object that is named, and missing, is not in the
 * lists: gc may have taken it. A file of more than 64 MiB is ERR_INVALID. Cost,
 * where nothing is there: some thirty calls of open(2). The caller must
 * operation_release() it.
 */
int operation_read(struct repository *repo, struct operation *out,
		   struct error *err);
/* The same in two steps, for who has something to do until libgit2 has started:
 * files and refs, and then the objects that they name. */
int operation_read_files(struct repository *repo, struct operation *out,
			 struct error *err);
int operation_find_objects(struct repository *repo, struct operation *operation,
			   struct error *err);
void operation_release(struct operation *operation);

/*
 * Keep the trees, blobs and tags among the named objects alive: entries
 * "objects/<id>" and "tags/<id>" of the state's tree.
 */
struct pack;
struct tree_builder;
int operation_hold(struct repository *repo, const struct operation *operation,
		   struct pack *pack, struct tree_builder *tree,
		   struct error *err);

/*
 * Check files of a checkpoint as if hostile: names of the list above, every
 * file in git's grammar for it. `trusted` false: one that this clone did not
 * write; then also no `exec` line in a todo list, no strategy or file that git
 * does not have itself, no signing, no refs but branches, and none that the
 * files do not name. ERR_INVALID: no such file is git's; ERR_REFUSED: git would
 * take it, and it must not come from elsewhere. Both name file and line.
 */
int operation_check(const struct operation *operation, bool trusted,
		    struct error *err);

/*
 * Make the operation's files what `operation` says: those that are not in it
 * are removed, others written whole; what is right already stays as it is. Refs
 * are not touched. A lock file among them is ERR_LOCKED; a link, or anything
 * else that operation_read() does not see, is ERR_REFUSED; then nothing is
 * changed. A file is replaced in one step, and so is each of the three
 * directories; interrupted, it can be called again.
 */
int operation_write(struct repository *repo, const struct operation *operation,
		    struct error *err);

/*
 * The same where each file and directory is as in `before` or already as in
 * `after`. ERR_CHANGED where it is neither.
 */
int operation_replace(struct repository *repo, const struct operation *before,
		      const struct operation *after, struct error *err);

#endif
