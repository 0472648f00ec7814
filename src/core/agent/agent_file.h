/*
 * A file that an agent reads, which is the user's, with ours in it: as it is,
 * as it was without ours, and as it is to be.
 */
#ifndef CORE_AGENT_AGENT_FILE_H
#define CORE_AGENT_AGENT_FILE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"

#include <sys/types.h>

struct json;
struct repository;

enum agent_how {
	AGENT_MERGE, /* JSON settings: core/agent/agent_config.h */
	AGENT_FILE,  /* the whole file is ours */
	AGENT_BLOCK, /* a part of a text, between marks */
};

struct agent_target {
	const char *agent;
	const char *path; /* from the top of the worktree */
	const char *text; /* what is put there: a file that we carry */
	enum agent_how how;
};

struct agent_file {
	const struct agent_target *target;
	char *path;
	struct json *record; /* what is known of it; borrowed, or NULL */
	bool exists;
	mode_t mode;
	struct buf now;
	struct buf without; /* ours taken out */
	bool was_there;	    /* there was such a file before us */
	struct buf wanted;
};

/*
 * Look at it. `record` (may be NULL; borrowed) is what an installation has
 * kept: "before", the text of the file then, and "after", the checksum of what
 * was written: where the file still is that, all of what was before comes back.
 * The caller must agent_file_release() it in any case.
 */
int agent_file_look(struct agent_file *out, struct repository *repo,
		    const struct agent_target *target, struct json *record,
		    struct error *err);
void agent_file_release(struct agent_file *file);

/* Fill `wanted`. */
int agent_file_merge(struct agent_file *file, struct error *err);

/* Write what is wanted, or what was there without ours: a file in which nothing
 * but ours ever was goes. Its path is added to `changed` where it was not so.
 */
int agent_file_write(struct agent_file *file, struct strlist *changed,
		     struct error *err);
int agent_file_put_back(struct agent_file *file, struct strlist *changed,
			struct error *err);

#endif
