/*
 * What `hooks install` has put where, as far as the places themselves do not
 * tell: $GIT_COMMON_DIR/checkpoint.d/installed, a JSON document.
 *
 *	{"dirs": [{"path": ..., "made": <bool>}],
 *	 "agents": {<name>: [{"path", "before", "after", "made_dirs"}]},
 *	 "decoration": <bool>}
 */
#ifndef CORE_HOOK_INSTALL_RECORD_H
#define CORE_HOOK_INSTALL_RECORD_H

#include "base/error.h"

struct json;
struct repository;

/* Read it; an empty one where there is none. The caller must json_free(). */
int install_record_read(struct repository *repo, struct json **out,
			struct error *err);
/* Write it; one without keys is removed. */
int install_record_write(struct repository *repo, const struct json *record,
			 struct error *err);

/* A directory of hooks; `made`: there was none. One that is known stays. */
void install_record_add_dir(struct json *record, const char *path, bool made);

#endif
