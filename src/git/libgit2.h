/*
 * libgit2 as a whole: started, told what it may and may not decide, stopped.
 */
#ifndef GIT_LIBGIT2_H
#define GIT_LIBGIT2_H

#include "base/error.h"

struct config;

/*
 * Start it and set its options, which are the process's. Several
 * starts need as many stops; a start that failed needs one too.
 */
int libgit2_start(struct error *err);
void libgit2_stop(void);

/*
 * ERR_UNSUPPORTED, with its name, where the repository has an extension that
 * libgit2 can not work with. A repository of format 0 has none that matter: git
 * ignores them there, or refuses by itself.
 */
int libgit2_check_extensions(const struct config *config, struct error *err);

#endif
