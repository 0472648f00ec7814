/*
 * How the workspace differs from a checkpoint now, for whoever goes on from it:
 * by digest, and where that differs, file by file.
 */
#ifndef CORE_SNAPSHOT_DRIFT_H
#define CORE_SNAPSHOT_DRIFT_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/digest.h"
#include "git/oid.h"

struct json;
struct repository;
struct stored;

enum drift_kind {
	DRIFT_DELETED, /* the checkpoint has it, the workspace does not */
	DRIFT_CHANGED, /* other content, kind or executable bit */
	DRIFT_CREATED, /* the workspace has it, the checkpoint does not */
};

struct drift_file {
	char *path;
	enum drift_kind kind;
	struct oid blob; /* in the checkpoint; zero: it has none */
};

struct drift {
	bool checked; /* files were looked at: checkpoint.verifyOnResume */
	bool same;    /* equal digests: everything is as it was */
	char digest[DIGEST_SIZE]; /* of the workspace */
	struct drift_file *files;
	size_t nr, alloc;
	bool head_moved, branch_changed;
	char *head, *branch; /* now; NULL: unborn, detached */
};

/* "deleted" and so on. */
const char *drift_kind_name(enum drift_kind kind);

/*
 * Compare. `files`: look at these, too; otherwise at HEAD alone. The caller
 * must drift_release() in any case.
 */
int drift_find(struct repository *repo, const struct stored *stored, bool files,
	       struct drift *out, struct error *err);
void drift_release(struct drift *drift);

size_t drift_count(const struct drift *drift, enum drift_kind kind);
/* {"checked", "changed", "head", "branch", "files"}; the caller must
 * json_free(). */
struct json *drift_to_json(const struct drift *drift,
			   const struct stored *stored);

#endif
