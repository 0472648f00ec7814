/*
 * Which checkpoints to list. What decides are the names of refs and the
 * trailers of C; metadata is not read here, that is for those that are shown.
 */
#ifndef CORE_RECORD_LISTING_H
#define CORE_RECORD_LISTING_H

#include "base/error.h"
#include "core/record/checkpoint.h"

struct json;
struct repository;
struct stored;

struct listing_filter {
	enum checkpoint_scope scope;
	const char *session; /* of this one alone; or NULL */
	const char *task;    /* id; or NULL */
	unsigned types;	     /* bits 1 << enum checkpoint_type; 0: any */
	int64_t since_ms;    /* INT64_MIN: any */
	int64_t limit;	     /* how many at most, the newest; -1: all */
};

#define LISTING_FILTER_INIT                                                    \
	{                                                                      \
		SCOPE_WORKTREE, NULL, NULL, 0, INT64_MIN, -1                   \
	}

/*
 * Add those that match, newest first. One whose commit cannot be read has no
 * type and no task. `*seen` (may be NULL) is how many the scope has.
 */
int listing_read(struct repository *repo, const struct listing_filter *filter,
		 struct checkpoint_list *out, size_t *seen, struct error *err);

/* A date in any form that git takes ("2 hours ago"), in milliseconds. */
int listing_parse_date(const struct repository *repo, const char *date,
		       int64_t *out, struct error *err);

/*
 * A checkpoint for --json: the keys of its metadata, and behind them "ref",
 * "commit" and "pinned". The caller must json_free() it.
 */
struct json *listing_to_json(const struct stored *stored, bool pinned);

#endif
