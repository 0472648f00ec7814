/*
 * What an import has found and done, whatever it was made from.
 */
#ifndef CORE_CARRY_IMPORT_H
#define CORE_CARRY_IMPORT_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"

struct repository;

enum import_state {
	IMPORT_NEW,	/* taken in */
	IMPORT_PRESENT, /* was here already */
	IMPORT_REFUSED, /* `reason` says why */
};

struct import_item {
	struct checkpoint name; /* with the ref that it has, or would have */
	enum import_state state;
	char *file;   /* of a directory, where it was read; or NULL. Then one
			 that is refused may have no name. */
	char *reason; /* of IMPORT_REFUSED */
};

struct imported {
	struct import_item *items;
	size_t nr, alloc;
	/* Of a directory: what could not be taken over, one thing a line; of a
	 * bundle: refs that are no checkpoints'. */
	struct strlist notes;
	size_t sessions;	/* that can be gone on with again */
	struct strlist options; /* "<key>=<value>", taken over or to be */
};

struct import_request {
	const char *path; /* from where the process is */
	bool own;	  /* a backup of this clone's own */
	bool config;	  /* of a directory: take over options, too */
	/* Called for each that is looked at; or NULL. */
	void (*tick)(void *context, size_t done, size_t total);
	void *tick_context;
};

/* The item is to be filled; borrowed until the next is added. */
struct import_item *imported_add(struct imported *imported);
size_t imported_count(const struct imported *imported, enum import_state state);
void imported_release(struct imported *imported);

/*
 * Take in the checkpoints of a bundle.
 *
 * Those of sessions of this repository go back to refs/checkpoints/, and with
 * `own` all do, and their sessions are this worktree's from then on; others go
 * to refs/checkpoint-remotes/imported/, like what is fetched. Each is verified
 * before it gets its ref, and one that is here with another commit stays as it
 * is. Of sessions that went home, a log that is lost is made again.
 *
 * What one item is refused for is no error. ERR_NOT_FOUND: no such file, or no
 * checkpoint in it; ERR_INVALID: no bundle. The caller must imported_release()
 * in any case.
 */
int import_bundle(struct repository *repo, const struct import_request *request,
		  struct imported *out, struct error *err);

/*
 * Take over what another system has recorded: the path is its directory
 * (`.aiwf`, `.skillpack`) or one that holds such. See core/carry/old_work.h.
 *
 * Each of its records becomes a checkpoint of this worktree's, on the commit
 * that it names, without files; each of its sessions one that is not active.
 * The commits are the same wherever it is done. ERR_NOT_FOUND: there is nothing
 * of that kind.
 */
int import_directory(struct repository *repo,
		     const struct import_request *request, struct imported *out,
		     struct error *err);

#endif
