/*
 * What a remote has, as far as this repository can tell without asking: the
 * values of refs/remotes/<remote>/ and refs/checkpoint-remotes/<remote>/.
 *
 * They say what was there when they were fetched. Where the remote's URL has
 * been changed since they speak of another place, and what is taken to be there
 * already would not be searched for secrets. So each remote's URL is remembered
 * in $GIT_COMMON_DIR/checkpoint.d/remotes/, with those values that the place
 * which it names now has not confirmed.
 */
#ifndef CORE_RECORD_REMOTE_TRUST_H
#define CORE_RECORD_REMOTE_TRUST_H

#include "base/buf.h"
#include "base/error.h"

struct repository;

/*
 * Ask the remote where its URL is another than the last time, is not known yet,
 * or has not confirmed all. A branch that is there under another value counts
 * as confirmed only where nothing says that the URL was changed: somebody has
 * pushed to it. `flags` are those of git/remote.h.
 */
int remote_trust_update(struct repository *repo, const char *remote,
			unsigned flags, struct error *err);

/*
 * Append what it has to `out`, for `git rev-list --stdin`: "^<id>", a line
 * each. Nothing where its URL was changed and it was not asked since, or where
 * `remote` is no remote's name.
 */
int remote_trust_read(struct repository *repo, const char *remote,
		      struct buf *out, struct error *err);

#endif
