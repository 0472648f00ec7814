/*
 * Dropping checkpoints that the user names, or that meet his criteria, or that
 * hold a path, or that are too many.
 *
 *	clean_choose(repo, &request, &cleaned, &err);    changes nothing
 *	clean_measure(repo, &cleaned, &err);             likewise
 *	clean_drop(repo, &cleaned, &err);
 *	clean_release(&cleaned);
 *
 * What is named, and what holds a path, goes in any case, with the undo that
 * needs it. Only what an unfinished restore needs is refused: it could then be
 * neither finished nor taken back.
 */
#ifndef CORE_CLEAN_CLEAN_H
#define CORE_CLEAN_CLEAN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/strlist.h"
#include "core/clean/held_bytes.h"
#include "core/clean/reaching.h"
#include "core/clean/remaining.h"
#include "core/record/checkpoint.h"
#include "core/record/retention.h"

struct repository;

enum clean_kind {
	CLEAN_RETENTION, /* automatic retention, of this worktree's sessions */
	CLEAN_NAMED,
	CLEAN_CRITERIA, /* of this worktree's sessions, or of the one named */
	CLEAN_PATH,	/* of all sessions of this repository */
};

struct clean_request {
	enum clean_kind kind;
	const char *const *names; /* CLEAN_NAMED */
	size_t nr_names;
	struct retention_criteria criteria; /* CLEAN_CRITERIA */
	/* CLEAN_CRITERIA, of sessions that are over: all but so many, the
	 * newest; -1: of any session. */
	int64_t keep_sessions;
	const struct strlist *pathspecs; /* CLEAN_PATH; from the top */
	/* Called after each checkpoint that was verified, for the criterion
	 * `lost`; or NULL. */
	void (*verified)(void *context, size_t done, size_t total);
	void *context;
};

/* A checkpoint that goes, or would go if nothing held it. */
struct clean_item {
	struct checkpoint name;
	const char *type;	 /* NULL: it cannot be read */
	const char *description; /* likewise */
	int64_t time_ms;
	struct strlist problems; /* why it cannot be restored, where asked */
	enum retention_reason reason; /* what holds it; of those that stay */
};

struct clean_items {
	struct clean_item *items; /* newest first */
	size_t nr, alloc;
};

/* A step of undo or redo that is lost. */
struct clean_loss {
	char *git_dir; /* of which worktree */
	char *id;      /* the checkpoint whose restore could be taken back */
	int64_t time_ms;
	bool redo;
};

struct cleaned {
	enum clean_kind kind;
	struct clean_items drop;
	struct clean_items stay; /* would go, but for what holds them */
	struct clean_loss *lost;
	size_t nr_lost, alloc_lost;
	struct strlist sessions; /* that are to be forgotten, if all goes */
	struct strlist
		unread;	    /* CLEAN_PATH: refs that were not searched whole */
	struct arena texts; /* of the items */
	struct remaining remaining;
	struct held_bytes held;
	struct reaching reaching; /* CLEAN_PATH */
	struct oid_set blobs;	  /* likewise: what matched */
};

/*
 * Find out what is to go. ERR_REFUSED: a restore is unfinished, or one needs
 * what is named. ERR_NOT_FOUND: there is no checkpoint of a name. The caller
 * must clean_release() `out` in any case.
 */
int clean_choose(struct repository *repo, const struct clean_request *request,
		 struct cleaned *out, struct error *err);

/* Count what only they hold; of CLEAN_PATH, find what else holds the content.
 */
int clean_measure(struct repository *repo, struct cleaned *cleaned,
		  struct error *err);

/* Drop them, and forget the undo that is lost by that. */
int clean_drop(struct repository *repo, const struct cleaned *cleaned,
	       struct error *err);

void clean_release(struct cleaned *cleaned);

#endif
