/*
 * $GIT_COMMON_DIR/packed-refs: a text file, a ref a line, sorted by name where
 * its header says `sorted` (as every git since 2.15 writes it). The file is
 * mapped and searched, not parsed: a repository with a hundred thousand refs
 * costs the few pages that are looked at. Git replaces it by rename(2), so a
 * map stays the file it was.
 *
 *	# pack-refs with: peeled fully-peeled sorted
 *	<40 hex digits> SP <name> LF
 *	^<40 hex digits> LF            (what a tag above leads to)
 */
#ifndef GIT_PACKED_REFS_H
#define GIT_PACKED_REFS_H

#include "base/error.h"

#include <sys/types.h>

#include "git/oid.h"

struct ref_list;
struct repository;

struct packed_refs {
	const char *map; /* NULL: empty, or no file */
	size_t len;
	size_t start; /* of the first line behind the header */
	bool sorted;
	bool foreign; /* its header says what is not known here */
	dev_t device; /* of the file that is mapped */
	ino_t inode;
};

/* One line; `name` points into the map. */
struct packed_ref {
	const char *name;
	size_t name_len;
	struct oid oid;
};

/* The caller must packed_refs_close(). */
int packed_refs_open(struct packed_refs *out, const struct repository *repo,
		     struct error *err);
void packed_refs_close(struct packed_refs *packed);
/* The same for text that the caller keeps; there is nothing to close. */
void packed_refs_parse(struct packed_refs *out, const char *text, size_t len);

/*
 * The position of the first ref that is not before `name`, for
 * packed_refs_next(); of the first at all where the file is not sorted.
 */
size_t packed_refs_seek(const struct packed_refs *packed, const char *name);

/*
 * The ref at `*pos`, which moves behind it. Returns 1, 0 at the end, or
 * ERR_INVALID where a line is none.
 */
int packed_refs_next(const struct packed_refs *packed, size_t *pos,
		     struct packed_ref *out, struct error *err);

/* The next ref whose name starts with `prefix`; otherwise the same. Start at
 * packed_refs_seek(prefix). */
int packed_refs_next_below(const struct packed_refs *packed, const char *prefix,
			   size_t *pos, struct packed_ref *out,
			   struct error *err);

/* Returns 1 and fills `out`, or 0 where there is no such ref. */
int packed_refs_find(const struct packed_refs *packed, const char *name,
		     struct oid *out, struct error *err);

/* Whether it is the file that has the name now, and no symbolic link. No other
 * gets its inode as long as it is mapped. */
bool packed_refs_is_current(const struct packed_refs *packed,
			    const struct repository *repo);

/*
 * Write what `packed` has to `fd`, byte for byte, with `refs` (sorted, none to
 * a tag) added, or in the place of what it says of them. ERR_UNSUPPORTED where
 * it is not sorted, or has a header or an end that is not known here.
 */
int packed_refs_merge(int fd, const struct packed_refs *packed,
		      const struct ref_list *refs, struct error *err);

#endif
