/*
 * One hook of git's in its directory: what is there, and ours put to it or
 * taken away. Every change is one rename(2), so that at each moment the file
 * is the one before or the one after.
 */
#ifndef CORE_HOOK_HOOK_FILE_H
#define CORE_HOOK_HOOK_FILE_H

#include "core/hook/hooks.h"

/* Below the directory of hooks: what was moved aside, under its own name. */
#define HOOK_ASIDE "checkpoint.d"

/* How a directory of hooks is used. */
struct hook_place {
	const char *dir;
	bool any_mode; /* files need not be executable to be run (husky) */
};

/* Look at the hook `name`. */
int hook_file_state(const struct hook_place *place, const char *name,
		    enum hook_state *out, struct error *err);
int hook_file_install(const struct hook_place *place, const char *name,
		      bool *changed, struct error *err);
int hook_file_uninstall(const struct hook_place *place, const char *name,
			bool *changed, struct error *err);

#endif
