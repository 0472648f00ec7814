/*
 * Names of checkpoints and sessions; gitformat-checkpoint(5), "NAMES".
 *
 *	cp_<ms>_<random>        a checkpoint
 *	session_<ms>_<random>   a session
 *	manual_<ms>_<random>    a worktree's session for what is made outside
 *any
 *
 * <ms> is the time in milliseconds since 1970, <random> 8 lower-case hex
 * digits. Names that were imported may lack "_<random>" (cp_1703123456789).
 */
#ifndef CORE_RECORD_ID_H
#define CORE_RECORD_ID_H

#include "base/compat.h"

enum id_kind {
	ID_CHECKPOINT,
	ID_SESSION,
	ID_MANUAL,
};

/* What a name that follows the grammar says. */
struct id {
	enum id_kind kind;
	int64_t time_ms;
	bool has_random;
};

/* The end of the year 9999, which RFC 3339 can still say. */
#define ID_MAX_TIME_MS INT64_C(253402300799999)
/* A session's name is a component of a ref; file systems allow 255 bytes. */
#define SESSION_NAME_MAX_BYTES 200

/*
 * The time for the next name where the last one drawn has `last_ms` (0: none):
 * `now_ms`, or later if the clock went back or two fall into one millisecond.
 */
int64_t id_next_time(int64_t now_ms, int64_t last_ms);

/* A new name with that time, which the caller must free(). */
char *id_generate(enum id_kind kind, int64_t time_ms);

/* Read a name; false where it does not follow the grammar. `out` may be NULL.
 */
bool id_parse(const char *name, struct id *out);

/* Whether `name` may name a checkpoint: cp_<ms>[_<random>]. */
bool checkpoint_id_is_valid(const char *name);
/*
 * Whether `name` may name a session: letters, digits, "_", "-" and ".", the
 * first a letter or digit, no "..", not ending in "." or ".lock", at most
 * SESSION_NAME_MAX_BYTES. So an imported session may keep a name of its own.
 */
bool session_name_is_valid(const char *name);

/* The time of a name, or -1 where it tells none. */
int64_t id_time(const char *name);

/* Order by time, then by bytes; names that tell no time come first. */
int id_compare(const char *a, const char *b);

#endif
