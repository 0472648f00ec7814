/*
 * Notes on commits in refs of our own, written under the ref's lock: both
 * libgit2's and git's own writers lose updates when two run at once.
 *
 * The notes ref keeps no history: every write makes a commit without parents.
 * Notes are written with one level of fan-out (2/38); any form is read.
 */
#ifndef GIT_NOTE_H
#define GIT_NOTE_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct pack;
struct repository;

struct note {
	struct oid target; /* the commit that the note is on */
	const char *text;  /* NULL: remove the note */
	size_t len;
};

/*
 * A note that is on its way with other objects: what it was made on, and what
 * the ref is to become.
 */
struct note_draft {
	bool made;
	bool had_tip;
	struct oid tip, commit;
};

/*
 * Put the objects of a note into `pack`, which somebody else finishes, for
 * note_write_draft() to set the ref once that is done.
 */
int note_prepare(struct note_draft *draft, struct repository *repo,
		 struct pack *pack, const char *ref, const struct note *note,
		 struct error *err);
/* note_write() of that note: with the draft, where the ref still is what that
 * was made on. */
int note_write_draft(struct repository *repo, const char *ref,
		     const struct note *note, const struct note_draft *draft,
		     struct error *err);

/*
 * Set and remove several notes in one commit on `ref`. Objects go into a pack
 * of their own that is kept until the ref is set (git/pack.h). A ref whose
 * last note goes is deleted. Each target may be there once.
 *
 * With `keep_appended`, text that somebody added behind our JSON object (`git
 * notes append`) stays behind the new one: all behind the first line that is
 * "}", or the whole note where it does not start with "{".
 */
int note_write(struct repository *repo, const char *ref,
	       const struct note *notes, size_t nr, bool keep_appended,
	       struct error *err);

/* Append the note to `out`. ERR_NOT_FOUND where there is none; `limit` as
 * object_read(). */
int note_read(struct repository *repo, const char *ref,
	      const struct oid *target, uint64_t limit, struct buf *out,
	      struct error *err);

#endif
