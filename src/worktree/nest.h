/*
 * A directory that is not there yet, and the files that are to be in it.
 *
 * They are made under their own names in a directory of a temporary one
 * (".checkpoint-<tag>-<n>.new") beside it, which gets its name in one step once
 * all are whole: so none of them needs a name of its own first, and a rename.
 * Nobody sees one that is not whole, and what somebody else makes there
 * meanwhile is not touched. writer_sweep() finds what a kill leaves.
 *
 * A nest is for one thread; several nests of one writer are for several.
 */
#ifndef WORKTREE_NEST_H
#define WORKTREE_NEST_H

#include "base/error.h"
#include "worktree/writer.h"

struct nest;
struct spot;

/*
 * For the directory `dir` (no slash at its end; borrowed), with the number `n`
 * of one of its files; those above it are made. *out is NULL where there is
 * something already, or the file system cannot do this: each file has to be put
 * there by itself, and what is wrong shows then. The caller must nest_close().
 */
int nest_open(struct nest **out, struct writer *writer, const char *dir,
	      unsigned n, struct error *err);

/* Make the file or link `path`, which is to be in the directory. `after` gets
 * what its lstat() will be. */
int nest_put(struct nest *nest, const char *path,
	     const struct writer_content *content, struct stat *after,
	     struct error *err);

/* Give it its name. false: it cannot have it, most likely because there is
 * something by now. */
bool nest_publish(struct nest *nest);

/* Free it. One that was not published goes, with all that was made in it. */
void nest_close(struct nest *nest);

/* Make the temporary name of `spot` that of its nest. */
void nest_name(struct spot *spot);

#endif
