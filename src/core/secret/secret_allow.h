/*
 * What may travel though it looks like a secret.
 *
 * checkpoint.secretAllow has patterns of paths, as in gitignore(5). The file
 * ".checkpointallow" at the top of the worktree has the same, one a line, and
 * lines "<path>:<kind>:<line>" that allow one place.
 */
#ifndef CORE_SECRET_SECRET_ALLOW_H
#define CORE_SECRET_SECRET_ALLOW_H

#include "base/error.h"
#include "base/strmap.h"
#include "worktree/ignore_rules.h"

struct repository;
struct secret_find;

#define SECRET_ALLOW_FILE ".checkpointallow"

struct secret_allow {
	struct ignore_rules rules;
	struct strmap places; /* fingerprints */
	bool fold;	      /* core.ignoreCase */
};

/* Read both. The caller must secret_allow_release() in any case. */
int secret_allow_read(struct secret_allow *out, struct repository *repo,
		      struct error *err);
/* The lines of both: places, and all else as rules. Zero it before. */
void secret_allow_parse(struct secret_allow *out, const char *text);
void secret_allow_release(struct secret_allow *allow);

/* Whether a path, whatever is in it, may travel. */
bool secret_allow_has_path(const struct secret_allow *allow, const char *path);
/* Whether a place may. */
bool secret_allow_has(const struct secret_allow *allow,
		      const struct secret_find *find);

#endif
