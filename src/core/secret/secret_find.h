/*
 * Secrets that were found: where, and of what kind. Never what they are.
 */
#ifndef CORE_SECRET_SECRET_FIND_H
#define CORE_SECRET_SECRET_FIND_H

#include "base/error.h"
#include "base/strmap.h"
#include "git/oid.h"

struct json;

/* In which part of what travels. */
enum secret_where {
	SECRET_IN_HISTORY,  /* a commit of the user's */
	SECRET_IN_WORKTREE, /* a checkpoint's files */
	SECRET_IN_INDEX,
	SECRET_IN_STATE, /* metadata, attachments, files of an operation */
};

const char *secret_where_name(enum secret_where where);

struct secret_find {
	const char *kind; /* never freed */
	char *path;	  /* NULL: the message of a commit or tag */
	uint64_t line;	  /* 0: the name of the file says it */
	enum secret_where where;
	struct oid object;
	struct oid commit; /* that holds it; zero: none, it is a tag's */
	char *checkpoint;  /* id; NULL: history */
};

/* Each place once, by path, kind and line. Zero it before use. */
struct secret_finds {
	struct secret_find *items;
	size_t nr, alloc;
	uint64_t more; /* that were not kept */
	struct strmap places;
};

/* More than this are counted, not kept. */
#define SECRET_FINDS_MAX 1000

/* Add a copy, unless there is one of that place. */
void secret_finds_add(struct secret_finds *finds,
		      const struct secret_find *find);
void secret_finds_release(struct secret_finds *finds);

/* "<path>:<kind>:<line>", the path escaped: what allows it. The caller must
 * free(). */
char *secret_find_fingerprint(const struct secret_find *find);

/* An array of objects, for --json. The caller must json_free() it. */
struct json *secret_finds_to_json(const struct secret_finds *finds);

/*
 * ERR_REFUSED that names them all, with hints that say how to go on, for who
 * stands at `prefix`. `what` is what was to be done: "push". 0 where there are
 * none.
 */
int secret_finds_refuse(const struct secret_finds *finds, const char *prefix,
			const char *what, struct error *err);

#endif
