/*
 * Manifests of a remote, without the checkpoints that they list: each costs one
 * commit. They are fetched into a repository of their own that goes at once,
 * for `git fetch --depth` makes the one that it is used in a shallow one.
 */
#ifndef CORE_REMOTE_MANIFEST_PEEK_H
#define CORE_REMOTE_MANIFEST_PEEK_H

#include "base/buf.h"
#include "base/error.h"

struct remote_session;
struct repository;

/*
 * Append the bytes of the commit of each session's manifest to `raws`, one for
 * each; a session that has none is passed over. What is here already is not
 * fetched. ERR_CHANGED: the remote has others meanwhile.
 */
int manifest_peek(struct repository *repo, const char *remote, unsigned flags,
		  const struct remote_session *const *sessions, size_t nr,
		  struct buf *raws, struct error *err);

#endif
