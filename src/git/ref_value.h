/*
 * What one ref holds: an id, or the name of another ref. Read from git's files,
 * a loose one first and packed-refs after it: a ref that `git pack-refs` moves
 * meanwhile is then found in one of the two.
 */
#ifndef GIT_REF_VALUE_H
#define GIT_REF_VALUE_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct repository;

struct packed_refs;
struct ref_value {
	struct oid oid; /* zero where `target` is set */
	char *target;	/* a symbolic ref: where it leads; else NULL */
};
void ref_value_release(struct ref_value *value);

/*
 * ERR_NOT_FOUND: there is none; ERR_INVALID: the name is none, or what is
 * there is not what a ref holds. The caller must ref_value_release().
 */
int ref_value_read(const struct repository *repo, const char *name,
		   struct ref_value *out, struct error *err);
/*
 * The same for one of many: what is not loose is looked for in `packed`, which
 * was opened a while ago. So what it finds may be an older value, and has to be
 * compared again by who changes it; what it does not find is not there.
 */
int ref_value_read_among(const struct repository *repo,
			 const struct packed_refs *packed, const char *name,
			 struct ref_value *out, struct error *err);

/* What a loose ref's file holds. */
int ref_value_parse(const struct buf *text, const char *name,
		    struct ref_value *out, struct error *err);
/* The loose ref in the file `path`; `name` is for error text. */
int ref_value_read_loose(const char *path, const char *name,
			 struct ref_value *out, struct error *err);

/*
 * Follow symbolic refs from `name`, at most as many as git does. `last` gets
 * the name at the end, which the caller must free(), also where that does not
 * exist (ERR_NOT_FOUND); it may be NULL.
 */
int ref_value_resolve(const struct repository *repo, const char *name,
		      struct oid *out, char **last, struct error *err);

#endif
