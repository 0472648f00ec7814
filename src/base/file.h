/*
 * Small files of our own: replaced whole, appended under a lock.
 *
 * Locks are flock(2) on a file that stays: a process that dies lets go of it,
 * so none is ever stale.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/error.h"

#include <sys/types.h>

/*
 * Permissions of a new file are 0600 & ~umask, and where it is FILE_SHARED also
 * those of who may write to its directory, as others can where a repository is
 * shared (core.sharedRepository): a group, or all. Directories that are made
 * for it are likewise as the one that they are in.
 */
enum file_access { FILE_PRIVATE, FILE_SHARED };

/* Make a directory for such files, FILE_SHARED, and those above it. */
int file_make_dir(const char *path, struct error *err);
/* open(2) with these flags; where it is missing it is made, FILE_SHARED, with
 * its directories. */
int file_open(int *out_fd, const char *path, int flags, struct error *err);

/*
 * Write `data` beside `path`, sync it where `sync`, and rename it over `path`;
 * readers see the old or the new. It is FILE_SHARED. Directories are made. The
 * file beside it is ".tmp-" and 16 hex digits; only a kill leaves it.
 */
int file_replace(const char *path, const void *data, size_t len, bool sync,
		 struct error *err);
/*
 * The same in steps, for what is written piece by piece or by another program:
 * a new file beside `path`, whose name the caller must free(), after it was
 * renamed or unlink(2)ed.
 */
int file_open_beside(int *out_fd, char **temporary, const char *path,
		     enum file_access access, struct error *err);
/* Sync and close it, and rename it over `path`. The name is for the caller to
 * free() as before, and on failure to unlink(2). */
int file_publish(int fd, const char *temporary, const char *path,
		 struct error *err);
/* The same without syncing it. */
int file_put_in_place(int fd, const char *temporary, const char *path,
		      struct error *err);
/* The same for a file of the user's: with these permissions. */
int file_replace_mode(const char *path, const void *data, size_t len,
		      mode_t mode, struct error *err);
/* A file without a name in `dir`, to write to and to read; permissions 0600. */
int file_open_unnamed(int *out_fd, const char *dir, struct error *err);
/* Write all of it, whatever write(2) does. */
int file_write_all(int fd, const void *data, size_t len, struct error *err);
int file_sync(int fd, struct error *err);
/* Read at most `len` bytes from the descriptor `*fd`, an int: 0 at its end, < 0
 * with `err` filled. For where a reader with a context is asked for. */
ssize_t file_read_piece(void *fd, void *data, size_t len, struct error *err);
/* pread(2), until there are `len` bytes or the file ends: how many there are;
 * -1 with errno. */
ssize_t file_read_at(int fd, void *data, size_t len, uint64_t offset);
/* fsync(2) the directory that holds `path`. */
int file_sync_dir(const char *path, struct error *err);

/*
 * Hold `path` (made if missing, FILE_SHARED, with its directories) locked.
 * Waits up to `wait_ms`, then ERR_LOCKED. The descriptor is the lock.
 */
int file_lock(int *out_fd, const char *path, int wait_ms, struct error *err);
void file_unlock(int fd);

/* `len` bytes from the kernel's generator as 2 * len hex digits and a NUL. */
void random_hex(char *out, size_t len);

#endif
