/*
 * Paths as byte strings with slashes.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/buf.h"
#include "base/error.h"

#include <sys/types.h>

/* `dir` "/" `name`, one slash between; the caller must free() it. */
char *path_join(const char *dir, const char *name);
/* The part behind the last slash. Borrowed. */
const char *path_basename(const char *path);
/*
 * Whether `path` is `dir` or below it; `dir` without a slash at the end, but
 * for "/". Everything is below "".
 */
bool path_is_below(const char *path, const char *dir);

/*
 * Whether one component may be written to a worktree: not empty, ".", "..", no
 * slash or NUL in it, at most 255 bytes, and not ".git" in any disguise: any
 * case, HFS+ (ignored code points), NTFS ("git~1", trailing dots and spaces,
 * ":stream"). Always all of these, whatever core.protectHFS and protectNTFS
 * say.
 */
bool path_component_is_safe(const char *name, size_t len);
/* The same for every component of a relative path. */
bool path_is_safe(const char *path);
/* Just the ".git" part of that. */
bool path_component_is_dotgit(const char *name, size_t len);
/* The same for ".gitmodules", which git takes for no symbolic link: it would
 * read another file than the one that was checked. */
bool path_component_is_dotgitmodules(const char *name, size_t len);

/* Make the directory and those above it, each with `mode` as mkdir(2). */
int path_make_dirs(const char *dir, mode_t mode, struct error *err);

/* As git prints a path (core.quotePath=true): as it is, or "in \"C\" quotes".
 */
void path_quote(struct buf *out, const char *path);

/*
 * Reversible text for a path that may not be UTF-8: valid UTF-8 without '%' as
 * it is; every byte that is not part of valid UTF-8, '%' and control bytes
 * as %XX.
 */
void path_escape(struct buf *out, const char *path, size_t len);
/* Back. false: not a text that path_escape() makes of a path; nothing added. */
bool path_unescape(struct buf *out, const char *text);

#endif
