/*
 * Loose refs: each is a file, in directories below refs/.
 */
#ifndef GIT_REF_LOOSE_H
#define GIT_REF_LOOSE_H

#include "base/error.h"

struct repository;

/* Told of what is in a directory of refs; other than 0 ends the walk. */
typedef int (*ref_loose_visit)(void *context, const char *path,
			       const char *name, bool is_dir,
			       struct error *err);

/*
 * Visit what is directly in the directory `path`, whose refs start with
 * `prefix` (with a slash at the end). One that is gone is empty. Locks, and
 * what else git reads as no ref, are passed over.
 */
int ref_loose_walk(const char *path, const char *prefix, ref_loose_visit visit,
		   void *context, struct error *err);

/* The same for each ref below, in directories below as well. */
typedef int (*ref_loose_each_visit)(void *context, const char *path,
				    const char *name, struct error *err);
int ref_loose_each(const char *path, const char *prefix,
		   ref_loose_each_visit visit, void *context,
		   struct error *err);

/*
 * Remove the directory where there is nothing but directories in it, and those
 * below it in any case where there is nothing in them; refs that went leave
 * them. Returns whether it is gone. Who makes a ref meanwhile makes its
 * directories once more.
 */
bool ref_loose_remove_empty(const char *path);

#endif
