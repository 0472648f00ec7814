/*
 * A roster is what a directory was seen to hold, kept so that one that has not
 * changed is not listed again.
 *
 * A directory's times change whenever a name in it comes or goes. So where its
 * inode, mtime and ctime are those of last time, so are its names. What is kept
 * of them are the ones that the index did not have, which are few, with a sum
 * over those that it had; where the sum is another, the index has changed in
 * this directory, and it is listed again.
 *
 * As with the entries of git's index, times are believed only once they are
 * old: a change in the tick in which the directory was listed leaves no trace.
 * A roster is recorded only where the directory had not changed for several
 * ticks of the kernel's, or for two seconds where the file system keeps whole
 * ones. Where a file system is not known to keep such times (network, FUSE), or
 * core.untrackedCache is false, with which the user says the same, nothing is
 * recorded.
 *
 * Derived data in $GIT_DIR/checkpoint.d/rosters, safe to delete. What its
 * checksum does not hold for is not there. No roster speaks of objects, or of
 * what the rules made of a name: only of names.
 */
#ifndef WORKTREE_ROSTER_H
#define WORKTREE_ROSTER_H

#include "base/error.h"

#include <sys/stat.h>
#include <time.h>

struct arena;
struct repository;
struct rosters;

/* In memory as in the file: one behind the other, aligned to 8. */
struct roster {
	uint64_t inode;
	int64_t mtime_sec, ctime_sec;
	uint64_t tracked; /* roster_sum() of what the index has here */
	uint32_t mtime_nsec, ctime_nsec;
	uint32_t device; /* the kernel's are of 32 bits */
	uint32_t count;	 /* of all names but . and .. */
	uint32_t len;	 /* of these that the index has not, each with its
			    d_type in front and a NUL behind */
	char names[];
};

/* Read what is there; an unusable file is an empty one. The caller must
 * rosters_free(). */
struct rosters *rosters_read(const struct repository *repo);
void rosters_free(struct rosters *rosters);
/* The same from memory, which is copied. For tests. */
struct rosters *rosters_parse(const void *data, size_t len);

/* The walk is over: what they take up may leave memory. */
void rosters_rest(const struct rosters *rosters);

/* How many there are. */
size_t rosters_count(const struct rosters *rosters);

/* The one of the directory whose fstat() is `st`, or NULL. Borrowed. Safe from
 * several threads. */
const struct roster *rosters_find(struct rosters *rosters,
				  const struct stat *st);

/*
 * Start a sum over the names that the index has in a directory; add each, in
 * the order of the index, with what it is. It differs from one repository to
 * the next, so that nobody can make names that have the same.
 */
enum roster_kind { ROSTER_FILE, ROSTER_DIR, ROSTER_GITLINK };
uint64_t rosters_sum_start(const struct rosters *rosters);
uint64_t roster_sum(uint64_t sum, const char *name, size_t len,
		    enum roster_kind kind);

/* Whether each name of a roster that was read has a type, a byte at least that
 * is no slash, and a NUL. */
bool roster_names_are_clean(const char *names, size_t len);

/* One of the directory whose fstat() is `st`, without `tracked` and `count`,
 * in `memory`, which must outlive it. NULL: there are too many names. */
struct roster *roster_new(struct arena *memory, const struct stat *st,
			  const char *names, size_t len);
/* Whether a roster that is made from `now` on may be recorded. */
bool roster_is_quiet(const struct stat *st, const struct timespec *now);
/* Whether the file system of the open directory keeps the times that it
 * takes. */
bool roster_may_trust(int fd);

/* Replace the file by the `nr` that `next` returns in turn, with the sums of
 * `rosters`. */
typedef const struct roster *(*roster_next)(void *context);
int rosters_write(const struct repository *repo, const struct rosters *rosters,
		  roster_next next, void *context, size_t nr,
		  struct error *err);

#endif
