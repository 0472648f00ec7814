/*
 * The walk over the worktree: what on disk differs from the index.
 *
 * The walk is driven by the index: every directory looks its tracked files up
 * with one fstatat() each, relative to its own descriptor, and then lists its
 * names to find what is not tracked, unless the roster of the last walk still
 * holds (worktree/roster.h). Directories are tasks of a queue that several
 * threads work on. Only differences are kept, so memory grows with the
 * directories and the changes, not with the files.
 *
 * A path counts as ignored, nested or refused exactly where `git add -A` would
 * pass it over; what git would take and we do not is listed with a reason.
 * Nested repositories are never entered: their HEAD is read.
 */
#ifndef WORKTREE_SCAN_H
#define WORKTREE_SCAN_H

#include "base/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/stat_data.h"
#include "base/strlist.h"
#include "git/index.h"
#include "git/oid.h"
#include "worktree/ignore.h"

struct recalled;
struct roster;
struct rosters;
struct repository;
struct seal_dir;
struct sealed;
struct told;

enum scan_kind {
	SCAN_CHANGED,	/* tracked; its content must be read */
	SCAN_DELETED,	/* tracked, and not there */
	SCAN_UNTRACKED, /* a file or link that git would add */
	SCAN_GITLINK,	/* a nested repository; `oid` is its HEAD */
	SCAN_IGNORED, /* an ignored file or link that is wanted all the same */
	SCAN_EMPTY_DIR, /* a directory with nothing in it */
	SCAN_OMITTED,	/* seen and not saved; `reason` says why */
	/* What reading the content makes of some of the above: */
	SCAN_SAME, /* tracked, read, and what the index says */
	SCAN_GONE, /* not tracked, and no longer there */
};

enum omit_reason {
	OMIT_IGNORED,
	OMIT_TOO_LARGE,
	OMIT_NESTED,
	OMIT_SUBMODULE,
	OMIT_UNSAFE_NAME,
	OMIT_SPECIAL,
	OMIT_UNREADABLE,
	OMIT_PROTECTED,
	OMIT_EXCLUDED,
	OMIT_CHANGED,
	OMIT_NR,
};

/* "ignored", "too-large", ... as the format has it. */
const char *omit_reason_name(enum omit_reason reason);
/* -1: none of these. */
int omit_reason_parse(const char *name);

/* There may be a million of them: no byte is for nothing. */
struct scan_item {
	const char *path;		 /* ends in a slash: all below it */
	const struct index_entry *entry; /* where it is tracked; or NULL */
	struct stat_data stat;		 /* where it is there */
	struct oid oid;			 /* the blob or commit, once known */
	uint16_t mode;			 /* MODE_* of git/tree.h, once known */
	uint8_t kind;			 /* enum scan_kind */
	uint8_t reason;			 /* of SCAN_OMITTED: enum omit_reason */
};

/* Whether its content is to be read. */
bool scan_is_to_be_read(const struct scan_item *item);
/* Whether it is a file that the index does not have, ignored or not. */
bool scan_is_untracked_file(const struct scan_item *item);

struct scan_dir {
	struct scan_dir *parent;
	struct scan_dir *children;     /* the newest first; see `next` */
	struct scan_dir *next;	       /* the parent's other children */
	const struct index_tree *tree; /* what the index knows of it; or NULL */
	struct scan_item *items; /* `alloc_items` 0: in the scan's memory */
	struct ignore_level *level;
	const struct roster *roster;	 /* of its names, where it may be
					    believed next time; or NULL */
	const struct recalled *recalled; /* what the next walk may believe of
					    it; or NULL */
	const struct seal_dir *seal;	 /* what a seal says of it, where it is
					    looked at all the same; or NULL */
	struct oid *was; /* its tree by the seal; NULL: none, or not asked */
	uint32_t first, end; /* the index entries below it */
	uint32_t nr_items, alloc_items;
	uint32_t path_len;
	uint16_t mode;
	bool passed : 1;     /* not looked at: only what is below it */
	bool unbelieved : 1; /* whatever is recalled of it or below */
	bool unwatched : 1;  /* not to be recalled, nor what is below */
	bool missing : 1;    /* not there, or no directory any more */
	bool empty : 1;	     /* nothing is in it */
	bool unreadable : 1; /* there, but closed to us */
	bool nested : 1;     /* in a nested repository */
	bool differs : 1;    /* an item, here or below, changes its tree */
	bool wanted : 1;     /* ignored, and wanted with all that is below */
	bool fresh_recalled : 1; /* `recalled` is new */
	bool fresh_roster : 1;	 /* `roster` is new */
	bool has_items : 1;	 /* here or below; scan_each_to_read() */
	_Atomic signed char
		excluded; /* ignored as a whole; -1: not asked yet */
	char path[];	  /* "" or "a/b/" */
};

struct scan_options {
	const struct ignore_list *include;  /* ignored, but wanted; or NULL */
	const struct strlist *include_dirs; /* directories ("a/b/") to look for
					       them in; sorted */
	const struct ignore_list *exclude;  /* not wanted; or NULL */
	const struct strlist *protected_paths; /* sorted; or NULL */
	const struct strlist *wanted; /* files to take whatever the rules say;
					 sorted, or NULL */
	uint64_t max_file_size;	      /* of an untracked file */
	bool all_ignored;	      /* every ignored path is wanted */
	const struct told *told;      /* or NULL */
	const struct sealed *sealed;  /* what is looked at; NULL: all */
};

struct scan {
	struct repository *repo;
	struct index *index;
	struct ignore *ignore;
	struct scan_dir *top;
	int top_fd;
	/* By index entry: permission bits on disk, SCAN_IS_LINK, or
	 * SCAN_NOT_THERE. */
	uint16_t *permissions;
	struct index_stat_rules rules;
	struct scan_options options;
	struct rosters *rosters; /* of the last walk */
	struct timespec start;	 /* of this one */
	dev_t device;		 /* of the top */
	bool believes_times;	 /* of directories */
	const struct told *told; /* what may be believed or recorded; or NULL */
	bool same_index;	 /* as the one that the recall was made with */
	size_t nr_looked;	 /* directories that were looked at, and could
				    be recalled next time */
	uint64_t *links;	 /* inodes of several links that were seen */
	size_t nr_links, alloc_links;
	const struct sealed *sealed; /* as in the options */
	bool unsealed;		     /* what was found does not fit it */
	bool seen_before;	     /* the index is the one of the last walk */
	atomic_size_t nr_passed;     /* scan_pass_items() */
	bool doubtful; /* a link to who knows which file: not to be believed */
	pthread_mutex_t lock; /* of what follows, during the walk */
	size_t heap;	      /* of each of these */
	struct scan_memory *memories;
	size_t nr_memories, alloc_memories;
	/* Directories ("", "a/b/") with a .gitattributes, in the index or on
	 * disk, ignored or not; sorted. */
	struct strlist attribute_dirs;
	struct strlist ignore_dirs; /* the same for .gitignore */
	struct strlist own_dirs; /* below the top, with our own .git in them */
};

/* What a thread of the walk has. */
struct scan_memory {
	struct arena dirs;
	/* Items, their paths, rosters: where there is much of it the kernel can
	 * have it back. */
	struct arena items;
};

#define SCAN_NOT_THERE UINT16_MAX
#define SCAN_IS_LINK (UINT16_MAX - 1)

/*
 * Read the index and walk. `options` and what it points at must outlive the
 * scan, which the caller must scan_free(). What cannot be read is an item, not
 * a failure.
 */
int scan_worktree(struct scan **out, struct repository *repo,
		  const struct scan_options *options, struct error *err);
void scan_free(struct scan *scan);

/*
 * Record what makes the next walk cheaper: the rosters of this one, where
 * enough of them are new for that to be worth its cost, and that the index was
 * whole.
 */
int scan_remember(const struct scan *scan, struct error *err);

/* One more item of the directory, at the end; the caller fills it. Others may
 * move. */
struct scan_item *scan_add_item(struct scan_dir *dir);
/* No more will come, or few: let go of the room for them. */
void scan_trim_items(struct scan_dir *dir);

/*
 * So many items have been looked at, by who goes through all of them: now and
 * then, and at the end, what they take up may leave memory (base/spill.h). Safe
 * from several threads. Items are gone through in the order of directories, or
 * of paths: in any other each look brings a page of them back.
 */
void scan_pass_items(struct scan *scan, size_t nr);
void scan_rest(const struct scan *scan);
/* The same for number `i` of a directory's, where there may be very many. */
#define SCAN_ITEMS_AT_ONCE 32768u
static inline void scan_pass_item(const struct scan *scan, size_t i)
{
	if (i % SCAN_ITEMS_AT_ONCE == SCAN_ITEMS_AT_ONCE - 1)
		scan_rest(scan);
}

/* How the repository's configuration has files compared with the index. */
int scan_stat_rules(struct index_stat_rules *out, struct repository *repo,
		    struct error *err);

/*
 * Free the items of directories that are not there: once what was there is
 * saved and remembered they say no more than `permissions` does, and where a
 * whole tree is missing they are as many as the index has entries.
 */
void scan_forget_missing(struct scan *scan);

/* Call `visit` for every item, directory by directory. != 0 ends it and is
 * returned. */
typedef int (*scan_visit)(void *context, struct scan_dir *dir,
			  struct scan_item *item, struct error *err);
int scan_each(struct scan *scan, scan_visit visit, void *context,
	      struct error *err);
/* The same, where all items have the kind that they keep: it sets `differs`
 * everywhere. */
int scan_mark_differences(struct scan *scan, scan_visit visit, void *context,
			  struct error *err);
/* As scan_each() for those whose content is to be read, in the order of their
 * paths. */
int scan_each_to_read(struct scan *scan, scan_visit visit, void *context,
		      struct error *err);

#endif
