/*
 * Our hooks in the configuration of an agent, and a text that tells the agent
 * how to use the program; from contrib/, which the program carries.
 *
 * What a file held before is kept in the record of what was installed: as long
 * as nobody changes the file it comes back byte for byte; otherwise what is
 * ours is taken out of it.
 */
#ifndef CORE_AGENT_AGENT_INSTALL_H
#define CORE_AGENT_AGENT_INSTALL_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/* The names of the agents; ended by NULL. */
extern const char *const agent_names[];

/* Whether the agent is installed here. */
int agent_is_installed(struct repository *repo, const char *agent, bool *out,
		       struct error *err);

/*
 * Add the files that were changed, from the top of the worktree, to `changed`.
 * ERR_NOT_FOUND: there is no such agent; ERR_INVALID: a file of it cannot be
 * merged with, and nothing was changed.
 */
int agent_install(struct repository *repo, const char *agent,
		  struct strlist *changed, struct error *err);
int agent_uninstall(struct repository *repo, const char *agent,
		    struct strlist *changed, struct error *err);
/* All that are installed. */
int agent_uninstall_all(struct repository *repo, struct strlist *changed,
			struct error *err);

#endif
