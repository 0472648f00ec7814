/*
 * The keyword `$Id$`, gitattributes(5): in a blob it is bare, in the worktree
 * it names the blob.
 */
#ifndef WORKTREE_IDENT_H
#define WORKTREE_IDENT_H

#include "base/buf.h"

/* Append `data` with each `$Id: ...$` as `$Id$`. Returns false, and appends
 * nothing, where there is none. */
bool ident_collapse(const char *data, size_t len, struct buf *out);

/*
 * Append `data` with each `$Id$` as `$Id: <blob_hex> $`; what looks like
 * another system's keyword stays. Returns false as above.
 *
 * Git has two readings of what a keyword is: one for a blob that it has whole
 * in memory, and one for a blob that it streams, which takes the byte after a
 * false start for no beginning ("$$Id$" stays), and which drops "$Idx" right
 * before a keyword that has something in it. Files are as git has written them,
 * so both are here.
 */
bool ident_expand(const char *data, size_t len, const char *blob_hex,
		  struct buf *out);
bool ident_expand_streamed(const char *data, size_t len, const char *blob_hex,
			   struct buf *out);

#endif
