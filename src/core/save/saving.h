/*
 * The parts of making a checkpoint: core/save/save.c has the whole.
 */
#ifndef CORE_SAVE_SAVING_H
#define CORE_SAVE_SAVING_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"
#include "core/save/save.h"
#include "core/session/session_state.h"

/* One checkpoint while it is made. */
struct saving {
	struct repository *repo;
	const struct save_options *options;
	struct saved *out;
	char *session;
	const struct session_state *folded; /* of a session that was started */
	struct session_state active;	    /* what `folded` may point to */
	const char *task;
	char *description;
	char *holder; /* the ref that keeps the cache's objects */
	struct oid holder_commit;
	struct strlist protected_paths;
	struct oid base, index, state, commit, local;
	struct oid metadata;
	struct buf text; /* of metadata.json */
	int64_t time_ms;
};

/* Metadata and commits into the pack: core/save/save_commits.c. */
int saving_write_metadata(struct saving *saving, struct error *err);
int saving_write_commits(struct saving *saving, struct error *err);

/*
 * Finish the pack, set the refs, and see whether what was taken on trust is
 * still there: `*held` is false, and the refs are gone again, where it is not.
 * core/save/save_refs.c.
 */
int saving_publish(struct saving *saving, bool *held, struct error *err);

#endif
