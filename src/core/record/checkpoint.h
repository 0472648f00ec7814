/*
 * Checkpoints as their refs name them, and lists of them. What a user calls one
 * is core/record/checkpoint_name.h's, what is inside core/record/stored.h's.
 */
#ifndef CORE_RECORD_CHECKPOINT_H
#define CORE_RECORD_CHECKPOINT_H

#include "base/error.h"
#include "base/strlist.h"
#include "git/oid.h"

struct repository;

#define CHECKPOINT_REFS "refs/checkpoints/"
#define CHECKPOINT_LOCAL_REFS "refs/checkpoints-local/"
#define CHECKPOINT_PIN_REFS "refs/checkpoint-pins/"
#define CHECKPOINT_REMOTE_REFS "refs/checkpoint-remotes/"
#define CHECKPOINT_NOTES_REFS "refs/notes/checkpoints/"
/* Stands for a remote's name where an import has brought them. */
#define CHECKPOINT_IMPORTED "imported"

/*
 * `session` and `id` may share the memory of `ref`: it is replaced with them,
 * by checkpoint_copy().
 */
struct checkpoint {
	char *ref;
	char *remote; /* of a fetched one; NULL: of this repository */
	char *session;
	char *id;
	struct oid commit; /* C */
};

struct checkpoint_list {
	struct checkpoint *items; /* newest first */
	size_t nr, alloc;
};

#define CHECKPOINT_LIST_INIT                                                   \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

enum checkpoint_scope {
	SCOPE_WORKTREE, /* sessions that this worktree wrote */
	SCOPE_ALL,	/* every session of this repository */
	SCOPE_REMOTES,	/* fetched ones */
};

/*
 * Add the checkpoints of a scope, or with `session` of that one alone, newest
 * first. Refs that are no checkpoints' (manifests) are passed over.
 */
int checkpoint_list_read(struct repository *repo, enum checkpoint_scope scope,
			 const char *session, struct checkpoint_list *out,
			 struct error *err);
/*
 * The same at the cost of the names alone: `commit` may be zero, until
 * checkpoint_read_commit() has been called for it.
 */
int checkpoint_list_names(struct repository *repo, enum checkpoint_scope scope,
			  const char *session, struct checkpoint_list *out,
			  struct error *err);
/* Of these those whose id begins so. */
int checkpoint_list_beginning(struct repository *repo,
			      enum checkpoint_scope scope,
			      const char *beginning,
			      struct checkpoint_list *out, struct error *err);
/* ERR_NOT_FOUND: the checkpoint is gone. Of a damaged ref it stays zero. */
int checkpoint_read_commit(struct repository *repo,
			   struct checkpoint *checkpoint, struct error *err);
void checkpoint_list_release(struct checkpoint_list *list);
/* A copy at the end of the list. */
void checkpoint_list_add(struct checkpoint_list *list,
			 const struct checkpoint *checkpoint);

void checkpoint_copy(struct checkpoint *out, const struct checkpoint *from);
void checkpoint_release(struct checkpoint *checkpoint);

/* Take a ref apart; false: it is no checkpoint's. `out->commit` is left. */
bool checkpoint_parse_ref(const char *ref, struct checkpoint *out);

/* "<prefix><session>/<id>"; the caller must free(). */
char *checkpoint_ref(const char *prefix, const char *session, const char *id);

/* The type in the trailers of C; TYPE_UNKNOWN of core/record/record.h where it
 * has none. Cheaper than opening it. */
int checkpoint_type_of(struct repository *repo, const struct oid *commit,
		       int *type, struct error *err);

#endif
