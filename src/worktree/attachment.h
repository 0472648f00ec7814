/*
 * Files that a user gives to a checkpoint, from anywhere.
 */
#ifndef WORKTREE_ATTACHMENT_H
#define WORKTREE_ATTACHMENT_H

#include "base/error.h"
#include "base/strlist.h"

struct pack;
struct tree_builder;

/*
 * Add each file's bytes to the pack and as "attachments/<its last name>" to the
 * tree. `files` may be NULL. ERR_FAILED where one cannot be read, is no file,
 * or two have the same name.
 */
int attachments_add(const struct strlist *files, struct pack *pack,
		    struct tree_builder *tree, struct error *err);

#endif
