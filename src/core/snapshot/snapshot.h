/*
 * The workspace at a moment: worktree, index, HEAD and operation under way, as
 * trees in a pack that is not finished yet.
 *
 * Capturing changes nothing but that pack. What the index or the cache vouches
 * for is not read again; everything else is read whole and hashed.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_H
#define CORE_SNAPSHOT_SNAPSHOT_H

#include "base/error.h"
#include "base/spill.h"
#include "core/record/digest.h"
#include "core/record/index_extra.h"
#include "core/record/omitted.h"
#include "core/record/worktree_extra.h"
#include "core/snapshot/snapshot_files.h"
#include "git/operation.h"
#include "git/ref.h"
#include "worktree/scan.h"
#include "worktree/told.h"

struct cache;
struct cache_recipe;
struct census;
struct pack;
struct plain;
struct seal;
struct sealed;
struct snapshot_settling;
struct repository;
struct tree_builder;
struct tree_memory;

struct snapshot_options {
	bool all_ignored;	      /* ignored files too, into L */
	const struct strlist *wanted; /* files that must be in it, whatever the
					 rules say; sorted, or NULL */
	const struct strlist *protected_paths; /* sorted, or NULL */
	uint64_t max_file_size; /* of an untracked file; 0: as configured */
	uint64_t max_new_bytes; /* of untracked files that are new; 0: any */
	bool leave_out_largest; /* where there are more: else ERR_REFUSED */
	bool look_at_all; /* whatever a running watch says has not changed */
	bool keep_trees;  /* all can be read before the pack is finished */
};

struct snapshot {
	struct repository *repo;
	struct pack *pack;   /* borrowed */
	struct cache *cache; /* borrowed */
	struct told told;    /* what a running watch says */
	/* Where only what has changed was looked at; else NULL. */
	struct sealed *sealed;
	struct seal *seal;	 /* that the above speaks of */
	struct cache *own_cache; /* `cache`, then */
	bool may_seal;		 /* `terms` are those it was made under */
	unsigned char terms[20];
	struct scan *scan;
	struct snapshot_file *files; /* what was read, sorted by path */
	size_t nr_files;
	struct spill_array files_room;
	bool files_unsorted; /* as yet */
	/* What files are settled in, and what only git can convert. */
	struct snapshot_settling *settling;
	struct plain *plain;	   /* NULL where no file may be converted */
	struct tree_memory *trees; /* new ones, to be read before the pack can
				      be: those of the index, or all */
	bool keeps_trees;
	struct oid *made; /* ids of the trees that the index does not know */
	size_t nr_made, alloc_made;
	struct cache_recipe *recipes; /* of the directories' trees */
	size_t nr_recipes, alloc_recipes;

	struct head head;
	struct oid head_tree; /* zero: there is none yet */
	/* All that the tree of the index has is there: HEAD or the last
	 * checkpoint has the same. */
	bool index_is_held;
	struct operation operation;
	struct index_extra index_extra;
	struct worktree_extra worktree_extra;
	struct worktree_extra local_extra; /* of the ignored files in L */
	struct omitted omitted;
	struct census *census; /* until the commonest permissions are chosen */

	struct oid tree;       /* of C */
	struct oid index_tree; /* of I */
	struct oid local_tree; /* of L's ignored files; zero: none */
	/* Entries of S; zero: absent. */
	struct oid index_extra_blob, worktree_extra_blob;
	struct oid stages_tree, raw_tree, gitdir_tree;
	char digest[DIGEST_SIZE];

	int64_t count_files;	/* in the tree */
	int64_t count_staged;	/* paths that differ, HEAD to index */
	int64_t count_unstaged; /* index to worktree */
	int64_t count_untracked;
	int64_t count_ignored; /* in L */
	bool left_out;	       /* something, for being too much that is new */
	uint64_t new_untracked_bytes; /* read, and not known before */
};

/*
 * Take one. `pack` and `cache` (may be NULL) are borrowed for as long as the
 * snapshot lives, which the caller must snapshot_free(). ERR_FAILED names the
 * path where a required filter fails; ERR_REFUSED: more than max_new_bytes.
 */
int snapshot_take(struct snapshot **out, struct repository *repo,
		  const struct snapshot_options *options, struct pack *pack,
		  struct cache *cache, struct error *err);
void snapshot_free(struct snapshot *snapshot);

/* Write what is known now to the caches, for the checkpoint `commit` at `ref`.
 */
int snapshot_write_cache(const struct snapshot *snapshot, const char *ref,
			 const struct oid *commit, struct error *err);

#endif
