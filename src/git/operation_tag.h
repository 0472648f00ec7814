/*
 * Annotated tags that the files of an operation name: git merge writes the id
 * of the tag to MERGE_HEAD, and what it commits then carries the tag's text.
 *
 * A tag can be no entry of a tree and no parent of a commit. So what keeps it
 * is a blob with its text, "tags/<id>" in the state's tree, of which it is made
 * again.
 */
#ifndef GIT_OPERATION_TAG_H
#define GIT_OPERATION_TAG_H

#include "base/error.h"
#include "git/oid.h"

struct operation;
struct pack;
struct repository;
struct tree_builder;

/*
 * Add the tag `oid`, which is there, to `tags` of `out`. `*target` is what it
 * is a tag of; zero where it does not say.
 */
int operation_tag_read(struct repository *repo, const struct oid *oid,
		       struct operation *out, struct oid *target,
		       struct error *err);

/* Add the tag that `text` (taken) is. ERR_INVALID: its id is not `oid`. */
struct buf;
int operation_tag_add(struct operation *out, const struct oid *oid,
		      struct buf *text, struct error *err);

/* Blobs of all tags to the pack, entries to the state's tree. */
int operation_tags_hold(const struct operation *operation, struct pack *pack,
			struct tree_builder *tree, struct error *err);

/* Make those tags that are missing. ERR_INVALID: git takes one for none. */
int operation_tags_make(struct repository *repo,
			const struct operation *operation, struct error *err);

#endif
