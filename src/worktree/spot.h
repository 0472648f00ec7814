/*
 * A path of the worktree taken apart: its directory, open, its last component,
 * and the temporary name beside it. Shared by the parts of worktree/writer.h.
 */
#ifndef WORKTREE_SPOT_H
#define WORKTREE_SPOT_H

#include "base/error.h"
#include "worktree/place.h"
#include "worktree/writer.h"
#include "worktree/writer_dir.h"

/* How often a directory may vanish between opening and using it. */
#define SPOT_MAX_TRIES 100

struct writer {
	int top_fd;
	char *tag;
	struct writer_caps caps;
	struct writer_dirs *dirs;
};

struct spot {
	struct writer_dir *dir;
	struct place place;
	char temp[256];
};

/*
 * Open the directory of `path`, and make it where `make`. ERR_INVALID: a path
 * that no worktree may have; others as writer_dirs_get(). In any case the
 * caller must spot_close().
 */
int spot_open(struct writer *writer, const char *path, unsigned n, bool make,
	      struct spot *spot, struct error *err);
void spot_close(struct writer *writer, struct spot *spot);

/* The same for a directory that is there, and has not been removed since it was
 * opened. */
int spot_find(struct writer *writer, const char *path, unsigned n,
	      struct spot *spot, struct error *err);

/* Whether the content becomes a link here. */
bool spot_is_link(const struct writer *writer,
		  const struct writer_content *content);

/* Make the file or link `name`, where nothing is. A file is not yet written,
 * and its descriptor is returned; 0 for a link; -1 with errno. */
int spot_create(const struct writer *writer, int dir_fd, const char *name,
		const struct writer_content *content);

/* Write what a file is to have, and give it its mode; `path` is for errors. */
int spot_fill(const struct writer *writer, const char *path, int fd,
	      const struct writer_content *content, struct stat *written,
	      struct error *err);

/* Remove the directories above `path` that are empty, up to but without
 * `keep_dir`. */
void spot_prune(struct writer *writer, const char *path, const char *keep_dir);

#endif
