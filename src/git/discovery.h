/*
 * What git says about the repository of the directory we are in.
 */
#ifndef GIT_DISCOVERY_H
#define GIT_DISCOVERY_H

#include "base/error.h"
#include "git/process.h"

struct repository;

/*
 * Ask `git rev-parse` and `git config`, in two processes at once; between start
 * and finish the caller can do other work. A discovery that was started must be
 * finished.
 */
struct discovery {
	struct git_job places;
	struct git_job config;
};
int discovery_start(struct discovery *discovery, struct error *err);

/*
 * Fill the paths and flags of `repo`, then its `config`; both must be called,
 * in this order. ERR_NOT_FOUND where there is no repository; ERR_UNSUPPORTED
 * without a worktree, or with SHA-256.
 */
int discovery_finish_places(struct discovery *discovery,
			    struct repository *repo, struct error *err);
int discovery_finish_config(struct discovery *discovery,
			    struct repository *repo, struct error *err);

#endif
