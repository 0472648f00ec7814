/*
 * The content of one path: read whole, converted as git would, hashed, and
 * put into a pack.
 *
 * A file is read between two fstat()s, and only once its last change lies
 * behind the clock's tick, so that a write while it is read is always noticed.
 * Then it is read again; one that keeps changing is CONTENT_CHANGING, never a
 * torn copy.
 */
#ifndef WORKTREE_CONTENT_H
#define WORKTREE_CONTENT_H

#include "base/error.h"
#include "base/stat_data.h"
#include "git/oid.h"

struct attr;
struct cache;
struct convert_config;
struct index_entry;
struct pack;
struct repository;

enum content_state {
	CONTENT_READ,
	CONTENT_NEEDS_GIT, /* only a filter of git's can say: content_clean() */
	CONTENT_VANISHED,  /* not there any more, or no file or link any more */
	CONTENT_CHANGING,  /* changed each time it was read */
	CONTENT_UNREADABLE, /* no permission */
};

struct content {
	enum content_state state;
	uint32_t mode;	  /* MODE_FILE, MODE_EXEC or MODE_LINK */
	struct oid blob;  /* as git add would store it */
	struct oid raw;	  /* of the bytes on disk */
	bool converted;	  /* the two differ, or may for another reader */
	bool keep_raw;	  /* the conversion does not give the bytes back; they
			     are in the pack under `raw` */
	char *conversion; /* convert_describe(), or NULL for none; to free() */
	struct stat_data stat; /* of what was read; later equal means
				  unchanged */
	uint64_t new_bytes;    /* bytes read that no cache knew */
};

/* What all paths have in common. All borrowed. */
struct content_source {
	struct repository *repo;
	int top_fd;
	struct attr *attr; /* NULL: as it is on disk, without conversion */
	const struct convert_config *config;
	const struct cache *cache; /* or NULL */
	struct pack *pack;
	bool trust_mode; /* core.fileMode */
};

/*
 * Read `path`, whose lstat() was `stat`. `entry` is its index entry, or NULL.
 * `out` is filled in any case; the caller must content_release() it. What is
 * wrong with the file is a state; what is wrong with the repository an error.
 * Safe from several threads.
 */
int content_read(const struct content_source *source, const char *path,
		 const struct stat_data *stat, const struct index_entry *entry,
		 struct content *out, struct error *err);

/*
 * The raw bytes only, hashed but not kept, for a file whose blob is known:
 * fills `raw`, `converted`, `keep_raw` and `conversion`.
 */
int content_read_raw(const struct content_source *source, const char *path,
		     const struct stat_data *stat,
		     const struct index_entry *entry, struct content *out,
		     struct error *err);

/*
 * What content_read() and content_read_raw() left as CONTENT_NEEDS_GIT, all at
 * once, so that a long-running filter starts once. `known_blobs[i]` is not
 * NULL for a file whose blob is known. A file that has changed since becomes
 * CONTENT_CHANGING.
 */
int content_clean(const struct content_source *source, const char *const *paths,
		  struct content **contents,
		  const struct oid *const *known_blobs, size_t nr,
		  struct error *err);

void content_release(struct content *content);

#endif
