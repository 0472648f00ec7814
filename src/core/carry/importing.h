/*
 * An import of a bundle under way: for the files import_*.c, and for them
 * alone. In the order in which it goes: what the file has, what is here and
 * where each would go, whether each is whole, taking them in.
 */
#ifndef CORE_CARRY_IMPORTING_H
#define CORE_CARRY_IMPORTING_H

#include "base/strmap.h"
#include "core/carry/import.h"
#include "core/record/checkpoint.h"
#include "core/record/remote_session.h"
#include "git/bundle.h"

/* What the bundle has of one checkpoint, beside the item of the result. */
struct brought {
	struct oid local; /* L; zero: none */
	bool pinned;
	bool local_set; /* by us, just now */
};

struct importing {
	struct repository *repo;
	const struct import_request *request;
	struct imported *out;
	struct brought *brought; /* one for each item */
	size_t alloc_brought;
	struct strmap places;	 /* "<session>/<id>": item, from 1 */
	struct strlist sessions; /* of this repository, sorted */
	struct strmap by_name;	 /* "<session>/<id>": a checkpoint of `here` */
	struct checkpoint_list here;
	size_t compared; /* items that have been held against `here` */
	struct bundle bundle;
	struct remote_sessions manifests; /* `number` 0: was read */
	int fd;
};

/* -- import.c ------------------------------------------------------------ */

/* "<session>/<id>". The caller must free() it. */
char *importing_tail(const struct checkpoint *name);
/* The item is not taken in, for this reason; the first one counts. */
void importing_refuse(struct import_item *item, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* -- import_read.c: what the file has ------------------------------------ */

/* Add what its refs name, and note its manifests. */
void importing_read_refs(struct importing *importing);
/*
 * Add what the manifests list, of those that are in the repository; `all`: they
 * all are. One that is not what it should be is an item that is refused.
 */
int importing_read_manifests(struct importing *importing, bool all,
			     struct error *err);
/* Whether there are some that could not be read yet. */
bool importing_has_manifests(const struct importing *importing);

/* -- import_place.c: what is here ---------------------------------------- */

int importing_read_here(struct importing *importing, struct error *err);
/* Give all items that have none yet their ref, or the one they have here. */
void importing_place(struct importing *importing);

/* -- import_check.c: whether they are whole ------------------------------ */

/* Verify what is new. L gets its ref meanwhile; of what is refused it is taken
 * back. */
int importing_check(struct importing *importing, struct error *err);

#endif
