/*
 * Manifests as commits: gitformat-checkpoint(5), "THE MANIFEST".
 */
#ifndef CORE_RECORD_MANIFEST_COMMIT_H
#define CORE_RECORD_MANIFEST_COMMIT_H

#include "base/error.h"
#include "core/record/manifest.h"

struct pack;
struct repository;

/*
 * Read the one of `session` from the raw bytes of a commit, or from the
 * repository. ERR_INVALID: it is not in its format, or that of another session;
 * ERR_NEWER; ERR_NOT_FOUND: it is not here. The caller must
 * manifest_release() `out` in any case.
 */
int manifest_commit_parse(const char *raw, size_t len, const char *session,
			  struct manifest *out, struct error *err);
int manifest_commit_read(struct repository *repo, const struct oid *oid,
			 const char *session, struct manifest *out,
			 struct error *err);

/*
 * Add the commit to `pack`. `old` is what `manifest->previous` lists, or NULL.
 *
 * Its parents are `previous`, each C that `old` has not, and the newest C that
 * it has: git leaves out of a pack what is in the trees of the parents of what
 * it sends, and without that one everything that is the same in two checkpoints
 * would be sent twice.
 */
int manifest_commit_write(struct repository *repo, struct pack *pack,
			  const struct manifest *manifest,
			  const struct manifest *old, struct oid *out,
			  struct error *err);

/* Whether the commit `commit` says that it is this checkpoint of `session`:
 * ERR_INVALID where it does not, ERR_NOT_FOUND where it is not here. */
int manifest_check_item(struct repository *repo, const char *session,
			const char *id, const struct oid *commit,
			struct error *err);

#endif
