/*
 * What git is about to push, as its pre-push hook is told (githooks(5)): a line
 * "<local ref> <local id> <remote ref> <remote id>" for each ref.
 */
#ifndef CORE_REMOTE_PUSH_UPDATES_H
#define CORE_REMOTE_PUSH_UPDATES_H

#include "base/error.h"
#include "git/oid.h"

struct push_update {
	char *local, *remote;
	struct oid new_oid, old_oid; /* zero: none */
};

/* Zero it before use. */
struct push_updates {
	struct push_update *items;
	size_t nr, alloc;
};

/* ERR_INVALID names a line that is none; an empty one is passed over. The
 * caller must push_updates_release() in any case. */
int push_updates_parse(struct push_updates *out, const char *lines, size_t len,
		       struct error *err);
void push_updates_release(struct push_updates *updates);

#endif
