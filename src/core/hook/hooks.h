/*
 * Git's hooks that call us: put where git will run them, beside what is there,
 * and taken away again so that nothing tells that they were.
 *
 * A hook that a shell reads gets our lines put in (core/hook/hook_text.h);
 * anything else is moved aside, and ours runs it. Either way each byte of it is
 * there again after hooks_uninstall(). What was done is also kept in
 * $GIT_COMMON_DIR/checkpoint.d/hooks, for what the files themselves do not
 * tell. Documentation/technical/decisions/ says why.
 */
#ifndef CORE_HOOK_HOOKS_H
#define CORE_HOOK_HOOKS_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/* The names of the hooks that we have; ended by NULL. */
extern const char *const hooks_names[];

enum hook_state {
	HOOK_MISSING,  /* ours is not there */
	HOOK_ALONE,    /* the file is ours */
	HOOK_WITHIN,   /* our lines are in somebody else's hook */
	HOOK_BEFORE,   /* what was there is moved aside, and run by ours */
	HOOK_OUTDATED, /* ours, of another version */
};

/* "missing", "alone", "within", "before", "outdated". */
const char *hook_state_name(enum hook_state state);

struct hook {
	const char *name;
	char *path;
	enum hook_state state;
	bool changed; /* by what was called */
};

struct hooks {
	char *dir;	    /* where git, or what it calls, looks for them */
	char *manager;	    /* who else writes there: "husky"; or NULL */
	bool shared;	    /* other repositories use the directory, too */
	struct hook *items; /* one for each name */
	size_t nr;
};

/*
 * Look, and change nothing. ERR_UNSUPPORTED: there is no directory of hooks
 * (core.hooksPath turns them off). The caller must hooks_release() in any
 * case; that is so for all three.
 */
int hooks_look(struct repository *repo, struct hooks *out, struct error *err);

/* Put them there, or bring them up to date. Nothing is changed twice. */
int hooks_install(struct repository *repo, struct hooks *out,
		  struct error *err);

/*
 * Take them away, also from where core.hooksPath led when they were installed.
 * ERR_REFUSED: a file of ours was changed so that what was there before it
 * cannot come back; the text names both. What can be done is done.
 */
int hooks_uninstall(struct repository *repo, struct hooks *out,
		    struct error *err);

void hooks_release(struct hooks *hooks);

#endif
