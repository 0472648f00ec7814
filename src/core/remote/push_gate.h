/*
 * What `git push` itself is about to send, and whether it may: git's pre-push
 * hook (githooks(5)) asks here. A push of branches knows nothing of
 * checkpoints, but `git push --mirror` takes all refs there are.
 */
#ifndef CORE_REMOTE_PUSH_GATE_H
#define CORE_REMOTE_PUSH_GATE_H

#include "base/error.h"
#include "core/secret/secret_find.h"

struct repository;

/*
 * `lines` is what the hook got on its standard input, a line for each update:
 * "<local ref> <local id> <remote ref> <remote id>". `remote` is its first
 * argument, a name or a URL.
 *
 * ERR_REFUSED: something of refs/checkpoints-local/ would go, under whatever
 * name; or a checkpoint would in which there is a secret, and `out` has them,
 * or one that could not be looked at. What holds neither costs the names of the
 * refs, and a walk over the commits that are new. The caller must
 * secret_finds_release() in any case.
 */
int push_gate_check(struct repository *repo, const char *remote,
		    const char *lines, size_t len, struct secret_finds *out,
		    struct error *err);

#endif
