/*
 * The bytes that a file of a checkpoint had on disk, from what is stored: the
 * blob as it is, the raw copy, the content that a pointer of git-lfs names, or
 * the blob through the recorded conversion.
 *
 * "The same bytes" is held by id: what is written has the recorded raw id, or
 * the restore fails and names the path. Nothing is converted that was not
 * recorded as converted, whatever the configuration here says.
 */
#ifndef CORE_RESTORE_RESTORE_BYTES_H
#define CORE_RESTORE_RESTORE_BYTES_H

#include "base/error.h"
#include "git/oid.h"

struct plan;
struct repository;
struct restore_bytes;
struct target;

/* The caller must restore_bytes_free(). `target` is borrowed. */
int restore_bytes_open(struct restore_bytes **out, struct repository *repo,
		       const struct target *target, struct error *err);
void restore_bytes_free(struct restore_bytes *bytes);

/*
 * Whether every file of the plan could be made here, as far as that shows
 * without running anything. ERR_REFUSED names one whose filter is not
 * configured.
 */
int restore_bytes_check(struct repository *repo, const struct target *target,
			const struct plan *plan, struct error *err);

/*
 * Run what needs a filter of git's, all files of the plan at once; after the
 * attribute files are in place. ERR_FAILED names a file whose bytes do not come
 * back.
 */
int restore_bytes_prepare(struct restore_bytes *bytes, const struct plan *plan,
			  struct error *err);

/* Write the file `path`, stored as `blob`, to `fd`. Safe from several threads.
 */
int restore_bytes_write(struct restore_bytes *bytes, const char *path,
			const struct oid *blob, int fd, struct error *err);

#endif
