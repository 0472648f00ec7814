/*
 * The journal of a restore: $GIT_DIR/checkpoint.d/journal, a JSON document.
 *
 * It is written, and synced, before a restore changes anything and removed
 * when it is done. While it is there nothing but `restore --continue` and
 * `--abort` writes: either of them makes out of what is there exactly the state
 * after, or exactly the state before.
 */
#ifndef CORE_RECORD_JOURNAL_H
#define CORE_RECORD_JOURNAL_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "git/ref.h"

struct json;
struct repository;

enum restore_kind {
	RESTORE_RESTORE,
	RESTORE_UNDO,
	RESTORE_REDO,
};

enum restore_mode {
	RESTORE_AS_IS,	      /* HEAD and refs must be as recorded */
	RESTORE_MOVE_HEAD,    /* put them there */
	RESTORE_KEEP_HEAD,    /* files only; index and operation as they are */
	RESTORE_BRANCH,	      /* a new branch at the base */
	RESTORE_PATHS,	      /* only some paths, index entries alike */
	RESTORE_NEW_WORKTREE, /* all of it, into a worktree that was just made
			       */
};

/* A ref that a restore moves; zero: it is not there. */
struct ref_move {
	char *name; /* "HEAD" for a detached one */
	struct oid old_oid, new_oid;
};

/* What a restore does to HEAD and refs. */
struct ref_moves {
	struct ref_move *items;
	size_t nr, alloc;
	char *old_branch, *new_branch; /* where HEAD points; NULL: detached */
};

void ref_moves_add(struct ref_moves *moves, const char *name,
		   const struct oid *old_oid, const struct oid *new_oid);
void ref_moves_release(struct ref_moves *moves);
void ref_moves_to_json(const struct ref_moves *moves, struct json *object);
int ref_moves_from_json(struct ref_moves *out, const struct json *object,
			struct error *err);

struct journal {
	char *tag; /* in the names of temporary files, see worktree/writer.h */
	enum restore_kind kind;
	enum restore_mode mode;
	struct checkpoint target;
	struct checkpoint safety;
	bool operation;	    /* --operation */
	int64_t index_lock; /* inode of the index.lock that we hold; 0: none */
	struct strlist pathspecs; /* RESTORE_PATHS */
	struct strlist plan;	  /* paths that are changed; their place is the
				     number in temporary names */
	/* Files that it makes below what the safety checkpoint lists as left
	 * out, and those that are known not to have been there when the target
	 * was made, though it lists them so. Sorted. */
	struct strlist made, absent;
	struct ref_moves moves;
};

/* ERR_REFUSED where there is a journal, with the hint that helps. */
int journal_refuse(struct repository *repo, struct error *err);
bool journal_exists(struct repository *repo);

/* Read it. ERR_NOT_FOUND: there is none. The caller must journal_release(). */
int journal_read(struct repository *repo, struct journal *out,
		 struct error *err);
int journal_write(struct repository *repo, const struct journal *journal,
		  struct error *err);
/* The restore is over. */
int journal_remove(struct repository *repo, struct error *err);
void journal_release(struct journal *journal);

/*
 * For who reads the worktree, before and after: whether a restore has changed
 * it meanwhile. Random digits, others after each restore that was finished or
 * taken back; "" before the first.
 */
#define JOURNAL_MARK_SIZE 17
void journal_mark(struct repository *repo, char out[JOURNAL_MARK_SIZE]);

/* For files like this one: a checkpoint as {"ref", "commit"}. */
void checkpoint_to_json(const struct checkpoint *checkpoint,
			struct json *object);
int checkpoint_from_json(struct checkpoint *out, const struct json *object,
			 struct error *err);

#endif
